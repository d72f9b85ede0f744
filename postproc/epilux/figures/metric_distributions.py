"""Metric distributions: every network of every design point, with the box of its quartiles.

One panel a metric on a grid of up to two factors; for other designs one row a design point, of one metric, or one
panel a factor when the points are many or of many factors.
"""
import numpy as np

from epilux.figures import panels, style
from epilux.layout import arrange, format_level, name_point
from epilux.units import scale_units

MAX_BOXES = 48
MAX_PANELS = 6
MAX_VECTOR_DOTS = 3000  # beyond them the dots are an image, so that a vector file stays small
GOLDEN = 0.6180339887498949  # spreads points evenly, the same way each time


def choose_metrics(results, metric):
    keys = [metric] if metric else [m.key for m in results.metrics]
    drawn = [k for k in keys if np.any(np.isfinite(results.values(k)))]
    return drawn[:MAX_PANELS]


def choose_layout(results):
    layout = arrange(results, max_panels=1)
    n_boxes = len(layout.ticks) * (len(layout.by.levels) if layout.by else 1) if layout else 0
    return layout if 0 < n_boxes <= MAX_BOXES else None


def choose_row_metric(results, metric):
    return choose_metrics(results, metric or results.yield_metric)[0]


def is_scattered(results, metric):
    return (choose_layout(results) is None and panels.wants_scatter(results)
            and box_of(results, choose_row_metric(results, metric))[0] is not None)


def lacking(results, metric=None):
    """Says what the results lack for this figure, or returns None."""
    if not choose_metrics(results, metric):
        return "no finished trial has a metric"
    if choose_layout(results) is None and results.n_points > panels.MAX_ROWS and not is_scattered(results, metric):
        return f"{results.n_points} design points are too many to draw each"
    return None


def box_of(results, key):
    """[point] (low whisker, quartile, median, quartile, high whisker), and the whiskers' name; or Nones."""
    inner = [results.quantile(key, p) for p in (0.25, 0.5, 0.75)]
    for low, high in ((0.05, 0.95), (0.1, 0.9)):
        outer = results.quantile(key, low), results.quantile(key, high)
        if all(q is not None for q in (*inner, *outer)):
            return np.array([outer[0], *inner, outer[1]]).T, f"{100 * low:g}–{100 * high:g} %"
    outer = results.statistic(key, "min"), results.statistic(key, "max")
    if all(q is not None for q in (*inner, *outer)):
        return np.array([outer[0], *inner, outer[1]]).T, "minimum to maximum"
    return None, None


def caption(results, metric=None):
    keys = choose_metrics(results, metric)
    whiskers = box_of(results, keys[0])[1]
    left = len(results.metrics) - len(keys) if metric is None else 0
    boxes = f"Boxes: quartiles and median; whiskers: {whiskers}."
    boxes = boxes if whiskers else "/statistics holds no quartiles."
    if is_scattered(results, metric):
        bars = "Bars: the middle half of them."
        return (f"Each dot is the median of a design point's networks that are done. "
                f"{panels.CROWDED if panels.is_crowded(results) else bars} "
                "Failed networks have no value here: see failures by cause.")
    return (f"Each dot is one fabricated network that is done. {boxes} Failed networks have no value here: "
            f"see failures by cause.{f' {left} more metrics not drawn.' if left else ''}")


@style.with_style
def figure(results, metric=None):
    if lacking(results, metric):
        return None
    layout = choose_layout(results)
    if layout is not None:
        return draw_panels(results, layout, choose_metrics(results, metric))
    key = choose_row_metric(results, metric)
    return draw_scatter(results, key) if is_scattered(results, metric) else draw_rows(results, key)


