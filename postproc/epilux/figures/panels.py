"""Ways to chart one number of each design point, with its interval or band, that several figures share."""
import numpy as np

from epilux.figures import style
from epilux.figures.chart import COLUMN, PAGE, Axis, Chart, Look, Marks, Panel
from epilux.layout import format_level, is_even, name_point

MAX_ROWS = 48
MAX_ROW_NAME = 40  # letters; longer names leave a row no room


def create_factor_axis(layout):
    """The x axis of a Layout: scale, ticks at the levels, and label."""
    x, ticks = layout.x, layout.ticks
    axis = Axis(style.label(x.name, x.units), layout.is_logarithmic, even=is_even(x))
    if len(ticks) <= 10:
        axis.ticks = [(position, format_level(level)) for position, level in ticks]
    if axis.even:
        axis.limits = (-0.5, len(ticks) - 0.5)
    return axis


def name_levels(factor):
    """{level: its name in a legend}, in the factor's order; {} without a factor."""
    return {v: f"{factor.name} {format_level(v, factor.units)}" if factor.numeric else str(v)
            for v in factor.levels} if factor else {}


def chart_lines(layout, create_marks, y, title):
    """One panel for each of the layout's, by create_marks(line, look, i_line, n_lines) → a list of Marks; the first is named
    in the legend."""
    styles, names, n = style.level_styles(layout.by), name_levels(layout.by), len(layout.panels)
    columns = min(n, 3)
    panels = []
    for name, lines in layout.panels:
        marks = []
        for i, line in enumerate(lines):
            own = create_marks(line, styles[line.level], i, len(lines))
            own[0].name = names.get(line.level, "")
            marks += own
        panels.append(Panel(create_factor_axis(layout), y, marks, name))
    return Chart(title, panels, columns, COLUMN if n == 1 else PAGE, 0.6 + 1.9 * -(-n // columns), share_x=True, share_y=True,
                 legend=list(names.values()))


def chart_rows(results, centre, low, high, x, title):
    """A row a design point: its number with its interval."""
    n = results.n_points
    names = [name_point(results, p) for p in range(n)]
    marks = Marks(centre, np.arange(n), Look(width=0), low=low, high=high, along="x", points=np.arange(n))
    y = Axis(ticks=list(enumerate(names)), limits=(-0.5, n - 0.5), reverse=True)
    return Chart(title, [Panel(x, y, [marks])], width=style.choose_width(names), height=0.75 + 0.15 * max(n, 3))


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


def chart_scatter(results, centre, low, high, y, title):
    """One panel for each numerical factor, one dot a design point, for a design that is no grid; of many points pale dots
    without intervals, and over them the mean of each eighth of the points."""
    numeric, category = choose_scatter_factors(results)
    names = name_levels(category)
    columns = min(len(numeric), 4 if len(numeric) in (4, 7, 8) else 3)
    panels = []
    for factor in numeric:
        marks = []
        for level, look in style.level_styles(category).items():
            inside = np.flatnonzero(category.values == level) if category else np.arange(results.n_points)
            marks += scatter_level(results, factor, inside, (centre, low, high), look, names.get(level, ""))
        x = Axis(style.label(factor.name, factor.units), factor.logarithmic and bool(np.min(factor.values) > 0))
        panels.append(Panel(x, y, marks))
    n = len(numeric)
    return Chart(title, panels, columns, COLUMN if n == 1 else PAGE, 0.6 + 2.0 * -(-n // columns), share_y=True,
                 legend=list(names.values()))


def scatter_level(results, factor, inside, bars, look, name):
    """The dots of these points against a factor, and the mean over parts of them where they are many."""
    colour, marker, _ = look
    centre, low, high = bars
    many = is_crowded(results)
    dots = Marks(factor.values[inside], centre[inside], Look(colour, marker, width=0, size=3, alpha=0.35 if many else 0.8), name,
                 points=inside)
    if not many:
        dots.low, dots.high = low[inside], high[inside]
        return [dots]
    x, y = average(factor.values[inside], centre[inside])
    return [dots, Marks(np.array(x), np.array(y), Look(colour, "", width=1.6))]


def average(x, y, n_parts=8):
    """Means of x and y over each of n_parts equal parts of the points, by rising x."""
    order = np.argsort(x, kind="stable")
    order = order[np.isfinite(y[order])]
    parts = [part for part in np.array_split(order, n_parts) if part.size]
    return [np.mean(x[part]) for part in parts], [np.mean(y[part]) for part in parts]
