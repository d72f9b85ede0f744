#!/usr/bin/python3
"""Memory of a campaign on a dataset as large as MNIST, all ranks of one machine together.

  node_memory.py PROGRAM [RANKS [IMAGES]]

Makes images of random pixels (28 x 28, with a tenth as many held out), trains on them for a minute at most, and prints the
largest sum over the ranks of what is theirs: memory that several ranks read counts once (Pss of smaps_rollup).
"""
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

DECK = """
study: {{name: node-memory, seed: 1}}
network:
  family: kerr
  topology: {{kind: all-to-all, nodes: 50}}
  parameters: {{loss: 1, kerr: 0.05, detuning: -0.8, coupling_spread: 0.6}}
task:
  name: idx
  path: {folder}/train-images
  labels: {folder}/train-labels
  test_path: {folder}/test-images
  test_labels: {folder}/test-labels
  encoding: {{reduction: pca, ports: 40}}
learning: {{estimator: phase-conjugate, epochs: 1, batch: 64}}
population: {{instances: {ranks}}}
metrics: [accuracy, loss]
"""


def write_idx(folder, part, n, rng):
    """Pixels around one image a class, so that the classes differ."""
    labels = (np.arange(n) % 10).astype(np.uint8)
    shapes = rng.integers(0, 200, (10, 28, 28))
    with open(f"{folder}/{part}-images", "wb") as file:
        file.write(np.array([0x803, n, 28, 28], ">i4").tobytes())
        for k in range(0, n, 1000):
            some = shapes[labels[k : k + 1000]] + rng.integers(0, 56, (len(labels[k : k + 1000]), 28, 28))
            file.write(some.astype(np.uint8).tobytes())
    with open(f"{folder}/{part}-labels", "wb") as file:
        file.write(np.array([0x801, n], ">i4").tobytes() + labels.tobytes())


def find_ranks(parent):
    """Processes of the program below a parent, by their command."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                above = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if above == parent:
            found += [int(pid)] + find_ranks(int(pid))
    return found


def measure(pids):
    """Sum of Pss, bytes."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += sum(1024 * int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            pass
    return total


def main():
    program, n_ranks = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 8
    n_images = int(sys.argv[3]) if len(sys.argv) > 3 else 60000
    with tempfile.TemporaryDirectory() as folder:
        rng = np.random.default_rng(1)
        write_idx(folder, "train", n_images, rng)
        write_idx(folder, "test", n_images // 6, rng)
        with open(f"{folder}/deck.yaml", "w") as file:
            file.write(DECK.format(folder=folder, ranks=n_ranks))
        largest, start = 0, time.monotonic()
        run = subprocess.Popen(
            ["mpirun", "--oversubscribe", "-n", str(n_ranks), program, "run", f"{folder}/deck.yaml", "-o", f"{folder}/r.h5",
             "--max-time", "60s"], stdout=subprocess.DEVNULL,
            env={**os.environ, "OMPI_MCA_mpi_yield_when_idle": "1"})
        while run.poll() is None:
            largest = max(largest, measure(find_ranks(run.pid)))
            time.sleep(0.2)
    print(f"{n_images} images, {n_ranks} ranks: at most {largest / 1e9:.2f} GB together, in {time.monotonic() - start:.0f} s, "
          f"exit status {run.returncode}")


if __name__ == "__main__":
    main()
