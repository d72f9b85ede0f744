"""Scaling: how metrics grow with the size of a machine, as exponents of power laws.

    python3 postproc/scaling.py machines-kerr.h5 machines-mesh.h5 -o scaling.svg

Of every file, whose factors are a size (network.topology.nodes, or --size PATH) and study.seed, and of every metric above 0: the
slope of log(metric) over log(size) for each seed, and over seeds its mean with a 95 % interval (Student's t): networks of one seed
are not independent, seeds are. A power law is one exponent, so that the curvature of each seed is tested likewise; where its interval
leaves 0 the law does not fit, and the exponents of the lower and the upper half of the sizes say how it bends. Three disjoint
thirds of the seeds are three studies of a third of the size: a conclusion that holds in one of them alone is none.
"""
import argparse
import csv
from dataclasses import dataclass, fields

import numpy as np

from epilux.command import SUFFIXES, fail, refuse_output, refuse_suffix
from epilux.figures import scaling, style
from epilux.results import Results, ResultsError
from epilux.statistics.regression import eval_half_width

SEED, SIZE = "study.seed", "network.topology.nodes"
LEAST_SIZES, LEAST_SEEDS = 3, 2


@dataclass
class Law:
    study: str
    metric: str
    units: str
    first: float      # geometric mean at the smallest size
    last: float       # and at the largest
    exponent: float   # mean over seeds
    low: float        # 95 % interval
    high: float
    fits: bool        # the interval of the curvature holds 0
    lower: float      # exponent of the lower half of the sizes
    upper: float      # and of the upper half
    thirds: tuple     # exponents of three disjoint thirds of the seeds; () of fewer than six
    n_seeds: int
    n_missing: int    # trials without a value above 0, left out with their seed


def collect(results, metric, size):
    """(sizes [n], values [seed, n]) of a metric, mean over instances; NaN where a trial has none above 0."""
    sizes, seeds = results.factor(size).values, results.factor(SEED).values
    levels, names = sorted(set(map(float, sizes))), sorted(set(seeds))
    values = np.full((len(names), len(levels)), np.nan)
    own = results.values(metric)
    counted = own > 0
    n = counted.sum(axis=1)
    means = np.where(n > 0, np.where(counted, own, 0).sum(axis=1) / np.maximum(n, 1), np.nan)
    for point in range(results.n_points):
        values[names.index(seeds[point]), levels.index(float(sizes[point]))] = means[point]
    return np.array(levels), values


def fit_slopes(log_sizes, logs):
    """The slope of each row [seed, n]."""
    x = log_sizes - np.mean(log_sizes)
    return logs @ x / (x @ x)


def fit_curvatures(log_sizes, logs):
    """The coefficient of the square of each row."""
    x = log_sizes - np.mean(log_sizes)
    columns = np.stack([np.ones_like(x), x, x * x], axis=1)
    return np.linalg.lstsq(columns, logs.T, rcond=None)[0][2]


def eval_interval(values):
    half = eval_half_width(values, 0.975)
    return np.mean(values) - half, np.mean(values) + half


def fit_law(study, metric, units, sizes, values):
    """The law of values [seed, size]; None where fewer than two seeds have all sizes."""
    whole = values[np.isfinite(values).all(axis=1)]
    if len(whole) < LEAST_SEEDS:
        return None
    x, logs, middle = np.log(sizes), np.log(whole), (len(sizes) + 1) // 2
    slopes, curvatures = fit_slopes(x, logs), fit_curvatures(x, logs)
    low, high = eval_interval(slopes)
    bend = eval_interval(curvatures)
    rounding = 1e-9
    thirds = tuple(float(np.mean(s)) for s in np.array_split(slopes, 3)) if len(slopes) >= 6 else ()
    first, last = np.exp(np.mean(logs[:, 0])), np.exp(np.mean(logs[:, -1]))
    return Law(study, metric, units, first, last, float(np.mean(slopes)), low, high,
               bool(bend[0] <= rounding and bend[1] >= -rounding),
               float(np.mean(fit_slopes(x[:middle], logs[:, :middle]))),
               float(np.mean(fit_slopes(x[middle - 1:], logs[:, middle - 1:]))), thirds, len(whole),
               int(np.sum(~np.isfinite(values))))


