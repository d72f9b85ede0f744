"""Effects: what each factor does to the yield and to the metrics, pooled over all design points, with its interval.

The fits are those of statistics/pooling.py.
"""
import numpy as np

from epilux.figures import paper, style
from epilux.figures.chart import COLUMN, PAGE, Axis, Chart, Look, Marks, Panel
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


def chart(results):
    if lacking(results):
        return None
    pooled, rows = choose_pooled(results), list_rows(results)
    columns = min(2, len(pooled))
    y = Axis(ticks=[(i, name) for i, (_, _, name) in enumerate(rows)], limits=(-0.5, len(rows) - 0.5), reverse=True)
    panels = [chart_outcome(results, of, rows, y) for of in pooled]
    return Chart("Effect of each factor over its whole range", panels, columns, COLUMN if columns == 1 else PAGE,
                 0.5 + -(-len(pooled) // columns) * (0.55 + 0.24 * max(len(rows), 2)), share_y=True)


def chart_outcome(results, pooled, rows, y):
    """In each row a mark with its interval, or a word where the factor changes nothing."""
    metric = results.metric(pooled.key)
    sizes = [v for e in pooled.effects for c in e.changes for v in (c.size, c.low, c.high)]
    scale, units = scale_units(sizes, metric.units) if metric else (1.0, "")
    effects = {e.factor.path: e for e in pooled.effects}
    found, hollow, notes = [], [], []
    for place, (factor, level, _) in enumerate(rows):
        effect = effects[factor.path]
        if effect.inert:
            notes.append((0.03, place, "changes nothing"))
        for change in effect.changes:
            if level in (None, change.level):
                found.append((place, scale * change.size, scale * change.low, scale * change.high))
                hollow.append(effect.p >= 1 - results.confidence)
    places, size, low, high = np.array(found).T
    marks = Marks(size, places, Look(width=0), low=low, high=high, along="x", hollow=np.array(hollow),
                  names=[rows[int(place)][2] for place in places])
    return Panel(Axis("change in log-odds" if metric is None else style.label("change", units)), y, [marks],
                 "yield" if metric is None else metric.name, [("x", 0, "-")], notes)


def figure(results):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results))
