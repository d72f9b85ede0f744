"""Bifurcation map: over two factors, whether networks rest, oscillate, or neither; how many equilibria they have.

A cell a pair of levels of the first two numerical factors; its colour is what most of the instances do. Beside it,
where the deck asked for the metric equilibria_found, the mean number of coexisting equilibria.
"""
import matplotlib
import numpy as np
from matplotlib.colors import BoundaryNorm, ListedColormap

from epilux.figures import style
from epilux.results import DONE, STATE_NAMES

SLOW, OSCILLATES, DIVERGED, FAILED = 2, 3, 4, 5
COLOURS = {DONE: style.BLUE, OSCILLATES: style.VERMILION, SLOW: style.ORANGE, DIVERGED: style.BLACK,
           FAILED: style.PURPLE}
NAMES = {**STATE_NAMES, DONE: "rests"}
FOUND = "equilibria_found"


def choose_factors(results):
    """(x, y): the first two numerical factors that vary, or None."""
    numeric = [f for f in results.varying if f.numeric]
    return (numeric[0], numeric[1]) if len(numeric) >= 2 else None


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if choose_factors(results) is None:
        return "fewer than two numerical factors vary"
    if len(results.varying) > 2:
        return "more than two factors vary"
    if not np.any(results.state > 0):
        return "no trial is finished yet"
    return None


def caption(results):
    n = results.state.shape[1]
    shared = f" What most of {n} instances of a cell do." if n > 1 else ""
    counts = [f"{np.mean(results.state[results.state > 0] == s) * 100:.0f} % {NAMES[s]}" for s in list_states(results)]
    number = "" if count_equilibria(results) is None else " Right: mean number of equilibria found from several starts."
    return f"From the family's start, each by itself.{shared} Of all trials: {', '.join(counts)}.{number}"


def list_states(results):
    return [s for s in COLOURS if np.any(results.state == s)]


def count_map(results):
    """Returns (x levels, y levels, [y, x] state of most finished instances, NaN where there is none)."""
    x, y = choose_factors(results)
    cells = np.full((len(y.levels), len(x.levels)), np.nan)
    for point in range(results.n_points):
        states = results.state[point][results.state[point] > 0]
        if states.size:
            values, counts = np.unique(states, return_counts=True)
            cells[y.levels.index(y.values[point]), x.levels.index(x.values[point])] = values[np.argmax(counts)]
    return np.array(x.levels), np.array(y.levels), cells


def count_equilibria(results):
    """[y, x] mean number of coexisting equilibria, None where the deck did not ask for it."""
    mean = results.statistic(FOUND, "mean") if results.metric(FOUND) else None
    if mean is None:
        return None
    x, y = choose_factors(results)
    cells = np.full((len(y.levels), len(x.levels)), np.nan)
    for point, value in enumerate(mean):
        cells[y.levels.index(y.values[point]), x.levels.index(x.values[point])] = value
    return cells


def edges_of(levels, logarithmic):
    """Edges of cells whose middles are the levels."""
    middles = np.log(levels) if logarithmic else levels
    between = (middles[1:] + middles[:-1]) / 2
    edges = np.concatenate(([2 * middles[0] - between[0]], between, [2 * middles[-1] - between[-1]]))
    if logarithmic:
        return np.exp(edges)
    return np.maximum(edges, 0) if levels[0] >= 0 else edges  # a power has no cell below 0


@style.with_style
def figure(results):
    if lacking(results):
        return None
    states, found = list_states(results), count_equilibria(results)
    fig, all_axes = style.create_axes(style.COLUMN if found is None else style.PAGE, 3.0, 1, 1 if found is None else 2)
    draw_states(all_axes[0], results, sorted(states))
    if found is not None:
        draw_number(fig, all_axes[1], results, found)
    style.add_head(fig, f"{results.study}: what networks do, from their start",
                   [style.swatch(COLOURS[s]) for s in states], [NAMES[s] for s in states])
    return fig


def draw_states(axes, results, order):
    _, _, cells = count_map(results)
    index = np.searchsorted(order, np.nan_to_num(cells, nan=order[0])).astype(float)
    index[np.isnan(cells)] = np.nan
    norm = BoundaryNorm(np.arange(len(order) + 1) - 0.5, len(order)) if len(order) > 1 else None
    mesh = draw_cells(axes, results, index)
    mesh.set(cmap=ListedColormap([COLOURS[s] for s in order]), norm=norm, alpha=0.8)


def draw_number(fig, axes, results, found):
    mesh = draw_cells(axes, results, found)
    mesh.set(cmap=matplotlib.colormaps["viridis"], clim=(1, max(2, np.nanmax(found))))
    fig.colorbar(mesh, ax=axes, label="equilibria found, mean", shrink=0.8, aspect=18, pad=0.02).outline.set_visible(False)


def draw_cells(axes, results, values):
    """Draws [y, x] values over the levels of the two factors; returns what a colour map colours."""
    x, y = choose_factors(results)
    mesh = axes.pcolormesh(edges_of(np.array(x.levels), x.logarithmic), edges_of(np.array(y.levels), y.logarithmic),
                           values, linewidth=0, rasterized=True)
    for which, factor in (("x", x), ("y", y)):
        if factor.logarithmic:
            style.set_log_scale(axes, which)
    axes.set_xlabel(style.label(x.name, x.units))
    axes.set_ylabel(style.label(y.name, y.units))
    return mesh
