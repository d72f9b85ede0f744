"""Draws a chart with matplotlib, for a paper."""
import matplotlib
import numpy as np
from matplotlib.colors import Normalize
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from epilux.figures import style
from epilux.figures.chart import Bars, Boxes, Cells, Marks, Parallel

GOLDEN = 0.6180339887498949  # spreads points evenly, the same way each time
MAX_VECTOR_DOTS = 3000  # beyond them the dots are an image, so that a vector file stays small
COLOURS = "cividis"     # light and dark to every reader, and in a grey print


@style.with_style
def draw(chart):
    """The matplotlib Figure of a Chart; None of None."""
    if chart is None:
        return None
    if isinstance(chart, Parallel):
        return draw_parallel(chart)
    n, n_columns = len(chart.panels), chart.columns
    n_rows = -(-n // n_columns)
    fig, all_axes = style.create_axes(chart.width, chart.height, n_rows, n_columns, sharex=chart.share_x,
                                      sharey=chart.share_y)
    norm = Normalize(*chart.colours[1:]) if chart.colours else None
    handles, image = {}, None
    for axes, panel in zip(all_axes, chart.panels):
        for marks in panel.marks:
            handle, coloured = DRAWN[type(marks)](axes, marks, norm)
            handles.setdefault(getattr(marks, "name", ""), handle)
            image = coloured or image
        finish(axes, panel)
    hide_inner(all_axes, chart)
    if image is not None:
        fig.colorbar(image, ax=all_axes[:n], label=chart.colours[0], aspect=28, pad=0.02).outline.set_visible(False)
    names = [name for name, _, _ in chart.entries()]
    style.add_head(fig, chart.title, [handles[name] for name in names], names)
    return fig


def hide_inner(all_axes, chart):
    """Hides unused panels, and drops the labels that a neighbour shows already."""
    n, n_columns = len(chart.panels), chart.columns
    for i, axes in enumerate(all_axes):
        axes.set_visible(i < n)
        if i >= n:
            continue
        same = {panel.y.label for panel in chart.panels[i - i % n_columns:i - i % n_columns + n_columns]}
        if i % n_columns and len(same) == 1:
            axes.set_ylabel("")
        if i + n_columns < n and chart.panels[i].x.label == chart.panels[i + n_columns].x.label:
            axes.set_xlabel("")
        elif chart.share_x:
            axes.tick_params(labelbottom=True)


# ---- axes

def finish(axes, panel):
    for which, axis in (("x", panel.x), ("y", panel.y)):
        set_axis(axes, which, axis)
    axes.set_title(panel.title)
    for which, position, dash in panel.rules:
        line = axes.axvline if which == "x" else axes.axhline
        line(position, color=style.BLACK if dash == "-" else style.GREY, linewidth=0.6, linestyle=dash, zorder=0)
    for share, y, text in panel.notes:
        axes.text(share, y, text, va="center", fontsize=7, color=style.GREY, transform=axes.get_yaxis_transform())
    for first, last, name in panel.groups:
        axes.annotate(name, (1.0, (first + last) / 2), (6, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", fontsize=7.5)
        axes.plot([1.01, 1.01], [first - 0.4, last + 0.4], color="black", linewidth=0.6, clip_on=False,
                  transform=axes.get_yaxis_transform())


def set_axis(axes, which, axis):
    drawn = axes.xaxis if which == "x" else axes.yaxis
    if axis.logarithmic:
        style.set_log_scale(axes, which)
    if axis.ticks:
        set_ticks(axes, which, drawn, axis)
    elif axis.whole:
        drawn.set_major_locator(MaxNLocator(5, integer=True))
    if axis.limits is not None or axis.reverse:
        low, high = axis.limits or (axes.get_xlim() if which == "x" else axes.get_ylim())
        (axes.set_xlim if which == "x" else axes.set_ylim)(*((high, low) if axis.reverse else (low, high)))
    (axes.set_xlabel if which == "x" else axes.set_ylabel)(axis.label)


def set_ticks(axes, which, drawn, axis):
    step = -(-len(axis.ticks) // 10) if which == "x" else 1
    names = [name for _, name in axis.ticks[::step]]
    drawn.set_major_locator(FixedLocator([position for position, _ in axis.ticks[::step]]))
    drawn.set_minor_locator(NullLocator())
    if which == "y":
        axes.set_yticklabels(names)
        return
    long = sum(map(len, names)) > 28 * axes.get_position().width / 0.8 + 4
    axes.set_xticklabels(names, rotation=45 if long else 0, ha="right" if long else "center")


# ---- marks: each returns (handle of the legend, what the colour scale is of or None)

def draw_marks(axes, marks, norm):
    look, options = marks.look, {}
    if marks.values is not None:
        shown = np.isfinite(marks.values)
        image = axes.scatter(marks.x[shown], marks.y[shown], c=marks.values[shown], norm=norm, cmap=COLOURS,
                             s=look.size ** 2, edgecolors="black", linewidths=0.4)
        return image, image
    common = {"color": look.colour, "marker": look.marker or None, "markersize": look.size, "alpha": look.alpha,
              "linestyle": look.dash if look.width else "none", "linewidth": look.width or None}
    if marks.band and marks.low is not None:
        axes.fill_between(marks.x, marks.low, marks.high, color=look.colour, alpha=0.17, linewidth=0)
    if marks.steps:
        options["drawstyle"] = "steps-post"
    if marks.low is not None and not marks.band:
        centre = marks.y if marks.along == "y" else marks.x
        with np.errstate(invalid="ignore"):
            common[f"{marks.along}err"] = np.maximum(0, [centre - marks.low, marks.high - centre])
        handle = axes.errorbar(marks.x, marks.y, **common, elinewidth=0.8, capthick=0.8, **options,
                               capsize=2 if len(marks.x) <= 60 else 0)
    else:
        handle = axes.plot(marks.x, marks.y, **common, **options)[0]
    if marks.hollow is not None and np.any(marks.hollow):
        axes.plot(np.asarray(marks.x)[marks.hollow], np.asarray(marks.y)[marks.hollow], color=look.colour, linestyle="none",
                  marker=look.marker, markersize=look.size, markerfacecolor="white", zorder=3)
    for x, y, text in zip(marks.x, marks.y, marks.labels or ()):
        if text:
            axes.annotate(text, (x, y), (4, 3), textcoords="offset points", fontsize=7)
    return handle, None


def draw_bars(axes, bars, _norm):
    ends = bars.end
    error = None if bars.low is None else np.nan_to_num(np.maximum(0, [ends - bars.low, bars.high - ends]))
    options = {} if error is None else {"xerr": error, "error_kw": {"elinewidth": 0.8, "capsize": 2}}
    drawn = axes.barh(bars.places, np.nan_to_num(ends - bars.start), bars.thickness, left=bars.start,
                      color=bars.look.colour, linewidth=0, **options)
    for bar, pale in zip(drawn, bars.pale if bars.pale is not None else ()):
        bar.set_alpha(0.25 if pale else 1.0)
    return drawn, None


def draw_boxes(axes, boxes, _norm):
    many = sum(len(v) for v in boxes.values) > MAX_VECTOR_DOTS
    line = {"color": boxes.look.colour, "linewidth": 0.8}
    for i, (place, values) in enumerate(zip(boxes.places, boxes.values)):
        spread = ((np.arange(len(values)) * GOLDEN) % 1 - 0.5) * 0.8 * boxes.thickness
        x, y = (place + spread, values) if boxes.vertical else (values, place + spread)
        axes.plot(x, y, linestyle="none", marker="o", markersize=1.8, color=boxes.look.colour, alpha=0.45,
                  markeredgewidth=0, rasterized=many)
        if boxes.five is None or not np.all(np.isfinite(boxes.five[i])):
            continue
        low, first, median, third, high = boxes.five[i]
        axes.bxp([{"whislo": low, "q1": first, "med": median, "q3": third, "whishi": high}], positions=[place],
                 widths=boxes.thickness, vert=boxes.vertical, showfliers=False, manage_ticks=False, showcaps=False,
                 boxprops=line, whiskerprops=line, medianprops={"color": boxes.look.colour, "linewidth": 1.8})
    return style.swatch(boxes.look.colour), None


def draw_cells(axes, cells, norm):
    colours = matplotlib.colormaps[COLOURS].with_extremes(bad="white")
    image = axes.imshow(cells.table, norm=norm, cmap=colours, aspect="auto", origin="lower")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if cells.digits is not None:
        for (row, column), value in np.ndenumerate(cells.table):
            if np.isfinite(value):
                axes.text(column, row, f"{value:.{cells.digits}f}", ha="center", va="center", fontsize=7,
                          color="white" if norm(value) < 0.55 else "black")
    return None, image


DRAWN = {Marks: draw_marks, Bars: draw_bars, Boxes: draw_boxes, Cells: draw_cells}


# ---- parallel coordinates

def draw_parallel(chart):
    """A polyline a design point over axes of their own; each axis' ends and middle are named beside it."""
    fig, (axes,) = style.create_axes(chart.width, chart.height)
    shares = np.array([scale(axis, column) for axis, column in zip(chart.axes, chart.rows.T)]).T
    known = np.all(np.isfinite(shares), axis=1)
    order = np.flatnonzero(known)[np.argsort(shares[known][:, chart.colour], kind="stable")]
    colours = matplotlib.colormaps[COLOURS](0.95 * shares[order, chart.colour])
    alpha = float(np.clip(60 / max(order.size, 1), 0.08, 0.8))
    for row, colour in zip(shares[order], colours):
        axes.plot(range(len(chart.axes)), row, color=colour, alpha=alpha, linewidth=0.8)
    for i, axis in enumerate(chart.axes):
        axes.axvline(i, color=style.BLACK, linewidth=0.6)
        for share, text in name_ends(axis):
            axes.annotate(text, (i, share), (3, 0), textcoords="offset points", fontsize=6.5, va="center",
                          bbox={"facecolor": "white", "alpha": 0.8, "pad": 0.6, "linewidth": 0})
    axes.set_xticks(range(len(chart.axes)), [axis.label.replace(" (", "\n(") for axis in chart.axes])
    axes.set_xlim(-0.1, len(chart.axes) - 0.6)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    style.add_head(fig, chart.title)
    return fig


def scale(axis, values):
    """Shares of an axis from its low end to its high end."""
    low, high = axis.limits
    values = np.asarray(values, dtype=float)
    if axis.logarithmic:
        low, high, values = np.log(low), np.log(high), np.log(values)
    return (values - low) / (high - low) if high > low else np.where(np.isfinite(values), 0.5, np.nan)


def name_ends(axis):
    """[(share, text)] of an axis' own marks: its levels, else its ends."""
    if axis.ticks:
        step = -(-len(axis.ticks) // 8)
        return [(float(scale(axis, [place])[0]), name) for place, name in axis.ticks[::step]]
    return [(float(scale(axis, [end])[0]), f"{end:.3g}") for end in dict.fromkeys(axis.limits)]
