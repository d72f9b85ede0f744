#!/usr/bin/python3
"""Writes a results file of the quickstart's shape, with invented numbers, for the tests of postproc/.

    make_fixture.py OUT.h5                 the quickstart: loss x estimator, 32 instances, 60 epochs
    make_fixture.py --kind KIND OUT.h5     another design: see KINDS

The layout is that of the results file's contract: nothing here is read from the program.
"""
import argparse
import itertools
import math
import statistics

import h5py
import numpy as np

DONE, SLOW, OSCILLATES, DIVERGED, FAILED = 1, 2, 3, 4, 5
STATES = ["pending", "done", "did not settle", "oscillates", "diverged", "failed"]
PROBABILITIES = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
METRICS = {  # name: (units, long name)
    "accuracy": ("1", "share of training samples classified right"),
    "loss": ("1", "mean cost over the training samples"),
    "gradient_cosine": ("1", "cosine between the estimator's and the exact gradient, before training"),
    "settling_time": ("s", "time to reach the free equilibrium"),
    "energy_per_inference": ("J", "energy of one inference"),
}
LOSS, ESTIMATOR = "network.parameters.loss", "learning.estimator"
KERR, NODES, DRIVE = "network.parameters.kerr", "network.topology.nodes", "network.inputs.scale"
KINDS = {
    "quickstart": {LOSS: [0.1, 0.2, 0.5, 1.0, 2.0], ESTIMATOR: ["plain", "phase-conjugate", "backprop"]},
    "one-factor": {LOSS: [0.1, 0.2, 0.5, 1.0, 2.0]},
    "two-continuous": {LOSS: [0.1, 0.3, 1.0, 3.0], KERR: [0.1, 0.2, 0.3, 0.4]},
    "three-factors": {LOSS: [0.1, 0.5, 1.0, 2.0], NODES: [6, 10], ESTIMATOR: ["plain", "phase-conjugate"]},
    "one-point": {},
    "scattered": "latin hypercube of loss and kerr, and an estimator drawn for each point",
}


def list_points(kind, n_scattered=60):
    """Returns {factor path: values over the points}."""
    if kind == "scattered":
        rng = np.random.default_rng(3)
        u = (np.array([rng.permutation(n_scattered) for _ in range(2)]) + 0.5) / n_scattered
        names = np.array(["plain", "phase-conjugate", "backprop"])
        return {LOSS: 10 ** (-1.3 + 1.6 * u[0]), KERR: 0.05 + 0.4 * u[1],
                ESTIMATOR: names[rng.integers(0, 3, n_scattered)]}
    factors = KINDS[kind]
    rows = list(itertools.product(*factors.values()))
    return {path: np.array([row[i] for row in rows]) for i, path in enumerate(factors)}


def drive_of(loss):
    """The drive of the quickstart moves along with the loss."""
    return round(0.8 * max(loss, 0.5), 3)


def draw_trial(rng, loss, estimator, n_epochs):
    """Returns (state, metrics, accuracy curve, loss curve) of one invented trial."""
    cosine = {"plain": 1 / (1 + (loss / 0.6) ** 2), "phase-conjugate": 1 - 0.28 * math.exp(-3.0 * loss),
              "backprop": 1.0}[estimator]
    cosine = min(1.0, cosine + (0 if estimator == "backprop" else rng.normal(0, 0.06)))
    rate = max(0.0, cosine - 0.35) * rng.lognormal(-2.0, 0.45)
    epoch = np.arange(n_epochs)
    noise = 0.004 * rng.lognormal(0, 0.4) + 0.01 * rng.normal(0, 1, n_epochs) ** 2
    cost = 0.72 * np.exp(-rate * epoch) + noise
    accuracy = np.clip(np.round(4 * (1.02 - 0.75 * cost - (0.35 if rate < 0.015 else 0))) / 4, 0, 1)
    state = DONE
    if rng.uniform() < 0.02 + 0.10 * math.exp(-4 * loss):
        state = rng.choice([SLOW, OSCILLATES, DIVERGED], p=[0.5, 0.35, 0.15])
    settling = 4.0e-10 / loss * rng.lognormal(0, 0.2)
    return state, [accuracy[-1], cost[-1], cosine, settling, settling * 3.1e-3], accuracy, cost


def eval_wilson(k, n, confidence=0.95):
    z = statistics.NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, centre - half), min(1.0, centre + half)


