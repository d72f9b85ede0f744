"""A fault at every call that writes: the disk is full at the k-th, for once, from then on, or after half of the bytes; closing
and removing fail, too. Whatever k is, results that are there can be read, what was finished stays, and the campaign continued
ends with the bits of one that nothing happened to.

    python3 test_faults.py PROGRAM FAULT.so [STRIDE]     every STRIDE-th call; 1: all
"""
import os
import shutil
import subprocess
import sys
import tempfile

import h5py

EPILUX, FAULT = (os.path.abspath(path) for path in sys.argv[1:3])
STRIDE = int(sys.argv[3]) if len(sys.argv) > 3 else 1
DECK = """network: {family: kerr, topology: {nodes: 3}}
task: {name: xor}
learning: {epochs: 2}
design: {factors: {network.parameters.loss: {values: [0.5, 2]}}}
population: {instances: 4, block: 2}
run: {checkpoint: 1 ms}
"""


def run(path, *words, **environment):
    return subprocess.run([EPILUX, "run", "deck.yaml", "-o", path, "--quiet", "--checkpoint", "1ms", *words], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, check=False,
                          env={**os.environ, **environment})


def read(path):
    with h5py.File(path, "r") as file:
        return {name: file["trials"][name][()].tobytes() for name in file["trials"]}, file["trials/state"][()]


def main():
    folder = os.path.realpath(tempfile.mkdtemp())
    os.chdir(folder)
    with open("deck.yaml", "w", encoding="utf-8") as file:
        file.write(DECK)
    path, log = os.path.join(folder, "r.h5"), os.path.join(folder, "calls")
    watch = {"LD_PRELOAD": FAULT, "FAULT_PATH": path, "FAULT_LOG": log}
    done = run(path, **watch)
    assert done.returncode == 0, done.stderr
    wanted, _ = read(path)
    with open(log, encoding="utf-8") as file:
        n_calls = max(int(line) for line in file)
    assert n_calls > 10, n_calls
    statuses = {}
    for k in range(1, n_calls + 1, STRIDE):
        for lasts in ({}, {"FAULT_LASTS": "1"}, {"FAULT_LASTS": "1", "FAULT_HALF": "1"}):
            for name in os.listdir(folder):
                if name.startswith("r.h5"):
                    os.remove(name)
            done = run(path, FAULT_AT=str(k), **lasts, **watch)
            statuses[done.returncode] = statuses.get(done.returncode, 0) + 1
            assert done.returncode in (0, 1, 2, 75), f"call {k}: {done.returncode}, {done.stderr}"
            n_finished = (read(path)[1] != 0).sum() if os.path.exists(path) else 0
            after = run(path, "--resume")
            assert after.returncode == 0, f"call {k}: {after.returncode}, {after.stderr}; before: {done.stderr}"
            found, state = read(path)
            assert found == wanted and (state != 0).sum() >= n_finished, f"call {k}: other bits; before: {done.stderr}"
            left = sorted(name for name in os.listdir(folder) if name.startswith("r.h5"))
            assert left == ["r.h5"], f"call {k}: left {left}"
    print(f"{n_calls} calls, every {STRIDE}-th failed for once, from then on, after half of its bytes: exit statuses {statuses}")
    shutil.rmtree(folder)


main()
