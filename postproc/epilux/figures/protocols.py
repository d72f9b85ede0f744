"""Protocols: what each way of training keeps of the accuracy, and what it wins back of what transfer loses.

All protocols work on the same fabricated instances, so that they are compared pair by pair. Left, the mean accuracy of
each against the first numerical factor; right, the share of the accuracy that transfer lost which it has again.
Printed as a table as well.
"""
import numpy as np

from epilux.figures import style
from epilux.layout import format_level
from epilux.units import scale_units

PROTOCOL, METRIC, NOMINAL = "learning.protocol", "accuracy", "nominal_accuracy"
BASELINE = "transfer"
N_RESAMPLED, LEVEL = 2000, 0.95


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    protocol = results.factor(PROTOCOL)
    if protocol is None or BASELINE not in protocol.levels or len(protocol.levels) < 2:
        return f"the design does not vary {PROTOCOL} with {BASELINE} among its values"
    if spread(results) is None:
        return "the design varies nothing beside the protocol"
    for key in (METRIC, NOMINAL):
        if results.metric(key) is None:
            return f"the metrics lack {key}"
    if np.any(results.n_pending):
        return "trials are pending"
    return None


def spread(results):
    return next((f for f in results.varying if f.numeric), None)


def resample(n):
    """[N_RESAMPLED, n] instances, the same ones every time."""
    return np.random.default_rng(1).integers(0, n, (N_RESAMPLED, n))


def interval(samples):
    tail = 100 * (1 - LEVEL) / 2
    return np.percentile(samples, [tail, 100 - tail])


def find(results, protocol, level):
    hits = np.flatnonzero((results.factor(PROTOCOL).values == protocol) & (spread(results).values == level))
    return int(hits[0])


def compare(results):
    """Rows (protocol, level, mean, low, high, recovered, low, high); a trial that failed has accuracy 0. The share is
    NaN for transfer itself, and where transfer lost too little to win back."""
    accuracy = np.nan_to_num(results.values(METRIC))
    chosen, rows = resample(results.n_instances), []
    for protocol in results.factor(PROTOCOL).levels:
        for level in spread(results).levels:
            own, base = accuracy[find(results, protocol, level)], accuracy[find(results, BASELINE, level)]
            nominal = np.nanmax(results.values(NOMINAL)[find(results, BASELINE, level)])
            lost, won = nominal - base[chosen].mean(axis=1), (own - base)[chosen].mean(axis=1)
            share = (np.nan,) * 3
            if protocol != BASELINE and interval(lost)[0] > 0.05:
                share = ((own - base).mean() / (nominal - base.mean()), *interval(won / lost))
            rows.append((protocol, level, own.mean(), *interval(own[chosen].mean(axis=1)), *share))
    return rows


def caption(results):
    return (f"Means over {results.n_instances} instances, the same for every protocol; bars: {100 * LEVEL:g} % "
            "intervals by resampling instances, of the share pair by pair. The share is of what transfer lost of the "
            "nominal network's accuracy; it is left out where that is not more than five points.")


def draw_line(axes, rows, protocol, first, look, scale):
    rows = [r for r in rows if r[0] == protocol and np.isfinite(r[first])]
    if not rows:
        return None
    x, y, low, high = (np.array([r[k] for r in rows], dtype=float) for k in (1, first, first + 1, first + 2))
    colour, marker, dash = look
    return axes.errorbar(x * scale, 100 * y, 100 * np.maximum(0, [y - low, high - y]), color=colour, marker=marker,
                         linestyle=dash, capsize=2, elinewidth=0.8, capthick=0.8)


@style.with_style
def figure(results):
    if lacking(results):
        return None
    rows, factor = compare(results), spread(results)
    scale, unit = scale_units(factor.values, factor.units)
    fig, axes = style.create_axes(style.PAGE, 2.8, n_columns=2)
    handles = {}
    for i, protocol in enumerate(results.factor(PROTOCOL).levels):
        look = style.CYCLE[i % len(style.CYCLE)]
        handles[protocol] = draw_line(axes[0], rows, protocol, 2, look, scale)
        draw_line(axes[1], rows, protocol, 5, look, scale)
    for ax, label in zip(axes, (f"{METRIC} (%)", f"lost by {BASELINE}, won back (%)")):
        ax.set_ylabel(label)
        ax.set_xlabel(f"{factor.name} ({unit})" if unit not in ("", "1") else factor.name)
        if factor.logarithmic:
            ax.set_xscale("log")
            ax.set_xticks([v * scale for v in factor.levels], [format_level(v * scale) for v in factor.levels])
            ax.minorticks_off()
    style.add_head(fig, "Remedies, on the same instances", list(handles.values()), list(handles))
    return fig


def print_table(results):
    print(f"{'protocol':20} {spread(results).name:>16} {'accuracy':>9} {'low':>7} {'high':>7} {'won back':>9} {'low':>7} {'high':>7}")
    for protocol, level, *numbers in compare(results):
        cells = " ".join(f"{'-' if np.isnan(v) else format(v, '.4f'):>{w}}" for v, w in zip(numbers, (9, 7, 7, 9, 7, 7)))
        print(f"{protocol:20} {level:16g} {cells}")
