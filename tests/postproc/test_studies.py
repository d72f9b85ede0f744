#!/usr/bin/python3
"""Tests of the figures of studies: their numbers, on results whose answers are known by hand."""
import unittest

import scratch  # noqa: F401  first: it finds the modules, or skips
import numpy as np

from epilux.figures import constants, critical_noise, pareto, protocols
from epilux.results import Results, Factor, Metric
from epilux.statistics import equal_accuracy


class Made:
    """As much of Results as these figures ask for: factors {path: [point]}, metrics {key: [point, instance]}."""
    path = "made"

    def __init__(self, factors, metrics, units="1"):
        self._values = {k: np.asarray(v, dtype=float) for k, v in metrics.items()}
        self.n_points, self.n_instances = next(iter(self._values.values())).shape
        self.n_pending = 0
        self.factors = [Factor(p, p.split(".")[-1], p, units if not isinstance(v[0], str) else "1",
                               np.array(v, dtype=object if isinstance(v[0], str) else float), False)
                        for p, v in factors.items()]

    @property
    def varying(self):
        return [f for f in self.factors if len(f.levels) > 1]

    def factor(self, path):
        return next((f for f in self.factors if f.path == path), None)

    def metric(self, key):
        return Metric(key, key, key, "1") if key in self._values else None

    def values(self, key):
        return self._values[key]

    def deck_value(self, path, default=None):
        deck = {"reference.target": 0.9, "task.name": "digits", "task.test_fraction": 0.2, "task.validation_fraction": 0.0}
        return deck.get(path, default)

    point_value = Results.point_value

    def statistic(self, key, name):
        assert name == "mean"
        return np.nanmean(self._values[key], axis=1)


def make_protocols():
    rows = {"transfer": (0.5, 0.9), "in-situ": (0.9, 0.95), "calibrate": (0.4, 0.85)}
    factors = {"learning.protocol": [p for p in rows for _ in range(2)], "process.trim.residual": [2e-12, 1e-12] * 3}
    accuracy = [[v] * 5 for pair in rows.values() for v in pair]
    nominal = [[1.0] * 5] * 2 + [[np.nan] * 5] * 2 + [[1.0] * 5] * 2
    return Made(factors, {"accuracy": accuracy, "nominal_accuracy": nominal}, units="m")


class Protocols(unittest.TestCase):
    def test_what_is_won_back_is_a_share_of_what_transfer_lost(self):
        rows = {(r[0], r[1]): r for r in protocols.compare(make_protocols())}
        self.assertAlmostEqual(rows["in-situ", 2e-12][5], 0.8)
        self.assertAlmostEqual(rows["in-situ", 1e-12][5], 0.5)
        self.assertAlmostEqual(rows["calibrate", 2e-12][5], -0.2)
        self.assertTrue(np.isnan(rows["transfer", 2e-12][5]))
        self.assertAlmostEqual(rows["in-situ", 2e-12][2], 0.9)

    def test_pairs_are_compared_as_pairs(self):
        made = make_protocols()
        made._values["accuracy"][0] = [0.1, 0.3, 0.5, 0.7, 0.9]
        made._values["accuracy"][2] = made._values["accuracy"][0] + 0.1
        row = next(r for r in protocols.compare(made) if r[:2] == ("in-situ", 2e-12))
        self.assertAlmostEqual(row[5], 0.1 / 0.5)
        self.assertLess(row[7] - row[6], 0.5)
        self.assertGreater(row[4] - row[3], 0.3)

    def test_the_figure_has_a_line_a_protocol(self):
        axes = protocols.figure(make_protocols()).axes
        self.assertEqual(len(axes[0].containers), 3)
        self.assertEqual(len(axes[1].containers), 2)
        self.assertEqual(axes[0].get_xlabel(), "residual (pm)")

    def test_without_transfer_it_says_what_is_missing(self):
        made = make_protocols()
        made.factors[0].values[:2] = "noise-aware"
        self.assertIn("transfer", protocols.lacking(made))
        self.assertIsNone(protocols.figure(made))


