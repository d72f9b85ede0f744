"""Lattices: the intensity |a|² over the sites of trained networks, and what drives them.

A row a design point, at most three: the light at equilibrium, and the drive beside it, or below it where the lattice is
wide; rings mark the outputs. Of a lattice of several planes, the middle one.
"""
import matplotlib
import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator

from epilux.fields import list_points, read_fields
from epilux.figures import style
from epilux.layout import name_point

MAX_POINTS = 3
WIDE = 3        # columns a row from which the two maps of a point stand one below the other


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    points = list_points(results)
    if not points:
        return "the file links to no fields: the deck has no keep_fields, or its networks are not distributed"
    if not any(np.any(np.isfinite(read_fields(results, p).light()[1])) for p in choose_points(points)):
        return "its fields hold no number"
    return None


def choose_points(points):
    """The first design point, the last, and one between."""
    return [points[i] for i in np.unique(np.linspace(0, len(points) - 1, MAX_POINTS).round().astype(int))]


def caption(results):
    points = list_points(results)
    shown = [read_fields(results, p) for p in choose_points(points)]
    planes, rows, columns = shown[0].light()[1].shape
    text = (f"{shown[0].light()[0].capitalize()} and drive at each site of the lattice, {rows} rows of {columns}, of instance "
            f"{shown[0].instance} after training, at sample {shown[0].sample} of the task. White: no such number there.")
    if output_nodes(results).size:
        text += " Rings: the outputs, in the order of their nodes."
    if planes > 1:
        text += f" Plane {planes // 2} of {planes}, counted from 0."
    if len(points) > MAX_POINTS:
        text += f" Of {len(points)} design points, {MAX_POINTS} are shown."
    for fields in shown:
        if fields.outcome != "done":
            text += f" Design point {fields.point} is at no equilibrium: {fields.outcome}."
    return text


def output_nodes(results):
    """The nodes that are read, as far as the deck names them."""
    nodes = results.deck_value("network.outputs.nodes")
    return np.array(nodes if isinstance(nodes, list) else [], dtype=int)


def is_wide(shape):
    return shape[1] >= WIDE * shape[0]


@style.with_style
def figure(results):
    if lacking(results):
        return None
    shown = [read_fields(results, p) for p in choose_points(list_points(results))]
    planes, rows, columns = shown[0].light()[1].shape
    side_by_side = 1 if is_wide((rows, columns)) else 2
    height = np.clip((5.5 if side_by_side == 1 else 2.5) * rows / columns, 0.4, 3.0) + 0.5
    fig, all_axes = style.create_axes(style.PAGE, 0.4 + 2 // side_by_side * len(shown) * height,
                                      2 // side_by_side * len(shown), side_by_side)
    plane, outputs = np.divmod(output_nodes(results), rows * columns)
    outputs = outputs[plane == planes // 2]
    for fields, pair in zip(shown, zip(all_axes[::2], all_axes[1::2])):
        name = f"{name_point(results, fields.point)}: " if len(shown) > 1 else ""
        for axes, (what, values), colours in zip(pair, (fields.light(), fields.drive()), ("cividis", "Greys")):
            draw_sites(fig, axes, what, values, colours)
            axes.scatter(outputs % columns, outputs // columns, s=12, facecolors="none", edgecolors=style.VERMILION,
                         linewidths=0.8)
            axes.set_title(f"{name}{'intensity |a|²' if what == 'intensity' else what}")
    style.add_head(fig, f"{results.study}: light and drive over the sites of the lattice, after training"
                   + (f", plane {planes // 2} of {planes}" if planes > 1 else ""))
    return fig


def choose_norm(what, plane):
    """Light and magnitudes from darkness on; light by decades, at most four, where most sites are a hundred times
    darker than the brightest."""
    low, high = (np.nanmin(plane), np.nanmax(plane)) if np.any(np.isfinite(plane)) else (0.0, 1.0)
    if what == "phase":
        return Normalize(-np.pi, np.pi)
    if what == "intensity" and 0 < np.nanmedian(plane) < high / 100:
        return LogNorm(max(low, high / 1e4), high, clip=True)
    low = min(low, 0.0)
    return Normalize(low, high if high > low else low + 1)


def draw_sites(fig, axes, what, values, colours):
    """Draws the middle plane, a square a site, row 0 on top."""
    plane = values[values.shape[0] // 2]
    image = axes.imshow(plane, norm=choose_norm(what, plane), interpolation="nearest",
                        cmap=matplotlib.colormaps["twilight" if what == "phase" else colours].with_extremes(bad="white"))
    for axis, word, n in ((axes.xaxis, "column", plane.shape[1]), (axes.yaxis, "row", plane.shape[0])):
        axis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1) if n > 2 else FixedLocator(range(n)))
        axis.set_label_text(word)
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(style.UNMET)
    axes.tick_params(length=0)
    bar = fig.colorbar(image, cax=axes.inset_axes([1.02, 0, 0.02 if is_wide(plane.shape) else 0.05, 1]))
    bar.outline.set_visible(False)
    if not isinstance(image.norm, LogNorm):
        if what == "phase":
            bar.locator = FixedLocator([-np.pi, 0, np.pi])
            bar.formatter = FixedFormatter(["−π", "0", "π"])
        else:
            bar.locator = MaxNLocator(4 if plane.shape[0] > 1 or not is_wide(plane.shape) else 1)
        bar.update_ticks()
