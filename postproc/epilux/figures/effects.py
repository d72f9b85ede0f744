"""Effects: what each factor does to the yield and to the metrics, pooled over all design points, with its interval.

The fits are those of statistics/pooling.py.
"""
import numpy as np

from epilux.figures import style
from epilux.statistics import pooling
from epilux.units import scale_units

MAX_PANELS = 4


def choose_pooled(results):
    return [p for p in pooling.pool_all(results) if any(e.changes for e in p.effects)][:MAX_PANELS]


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if not results.varying:
        return "no factor varies"
    if not np.any(results.finished):
        return "no trial is finished"
    if not choose_pooled(results):
        return next((p.reason for p in pooling.pool_all(results) if p.reason), "no factor changes anything")
    return None


def caption(results):
    return (f"Change from the lowest to the highest level of each factor, pooled over all design points, with its "
            f"{100 * results.confidence:g} % interval, clustered by instance"
            f"{' and design point' if results.has_drawn_points else ''}: of the yield in log-odds (logistic regression), of a "
            "metric in its unit (linear). A category has a row for each level, against its "
            "first. Filled: shown, by Holm's rule over all factors; hollow: not shown.")


def list_rows(results):
    """[(factor, level or None, name)]: a row for each numerical factor, and for each further level of a category."""
    rows = []
    for factor in results.varying:
        rows += ([(factor, None, factor.name)] if factor.numeric else
                 [(factor, level, f"{level}, not {factor.levels[0]}") for level in factor.levels[1:]])
    return rows


@style.with_style
def figure(results):
    if lacking(results):
        return None
    pooled, rows = choose_pooled(results), list_rows(results)
    n_columns = min(2, len(pooled))
    n_rows = -(-len(pooled) // n_columns)
    fig, all_axes = style.create_axes(style.COLUMN if n_columns == 1 else style.PAGE,
                                      0.5 + n_rows * (0.55 + 0.24 * max(len(rows), 2)), n_rows, n_columns, sharey=True)
    for axes, of in zip(all_axes, pooled):
        draw_outcome(axes, results, of, rows)
    all_axes[0].set_yticks(range(len(rows)), [name for _, _, name in rows])
    all_axes[0].set_ylim(len(rows) - 0.5, -0.5)
    for i, axes in enumerate(all_axes):
        axes.set_visible(i < len(pooled))
    style.add_head(fig, "Effect of each factor over its whole range")
    return fig


def draw_outcome(axes, results, pooled, rows):
    """In each row a mark with its interval, or a word where the factor changes nothing."""
    metric = results.metric(pooled.key)
    sizes = [v for e in pooled.effects for c in e.changes for v in (c.size, c.low, c.high)]
    scale, units = scale_units(sizes, metric.units) if metric else (1.0, "")
    effects = {e.factor.path: e for e in pooled.effects}
    for place, (factor, level, _) in enumerate(rows):
        effect = effects[factor.path]
        if effect.inert:
            axes.text(0.03, place, "changes nothing", va="center", fontsize=7, color=style.GREY,
                      transform=axes.get_yaxis_transform())
        for change in effect.changes:
            if level in (None, change.level):
                face = style.BLUE if effect.p < 1 - results.confidence else "white"
                value, low, high = (scale * v for v in (change.size, change.low, change.high))
                axes.errorbar([value], [place], xerr=[[value - low], [high - value]], capsize=2, elinewidth=0.8,
                              color=style.BLUE, marker="o", markerfacecolor=face)
    axes.axvline(0, color=style.GREY, linewidth=0.6, zorder=0)
    axes.set_xlabel("change in log-odds" if metric is None else style.label("change", units))
    axes.set_title("yield" if metric is None else metric.name)
