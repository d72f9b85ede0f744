#!/usr/bin/python3
"""Tests of pooled effects: closed forms for the fits and their variances, how often chance is taken for an effect."""
import math
import unittest

from scratch import results_of  # first: it finds the modules, or skips
import numpy as np

from epilux.figures import effects
from epilux.statistics import pooling, regression


def make_table(*rows):
    """(x, y) of a two-level factor: rows of (number good, number not)."""
    level = np.repeat(np.arange(len(rows)), [sum(row) for row in rows])
    y = np.concatenate([np.repeat([1.0, 0.0], row) for row in rows])
    return np.column_stack([np.ones(y.size), level]), y


class Distributions(unittest.TestCase):
    def test_tails_are_those_of_tables(self):
        for f, q, freedom, p in ((2.228 ** 2, 1, 10, 0.05), (4.256, 2, 9, 0.05), (5.953, 4, 11, 0.00853), (12.706 ** 2, 1, 1, 0.05)):
            self.assertAlmostEqual(regression.eval_f_tail(f, q, freedom), p, delta=2e-4 * max(1, p / 0.01))
        self.assertAlmostEqual(regression.eval_student_quantile(0.975, 10), 2.2281389, places=6)
        self.assertAlmostEqual(regression.eval_student_quantile(0.75, 1), 1.0, places=9)

    def test_holm_multiplies_the_smallest_by_all(self):
        np.testing.assert_allclose(regression.correct_holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
        np.testing.assert_allclose(regression.correct_holm([0.9, 0.8]), [1, 1])

    def test_ranks_share_ties(self):
        np.testing.assert_allclose(regression.rank(np.array([3.0, 1.0, 3.0, 2.0])), [0.75, 0.125, 0.75, 0.375])


class Fits(unittest.TestCase):
    def test_a_logistic_slope_is_the_log_odds_ratio(self):
        x, y = make_table((30, 10), (12, 28))
        fit = regression.fit_logistic(x, y, [np.arange(y.size)])
        self.assertFalse(fit.penalised)
        np.testing.assert_allclose(fit.coefficients, [math.log(3), math.log(12 / 28) - math.log(3)], atol=1e-9)
        expected = math.sqrt(1 / 30 + 1 / 10 + 1 / 12 + 1 / 28)  # Woolf's; the jackknife is a little wider
        self.assertTrue(expected < fit.error(1) < 1.06 * expected)

    def test_all_good_at_a_level_adds_a_half_to_each_cell(self):
        x, y = make_table((64, 0), (36, 28))
        fit = regression.fit_logistic(x, y, [np.arange(y.size)])
        self.assertTrue(fit.penalised)
        expected = math.log(36.5 / 28.5) - math.log(64.5 / 0.5)
        self.assertAlmostEqual(fit.coefficients[1], expected, places=8)
        cells = math.sqrt(sum(1 / (n + 0.5) for n in (64, 0, 36, 28)))
        self.assertGreaterEqual(fit.error(1), 0.99 * cells)

    def test_one_cluster_leaves_the_variance_unknown(self):
        x, y = make_table((4, 0), (0, 4))
        fit = regression.fit_logistic(x, y, [np.zeros(y.size, int)])
        self.assertTrue(fit.penalised and math.isnan(fit.error(1)))

    def test_paired_clusters_give_the_paired_variance(self):
        rng = np.random.default_rng(5)
        chip, gain = rng.normal(size=12), rng.normal(1, 0.3, 12)
        y = np.concatenate([chip, chip + gain])
        x = np.column_stack([np.ones(24), np.repeat([0.0, 1.0], 12)])
        fit = regression.fit_linear(x, y, [np.tile(np.arange(12), 2)])
        self.assertAlmostEqual(fit.coefficients[1], gain.mean())
        self.assertAlmostEqual(fit.error(1), gain.std(ddof=1) / math.sqrt(12))
        self.assertEqual(fit.freedom, 11)

    def test_few_design_points_tell_nothing_of_a_variance(self):
        rng = np.random.default_rng(6)
        x = np.column_stack([np.ones(24), np.repeat([0.0, 1.0], 12)])
        y, chips, points = rng.normal(size=24), np.tile(np.arange(12), 2), np.repeat([0, 1], 12)
        both, one = (regression.fit_linear(x, y, c) for c in ([chips, points], [chips]))
        np.testing.assert_array_equal(both.variance, one.variance)

    def test_chance_is_seldom_an_effect(self):
        """Sixteen points of sixteen chips that all points share; each chip and each point has a luck of its own."""
        rng, n = np.random.default_rng(7), 150
        chips, points = np.tile(np.arange(16), 16), np.repeat(np.arange(16), 16)
        found = np.zeros(2)
        for _ in range(n):
            z = rng.random(16) - 0.5
            x = np.column_stack([np.ones(256), z[points]])
            luck = (rng.normal(size=16)[chips] + 0.5 * rng.normal(size=16)[points])
            good = (rng.random(256) < 1 / (1 + np.exp(-1 - luck))).astype(float)
            for i, fit in enumerate((regression.fit_logistic(x, good, [chips, points]),
                                     regression.fit_linear(x, luck + rng.normal(size=256), [chips, points]))):
                found[i] += fit.test([1]) < 0.05
        self.assertLess(found.max() / n, 0.05 + 3 * math.sqrt(0.05 * 0.95 / n))


class Pooled(unittest.TestCase):
    def pool(self, yields, kind="two-continuous"):
        with results_of(kind, n_instances=32, n_epochs=2, yields=yields) as results:
            return pooling.pool(results), {f.path: f for f in results.factors}

    def test_the_factor_that_decides_is_named_first(self):
        pooled, _ = self.pool({p: 31 - 6 * (p % 4) + p // 8 for p in range(16)})
        self.assertEqual(pooled.effects[0].factor.name, "kerr")
        self.assertLess(pooled.effects[0].p, 0.001)
        self.assertLess(pooled.effects[0].changes[0].high, 0)
        (_, first), (_, last) = pooled.effects[0].means
        self.assertTrue(first > 0.9 and last < 0.5)

    def test_best_in_the_middle_is_a_shape(self):
        pooled, _ = self.pool({p: (8, 26, 26, 8)[p % 4] + p // 8 for p in range(16)})
        kerr = next(e for e in pooled.effects if e.factor.name == "kerr")
        self.assertTrue(kerr.has_shape and kerr.p < 0.01)
        np.testing.assert_allclose([mean for _, mean in kerr.means], np.array([8.5, 26.5, 26.5, 8.5]) / 32, atol=0.01)

    def test_every_level_of_a_category_has_its_change(self):
        with results_of(n_instances=32, n_epochs=2, yields={p: (4, 28, 30)[p % 3] for p in range(15)}) as results:
            pooled = pooling.pool(results)
        estimator = next(e for e in pooled.effects if not e.factor.numeric)
        self.assertEqual([c.level for c in estimator.changes], ["phase-conjugate", "backprop"])
        self.assertAlmostEqual(estimator.changes[0].size, math.log(28 / 4) - math.log(4 / 28), places=6)
        self.assertTrue(next(e for e in pooled.effects if e.factor.numeric).inert)

    def test_means_leave_failed_trials_out_with_their_number_said(self):
        with results_of(n_instances=32) as results:
            pooled = pooling.pool(results, "loss")
            self.assertEqual(pooled.n_left_out, int(np.sum(results.state > 1)))
            self.assertEqual(pooling.pool(results).n_left_out, 0)

    def test_rounding_is_no_change(self):
        with results_of("two-continuous", n_instances=8, n_epochs=2, yields={p: 4 for p in range(16)}) as results:
            loss = np.repeat(results.values("loss")[:4, :1], 4, axis=0)
            results._trials["loss"] = loss * (1 + 1e-9 * np.arange(16)[:, None] % 4) + np.zeros((16, 8))
            changes = pooling.find_changes(results, [results.values("loss")])
        self.assertEqual(pooling.name_inert(changes["network.parameters.kerr"]), "rounding")
        self.assertEqual(pooling.name_inert(changes["network.parameters.loss"]), "")

    def test_too_few_points_tell_nothing_apart(self):
        with results_of("two-continuous", n_instances=8, n_epochs=2) as results:
            results.factors[0].logarithmic = False
            results.factors[1].values = 2 * results.factors[0].values
            self.assertIn("do not tell 2 factors apart", pooling.pool(results, "loss").reason)

    def test_the_figure_has_a_row_for_every_factor(self):
        with results_of("three-factors", n_instances=16, n_epochs=2) as results:
            axes = effects.figure(results).axes[0]
            self.assertEqual([t.get_text() for t in axes.get_yticklabels()],
                             ["network loss", "nodes", "phase-conjugate, not plain"])


if __name__ == "__main__":
    unittest.main()