def draw_trials(design, n_points, n_instances, n_epochs):
    trials = {m: np.full((n_points, n_instances), np.nan) for m in METRICS}
    curves = {m: np.full((n_points, n_instances, n_epochs), np.nan) for m in ("accuracy", "loss")}
    state = np.zeros((n_points, n_instances), dtype=np.int8)
    for p, i in np.ndindex(n_points, n_instances):
        loss = float(design[LOSS][p]) if LOSS in design else 1.0
        estimator = str(design[ESTIMATOR][p]) if ESTIMATOR in design else "phase-conjugate"
        rng = np.random.default_rng([2026, p, i])
        state[p, i], values, accuracy, cost = draw_trial(rng, loss, estimator, n_epochs)
        if state[p, i] == DONE:
            for m, v in zip(METRICS, values):
                trials[m][p, i] = v
            curves["accuracy"][p, i], curves["loss"][p, i] = accuracy, cost
    return state, trials, curves


def write_dataset(group, name, data, units, long_name, scales=()):
    data = np.asarray(data)
    if data.dtype.kind == "U":
        group.create_dataset(name, data=data.astype(object), dtype=h5py.string_dtype())
    else:
        group.create_dataset(name, data=data)
    group[name].attrs["units"] = units
    group[name].attrs["long_name"] = long_name
    for axis, scale in enumerate(scales):
        group[name].dims[axis].attach_scale(scale)
    return group[name]


def write_scales(f, sizes):
    for name, data in sizes.items():
        write_dataset(f, name, data, "1", name).make_scale(name)
    return {name: f[name] for name in sizes}


def write_statistics(f, scales, state, trials, criterion):
    for metric, (units, _) in METRICS.items():
        g = f.create_group("statistics/" + metric)
        columns = {k: [] for k in ("count", "failures", "mean", "std", "min", "max", "quantile")}
        met = []
        for row, row_state in zip(trials[metric], state):
            v = row[row_state == DONE]
            nothing = v.size == 0
            columns["count"].append(v.size)
            columns["failures"].append(int(np.sum(row_state > DONE)))
            columns["mean"].append(np.nan if nothing else v.mean())
            columns["std"].append(np.nan if v.size < 2 else v.std(ddof=1))
            columns["min"].append(np.nan if nothing else v.min())
            columns["max"].append(np.nan if nothing else v.max())
            columns["quantile"].append(np.full(7, np.nan) if nothing else np.quantile(v, PROBABILITIES))
            n = int(np.sum(row_state > 0))
            k = int(np.sum(v >= criterion)) if criterion is not None else 0
            met.append((np.nan,) * 3 if n == 0 else (k / n, *eval_wilson(k, n)))
        for name, data in columns.items():
            axes = [scales["point"]] + ([scales["probability"]] if name == "quantile" else [])
            is_count = name in ("count", "failures")
            write_dataset(g, name, data, "1" if is_count else units, f"{name} of {metric}", axes)
        if metric == "accuracy" and criterion is not None:
            for name, column in zip(("yield", "yield_low", "yield_high"), np.array(met).T):
                write_dataset(g, name, column, "1", name.replace("_", " "), [scales["point"]])


def format_deck(kind, design, n_instances, n_epochs, criterion):
    lines = ["study: {name: quickstart, seed: 2026}", "network:", "  family: kerr",
             "  topology: {kind: all-to-all, nodes: 10}",
             "  parameters: {loss: 1.0, kerr: 0.3, detuning: -0.8, coupling_spread: 0.6}",
             "task: {name: xor}", "learning:", "  estimator: phase-conjugate",
             "  nudge: {beta: 0.02, scheme: centered}", f"  epochs: {n_epochs}",
             "variation:", "  - {parameter: detuning, distribution: normal, sigma: 0.1, scope: local}",
             "design:", "  method: grid", "  factors:" + ("" if design else " {}")]
    for path, values in design.items():
        levels = ", ".join(str(v) for v in dict.fromkeys(values.tolist()))
        along = ""
        if path == LOSS and kind == "quickstart":
            drives = ", ".join(str(drive_of(v)) for v in dict.fromkeys(values.tolist()))
            along = f", along: {{{DRIVE}: [{drives}]}}"
        lines.append(f"    {path}: {{values: [{levels}]{along}}}")
    lines += [f"population: {{instances: {n_instances}}}", f"metrics: [{', '.join(METRICS)}]"]
    if criterion is not None:
        lines.append(f"yield: {{metric: accuracy, at_least: {criterion}, confidence: 0.95}}")
    return "\n".join(lines) + "\n"


def write_root(f, deck):
    f.attrs.update({"format": "epilux-results", "format_version": 1, "epilux_version": "0.1.0",
                    "created": "2026-03-01T12:00:00Z", "seed": 2026, "host": "node-17", "isa": "avx2",
                    "git_revision": "0123abc", "hdf5_version": "1.10.8", "sundials_version": "6.4.1",
                    "deck": deck})


