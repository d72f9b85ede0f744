"""Hysteresis: what the detectors see as a parameter is moved up and down, and where the state jumps.

Below, the largest real part of the spectrum where the network settles, and the period where it oscillates.
"""
import numpy as np

from epilux.figures import style
from epilux.layout import format_level
from epilux.trajectory import OSCILLATES, SETTLED

COLOURS = {"up": style.BLUE, "down": style.VERMILION}
MARKERS = {"up": "^", "down": "v"}


def lacking(trajectory):
    """Says what the file lacks for this figure, or returns None."""
    if trajectory.kind != "hysteresis":
        return f"the file holds a {trajectory.kind}: the deck had no section continuation (draw it with transient.py)"
    return None


def caption(trajectory):
    jumps = [f"{way} at {', '.join(format_level(float(j)) for j in branch.jumps)}"
             for way, branch in trajectory.ways.items() if len(branch.jumps)]
    return ("Each value from the state of the one before; filled: it settles, hollow: it oscillates (its "
            f"detector, which never rests, is not drawn). {'Jumps (dashed): ' + '; '.join(jumps) + '.' if jumps else 'No jump.'}")


@style.with_style
def figure(trajectory):
    if lacking(trajectory):
        return None
    pulses = any(np.any(np.isfinite(b.period)) for b in trajectory.ways.values())
    n_rows = 3 if pulses else 2
    fig, all_axes = style.create_axes(style.COLUMN, 0.7 + 1.4 * n_rows, n_rows, 1, sharex=True)
    for way, branch in trajectory.ways.items():
        settled = np.where(branch.outcome == SETTLED, branch.readout[:, 0], np.nan)
        draw_branch(all_axes[0], trajectory.value, settled, branch.outcome, way)
        draw_branch(all_axes[1], trajectory.value, branch.abscissa, branch.outcome, way)
        if pulses:
            draw_branch(all_axes[2], trajectory.value, branch.period, branch.outcome, way)
        for axes in all_axes:
            for jump in branch.jumps:
                axes.axvline(jump, color=COLOURS[way], linewidth=0.8, linestyle=(0, (4, 2)))
    all_axes[0].set_ylabel("detector 0")
    all_axes[1].set_ylabel(style.label("abscissa", trajectory.rate_units))
    all_axes[1].axhline(0, color=style.GREY, linewidth=0.6)
    if pulses:
        all_axes[2].set_ylabel(style.label("period", trajectory.time_units))
    name = trajectory.parameter.removeprefix("network.parameters.")
    all_axes[-1].set_xlabel(style.label(name, trajectory.value_units))
    handles = [all_axes[0].plot([], [], color=COLOURS[way], marker=MARKERS[way])[0] for way in trajectory.ways]
    style.add_head(fig, title(trajectory), handles, [f"moved {way}" for way in trajectory.ways])
    return fig


def title(trajectory):
    n = sum(len(branch.jumps) for branch in trajectory.ways.values())
    return f"{trajectory.family}: {n or 'no'} jump{'' if n == 1 else 's'} (dashed); hollow: it oscillates"


def draw_branch(axes, value, y, outcome, way):
    """Draws one way: a line through what settles, a marker at each value by its outcome."""
    colour, marker = COLOURS[way], MARKERS[way]
    axes.plot(value, np.where(outcome == SETTLED, y, np.nan), color=colour, linewidth=0.9)
    looks = {SETTLED: {"marker": marker, "markerfacecolor": colour},
             OSCILLATES: {"marker": marker, "markerfacecolor": "white"}}
    for kind in np.unique(outcome):
        here = (outcome == kind) & np.isfinite(y)
        look = looks.get(int(kind), {"marker": "x"})
        axes.plot(value[here], y[here], linestyle="", color=colour, markersize=3, markeredgewidth=0.7, **look)
