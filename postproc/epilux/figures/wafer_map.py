"""Wafer maps: what fabrication made of the chips of the first wafer, and what came of them.

Each die at its place: the mean over its rings of the deviation of width and thickness and of the shift of
resonance, as fabricated; then, at a few design points, the outcome.
"""
import matplotlib
import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Circle, Rectangle

from epilux.figures import style
from epilux.layout import name_point
from epilux.results import DONE
from epilux.units import scale_units

MAX_POINTS = 3
DRAWN = (("width", "width"), ("thickness", "thickness"), ("resonance", "resonance"))
OUTCOMES = ListedColormap([style.VERMILION, style.UNMET, style.BLUE])  # failed, short of it, good


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if results.fabrication("die_x")[0] is None:
        return "the file has no /fabrication: the deck has no process, or no keep_variation"
    if not np.any(first_wafer(results)):
        return "no trial of the first wafer is finished"
    if results.n_instances > 1 and np.max(np.sum(first_wafer(results), axis=1)) < 2:
        return "every chip is from a wafer of its own (population.sampling: wafer draws the dies of one)"
    return None


def first_wafer(results):
    """[point, instance] whether the trial is finished and its chip from wafer 0."""
    return (results.fabrication("wafer")[0] == 0) & (results.state > 0)


def choose_points(results):
    """The first design point, the last, and one between."""
    return np.unique(np.linspace(0, results.n_points - 1, MAX_POINTS).round().astype(int))


def caption(results):
    n = int(np.max(np.sum(first_wafer(results), axis=1)))
    text = (f"{n} dies of wafer 0, each at its place; the circle is the wafer's edge. Width, thickness and "
            "resonance: mean deviation of the die's rings from the design, as fabricated, before any remedy.")
    if results.yields() is not None:
        text += f" Outcome: whether the network has {results.criterion()}."
    if results.n_points > MAX_POINTS:
        text += f" Of {results.n_points} design points, {MAX_POINTS} are shown."
    return text


@style.with_style
def figure(results):
    if lacking(results):
        return None
    points = choose_points(results)
    n = len(DRAWN) + len(points)
    fig, all_axes = style.create_axes(style.PAGE, 0.5 + 2.0 * -(-n // 3), -(-n // 3), 3)
    for axes, (key, name) in zip(all_axes, DRAWN):
        draw_deviation(fig, axes, results, key, name)
    for axes, point in zip(all_axes[len(DRAWN):], points):
        draw_outcome(axes, results, point)
        axes.set_title(name_point(results, point) if results.n_points > 1 else "outcome")
    style.finish_panels(all_axes, n, 3)
    handles, labels = ([], [])
    if results.yields() is not None:
        labels = [results.criterion(), "done, without it", "failed"]
        handles = [style.swatch(c) for c in (style.BLUE, style.UNMET, style.VERMILION)]
    style.add_head(fig, f"Wafer 0 of {results.study}: what was fabricated, and what came of it", handles,
                   labels)
    return fig


def draw_deviation(fig, axes, results, key, name):
    values, units = results.fabrication(key)
    inside = first_wafer(results)[0]
    means = values[0].mean(axis=-1)
    limit = np.max(np.abs(means[inside])) or 1.0
    scale, units = scale_units([limit], units)
    dies = draw_dies(axes, results, 0, inside, means[inside] * scale)
    dies.set(cmap=matplotlib.colormaps["RdBu_r"], clim=(-limit * scale, limit * scale))
    bar = fig.colorbar(dies, ax=axes, label=style.label(name, units), shrink=0.7, aspect=16, pad=0.02)
    bar.outline.set_visible(False)
    axes.set_title(name)


def draw_outcome(axes, results, point):
    inside = first_wafer(results)[point]
    done = results.state[point] == DONE
    code = np.where(done, 1, 0)
    if results.yields() is not None and results.meets() is not None:
        code = np.where(done & results.meets()[point], 2, code)
    dies = draw_dies(axes, results, point, inside, code[inside])
    dies.set(cmap=OUTCOMES, norm=BoundaryNorm([-0.5, 0.5, 1.5, 2.5], 3))


def draw_dies(axes, results, point, inside, values):
    """Draws the dies, millimetres on both axes; returns the collection that the values colour."""
    x, y = (1e3 * results.fabrication(key)[0][point][inside] for key in ("die_x", "die_y"))
    wafer = results.deck_value("process.wafer", {})
    width, height, diameter = (1e3 * float(wafer[key]) for key in ("die_width", "die_height", "diameter"))
    patches = [Rectangle((a - width / 2, b - height / 2), width, height) for a, b in zip(x, y)]
    dies = PatchCollection(patches, edgecolor="white", linewidth=0.3)
    dies.set_array(np.asarray(values, dtype=float))
    axes.add_collection(dies)
    axes.add_patch(Circle((0, 0), diameter / 2, fill=False, edgecolor=style.GREY, linewidth=0.8))
    axes.set(xlim=(-0.53 * diameter, 0.53 * diameter), ylim=(-0.53 * diameter, 0.53 * diameter),
             xlabel="x (mm)", ylabel="y (mm)", aspect="equal")
    return dies
