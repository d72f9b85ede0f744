"""Heat map over two factors: the yield, or else the mean of a metric, at each pair of their levels.

The first two numerical factors that vary, or one and a category; a panel for each combination of the others.
A design that is no grid is drawn as dots.
"""
import itertools
import math

import numpy as np

from epilux.figures import paper, style
from epilux.figures.chart import COLUMN, PAGE, Axis, Cells, Chart, Look, Marks, Panel
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


def chart(results, metric=None):
    if lacking(results, metric):
        return None
    x, y = choose_factors(results)
    name, units, values, limits = choose_values(results, metric)
    colours = (style.label(name, units), *(limits or (float(np.nanmin(values)), float(np.nanmax(values)))))
    found, grid = list_panels(results), is_grid(results)
    columns = min(len(found), 3)
    height = max(0.9, min(0.32 * len(y.levels), 2.4)) if grid else 1.9
    share = f": share with {results.criterion()}" if limits else ""
    panels = [(chart_cells if grid else chart_dots)(x, y, points, values, title) for title, points in found]
    return Chart(f"{name[0].upper()}{name[1:]} over {x.name} and {y.name}{share}", panels, columns,
                 COLUMN if columns == 1 else PAGE, 0.8 + -(-len(found) // columns) * (height + 0.2), True, True, colours)


def create_level_axis(factor):
    step = -(-len(factor.levels) // 10)
    ticks = [(i, format_level(factor.levels[i])) for i in range(0, len(factor.levels), step)]
    return Axis(style.label(factor.name, factor.units), ticks=ticks, even=True, limits=(-0.5, len(factor.levels) - 0.5))


def chart_cells(x, y, points, values, title):
    table, places = np.full((len(y.levels), len(x.levels)), np.nan), np.full((len(y.levels), len(x.levels)), -1)
    for point in points:
        place = y.levels.index(y.values[point]), x.levels.index(x.values[point])
        table[place], places[place] = values[point], point
    written = table.size <= MAX_CELLS and len(x.levels) <= 10
    cells = Cells(table, choose_digits(table) if written else None, [format_level(v, y.units) for v in y.levels],
                  [format_level(v, x.units) for v in x.levels], places)
    return Panel(create_level_axis(x), create_level_axis(y), [cells], title)


def choose_digits(table):
    width = np.nanmax(np.abs(table), initial=0)
    return 0 if width >= 20 else 1 if width >= 10 else 2


def chart_dots(x, y, points, values, title):
    axes = [Axis(style.label(f.name, f.units), f.logarithmic and bool(np.min(f.values) > 0)) for f in (x, y)]
    dots = Marks(x.values[points], y.values[points], Look(width=0, size=4.7), values=values[points], points=points)
    return Panel(*axes, [dots], title)


def figure(results, metric=None):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results, metric))
