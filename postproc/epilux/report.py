"""Report of a campaign: one self-contained HTML file from a results file.

The answer in a few sentences, what each factor does, what was run, the figures, the table of the design points, where
the numbers come from, and the resolved deck. Nothing in it needs a network.
Exit status: 0 written · 1 cannot be written · 2 bad input.
"""
import argparse
import base64
import html
import io
import os

import numpy as np

from epilux import answer, command
from epilux.figures import (constants, effects, failures, gantt, gradient_cosine, heat_map, lattice, learning_curves,
                            metric_distributions, sensitivity, style, wafer_map, yield_by_design)
from epilux.layout import format_level
from epilux.results import Results, ResultsError
from epilux.statistics import equal_accuracy, pooling
from epilux.units import scale_units

FIGURES = (yield_by_design, effects, gradient_cosine, metric_distributions, learning_curves, heat_map, failures,
           sensitivity, wafer_map, lattice, gantt)
NEAR_END = 0.1  # of a yield from 0 or 1, where few bad or good lots make an interval rough
MAX_OPEN_ROWS = 60  # a longer table starts closed
MAX_ROWS = 2000  # a longer table is cut
CSS = """
:root { --ink: #1a1a1a; --soft: #595959; --line: #c9c9c9; --paper: #ffffff; --note: #fff4d6; }
body { font: 15px/1.5 "DejaVu Sans", Verdana, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 68rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p.answer { font-size: 1.1rem; margin: .5rem 0; max-width: 52rem; }
p.soft, figcaption { color: var(--soft); font-size: .85rem; }
p.note { background: var(--note); color: #1a1a1a; border-left: .3rem solid #E69F00;
         padding: .6rem 1rem; font-weight: bold; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.figures { display: flex; flex-wrap: wrap; gap: 1.2rem 2rem; align-items: flex-start; }
figure { margin: 0; break-inside: avoid; } figure img { display: block; width: 100%; background: white; }
figcaption { margin-top: .3rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .75rem; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .55rem .2rem 0; text-align: right; white-space: nowrap;
         border-bottom: 1px solid var(--line); }
th { text-align: right; vertical-align: bottom; border-bottom: 1px solid var(--ink); white-space: normal; }
th.text, td.text { text-align: left; } tr { break-inside: avoid; }
pre { font-size: .8rem; white-space: pre-wrap; border: 1px solid var(--line); padding: .8rem; }
summary { cursor: pointer; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --soft: #a8a8a8; --line: #4a4a4a; --paper: #181818; }
  figure { background: white; padding: .5rem; } figcaption { color: #595959; } }
@media print { body { max-width: none; margin: 0; font-size: 10pt; background: white; color: black; }
  details > *:not(summary) { font-size: 8pt; } h2 { break-after: avoid; } .table { overflow: visible; }
  table { font-size: 6.5pt; } th, td { padding-right: .25rem; } }
"""


def escape(text):
    return html.escape(str(text), quote=True)


def format_list(pairs):
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>\n" for k, v in pairs)
    return f"<dl>\n{rows}</dl>\n"


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

def draw_figures(results, folder):
    """Returns the HTML of all figures that the results can have, and of the reasons for the others."""
    shown, missing = [], []
    for module in FIGURES:
        name = os.path.splitext(os.path.basename(module.__file__))[0]
        figure = module.figure(results)
        if figure is None:
            missing.append(f"{name.replace('_', ' ')}: {module.lacking(results)}")
            continue
        if folder:
            style.save(figure, os.path.join(folder, f"{name}.png"))
        shown.append(format_figure(figure, name, module.caption(results), len(shown) + 1))
    text = f'<div class="figures">\n{"".join(shown)}</div>\n'
    if missing:
        text += f'<p class="soft">Not drawn – {escape("; ".join(missing))}.</p>\n'
    return text


def format_figure(figure, name, caption, number):
    stream = io.BytesIO()
    style.save(figure, stream, "svg")
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    width = figure.get_figwidth() * 1.3 * 96 / 16  # in rem: 1.3 times the size in print
    return (f'<figure id="{escape(name)}" style="width: min(100%, {width:.1f}rem)">'
            f'<img alt="{escape(caption)}" src="data:image/svg+xml;base64,{data}">\n'
            f'<figcaption>Figure {number}. {escape(caption)}</figcaption></figure>\n')


# ---- table

def format_spread(mean, std):
    """mean ± std, both to the place of the second digit of std."""
    if not np.isfinite(mean):
        return "–"
    if not np.isfinite(std) or std <= 0:
        return f"{mean:.3g}" + (" ± 0" if std == 0 else "")
    digits = int(np.clip(1 - np.floor(np.log10(std)), 0, 6))
    return f"{mean:.{digits}f} ± {std:.{digits}f}"


def list_columns(results, n):
    """[(heading, is text, [point] cells)] of the table, of the first n points."""
    columns = [("point", False, [str(p) for p in range(n)])]
    for factor in results.factors:
        columns.append((style.label(factor.name, factor.units), not factor.numeric,
                        [format_level(float(v) if factor.numeric else v) for v in factor.values[:n]]))
    columns.append(("done", False, [f"{d} of {all_}" for d, all_ in zip(results.done[:n], results.n_proposed[:n])]))
    if results.decision:
        columns.append(("decision", True, results.decision["word"][:n]))
    for cause, counts in results.failures().items():
        if counts.any():
            columns.append((cause, False, [str(count) if count else "·" for count in counts[:n]]))
    if results.n_pending:
        columns.append(("pending", False, [str(count) for count in (results.n_proposed - results.finished)[:n]]))
    yields = results.yields()
    if yields is not None:
        columns.append((f"yield{results.estimand} (%), {100 * results.confidence:g} % interval", False,
                        [format_yield(yields, p) for p in range(n)]))
    for metric in results.metrics:
        mean, std = results.statistic(metric.key, "mean"), results.statistic(metric.key, "std")
        if mean is not None and std is not None:
            scale, units = scale_units(mean, metric.units)
            columns.append((style.label(metric.name, units), False,
                            [format_spread(scale * m, scale * s) for m, s in zip(mean[:n], std[:n])]))
    return columns


