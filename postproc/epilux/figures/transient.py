"""Transient: what the detectors see, and how fast the state still moves, from the start to the equilibrium.

Of a network that oscillates, its last periods.
"""
import numpy as np
from matplotlib.ticker import MaxNLocator

from epilux.figures import style

MAX_OUTPUTS = 6
PERIODS = 5


def lacking(trajectory):
    """Says what the file lacks for this figure, or returns None."""
    if trajectory.kind != "transient":
        return f"the file holds a {trajectory.kind} (draw it with hysteresis.py)"
    if len(trajectory.time) < 2:
        return "the file has no step"
    return None


def caption(trajectory):
    text = {"settled": f"It settles: the residual stays below what counts as settled from "
                       f"{trajectory.settling_time:.4g}{units_of(trajectory)} on.",
            "oscillates": f"It oscillates with a period of {trajectory.period:.4g}{units_of(trajectory)}; "
                          f"the last {PERIODS} periods are drawn."}.get(trajectory.outcome,
                                                                       f"Outcome: {trajectory.outcome}.")
    left = trajectory.readout.shape[1] - MAX_OUTPUTS
    return text + (f" {left} more outputs not drawn." if left > 0 else "")


def units_of(trajectory):
    return "" if trajectory.time_units == "1" else f" {trajectory.time_units}"


def choose_rows(trajectory):
    """The rows that are drawn: all, or of an oscillation the last periods."""
    if trajectory.outcome != "oscillates" or not np.isfinite(trajectory.period):
        return np.ones(len(trajectory.time), dtype=bool)
    return trajectory.time >= trajectory.time[-1] - PERIODS * trajectory.period


@style.with_style
def figure(trajectory):
    if lacking(trajectory):
        return None
    rows = choose_rows(trajectory)
    time, readout, residual = trajectory.time[rows], trajectory.readout[rows], trajectory.residual[rows]
    fig, (upper, lower) = style.create_axes(style.COLUMN, 3.6, 2, 1, sharex=True)
    outputs = range(min(readout.shape[1], MAX_OUTPUTS))
    handles = []
    for k in outputs:
        colour, _, dash = style.CYCLE[k]
        handles += upper.plot(time, readout[:, k], color=colour, linestyle=dash)
    upper.set_ylabel("detector")
    positive = residual > 0
    if trajectory.outcome == "settled":
        positive[-1] = False  # the equilibrium itself, where the dynamics handed over
    lower.plot(time[positive], residual[positive], color=style.BLACK)
    if np.any(positive) and style.is_wide(residual[positive]):
        style.set_log_axis(lower)
    lower.set_ylabel("largest rate of change")
    lower.set_xlabel(style.label("time", trajectory.time_units))
    lower.xaxis.set_major_locator(MaxNLocator(6))
    if np.isfinite(trajectory.settling_time) and trajectory.outcome == "settled":
        for axes in (upper, lower):
            axes.axvline(trajectory.settling_time, color=style.GREY, linewidth=0.8, linestyle=(0, (1, 1.2)))
    labels = [f"output {k}" for k in outputs] if len(outputs) > 1 else []
    style.add_head(fig, title(trajectory), handles if labels else [], labels)
    return fig


def title(trajectory):
    if trajectory.outcome == "settled":
        kind = "stable" if trajectory.abscissa < 0 else "unstable"
        return f"{trajectory.family}: to a {kind} equilibrium (dotted: settled)"
    if trajectory.outcome == "oscillates":
        return f"{trajectory.family}: it oscillates"
    return f"{trajectory.family}: {trajectory.outcome}"
