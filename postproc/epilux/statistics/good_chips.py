"""Energy per good chip: chips that fail are paid for, too.

Of a design point with a yield, the training energy of all its chips over the number of those that meet the criterion. The interval is that
of the logarithm of mean energy over yield, by its first-order variance, chips being independent; none where all or no chips are good, or
where there is one. Chips that were lost to the solver have no energy: they are counted, and the others stand for them.
"""
from dataclasses import dataclass

import numpy as np

from epilux.layout import name_point
from epilux.statistics.equal_accuracy import CASES
from epilux.statistics.regression import eval_half_width

METRIC = "training_energy"


@dataclass
class GoodChip:
    point: int
    case: str
    n_good: int
    n_chips: int     # finished
    n_unknown: int   # of them without an energy
    energy: float    # J a good chip; infinite where none is good
    low: float       # 95 % interval; NaN where there is none
    high: float


def eval_interval(energy, good):
    """The 95 % interval of mean(energy) / mean(good) of chips [n]."""
    mean, share = np.mean(energy), np.mean(good)
    if energy.size < 2 or share in (0, 1):
        return np.nan, np.nan
    half = eval_half_width(energy / mean - good / share, 0.975)
    return mean / share * np.exp(-half), mean / share * np.exp(half)


def eval_point(results, point, case, good):
    finished = results.state[point] > 0
    energy = results.values(f"{METRIC}_{case}")[point]
    known = finished & np.isfinite(energy)
    n_good = int(np.sum(good[point][finished]))
    n_chips, n_unknown = int(np.sum(finished)), int(np.sum(finished & ~known))
    if not known.any():
        return GoodChip(point, case, n_good, n_chips, n_unknown, np.nan, np.nan, np.nan)
    per_good = np.mean(energy[known]) * n_chips / n_good if n_good else np.inf
    low, high = eval_interval(energy[known], good[point][known].astype(float)) if n_unknown == 0 else (np.nan, np.nan)
    return GoodChip(point, case, n_good, n_chips, n_unknown, float(per_good), float(low), float(high))


def list_good_chips(results):
    """Of every case that the metrics have and every point; none without a criterion."""
    good = results.meets() if results.yield_metric else None
    if good is None:
        return []
    return [eval_point(results, point, case, good) for case in CASES if results.metric(f"{METRIC}_{case}")
            for point in range(results.n_points)]


def describe(results, chip):
    """One line of a table."""
    interval = f" ({chip.low:.3g} … {chip.high:.3g})" if np.isfinite(chip.low) else ""
    unknown = f", {chip.n_unknown} of them without an energy" if chip.n_unknown else ""
    cost = "no chip is good" if chip.n_good == 0 else f"{chip.energy:.3g} J a good chip{interval}"
    return f"  {cost}: {chip.n_good} of {chip.n_chips} chips are good{unknown}; {name_point(results, chip.point) or 'all'}"


def write_table(results):
    """The lines of the cheapest ten of each case."""
    chips, lines = list_good_chips(results), []
    for case in dict.fromkeys(c.case for c in chips):
        own = sorted((c for c in chips if c.case == case and not np.isnan(c.energy)), key=lambda c: c.energy)
        lines += [f"training, {case}: energy per good chip, failed ones paid for"] if own else []
        lines += [describe(results, chip) for chip in own[:10]]
        lines += [f"  … and {len(own) - 10} more points"] if len(own) > 10 else []
    return lines