def write_sensitivity(f, design):
    paths = list(design)
    write_dataset(f, "factor", np.array(paths), "1", "factor").make_scale("factor")
    g = f.create_group("sensitivity/accuracy")
    indices = (("first_order", [0.55, 0.2, 0.04], 0.06), ("total_order", [0.72, 0.33, 0.07], 0.08))
    for name, values, half in indices:
        values = np.array(values[:len(paths)])
        for suffix, shift in (("", 0), ("_low", -half), ("_high", half)):
            write_dataset(g, name + suffix, values + shift, "1", name + suffix, [f["factor"]])


def write_fabrication(f, scales, n_points, n_instances, n_nodes=4):
    """Dies of 5 mm, nine a wafer; deviations that tell node and instance."""
    shape, pair = (n_points, n_instances), [scales["point"], scales["instance"]]
    k = np.arange(n_instances)
    node = write_scales(f, {"node": np.arange(n_nodes)})["node"]
    g = f.create_group("fabrication")
    for name, units, values in (("wafer", "1", k // 9), ("die_x", "m", 5e-3 * (k % 3 - 1.0)),
                                ("die_y", "m", 5e-3 * (k // 3 % 3 - 1.0))):
        write_dataset(g, name, np.broadcast_to(values, shape), units, name, pair)
    for name, step in (("width", 1e-9), ("thickness", -2e-10), ("resonance", 5e-11)):
        values = step * (k[:, None] + np.arange(n_nodes) / n_nodes)
        write_dataset(g, name, np.broadcast_to(values, (*shape, n_nodes)), "m", name, pair + [node])


def make(path, kind="quickstart", n_instances=32, n_epochs=60, criterion=0.95, n_pending=0, with_curves=True,
         with_statistics=True, with_sensitivity=False, with_fabrication=False, name=None, yields=None):
    """Writes the file. yields: {point: number of instances that meet the criterion}, to construct a case:
    those instances get accuracy 1, the others 0.5, and all are done."""
    design = list_points(kind)
    n_points = len(next(iter(design.values()))) if design else 1
    state, trials, curves = draw_trials(design, n_points, n_instances, n_epochs)
    for point, k in (yields or {}).items():
        state[point] = DONE
        trials["accuracy"][point] = np.where(np.arange(n_instances) < k, 1.0, 0.5)
    for p, i in list(np.ndindex(n_points, n_instances))[n_points * n_instances - n_pending:]:
        state[p, i] = 0
        for table in (trials, curves):
            for values in table.values():
                values[p, i] = np.nan
    with h5py.File(path, "w") as f:
        deck = format_deck(kind, design, n_instances, n_epochs, criterion)
        deck = deck if name is None else deck.replace("name: quickstart", f"name: '{name}'")
        if with_fabrication:
            deck += "process: {wafer: {diameter: 0.03, die_width: 0.005, die_height: 0.005}}\n"
        write_root(f, deck)
        scales = write_scales(f, {"point": np.arange(n_points), "instance": np.arange(n_instances),
                                  "epoch": np.arange(n_epochs), "probability": PROBABILITIES})
        columns = dict(design)
        if kind == "quickstart":
            columns[DRIVE] = np.array([drive_of(v) for v in design[LOSS]])
        f.create_group("design")
        for factor, values in columns.items():
            write_dataset(f["design"], factor, values, "1", factor, [scales["point"]])
        pair = [scales["point"], scales["instance"]]
        write_dataset(f.create_group("trials"), "state", state, "1", "state of the trial", pair)
        f["trials/state"].attrs["meaning"] = ", ".join(f"{i} {s}" for i, s in enumerate(STATES))
        for metric, (units, long_name) in METRICS.items():
            write_dataset(f["trials"], metric, trials[metric], units, long_name, pair)
        write_dataset(f["trials"], "seconds", np.ones(state.shape), "s", "seconds the trial took", pair)
        for metric in curves if with_curves else ():
            write_dataset(f.require_group("curves"), metric, curves[metric], "1", METRICS[metric][1],
                          pair + [scales["epoch"]])
        if with_statistics:
            write_statistics(f, scales, state, trials, criterion)
        if with_sensitivity:
            write_sensitivity(f, design)
        if with_fabrication:
            write_fabrication(f, scales, n_points, n_instances)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output")
    parser.add_argument("--kind", choices=KINDS, default="quickstart")
    parser.add_argument("--pending", type=int, default=0, help="leave the last trials pending")
    parser.add_argument("--sensitivity", action="store_true")
    arguments = parser.parse_args()
    make(arguments.output, arguments.kind, n_pending=arguments.pending,
         with_sensitivity=arguments.sensitivity)


if __name__ == "__main__":
    main()
