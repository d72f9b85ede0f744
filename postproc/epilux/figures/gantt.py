"""Ranks over time: how busy each rank was in the run that wrote the file, and where the rest of its time went.

Left, a row a rank and the run's time along x, dark where it was inside trials. Right, the rank's whole time: busy, waiting
for work, idle at the end.
"""
import numpy as np

from matplotlib.colors import LinearSegmentedColormap

from epilux.activity import read_activity
from epilux.figures import style

MAX_ROWS = 64  # more ranks are shown as means of neighbours
PARTS = (("busy", style.BLUE), ("waiting", style.ORANGE), ("tail", style.UNMET))
NAMES = {"busy": "busy", "waiting": "waiting for work", "tail": "idle at the end"}


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    run = read_activity(results)
    if run is None:
        return "the file says nothing of its run (/run); it was merged, or written by an older version"
    if run.seconds <= 0 or not np.any(run.busy):
        return "its last run solved no trial"
    return None


def caption(results):
    run = read_activity(results)
    total = run.seconds * len(run.ranks)
    shares = ", ".join(f"{NAMES[name]} {100 * getattr(run, name).sum() / total:.1f} %" for name, _ in PARTS)
    rows = f" Each row is the mean of {-(-len(run.ranks) // MAX_ROWS)} ranks." if len(run.ranks) > MAX_ROWS else ""
    where = f"{count(len(run.ranks), 'rank')} on {count(len(set(run.hosts)), 'host')}"
    return (f"The run that wrote the file last: {where} for {run.seconds:.4g} s; "
            f"{shares}. The coordinator, where it does not compute, is not shown.{rows}")


def count(n, name):
    return f"{n} {name}{'' if n == 1 else 's'}"


def group(values):
    """Rows of means of neighbours, at most MAX_ROWS."""
    n = -(-len(values) // MAX_ROWS)
    return np.array([values[i:i + n].mean(axis=0) for i in range(0, len(values), n)])


def name_rows(run):
    n = -(-len(run.ranks) // MAX_ROWS)
    if n == 1:
        several = len(set(run.hosts)) > 1
        return [f"{rank}, {host}" if several else str(rank) for rank, host in zip(run.ranks, run.hosts)]
    return [f"{run.ranks[i]}–{run.ranks[min(i + n, len(run.ranks)) - 1]}" for i in range(0, len(run.ranks), n)]


@style.with_style
def figure(results):
    if lacking(results):
        return None
    run = read_activity(results)
    names = name_rows(run)
    scale, unit = (3600, "h") if run.seconds > 7200 else (60, "min") if run.seconds > 300 else (1, "s")
    height = 0.9 + 0.16 * max(len(names), 3)
    fig, (chart, bars) = style.create_axes(style.PAGE, height, 1, 2, sharey=True, width_ratios=(3, 1))
    edges = np.append(run.times, run.seconds) / scale
    places = np.arange(len(names))
    colours = LinearSegmentedColormap.from_list("busy", ("white", style.BLUE))
    chart.pcolormesh(edges, np.arange(len(names) + 1) - 0.5, group(run.busy_share), cmap=colours, vmin=0, vmax=1)
    chart.set_xlim(0, run.seconds / scale)
    chart.set_xlabel(f"time of the run ({unit})")
    chart.set_ylabel("rank" + (", host" if len(set(run.hosts)) > 1 and len(run.ranks) <= MAX_ROWS else ""))
    step = -(-len(names) // 32)
    chart.set_yticks(places[::step], names[::step])
    chart.set_ylim(len(names) - 0.5, -0.5)
    chart.tick_params(axis="y", length=0)
    left = np.zeros(len(names))
    drawn = []
    for name, colour in PARTS:
        share = 100 * group(getattr(run, name)) / run.seconds
        drawn.append(bars.barh(places, share, 0.8, left=left, color=colour, linewidth=0))
        left += share
    bars.set_xlim(0, 100)
    bars.set_xlabel("of its time (%)")
    bars.tick_params(axis="y", length=0)
    style.add_head(fig, "Ranks over time", drawn, [NAMES[name] for name, _ in PARTS])
    return fig
