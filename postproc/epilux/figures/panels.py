"""Two ways to draw one number of each design point, with its interval or band, that several figures share."""
import numpy as np

from epilux.figures import style
from epilux.layout import name_point

MAX_ROWS = 48
MAX_ROW_NAME = 40  # letters; longer names leave a row no room


def draw_lines(layout, draw_line, label):
    """One panel for each of the layout's, by draw_line(axes, line, look, i_line, n_lines) → legend's handle.

    Returns (figure, axes of the panels, handles by level); the caller sets limits and head.
    """
    styles, n = style.level_styles(layout.by), len(layout.panels)
    n_columns = min(n, 3)
    n_rows = -(-n // n_columns)
    width = style.COLUMN if n == 1 else style.PAGE
    fig, all_axes = style.create_axes(width, 0.6 + 1.9 * n_rows, n_rows, n_columns, sharey=True, sharex=True)
    handles = {}
    for axes, (name, lines) in zip(all_axes, layout.panels):
        for i, line in enumerate(lines):
            handles[line.level] = draw_line(axes, line, styles[line.level], i, len(lines))
        style.set_factor_axis(axes, layout)
        axes.set_title(name)
        axes.set_ylabel(label)
    style.finish_panels(all_axes, n, n_columns)
    return fig, all_axes[:n], handles


def choose_scatter_factors(results):
    """The numerical factors, a panel of the scatter each, and the category that colours it (or None)."""
    numeric = [f for f in results.varying if f.numeric]
    return numeric, next((f for f in results.varying if not f.numeric), None)


def wants_scatter(results):
    """Says whether a design that is no grid is better drawn against its factors than as a row a point."""
    if not choose_scatter_factors(results)[0]:
        return False
    return (results.n_points > MAX_ROWS
            or max(len(name_point(results, p)) for p in range(results.n_points)) > MAX_ROW_NAME)


def is_crowded(results):
    """Says whether a scatter has too many points for an interval each."""
    return results.n_points > MAX_ROWS


CROWDED = "The line is the mean of each eighth of the points."


def draw_scatter(results, centre, low, high, label):
    """One panel for each numerical factor, one dot a design point, for a design that is no grid; of many points pale dots
    without intervals, and over them the mean of each eighth of the points.

    Returns (figure, axes of the panels, (handles, labels) of the legend).
    """
    numeric, category = choose_scatter_factors(results)
    styles, many = style.level_styles(category), is_crowded(results)
    n_columns = min(len(numeric), 4 if len(numeric) in (4, 7, 8) else 3)
    n_rows = -(-len(numeric) // n_columns)
    fig, all_axes = style.create_axes(style.COLUMN if len(numeric) == 1 else style.PAGE, 0.6 + 2.0 * n_rows, n_rows,
                                      n_columns, sharey=True)
    handles = {}
    for axes, factor in zip(all_axes, numeric):
        for level, (colour, marker, _) in styles.items():
            inside = np.flatnonzero(category.values == level) if category else np.arange(results.n_points)
            distances = np.maximum(0, [centre[inside] - low[inside], high[inside] - centre[inside]])
            bars = None if many else distances
            handles[level] = axes.errorbar(factor.values[inside], centre[inside], bars, color=colour,
                                           alpha=0.35 if many else 0.8, marker=marker, markersize=3, linestyle="none",
                                           elinewidth=0.5)
            if many:
                axes.plot(*average(factor.values[inside], centre[inside]), color=colour, linewidth=1.6)
        if factor.logarithmic and np.min(factor.values) > 0:
            style.set_log_scale(axes, "x")
        axes.set_xlabel(style.label(factor.name, factor.units))
    for i, axes in enumerate(all_axes):
        axes.set_visible(i < len(numeric))
        axes.set_ylabel(label if i % n_columns == 0 else "")
    return fig, all_axes[:len(numeric)], style.collect_legend(category, handles)


def average(x, y, n_parts=8):
    """Means of x and y over each of n_parts equal parts of the points, by rising x."""
    order = np.argsort(x, kind="stable")
    order = order[np.isfinite(y[order])]
    parts = [part for part in np.array_split(order, n_parts) if part.size]
    return [np.mean(x[part]) for part in parts], [np.mean(y[part]) for part in parts]
