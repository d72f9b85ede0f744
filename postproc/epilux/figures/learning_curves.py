"""Learning curves: the median network over the epochs, with the band of the middle 80 % of the population.

One column for each level of the first factor, one row a metric, one line for each level of the estimator.
"""
import warnings

import numpy as np

from epilux.figures import paper, style
from epilux.figures.chart import COLUMN, PAGE, Axis, Chart, Look, Marks, Panel
from epilux.figures.panels import name_levels
from epilux.layout import arrange, name_level

MAX_COLUMNS = 5
MAX_METRICS = 2


def list_panels(results):
    """[(title, [(level, points)])], and the factor that makes the lines or None."""
    layout = arrange(results)
    if layout is None:
        category = next((f for f in results.varying if not f.numeric), None)
        if category is None:
            return [("", [(None, list(range(results.n_points)))])], None
        return [("", [(v, np.flatnonzero(category.values == v).tolist()) for v in category.levels])], category
    panels = []
    for name, lines in layout.panels:
        for position, level in layout.ticks:
            pairs = [(line.level, [line.points[line.positions.index(position)]]) for line in lines
                     if position in line.positions]
            panels.append(("\n".join(t for t in (name, name_level(layout.x, level)) if t), pairs))
    return panels, layout.by


def choose_panels(panels):
    """At most MAX_COLUMNS of them, evenly over the list, with both ends."""
    if len(panels) <= MAX_COLUMNS:
        return panels
    return [panels[int(round(i))] for i in np.linspace(0, len(panels) - 1, MAX_COLUMNS)]


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if not results.curve_keys:
        return "the file has no /curves (the deck did not ask for them)"
    if not np.any(results.done):
        return "no trial is done yet"
    return None


def caption(results):
    panels, _ = list_panels(results)
    left = len(panels) - len(choose_panels(panels))
    is_pooled = arrange(results) is None and results.n_points > 1
    pooled = " All design points of a line are taken together." if is_pooled else ""
    return ("Lines: median network; bands: 10–90 % of the population, taken at each epoch from /curves over "
            f"the networks that are done; one that stopped early keeps its last value.{pooled}"
            f"{f' {left} more settings not drawn.' if left else ''}")


def chart(results):
    if lacking(results):
        return None
    settings, by = list_panels(results)
    settings, styles = choose_panels(settings), style.level_styles(by)
    keys, names = results.curve_keys[:MAX_METRICS], name_levels(by)
    drawn = []
    for i, key in enumerate(keys):
        epochs, values = results.curves(key)
        metric = results.metric(key)
        y = Axis(style.label(metric.name, metric.units) if metric else key, style.is_wide(values))
        for title, pairs in settings:
            marks = [create_curve(epochs, values[points].reshape(-1, len(epochs)), styles[level], names.get(level, ""))
                     for level, points in pairs]
            drawn.append(Panel(Axis("epoch"), y, [m for m in marks if m is not None], title if i == 0 else ""))
    return Chart("Training: median network and 10–90 % band of the population", drawn, len(settings),
                 COLUMN if len(settings) == 1 else PAGE, 0.6 + 1.5 * len(keys), share_x=True, share_y="row",
                 legend=list(names.values()))


def create_curve(epochs, values, look, name):
    """Marks of one population [instance, epoch], or None when no network of it is done."""
    if not np.any(np.isfinite(values)):
        return None
    colour, _, dash = look
    values = keep_last(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an epoch that no network reached is NaN: a gap
        low, median, high = np.nanquantile(values, (0.1, 0.5, 0.9), axis=0)
    return Marks(np.asarray(epochs, dtype=float), median, Look(colour, "", dash), name, low, high, band=True)


def keep_last(values):
    """Fills the NaN after the last value of each row [instance, epoch] with that value."""
    places = np.where(np.isfinite(values), np.arange(values.shape[1]), 0)
    return np.take_along_axis(values, np.maximum.accumulate(places, axis=1), axis=1)


def figure(results):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results))
