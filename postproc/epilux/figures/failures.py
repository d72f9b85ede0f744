"""Failures by cause: how many networks of each design point miss the criterion, and why.

Bars are stacked by cause: no equilibrium (and which kind of none), failed, or done but below the criterion.
"""
import numpy as np

from epilux.figures import paper, style
from epilux.figures.chart import Axis, Bars, Chart, Look, Panel
from epilux.layout import arrange, format_level, name_point

MAX_ROWS = 48


def list_causes(results):
    """[(cause, [point] number of networks, colour)] of the causes that occur."""
    causes = []
    for i, (name, counts) in enumerate(results.failures().items()):
        causes.append((name, counts, style.CAUSES[i % len(style.CAUSES)]))
    yields = results.yields()
    if yields is not None and np.all(yields.met >= 0):
        causes.append((f"done, without {results.criterion()}", results.done - yields.met, style.UNMET))
    return [cause for cause in causes if np.any(cause[1] > 0)]


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if not np.any(results.finished):
        return "no trial is finished"
    if not list_causes(results):
        return f"none of the {int(results.finished.sum())} finished networks failed"
    return None


def caption(results):
    pending = f" {results.n_pending} trials are pending and not drawn." if results.n_pending else ""
    what = f"Networks of each design point, of {results.n_instances},"
    if is_pooled(order_rows(results)):
        what = f"Share of the networks of all {results.n_points} design points"
    return (f"{what} that count as failed devices, by cause. A network that has no stable equilibrium is a "
            f"result, not a missing value.{pending}")


def order_rows(results):
    """[(points, name of the group, name of the row)]: rows of one x level together, or many points a row."""
    if results.n_points > MAX_ROWS:
        category = next((f for f in results.varying if not f.numeric), None)
        if category is None:
            return [(list(range(results.n_points)), "", f"all {results.n_points} points")]
        return [(np.flatnonzero(category.values == v).tolist(), "", v) for v in category.levels]
    layout = arrange(results, max_panels=1)
    if layout is None or layout.by is None:
        return [([p], "", name_point(results, p)) for p in range(results.n_points)]
    rows = []
    for position, level in layout.ticks:
        group = f"{layout.x.name} {format_level(level, layout.x.units)}" if layout.x.numeric else str(level)
        for line in layout.panels[0][1]:
            if position in line.positions:
                name = format_level(line.level, layout.by.units)
                rows.append(([line.points[line.positions.index(position)]], group,
                             f"{layout.by.name} {name}" if layout.by.numeric else name))
    return rows


def is_pooled(rows):
    return any(len(points) > 1 for points, _, _ in rows)


def chart(results):
    if lacking(results):
        return None
    rows, causes = order_rows(results), list_causes(results)
    pooled = is_pooled(rows)
    scales = np.array([100 / (len(points) * results.n_instances) if pooled else 1 for points, _, _ in rows])
    places, place, last = [], -1.0, None
    for _, group, _ in rows:
        place += 1.0 if group == last else 1.5
        places.append(place)
        last = group
    left, bars = np.zeros(len(rows)), []
    for name, counts, colour in causes:
        sums = scales * [counts[points].sum() for points, _, _ in rows]
        bars.append(Bars(np.array(places), left, left + sums, Look(colour), name))
        left = left + sums
    x = Axis("networks (%)" if pooled else f"networks, of {results.n_instances}", whole=True,
             limits=(0, 100 if pooled else results.n_instances))
    y = Axis(ticks=[(place, text) for place, (_, _, text) in zip(places, rows)], limits=(places[0] - 0.7, places[-1] + 0.7),
             reverse=True)
    return Chart("Failed networks by cause", [Panel(x, y, bars, groups=list_groups(rows, places))],
                 width=style.choose_width([text for _, _, text in rows]), height=0.9 + 0.155 * max(len(rows), 3))


def list_groups(rows, places):
    """[(first place, last place, name)] of the rows that belong together."""
    groups = {}
    for place, (_, group, _) in zip(places, rows):
        if group:
            groups.setdefault(group, []).append(place)
    return [(inside[0], inside[-1], group) for group, inside in groups.items()]


def figure(results):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results))
