"""One square kerr lattice: Epilux on 1 and 2 ranks against SciPy's sparse Newton (spsolve), in one run; and how time grows
with the modes.
usage: distributed.py BENCH_DISTRIBUTED [SIDE, 316] [REPEATS, 3] [--growth]

Times are medians of the repeats, which take turns. SciPy starts from rest, as `newton` does, has the same parameters and
the same tolerance, and must find the same state. --growth adds lattices of 10^4 to 10^6 modes on 2 ranks."""
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

TOLERANCE = 1e-10
INPUTS = 10


def run(bench, n_ranks, side, method, dump=None):
    """The row of one run, as numbers by name."""
    launcher = ["mpirun", "--oversubscribe", "-n", str(n_ranks)] if n_ranks > 1 else []
    names = subprocess.run([bench, "--header"], check=True, capture_output=True, text=True).stdout
    row = subprocess.run([*launcher, bench, str(side), str(side), method, *([dump] if dump else [])], check=True,
                         capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    values = next(csv.DictReader([names, row]))
    return {name: value if name == "method" else float(value) for name, value in values.items()}


class Lattice:
    """The bench's lattice, from the parameters that it has left in DUMP.theta."""

    def __init__(self, side, theta):
        n = side * side
        node = np.arange(n).reshape(side, side)
        pairs = np.concatenate([np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], 1),
                                np.stack([node[:-1].ravel(), node[1:].ravel()], 1)])
        pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
        m = len(pairs)
        coupling, theta = theta[:m], theta[m:]
        detuning, bias, loss, self.kerr = (theta[k * n:(k + 1) * n] for k in range(4))
        i, j = pairs.T
        self.linear = sparse.csr_matrix((np.concatenate([coupling, coupling]), (np.r_[i, j], np.r_[j, i])), (n, n)) * 1j
        self.linear += sparse.diags(-loss / 2 + 1j * detuning)
        self.drive = bias.astype(complex)
        for k in range(INPUTS):
            self.drive[int(n * (k + 0.25) / INPUTS)] += np.cos(k)

    def field(self, a):
        return self.linear @ a + 1j * self.kerr * np.abs(a)**2 * a + self.drive

    def jacobian(self, a):
        holomorphic = self.linear + sparse.diags(2j * self.kerr * np.abs(a)**2)
        conjugate = sparse.diags(1j * self.kerr * a**2)
        plus, minus = holomorphic + conjugate, holomorphic - conjugate
        return sparse.bmat([[plus.real, -minus.imag], [plus.imag, minus.real]], format="csc")

    def solve(self):
        """Newton from rest, each step halved until the residual falls: the state, and how many steps it took."""
        a = np.zeros(len(self.drive), complex)
        f = self.field(a)
        for step in range(50):
            if max(np.abs(f.real).max(), np.abs(f.imag).max()) <= TOLERANCE:
                return a, step
            move = spsolve(self.jacobian(a), -np.concatenate([f.real, f.imag]))
            move = move[:len(a)] + 1j * move[len(a):]
            while np.linalg.norm(self.field(a + move)) > np.linalg.norm(f):
                move = move / 2
            a = a + move
            f = self.field(a)
        raise SystemExit("SciPy's Newton does not converge")


def compare(bench, side, repeats):
    with tempfile.TemporaryDirectory() as folder:
        dump = os.path.join(folder, "lattice")
        times = {"1 rank": [], "2 ranks": [], "1 rank, gradient": [], "2 ranks, gradient": [], "SciPy": []}
        for _ in range(repeats):
            for n_ranks, name in ((1, "1 rank"), (2, "2 ranks")):
                row = run(bench, n_ranks, side, "newton", dump if n_ranks == 1 else None)
                times[name].append(row["equilibrium_s"])
                times[name + ", gradient"].append(row["gradient_s"])
            lattice = Lattice(side, np.fromfile(dump + ".theta"))
            start = time.perf_counter()
            state, steps = lattice.solve()
            times["SciPy"].append(time.perf_counter() - start)
        own = np.fromfile(dump + ".0").view(complex)
    median = {name: statistics.median(values) for name, values in times.items()}
    print(f"{side * side} modes, medians of {repeats}, SciPy in {steps} steps, states differ by "
          f"{np.abs(own - state).max():.1e}")
    for name, value in median.items():
        print(f"  {name:<18} {value:8.3f} s")
    print(f"  1 rank over SciPy  {median['SciPy'] / median['1 rank']:6.2f} x")
    print(f"  2 ranks over 1     {median['1 rank'] / median['2 ranks']:6.2f} x equilibrium, "
          f"{median['1 rank, gradient'] / median['2 ranks, gradient']:.2f} x gradient")


def grow(bench):
    modes, seconds = [], []
    print("modes, equilibrium s, gradient s, bytes a mode (2 ranks, dynamics)")
    for side in (100, 178, 316, 562, 1000):
        row = run(bench, 2, side, "dynamics")
        modes.append(row["modes"])
        seconds.append(row["equilibrium_s"] + row["gradient_s"])
        print(f"{side * side:8d} {row['equilibrium_s']:9.2f} {row['gradient_s']:9.2f} {row['bytes_a_mode']:9.0f}",
              flush=True)
    print(f"exponent of time in modes: {np.polyfit(np.log(modes), np.log(seconds), 1)[0]:.3f}")


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    side = int(words[1]) if len(words) > 1 else 316
    compare(words[0], side, int(words[2]) if len(words) > 2 else 3)
    if "--growth" in sys.argv:
        grow(words[0])


main()
