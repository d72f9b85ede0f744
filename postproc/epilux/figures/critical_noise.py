"""Critical noise: how much read-out noise, or how few bits, each nudge bears before learning suffers.

For every estimator and scheme the best strength of the nudge at each noise, or each number of bits; its critical value
is where the accuracy falls two points below that nudge's own without noise (with the most bits). Printed as well, of
each strength too.
"""
import numpy as np

from epilux.figures import style
from epilux.layout import format_level

NOISE, BITS, BETA = "hardware.readout.noise", "hardware.readout.bits", "learning.nudge.beta"
ESTIMATOR, SCHEME, METRIC = "learning.estimator", "learning.nudge.scheme", "accuracy"
OWN_PHASES = {"holomorphic", "random-sign", "dyadic"}  # the scheme says nothing to them
LOSS, N_RESAMPLED, LEVEL = 0.02, 1000, 0.95


def hindrance(results):
    """The factor that makes reading worse."""
    return results.factor(NOISE) or results.factor(BITS)


def lacking(results):
    """Says what the results lack for this figure, or returns None."""
    factor = hindrance(results)
    if factor is None or len(factor.levels) < 2:
        return f"the design varies neither {NOISE} nor {BITS}"
    if results.metric(METRIC) is None:
        return f"the metrics lack {METRIC}"
    if np.any(results.n_pending):
        return "trials are pending"
    return None


def name_nudge(results, point):
    """What the lines are of: the estimator, and the scheme where it has one."""
    words = []
    estimator, scheme = results.factor(ESTIMATOR), results.factor(SCHEME)
    own = estimator is not None and estimator.values[point] in OWN_PHASES
    if estimator is not None:
        words.append(str(estimator.values[point]))
    if scheme is not None and not own:
        words.append(str(scheme.values[point]))
    return ", ".join(words) or "nudge"


def levels_of(results):
    """From the least hindrance to the most."""
    factor = hindrance(results)
    return factor.levels if factor.path == NOISE else factor.levels[::-1]


def collect(results):
    """{nudge: {level: [(beta, [instance])]}}; twice the same setting counts once, failures have accuracy 0."""
    factor, beta = hindrance(results), results.factor(BETA)
    accuracy, found = np.nan_to_num(results.values(METRIC)), {}
    for point in range(results.n_points):
        rows = found.setdefault(name_nudge(results, point), {}).setdefault(factor.values[point], {})
        rows[beta.values[point] if beta is not None else np.nan] = accuracy[point]
    return {nudge: {level: sorted(rows.items()) for level, rows in table.items()} for nudge, table in found.items()}


def best(rows, chosen):
    """Mean of the best strength over the chosen instances."""
    return max(values[chosen].mean() for _, values in rows)


def eval_critical(table, levels, factor, chosen):
    """Where the best mean falls LOSS below its first, between two levels on a logarithmic scale (noise) or a linear
    one (bits); NaN where it never does."""
    means = [best(table[level], chosen) for level in levels]
    limit = means[0] - LOSS
    for k in range(1, len(levels)):
        if means[k] < limit - 1e-12:
            a, b, share = levels[k - 1], levels[k], (means[k - 1] - limit) / (means[k - 1] - means[k])
            share = min(max(share, 0), 1)
            if factor.path == BITS:
                return a + share * (b - a)
            return b * share if a <= 0 else a * (b / a) ** share
    return np.nan


def compare(results):
    """Rows (nudge, beta, critical, low, high), beta NaN for the best at each level; intervals by resampling instances.
    Critical NaN: beyond what was tried."""
    factor, levels = hindrance(results), levels_of(results)
    random = np.random.default_rng(1).integers(0, results.n_instances, (N_RESAMPLED, results.n_instances))
    rows = []
    tail = 100 * (1 - LEVEL) / 2
    for nudge, table in collect(results).items():
        for beta in [np.nan] + sorted({b for found in table.values() for b, _ in found if np.isfinite(b)}):
            own = {level: [(b, v) for b, v in found if np.isnan(beta) or b == beta] for level, found in table.items()}
            samples = np.nan_to_num([eval_critical(own, levels, factor, chosen) for chosen in random],
                                    nan=np.inf if factor.path == NOISE else 0.0)
            low, high = np.percentile(samples, [tail, 100 - tail], method="nearest")
            rows.append((nudge, beta, eval_critical(own, levels, factor, np.arange(results.n_instances)), low, high))
    return rows


def caption(results):
    return (f"Mean accuracy over {results.n_instances} instances of the best strength of each nudge; faint: each "
            "strength.")


@style.with_style
def figure(results):
    if lacking(results):
        return None
    factor, levels = hindrance(results), levels_of(results)
    position = {level: k for k, level in enumerate(levels)}
    everyone = np.arange(results.n_instances)
    fig, (axes,) = style.create_axes(style.COLUMN * 1.25, 2.7)
    handles = {}
    for i, (nudge, table) in enumerate(collect(results).items()):
        colour, marker, dash = style.CYCLE[i % len(style.CYCLE)]
        for beta in sorted({b for rows in table.values() for b, _ in rows}):
            line = [(position[level], 100 * dict(table[level])[beta].mean()) for level in levels if beta in dict(table[level])]
            axes.plot(*zip(*line), color=colour, alpha=0.25, linewidth=0.7)
        handles[nudge], = axes.plot(range(len(levels)), [100 * best(table[level], everyone) for level in levels],
                                    color=colour, marker=marker, linestyle=dash)
    axes.set_xticks(range(len(levels)), [format_level(v) for v in levels])
    axes.set_xlabel("read-out noise (standard deviation of one read)" if factor.path == NOISE else "bits of the converter")
    axes.set_ylabel(f"{METRIC} (%)")
    what = "noise" if factor.path == NOISE else "number of bits"
    style.add_head(fig, f"The best strength of each nudge at each {what}", list(handles.values()), list(handles))
    return fig


def print_table(results):
    what = "noise" if hindrance(results).path == NOISE else "bits"
    print(f"{'nudge':20} {'beta':>6} {'critical ' + what:>15} {'low':>9} {'high':>9}")
    for nudge, beta, *numbers in compare(results):
        cells = " ".join(f"{v:{w}.4g}" for v, w in zip(numbers, (15, 9, 9)))
        print(f"{nudge:20} {'best' if np.isnan(beta) else format(beta, 'g'):>6} {cells}")
