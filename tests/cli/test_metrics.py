"""Every metric on both engines: a number, or refused by its name.

    python3 test_metrics.py PROGRAM
"""
import math
import os
import subprocess
import sys
import tempfile

import h5py

NETWORK = """network:
  family: kerr
  topology: {kind: ring, nodes: 6}
  parameters: {loss: 2.0, kerr: 0.1, detuning: 0.3}
task: {name: moons, samples: 20, validation_fraction: 0.2}
learning: {estimator: plain, epochs: 2, PROTOCOL}
population: {instances: 1}
"""
POPULATION = NETWORK.replace("PROTOCOL", "protocol: transfer+finetune, finetune: 2") + (
    "hardware: {weights: {bits: 6}}\nequilibrium: {engine: population, audit: 0.5, starts: 2}\n")
DISTRIBUTED = NETWORK.replace("PROTOCOL", "protocol: in-situ") + "equilibrium: {engine: distributed}\n"


def call(program, *words):
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def read_names(program):
    lines = call(program, "list", "metrics")[1].splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ") and line.split()[1].startswith("[")]


def view(program, deck, metrics):
    """{metric: its value} of the deck's one trial."""
    with open("deck.yaml", "w", encoding="utf-8") as file:
        file.write(deck + f"metrics: [{', '.join(metrics)}]\n")
    status, _, said = call(program, "run", "deck.yaml", "-o", "out.h5", "--force", "--quiet")
    assert status == 0, said
    with h5py.File("out.h5", "r") as file:
        return {name: file[f"trials/{name}"][0, 0] for name in metrics}


def main(program):
    program = os.path.abspath(program)
    names = read_names(program)
    assert len(names) > 60, names
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        values = view(program, POPULATION, names)
        missing = [name for name in names if not math.isfinite(values[name])]
        assert not missing, f"a population that has trained leaves no number of {missing}"
        taken = []
        for name in names:
            with open("deck.yaml", "w", encoding="utf-8") as file:
                file.write(DISTRIBUTED + f"metrics: [{name}]\n")
            status, _, said = call(program, "check", "deck.yaml", "--pilot", "0")
            if status == 0:
                taken.append(name)
            else:
                assert status == 2 and f"metrics: {name} is not measured of distributed networks" in said, said
        values = view(program, DISTRIBUTED, taken)
        missing = [name for name in taken if not math.isfinite(values[name])]
        assert not missing, f"a distributed network that has trained leaves no number of {missing}"
    print(f"{len(names)} metrics: a number each of a population; {len(taken)} of a distributed network, the others refused")


if __name__ == "__main__":
    main(*sys.argv[1:])
