"""Pooled effects: what each factor does to the yield and to the metrics, pooled over all design points, with its interval.

The yield by logistic regression, a metric by a linear one that is tested on ranks. A numerical factor has a slope over
its whole range (in the logarithm where its range is logarithmic) and, since what is best in the middle has no slope, a
shape: a mean a level where it has a few, else a square. A category has a mean a level. Trials of one instance share
their draws: variances are clustered by instance; where design points are a sample of the ranges, by design point, too,
since then what the others do at the points drawn is chance. Of a grid, an effect is the mean over the grid's own points.
Holm's rule corrects over the factors of one outcome, for slopes and for shapes.
"""
import functools
from dataclasses import dataclass, field

import numpy as np

from epilux.statistics import regression

YIELD = "yield"
MAX_LEVELS = 6    # of a numerical factor that is also fitted level by level; one of more is fitted with a square
ROUNDING = 1e-6   # relative change of a metric below which it is called rounding


@dataclass
class Change:
    """From the factor's lowest level to its highest; of a category from its first level to `level`."""
    level: object
    size: float   # log-odds, or the metric's unit
    low: float
    high: float


@dataclass
class Effect:
    factor: object                # Factor
    changes: list = field(default_factory=list)  # [Change]: one, or one a further level of a category
    p: float = 1.0                # Holm's
    has_shape: bool = False       # whether it is the shape's, since no slope is shown
    means: list = field(default_factory=list)  # [(level, mean outcome there, the others as they are)]
    inert: str = ""               # "": it changes something; "bits": not a bit; "rounding": not more than rounding


@dataclass
class Tested:
    """What a fit says of one factor."""
    changes: list
    p_slope: float      # of a category: of its levels
    p_shape: float      # NaN where there is none
    means: list         # of the straight fit
    shaped_means: list


@dataclass
class Pooled:
    key: str                      # YIELD, or the metric's key
    effects: list                 # [Effect], the clearest first
    n_trials: int = 0             # that are in it
    n_left_out: int = 0           # finished, but without a value of this metric
    penalised: bool = False
    reason: str = ""              # why there is no effect to be told

    def shown(self, confidence):
        return [e for e in self.effects if e.p < 1 - confidence]


# ---- what a factor changes at all

def find_changes(results, arrays):
    """{path of a factor: largest relative change of arrays [point, instance] between points that differ in it alone}.

    Factors of which the design has no such pair are left out.
    """
    varying = results.varying
    codes = np.array([np.unique(f.values.astype(str) if not f.numeric else f.values, return_inverse=True)[1]
                      for f in varying]).T.reshape(results.n_points, len(varying))
    pending = results.state == 0
    changes = {}
    for i, factor in enumerate(varying):
        groups = np.unique(np.delete(codes, i, axis=1), axis=0, return_inverse=True)[1].ravel()
        order = np.lexsort((codes[:, i], groups))
        first, second = order[:-1], order[1:]
        pairs = (groups[first] == groups[second]) & (codes[first, i] != codes[second, i])
        if np.any(pairs):
            first, second = first[pairs], second[pairs]
            known = ~(pending[first] | pending[second])
            changes[factor.path] = max(compare(a[first], a[second], known) for a in arrays)
    return changes


def compare(a, b, known):
    """The largest relative difference where both are known: 0 for the same bits, infinity where one is missing."""
    differs = known & (a != b) & ~(np.isnan(a) & np.isnan(b))
    if not np.any(differs):
        return 0.0
    size = np.abs(a[differs] - b[differs]) / np.maximum(np.abs(a[differs]), np.abs(b[differs]))
    return float(np.max(np.nan_to_num(size, nan=np.inf)))


def name_inert(change):
    return "" if change is None or change > ROUNDING else "rounding" if change > 0 else "bits"


# ---- columns

def scale_factor(factor):
    """[point] values of a numerical factor from -1/2, its lowest, to 1/2, its highest."""
    values = np.log(factor.values) if factor.logarithmic and np.min(factor.values) > 0 else factor.values
    low, high = np.min(values), np.max(values)
    return (values - low) / (high - low) - 0.5