def make_noise(path="hardware.readout.noise", levels=(0, 0.01, 0.1)):
    """Two nudges at two strengths; the best of the first falls from 0.95 to 0.85 over the last step."""
    table = {("one-sided", 0.1): (0.95, 0.95, 0.85), ("one-sided", 0.01): (0.9, 0.9, 0.4),
             ("centered", 0.1): (0.96, 0.96, 0.955), ("centered", 0.01): (0.5, 0.5, 0.5)}
    factors = {"learning.estimator": ["plain"] * 12, "learning.nudge.scheme": [s for s, _ in table for _ in range(3)],
               "learning.nudge.beta": [b for _, b in table for _ in range(3)], path: list(levels) * 4}
    return Made(factors, {"accuracy": [[v] * 4 for row in table.values() for v in row]})


class CriticalNoise(unittest.TestCase):
    def test_it_is_where_the_best_strength_falls_two_points(self):
        rows = {r[0]: r for r in critical_noise.compare(make_noise()) if np.isnan(r[1])}
        self.assertAlmostEqual(rows["plain, one-sided"][2], 0.01 * 10 ** 0.2)
        self.assertTrue(np.isnan(rows["plain, centered"][2]))
        self.assertEqual(rows["plain, centered"][4], np.inf)

    def test_each_strength_has_its_own(self):
        rows = {r[:2]: r for r in critical_noise.compare(make_noise()) if r[0] == "plain, one-sided"}
        self.assertAlmostEqual(rows["plain, one-sided", 0.01][2], 0.01 * 10 ** 0.04)

    def test_bits_count_downwards(self):
        rows = {r[0]: r for r in critical_noise.compare(make_noise("hardware.readout.bits", (16, 8, 4))) if np.isnan(r[1])}
        self.assertAlmostEqual(rows["plain, one-sided"][2], 8 - 0.8)

    def test_the_figure_has_a_line_a_nudge_and_faint_ones_a_strength(self):
        axes = critical_noise.figure(make_noise()).axes[0]
        self.assertEqual(len(axes.lines), 2 * (2 + 1))
        np.testing.assert_allclose(axes.lines[2].get_ydata(), [95, 95, 85])


class Pareto(unittest.TestCase):
    def test_no_point_of_the_front_is_beaten(self):
        energy, accuracy = np.array([3.0, 1.0, 2.0, 2.0, np.nan, 0.0]), np.array([0.9, 0.5, 0.8, 0.7, 1.0, 1.0])
        self.assertEqual(pareto.find_front(energy, accuracy), [1, 2, 0])

    def test_the_figure_has_a_panel_an_energy_and_case(self):
        energies = {f"{key}_{case}": [[1e-9, 2e-9]] * 3 for key in ("training_energy", "inference_energy")
                    for case in ("optimistic", "budgeted")}
        made = Made({"learning.estimator": ["plain", "backprop", "plain"]}, {"accuracy": [[0.5, 0.6]] * 3, **energies})
        axes = pareto.figure(made).axes
        self.assertEqual([a.get_title(loc="left") for a in axes], ["training, optimistic", "training, budgeted",
                                                                   "one inference, optimistic", "one inference, budgeted"])
        self.assertEqual(axes[0].get_xlabel(), "energy (nJ)")
        nothing = Made({}, {"accuracy": [[1.0]], "training_energy_budgeted": [[0.0]]})
        self.assertIn("all energies are 0", pareto.lacking(nothing))
        self.assertIn("training_energy", pareto.lacking(Made({}, {"accuracy": [[1.0]]})))


def make_ratios(accuracy, ratio):
    """Two sizes of three seeds of two chips."""
    factors = {"network.topology.nodes": [26] * 3 + [90] * 3, "study.seed": [1, 2, 3] * 2}
    return Made(factors, {"accuracy": accuracy, "reference_inference_ratio_budgeted": ratio})


