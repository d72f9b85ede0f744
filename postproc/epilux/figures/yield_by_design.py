"""Yield over the design: the share of fabricated networks that meet the criterion, with its interval.

Against the first numerical factor, one line for each level of the estimator (or of another category); for a
design that is no grid, one row a design point, or one panel a factor when the points are many or of many factors.
"""
import numpy as np

from epilux.figures import panels, style
from epilux.layout import arrange, name_point


MAX_BARS = 30  # points along a line that have a bar each; more have a band


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if not results.has_statistics:
        return "the file has no /statistics"
    if results.yields() is None:
        return "the deck has no `yield` section, so /statistics holds no yield"
    if not np.any(np.isfinite(results.yields().share)):
        return "no design point has a finished trial"
    return None


def title(results):
    return f"Yield{results.estimand}: share of networks with {results.criterion()}"


def interval_name(results):
    return f"{100 * results.confidence:g} % interval"


def has_no_bars(results):
    return arrange(results) is None and panels.wants_scatter(results) and panels.is_crowded(results)


def caption(results):
    bars = (f"Bars: {interval_name(results)} of each point by itself, not corrected for the number of points. "
            "Points at one setting are drawn side by side.")
    return (f"Share of a design point's finished networks that have {results.criterion()}; a network that "
            f"failed counts as one that does not. {panels.CROWDED if has_no_bars(results) else bars}")


@style.with_style
def figure(results):
    if lacking(results):
        return None
    layout = arrange(results)
    if layout is not None:
        return draw_lines(results, layout)
    return draw_scatter(results) if panels.wants_scatter(results) else draw_rows(results)


def draw_lines(results, layout):
    yields = results.yields()
    share, low, high = 100 * yields.share, 100 * yields.low, 100 * yields.high

    def draw_line(axes, line, look, i_line, n_lines):
        colour, marker, dash = look
        y, p = share[line.points], line.points
        if len(p) > MAX_BARS:
            axes.fill_between(line.positions, low[p], high[p], color=colour, alpha=0.18, linewidth=0)
            return axes.plot(line.positions, y, color=colour, linestyle="none", marker=".", markersize=3)[0]
        return axes.errorbar(style.dodge(layout, line.positions, i_line, n_lines), y,
                             np.maximum(0, [y - low[p], high[p] - y]), color=colour, marker=marker,
                             linestyle=dash, capsize=2, elinewidth=0.8, capthick=0.8)

    fig, all_axes, handles = panels.draw_lines(layout, draw_line, f"yield (%), {interval_name(results)}")
    style.set_percent_axis(all_axes[0])
    style.add_head(fig, title(results), *style.collect_legend(layout.by, handles))
    return fig


def draw_rows(results):
    yields, n = results.yields(), results.n_points
    share, low, high = 100 * yields.share, 100 * yields.low, 100 * yields.high
    names = [name_point(results, p) for p in range(n)]
    fig, (axes,) = style.create_axes(style.choose_width(names), 0.75 + 0.15 * max(n, 3))
    axes.errorbar(share, np.arange(n), xerr=np.maximum(0, [share - low, high - share]), color=style.BLUE,
                  linestyle="none", marker="o", capsize=2, elinewidth=0.8, capthick=0.8)
    axes.set_yticks(np.arange(n), names)
    axes.set_ylim(n - 0.5, -0.5)
    axes.set_xlim(-4, 104)
    axes.set_xlabel(f"yield (%), {interval_name(results)}")
    style.add_head(fig, title(results))
    return fig


def draw_scatter(results):
    yields = results.yields()
    share, low, high = 100 * yields.share, 100 * yields.low, 100 * yields.high
    label = "yield (%)" if has_no_bars(results) else f"yield (%), {interval_name(results)}"
    fig, all_axes, legend = panels.draw_scatter(results, share, low, high, label)
    style.set_percent_axis(all_axes[0])
    style.add_head(fig, title(results), *legend)
    return fig