def list_shape(factor):
    """Columns that a straight factor lacks: of a few levels one each but the first and the last, else the square."""
    if not factor.numeric or len(factor.levels) < 3:
        return []
    if len(factor.levels) > MAX_LEVELS:
        return [scale_factor(factor) ** 2 - 1 / 12]
    return [(factor.values == level).astype(float) for level in factor.levels[1:-1]]


def list_columns(factors, with_shapes):
    """(columns [point, k] with the constant first, {path: places of its slope or levels}, {path: of its shape})."""
    columns, slopes, shapes = [np.ones(factors[0].values.size)], {}, {}
    for factor in factors:
        own = ([scale_factor(factor)] if factor.numeric else
               [(factor.values == level).astype(float) for level in factor.levels[1:]])
        slopes[factor.path] = list(range(len(columns), len(columns) + len(own)))
        columns += own
    for factor in factors if with_shapes else ():
        own = list_shape(factor)
        shapes[factor.path] = list(range(len(columns), len(columns) + len(own)))
        columns += own
    return np.array(columns).T, slopes, shapes


# ---- fits

def fit(results, y, fitter, factors):
    """({path: Tested}, whether the fit was penalised) of y [point, instance], NaN where a trial is in no mean; None
    where the design cannot tell the factors apart."""
    known = np.isfinite(y)
    weights, place = known.sum(axis=1), np.nonzero(known)[0]
    points = weights > 0
    clusters = [results.clusters[known]] + ([place] if results.has_drawn_points else [])
    x, slopes, _ = list_columns(factors, False)
    if np.linalg.matrix_rank(x[points]) < x.shape[1]:
        return None
    straight = fitter(x[place], y[known], clusters)
    if not np.all(np.isfinite(straight.variance)):
        return None
    shaped, (shaped_x, _, shapes) = None, list_columns(factors, True)
    k = shaped_x.shape[1]
    if k > x.shape[1] and np.linalg.matrix_rank(shaped_x[points]) == k:
        shaped = fitter(shaped_x[place], y[known], clusters)
    link = eval_share if fitter is regression.fit_logistic else np.asarray
    table = {}
    for factor in factors:
        own, shape = slopes[factor.path], shapes[factor.path]
        levels = [factor.levels[-1]] if factor.numeric else factor.levels[1:]
        changes = [Change(level, straight.coefficients[i], *straight.interval(i, results.confidence))
                   for level, i in zip(levels, own)]
        tested = Tested(changes, straight.test(own), np.nan,
                        list_means(factor, x, own, straight.coefficients, weights, link), [])
        if shaped is not None and shape and np.all(np.isfinite(shaped.variance)):
            tested.p_shape = shaped.test(shape if len(factor.levels) > MAX_LEVELS else own + shape)
            tested.shaped_means = list_means(factor, shaped_x, own + shape, shaped.coefficients, weights, link)
        table[factor.path] = tested
    return table, straight.penalised


