#!/usr/bin/python3
"""The accuracy table: rows of one file and of several, differences pair by pair, and what has none."""
import os
import unittest

import scratch
from epilux.statistics import accuracy_table
import h5py
import numpy as np

ACCURACY = {("backprop", 1): 0.9, ("backprop", 2): 0.98, ("plain", 1): 0.92, ("plain", 2): 0.97}


def write(name, trials, study="table-iris"):
    """Writes a results file of these {(rule, seed): accuracy}, as far as the table reads it."""
    path = os.path.join(scratch.SCRATCH.name, name)
    deck = f"study: {{name: {study}}}\nnetwork: {{family: kerr, topology: {{nodes: 9}}}}\nmetrics: [accuracy]\n"
    with h5py.File(path, "w") as file:
        file.attrs.update(format="epilux-results", format_version="1", deck=deck)
        file["trials/state"] = np.ones((len(trials), 1), dtype=int)
        file["trials/accuracy"] = np.array(list(trials.values()), dtype=float)[:, None]
        file.create_dataset("design/learning.estimator", data=[rule for rule, _ in trials], dtype=h5py.string_dtype())
        file["design/study.seed"] = np.array([seed for _, seed in trials], dtype=float)
    return path


def choose(rule):
    return {key: value for key, value in ACCURACY.items() if key[0] == rule}


class AccuracyTable(unittest.TestCase):
    def test_a_row_has_means_and_the_paired_difference(self):
        status, out, _ = scratch.run(accuracy_table.main, write("both.h5", ACCURACY))
        self.assertEqual(status, 0)
        self.assertIn("| iris | kerr, 9 nodes | plain | 94.5 ± 3.5 | 94.0 ± 5.7 | +0.5 ± 1.5 | 2 |", out)

    def test_rules_may_stand_in_files_of_their_own(self):
        files = [write(f"{rule}.h5", choose(rule)) for rule in ("plain", "backprop")]
        together = scratch.run(accuracy_table.main, write("both.h5", ACCURACY))[1]
        self.assertEqual(scratch.run(accuracy_table.main, *files)[1], together)

    def test_a_trial_that_failed_classifies_nothing_right(self):
        path = write("failed.h5", {("backprop", 1): 0.9, ("plain", 1): np.nan})
        self.assertIn("| plain | 0.0 | 90.0 | −90.0 | 1 |", scratch.run(accuracy_table.main, path)[1])

    def test_equivalence_needs_the_interval_within_the_points(self):
        """Five paired differences of mean .2 and deviation .4472: t(.95, 4) = 2.1318, so .4264 without overlap."""
        differences = [0.7, 0.7, -0.3, -0.3, 0.2]
        own = {seed: 0.9 + d / 100 for seed, d in enumerate(differences)}
        reference = dict.fromkeys(own, 0.9)
        half = 2.131847 * np.std(differences, ddof=1) / np.sqrt(5)
        expected = f"{0.2 - half:+.1f} … {0.2 + half:+.1f}".replace("-", "−")
        self.assertEqual(accuracy_table.test_equivalence(own, reference, 0, 1), (expected, "yes"))
        self.assertEqual(accuracy_table.test_equivalence(own, reference, 0.6, 1)[1], "not shown")
        self.assertEqual(accuracy_table.test_equivalence({1: 0.9}, {1: 0.9}, 0, 1)[1], "not shown")
        out = scratch.run(accuracy_table.main, write("both.h5", ACCURACY), "--within", "1")[1]
        self.assertIn("| −9.0 … +10.0 | not shown |", out)

    def test_a_study_without_backprop_is_told(self):
        status, _, err = scratch.run(accuracy_table.main, write("alone.h5", choose("plain"), "alone"))
        self.assertEqual(status, 1)
        self.assertIn("alone: no row: learning.estimator needs backprop and another rule", err)

    def test_what_is_no_results_file_is_bad_input(self):
        status, _, err = scratch.run(accuracy_table.main, __file__)
        self.assertEqual(status, 2)
        self.assertIn("not an HDF5 file", err)


if __name__ == "__main__":
    unittest.main()
