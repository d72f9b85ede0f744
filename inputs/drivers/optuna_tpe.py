#!/usr/bin/python3
"""Optuna's tree-structured Parzen estimator over the factors of a deck, words among them (Debian: python3-optuna).

    python3 inputs/drivers/optuna_tpe.py [DECK] [--epilux PROGRAM] [--metric loss] [--trials 40] [--seed 1]

The winner is confirmed on instances that the search has not seen, of another seed.
"""
import argparse
import os

import optuna

from driver import Server

FAILED = 10  # what a network without an equilibrium costs, in the unit of the metric
HERE = os.path.dirname(os.path.abspath(__file__))


def suggest(trial, factor):
    if "values" in factor:
        return trial.suggest_categorical(factor["path"], factor["values"])
    kind = trial.suggest_int if factor["integer"] else trial.suggest_float
    return kind(factor["path"], factor["low"], factor["high"], log=factor["scale"] == "log")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("deck", nargs="?", default=os.path.join(HERE, "rings.yaml"))
    parser.add_argument("--epilux", help="the program [build/epilux, or what the variable EPILUX names, or the first on the path]")
    parser.add_argument("--metric", default="loss")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.epilux:
        os.environ["EPILUX"] = arguments.epilux
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=arguments.seed))
    with Server(arguments.deck) as server:

        def objective(trial):
            point = {factor["path"]: suggest(trial, factor) for factor in server.factors}
            return server.ask(point).mean(arguments.metric, FAILED)

        study.optimize(objective, n_trials=arguments.trials)
    with Server(arguments.deck, {"study.seed": 1001}) as fresh:
        confirmed = fresh.ask(study.best_params, instances=64).tell(arguments.metric, FAILED)
    print(f"best of {len(study.trials)} trials {study.best_value:.4g}, on 64 fresh instances {confirmed}, at")
    for path, value in study.best_params.items():
        print(f"  {path}: {value}")


if __name__ == "__main__":
    main()
