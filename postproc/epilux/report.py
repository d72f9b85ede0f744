"""Report of a campaign: one self-contained HTML file from a results file.

The answer in a few sentences, what each factor does, what was run, the figures, the table of the design points, where
the numbers come from, and the resolved deck. Nothing in it needs a network.
Exit status: 0 written · 1 cannot be written · 2 bad input.
"""
import argparse
import os
from dataclasses import dataclass

import numpy as np

from epilux import answer, command
from epilux.figures import (constants, effects, failures, gantt, gradient_cosine, heat_map, lattice, learning_curves,
                            metric_distributions, parallel, sensitivity, style, wafer_map, yield_by_design)
from epilux.figures.paper import draw
from epilux.layout import format_level
from epilux.page.document import escape, format_chart, format_head, format_image, format_list, format_page, format_rows
from epilux.page.encode import encode_numbers
from epilux.results import Results, ResultsError
from epilux.statistics import equal_accuracy, pooling
from epilux.units import scale_units

FIGURES = (yield_by_design, effects, gradient_cosine, metric_distributions, learning_curves, heat_map, parallel, failures,
           sensitivity, wafer_map, lattice, gantt)
NEAR_END = 0.1  # of a yield from 0 or 1, where few bad or good lots make an interval rough
MAX_OPEN_ROWS = 60  # a longer table starts closed
MAX_ROWS = 2000  # design points of a page; of a larger design some are left out
N_BEST = 20  # design points of the highest yields that a page has in any case
TABLE_DIGITS = 9  # of a number that the table saves as CSV


# ---- what was run

def describe_factor(factor):
    units = "" if factor.units == "1" else f" {factor.units}"
    units += f" (moves along with {factor.follows})" if factor.follows else ""
    if factor.numeric and len(factor.levels) > 12:
        low, high = factor.levels[0], factor.levels[-1]
        return f"{factor.path}: {len(factor.levels)} values, {low:.4g} to {high:.4g}{units}"
    return f"{factor.path}: {', '.join(format_level(v) for v in factor.levels)}{units}"


def describe_outcomes(results):
    total = int(results.n_proposed.sum())
    counts = [f"{int(results.done.sum())} done"]
    counts += [f"{int(n.sum())} {cause}" for cause, n in results.failures().items() if n.sum()]
    counts += [f"{results.n_pending} pending"] if results.n_pending else []
    return f"{total}: {', '.join(counts)}"


def describe_sampling(results):
    """Which lots, wafers and dies the instances are, of a deck with a process, and what their yield is of."""
    if results.deck_value("process") is None:
        return ""
    lots, wafers = results.nesting
    if results.sampling == "wafer":
        return "random dies of one wafer: yields are of this wafer, and their intervals of what it has of other dies"
    if results.sampling == "process":
        return "each instance from a lot, a wafer and a random die of its own: yields are of the process"
    n, what = (lots, "lot") if lots > 1 else (wafers, "wafer")
    rough = f"; {n} are few, so intervals are rough" if 1 < n < 10 else ""
    yields = results.yields()
    if not rough and yields is not None and np.any(np.minimum(yields.share, 1 - yields.share) < NEAR_END):
        rough = f"; rough where the yield is within {100 * NEAR_END:g} % of 0 or 100 %"
    return (f"{lots} lot{'s' if lots > 1 else ''} of {wafers} wafer{'s' if wafers > 1 else ''}: intervals of yields count each "
            f"{what} once (Student's t){rough}")


def list_run(results):
    """(name, value) pairs; those that the deck does not say are left out."""
    topology = results.deck_value("network.topology")
    topology = topology if isinstance(topology, dict) else {}
    shape = ", ".join(f"{k} {v}" for k, v in topology.items() if np.isscalar(v))
    pairs = [("network", results.deck_value("network.family")), ("topology", shape),
             ("task", results.deck_value("task.name")), ("design", results.deck_value("design.method"))]
    pairs += [("factor" if len(results.factors) == 1 else f"factor {i + 1}", describe_factor(f))
              for i, f in enumerate(results.factors)]
    pairs += [("size", f"{results.n_points} design points × {results.n_instances} fabricated instances"),
              ("sampling", describe_sampling(results)), ("trials", describe_outcomes(results)),
              ("seed", results.attributes.get("seed"))]
    return [(k, v) for k, v in pairs if v not in (None, "")]