def lacking(results, size):
    """Says what a file lacks, or returns None."""
    for path in (size, SEED):
        factor = results.factor(path)
        if factor is None or not factor.numeric:
            return f"its design has no numeric factor {path}"
    if len(set(results.factor(size).values)) < LEAST_SIZES:
        return f"an exponent needs {LEAST_SIZES} sizes or more"
    if any(f.path not in (size, SEED) for f in results.varying):
        return f"it has further factors; one file holds one machine over {size} and {SEED}"
    return None


def list_laws(results, size):
    """The laws of every metric of a file that has values above 0, and what the figure draws."""
    laws, drawn = [], []
    for metric in results.metrics:
        sizes, values = collect(results, metric.key, size)
        law = fit_law(results.study, metric.key, metric.units, sizes, values)
        if law:
            laws.append(law)
            drawn.append(scaling.Curve(results.study, metric.key, metric.units, sizes, values))
    return laws, drawn


def describe(law):
    """One line: the exponent, and whether one exponent says it all."""
    if law.high - law.low < 1e-9:
        text = f"{law.exponent:.3f}"
    else:
        text = f"{law.exponent:.3f} ({law.low:.3f} … {law.high:.3f})"
    bend = "" if law.fits else f"; no power law: {law.lower:.2f} below, {law.upper:.2f} above the middle size"
    thirds = f"; thirds {', '.join(f'{t:.3f}' for t in law.thirds)}" if law.thirds and law.high > law.low + 1e-9 else ""
    missing = f"; {law.n_missing} trials without a value" if law.n_missing else ""
    return f"{law.study:22s} {law.metric:34s} {law.first:10.3g} … {law.last:<10.3g} {text}{bend}{thirds}{missing}"


def write_laws(laws, path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([f.name for f in fields(Law)])
        for law in laws:
            table.writerow([" ".join(map(repr, v)) if isinstance(v, tuple) else v
                            for v in (getattr(law, f.name) for f in fields(Law))])


def create_parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0],
                                     epilog="Example: python3 postproc/scaling.py machines-kerr.h5 machines-mesh.h5 -o scaling.svg")
    parser.add_argument("results", nargs="+", help="results files of `epilux run`, one a machine")
    parser.add_argument("-o", "--output", default="scaling.png", help="PNG, SVG or PDF by its suffix [scaling.png]")
    parser.add_argument("--csv", metavar="FILE", help="write the exponents with all digits")
    parser.add_argument("--size", metavar="PATH", default=SIZE, help=f"the factor that is the size [{SIZE}]")
    return parser


def main():
    script, arguments = "scaling", create_parser().parse_args()
    reason = refuse_suffix(arguments.output, SUFFIXES) or refuse_output(arguments.output, arguments.results)
    reason = reason or (arguments.csv and refuse_output(arguments.csv, arguments.results))
    if reason:
        return fail(script, reason, 2)
    laws, curves = [], []
    try:
        for path in arguments.results:
            with Results(path) as results:
                reason = lacking(results, arguments.size)
                if reason:
                    return fail(script, f"{path}: nothing to draw: {reason}", 1)
                own, drawn = list_laws(results, arguments.size)
                laws, curves = laws + own, curves + drawn
        if not laws:
            return fail(script, "no metric has a value above 0 for two seeds at every size", 1)
        style.save(scaling.figure(curves, arguments.size.split(".")[-1]), arguments.output)
        if arguments.csv:
            write_laws(laws, arguments.csv)
    except ResultsError as error:
        return fail(script, error, 2)
    except OSError as error:
        return fail(script, f"{error.filename}: cannot be written: {error.strerror}", 1)
    print(arguments.output)
    for law in sorted(laws, key=lambda law: law.metric):
        print(describe(law))
    return 0