class EqualAccuracy(unittest.TestCase):
    def test_the_ratio_is_of_logarithms_and_counts_each_seed_once(self):
        made = make_ratios([[0.95, 0.95]] * 6, [[2, 8], [4, 4], [8, 2]] + [[0.1, 0.1], [0.2, 0.2], [0.4, 0.4]])
        first, second = equal_accuracy.compare(made)
        self.assertAlmostEqual(first.ratio, 4)
        self.assertEqual((first.low, first.high), (first.ratio, first.ratio))  # every seed has the mean 4
        self.assertEqual(first.winner, "digital")
        self.assertAlmostEqual(second.ratio, 0.2)
        # t(.975, 2) = 4.302652729911275 and the split's overlap .2 / .8
        self.assertAlmostEqual(second.high, 0.2 * np.exp(4.302652729911275 * np.log(2) * np.sqrt(1 / 3 + 0.25)), 6)
        self.assertEqual(second.winner, "not shown")
        self.assertIn("who wins is not shown", equal_accuracy.write_row(second))

    def test_a_target_of_the_point_is_the_point_s(self):
        """Of tasks whose targets go along, each is held against its own, not against the deck's."""
        made = Made({"task.name": ["iris", "digits"], "reference.target": [0.9, 0.8]},
                    {"accuracy": [[0.82, 0.82], [0.82, 0.82]], "reference_training_ratio_budgeted": [[2, 2], [3, 3]]})
        iris, digits = equal_accuracy.compare(made)
        self.assertEqual((iris.target, iris.reaches), (0.9, False))
        self.assertEqual((digits.target, digits.reaches), (0.8, True))
        self.assertAlmostEqual(digits.ratio, 3)
        self.assertIn("At equal accuracy (80 %)", equal_accuracy.write_sentences(made)[0])

    def test_without_the_target_there_is_no_ratio(self):
        low, none = equal_accuracy.compare(make_ratios([[0.8, 0.9]] * 3 + [[0.95, 0.95]] * 3, [[2, 2]] * 3 + [[np.nan] * 2] * 3))
        self.assertTrue(np.isnan(low.ratio) and not low.reaches and low.exists)
        self.assertIn("light does not reach the target", equal_accuracy.write_row(low))
        self.assertTrue(np.isnan(none.ratio) and none.reaches and not none.exists)
        self.assertIn("no digital model reaches the target", equal_accuracy.write_row(none))
        self.assertNotIn("nan", equal_accuracy.write_row(low) + equal_accuracy.write_row(none))


class Constants(unittest.TestCase):
    def test_each_constant_has_the_range_of_its_own_points(self):
        factors = {"energy.budgeted.margin": [5, 0, 5, 5, 5], "energy.budgeted.wall_plug": [0.1, 0.1, 0.1, 0.2, 0.1],
                   "learning.optimizer.rate": [1, 1, 1, 1, 2]}
        made = Made(factors, {"reference_training_ratio_budgeted": [[2, 8], [0.5, 0.5], [2, 8], [3, 3], [100, 100]]})
        base, ranges = constants.find_ranges(made, "training", "budgeted")
        self.assertAlmostEqual(base, 4)
        self.assertEqual([name for name, _, _ in ranges], ["margin", "wall_plug"])
        np.testing.assert_allclose([r[1:] for r in ranges], [(0.5, 4), (3, 4)])
        sentence = constants.describe(made, "training", "budgeted")
        self.assertIn("0.5 to 4 times: margin turns who wins", sentence)
        self.assertEqual(len(constants.figure(made).axes), 1)

    def test_without_a_ratio_it_says_so(self):
        made = Made({"energy.budgeted.margin": [5, 0]}, {"reference_training_ratio_budgeted": [[np.nan], [np.nan]]})
        self.assertIn("no ratio is known", constants.lacking(made))
        self.assertEqual(constants.write_sentences(made), [])


if __name__ == "__main__":
    unittest.main()
