"""Sensitivity: the share of a metric's variance that each factor explains, alone and with its interactions.

Sobol' indices as bars with their intervals; for a screening design mu* against sigma of the effects.
"""
import numpy as np

from epilux.figures import paper, style
from epilux.figures.chart import COLUMN, PAGE, Axis, Bars, Chart, Look, Marks, Panel

MAX_METRICS = 4
USELESS = 0.5  # width of the interval of a share beyond which it says nothing, as `epilux show` has it
LEAST_ROWS = 8  # below which resampled rows give no interval
OTHERS = {"yield": "the yield", "failures": "the share of failures"}
INDICES = {"first_order": ("alone (first order)", style.BLUE),
           "total_order": ("with interactions (total)", style.ORANGE)}


def choose_tables(results, metric):
    tables = results.sensitivities()
    first = [k for k in ("yield", "failures") if k in tables]
    keys = [k for k in ([metric] if metric else [*first, *(k for k in tables if k not in first)]) if k in tables]
    known = (*INDICES, "mu_star")
    return {k: tables[k] for k in keys if any(name in tables[k] for name in known)
            and (metric or any(np.any(np.nan_to_num(tables[k][name])) for name in known if name in tables[k]))}


def lacking(results, metric=None):
    """Says what the results lack for this figure, or returns None."""
    return None if choose_tables(results, metric) else "the file has no /sensitivity, or no metric that varies"


def caption(results, metric=None):
    tables = choose_tables(results, metric)
    if any("mu_star" in t and "first_order" not in t for t in tables.values()):
        return ("Elementary effects: the mean size of a factor's effect (µ*), and its spread σ, which shows "
                "interactions.")
    return ("Sobol' indices: the share of the variance that a factor explains alone, and with all its "
            f"interactions. Bars on them: the intervals that the file holds. Pale: useless, the interval is wider than {USELESS} "
            f"or more than half of the trials had to be left out.{describe_dropped(results, tables)}")


def describe_dropped(results, tables):
    """How many groups of trials had to be left out, of the outcomes that are drawn."""
    texts = []
    for key in list(tables)[:MAX_METRICS]:
        groups, dropped, _ = results.sensitivity_groups(key)
        if dropped:
            texts.append(f"{dropped} of {groups} groups of trials for {key}")
    return f" Left out, for a trial without a value: {', '.join(texts)}." if texts else ""


def chart(results, metric=None):
    if lacking(results, metric):
        return None
    tables = dict(list(choose_tables(results, metric).items())[:MAX_METRICS])
    n, n_factors = len(tables), max(len(t["factor"]) for t in tables.values())
    panels = []
    for key, table in tables.items():
        groups, dropped, rows = results.sensitivity_groups(key)
        if any(name in table for name in INDICES):
            panel = chart_indices(table, 2 * dropped > groups or (rows is not None and rows < LEAST_ROWS))
        else:
            panel = chart_screening(table)
        panel.title = f"of {name_outcome(results, key)}" if n > 1 else ""
        panels.append(panel)
    what = f" of {name_outcome(results, next(iter(tables)))}" if n == 1 else ""
    columns = min(n, 2)
    return Chart(f"Sensitivity{what} to the factors", panels, columns, COLUMN if n == 1 else PAGE,
                 0.6 + -(-n // columns) * (0.6 + 0.3 * max(n_factors, 3)))


def name_outcome(results, key):
    found = results.metric(key)
    return found.name if found else OTHERS.get(key, key)


def chart_indices(table, thinned):
    """Horizontal bars, the most important factor on top; pale where an index says nothing. The axis stays where a share
    of the variance can be, and a little beyond."""
    present = [name for name in INDICES if name in table]
    order = np.argsort(-np.nan_to_num(table[present[-1]]))
    bars, height = [], 0.8 / len(present)
    for i, name in enumerate(present):
        places = np.arange(len(order)) + (i - (len(present) - 1) / 2) * height
        low, high = (table.get(name + suffix) for suffix in ("_low", "_high"))
        text, colour = INDICES[name]
        bars.append(Bars(places, np.zeros(len(order)), np.nan_to_num(table[name][order]), Look(colour), text, 0.9 * height,
                         None if low is None or high is None else low[order],
                         None if low is None or high is None else high[order],
                         np.asarray(thinned | find_useless(table, name)[order])))
    return Panel(Axis("Sobol' index (share of the variance)", limits=(-0.2, 1.2)),
                 Axis(ticks=[(i, table["factor"][k]) for i, k in enumerate(order)], limits=(-0.5, len(order) - 0.5), reverse=True),
                 bars, rules=[("x", 0, "-")])


def find_useless(table, name):
    """[factor] whether an index says nothing: it is not known, or its interval is too wide."""
    low, high = (table.get(name + suffix, table[name]) for suffix in ("_low", "_high"))
    return ~np.isfinite(table[name]) | ~(high - low <= USELESS)


def chart_screening(table):
    sigma = table.get("sigma", np.zeros(len(table["mu_star"])))
    dots = Marks(np.asarray(table["mu_star"]), np.asarray(sigma), Look(width=0), labels=list(table["factor"]),
                 names=list(table["factor"]))
    return Panel(Axis("µ*, mean size of the effect"), Axis("σ, spread of the effect"), [dots])


def figure(results, metric=None):
    """The chart as a matplotlib Figure, or None."""
    return paper.draw(chart(results, metric))
