"""What all figures share: sizes, fonts, colours, units on axes, saving.

Made for a two-column paper: 3.4 in or 7 in wide, 8 pt text. Colours are those of Okabe and Ito, which
colour-blind readers tell apart; every line also has its own marker, for a grey print. An estimator has the
same colour, marker and dash in every figure.
"""
import re
import textwrap

import numpy as np

from epilux.errors import need

matplotlib = need("matplotlib")
from matplotlib import rc_context  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator  # noqa: E402

from epilux.layout import format_level, is_even  # noqa: E402

COLUMN, PAGE = 3.4, 7.0  # width of one column and of the page, in
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#7F7F7F"
ESTIMATORS = {  # name: (colour, marker, dash)
    "plain": (VERMILION, "o", "-"),
    "phase-conjugate": (BLUE, "s", "-"),
    "time-reversed": (GREEN, "D", "-"),
    "backprop": (BLACK, "^", (0, (4, 1.5))),
    "finite-difference": (GREY, "v", (0, (1, 1.2))),
}
CYCLE = [(BLUE, "o", "-"), (VERMILION, "s", "-"), (GREEN, "D", "-"), (PURPLE, "^", "-"), (ORANGE, "v", "-"),
         (SKY, "P", "-"), (BLACK, "X", (0, (4, 1.5))), (GREY, "<", (0, (1, 1.2)))]
CAUSES = [ORANGE, SKY, PURPLE, BLACK, VERMILION]  # of failure, in the order of the states
MOST_MARKS = 5000  # of one artist in a vector file
UNMET = "#C9C9C9"  # done, but short of the criterion
RC = {
    "font.size": 8, "axes.titlesize": 8.5, "axes.labelsize": 8, "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5, "legend.fontsize": 7.5, "font.family": "DejaVu Sans",
    "axes.titlelocation": "left", "axes.titlepad": 6,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6, "xtick.major.width": 0.6,
    "ytick.major.width": 0.6, "lines.linewidth": 1.2, "lines.markersize": 4, "legend.frameon": False,
    "legend.handlelength": 2.0, "legend.columnspacing": 1.4, "legend.borderaxespad": 0.0,
    "svg.fonttype": "path", "svg.hashsalt": "epilux", "pdf.fonttype": 42, "figure.dpi": 100,
    "savefig.dpi": 300, "axes.axisbelow": True,
}


def choose_width(names):
    """The width of a figure whose rows have these names."""
    return COLUMN if max(map(len, names)) <= 24 else 5.0


def with_style(draw):
    """Decorates a figure function so that it draws in the shared style."""
    def styled(*arguments, **options):
        with rc_context(RC):
            return draw(*arguments, **options)
    styled.__doc__ = draw.__doc__
    return styled


def create_axes(width, height, n_rows=1, n_columns=1, **options):
    """Returns (figure, flat list of axes)."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, hspace=0.05, wspace=0.03)
    return figure, list(figure.subplots(n_rows, n_columns, squeeze=False, **options).flat)


def level_styles(factor):
    """{level: (colour, marker, dash)}; {None: …} without a factor."""
    if factor is None:
        return {None: CYCLE[0]}
    if factor.numeric:
        shades = matplotlib.colormaps["viridis"](np.linspace(0.0, 0.85, max(2, len(factor.levels))))
        return {v: (tuple(shades[i]), CYCLE[i % len(CYCLE)][1], "-") for i, v in enumerate(factor.levels)}
    known = {v: ESTIMATORS[v] for v in factor.levels if v in ESTIMATORS}
    free = iter([c for c in CYCLE if c[0] not in {k[0] for k in known.values()}] * len(factor.levels))
    return {v: known[v] if v in known else next(free) for v in factor.levels}


def label(name, units):
    """An axis label: the name, and the unit in brackets unless dimensionless."""
    return name if units in ("1", "") else f"{name} ({units})"


def is_wide(values):
    """Whether positive values span so much that only a logarithmic axis shows them."""
    finite = values[np.isfinite(values)]
    if finite.size == 0 or finite.min() < 0:
        return False
    positive = finite[finite > 0]
    low, high = np.quantile(positive, (0.02, 0.98)) if positive.size else (1, 1)
    return positive.size > 0.99 * finite.size and high > 30 * low


def dodge(layout, positions, i_line, n_lines, share=0.1):
    """Moves a line's positions sideways, so that the intervals of several lines do not cover each other."""
    shift = (i_line - (n_lines - 1) / 2) * share
    levels = np.array([position for position, _ in layout.ticks], dtype=float)
    positions = np.array(positions, dtype=float)
    if layout.is_logarithmic:
        return positions * np.exp(shift * np.min(np.diff(np.log(levels)))) if len(levels) > 1 else positions
    return positions + shift * (np.min(np.diff(levels)) if len(levels) > 1 else 1.0)


