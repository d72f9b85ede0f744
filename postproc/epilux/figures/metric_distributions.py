"""Metric distributions: every network of every design point, with the box of its quartiles.

One panel a metric on a grid of up to two factors; for other designs one row a design point, of one metric, or one
panel a factor when the points are many or of many factors.
"""
import numpy as np

from epilux.figures import panels, paper, style
from epilux.figures.chart import COLUMN, PAGE, Axis, Boxes, Chart, Look, Panel
from epilux.layout import arrange, format_level, name_point
from epilux.units import scale_units

MAX_BOXES = 48
MAX_PANELS = 6


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


def chart(results, metric=None):
    if lacking(results, metric):
        return None
    layout = choose_layout(results)
    if layout is not None:
        return chart_panels(results, layout, choose_metrics(results, metric))
    key = choose_row_metric(results, metric)
    return chart_scatter(results, key) if is_scattered(results, metric) else chart_rows(results, key)


def create_boxes(results, key, points, places, thickness, colour, scale, vertical=True):
    """Networks of these design points as dots, and their boxes."""
    five, _ = box_of(results, key)
    values = [scale * v[np.isfinite(v)] for v in results.values(key)[points]]
    return Boxes(np.asarray(places, dtype=float), None if five is None else scale * five[points], values, thickness,
                 Look(colour), vertical=vertical, points=np.asarray(points))


def create_axis(results, key):
    """(axis of a metric with a unit's prefix, the factor that goes with it)."""
    values = results.values(key)
    scale, units = scale_units(values, results.metric(key).units)
    return Axis(style.label(results.metric(key).name, units), style.is_wide(values)), scale


def chart_panels(results, layout, keys):
    lines, styles = layout.panels[0][1], style.level_styles(layout.by)
    names = panels.name_levels(layout.by)
    columns = {1: 1, 2: 2, 4: 2}.get(len(keys), 3)
    step = 0.8 / len(lines)
    places = {position: i for i, (position, _) in enumerate(layout.ticks)}
    x = Axis(style.label(layout.x.name, layout.x.units), even=True, limits=(-0.6, len(layout.ticks) - 0.4),
             ticks=[(i, format_level(level)) for i, (_, level) in enumerate(layout.ticks)])
    drawn = []
    for key in keys:
        y, scale = create_axis(results, key)
        marks = []
        for i, line in enumerate(lines):
            shift = (i - (len(lines) - 1) / 2) * step
            boxes = create_boxes(results, key, line.points, [places[p] + shift for p in line.positions], 0.75 * step,
                                 styles[line.level][0], scale)
            boxes.name = names.get(line.level, "")
            marks.append(boxes)
        drawn.append(Panel(x, y, marks, rules=[("x", i + 0.5, ":") for i in range(len(layout.ticks) - 1)]))
    return Chart("Distribution over the fabricated networks", drawn, columns, COLUMN if len(keys) == 1 else PAGE,
                 0.6 + 1.6 * -(-len(keys) // columns), share_x=True, legend=list(names.values()))


def chart_rows(results, key):
    n = results.n_points
    x, scale = create_axis(results, key)
    names = [name_point(results, p) for p in range(n)]
    boxes = create_boxes(results, key, np.arange(n), np.arange(n), 0.7, style.BLUE, scale, vertical=False)
    y = Axis(ticks=list(enumerate(names)), limits=(-0.6, n - 0.4), reverse=True)
    return Chart(f"Distribution of {results.metric(key).name} over the fabricated networks", [Panel(x, y, [boxes])],
                 width=style.choose_width(names), height=0.8 + 0.17 * max(n, 3))


def chart_scatter(results, key):
    y, scale = create_axis(results, key)
    _, first, median, third, _ = scale * box_of(results, key)[0].T
    return panels.chart_scatter(results, median, first, third, y,
                                f"Distribution of {results.metric(key).name} over the fabricated networks")


def figure(results, metric=None):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results, metric))