def write_notes(results):
    """What a reader has to know before the numbers."""
    notes = []
    if results.n_pending:
        share = 100 * results.n_pending / results.state.size
        notes.append(f"This campaign is not finished: {results.n_pending} of {results.state.size} trials "
                     f"({share:.0f} %) are pending. Every number here is of the finished trials alone, and "
                     "may change. Finish it with `epilux run --resume`.")
    if results.decision:
        words = results.decision["word"]
        counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
        notes.append(f"How many instances each point got was decided while the campaign ran, by the rule "
                     f"{results.deck_value('decide.rule')}: {counts}; {int(results.n_proposed.sum())} of "
                     f"{results.state.size} trials. The intervals of the yields hold after that (Clopper-Pearson, "
                     "their error shared among all looks).")
    if not results.has_statistics:
        notes.append("The file has no /statistics: means, yields and their intervals are missing, and are "
                     "not made up here.")
    return "".join(f'<p class="note">{escape(n)}</p>\n' for n in notes)


# ---- figures

def collect_figures(results, folder):
    """(HTML of all figures that the results can have, and of the reasons for the others; the charts that the page draws).

    With a folder, each figure is also written there as PNG.
    """
    shown, missing, charts = [], [], []
    for module in FIGURES:
        name = module.__name__.rsplit(".", 1)[-1]
        reason = module.lacking(results)
        if reason:
            missing.append(f"{name.replace('_', ' ')}: {reason}")
            continue
        chart = module.chart(results) if hasattr(module, "chart") else None
        figure = draw(chart) if chart and folder else None if chart else module.figure(results)
        if folder:
            style.save(figure, os.path.join(folder, f"{name}.png"))
        if chart:
            shown.append(format_chart(chart, name, module.caption(results), len(shown) + 1, len(charts)))
            charts.append(chart)
        else:
            shown.append(format_image(figure, name, module.caption(results), len(shown) + 1))
    text = f'<div class="figures">\n{"".join(shown)}</div>\n'
    text += '<noscript><p class="note">The figures are drawn by JavaScript, which is switched off here.</p></noscript>\n'
    if missing:
        text += f'<p class="soft">Not drawn – {escape("; ".join(missing))}.</p>\n'
    return text, charts


# ---- table

def format_spread(mean, std):
    """mean ± std, both to the place of the second digit of std."""
    if not np.isfinite(mean):
        return "–"
    if not np.isfinite(std) or std <= 0:
        return f"{mean:.3g}" + (" ± 0" if std == 0 else "")
    digits = int(np.clip(1 - np.floor(np.log10(std)), 0, 6))
    return f"{mean:.{digits}f} ± {std:.{digits}f}"


def choose_points(results):
    """The design points of the page: all, or of a large design evenly spread ones and the best."""
    n = results.n_points
    if n <= MAX_ROWS:
        return np.arange(n)
    points = np.linspace(0, n - 1, MAX_ROWS - N_BEST).round().astype(int)
    yields = results.yields()
    best = np.argsort(-np.nan_to_num(yields.share, nan=-1), kind="stable")[:N_BEST] if yields is not None else []
    return np.unique(np.concatenate([points, best])).astype(int)


@dataclass
class Column:
    """A column of the table: what stands in its cells, and the numbers (or texts) by which it is sorted and saved."""
    heading: str
    cells: list
    values: list
    is_text: bool = False
    is_factor: bool = False


