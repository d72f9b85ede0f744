"""Gradient cosine against a factor: how well each estimator's gradient points along the exact one.

The median network of each design point, with the band that holds the middle 80 % of its networks.
"""
import numpy as np

from epilux.figures import panels, paper
from epilux.figures.chart import Axis, Look, Marks
from epilux.layout import arrange, format_level

KEY = "gradient_cosine"


def band_of(results):
    """Returns (centre, low, high, name) [point] from /statistics, or None."""
    quantiles = [results.quantile(KEY, p) for p in (0.5, 0.1, 0.9)]
    if all(q is not None for q in quantiles):
        return (*quantiles, "median and 10–90 % of networks")
    mean, std = results.statistic(KEY, "mean"), results.statistic(KEY, "std")
    if mean is None or std is None:
        return None
    return (mean, np.maximum(mean - std, -1), np.minimum(mean + std, 1),  # where a cosine can be
            "mean ± standard deviation of networks")


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if results.metric(KEY) is None:
        return "the deck's metrics have no gradient_cosine"
    band = band_of(results)
    if band is None:
        return "/statistics holds no gradient_cosine"
    if not np.any(np.isfinite(band[0])):
        return "no finished trial has a gradient cosine"
    if arrange(results) is None and not panels.choose_scatter_factors(results)[0]:
        return "the design has no factor to draw it against"
    return None


def caption(results):
    long_name = results.metric(KEY).long_name
    return (f"{long_name[:1].upper()}{long_name[1:]}: {band_of(results)[3]} that are done. 1 is the exact "
            "direction, 0 a right angle.")


def chart(results):
    if lacking(results):
        return None
    layout, (centre, low, high, name) = arrange(results), band_of(results)
    axis, title = Axis("gradient cosine", limits=choose_limits(np.fmin(centre, low))), f"Gradient cosine: {name}"
    if layout is None:
        return panels.chart_scatter(results, centre, low, high, axis, title)
    return panels.chart_lines(layout, choose_marks(layout, centre, low, high), axis, title)


def choose_marks(layout, centre, low, high):
    """Returns the function that makes the marks of one line with its band."""
    def create_marks(line, look, _i_line, _n_lines):
        p = np.asarray(line.points)
        names = [format_level(layout.x.values[point], layout.x.units) for point in p]
        return [Marks(np.asarray(line.positions, dtype=float), centre[p], Look(*look), low=low[p], high=high[p], band=True,
                      points=p, names=names)]
    return create_marks


def choose_limits(low):
    """The y range: up to 1, the exact direction, and down to the lowest band, or dot without one, in steps of 0.1."""
    lowest = min(0.9, np.floor(10 * np.nanmin(low)) / 10)
    margin = 0.03 * (1 - lowest)
    return float(lowest - margin), 1 + float(margin)


def figure(results):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results))
