"""Accuracy table: held-out accuracy by each rule and by backpropagation on the same networks, one row a study and rule.

    python3 postproc/accuracy_table.py xor.h5 moons.h5 … -o table.md

Rules are learning.estimator, backprop among them, and seeds study.seed, factors of one file or files of one study.name.
A seed makes the split and the network, so that rules are compared pair by pair: the difference is the mean over seeds
of rule minus backprop, with its standard error. `--within POINTS` adds two one-sided tests of whether the rule reaches
what backprop reaches: a 90 % interval of the difference, Student's t with the variance of overlapping splits
(1/seeds + held out/trained on; Nadeau2003), and "yes" where it lies within that many points, else "not shown".
"""
import argparse
import sys

import numpy as np

from epilux.command import fail, refuse_output
from epilux.results import ESTIMATOR, Results, ResultsError
from epilux.statistics.regression import eval_half_width

REFERENCE, SEED, ACCURACY = "backprop", "study.seed", "accuracy"


def lacking(results):
    """Says what a results file lacks for a row, or returns None."""
    if results.metric(ACCURACY) is None:
        return "the deck's metrics have no accuracy"
    if results.n_pending:
        return f"{results.n_pending} trials are pending: epilux run --resume"
    return None


def accuracies(results):
    """{rule: {seed: accuracy}}, the mean of a seed's instances; a trial that failed classifies nothing right."""
    means = np.mean(np.nan_to_num(results.values(ACCURACY)), axis=1)
    fixed = [results.deck_value(path) for path in (ESTIMATOR, SEED)]
    rules, seeds = (f.values if f else [value] * results.n_points
                    for f, value in zip(map(results.factor, (ESTIMATOR, SEED)), fixed))
    found = {}
    for rule, seed, mean in zip(rules, seeds, means):
        found.setdefault(str(rule), {})[seed] = mean
    return found


def describe(values):
    """Mean and standard deviation over seeds in per cent."""
    values = 100 * np.asarray(list(values))
    spread = f" ± {np.std(values, ddof=1):.1f}" if values.size > 1 else ""
    return f"{np.mean(values):.1f}{spread}"


def difference(own, reference):
    """Mean of the paired differences in points, with its standard error."""
    pairs = 100 * np.array([own[seed] - reference[seed] for seed in own if seed in reference])
    error = f" ± {np.std(pairs, ddof=1) / np.sqrt(pairs.size):.1f}" if pairs.size > 1 else ""
    return f"{np.mean(pairs):+.1f}{error}".replace("-", "−")


def overlap_of(results):
    """Held-out over training samples where each seed draws its split anew, 0 where the held-out part is a file's own."""
    share = results.deck_value("task.test_fraction", 0) or 0
    return share / (1 - share)


def test_equivalence(own, reference, overlap, points):
    """(90 % interval, verdict) as text: whether the mean of the paired differences is within so many points."""
    pairs = 100 * np.array([own[seed] - reference[seed] for seed in own if seed in reference])
    if pairs.size < 2:
        return "–", "not shown"
    half = eval_half_width(pairs, 0.95, overlap)
    low, high = np.mean(pairs) - half, np.mean(pairs) + half
    return f"{low:+.1f} … {high:+.1f}".replace("-", "−"), "yes" if max(-low, high) < points else "not shown"


def network_of(results):
    nodes = results.deck_value("network.topology.nodes")
    return f"{results.deck_value('network.family')}, {nodes} nodes" if nodes else results.deck_value("network.family")


def rows(study, network, found, overlap, within):
    """A row for each rule beside backprop."""
    for rule, own in found.items():
        if rule != REFERENCE:
            tested = test_equivalence(own, found[REFERENCE], overlap, within) if within else ()
            yield [study.removeprefix("table-"), network, rule, describe(own.values()),
                   describe(found[REFERENCE].values()), difference(own, found[REFERENCE]), str(len(own)), *tested]


def table(all_rows, within):
    """The rows as a Markdown table."""
    head = ["task", "network", "rule", "rule, %", "backprop, %", "difference", "seeds"]
    head += ["90 % interval", f"within {within:g}"] if within else []
    lines = [head, ["---"] * 3 + ["---:"] * (len(head) - 3), *all_rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def main():
    script = "accuracy_table"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     epilog="Example: python3 postproc/accuracy_table.py iris.h5 wine.h5")
    parser.add_argument("results", nargs="+", help="results files of `epilux run`")
    parser.add_argument("-o", "--output", help="file to write [standard output]")
    parser.add_argument("--within", metavar="POINTS", type=float, help="test whether differences are within POINTS, above 0")
    arguments = parser.parse_args()
    studies, lines = {}, []
    if arguments.within is not None and not arguments.within > 0:
        return fail(script, f"--within {arguments.within:g}: points above 0 are wanted", 2)
    reason = refuse_output(arguments.output, arguments.results) if arguments.output else None
    if reason:
        return fail(script, reason, 2)
    try:
        for path in arguments.results:
            with Results(path) as results:
                reason = lacking(results)
                if reason:
                    return fail(script, f"{path}: no row: {reason}", 1)
                found = studies.setdefault(results.study, (network_of(results), {}, overlap_of(results)))[1]
                for rule, by_seed in accuracies(results).items():
                    found.setdefault(rule, {}).update(by_seed)
        for study, (network, found, overlap) in studies.items():
            if REFERENCE not in found or len(found) < 2:
                return fail(script, f"{study}: no row: {ESTIMATOR} needs {REFERENCE} and another rule", 1)
            lines += rows(study, network, found, overlap, arguments.within)
        if arguments.output:
            with open(arguments.output, "w", encoding="utf-8") as file:
                file.write(table(lines, arguments.within))
        else:
            sys.stdout.write(table(lines, arguments.within))
    except ResultsError as error:
        return fail(script, error, 2)
    except OSError as error:
        return fail(script, f"{arguments.output}: cannot be written: {error.strerror}", 1)
    return 0