def list_columns(results, points):
    columns = [Column("point", [str(p) for p in points], points.tolist())]
    for factor in results.factors:
        values = factor.values[points]
        columns.append(Column(style.label(factor.name, factor.units), [format_level(v) for v in values],
                              encode_numbers(values, TABLE_DIGITS) if factor.numeric else values.tolist(), not factor.numeric, True))
    columns.append(Column("done", [f"{d} of {all_}" for d, all_ in zip(results.done[points], results.n_proposed[points])],
                          results.done[points].tolist()))
    if results.decision:
        words = [str(word) for word in np.asarray(results.decision["word"])[points]]
        columns.append(Column("decision", words, words, True))
    for cause, counts in results.failures().items():
        if counts.any():
            columns.append(Column(cause, [str(count) if count else "·" for count in counts[points]], counts[points].tolist()))
    if results.n_pending:
        left = (results.n_proposed - results.finished)[points]
        columns.append(Column("pending", [str(count) for count in left], left.tolist()))
    yields = results.yields()
    if yields is not None:
        columns.append(Column(f"yield{results.estimand} (%), {100 * results.confidence:g} % interval",
                              [format_yield(yields, p) for p in points], encode_numbers(100 * yields.share[points], TABLE_DIGITS)))
    for metric, mean, std, units in list_means(results, points):
        columns.append(Column(style.label(metric.name, units), [format_spread(m, s) for m, s in zip(mean, std)],
                              encode_numbers(mean, TABLE_DIGITS)))
    return columns


def list_means(results, points):
    """[(metric, [point] mean, [point] standard deviation, their units)] of /statistics."""
    found = []
    for metric in results.metrics:
        mean, std = results.statistic(metric.key, "mean"), results.statistic(metric.key, "std")
        if mean is not None and std is not None:
            scale, units = scale_units(mean, metric.units)
            found.append((metric, scale * mean[points], scale * std[points], units))
    return found


def encode_points(results, points, columns):
    """The table as data: its columns, and behind them the ends of intervals and the spreads that its cells hold as text."""
    data = [{"label": c.heading, "number": not c.is_text, "factor": c.is_factor, "values": c.values} for c in columns]
    yields = results.yields()
    ends = [] if yields is None else [("yield, lower end (%)", 100 * yields.low[points]), ("yield, upper end (%)", 100 * yields.high[points])]
    ends += [(style.label(f"{metric.name}, standard deviation", units), std) for metric, _, std, units in list_means(results, points)]
    data += [{"label": label, "number": True, "factor": False, "values": encode_numbers(values, TABLE_DIGITS)} for label, values in ends]
    name = os.path.splitext(os.path.basename(results.path))[0]
    return {"index": points.tolist(), "columns": data, "file": f"{name}-points.csv"}


def format_yield(yields, point):
    if not np.isfinite(yields.share[point]):
        return "–"
    share, low, high = (answer.format_percent(v[point]) if np.isfinite(v[point]) else ""
                        for v in (yields.share, yields.low, yields.high))
    return f"{share} ({low}–{high})" if np.isfinite(yields.low[point]) else f"{share} (no interval)"


def format_table(results, points, columns):
    name = escape(os.path.basename(results.path))
    best = f", the {N_BEST} of the highest yields among them" if results.yields() is not None else ""
    cut = "" if points.size == results.n_points else (
        f'<p class="soft">This page has {points.size} of {results.n_points} design points, evenly spread{best}; '
        f"<code>epilux show {name} --csv</code> has all. Lines and means in the figures are over all.</p>\n")
    state = " open" if points.size <= MAX_OPEN_ROWS else ""
    buttons = ('<div class="buttons"><span id="points-shown" role="status"></span>'
               '<button type="button" class="clear" disabled>show all</button>'
               '<button type="button" id="save-csv">save as CSV</button></div>\n')
    return (f"<details{state}><summary>{results.n_points} design points: metrics as mean ± standard deviation"
            f' over the networks that are done, from /statistics</summary>\n{cut}{buttons}<div class="table scroll" tabindex="0" '
            f'role="region" aria-label="table of the design points"><table id="points">\n'
            f"<thead>{format_head([(c.heading, c.is_text) for c in columns])}</thead>\n"
            f"<tbody>\n{format_rows([(c.is_text, c.cells) for c in columns])}</tbody></table></div></details>\n"
            f"{format_meanings(results)}")


