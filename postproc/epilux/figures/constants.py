"""Which constants decide: the ratio of light's energy to the digital model's as each constant of an energy case goes through its
published range, the others fixed (a tornado).

Of a one-at-a-time design over energy.… values. Bars run from the least to the largest ratio of a constant; those that pass 1 turn who wins.
"""
import numpy as np

from epilux.figures import style
from epilux.statistics.equal_accuracy import CASES

WORKS = ("inference", "training")
MOST_BARS = 12


def find_ratios(results):
    """(work, case) of the ratios that the results have."""
    return [(work, case) for work in WORKS for case in CASES
            if results.metric(f"reference_{work}_ratio_{case}")]


def list_constants(results):
    return [f for f in results.factors if f.path.startswith("energy.") and f.numeric]


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if not find_ratios(results):
        return "the metrics have no reference_…_ratio_…"
    if not list_constants(results):
        return "no constant of an energy case is a factor"
    if not any(find_ranges(results, *ratio)[1] for ratio in find_ratios(results)):
        return "no ratio is known: light or every digital model misses the target"
    return None


def find_ranges(results, work, case):
    """(ratio of the base point, [(constant, least ratio, largest ratio)] by falling range): points that differ from the base
    in one constant alone."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(results.values(f"reference_{work}_ratio_{case}"))
    mean = np.array([np.exp(np.mean(row[np.isfinite(row)])) if np.isfinite(row).any() else np.nan for row in logs])
    ranges = []
    for factor in list_constants(results):
        others = [f for f in results.factors if f is not factor]
        own = [i for i in range(results.n_points) if all(f.values[i] == f.values[0] for f in others)]
        known = mean[own][np.isfinite(mean[own])]
        if known.size > 1:
            ranges.append((factor.path.split(".")[-1], float(known.min()), float(known.max())))
    return float(mean[0]), sorted(ranges, key=lambda r: r[1] / r[2])


def describe(results, work, case):
    """One sentence: the range of the ratio, and the constants that turn its sign."""
    base, ranges = find_ranges(results, work, case)
    if not ranges or not np.isfinite(base):
        return f"{work}, {case} case: no ratio of light to a digital model is known."
    turning = [name for name, low, high in ranges if low < 1 < high]
    low, high = min(r[1] for r in ranges), max(r[2] for r in ranges)
    verdict = f"{', '.join(turning)} turn{'s' if len(turning) == 1 else ''} who wins" if turning else "none turns who wins"
    name, least, most = ranges[0]
    return (f"{work}, {case} case: light takes {base:.3g} times the energy of the digital model; over the published ranges of "
            f"{len(ranges)} constants, one at a time, {low:.3g} to {high:.3g} times: {verdict}. {name} matters most "
            f"({least:.3g} to {most:.3g}).")


def write_sentences(results):
    return [] if lacking(results) else [describe(results, *ratio) for ratio in find_ratios(results)]


def caption(results):
    return ("Ratio of light's energy to that of the cheapest digital model that is as accurate, as one constant goes through its "
            "range; the line is the ratio with all at their base, dotted where both take the same.")


@style.with_style
def figure(results):
    if lacking(results):
        return None
    ratios = find_ratios(results)
    n_bars = min(MOST_BARS, max(len(find_ranges(results, *ratio)[1]) for ratio in ratios))
    fig, all_axes = style.create_axes(style.PAGE, 1 + 0.22 * n_bars * ((len(ratios) + 1) // 2), (len(ratios) + 1) // 2,
                                      min(2, len(ratios)))
    for axes, (work, case) in zip(all_axes, ratios):
        base, ranges = find_ranges(results, work, case)
        shown = ranges[:MOST_BARS][::-1]
        axes.barh(range(len(shown)), [high - low for _, low, high in shown], left=[low for _, low, _ in shown], height=0.7)
        axes.set_yticks(range(len(shown)), [name.replace("_", " ") for name, _, _ in shown])
        axes.axvline(base, color=style.BLACK, linewidth=0.8)
        axes.axvline(1, color=style.BLACK, linewidth=0.8, linestyle=":")
        style.set_log_scale(axes, "x")
        axes.set_title(f"{work}, {case}")
        axes.set_xlabel("energy of light / digital")
    style.finish_panels(all_axes, len(ratios), 2)
    for axes in all_axes[:len(ratios)]:
        axes.set_xlabel("energy of light / digital")
    style.add_head(fig, "Which constants decide")
    return fig


def print_table(results):
    for work, case in find_ratios(results):
        print(describe(results, work, case))
        for name, low, high in find_ranges(results, work, case)[1]:
            print(f"  {name:20s} {low:10.4g} {high:10.4g}{'  turns who wins' if low < 1 < high else ''}")
