#!/usr/bin/python3
"""SciPy's Nelder-Mead simplex over the factors of a deck: the least mean of a metric over the fabricated instances.

    python3 inputs/drivers/scipy_simplex.py [DECK] [--epilux PROGRAM] [--metric loss] [--evaluations 40]

The instances are the same at every point, so the objective is smooth and has no noise. What a search finds looks better
than it is: the winner is confirmed on instances that the search has not seen, of another seed.
"""
import argparse
import os

import scipy.optimize

from driver import Server, to_range

FAILED = 10  # what a network without an equilibrium costs, in the unit of the metric
HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("deck", nargs="?", default=os.path.join(HERE, "rings.yaml"))
    parser.add_argument("--epilux", help="the program [build/epilux, or what the variable EPILUX names, or the first on the path]")
    parser.add_argument("--metric", default="loss")
    parser.add_argument("--evaluations", type=int, default=40)
    arguments = parser.parse_args()
    if arguments.epilux:
        os.environ["EPILUX"] = arguments.epilux
    with Server(arguments.deck) as server:
        factors = server.factors

        def place(x):
            return {factor["path"]: to_range(factor, u) for factor, u in zip(factors, x)}

        found = scipy.optimize.minimize(
            lambda x: server.ask(place(x)).mean(arguments.metric, FAILED), [0.5] * len(factors), method="Nelder-Mead",
            bounds=[(0, 1)] * len(factors), options={"maxfev": arguments.evaluations})
        point = place(found.x)
        start = server.ask(place([0.5] * len(factors))).mean(arguments.metric, FAILED)
    with Server(arguments.deck, {"study.seed": 1001}) as fresh:
        confirmed = fresh.ask(point, instances=64).tell(arguments.metric, FAILED)
    print(f"start {start:.4g}, best of {found.nfev} evaluations {found.fun:.4g}, on 64 fresh instances {confirmed}, at")
    for path, value in point.items():
        print(f"  {path}: {value:.6g}")


if __name__ == "__main__":
    main()