def set_factor_axis(axes, layout):
    """Scale, ticks at the levels, and label of the x axis of a Layout."""
    x, ticks = layout.x, layout.ticks
    if layout.is_logarithmic:
        set_log_scale(axes, "x")
    if len(ticks) <= 10:
        axes.xaxis.set_major_locator(FixedLocator([position for position, _ in ticks]))
        axes.xaxis.set_minor_locator(NullLocator())
        names = [format_level(level) for _, level in ticks]
        long = sum(map(len, names)) > 28
        axes.set_xticklabels(names, rotation=45 if long else 0, ha="right" if long else "center")
    if is_even(x):
        axes.set_xlim(-0.5, len(ticks) - 0.5)
    axes.set_xlabel(label(x.name, x.units))


def set_log_scale(axes, which):
    """A logarithmic scale whose ticks are plain numbers; within two decades also 2 and 5 of each."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    axis.set_major_locator(NumberedLocator())
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(format_tick))


class NumberedLocator(LogLocator):
    """Ticks at decades; at 1, 2 and 5 of each where the axis spans less than two."""
    def tick_values(self, vmin, vmax):
        narrow = 0 < vmin < vmax < 100 * vmin
        self.set_params(subs=(1, 2, 5) if narrow else (1,), numticks=12 if narrow else 6)
        return super().tick_values(vmin, vmax)


def format_tick(value, _place=None):
    return f"{value:g}" if 1e-3 <= value < 1e4 else f"$10^{{{round(np.log10(value))}}}$" if value > 0 else ""


def set_log_axis(axes):
    set_log_scale(axes, "y")


def set_percent_axis(axes):
    axes.set_ylim(-4, 104)
    axes.yaxis.set_major_locator(MaxNLocator(5))


def finish_panels(all_axes, n, n_columns):
    """Hides unused panels, and drops the labels that a neighbour shows already."""
    for i, axes in enumerate(all_axes):
        axes.set_visible(i < n)
        if i % n_columns:
            axes.set_ylabel("")
        if i + n_columns < n:
            axes.set_xlabel("")
        else:
            axes.tick_params(labelbottom=True)


def collect_legend(factor, handles):
    """Returns (handles, labels) of a factor's levels, in its order; ([], []) without a factor."""
    levels = [v for v in factor.levels if v in handles] if factor else []
    names = [f"{factor.name} {format_level(v, factor.units)}" if factor.numeric else str(v) for v in levels]
    return [handles[v] for v in levels], names


def add_head(figure, title, handles=(), labels=()):
    """Sets the title, and below it the legend, above the axes; both broken into lines that fit the width."""
    title = re.sub(r" ([≥≤]) ", "\u00a0\\1\u00a0", title)
    renderer = FigureCanvasAgg(figure).get_renderer()
    width, height, point = figure.bbox.width, figure.bbox.height, figure.dpi / 72
    text = figure.text(4 * point / width, 1 - 3 * point / height, title, va="top", fontsize=8.5)
    n_characters = len(title)
    while text.get_window_extent(renderer).x1 > 0.99 * width and n_characters > 20:
        n_characters -= 2
        text.set_text("\n".join(textwrap.wrap(title, n_characters)))
    bottom = text.get_window_extent(renderer).y0
    if len(labels):
        for n_columns in range(len(labels), 0, -1):
            legend = figure.legend(handles, labels, loc="upper left", ncol=n_columns,
                                   bbox_to_anchor=(0.0, (bottom - 3 * point) / height), alignment="left",
                                   title_fontsize=7.5, borderpad=0.0, borderaxespad=0.5)
            extent = legend.get_window_extent(renderer)
            if extent.x1 <= width or n_columns == 1:
                break
            legend.remove()
        bottom = extent.y0
    figure.get_layout_engine().set(rect=(0, 0, 1, (bottom - 2 * point) / height))


def rasterise(figure):
    """Draws what has more than MOST_MARKS marks as an image inside a vector file, whose size and time it would make."""
    for axes in figure.axes:
        counts = [(line, len(line.get_xdata(orig=False))) for line in axes.lines]
        counts += [(c, max(len(c.get_offsets()), len(c.get_paths()))) for c in axes.collections]
        for artist, count in counts:
            artist.set_rasterized(count > MOST_MARKS)
        if len(axes.patches) > MOST_MARKS:
            for patch in axes.patches:
                patch.set_rasterized(True)


def save(figure, target, suffix=None):
    """Writes PNG, SVG or PDF to a path, or to a stream with the suffix named; the same bytes each time."""
    suffix = suffix or str(target).rsplit(".", 1)[-1].lower()
    stamps = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    rasterise(figure)
    with rc_context(RC):
        figure.savefig(target, format=suffix, metadata=stamps.get(suffix), facecolor="white")


def swatch(colour):
    """A legend's mark for a box of this colour."""
    return Patch(facecolor=colour, alpha=0.8, linewidth=0)
