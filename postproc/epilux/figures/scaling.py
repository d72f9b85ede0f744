"""Scaling: metrics over the size of a machine, both in logarithms; a line is a machine, a band its middle 80 % over seeds."""
import textwrap
from dataclasses import dataclass

import numpy as np

from epilux.figures import style
from epilux.units import scale_units

MOST_LETTERS = 28  # of a line of a panel's title


@dataclass
class Curve:
    study: str
    metric: str
    units: str
    sizes: np.ndarray   # [n]
    values: np.ndarray  # [seed, n], NaN where a trial has none


def draw_curve(axes, curve, look, scale):
    colour, marker, dash = look
    known = np.isfinite(curve.values).any(axis=0)
    x, values = curve.sizes[known], curve.values[:, known] * scale
    low, middle, high = np.exp(np.nanquantile(np.log(values), (0.1, 0.5, 0.9), axis=0))
    axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
    return axes.plot(x, middle, color=colour, marker=marker, linestyle=dash)[0]


@style.with_style
def figure(curves, size_name):
    metrics, studies = list(dict.fromkeys(c.metric for c in curves)), list(dict.fromkeys(c.study for c in curves))
    looks = {study: style.CYCLE[i % len(style.CYCLE)] for i, study in enumerate(studies)}
    n_columns = min(3, len(metrics))
    n_rows = -(-len(metrics) // n_columns)
    fig, all_axes = style.create_axes(style.PAGE, 0.6 + 1.8 * n_rows, n_rows, n_columns)
    handles = {}
    for axes, metric in zip(all_axes, metrics):
        own = [c for c in curves if c.metric == metric]
        scale, units = scale_units(np.concatenate([c.values.ravel() for c in own]), own[0].units)
        for curve in own:
            handles[curve.study] = draw_curve(axes, curve, looks[curve.study], scale)
        style.set_log_scale(axes, "x")
        style.set_log_scale(axes, "y")
        axes.set_title("\n".join(textwrap.wrap(metric.replace("_", " "), MOST_LETTERS)))
        axes.set_ylabel(units if units != "1" else "")
        axes.set_xlabel(size_name)
    for axes in all_axes[len(metrics):]:
        axes.set_visible(False)
    style.add_head(fig, f"How machines grow with their {size_name}", [handles[s] for s in studies], studies)
    return fig