def eval_share(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def list_settings(factor, n_columns):
    """[(level, the factor's own columns there)]: both ends, with a shape the middle or all levels; a category's levels."""
    if not factor.numeric:
        return [(level, [float(i == k) for k in range(1, len(factor.levels))]) for i, level in enumerate(factor.levels)]
    low, high = factor.levels[0], factor.levels[-1]
    if n_columns == 1:
        return [(low, [-0.5]), (high, [0.5])]
    if len(factor.levels) > MAX_LEVELS:
        middle = float(np.sqrt(low * high)) if factor.logarithmic and low > 0 else (low + high) / 2
        return [(level, [s, s * s - 1 / 12]) for level, s in ((low, -0.5), (middle, 0.0), (high, 0.5))]
    scaled = dict(zip(factor.values.tolist(), scale_factor(factor).tolist()))
    return [(level, [scaled[level]] + [float(level == other) for other in factor.levels[1:-1]]) for level in factor.levels]


def list_means(factor, x, own, coefficients, weights, link):
    """[(level, mean outcome)] with the factor at each of its settings, and the other factors of all trials as they are."""
    means = []
    for level, row in list_settings(factor, len(own)):
        at = x.copy()
        at[:, own] = row
        means.append((level, float(np.average(link(at @ coefficients), weights=weights))))
    return means


def correct(table, confidence):
    """{path: (Holm's p, whether it is the shape's)}: two questions, each corrected over all factors. The slope answers
    where it is told from 0, or as clearly as the shape."""
    paths = list(table)
    slopes = regression.correct_holm([table[p].p_slope for p in paths])
    shapes = np.full(len(paths), np.nan)
    asked = [i for i, p in enumerate(paths) if np.isfinite(table[p].p_shape)]
    if asked:
        shapes[asked] = regression.correct_holm([table[paths[i]].p_shape for i in asked])
    return {p: (float(shape), True) if shape < slope and slope > 1 - confidence else (float(slope), False)
            for p, slope, shape in zip(paths, slopes, shapes)}


# ---- outcomes

def list_outcome(results, key):
    """([point, instance] outcome, NaN for trials that are in no mean; arrays that tell whether a factor changes it)."""
    if key != YIELD:
        return results.values(key), [results.values(key)]
    good = results.meets()
    y = np.where(results.state == 0, np.nan, good.astype(float) if good is not None else np.nan)
    return y, [results.values(results.yield_metric)]


def explain_lack(results, y):
    known = y[np.isfinite(y)]
    if not results.varying:
        return "no factor varies"
    if known.size < 3 or np.min(known) == np.max(known):
        return "all finished trials have the same outcome" if known.size else "no trial has a value"
    return ""


@functools.lru_cache(maxsize=16)
def pool(results, key=YIELD):
    """The Pooled effects of all factors on the yield or a metric."""
    y, arrays = list_outcome(results, key)
    changes = find_changes(results, arrays) if results.varying else {}
    span = (np.nanmin(y), np.nanmax(y)) if np.any(np.isfinite(y)) else (0, 0)
    effects = {f.path: Effect(f, inert=name_inert(changes.get(f.path))) for f in results.varying}
    pooled = Pooled(key, list(effects.values()), int(np.sum(np.isfinite(y))),
                    int(np.sum((results.state > 0) & ~np.isfinite(y))), reason=explain_lack(results, y))
    active = [f for f in results.varying if not effects[f.path].inert]
    if pooled.reason or not active:
        return pooled
    fitter = regression.fit_logistic if key == YIELD else regression.fit_linear
    found = fit(results, y, fitter, active)
    if found is None:
        pooled.reason = f"{results.n_points} design points do not tell {len(active)} factors apart"
        return pooled
    table, pooled.penalised = found
    judged = correct(table if key == YIELD else fit_ranks(results, y, active) or table, results.confidence)
    for path, of in table.items():
        effect = effects[path]
        effect.changes, (effect.p, effect.has_shape) = of.changes, judged[path]
        means = of.shaped_means if effect.has_shape else of.means
        effect.means = [(level, choose_mean(results, effect.factor, level, y, np.clip(mean, *span))) for level, mean in means]
    pooled.effects.sort(key=lambda e: (bool(e.inert), e.p, -max((abs(c.size) for c in e.changes), default=0.0)))
    return pooled


def choose_mean(results, factor, level, y, fitted):
    """The mean outcome at a level: of a grid that of its trials, which no line can better; else the fitted one, kept where
    values can be."""
    at = y[factor.values == level]
    return float(fitted if results.has_drawn_points or not np.any(np.isfinite(at)) else np.nanmean(at))


def fit_ranks(results, y, factors):
    ranks, known = np.full(y.shape, np.nan), np.isfinite(y)
    ranks[known] = regression.rank(y[known])
    found = fit(results, ranks, regression.fit_linear, factors)
    return found[0] if found else None


def pool_all(results):
    """[Pooled] of the yield, where the deck sets one, and of every metric that is not all missing."""
    keys = [YIELD] if results.yields() is not None else []
    keys += [m.key for m in results.metrics if np.any(np.isfinite(results.values(m.key)))]
    return [pool(results, key) for key in keys]
