"""Ising machines before an independent integration: the intervals of success probabilities hold NumPy's, with and without a
ramp of the pump, ground states and cuts are those of all states tried here, and runs are the same bits in any chunk.

    python3 test_search.py PROGRAM
"""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

LINKS = {"complete-4": [(i, j) for i in range(4) for j in range(i + 1, 4)],
         "moebius-16": sorted({tuple(sorted((i, (i + k) % 16))) for i in range(16) for k in (1, 8)})}
COUPLING, PUMP, NOISE, LENGTH, STEP, START = -0.1, 1.1, 0.0005, 40, 0.05, 0.01
DECK = f"""
network:
  family: opo
  topology: {{kind: edge-list, path: NAME.rud, scale: {COUPLING}}}
  parameters: {{pump: {PUMP}}}
task: {{name: ground-state, samples: 2000}}
learning: {{epochs: 0}}
equilibrium: {{duration: {{free: {LENGTH}}}}}
noise: {{step: {STEP}, diffusion: {NOISE}, start: {START}, anneal: {{length: {LENGTH}, parameter: pump, from: FROM}}}}
population: {{instances: 1}}
metrics: [success_probability, success_probability_low, success_probability_high, time_to_solution, ising_energy, cut]
"""


def integrate(links, first_pump, n, rng):
    """Signs at the end of n runs of dx/dt = (pump - 1 - x^2) x + J x + xi, by Heun's steps."""
    nodes = 1 + max(j for _, j in links)
    J = np.zeros((nodes, nodes))
    for i, j in links:
        J[i, j] = J[j, i] = COUPLING
    field = lambda x, t: (first_pump + (PUMP - first_pump) * t / LENGTH - 1 - x * x) * x + x @ J
    x = START * rng.standard_normal((n, nodes))
    for step in range(round(LENGTH / STEP)):
        xi = np.sqrt(2 * NOISE * STEP) * rng.standard_normal(x.shape)
        before = field(x, step * STEP)
        after = field(x + STEP * before + xi, (step + 1) * STEP)
        x += STEP / 2 * (before + after) + xi
    return np.where(x < 0, -1, 1)


def eval_energies(links, spins):
    return sum(spins[:, i] * spins[:, j] for i, j in links)  # couplings are minus the weights, which are 1


def try_all(links):
    nodes = 1 + max(j for _, j in links)
    states = 1 - 2 * (np.arange(2 ** nodes)[:, None] >> np.arange(nodes) & 1)
    return eval_energies(links, states).min(), max(sum(states[:, i] != states[:, j] for i, j in links))


def check(program, folder, name, first_pump, rng):
    links, path = LINKS[name], os.path.join(folder, "deck.yaml")
    with open(os.path.join(folder, f"{name}.rud"), "w", encoding="ascii") as file:
        file.write(f"{1 + max(j for _, j in links)} {len(links)}\n" + "".join(f"{i + 1} {j + 1} 1\n" for i, j in links))
    with open(path, "w", encoding="ascii") as file:
        file.write(DECK.replace("NAME", name).replace("FROM", str(first_pump)))
    subprocess.run([program, "run", path, "-o", "out.h5", "--force", "--quiet"], cwd=folder, check=True)
    with h5py.File(os.path.join(folder, "out.h5"), "r") as file:
        got = {metric: file["trials"][metric][0, 0] for metric in file["trials"] if metric != "state"}
    least, cut = try_all(links)
    p = (eval_energies(links, integrate(links, first_pump, 4000, rng)) == least).mean()
    print(f"{name}, pump from {first_pump}: {got['success_probability']:.4f} ({got['success_probability_low']:.4f} to "
          f"{got['success_probability_high']:.4f}), NumPy {p:.4f}; ground state {got['ising_energy']:g}, cut {got['cut']:g}")
    assert (round(got["ising_energy"], 9), round(got["cut"], 9)) == (least, cut)
    assert got["success_probability_low"] < p < got["success_probability_high"]
    expected = LENGTH * max(1, np.log(0.01) / np.log(1 - got["success_probability"]))
    assert abs(got["time_to_solution"] / expected - 1) < 1e-12


def main():
    program, rng = os.path.abspath(sys.argv[1]), np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        for name, first_pump in (("complete-4", PUMP), ("complete-4", 0.5), ("moebius-16", PUMP)):
            check(program, folder, name, first_pump, rng)


main()