def draw_one(axes, results, key, point, place, width, colour, scale, vertical=True):
    """One design point: its networks as dots, and its box over them."""
    values = results.values(key)[point] * scale
    spread = ((np.arange(values.size) * GOLDEN) % 1 - 0.5) * 0.8 * width
    x, y = (place + spread, values) if vertical else (values, place + spread)
    axes.plot(x, y, linestyle="none", marker="o", markersize=1.8, color=colour, alpha=0.45, markeredgewidth=0,
              rasterized=results.state.size > MAX_VECTOR_DOTS)
    boxes, _ = box_of(results, key)
    if boxes is None or not np.all(np.isfinite(boxes[point])):
        return
    low, first, median, third, high = boxes[point] * scale
    line = {"color": colour, "linewidth": 0.8}
    axes.bxp([{"whislo": low, "q1": first, "med": median, "q3": third, "whishi": high}], positions=[place],
             widths=width, vert=vertical, showfliers=False, manage_ticks=False, showcaps=False, boxprops=line,
             whiskerprops=line, medianprops={"color": colour, "linewidth": 1.8})


def draw_panels(results, layout, keys):
    lines, styles = layout.panels[0][1], style.level_styles(layout.by)
    n_columns = {1: 1, 2: 2, 4: 2}.get(len(keys), 3)
    n_rows = -(-len(keys) // n_columns)
    width = style.COLUMN if len(keys) == 1 else style.PAGE
    fig, all_axes = style.create_axes(width, 0.6 + 1.6 * n_rows, n_rows, n_columns, sharex=True)
    step = 0.8 / len(lines)
    places = {position: i for i, (position, _) in enumerate(layout.ticks)}
    for axes, key in zip(all_axes, keys):
        scale, units = scale_units(results.values(key), results.metric(key).units)
        for i, line in enumerate(lines):
            shift = (i - (len(lines) - 1) / 2) * step
            for position, point in zip(line.positions, line.points):
                draw_one(axes, results, key, point, places[position] + shift, 0.75 * step,
                         styles[line.level][0], scale)
        finish_panel(axes, layout, style.label(results.metric(key).name, units), results.values(key))
    style.finish_panels(all_axes, len(keys), n_columns)
    for i, key in enumerate(keys):
        units = scale_units(results.values(key), results.metric(key).units)[1]
        all_axes[i].set_ylabel(style.label(results.metric(key).name, units))
    handles = {line.level: style.swatch(styles[line.level][0]) for line in lines}
    legend = style.collect_legend(layout.by, handles)
    style.add_head(fig, "Distribution over the fabricated networks", *legend)
    return fig


def finish_panel(axes, layout, label, values):
    if style.is_wide(values):
        style.set_log_axis(axes)
    axes.set_xticks(range(len(layout.ticks)), [format_level(level) for _, level in layout.ticks])
    axes.set_xlim(-0.6, len(layout.ticks) - 0.4)
    for i in range(len(layout.ticks) - 1):
        axes.axvline(i + 0.5, color="#DDDDDD", linewidth=0.5, zorder=0)
    axes.set_xlabel(style.label(layout.x.name, layout.x.units))
    axes.set_ylabel(label)


def draw_rows(results, key):
    n = results.n_points
    scale, units = scale_units(results.values(key), results.metric(key).units)
    names = [name_point(results, p) for p in range(n)]
    fig, (axes,) = style.create_axes(style.choose_width(names), 0.8 + 0.17 * max(n, 3))
    if style.is_wide(results.values(key)):
        axes.set_xscale("log")
    for point in range(n):
        draw_one(axes, results, key, point, point, 0.7, style.BLUE, scale, vertical=False)
    axes.set_yticks(np.arange(n), names)
    axes.set_ylim(n - 0.4, -0.6)
    axes.set_xlabel(style.label(results.metric(key).name, units))
    style.add_head(fig, f"Distribution of {results.metric(key).name} over the fabricated networks")
    return fig


def draw_scatter(results, key):
    scale, units = scale_units(results.values(key), results.metric(key).units)
    _, first, median, third, _ = scale * box_of(results, key)[0].T
    label = style.label(results.metric(key).name, units)
    fig, all_axes, legend = panels.draw_scatter(results, median, first, third, label)
    if style.is_wide(results.values(key)):
        style.set_log_axis(all_axes[0])
    style.add_head(fig, f"Distribution of {results.metric(key).name} over the fabricated networks", *legend)
    return fig
