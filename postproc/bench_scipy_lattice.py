"""A large kerr lattice by Epilux and by a straightforward sparse Newton in SciPy (spsolve), in one run, as CSV.

Runs `epilux bench lattice` on one rank, which leaves the lattice and the state at which its dynamics hand over to Newton
(a residual of 0.01). SciPy's Newton starts from that same state, has the analytic Jacobian and the same tolerance, and must
find the same equilibrium; its steps are halved until the residual falls. Epilux's whole free phase, from rest, is set
against SciPy's Newton alone.
"""
import argparse
import csv
import io
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
from scipy import sparse
from scipy.sparse.linalg import spsolve

from epilux import command

TOLERANCE, MOST_STEPS, MOST_HALVINGS, PORTS, WANTED, SAME = 1e-10, 50, 30, 10, 5.0, 1e-8


class Lattice:
    """da/dt = -loss/2 a + i (detuning + kerr |a|^2) a + i J a + drive, as `epilux bench lattice --keep` leaves it."""

    def __init__(self, theta, n):
        side = math.isqrt(n)
        node = numpy.arange(n).reshape(side, side)
        pairs = numpy.concatenate([numpy.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], 1),
                                   numpy.stack([node[:-1].ravel(), node[1:].ravel()], 1)])
        i, j = pairs[numpy.lexsort((pairs[:, 1], pairs[:, 0]))].T
        coupling, of_nodes = theta[:len(i)], theta[len(i):]
        detuning, bias, loss, self.kerr = (of_nodes[k * n:(k + 1) * n] for k in range(4))
        self.linear = 1j * sparse.csr_matrix((numpy.r_[coupling, coupling], (numpy.r_[i, j], numpy.r_[j, i])), (n, n))
        self.linear += sparse.diags(-loss / 2 + 1j * detuning)
        self.drive = bias.astype(complex)
        for k in range(PORTS):
            self.drive[int(n * (k + 0.25) / PORTS)] += math.cos(k)

    def field(self, a):
        return self.linear @ a + 1j * self.kerr * numpy.abs(a) ** 2 * a + self.drive

    def jacobian(self, a):
        direct = self.linear + sparse.diags(2j * self.kerr * numpy.abs(a) ** 2)
        conjugate = sparse.diags(1j * self.kerr * a ** 2)
        plus, minus = direct + conjugate, direct - conjugate
        return sparse.bmat([[plus.real, -minus.imag], [plus.imag, minus.real]], format="csc")

    def solve(self, a):
        """Newton from a: the equilibrium and how many steps it took."""
        n, f = len(a), self.field(a)
        for step in range(MOST_STEPS):
            if max(numpy.abs(f.real).max(), numpy.abs(f.imag).max()) <= TOLERANCE:
                return a, step
            move = spsolve(self.jacobian(a), -numpy.r_[f.real, f.imag])
            move = move[:n] + 1j * move[n:]
            for _ in range(MOST_HALVINGS):
                if numpy.linalg.norm(self.field(a + move)) < numpy.linalg.norm(f):
                    break
                move = move / 2
            a = a + move
            f = self.field(a)
        raise RuntimeError("SciPy's Newton does not converge")


def run(epilux, modes, name):
    """The rows of Epilux on one rank."""
    done = subprocess.run([epilux, "bench", "lattice", "--csv", "--modes", str(modes), "--keep", name],
                          stdout=subprocess.PIPE, text=True, check=True, stdin=subprocess.DEVNULL)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def measure(arguments, folder):
    """The rows, with those of SciPy."""
    name = os.path.join(folder, "lattice")
    rows = run(arguments.epilux, arguments.modes, name)
    start, end = (numpy.fromfile(f"{name}.{which}").view(complex) for which in ("start", "state"))
    lattice = Lattice(numpy.fromfile(name + ".theta"), len(start))
    seconds = []
    for _ in range(arguments.rounds):
        begin = time.perf_counter()
        state, steps = lattice.solve(start)
        seconds.append(time.perf_counter() - begin)
    difference = numpy.abs(state - end).max()
    if not difference < SAME:
        raise RuntimeError(f"SciPy's equilibrium differs by {difference:.1e}")
    us = 1e6 * statistics.median(seconds) / len(start)
    what = next(row["case"] for row in rows if row["way"].startswith("finish"))
    for phase, wanted in (("finish", WANTED), ("free", None)):
        own = next(row for row in rows if row["case"] == what and row["way"].startswith(phase))
        ratio = us / float(own["us"])
        rows.append(dict.fromkeys(rows[0], "") | {
            "case": what, "way": f"SciPy's Newton, {steps} steps with spsolve", "unit": "mode", "us": f"{us:.5g}",
            "per_second": f"{1e6 / us:.5g}", "against": own["way"].split(":")[0], "ratio": f"{ratio:.3g}",
            "wanted": f">= {wanted:g}" if wanted else "", "met": ("yes" if ratio >= wanted else "no") if wanted else ""})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     epilog="Example: OPENBLAS_NUM_THREADS=1 python3 postproc/bench_scipy_lattice.py")
    parser.add_argument("--epilux", default="build/epilux", help="the program [build/epilux]")
    parser.add_argument("--modes", type=int, default=100000, help="of the lattice [100000]")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of SciPy, whose median is taken [3]")
    parser.add_argument("-o", "--output", help="CSV file [standard output]")
    arguments = parser.parse_args()
    if arguments.modes < 100 or arguments.rounds < 1:
        return command.fail("bench_scipy_lattice", "--modes is at least 100, --rounds at least 1", 2)
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = measure(arguments, folder)
    except OSError as error:
        return command.fail("bench_scipy_lattice",
                            f"{arguments.epilux}: {error.strerror}; name the program with --epilux", 2)
    except subprocess.CalledProcessError:
        return command.fail("bench_scipy_lattice", f"{arguments.epilux} bench failed", 1)
    except RuntimeError as error:
        return command.fail("bench_scipy_lattice", str(error), 1)
    return command.write_rows("bench_scipy_lattice", rows, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
