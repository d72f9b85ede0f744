"""Yield over the design: the share of fabricated networks that meet the criterion, with its interval.

Against the first numerical factor, one line for each level of the estimator (or of another category); for a
design that is no grid, one row a design point, or one panel a factor when the points are many or of many factors.
"""
import numpy as np

from epilux.figures import panels, paper, style
from epilux.figures.chart import PERCENT, Axis, Look, Marks
from epilux.layout import arrange, format_level


MAX_BARS = 30  # points along a line that have a bar each; more have a band


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if not results.has_statistics:
        return "the file has no /statistics"
    if results.yields() is None:
        return "the deck has no `yield` section, so /statistics holds no yield"
    if not np.any(np.isfinite(results.yields().share)):
        return "no design point has a finished trial"
    return None


def title(results):
    return f"Yield{results.estimand}: share of networks with {results.criterion()}"


def interval_name(results):
    return f"{100 * results.confidence:g} % interval"


def has_no_bars(results):
    return arrange(results) is None and panels.wants_scatter(results) and panels.is_crowded(results)


def caption(results):
    bars = (f"Bars: {interval_name(results)} of each point by itself, not corrected for the number of points. "
            "Points at one setting are drawn side by side.")
    return (f"Share of a design point's finished networks that have {results.criterion()}; a network that "
            f"failed counts as one that does not. {panels.CROWDED if has_no_bars(results) else bars}")


def chart(results):
    if lacking(results):
        return None
    layout, yields = arrange(results), results.yields()
    share, low, high = 100 * yields.share, 100 * yields.low, 100 * yields.high
    label = "yield (%)" if has_no_bars(results) else f"yield (%), {interval_name(results)}"
    axis = Axis(label, limits=PERCENT)
    if layout is not None:
        return panels.chart_lines(layout, choose_marks(layout, share, low, high), axis, title(results))
    if panels.wants_scatter(results):
        return panels.chart_scatter(results, share, low, high, axis, title(results))
    return panels.chart_rows(results, share, low, high, axis, title(results))


def choose_marks(layout, share, low, high):
    """Returns the function that makes the marks of one line."""
    def create_marks(line, look, i_line, n_lines):
        (colour, marker, dash), p = look, np.asarray(line.points)
        names = [format_level(layout.x.values[point], layout.x.units) for point in p]
        if len(p) > MAX_BARS:
            return [Marks(np.asarray(line.positions, dtype=float), share[p], Look(colour, ".", width=0, size=3), low=low[p],
                          high=high[p], band=True, points=p, names=names)]
        return [Marks(style.dodge(layout, line.positions, i_line, n_lines), share[p], Look(colour, marker, dash), low=low[p],
                      high=high[p], points=p, names=names)]
    return create_marks


def figure(results):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results))
