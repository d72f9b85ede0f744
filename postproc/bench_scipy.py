"""The table of `epilux bench equilibrium`, with SciPy's integrators added in the same run, as CSV.

SciPy solves networks drawn like those of the benchmark, one at a time, from rest until the residual is 1e-6.
"""
import argparse
import csv
import io
import statistics
import subprocess
import sys
import time

import numpy
from scipy.integrate import solve_ivp

from epilux import command

RESIDUAL, RTOL, ATOL, MAX_TIME = 1e-6, 1e-6, 1e-8, 2000.0
METHODS = ("DOP853", "RK45", "LSODA", "BDF")
WANTED = {"DOP853": 500.0}


class Network:
    """da/dt = -loss/2 a + i (detuning + kerr |a|^2) a + i J a + drive, a = (Re, Im)."""

    def __init__(self, n, random):
        half = random.uniform(-0.5, 0.5, (n, n)) / numpy.sqrt(n)
        self.coupling = numpy.triu(half, 1) + numpy.triu(half, 1).T
        self.detuning = -1 + random.uniform(0, 1, n)
        self.drive = random.uniform(-0.5, 0.5, n)
        self.loss, self.kerr = 1.0, 0.5

    def field(self, _, y):
        a = numpy.ascontiguousarray(y).view(complex)
        shift = self.detuning + self.kerr * (a.real ** 2 + a.imag ** 2)
        return (-self.loss / 2 * a + 1j * (shift * a + self.coupling @ a) + self.drive).view(float)


def solve(network, method):
    start = numpy.zeros(2 * len(network.drive))

    def event(t, y):
        return numpy.abs(network.field(t, y)).max() - RESIDUAL

    event.terminal = True
    answer = solve_ivp(network.field, (0, MAX_TIME), start, method=method, rtol=RTOL, atol=ATOL, events=event)
    if answer.status != 1:
        raise RuntimeError(f"SciPy's {method} found no equilibrium")


def measure(method, n, n_networks, n_rounds):
    """Median processor time of one equilibrium, in seconds."""
    random = numpy.random.default_rng(2026)
    networks = [Network(n, random) for _ in range(n_networks)]
    solve(networks[0], method)
    rounds = []
    for _ in range(n_rounds):
        begin = time.process_time()
        for network in networks:
            solve(network, method)
        rounds.append((time.process_time() - begin) / n_networks)
    return statistics.median(rounds)


def scipy_rows(rows, n_networks, n_rounds):
    what = "n = 16, 64 samples"
    population = next(row for row in rows if row["case"] == what and row["way"] == "population")
    for method in METHODS:
        seconds = measure(method, 16, n_networks, n_rounds)
        ratio = 1e6 * seconds / float(population["us"])
        wanted = WANTED.get(method)
        yield dict.fromkeys(population, "") | {
            "case": what, "way": f"one by one, SciPy {method}", "unit": "equilibrium", "us": f"{1e6 * seconds:.5g}",
            "per_second": f"{1 / seconds:.5g}", "against": "population", "ratio": f"{ratio:.3g}",
            "wanted": f">= {wanted:g}" if wanted else "", "met": ("yes" if ratio >= wanted else "no") if wanted else ""}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     epilog="Example: OPENBLAS_NUM_THREADS=1 python3 postproc/bench_scipy.py -o bench.csv")
    parser.add_argument("--epilux", default="build/epilux", help="the program [build/epilux]")
    parser.add_argument("--networks", type=int, default=8, help="networks a method solves in a round [8]")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, whose median is taken [5]")
    parser.add_argument("-o", "--output", help="CSV file [standard output]")
    arguments = parser.parse_args()
    if arguments.networks < 1 or arguments.rounds < 1:
        return command.fail("bench_scipy", "--networks and --rounds are at least 1", 2)
    try:
        done = subprocess.run([arguments.epilux, "bench", "equilibrium", "--csv"], stdout=subprocess.PIPE, text=True,
                              check=True)
    except OSError as error:
        return command.fail("bench_scipy", f"{arguments.epilux}: {error.strerror}; name the program with --epilux", 2)
    except subprocess.CalledProcessError:
        return command.fail("bench_scipy", f"{arguments.epilux} bench failed", 1)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    rows += list(scipy_rows(rows, arguments.networks, arguments.rounds))
    return command.write_rows("bench_scipy", rows, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
