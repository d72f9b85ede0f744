#!/usr/bin/python3
"""Tests of the wafer map: each die is at its place, coloured by its own numbers."""
import unittest

from scratch import results_of  # first: it finds the modules, or skips
import numpy as np

from epilux.figures import style, wafer_map

FABRICATED = {"n_instances": 12, "n_epochs": 4, "with_fabrication": True}


class WaferMap(unittest.TestCase):
    def test_each_die_of_the_first_wafer_is_at_its_place(self):
        with results_of("one-factor", **FABRICATED) as results:
            width = wafer_map.figure(results).axes[0].collections[0]
        corners = [tuple(path.get_extents().min.round(6)) for path in width.get_paths()]
        expected = [(5.0 * (k % 3 - 1) - 2.5, 5.0 * (k // 3 - 1) - 2.5) for k in range(9)]
        self.assertEqual(corners, expected)

    def test_a_die_is_coloured_by_the_mean_over_its_rings(self):
        with results_of("one-factor", **FABRICATED) as results:
            axes = wafer_map.figure(results).axes
        np.testing.assert_allclose(axes[0].collections[0].get_array(), np.arange(9) + 0.375)
        np.testing.assert_allclose(axes[1].collections[0].get_array(), -0.2 * (np.arange(9) + 0.375))
        self.assertIn("width (nm)", [a.get_ylabel() for a in axes])

    def test_outcomes_are_those_of_the_trials(self):
        with results_of("one-factor", yields={0: 5}, **FABRICATED) as results:
            axes = next(a for a in wafer_map.figure(results).axes if a.get_title(loc="left") == "network loss 0.1")
        dies = axes.collections[0]
        colours = [dies.to_rgba(v) for v in dies.get_array()]
        good, short = (wafer_map.matplotlib.colors.to_rgba(c) for c in (style.BLUE, style.UNMET))
        self.assertEqual(colours, 5 * [good] + 4 * [short])

    def test_without_a_process_it_says_what_is_missing(self):
        with results_of("one-factor") as results:
            self.assertIn("keep_variation", wafer_map.lacking(results))
            self.assertIsNone(wafer_map.figure(results))


if __name__ == "__main__":
    unittest.main()
