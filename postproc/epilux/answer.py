"""The answer of a campaign in a few sentences: what each factor does, pooled over the design, and which points are best.

A factor's effect is told as statistics/pooling.py finds it: shown, not shown, or none at all. Two design points are called
different only where their intervals do not overlap and a two-proportion test,
corrected for the number of pairs that the sentences were chosen from (Bonferroni), agrees. So picking the
most striking pair of many does not make a difference out of chance. Trials of one instance share their draws
over the points, which makes the test cautious. Where nothing differs, the sentences say so.
"""
import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from epilux.layout import format_level, name_point
from epilux.results import ESTIMATOR
from epilux.statistics import pooling
from epilux.units import scale_units

REFERENCES = ("backprop", "finite-difference")  # estimators that judge the others


@dataclass
class Contrast:
    """Two levels of the compared factor at one setting of the others."""
    setting: tuple      # ((factor, level), ...)
    better: object      # level
    worse: object
    gap: float          # between the intervals; > 0: they do not overlap
    is_different: bool


def format_percent(share):
    """97 %, but 99.6 % rather than 100 % for what is not all."""
    percent = 100 * share
    for digits in range(4):
        text = f"{percent:.{digits}f}"
        if (float(text) < 100 or percent >= 100) and (float(text) > 0 or percent <= 0):
            return text
    return text


def format_rate(results, yields, point, noun=""):
    """31 of 32 networks (97 %, 95 % interval 84–99 %)."""
    noun = f" {noun}" if noun else ""
    count = f"{yields.met[point]} of {yields.finished[point]}{noun} (" if yields.met[point] >= 0 else "("
    if not np.isfinite(yields.low[point]):
        return f"{count}{format_percent(yields.share[point])} %, without an interval: they share one lot and one wafer)"
    return (f"{count}{format_percent(yields.share[point])} %, {100 * results.confidence:g} % interval "
            f"{format_percent(yields.low[point])}–{format_percent(yields.high[point])} %)")


