#!/usr/bin/python3
"""Energy per good chip: by hand, its interval's coverage, and what has none."""
import os
import unittest

import scratch
from epilux.results import Results
from epilux.statistics import good_chips
import h5py
import numpy as np


def write(name, accuracy, energy, state=None):
    """Writes a results file of [point, chip] accuracies and energies."""
    path = os.path.join(scratch.SCRATCH.name, name)
    deck = "study: {name: chips}\nyield: {metric: accuracy, at_least: 0.9}\nmetrics: [accuracy, training_energy_budgeted]\n"
    with h5py.File(path, "w") as file:
        file.attrs.update(format="epilux-results", format_version="1", deck=deck)
        file["trials/state"] = np.ones(accuracy.shape, dtype=int) if state is None else state
        file["trials/accuracy"], file["trials/training_energy_budgeted"] = accuracy, energy
        file["statistics/accuracy/yield"] = np.mean(accuracy >= 0.9, axis=1)
        file["design/network.parameters.loss"] = np.arange(len(accuracy), dtype=float)
    return path


class GoodChips(unittest.TestCase):
    def test_chips_that_fail_are_paid_for(self):
        path = write("a.h5", np.array([[0.95, 0.5, 0.92, 0.1], [0.1, 0.2, 0.3, 0.4]]), np.array([[1.0, 2, 3, 6], [1, 1, 1, 1]]))
        with Results(path) as results:
            first, second = good_chips.list_good_chips(results)
            self.assertEqual((first.n_good, first.n_chips, first.energy), (2, 4, 6.0))
            self.assertEqual(second.energy, np.inf)
            self.assertIn("no chip is good", good_chips.write_table(results)[-1])

    def test_chips_without_an_energy_are_counted(self):
        path = write("b.h5", np.array([[0.95, np.nan, 0.92, 0.1]]), np.array([[1.0, np.nan, 3, 2]]), np.array([[1, 2, 1, 1]]))
        with Results(path) as results:
            chip, = good_chips.list_good_chips(results)
            self.assertEqual((chip.n_good, chip.n_chips, chip.n_unknown, chip.energy), (2, 4, 1, 4.0))
            self.assertTrue(np.isnan(chip.low))

    def test_intervals_cover(self):
        """Energies of 40 chips depend on whether they are good; the mean over the yield is (0.8 + 0.2 * 3) / 0.8."""
        rng, n = np.random.default_rng(1), 500
        covered = 0
        for _ in range(n):
            good = (rng.random(40) < 0.8).astype(float)
            low, high = good_chips.eval_interval(np.where(good, 1, 3) * rng.lognormal(-0.02, 0.2, 40), good)
            covered += np.isnan(low) or low <= 1.75 <= high
        self.assertTrue(0.92 < covered / n < 0.98, covered / n)


if __name__ == "__main__":
    unittest.main()
