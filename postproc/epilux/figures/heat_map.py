"""Heat map over two factors: the yield, or else the mean of a metric, at each pair of their levels.

The first two numerical factors that vary, or one and a category; a panel for each combination of the others.
A design that is no grid is drawn as dots.
"""
import itertools
import math

import matplotlib
import numpy as np
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator

from epilux.figures import style
from epilux.layout import format_level, name_setting
from epilux.units import scale_units

MAX_PANELS, MAX_LEVELS = 6, 6
MAX_COMBINATIONS = 1000  # of levels of the other factors, beyond which no panels are looked for
MAX_CELLS = 150  # beyond them no number is written into the cells


def choose_factors(results):
    """Returns (x, y) or None: two numerical factors, or a numerical one and a category, or two categories."""
    varying = results.varying
    numeric, other = [f for f in varying if f.numeric], [f for f in varying if not f.numeric]
    pair = (numeric + other)[:2]
    return tuple(pair) if len(pair) == 2 else None


def choose_values(results, metric):
    """Returns (name, units, [point] values, (lowest, highest) or None) from /statistics, or None."""
    if metric is None and results.yields() is not None:
        return "yield", "%", 100 * results.yields().share, (0, 100)
    known = [m.key for m in results.metrics if results.statistic(m.key, "mean") is not None]
    key = metric or (known[0] if known else None)
    mean = results.statistic(key, "mean") if key else None
    if mean is None:
        return None
    scale, units = scale_units(mean, results.metric(key).units)
    return f"mean {results.metric(key).name}", units, mean * scale, None


def lacking(results, metric=None):
    """Says what the results lack for this figure, or returns None."""
    if choose_factors(results) is None:
        return "fewer than two factors vary"
    if choose_values(results, metric) is None:
        return "the file has no /statistics of it"
    if not np.any(np.isfinite(choose_values(results, metric)[2])):
        return "no design point has a finished trial"
    if math.prod(len(f.levels) for f in list_others(results)) > MAX_COMBINATIONS:
        return "the other factors have too many combinations for a map each"
    if not is_grid(results) and not all(f.numeric for f in choose_factors(results)):
        return "the design is no grid, and has no two numerical factors"
    if len(list_panels(results)) > MAX_PANELS:
        return f"the other factors have {len(list_panels(results))} combinations, too many for a map each"
    return None


def list_others(results):
    """The factors beside the pair that have a few levels."""
    return [f for f in results.varying if f not in choose_factors(results) and len(f.levels) <= MAX_LEVELS]


def list_panels(results):
    """[(title, [points])]: one panel a combination of the other factors of a few levels."""
    others = list_others(results)
    panels = []
    for combination in itertools.product(*(f.levels for f in others)):
        inside = np.ones(results.n_points, dtype=bool)
        for factor, level in zip(others, combination):
            inside &= factor.values == level
        panels.append((name_setting(zip(others, combination)), np.flatnonzero(inside)))
    return [panel for panel in panels if panel[1].size]


def is_grid(results):
    """Whether a pair of levels is at most one point of a panel, and at least half of the pairs are."""
    x, y = choose_factors(results)
    n_pairs = [len({(x.values[p], y.values[p]) for p in points}) for _, points in list_panels(results)]
    sizes = [points.size for _, points in list_panels(results)]
    return n_pairs == sizes and 2 * min(n_pairs) >= len(x.levels) * len(y.levels)


def caption(results, metric=None):
    x, y = choose_factors(results)
    name = choose_values(results, metric)[0]
    what = "Each cell is one design point" if is_grid(results) else "Each dot is one design point"
    return f"The {name} over {x.name} and {y.name}, as in /statistics. {what}."


@style.with_style
def figure(results, metric=None):
    if lacking(results, metric):
        return None
    x, y = choose_factors(results)
    name, units, values, limits = choose_values(results, metric)
    norm = Normalize(*(limits or (np.nanmin(values), np.nanmax(values))))
    panels, grid = list_panels(results), is_grid(results)
    n_columns = min(len(panels), 3)
    n_rows = -(-len(panels) // n_columns)
    height = max(0.9, min(0.32 * len(y.levels), 2.4)) if grid else 1.9
    width = style.COLUMN if n_columns == 1 else style.PAGE
    fig, all_axes = style.create_axes(width, 0.8 + n_rows * (height + 0.2), n_rows, n_columns, sharex=True,
                                      sharey=True)
    for axes, (title, points) in zip(all_axes, panels):
        image = (draw_cells if grid else draw_dots)(axes, x, y, points, values, norm)
        axes.set_title(title)
        axes.set_xlabel(style.label(x.name, x.units))
        axes.set_ylabel(style.label(y.name, y.units))
    style.finish_panels(all_axes, len(panels), n_columns)
    bar = fig.colorbar(image, ax=all_axes, label=style.label(name, units), aspect=18, pad=0.02)
    bar.outline.set_visible(False)
    bar.locator = MaxNLocator(5)
    bar.update_ticks()
    share = f": share with {results.criterion()}" if limits else ""
    style.add_head(fig, f"{name[0].upper()}{name[1:]} over {x.name} and {y.name}{share}")
    return fig


def draw_cells(axes, x, y, points, values, norm):
    table = np.full((len(y.levels), len(x.levels)), np.nan)
    for point in points:
        table[y.levels.index(y.values[point]), x.levels.index(x.values[point])] = values[point]
    colours = matplotlib.colormaps["cividis"].with_extremes(bad="white")
    image = axes.imshow(table, norm=norm, cmap=colours, aspect="auto", origin="lower")
    for axis, factor in ((axes.xaxis, x), (axes.yaxis, y)):
        step = -(-len(factor.levels) // 10)
        axis.set_ticks(range(0, len(factor.levels), step), [format_level(v) for v in factor.levels[::step]])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if table.size <= MAX_CELLS and len(x.levels) <= 10:
        write_cells(axes, table, norm)
    return image


def write_cells(axes, table, norm):
    width = np.nanmax(np.abs(table), initial=0)
    digits = 0 if width >= 20 else 1 if width >= 10 else 2
    for (row, column), value in np.ndenumerate(table):
        if np.isfinite(value):
            axes.text(column, row, f"{value:.{digits}f}", ha="center", va="center", fontsize=7,
                      color="white" if norm(value) < 0.55 else "black")


def draw_dots(axes, x, y, points, values, norm):
    shown = points[np.isfinite(values[points])]
    image = axes.scatter(x.values[shown], y.values[shown], c=values[shown], norm=norm, cmap="cividis", s=22,
                         edgecolors="black", linewidths=0.4)
    if x.logarithmic:
        style.set_log_scale(axes, "x")
    if y.logarithmic:
        style.set_log_scale(axes, "y")
    return image