# ---- what each factor does

def format_change(results, pooled, effect):
    """−1.90 (−3.3 to −0.5), of each further level where the factor is a category; what it is where there is none."""
    if effect.inert:
        return "changes nothing" if effect.inert == "bits" else "rounding only"
    metric = results.metric(pooled.key)
    sizes = [v for e in pooled.effects for c in e.changes for v in (c.size, c.low, c.high)]
    scale = scale_units(sizes, metric.units)[0] if metric else 1.0
    texts = []
    for change in effect.changes:
        low, size, high = (f"{scale * v:.3g}".replace("-", "−") for v in (change.low, change.size, change.high))
        texts.append(f"{'' if effect.factor.numeric else f'{change.level}: '}{size} ({low} to {high})")
    return "; ".join(texts) or "–"


def format_p(effect, confidence):
    if effect.inert or not effect.changes:
        return "–"
    text = "< 0.001" if effect.p < 0.001 else f"{effect.p:.3f}" if effect.p < 0.1 else f"{effect.p:.2f}"
    return f"{text}{' *' if effect.p < 1 - confidence else ''}{' shape' if effect.has_shape else ''}"


def format_outcome(results, of):
    """A row a factor, the clearest first: from where to where, its change over its whole range, and Holm's p."""
    metric = results.metric(of.key)
    sizes = [v for e in of.effects for c in e.changes for v in (c.size, c.low, c.high)]
    units = "log-odds" if metric is None else scale_units(sizes, metric.units)[1]
    heads = [("factor", True), ("from, to", True), (style.label("change", units), False), ("p", False)]
    head = "".join(f'<th scope="col"{" class=text" if is_text else ""}>{escape(text)}</th>' for text, is_text in heads)
    rows = []
    for effect in of.effects:
        factor = effect.factor
        levels = [factor.levels[0], factor.levels[-1]] if factor.numeric else factor.levels
        rows.append((factor.name, ", ".join(format_level(v, factor.units, 3) for v in levels), format_change(results, of, effect),
                     format_p(effect, results.confidence)))
    body = "".join("<tr>" + "".join(f'<td class="wrap{" text" if is_text else ""}">{escape(cell)}</td>'
                                    for (_, is_text), cell in zip(heads, row)) + "</tr>\n" for row in rows)
    name = escape(f"effects on {'the yield' if metric is None else metric.name}")
    return (f'<div class="table" tabindex="0" role="region" aria-label="{name}"><table>\n<thead><tr>{head}</tr></thead>\n'
            f"<tbody>\n{body}</tbody></table></div>\n")


def format_effects(results):
    """A table an outcome, the yield's open."""
    pooled = [p for p in pooling.pool_all(results) if not p.reason] if results.varying else []
    if not pooled:
        return ""
    tables = ""
    for i, of in enumerate(pooled):
        metric = results.metric(of.key)
        shown = [e.factor.name for e in of.shown(results.confidence) if not e.inert]
        name = f"{'the yield' if metric is None else metric.name}: {'shown for ' + ', '.join(shown) if shown else 'none shown'}"
        tables += f"<details{' open' if i == 0 else ''}><summary>{escape(name)}</summary>\n{format_outcome(results, of)}</details>\n"
    left = "; ".join(f"{of.n_left_out} of {of.n_left_out + of.n_trials} trials have no {results.metric(of.key).name} and are "
                     "left out of its table" for of in pooled if of.n_left_out)
    penalised = " Firth's penalty was used: at some level all networks, or none, are good." if any(
        of.penalised for of in pooled) else ""
    note = (f"Change from a factor's lowest level to its highest (of a category, from its first level), pooled over all design "
            f"points, with its {100 * results.confidence:g} % interval. Yield: logistic regression, failed networks count as "
            "not good. Metrics: linear regression; their p is that of ranks. Variances are clustered by "
            f"{'instance and by design point' if results.has_drawn_points else 'instance'}; p is corrected by Holm's rule over "
            "the factors; *: shown. shape: no slope, but levels that differ (of many: a bend)."
            f"{penalised}{f' {left}.' if left else ''}")
    return f'<section>\n<h2>What each factor does</h2>\n{tables}<p class="soft">{escape(note)}</p>\n</section>\n'


