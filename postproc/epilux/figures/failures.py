"""Failures by cause: how many networks of each design point miss the criterion, and why.

Bars are stacked by cause: no equilibrium (and which kind of none), failed, or done but below the criterion.
"""
import numpy as np
from matplotlib.ticker import MaxNLocator

from epilux.figures import style
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


@style.with_style
def figure(results):
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
    width = style.choose_width([text for _, _, text in rows])
    fig, (axes,) = style.create_axes(width, 0.9 + 0.155 * max(len(rows), 3))
    left, bars = np.zeros(len(rows)), []
    for _, counts, colour in causes:
        sums = scales * [counts[points].sum() for points, _, _ in rows]
        bars.append(axes.barh(places, sums, 0.8, left=left, color=colour, linewidth=0))
        left += sums
    axes.set_yticks(places, [text for _, _, text in rows])
    axes.set_ylim(places[-1] + 0.7, places[0] - 0.7)
    axes.set_xlim(0, 100 if pooled else results.n_instances)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("networks (%)" if pooled else f"networks, of {results.n_instances}")
    axes.tick_params(axis="y", length=0)
    name_groups(axes, rows, places)
    style.add_head(fig, "Failed networks by cause", bars, [name for name, _, _ in causes])
    return fig


def name_groups(axes, rows, places):
    """Writes each group's name at the right of its rows."""
    groups = list(dict.fromkeys(group for _, group, _ in rows if group))
    for group in groups:
        inside = [place for place, row in zip(places, rows) if row[1] == group]
        axes.annotate(group, (1.0, np.mean(inside)), (6, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", fontsize=7.5)
        axes.plot([1.01, 1.01], [inside[0] - 0.4, inside[-1] + 0.4], color="black", linewidth=0.6,
                  clip_on=False, transform=axes.get_yaxis_transform())
