#!/usr/bin/python3
"""Tests of postproc/: each figure shows the numbers of the file, the report says what they support, bad files
end in one line and status 2. Files come from make_fixture.py."""
import base64
import contextlib
import html.parser
import io
import os
import re
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
POSTPROC = os.path.normpath(os.path.join(HERE, "..", "..", "postproc"))
sys.path[:0] = [HERE, POSTPROC]

# matplotlib keeps a cache in its configuration folder, which a test machine's home may not allow.
SCRATCH = tempfile.TemporaryDirectory(prefix="epilux-postproc-")
os.environ["MPLCONFIGDIR"] = SCRATCH.name
try:
    import h5py
    import numpy as np
    import answer
    import failures
    import gradient_cosine
    import heat_map
    import learning_curves
    import make_fixture
    import metric_distributions
    import report
    import sensitivity
    import style
    import yield_by_design
    from results import Results, ResultsError
except ImportError as error:
    print(f"skipped: {error}; install python3-h5py, python3-numpy and python3-matplotlib")
    sys.exit(77)

VOID = {"meta", "img", "br", "hr", "link", "input"}
made = {}


def results_of(kind="quickstart", **options):
    """An open Results of a fixture; equal fixtures are written once."""
    key = (kind, repr(options))
    if key not in made:
        path = os.path.join(SCRATCH.name, f"{len(made)}.h5")
        make_fixture.make(path, kind, **{"n_instances": 8, "n_epochs": 12, **options})
        made[key] = path
    return Results(made[key])


