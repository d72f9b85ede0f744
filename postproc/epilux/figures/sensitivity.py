"""Sensitivity: the share of a metric's variance that each factor explains, alone and with its interactions.

Sobol' indices as bars with their intervals; for a screening design mu* against sigma of the effects.
"""
import numpy as np

from epilux.figures import style

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


@style.with_style
def figure(results, metric=None):
    if lacking(results, metric):
        return None
    tables = dict(list(choose_tables(results, metric).items())[:MAX_METRICS])
    n, n_factors = len(tables), max(len(t["factor"]) for t in tables.values())
    n_columns = min(n, 2)
    n_rows = -(-n // n_columns)
    fig, all_axes = style.create_axes(style.COLUMN if n == 1 else style.PAGE,
                                      0.6 + n_rows * (0.6 + 0.3 * max(n_factors, 3)), n_rows, n_columns)
    handles = {}
    for axes, (key, table) in zip(all_axes, tables.items()):
        groups, dropped, rows = results.sensitivity_groups(key)
        if any(name in table for name in INDICES):
            handles.update(draw_indices(axes, table, 2 * dropped > groups or (rows is not None and rows < LEAST_ROWS)))
        else:
            draw_effects(axes, table)
        found = results.metric(key)
        axes.set_title(f"of {found.name if found else OTHERS.get(key, key)}" if n > 1 else "")
    style.finish_panels(all_axes, n, 1)
    key = next(iter(tables))
    what = f" of {results.metric(key).name if results.metric(key) else OTHERS.get(key, key)}" if n == 1 else ""
    style.add_head(fig, f"Sensitivity{what} to the factors", list(handles.values()), list(handles))
    return fig


def draw_indices(axes, table, thinned):
    """Horizontal bars, the most important factor on top; pale where an index says nothing. The axis stays where a share
    of the variance can be, and a little beyond."""
    present = [name for name in INDICES if name in table]
    order = np.argsort(-np.nan_to_num(table[present[-1]]))
    handles, height = {}, 0.8 / len(present)
    for i, name in enumerate(present):
        values = table[name][order]
        places = np.arange(len(order)) + (i - (len(present) - 1) / 2) * height
        low, high = (table.get(name + suffix) for suffix in ("_low", "_high"))
        has_interval = low is not None and high is not None
        distances = np.maximum(0, [values - low[order], high[order] - values]) if has_interval else None
        text, colour = INDICES[name]
        bars = axes.barh(places, np.nan_to_num(values), 0.9 * height, color=colour, xerr=np.nan_to_num(distances),
                         error_kw={"elinewidth": 0.8, "capsize": 2}) if has_interval else axes.barh(
                             places, np.nan_to_num(values), 0.9 * height, color=colour)
        for bar, useless in zip(bars, thinned | find_useless(table, name)[order]):
            bar.set_alpha(0.25 if useless else 1.0)
        handles[text] = style.swatch(colour)
    axes.set_xlim(-0.2, 1.2)
    axes.set_yticks(range(len(order)), [table["factor"][i] for i in order])
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.axvline(0, color="black", linewidth=0.6)
    axes.set_xlabel("Sobol' index (share of the variance)")
    return handles


def find_useless(table, name):
    """[factor] whether an index says nothing: it is not known, or its interval is too wide."""
    low, high = (table.get(name + suffix, table[name]) for suffix in ("_low", "_high"))
    return ~np.isfinite(table[name]) | ~(high - low <= USELESS)


def draw_effects(axes, table):
    sigma = table.get("sigma", np.zeros(len(table["mu_star"])))
    axes.plot(table["mu_star"], sigma, linestyle="none", marker="o", color=style.BLUE)
    for name, x, y in zip(table["factor"], table["mu_star"], sigma):
        axes.annotate(name, (x, y), (4, 3), textcoords="offset points", fontsize=7.5)
    axes.margins(0.15)
    axes.set_xlabel("µ*, mean size of the effect")
    axes.set_ylabel("σ, spread of the effect")
