"""Pareto front: accuracy against energy, over all design points, for the optimistic and the loss-budgeted case.

A point is on the front when no other is at least as accurate for less energy. Left training, right one inference; the
same network, emulated digitally, is drawn beside it, hollow: it is no rival. Printed as well, with the ratio to the cheapest digital
model at equal accuracy where the deck has a section `reference` and metrics reference_…_ratio_….
"""
import numpy as np

from epilux.figures import style
from epilux.layout import name_point
from epilux.statistics import equal_accuracy, good_chips
from epilux.units import scale_units

METRIC = "accuracy"
PANELS = (("training_energy", "digital_training_energy", "training"),
          ("inference_energy", "digital_inference_energy", "one inference"))


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    if results.metric(METRIC) is None:
        return f"the metrics lack {METRIC}"
    if not find_panels(results):
        return f"the metrics lack energies such as {PANELS[0][0]}_{equal_accuracy.CASES[1]}"
    if not np.any(np.isfinite(results.statistic(METRIC, "mean"))):
        return "no design point has a finished trial"
    if not choose_panels(results):
        return "all energies are 0 or not known: nothing was trained, or the deck describes no hardware that takes energy"
    return None


def find_panels(results):
    return [(key, digital, name, case) for key, digital, name in PANELS for case in equal_accuracy.CASES
            if results.metric(f"{key}_{case}") is not None]


def choose_panels(results):
    """The panels of which some design point has an energy above 0: a logarithmic axis shows no other."""
    return [p for p in find_panels(results) if np.any(results.statistic(f"{p[0]}_{p[3]}", "mean") > 0)]


def find_front(energy, accuracy):
    """Points that no other beats, by rising energy; those that cost nothing or are not known are left out."""
    known = np.flatnonzero(np.isfinite(energy) & (energy > 0) & np.isfinite(accuracy))
    front, best = [], -np.inf
    for point in known[np.lexsort((-accuracy[known], energy[known]))]:
        if accuracy[point] > best:
            front.append(int(point))
            best = accuracy[point]
    return front


def caption(results):
    return (f"Every design point: mean over {results.n_instances} instances. Line: the front, no point is as accurate for "
            "less. Hollow: the same network and as many steps of backprop, emulated digitally; that is no rival."
            " Training elsewhere, which "
            "all instances share, is not counted.")


def draw_panel(axes, results, panel, looks, unit_scale):
    key, digital, _, case = panel
    estimator = results.factor("learning.estimator")
    accuracy = results.statistic(METRIC, "mean")
    energy = results.statistic(f"{key}_{case}", "mean") * unit_scale
    handles = {}
    for level, (colour, marker, _) in looks.items():
        own = np.ones(results.n_points, bool) if level is None else estimator.values == level
        handles[level] = axes.scatter(energy[own], 100 * accuracy[own], s=14, color=colour, marker=marker, linewidths=0.6)
        other = results.statistic(f"{digital}_{case}", "mean") if results.metric(f"{digital}_{case}") else None
        if other is not None:
            axes.scatter(other[own] * unit_scale, 100 * accuracy[own], s=10, facecolors="none", edgecolors=colour,
                         marker=marker, linewidths=0.5, alpha=0.6)
    front = find_front(energy, accuracy)
    axes.plot(energy[front], 100 * accuracy[front], color=style.BLACK, linewidth=0.8, drawstyle="steps-post", zorder=0)
    style.set_log_scale(axes, "x")
    return handles


@style.with_style
def figure(results):
    if lacking(results):
        return None
    found = choose_panels(results)
    looks = style.level_styles(results.factor("learning.estimator"))
    fig, all_axes = style.create_axes(style.PAGE, 0.8 + 2.1 * ((len(found) + 1) // 2), (len(found) + 1) // 2, 2,
                                      sharey=True)
    labels = []
    for axes, panel in zip(all_axes, found):
        values = results.statistic(f"{panel[0]}_{panel[3]}", "mean")
        scale, unit = scale_units(values, "J")
        handles = draw_panel(axes, results, panel, looks, scale)
        axes.set_title(f"{panel[2]}, {panel[3]}")
        labels.append(f"energy ({unit})")
        axes.set_ylabel(f"{METRIC} (%)")
    style.finish_panels(all_axes, len(found), 2)
    for axes, text in zip(all_axes, labels):  # each has a unit of its own
        axes.set_xlabel(text)
    names = [str(level) for level in handles if level is not None]
    beside = any(results.metric(f"{panel[1]}_{panel[3]}") for panel in found)
    style.add_head(fig, "Accuracy against energy" + ("; hollow: the same network, emulated digitally" if beside else ""), list(handles.values()) if names else (), names)
    return fig


def print_table(results):
    accuracy = results.statistic(METRIC, "mean")
    for key, _, name, case in find_panels(results):
        energy = results.statistic(f"{key}_{case}", "mean")
        print(f"{name}, {case}: the front")
        for point in find_front(energy, accuracy):
            print(f"  {energy[point]:10.3e} J  accuracy {accuracy[point]:.4f}  {name_point(results, point)}")
    for row in equal_accuracy.compare(results):
        print(equal_accuracy.write_row(row))
    for line in good_chips.write_table(results):
        print(line)
