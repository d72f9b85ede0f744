"""Parallel coordinates: a line a design point, over an axis for each factor, the yield and the means of the first metrics."""
import numpy as np

from epilux.figures import paper, style
from epilux.figures.chart import Axis, Parallel
from epilux.units import scale_units

MAX_AXES = 9
MAX_METRICS = 3


def list_outcomes(results):
    """[(label, [point] values)] of the yield and of the first metrics' means, as /statistics holds them."""
    yields, found = results.yields(), []
    if yields is not None:
        found.append(("yield (%)", 100 * yields.share))
    for metric in results.metrics[:MAX_METRICS]:
        mean = results.statistic(metric.key, "mean")
        if mean is not None and np.any(np.isfinite(mean)):
            scale, units = scale_units(mean, metric.units)
            found.append((style.label(f"mean {metric.name}", units), scale * mean))
    return found


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if len(results.varying) < 2:
        return "fewer than two factors vary"
    if not any(np.any(np.isfinite(values)) for _, values in list_outcomes(results)):
        return "no design point has a finished trial"
    return None


def caption(results):
    left = len(results.varying) - (MAX_AXES - len(list_outcomes(results)))
    more = f" {left} more factors are not drawn." if left > 0 else ""
    return (f"Each line is a design point; its colour is {list_outcomes(results)[0][0]}, dark is low. On the page, drag along an axis to "
            f"mark a range.{more}")


def create_axis(label, values, logarithmic=False):
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    return Axis(label, bool(logarithmic and low > 0), limits=(low, high))


def chart(results):
    if lacking(results):
        return None
    outcomes = list_outcomes(results)
    axes, columns = [], []
    for factor in results.varying[:MAX_AXES - len(outcomes)]:
        label = style.label(factor.name, factor.units)
        if factor.numeric:
            axes.append(create_axis(label, factor.values, factor.logarithmic))
            columns.append(factor.values)
        else:
            axes.append(Axis(label, ticks=list(enumerate(factor.levels)), limits=(0, len(factor.levels) - 1)))
            columns.append([factor.levels.index(v) for v in factor.values])
    n_factors = len(axes)
    for label, values in outcomes:
        axes.append(create_axis(label, values))
        columns.append(values)
    return Parallel("Design points over all factors", axes, np.array(columns, dtype=float).T, np.arange(results.n_points), n_factors)


def figure(results):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results))