def is_separated(yields, a, b, confidence, n_pairs):
    """Whether points a and b differ: intervals apart, and the corrected two-proportion test agrees."""
    if not max(yields.low[a], yields.low[b]) > min(yields.high[a], yields.high[b]):  # NaN is no interval
        return False
    n_a, n_b = yields.effective[a], yields.effective[b]
    pooled = (n_a * yields.share[a] + n_b * yields.share[b]) / (n_a + n_b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    limit = NormalDist().inv_cdf(1 - (1 - confidence) / (2 * max(1, n_pairs)))
    return error > 0 and abs(yields.share[a] - yields.share[b]) / error > limit


def choose_compared(results):
    """The factor whose levels are compared: the estimator, else the first category that varies; or None."""
    categories = [f for f in results.varying if not f.numeric]
    return next((f for f in categories if f.path == ESTIMATOR), categories[0] if categories else None)


def group_settings(results, yields, compared):
    """{setting of the other factors: {level: point}}, of finished points, where two levels or more are."""
    others = [f for f in results.varying if f is not compared]
    groups = {}
    for point in np.flatnonzero(np.isfinite(yields.share)):
        setting = tuple(f.values[point] for f in others)
        groups.setdefault(setting, {})[compared.values[point]] = int(point)
    return others, {s: g for s, g in groups.items() if len(g) > 1}


def list_contrasts(results, yields, groups, judges):
    """Every pair of levels at every setting, the better one first."""
    n_pairs = sum(len(g) * (len(g) - 1) // 2 for g in groups.values())
    contrasts = []
    for setting, group in groups.items():
        levels = [v for v in group if v not in judges]
        for i, u in enumerate(levels):
            for v in levels[i + 1:]:
                better, worse = (u, v) if yields.share[group[u]] >= yields.share[group[v]] else (v, u)
                gap = yields.low[group[better]] - yields.high[group[worse]]
                differs = is_separated(yields, group[u], group[v], results.confidence, n_pairs)
                contrasts.append(Contrast(setting, better, worse, gap, differs))
    return contrasts


def choose_judges(compared):
    """The reference estimators, when at least two others are there to be compared."""
    judges = [v for v in compared.levels if compared.path == ESTIMATOR and v in REFERENCES]
    return judges if len(compared.levels) - len(judges) >= 2 else []


def name_level(compared, level):
    return f"trained by {level}" if compared.path == ESTIMATOR else f"with {compared.name} {level}"


def join(texts):
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def describe_setting(others, setting):
    return join([f"{f.name} {format_level(v, f.units) if f.numeric else v}" for f, v in zip(others, setting)])


def describe_others(results, yields, group, lead, judges, n_pairs):
    """ "0 of 32 for plain and 30 of 32 for backprop (not separated from phase-conjugate)". """
    texts = []
    for level, point in sorted(group.items(), key=lambda item: item[0] in judges):
        if level == lead:
            continue
        count = (f"{yields.met[point]} of {yields.finished[point]}" if yields.met[point] >= 0 else
                 f"{format_percent(yields.share[point])} %")
        same = not is_separated(yields, point, group[lead], results.confidence, n_pairs)
        texts.append(f"{count} for {level}{f' (not separated from {lead})' if same else ''}")
    return join(texts)


def compare_levels(results, yields, compared):
    """The sentences for a design with a compared factor, or None when no setting has two of its levels."""
    others, groups = group_settings(results, yields, compared)
    if not groups:
        return None
    judges = choose_judges(compared)
    contrasts = list_contrasts(results, yields, groups, judges)
    n_pairs = sum(len(g) * (len(g) - 1) // 2 for g in groups.values())
    different = [c for c in contrasts if c.is_different]
    if not different:
        return describe_no_difference(results, yields, compared, others, groups, judges)
    top = max(different, key=lambda c: c.gap)
    group = groups[top.setting]
    where = f"With {describe_setting(others, top.setting)}, " if others else ""
    first = (f"{where}{format_rate(results, yields, group[top.better], 'fabricated networks')} reach "
             f"{results.criterion()} when {name_level(compared, top.better)}, against "
             f"{describe_others(results, yields, group, top.better, judges, n_pairs)}.")
    return [first] + describe_elsewhere(yields, others, groups, contrasts, top)


def describe_elsewhere(yields, others, groups, contrasts, top):
    """What becomes of the first sentence's pair at the other settings: reversed, unclear, or the same."""
    pair = {top.better, top.worse}
    rest = [c for c in contrasts if c.setting != top.setting and {c.better, c.worse} == pair]
    reverse = [c for c in rest if c.is_different and c.better == top.worse]
    unclear = [c for c in rest if not c.is_different]
    if reverse:
        c = max(reverse, key=lambda c: c.gap)
        a, b = groups[c.setting][c.better], groups[c.setting][c.worse]
        return [f"With {describe_setting(others, c.setting)} it is the other way round: {c.better} "
                f"{format_percent(yields.share[a])} % against {c.worse} {format_percent(yields.share[b])} %, "
                "and the intervals do not overlap."]
    if unclear:
        where = f"At {len(unclear)} of the {len(groups)} settings"
        if len(others) == 1 and len(unclear) <= 6:
            levels = [format_level(c.setting[0], others[0].units) for c in unclear]
            where = f"With {others[0].name} {join(levels)}"
        return [f"{where} this campaign does not separate {top.better} from {top.worse}."]
    if rest:
        where = "both" if len(rest) == 1 else f"all {len(rest) + 1}"
        return [f"{top.better} is ahead of {top.worse} at {where} settings."]
    return []


def describe_no_difference(results, yields, compared, others, groups, judges):
    """The best point as it is, and that nothing separates the levels."""
    points = [p for g in groups.values() for v, p in g.items() if v not in judges]
    levels = [v for v in compared.levels if v not in judges]
    where = " at any setting" if others else ""
    return [describe_best(results, yields, points),
            f"This campaign does not separate {join(levels)}{where}: with {results.n_instances} networks a "
            "design point the differences may be chance."]


def describe_best(results, yields, points):
    """The first of the best points, and how many are its equals."""
    share = yields.share[points]
    best = points[int(np.argmax(share))]
    finished = yields.share[np.isfinite(yields.share)]
    equals = int(np.sum(finished == yields.share[best])) - 1
    if equals == finished.size - 1 > 0:
        return (f"At each of the {finished.size} design points {format_rate(results, yields, best)} reach "
                f"{results.criterion()}.")
    also = f" (and at {equals} more design point{'s' if equals > 1 else ''})" if equals else ""
    return (f"The highest yield is {format_rate(results, yields, best, 'fabricated networks')} that reach "
            f"{results.criterion()}, with {name_point(results, best)}{also}.")


def compare_points(results, yields):
    """The sentences for a design without a compared factor: the best point, and the worst where it is told from it."""
    points = np.flatnonzero(np.isfinite(yields.share))
    best, worst = points[np.argmax(yields.share[points])], points[np.argmin(yields.share[points])]
    if points.size == 1:
        return [f"{format_rate(results, yields, best, 'fabricated networks')} reach {results.criterion()}."]
    first = describe_best(results, yields, points)
    if is_separated(yields, best, worst, results.confidence, points.size * (points.size - 1) // 2):
        return [first, f"The lowest is {format_rate(results, yields, worst)}, with "
                f"{name_point(results, worst)}; the two intervals do not overlap."]
    return [first]


# ---- what each factor does

def name_factor(effect):
    return effect.factor.name


def list_means(results, pooled, effect):
    """["97 % at 0", "86 % at 0.5"]: the outcome at each setting of a factor, from the fit."""
    if pooled.key == pooling.YIELD:
        texts = [f"{format_percent(round(mean, 3))} %" for _, mean in effect.means]
    else:
        scale, units = scale_units([mean for _, mean in effect.means], results.metric(pooled.key).units)
        texts = [f"{scale * mean:.3g}{'' if units == '1' else f' {units}'}" for _, mean in effect.means]
    word = "at" if effect.factor.numeric else "for"
    return [f"{text} {word} {format_level(level, effect.factor.units, 3)}" for text, (level, _) in zip(texts, effect.means)]


def describe_first(results, pooled, effect, outcome):
    """ "loss sigma has the clearest effect on the yield, which falls from 97 % at 0 to 85 % at 0.5." """
    texts, name = list_means(results, pooled, effect), name_factor(effect)
    lead = f"{name} has the clearest effect on {outcome}" if len(results.varying) > 1 else f"{name} has an effect on {outcome}"
    if len(texts) == 2:
        rises = effect.means[1][1] > effect.means[0][1]
        return f"{lead}, which {'rises' if rises else 'falls'} from {texts[0]} to {texts[1]}."
    return f"{lead}: {join(texts)}."


def describe_rest(results, pooled, shown):
    texts = [f"{name_factor(e)} ({', '.join(list_means(results, pooled, e))})" for e in shown]
    return f"{join(texts)} {'has an effect' if len(texts) == 1 else 'have effects'}, too."


def describe_inert(effect, outcome):
    if effect.inert == "bits":
        return (f"{name_factor(effect)} changes nothing of {outcome}: between points that differ in it alone, every network has "
                f"the same {outcome}, bit for bit.")
    return (f"{name_factor(effect)} changes nothing of {outcome} beyond rounding: between points that differ in it alone, it "
            f"stays within {pooling.ROUNDING:g} of its size.")


def describe_unshown(results, pooled, unshown, shown, outcome):
    names = join([name_factor(e) for e in unshown])
    if shown:
        return f"No effect of {names} on {outcome} is shown."
    return (f"No effect of {names} on {outcome} is shown: with {results.n_instances} networks at each of "
            f"{results.n_points} design points, the differences may be chance.")


def describe_effects(results, key=pooling.YIELD):
    """The sentences on what each factor does to the yield or to a metric, pooled over the design."""
    if not results.varying or (key == pooling.YIELD and results.meets() is None):
        return []
    pooled = pooling.pool(results, key)
    outcome = "the yield" if key == pooling.YIELD else results.metric(key).name
    of_inert = results.metric(results.yield_metric if key == pooling.YIELD else key).name
    inert = [e for e in pooled.effects if e.inert]
    sentences = [describe_inert(e, of_inert) for e in inert]
    active = [e for e in pooled.effects if not e.inert]
    if not active:
        return sentences
    names = join([name_factor(e) for e in active])
    if pooled.reason:
        return [f"Nothing can be told of the effect of {names} on {outcome}: {pooled.reason}."] + sentences
    shown = [e for e in active if e.p < 1 - results.confidence]
    unshown = [e for e in active if e not in shown]
    told = [describe_first(results, pooled, shown[0], outcome)] if shown else []
    told += [describe_rest(results, pooled, shown[1:])] if shown[1:] else []
    told += [describe_unshown(results, pooled, unshown, shown, outcome)] if unshown else []
    return told + sentences


def describe_metric(results):
    """The sentences without a yield: where the first metric's mean is highest and lowest, nothing more."""
    metric = next((m for m in results.metrics if results.statistic(m.key, "mean") is not None), None)
    mean = results.statistic(metric.key, "mean") if metric else None
    if mean is None or not np.any(np.isfinite(mean)):
        return ["No design point has a finished network with a metric."]
    scale, units = scale_units(mean, metric.units)
    units = "" if units == "1" else f" {units}"
    high, low = int(np.nanargmax(mean)), int(np.nanargmin(mean))
    if high == low:
        return [f"The mean {metric.name} is {scale * mean[high]:.3g}{units}; the deck sets no yield."]
    return describe_effects(results, metric.key) + [
        f"The mean {metric.name} goes from {scale * mean[low]:.3g}{units} with {name_point(results, low)} to "
        f"{scale * mean[high]:.3g}{units} with {name_point(results, high)}; the deck sets no yield."]


def write_answer(results):
    """Returns the sentences."""
    return [sentence[:1].upper() + sentence[1:] for sentence in list_sentences(results)]


def list_sentences(results):
    if not results.has_statistics:
        return ["The file has no /statistics, so there is no answer yet: finish it by `epilux run --resume`."]
    yields = results.yields()
    if yields is None:
        return describe_metric(results)
    if not np.any(np.isfinite(yields.share)):
        return ["No design point has a finished network yet."]
    compared = choose_compared(results)
    sentences = compare_levels(results, yields, compared) if compared else None
    if sentences is None:
        return describe_effects(results) + compare_points(results, yields)
    return sentences + (describe_effects(results) if len(results.varying) > 1 else [])
