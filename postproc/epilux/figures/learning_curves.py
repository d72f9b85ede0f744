"""Learning curves: the median network over the epochs, with the band of the middle 80 % of the population.

One column for each level of the first factor, one row a metric, one line for each level of the estimator.
"""
import warnings

import numpy as np

from epilux.figures import style
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


@style.with_style
def figure(results):
    if lacking(results):
        return None
    panels, by = list_panels(results)
    panels, styles = choose_panels(panels), style.level_styles(by)
    keys = results.curve_keys[:MAX_METRICS]
    width = style.COLUMN if len(panels) == 1 else style.PAGE
    fig, all_axes = style.create_axes(width, 0.6 + 1.5 * len(keys), len(keys), len(panels), sharex=True,
                                      sharey="row")
    handles = {}
    for i, key in enumerate(keys):
        epochs, values = results.curves(key)
        for axes, (title, pairs) in zip(all_axes[i * len(panels):], panels):
            for level, points in pairs:
                curves = values[points].reshape(-1, len(epochs))
                handles[level] = draw_curve(axes, epochs, curves, styles[level]) or handles.get(level)
            axes.set_title(title if i == 0 else "", fontsize=8)
            axes.set_xlabel("epoch")
        metric = results.metric(key)
        label = style.label(metric.name, metric.units) if metric else key
        finish_row(all_axes[i * len(panels):(i + 1) * len(panels)], label, values, i == len(keys) - 1)
    handles = {level: handle for level, handle in handles.items() if handle is not None}
    style.add_head(fig, "Training: median network and 10–90 % band of the population",
                   *style.collect_legend(by, handles))
    return fig


def draw_curve(axes, epochs, values, look):
    """Draws one population [instance, epoch]; returns the line, or None when no network of it is done."""
    if not np.any(np.isfinite(values)):
        return None
    colour, _, dash = look
    values = keep_last(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an epoch that no network reached is NaN: a gap
        low, median, high = np.nanquantile(values, (0.1, 0.5, 0.9), axis=0)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.16, linewidth=0)
    return axes.plot(epochs, median, color=colour, linestyle=dash)[0]


def keep_last(values):
    """Fills the NaN after the last value of each row [instance, epoch] with that value."""
    places = np.where(np.isfinite(values), np.arange(values.shape[1]), 0)
    return np.take_along_axis(values, np.maximum.accumulate(places, axis=1), axis=1)


def finish_row(row, label, values, is_last):
    if style.is_wide(values):
        style.set_log_axis(row[0])
    for i, axes in enumerate(row):
        axes.set_ylabel(label if i == 0 else "")
        if not is_last:
            axes.set_xlabel("")
