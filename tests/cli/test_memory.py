"""The memory that check tells is what run takes, within a fifth.

    python3 test_memory.py PROGRAM
"""
import os
import re
import resource
import subprocess
import sys
import tempfile

DECK = """network:
  family: kerr
  topology: {kind: layered, layers: [60, 20, 10]}
  inputs: {nodes: [0, 1]}
  outputs: {count: 2}
task: {name: xor}
learning: {epochs: 0}
population: {instances: 1}
metrics: [loss]
"""


def main(program):
    program = os.path.abspath(program)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("deck.yaml", "w", encoding="utf-8") as file:
            file.write(DECK)
        subprocess.run([program, "run", "deck.yaml", "-o", "out.h5", "--quiet"], stdin=subprocess.DEVNULL, check=True)
        taken = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
        said = subprocess.run([program, "check", "deck.yaml", "--pilot", "0"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=True).stdout
    told = float(re.search(r"# memory +about ([0-9.e+]+) MB per rank", said).group(1))
    print(f"check tells {told:.3g} MB, run takes {taken:.3g} MB")
    assert abs(told / taken - 1) < 0.2, "the memory that check tells is not what run takes"


if __name__ == "__main__":
    main(*sys.argv[1:])
