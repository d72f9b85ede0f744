#!/usr/bin/python3
"""Tests of the figures: each shows the numbers of the file, with names, units and scales on its axes."""
import shutil
import tempfile
import unittest
import unittest.mock

from scratch import results_of  # first: it finds the modules, or skips
import h5py
import numpy as np

import make_fixture
from epilux import answer, layout, report
from epilux.figures import (failures, gradient_cosine, heat_map, learning_curves, metric_distributions, panels, sensitivity,
                            style, yield_by_design)
from epilux.results import Factor, Results


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
                np.testing.assert_array_equal(np.sort(drawn), np.sort(values[np.isfinite(values)]))
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

    def test_many_points_off_a_grid_are_drawn_against_each_factor(self):
        with results_of("scattered") as results:
            axes = metric_distributions.figure(results, metric="gradient_cosine").axes
            median = results.quantile("gradient_cosine", 0.5)
            drawn = np.concatenate([line.get_ydata() for line in axes[1].lines if line.get_marker() != "None"])
        self.assertEqual([a.get_xlabel() for a in axes], ["network loss", "kerr"])
        np.testing.assert_array_equal(np.sort(drawn), np.sort(median))

    def test_factors_are_in_the_units_people_use(self):
        with results_of("one-factor") as results, tempfile.NamedTemporaryFile(suffix=".h5") as file:
            shutil.copy(results.path, file.name)
            with h5py.File(file.name, "a") as made:
                made["design/network.parameters.loss"][:] = [3e-7, 4e-7, 5e-7, 6e-7, 7e-7]
                made["design/network.parameters.loss"].attrs["units"] = "m"
            with Results(file.name) as own:
                self.assertEqual(own.factors[0].levels, [300, 400, 500, 600, 700])
                axes = yield_by_design.figure(own).axes[0]
        self.assertEqual(axes.get_xlabel(), "network loss (nm)")
        self.assertEqual([t.get_text() for t in axes.get_xticklabels()], ["300", "400", "500", "600", "700"])

    def test_levels_too_close_for_their_names_stand_at_even_places(self):
        with results_of("one-factor") as results:
            factor = results.factors[0]
            factor.values, factor.logarithmic = np.array([0.0, 1e-3, 1e-2, 1e-1, 1.0]), False
            self.assertTrue(layout.is_even(factor))
            axes = yield_by_design.figure(results).axes[0]
            np.testing.assert_array_equal(axes.get_xticks(), range(5))
            factor.values = np.linspace(1, 5, 5)
            self.assertFalse(layout.is_even(factor))

    def test_every_factor_of_a_scatter_has_its_panel(self):
        with results_of("scattered") as results:
            for k in range(4):
                values = np.roll(results.factors[1].values, k + 1)
                results.factors.append(Factor(f"made.{k}", f"made {k}", "made", "1", values, False))
            axes = yield_by_design.figure(results).axes
        self.assertEqual([a.get_xlabel() for a in axes if a.get_visible()],
                         ["network loss", "kerr", "made 0", "made 1", "made 2", "made 3"])

    def test_dots_without_intervals_are_not_said_to_have_them(self):
        with results_of("scattered") as results:
            for most, bars in ((results.n_points, True), (results.n_points - 1, False)):
                with unittest.mock.patch.object(panels, "MAX_ROWS", most), \
                        unittest.mock.patch.object(panels, "MAX_ROW_NAME", 0):
                    axes = yield_by_design.figure(results).axes[0]
                    self.assertEqual("interval" in axes.get_ylabel(), bars)
                    self.assertEqual("interval" in yield_by_design.caption(results), bars)

    def test_a_mean_over_parts_of_the_points_keeps_their_mean(self):
        x, y = np.arange(80.0)[::-1], np.arange(80.0) ** 2
        middles, means = panels.average(x, y)
        np.testing.assert_allclose(middles, 10 * np.arange(8) + 4.5)
        self.assertAlmostEqual(np.mean(means), y.mean())

    def test_an_index_that_says_nothing_is_pale(self):
        with results_of("three-factors", with_sensitivity=True) as results:
            table = results._sensitivity["accuracy"]
            table["first_order_low"][0], table["first_order_high"][0] = -2, 3
            bars = sensitivity.figure(results).axes[0].containers
            alphas = [bar.get_alpha() for group in bars for bar in getattr(group, "patches", [])]
            axes = sensitivity.figure(results).axes[0]
        self.assertEqual(alphas.count(0.25), 1)
        self.assertEqual(axes.get_xlim(), (-0.2, 1.2))

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

    def test_states_are_named_by_the_file_however_it_lists_them(self):
        for meaning in (["pending", "done", "slow"], "0 pending, 1 done, 2 slow", "0=pending;1=done;2=slow",
                        "pending, done, slow"):
            copy = h5py.File("copy", "w", driver="core", backing_store=False)
            with results_of("one-point") as results, copy as f:
                f["trials/state"] = results.state
                f["trials/state"].attrs["meaning"] = meaning
                kept, results._file = results._file, f
                self.assertEqual(results._read_state_names()[2], "slow", meaning)
                results._file = kept

    def test_a_factor_that_moves_along_makes_no_panel(self):
        with results_of() as results:
            self.assertEqual(results.factor(make_fixture.DRIVE).follows, make_fixture.LOSS)
            self.assertEqual(len(yield_by_design.figure(results).axes), 1)

    def test_without_pyyaml_the_statistics_are_enough(self):
        from epilux import results as module
        kept, module.yaml = module.yaml, None
        try:
            with results_of("one-factor") as results:
                self.assertEqual(results.yield_metric, "accuracy")
                self.assertIsNotNone(yield_by_design.figure(results))
                self.assertIn("the yield criterion", answer.write_answer(results)[0])
        finally:
            module.yaml = kept


if __name__ == "__main__":
    unittest.main()