def format_yield(yields, point):
    if not np.isfinite(yields.share[point]):
        return "–"
    share, low, high = (answer.format_percent(v[point]) if np.isfinite(v[point]) else ""
                        for v in (yields.share, yields.low, yields.high))
    return f"{share} ({low}–{high})" if np.isfinite(yields.low[point]) else f"{share} (no interval)"


def format_table(results):
    n = min(results.n_points, MAX_ROWS)
    columns = list_columns(results, n)
    classes = ['class="text"' if is_text else "" for _, is_text, _ in columns]
    head = "".join(f"<th scope=\"col\" {c}>{escape(h)}</th>" for (h, _, _), c in zip(columns, classes))
    rows = ""
    for point in range(n):
        cells = [f"<td {c}>{escape(column[point])}</td>" for (_, _, column), c in zip(columns, classes)]
        rows += f"<tr>{''.join(cells)}</tr>\n"
    name = os.path.basename(results.path)
    cut = "" if n == results.n_points else (f'<p class="soft">The first {n} design points of {results.n_points}; '
                                            f"<code>epilux show {escape(name)} --csv</code> has all.</p>\n")
    state = " open" if results.n_points <= MAX_OPEN_ROWS else ""
    return (f"<details{state}><summary>{results.n_points} design points: metrics as mean ± standard deviation"
            ' over the networks that are done, from /statistics</summary>\n<div class="table"><table>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>{cut}</details>\n"
            f"{format_meanings(results)}")


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


def format_effects(results):
    """A row a factor: its change of the yield and of each metric over its whole range, and Holm's p."""
    pooled = [p for p in pooling.pool_all(results) if not p.reason] if results.varying else []
    if not pooled:
        return ""
    head = '<th scope="col" class="text">factor</th><th scope="col" class="text">from, to</th>'
    for of in pooled:
        metric = results.metric(of.key)
        sizes = [v for e in of.effects for c in e.changes for v in (c.size, c.low, c.high)]
        name = "yield (log-odds)" if metric is None else style.label(metric.name, scale_units(sizes, metric.units)[1])
        head += f'<th scope="col">{escape(name)}</th><th scope="col">p</th>'
    rows = ""
    for factor in results.varying:
        levels = [factor.levels[0], factor.levels[-1]] if factor.numeric else factor.levels
        cells = [factor.name, ", ".join(format_level(v, factor.units, 3) for v in levels)]
        row = "".join(f'<td class="text">{escape(c)}</td>' for c in cells)
        for of in pooled:
            effect = next(e for e in of.effects if e.factor is factor)
            row += f"<td>{escape(format_change(results, of, effect))}</td><td>{escape(format_p(effect, results.confidence))}</td>"
        rows += f"<tr>{row}</tr>\n"
    left = "; ".join(f"{of.n_left_out} of {of.n_left_out + of.n_trials} trials have no {results.metric(of.key).name} and are "
                     "left out of its column" for of in pooled if of.n_left_out)
    penalised = " Firth's penalty was used: at some level all networks, or none, are good." if any(
        of.penalised for of in pooled) else ""
    note = (f"Change from a factor's lowest level to its highest (of a category, from its first level), pooled over all design "
            f"points, with its {100 * results.confidence:g} % interval. Yield: logistic regression, failed networks count as "
            "not good. Metrics: linear regression; their p is that of ranks. Variances are clustered by "
            f"{'instance and by design point' if results.has_drawn_points else 'instance'}; p is corrected by Holm's rule over "
            "the factors; *: shown. shape: no slope, but levels that differ (of many: a bend)."
            f"{penalised}{f' {left}.' if left else ''}")
    return (f'<section>\n<h2>What each factor does</h2>\n<div class="table"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
            f'{rows}</tbody></table></div>\n<p class="soft">{escape(note)}</p>\n</section>\n')


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
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(results.study)} – Epilux report</title>\n<style>{CSS}</style>\n</head>\n<body>\n"
            f'<h1>{escape(results.study)}</h1>\n<p class="soft">Report of an Epilux campaign</p>\n'
            f"{write_notes(results)}"
            f'<section>\n<h2>Answer</h2>\n{sentences}\n<p class="soft">{basis}</p>\n</section>\n'
            f"{format_effects(results)}"
            f"<section>\n<h2>What was run</h2>\n{format_list(list_run(results))}</section>\n"
            f"<section>\n<h2>Figures</h2>\n{draw_figures(results, folder)}</section>\n"
            f"<section>\n<h2>Design points</h2>\n{format_table(results)}</section>\n"
            f"<section>\n<h2>Provenance</h2>\n{format_list(provenance)}</section>\n"
            "<section>\n<h2>Deck</h2>\n<details><summary>The resolved deck, every default filled in</summary>"
            f"\n<pre>{escape(results.deck_text)}</pre></details>\n</section>\n</body>\n</html>\n")


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
