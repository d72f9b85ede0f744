#!/usr/bin/python3
"""Tests of transient.py, hysteresis.py and bifurcation_map.py, on files with invented numbers."""
import os
import unittest
from unittest import mock

import scratch  # first: it finds the modules, or skips
from scratch import results_of
import h5py
import numpy as np

from epilux import command
from epilux.figures import bifurcation_map, hysteresis, transient
from epilux.results import ResultsError
from epilux.trajectory import Trajectory


def write(name, kind, axis, arrays, **attributes):
    """Writes a trajectory's file as the program does; returns its path."""
    path = os.path.join(scratch.SCRATCH.name, name)
    with h5py.File(path, "w") as file:
        file.attrs.update({"format": "epilux-trajectory", "format_version": 1.0, "kind": kind, "family": "kerr",
                           **attributes})
        for key, values in {"node": [0, 1], **axis, **arrays}.items():
            file[key] = np.asarray(values)
            file[key].attrs["units"] = "us" if key in ("time", "period_up") else "1"
    return path


def make_transient(name="transient.h5", **attributes):
    time = np.linspace(0, 10, 101)
    arrays = {"state": np.zeros((101, 2, 2)), "readout": np.stack([1 - np.exp(-time), np.cos(time)], axis=1),
              "residual": np.exp(-time)}
    given = {"outcome": "settled", "settling_time": 4.6, "abscissa": -1.0, "period": np.nan, "amplitude": np.nan}
    return write(name, "transient", {"time": time}, arrays, **{**given, **attributes})


def make_hysteresis(name="hysteresis.h5"):
    value = np.arange(6.0)
    arrays = {"jump_up": [3.5], "abscissa_up": -np.ones(6), "period_up": np.full(6, np.nan)}
    for way, outcome in (("up", [0, 0, 0, 0, 3, 3]), ("down", [0, 0, 3, 3, 3, 3])):
        arrays[f"state_{way}"] = np.zeros((6, 2, 2))
        arrays[f"readout_{way}"] = np.arange(6.0)[:, None] + (way == "down")
        arrays[f"outcome_{way}"] = outcome
        arrays[f"abscissa_{way}"] = np.where(np.array(outcome) == 0, -1.0, np.nan)
        arrays[f"period_{way}"] = np.where(np.array(outcome) == 3, 0.2, np.nan)
    return write(name, "hysteresis", {"value": value}, arrays, parameter="network.parameters.bias")


class Transient(unittest.TestCase):
    def test_detectors_and_residual_are_those_of_the_file(self):
        with Trajectory(make_transient()) as trajectory:
            upper, lower = transient.figure(trajectory).axes
            np.testing.assert_allclose(upper.lines[0].get_ydata(), 1 - np.exp(-trajectory.time))
            np.testing.assert_allclose(lower.lines[0].get_ydata(), trajectory.residual[:-1])
            self.assertEqual(lower.get_yscale(), "log")
            self.assertEqual(lower.get_xlabel(), "time (us)")
            self.assertIn("4.6 us", transient.caption(trajectory))

    def test_of_an_oscillation_the_last_periods_are_drawn(self):
        path = make_transient("pulse.h5", outcome="oscillates", period=0.5, settling_time=np.nan)
        with Trajectory(path) as trajectory:
            upper, _ = transient.figure(trajectory).axes
            self.assertAlmostEqual(upper.lines[0].get_xdata()[0], 7.5)

    def test_a_hysteresis_is_refused_with_the_script_that_draws_it(self):
        with Trajectory(make_hysteresis()) as trajectory:
            self.assertIn("hysteresis.py", transient.lacking(trajectory))
            self.assertIsNone(transient.figure(trajectory))

    def test_a_results_file_is_no_trajectory(self):
        with results_of("one-factor") as results, self.assertRaises(ResultsError) as raised:
            Trajectory(results.path)
        self.assertIn("not a trajectory", str(raised.exception))

    def test_as_a_script_it_draws_and_refuses(self):
        output = os.path.join(scratch.SCRATCH.name, "transient.png")
        main = lambda: command.run(transient, reader=Trajectory)
        status, _, _ = scratch.run(main, make_transient(), "-o", output)
        self.assertEqual((status, os.path.exists(output)), (0, True))
        status, _, message = scratch.run(main, __file__, "-o", output)
        self.assertEqual((status, len(message.splitlines())), (2, 1))


class Hysteresis(unittest.TestCase):
    def test_ways_and_jumps_are_those_of_the_file(self):
        with Trajectory(make_hysteresis()) as trajectory:
            axes = hysteresis.figure(trajectory).axes
            self.assertEqual(len(axes), 3)
            np.testing.assert_allclose(axes[0].lines[0].get_ydata(), [0, 1, 2, 3, np.nan, np.nan])
            self.assertEqual([line.get_xdata()[0] for line in axes[2].lines if len(line.get_xdata()) == 2
                              and line.get_ydata()[1] == 1][:1], [3.5])
            self.assertEqual(axes[2].get_ylabel(), "period (us)")
            self.assertIn("up at 3.5", hysteresis.caption(trajectory))

    def test_what_oscillates_is_hollow(self):
        with Trajectory(make_hysteresis()) as trajectory:
            markers = [line for line in hysteresis.figure(trajectory).axes[2].lines if line.get_linestyle() == "None"]
            hollow = [line.get_xdata().tolist() for line in markers if line.get_markerfacecolor() == "white"]
            self.assertEqual(hollow, [[4.0, 5.0], [2.0, 3.0, 4.0, 5.0]])


class BifurcationMap(unittest.TestCase):
    def test_each_cell_has_the_outcome_of_its_trials(self):
        with results_of("two-continuous") as results:
            x, y, cells = bifurcation_map.count_map(results)
            factor_x, factor_y = bifurcation_map.choose_factors(results)
            self.assertEqual(cells.shape, (len(y), len(x)))
            for point in range(results.n_points):
                states, counts = np.unique(results.state[point], return_counts=True)
                row, column = list(y).index(factor_y.values[point]), list(x).index(factor_x.values[point])
                self.assertEqual(cells[row, column], states[np.argmax(counts)])
            mesh = bifurcation_map.figure(results).axes[0].collections[0]
            self.assertEqual(mesh.get_array().size, cells.size)

    def test_equilibria_are_counted_where_the_deck_asks(self):
        with results_of("two-continuous") as results:
            self.assertIsNone(bifurcation_map.count_equilibria(results))
        with results_of("two-continuous") as results, mock.patch.object(bifurcation_map, "FOUND", "loss"):
            found = bifurcation_map.count_equilibria(results)
            mean = results.statistic("loss", "mean")
            np.testing.assert_allclose(np.sort(found.ravel()), np.sort(mean))
            self.assertEqual(len(bifurcation_map.figure(results).axes), 3)

    def test_one_factor_is_no_map(self):
        with results_of("one-factor") as results:
            self.assertIn("two numerical factors", bifurcation_map.lacking(results))

    def test_edges_lie_between_levels(self):
        np.testing.assert_allclose(bifurcation_map.edges_of(np.array([1.0, 2.0, 4.0]), False), [0.5, 1.5, 3.0, 5.0])
        np.testing.assert_allclose(bifurcation_map.edges_of(np.array([1.0, 10.0]), False), [0, 5.5, 14.5])
        np.testing.assert_allclose(bifurcation_map.edges_of(np.array([1.0, 100.0]), True), [0.1, 10.0, 1000.0])


if __name__ == "__main__":
    unittest.main()
