#!/usr/bin/python3
"""Sensitivity: the share of a metric's variance that each factor explains, alone and with its interactions.

Sobol' indices as bars with their intervals; for a screening design mu* against sigma of the effects.
"""
import sys

import numpy as np

import command
import style

MAX_METRICS = 4
INDICES = {"first_order": ("alone (first order)", style.BLUE),
           "total_order": ("with interactions (total)", style.ORANGE)}


def choose_tables(results, metric):
    tables = results.sensitivities()
    keys = [k for k in ([metric] if metric else tables) if k in tables]
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
            "interactions. Bars on them: the intervals that the file holds.")


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
        draw = draw_indices if any(name in table for name in INDICES) else draw_effects
        handles.update(draw(axes, table))
        found = results.metric(key)
        axes.set_title(f"of {found.name if found else key}" if n > 1 else "")
    style.finish_panels(all_axes, n, 1)
    key = next(iter(tables))
    what = f" of {results.metric(key).name if results.metric(key) else key}" if n == 1 else ""
    style.add_head(fig, f"Sensitivity{what} to the factors", list(handles.values()), list(handles))
    return fig


def draw_indices(axes, table):
    """Horizontal bars, the most important factor on top."""
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
        handles[text] = axes.barh(places, values, 0.9 * height, color=colour, xerr=distances,
                                  error_kw={"elinewidth": 0.8, "capsize": 2})
    axes.set_yticks(range(len(order)), [table["factor"][i] for i in order])
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.axvline(0, color="black", linewidth=0.6)
    axes.set_xlabel("Sobol' index (share of the variance)")
    return handles


def draw_effects(axes, table):
    sigma = table.get("sigma", np.zeros(len(table["mu_star"])))
    axes.plot(table["mu_star"], sigma, linestyle="none", marker="o", color=style.BLUE)
    for name, x, y in zip(table["factor"], table["mu_star"], sigma):
        axes.annotate(name, (x, y), (4, 3), textcoords="offset points", fontsize=7.5)
    axes.margins(0.15)
    axes.set_xlabel("µ*, mean size of the effect")
    axes.set_ylabel("σ, spread of the effect")
    return {}


if __name__ == "__main__":
    sys.exit(command.run(sys.modules[__name__], has_metric=True))
