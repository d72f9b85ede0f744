#!/usr/bin/python3
"""Tests of the report: it says what the numbers support, is safe HTML; bad files end in one line."""
import base64
import hashlib
import html.parser
import io
import json
import os
import re
import shutil
import unittest
from unittest import mock

from scratch import SCRATCH, results_of, run  # first: it finds the modules, or skips
import h5py
import numpy as np

from epilux import answer, command, report
from epilux.figures import heat_map, metric_distributions, sensitivity, style, yield_by_design
from epilux.page import document
from epilux.page.encode import encode_chart
from epilux.results import Results, ResultsError
from epilux.statistics import accuracy_table

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Reader(html.parser.HTMLParser):
    """Checks that tags are balanced and identifiers unique; gathers references and text."""

    def __init__(self):
        super().__init__()
        self.open, self.references, self.texts, self.identifiers = [], [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "srcset", "data", "action"):
                self.references.append(value)
            if name == "id":
                self.identifiers.append(value)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        self.texts.append(data)


def read_data(text):
    """What the page's scripts draw."""
    return json.loads(re.search(r'<script id="data" type="application/json">(.*?)</script>', text).group(1))


def read_html(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    return reader


class Answers(unittest.TestCase):
    """Points of the quickstart run loss by loss, and in each plain, phase-conjugate, backprop."""

    def answer_of(self, yields, **options):
        with results_of(n_instances=32, n_epochs=2, yields=yields, **options) as results:
            return answer.write_answer(results)

    def test_a_clear_difference_is_told_with_counts_and_interval(self):
        first, second, *_ = self.answer_of({**{p: 16 for p in range(12)}, 12: 0, 13: 31, 14: 30})
        self.assertEqual(first, "With network loss 2, 31 of 32 fabricated networks (97 %, 95 % interval "
                         "84–99 %) reach accuracy ≥ 0.95 when trained by phase-conjugate, against 0 of 32 "
                         "for plain and 30 of 32 for backprop (not separated from phase-conjugate).")
        self.assertEqual(second, "With network loss 0.1, 0.2, 0.5 and 1 this campaign does not separate "
                         "phase-conjugate from plain.")

    def test_a_reversal_is_told(self):
        first, second, *_ = self.answer_of({**{p: 16 for p in range(15)}, 0: 32, 1: 3, 12: 0, 13: 32})
        self.assertIn("With network loss 2, 32 of 32", first)
        self.assertEqual(second, "With network loss 0.1 it is the other way round: plain 100 % against "
                         "phase-conjugate 9 %, and the intervals do not overlap.")

    def test_overlapping_intervals_are_no_difference(self):
        first, second, *_ = self.answer_of({**{p: 16 for p in range(15)}, 12: 14, 13: 18})
        self.assertIn("The highest yield is 18 of 32", first)
        self.assertIn("does not separate plain and phase-conjugate at any setting", second)

    def test_the_pick_of_many_pairs_needs_more_than_intervals_apart(self):
        with results_of("one-factor") as results:
            yields = results.yields()
            yields.effective[:2], yields.share[:2] = 32, (0.3, 0.7)
            yields.low[:2], yields.high[:2] = (0.2, 0.6), (0.4, 0.8)
            self.assertTrue(answer.is_separated(yields, 0, 1, 0.95, 1))
            self.assertFalse(answer.is_separated(yields, 0, 1, 0.95, 10000))

    def test_one_point_is_told_as_it_is(self):
        with results_of("one-point", n_instances=32, n_epochs=2, yields={0: 31}) as results:
            sentences = answer.write_answer(results)
        self.assertEqual(sentences, ["31 of 32 fabricated networks (97 %, 95 % interval 84–99 %) reach "
                                     "accuracy ≥ 0.95."])

    def test_without_a_category_the_factor_comes_first_then_best_and_worst(self):
        yields = {0: 2, 1: 16, 2: 16, 3: 16, 4: 30}
        with results_of("one-factor", n_instances=32, n_epochs=2, yields=yields) as results:
            effect, first, second = answer.write_answer(results)
        self.assertRegex(effect, "^Network loss has an effect on the yield, which rises from [0-9]+ % at 0.1 to [0-9]+ % at 2.$")
        self.assertTrue(first.startswith("The highest yield is 30 of 32"), first)
        self.assertTrue(first.endswith("with network loss 2."), first)
        self.assertTrue(second.startswith("The lowest is 2 of 32") and "do not overlap" in second)

    def test_without_a_yield_effects_are_of_the_first_metric(self):
        with results_of(criterion=None, n_instances=32, n_epochs=2, yields={p: (4, 32, 30)[p % 3] for p in range(15)}) as results:
            told = answer.write_answer(results)
        self.assertEqual(told[0], "Estimator has the clearest effect on accuracy: 0.562 for plain, 1 for phase-conjugate and "
                         "0.969 for backprop.")
        self.assertIn("the deck sets no yield", told[-1])

    def test_a_factor_that_changes_no_bit_changes_nothing(self):
        yields = {p: (4 + 8 * (p // 4)) for p in range(16)}
        with results_of("two-continuous", n_instances=32, n_epochs=2, yields=yields) as results:
            told = answer.write_answer(results)
        self.assertTrue(told[0].startswith("Network loss has the clearest effect on the yield, which rises from"), told)
        self.assertTrue(told[1].startswith("Kerr changes nothing of accuracy: between points that differ in it alone"), told)

    def test_chance_is_called_chance(self):
        with results_of("two-continuous", n_instances=8, n_epochs=2, yields={p: 4 + p % 2 + (p == 9) for p in range(16)}) as results:
            told = answer.write_answer(results)
        self.assertIn("No effect of kerr and network loss on the yield is shown: with 8 networks", told[0])

    def test_percent_rounds_to_all_or_nothing_only_when_it_is(self):
        cases = ((1.0, "100"), (0.9996, "99.96"), (0.996, "99.6"), (0.97, "97"), (0.004, "0.4"), (0.0, "0"))
        for share, text in cases:
            self.assertEqual(answer.format_percent(share), text)


class Reports(unittest.TestCase):
    def test_report_is_balanced_html_without_external_references(self):
        with results_of("quickstart", with_fabrication=True) as results:
            text = report.write_report(results)
        reader = read_html(text)
        self.assertEqual(len(read_data(text)["charts"]), 8)
        self.assertEqual(len(reader.references), 1)  # the wafer, which is an image
        self.assertEqual(len(set(reader.identifiers)), len(reader.identifiers))
        for reference in reader.references:
            head, data = reference.split(",", 1)
            self.assertEqual(head, "data:image/svg+xml;base64")
            image = base64.b64decode(data).decode("utf-8")
            outside = [u for u in re.findall(r'(?:href|src)="([^"]*)"', image)
                       if not u.startswith(("#", "data:"))]
            self.assertEqual(outside, [])

    def test_a_large_design_has_evenly_spread_points_and_the_best(self):
        with results_of("scattered") as results:
            whole = read_data(report.write_report(results))
            with mock.patch.object(report, "MAX_ROWS", 20), mock.patch.object(report, "N_BEST", 3):
                text = report.write_report(results)
            best = np.argsort(-results.yields().share, kind="stable")[:3]
        cut = read_data(text)
        self.assertEqual((len(whole["points"]["index"]), len(cut["points"]["index"])), (60, 20))
        self.assertTrue(set(best.tolist()) <= set(cut["points"]["index"]))
        self.assertIn("This page has 20 of 60 design points, evenly spread, the 3 of the highest yields among them", text)
        dots = cut["charts"][0]["panels"][0]["marks"]
        self.assertEqual(sorted(p for m in dots if m["points"] for p in m["points"]), cut["points"]["index"])

    def test_the_page_draws_what_the_paper_draws(self):
        with results_of() as results:
            chart = yield_by_design.chart(results)
            axes = yield_by_design.figure(results).axes[0]
        panel = encode_chart(chart)["panels"][0]
        self.assertEqual((panel["y"]["label"], panel["x"]["label"]), (axes.get_ylabel(), axes.get_xlabel()))
        for marks, bars in zip(panel["marks"], axes.containers):
            np.testing.assert_allclose(marks["y"], bars.lines[0].get_ydata(), rtol=1e-4)
            np.testing.assert_allclose(marks["x"], bars.lines[0].get_xdata(), rtol=1e-4)

    def test_data_cannot_end_their_script(self):
        hostile = {"name": "</script><script>alert(1)</script><!-- \u2028 &amp;"}
        text = document.embed(hostile)
        self.assertFalse(set("<>&\u2028") & set(text))
        self.assertEqual(json.loads(text), hostile)

    def test_the_drawing_library_is_the_one_that_is_named(self):
        folder = os.path.join(document.FOLDER, "echarts")
        with open(os.path.join(folder, "SHA256"), encoding="utf-8") as file:
            wanted, name = file.read().split()
        with open(os.path.join(folder, name), "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).hexdigest(), wanted)
        with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
            version = re.search(r"ECharts (\d+\.\d+\.\d+)", file.read()).group(1)
        self.assertIn(f'version="{version}"', document.read("echarts", name))
        self.assertIn("Apache License", document.read("echarts", "LICENSE"))

    def test_many_marks_are_an_image_inside_the_figure(self):
        def save():
            stream = io.BytesIO()
            style.save(metric_distributions.figure(results), stream, "svg")
            return stream.getvalue()
        with results_of("one-factor", n_instances=32, n_epochs=2) as results:
            drawn = save()
            with mock.patch.object(style, "MOST_MARKS", 8):
                image = save()
        self.assertNotIn(b"<image", drawn)
        self.assertIn(b"<image", image)

    def test_table_holds_the_files_numbers(self):
        with results_of("one-factor", n_instances=32, n_epochs=2, yields={3: 31}) as results:
            text = " ".join(read_html(report.write_report(results)).texts)
            mean, std = (results.statistic("gradient_cosine", n)[0] for n in ("mean", "std"))
        self.assertIn("97 (84–99)", text)
        self.assertIn(report.format_spread(mean, std), text)

    def test_everything_of_the_file_is_escaped(self):
        with results_of("one-point", name='<b>a & "b"</b>', n_epochs=2) as results:
            text = report.write_report(results)
        self.assertNotIn("<b>", text)
        self.assertIn("&lt;b&gt;a &amp; &quot;b&quot;&lt;/b&gt;", text)
        read_html(text)

    def test_an_unfinished_campaign_says_so_first(self):
        with results_of("one-point", n_pending=2, n_epochs=2) as results:
            text = report.write_report(results)
        note = text.index("not finished: 2 of 8 trials (25 %) are pending")
        self.assertLess(note, text.index("<h2>Answer"))

    def test_missing_statistics_are_not_made_up(self):
        with results_of("one-point", with_statistics=False, n_pending=1, n_epochs=2) as results:
            text = report.write_report(results)
        self.assertIn("The file has no /statistics", text)
        self.assertNotIn("fabricated networks (", text)
        read_html(text)

    def test_the_report_says_what_the_yield_is_of(self):
        cases = (({"kind": "wafer"}, "random dies of one wafer", " of this wafer"),
                 ({"kind": "nested", "lots": 3, "wafers": 2}, "3 lots of 2 wafers", ""),
                 ({"kind": "nested", "lots": 1, "wafers": 4}, "count each wafer once", " of this lot"),
                 (None, "a lot, a wafer and a random die of its own", ""))
        with results_of("one-factor", n_instances=32, n_epochs=2, yields={p: 16 for p in range(5)}) as results:
            self.assertEqual(report.describe_sampling(results), "")
            results.deck["process"] = {"preset": "siepic"}
            for sampling, words, estimand in cases:
                results.deck["population"] = {"instances": 32, **({"sampling": sampling} if sampling else {})}
                text = report.describe_sampling(results)
                self.assertIn(words, text)
                self.assertEqual(results.estimand, estimand)
                self.assertEqual("rough" in text, sampling is not None and "lots" in sampling)
            results.deck["population"]["sampling"] = cases[1][0]
            self.assertEqual(results.clusters[0].tolist(), [k % 3 for k in range(32)])

    def test_a_yield_without_an_interval_is_told_without_one(self):
        with results_of("one-point", n_instances=32, n_epochs=2, yields={0: 31}) as results:
            yields = results.yields()
            yields.low[:], yields.high[:] = float("nan"), float("nan")
            self.assertIn("31 of 32 (97 %, without an interval", answer.format_rate(results, yields, 0))
            self.assertEqual(report.format_yield(yields, 0), "97 (no interval)")
            self.assertFalse(answer.is_separated(yields, 0, 0, 0.95, 1))

    def test_nothing_finished_is_still_a_report(self):
        with results_of(n_pending=15 * 8, n_epochs=2) as results:
            read_html(report.write_report(results))

    def test_spread_has_two_digits_of_the_deviation(self):
        cases = ((3974.2, 805.1, "3974 ± 805"), (0.9573, 0.0402, "0.957 ± 0.040"), (1.0, 0.0, "1 ± 0"),
                 (float("nan"), 1.0, "–"))
        for mean, std, text in cases:
            self.assertEqual(report.format_spread(mean, std), text)

    def test_command_writes_report_and_figures(self):
        with results_of("one-point", n_epochs=2) as results:
            folder = os.path.join(SCRATCH.name, "figures")
            target = os.path.join(SCRATCH.name, "r.html")
            status, out, err = run(report.main, results.path, "-o", target, "--figures", folder)
        self.assertEqual((status, out, err), (0, target + "\n", ""))
        self.assertIn("yield_by_design.png", os.listdir(folder))
        self.assertFalse(os.path.exists(target + ".part"))


class BadFiles(unittest.TestCase):
    def check(self, path, words):
        status, out, err = run(report.main, path, "-o", os.path.join(SCRATCH.name, "never.html"))
        self.assertEqual((status, out, err.count("\n")), (2, "", 1), err)
        self.assertIn(words, err)
        self.assertIn(path, err)
        self.assertFalse(os.path.exists(os.path.join(SCRATCH.name, "never.html")))

    def write(self, name, data):
        path = os.path.join(SCRATCH.name, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def test_missing(self):
        self.check(os.path.join(SCRATCH.name, "missing.h5"), "no such file")

    def test_not_hdf5(self):
        self.check(self.write("text.h5", b"loss,accuracy\n1,2\n"), "not an HDF5 file")
        self.check(self.write("empty.h5", b""), "not an HDF5 file")

    def test_truncated(self):
        with results_of() as results, open(results.path, "rb") as file:
            data = file.read()
        for share in (0.01, 0.5, 0.999):
            self.check(self.write("cut.h5", data[:int(share * len(data))]), "truncated")

    def test_another_programs_file(self):
        path = os.path.join(SCRATCH.name, "other.h5")
        with h5py.File(path, "w") as file:
            file["x"] = 1
        self.check(path, "not a results file")

    def test_a_pipe_is_not_waited_for(self):
        path = os.path.join(SCRATCH.name, "pipe.h5")
        os.mkfifo(path)
        self.check(path, "not a readable file")

    def test_without_trials(self):
        path = os.path.join(SCRATCH.name, "half.h5")
        with h5py.File(path, "w") as file:
            file.attrs["format"] = "epilux-results"
        self.check(path, "no /trials/state")

    def test_a_newer_format(self):
        path = os.path.join(SCRATCH.name, "newer.h5")
        with h5py.File(path, "w") as file:
            file.attrs.update({"format": "epilux-results", "format_version": 99})
        self.check(path, "format version 99")

    def test_a_script_with_nothing_to_draw_says_why(self):
        with results_of() as results:
            status, _, err = run(lambda: command.run(sensitivity), results.path)
            self.assertEqual((status, err.count("\n")), (1, 1))
            status, _, err = run(lambda: command.run(heat_map, True), results.path, "-m", "speed")
            self.assertEqual((status, err.count("\n")), (2, 1))
            self.assertIn("no metric speed; there are: accuracy", err)

    def test_what_is_read_is_never_written_over(self):
        with results_of("one-point") as results:
            with open(results.path, "rb") as file:
                before = file.read()
            other, link = (os.path.join(SCRATCH.name, n) for n in ("other.html", "link.png"))
            shutil.copy(results.path, other)
            os.symlink(results.path, link)
            draw = lambda: command.run(heat_map, True)  # noqa: E731
            for main, output, words in ((report.main, results.path, "the suffix must be one of .html"),
                                        (report.main, other, "is an HDF5 file"), (draw, link, "is the input"),
                                        (accuracy_table.main, results.path, "is the input")):
                status, out, err = run(main, results.path, "-o", output)
                self.assertEqual((status, out, err.count("\n")), (2, "", 1), err)
                self.assertIn(words, err)
            with open(results.path, "rb") as file:
                self.assertEqual(file.read(), before)

    def test_an_unwritable_output_is_status_1(self):
        with results_of("one-point") as results:
            status, _, err = run(report.main, results.path, "-o", os.path.join(SCRATCH.name, "no", "r.html"))
        self.assertEqual((status, err.count("\n")), (1, 1))

    def test_results_closes_what_it_refuses(self):
        path = os.path.join(SCRATCH.name, "half2.h5")
        with h5py.File(path, "w") as file:
            file.attrs["format"] = "epilux-results"
        with self.assertRaises(ResultsError):
            Results(path)
        with h5py.File(path, "a") as file:
            file["written"] = 1


if __name__ == "__main__":
    unittest.main()