def run(main, *arguments):
    """Runs a script's main; returns (status, stdout, stderr)."""
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["script", *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main()
    finally:
        sys.argv = argv
    return status, out.getvalue(), err.getvalue()


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


def read_html(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not reader.open, f"never closed: {reader.open}"
    return reader


class Figures(unittest.TestCase):
    def test_yield_lines_are_the_files_numbers(self):
        with results_of() as results:
            axes = yield_by_design.figure(results).axes[0]
            with h5py.File(results.path) as file:
                share, low, high = (file[f"statistics/accuracy/{n}"][()] for n in
                                    ("yield", "yield_low", "yield_high"))
                estimator = file["design/learning.estimator"].asstr()[()]
        self.assertEqual(len(axes.containers), 3)
        for bars, name in zip(axes.containers, ("plain", "phase-conjugate", "backprop")):
            line, _, (stems,) = bars.lines
            np.testing.assert_allclose(line.get_ydata(), 100 * share[estimator == name])
            ends = np.array([path.vertices[:, 1] for path in stems.get_paths()])
            np.testing.assert_allclose(ends, 100 * np.array([low, high]).T[estimator == name])
            self.assertEqual(line.get_color(), style.ESTIMATORS[name][0])

    def test_axes_say_name_and_scale(self):
        with results_of() as results:
            axes = yield_by_design.figure(results).axes[0]
        self.assertEqual(axes.get_xlabel(), "network loss")
        self.assertEqual(axes.get_xscale(), "log")
        self.assertEqual(axes.get_ylabel(), "yield (%), 95 % interval")

    def test_axes_carry_units_with_a_prefix(self):
        with results_of() as results:
            figure = metric_distributions.figure(results)
        labels = [axes.get_ylabel() for axes in figure.axes]
        self.assertIn("settling time (ps)", labels)
        self.assertIn("energy per inference (pJ)", labels)
        self.assertIn("accuracy", labels)

    def test_factor_units_are_on_the_axis(self):
        with results_of("one-factor") as results:
            results.factors[0].units = "GHz"
            self.assertEqual(yield_by_design.figure(results).axes[0].get_xlabel(), "network loss (GHz)")

    def test_distributions_draw_each_done_network(self):
        with results_of("one-factor") as results:
            axes = metric_distributions.figure(results, metric="gradient_cosine").axes[0]
            dots = [line.get_ydata() for line in axes.lines if line.get_marker() == "o"]
            self.assertEqual(len(dots), results.n_points)
            for drawn, values in zip(dots, results.values("gradient_cosine")):
                np.testing.assert_array_equal(np.sort(drawn), np.sort(values))
            medians = [line.get_ydata()[0] for line in axes.lines if line.get_linewidth() == 1.8]
            np.testing.assert_allclose(medians, results.quantile("gradient_cosine", 0.5))

    def test_gradient_cosine_draws_median_and_band_of_the_file(self):
        with results_of() as results:
            axes = gradient_cosine.figure(results).axes[0]
            plain = results.factor("learning.estimator").values == "plain"
            median = results.quantile("gradient_cosine", 0.5)[plain]
            np.testing.assert_allclose(axes.lines[0].get_ydata(), median)
            low = axes.collections[0].get_paths()[0].vertices[:, 1].min()
            self.assertAlmostEqual(low, results.quantile("gradient_cosine", 0.1)[plain].min())
        self.assertEqual((len(axes.lines), len(axes.collections)), (3, 3))

    def test_learning_curves_have_a_panel_a_setting_and_a_row_a_metric(self):
        with results_of() as results:
            figure = learning_curves.figure(results)
            _, values = results.curves("accuracy")
        self.assertEqual(len(figure.axes), 10)
        self.assertEqual([len(axes.lines) for axes in figure.axes], [3] * 10)
        np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata(), np.nanmedian(values[0], axis=0))
        self.assertEqual(figure.axes[5].get_xlabel(), "epoch")

    def test_a_network_that_stops_early_keeps_its_last_value(self):
        nan = np.nan
        kept = learning_curves.keep_last(np.array([[1.0, 2.0, nan, nan], [nan] * 4, [1.0, nan, 3.0, nan]]))
        np.testing.assert_array_equal(kept, [[1, 2, 2, 2], [nan] * 4, [1, 1, 3, 3]])

    def test_failure_bars_add_up_to_what_misses_the_yield(self):
        with results_of() as results:
            bars = failures.figure(results).axes[0].containers
            widths = np.sum([[bar.get_width() for bar in group] for group in bars], axis=0)
            yields = results.yields()
            self.assertEqual(widths.sum(), (yields.finished - yields.met).sum())
            slow = [bar.get_width() for bar in bars[0]]
            self.assertEqual(sum(slow), np.sum(results.state == make_fixture.SLOW))

    def test_heat_map_writes_the_yield_into_the_cells(self):
        with results_of("two-continuous") as results:
            axes = heat_map.figure(results).axes[0]
            table = np.asarray(axes.images[0].get_array())
            kerr, loss = results.factor(make_fixture.KERR), results.factor(make_fixture.LOSS)
            for point, share in enumerate(results.yields().share):
                row, column = kerr.levels.index(kerr.values[point]), loss.levels.index(loss.values[point])
                self.assertAlmostEqual(table[row, column], 100 * share)
        self.assertEqual(len(axes.texts), 16)

    def test_sensitivity_bars_are_the_files_indices(self):
        with results_of("three-factors", with_sensitivity=True) as results:
            axes = sensitivity.figure(results).axes[0]
        bars = [group for group in axes.containers if hasattr(group, "patches")]
        self.assertEqual([round(bar.get_width(), 2) for bar in bars[0]], [0.55, 0.2, 0.04])
        self.assertEqual([label.get_text() for label in axes.get_yticklabels()],
                         ["network loss", "nodes", "estimator"])

    def test_every_figure_of_every_design_is_drawn_or_says_why(self):
        for kind in make_fixture.KINDS:
            with results_of(kind, n_epochs=4, n_instances=6) as results:
                for module in report.FIGURES:
                    figure, reason = module.figure(results), module.lacking(results)
                    self.assertEqual(figure is None, bool(reason), f"{kind}: {module.__name__}")
                    if figure is not None:
                        self.assertGreater(len(module.caption(results)), 20)
                        figure.draw_without_rendering()

    def test_a_factor_that_moves_along_makes_no_panel(self):
        with results_of() as results:
            self.assertEqual(results.factor(make_fixture.DRIVE).follows, make_fixture.LOSS)
            self.assertEqual(len(yield_by_design.figure(results).axes), 1)

    def test_without_pyyaml_the_statistics_are_enough(self):
        import results as module
        kept, module.yaml = module.yaml, None
        try:
            with results_of("one-factor") as results:
                self.assertEqual(results.yield_metric, "accuracy")
                self.assertIsNotNone(yield_by_design.figure(results))
                self.assertIn("the yield criterion", answer.write_answer(results)[0])
        finally:
            module.yaml = kept


class Answers(unittest.TestCase):
    """Points of the quickstart run loss by loss, and in each plain, phase-conjugate, backprop."""

    def answer_of(self, yields, **options):
        with results_of(n_instances=32, n_epochs=2, yields=yields, **options) as results:
            return answer.write_answer(results)

    def test_a_clear_difference_is_told_with_counts_and_interval(self):
        first, second = self.answer_of({**{p: 16 for p in range(12)}, 12: 0, 13: 31, 14: 30})
        self.assertEqual(first, "With network loss 2, 31 of 32 fabricated networks (97 %, 95 % interval "
                         "84–99 %) reach accuracy ≥ 0.95 when trained by phase-conjugate, against 0 of 32 "
                         "for plain and 30 of 32 for backprop (not separated from phase-conjugate).")
        self.assertEqual(second, "With network loss 0.1, 0.2, 0.5 and 1 this campaign does not separate "
                         "phase-conjugate from plain.")

    def test_a_reversal_is_told(self):
        first, second = self.answer_of({**{p: 16 for p in range(15)}, 0: 32, 1: 3, 12: 0, 13: 32})
        self.assertIn("With network loss 2, 32 of 32", first)
        self.assertEqual(second, "With network loss 0.1 it is the other way round: plain 100 % against "
                         "phase-conjugate 9 %, and the intervals do not overlap.")

    def test_overlapping_intervals_are_no_difference(self):
        first, second = self.answer_of({**{p: 16 for p in range(15)}, 12: 14, 13: 18})
        self.assertIn("The highest yield is 18 of 32", first)
        self.assertIn("does not separate plain and phase-conjugate at any setting", second)

    def test_the_pick_of_many_pairs_needs_more_than_intervals_apart(self):
        with results_of("one-factor") as results:
            yields = results.yields()
            yields.finished[:2], yields.share[:2] = 32, (0.3, 0.7)
            yields.low[:2], yields.high[:2] = (0.2, 0.6), (0.4, 0.8)
            self.assertTrue(answer.is_separated(yields, 0, 1, 0.95, 1))
            self.assertFalse(answer.is_separated(yields, 0, 1, 0.95, 10000))

    def test_one_point_is_told_as_it_is(self):
        with results_of("one-point", n_instances=32, n_epochs=2, yields={0: 31}) as results:
            sentences = answer.write_answer(results)
        self.assertEqual(sentences, ["31 of 32 fabricated networks (97 %, 95 % interval 84–99 %) reach "
                                     "accuracy ≥ 0.95."])

    def test_without_a_category_best_and_worst_are_compared(self):
        yields = {0: 2, 1: 16, 2: 16, 3: 16, 4: 30}
        with results_of("one-factor", n_instances=32, n_epochs=2, yields=yields) as results:
            first, second = answer.write_answer(results)
        self.assertTrue(first.startswith("The highest yield is 30 of 32"), first)
        self.assertTrue(first.endswith("with network loss 2."), first)
        self.assertTrue(second.startswith("The lowest is 2 of 32") and "do not overlap" in second)

    def test_without_a_yield_no_difference_is_claimed(self):
        with results_of(criterion=None) as results:
            self.assertIn("no interval tells", answer.write_answer(results)[1])

    def test_percent_rounds_to_all_or_nothing_only_when_it_is(self):
        cases = ((1.0, "100"), (0.9996, "99.96"), (0.996, "99.6"), (0.97, "97"), (0.004, "0.4"), (0.0, "0"))
        for share, text in cases:
            self.assertEqual(answer.format_percent(share), text)


class Reports(unittest.TestCase):
    def test_report_is_balanced_html_without_external_references(self):
        with results_of() as results:
            reader = read_html(report.write_report(results))
        self.assertEqual(len(reader.references), 6)
        self.assertEqual(len(set(reader.identifiers)), len(reader.identifiers))
        for reference in reader.references:
            head, data = reference.split(",", 1)
            self.assertEqual(head, "data:image/svg+xml;base64")
            image = base64.b64decode(data).decode("utf-8")
            outside = [u for u in re.findall(r'(?:href|src)="([^"]*)"', image)
                       if not u.startswith(("#", "data:"))]
            self.assertEqual(outside, [])

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
        import command
        with results_of() as results:
            status, _, err = run(lambda: command.run(sensitivity), results.path)
            self.assertEqual((status, err.count("\n")), (1, 1))
            status, _, err = run(lambda: command.run(heat_map, True), results.path, "-m", "speed")
            self.assertEqual((status, err.count("\n")), (2, 1))
            self.assertIn("no metric speed; there are: accuracy", err)

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
