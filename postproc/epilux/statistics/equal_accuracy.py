"""Light against the cheapest digital model at equal accuracy: the ratio of their energies, with its interval, and who wins.

The ratio of a setting is exp of the mean logarithm over its trials. Where study.seed is a factor, a seed makes the split,
the network and what is drawn of chips, and the interval counts each seed once (Student's t with the variance of overlapping
splits; Nadeau2003); with one seed it is over chips of
one split and network, and says so. Light is compared only where it reaches the target itself: the lower end of its
accuracy, by the same rule as the digital models'.
"""
from dataclasses import dataclass

import numpy as np

from epilux.layout import name_point
from epilux.statistics.accuracy_table import overlap_of
from epilux.statistics.regression import eval_half_width

SEED, TARGET = "study.seed", "reference.target"
CASES = ("optimistic", "budgeted", "today")
WORKS = (("inference", "one inference"), ("training", "training"))


@dataclass
class Comparison:
    setting: str       # the factors but the seed
    work: str
    case: str
    target: float      # accuracy that both sides have to reach
    accuracy: float    # of light, mean over trials; a failed one classifies nothing right
    lowest: float      # lower end, one-sided 95 %; NaN where there is one trial
    reaches: bool      # light reaches the target
    exists: bool       # some digital model does
    ratio: float       # light over digital; NaN where either does not
    low: float         # 95 % interval; NaN where there is one trial
    high: float
    over: str          # what the interval is over

    @property
    def winner(self):
        """light, digital, or nobody where the interval holds 1."""
        if not np.isfinite(self.ratio) or not np.isfinite(self.low):
            return "not shown"
        return "light" if self.high < 1 else "digital" if self.low > 1 else "not shown"


def group_points(results):
    """{setting: [points]}, points that differ in their seed alone together."""
    seed = results.factor(SEED)
    groups = {}
    for point in range(results.n_points):
        key = tuple(f.values[point] for f in results.varying if f is not seed)
        groups.setdefault(key, []).append(point)
    return list(groups.values())


def name_setting(results, point):
    texts = [t for t in name_point(results, point).split(", ") if not t.startswith("seed ")]
    return ", ".join(texts) or "all"


def eval_interval(results, values, points, probability):
    """Mean, half width and what it is over, of [point, instance] values: points once each, or instances of one point."""
    rows = np.asarray([values[p] for p in points])
    overlap = 0
    if len(points) > 1:
        overlap = overlap_of(results)
        units, over = np.nanmean(rows, axis=1), f"{len(points)} seeds, each a split, a network and its chips"
    else:
        units, over = rows[0][np.isfinite(rows[0])], "chips of one split and network"
    units = units[np.isfinite(units)]
    if units.size < 2:
        return (units[0] if units.size else np.nan), np.nan, "one trial"
    return np.mean(units), eval_half_width(units, probability, overlap), over


def compare_setting(results, points, work, case):
    target = float(results.point_value(TARGET, points[0]))
    margin = float(results.point_value("reference.margin", points[0], 0.01))
    mean, half, _ = eval_interval(results, np.nan_to_num(results.values("accuracy")), points, 0.95)
    reaches = bool(mean - (half if np.isfinite(half) else 0) >= target - margin)
    ratios = results.values(f"reference_{work}_ratio_{case}")
    exists = bool(np.any(np.isfinite(ratios[points])))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.where(ratios > 0, ratios, np.nan))
    log, width, over = eval_interval(results, logs, points, 0.975) if exists and reaches else (np.nan, np.nan, "")
    return Comparison(name_setting(results, points[0]), work, case, target, float(mean), float(mean - half), reaches, exists,
                      float(np.exp(log)), float(np.exp(log - width)), float(np.exp(log + width)), over)


def compare(results):
    """Comparisons, setting by setting; none where the results have no reference."""
    if results.metric("accuracy") is None or results.deck_value(TARGET) is None:
        return []
    found = [(work, case) for work, _ in WORKS for case in CASES if results.metric(f"reference_{work}_ratio_{case}")]
    return [compare_setting(results, points, work, case) for points in group_points(results) for work, case in found]


def write_row(row):
    name = dict(WORKS)[row.work]
    head = f"{name}, {row.case} case, {row.setting}: "
    if not row.exists:
        return head + "no digital model reaches the target, so there is no ratio"
    if not row.reaches:
        low = f", lower end {100 * row.lowest:.1f} %" if np.isfinite(row.lowest) else ""
        return head + f"light does not reach the target (accuracy {100 * row.accuracy:.1f} %{low}), so there is no ratio"
    interval = f", 95 % interval {row.low:.3g} to {row.high:.3g} over {row.over}" if np.isfinite(row.low) else ", one trial"
    verdict = {"light": "light wins", "digital": "the digital model wins"}.get(row.winner, "who wins is not shown")
    return head + f"light takes {row.ratio:.3g} times the energy of the digital model{interval}: {verdict}"


def write_sentences(results):
    """One sentence a work and case: at the setting where light does best, of how many."""
    rows = compare(results)
    sentences = []
    for work, case in dict.fromkeys((r.work, r.case) for r in rows):
        own = [r for r in rows if (r.work, r.case) == (work, case)]
        known = [r for r in own if np.isfinite(r.ratio)]
        best = min(known, key=lambda r: r.ratio) if known else own[0]
        count = f" ({len(known)} of {len(own)} settings can be compared; this one is best for light)" if len(own) > 1 else ""
        sentences.append(f"At equal accuracy ({100 * best.target:g} %): {write_row(best)}{count}.")
    return sentences