def format_meanings(results):
    """What each metric is, in the words of the file."""
    pairs = [(m.name, m.long_name) for m in results.metrics if m.long_name not in (m.name, m.key)]
    if not pairs:
        return ""
    return f"<details><summary>What the metrics are</summary>\n{format_list(pairs)}</details>\n"


# ---- the whole

def write_report(results, folder=None):
    """Returns the HTML text; with a folder, also writes each figure there as PNG."""
    sentences = "\n".join(f'<p class="answer">{escape(s)}</p>'
                          for s in answer.write_answer(results) + equal_accuracy.write_sentences(results) +
                          constants.write_sentences(results))
    basis = "" if not results.varying else (
        "An effect is shown where Holm's rule over all factors says so; see below. Points are called different only where their "
        "intervals do not overlap and a two-proportion test corrected for the number of comparisons agrees.")
    provenance = [("file", os.path.basename(results.path))] + sorted(
        (k.replace("_", " "), v) for k, v in results.attributes.items())
    points = choose_points(results)
    columns = list_columns(results, points)
    figures, charts = collect_figures(results, folder)
    body = (f'<h1>{escape(results.study)}</h1>\n<p class="soft">Report of an Epilux campaign</p>\n'
            f"{write_notes(results)}"
            f'<section>\n<h2>Answer</h2>\n{sentences}\n<p class="soft">{basis}</p>\n</section>\n'
            f"{format_effects(results)}"
            f"<section>\n<h2>What was run</h2>\n{format_list(list_run(results))}</section>\n"
            f'<section>\n<h2>Figures</h2>\n<p class="soft buttons">Point at a mark for its numbers; drag over a figure to enlarge that '
            "part; click a design point, or mark a range on an axis of parallel coordinates, to show it everywhere. "
            f'<button type="button" class="clear" disabled>show all</button></p>\n{figures}</section>\n'
            f"<section>\n<h2>Design points</h2>\n{format_table(results, points, columns)}</section>\n"
            f"<section>\n<h2>Provenance</h2>\n{format_list(provenance)}</section>\n"
            "<section>\n<h2>Deck</h2>\n<details><summary>The resolved deck, every default filled in</summary>"
            f"\n<pre>{escape(results.deck_text)}</pre></details>\n</section>\n")
    return format_page(results.study, body, charts, encode_points(results, points, columns),
                       None if points.size == results.n_points else points)


def write_file(path, text):
    """Replaces the file as a whole, so that a reader never finds half of it."""
    scratch = f"{path}.part"
    with open(scratch, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(scratch, path)


def main():
    example = "Example: python3 postproc/report.py quickstart.h5 --figures figures"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog=example)
    parser.add_argument("results", help="results file of `epilux run`")
    parser.add_argument("-o", "--output", help="HTML file [the results file's name with .html]")
    parser.add_argument("--figures", metavar="DIR", help="also write each figure into this folder, as PNG")
    arguments = parser.parse_args()
    output = arguments.output or os.path.splitext(arguments.results)[0] + ".html"
    reason = command.refuse_suffix(output, ("html", "htm")) or command.refuse_output(output, [arguments.results])
    if reason:
        return command.fail("report", reason, 2)
    try:
        with Results(arguments.results) as results:
            if arguments.figures:
                os.makedirs(arguments.figures, exist_ok=True)
            write_file(output, write_report(results, arguments.figures))
    except ResultsError as error:
        return command.fail("report", error, 2)
    except OSError as error:
        return command.fail("report", f"{error.filename or output}: cannot be written: {error.strerror}", 1)
    print(output)
    return 0
