#!/usr/bin/python3
"""Tests of lattice.py, on field files with invented numbers."""
import os
import unittest

import scratch  # first: it finds the modules, or skips
from scratch import results_of
import h5py
import numpy as np

from epilux import fields
from epilux.figures import lattice
import make_fixture
from matplotlib.colors import LogNorm
from epilux.results import Results, ResultsError

SHAPE = (1, 3, 4)


def write_fields(path, point, columns, **attributes):
    with h5py.File(path, "w") as file:
        file.attrs.update({"format": "epilux-fields", "format_version": 1, "point": point, "instance": 0, "sample": 0,
                           "outcome": np.bytes_("done"), **attributes})
        for name, values in columns.items():
            file[name] = values


def invent(point, shape=SHAPE):
    a = np.arange(np.prod(shape), dtype=float).reshape(shape) + point
    return {"intensity": a, "amplitude_re": np.sqrt(a), "amplitude_im": 0 * a, "drive_re": 3 * a, "drive_im": 4 * a}


def open_results(name, columns=invent, linked=(0, 4), **attributes):
    """A results file that links to fields of some points."""
    path = os.path.join(scratch.SCRATCH.name, f"{name}.h5")
    make_fixture.make(path, "one-factor", n_instances=8, n_epochs=4)
    with h5py.File(path, "a") as file:
        for point in linked:
            beside = f"{name}.fields.{point}.h5"
            write_fields(os.path.join(scratch.SCRATCH.name, beside), point, columns(point), **attributes)
            file[f"fields/point_{point}"] = h5py.ExternalLink(beside, "/")
    return Results(path)


class Lattice(unittest.TestCase):
    def test_each_site_has_its_intensity_and_drive(self):
        with open_results("sites") as results:
            maps = [axes.images[0] for axes in lattice.figure(results).axes if axes.images]
        self.assertEqual(len(maps), 4)
        for pair, point in zip((maps[:2], maps[2:]), (0, 4)):
            a = invent(point)["intensity"][0]
            np.testing.assert_array_equal(pair[0].get_array(), a)
            np.testing.assert_allclose(pair[1].get_array(), 5 * a)
        self.assertEqual(maps[0].origin, "upper")

    def test_panels_say_which_point_and_what(self):
        with open_results("titles") as results:
            titles = [a.get_title(loc="left") for a in lattice.figure(results).axes if a.images]
        self.assertEqual(titles, [f"network loss {loss}: {what}" for loss in ("0.1", "2")
                                  for what in ("intensity |a|²", "|drive|")])

    def test_outputs_are_ringed_and_maps_of_a_wide_lattice_stacked(self):
        def wide(point):
            return invent(point, (1, 2, 6))
        with open_results("wide", wide, linked=(0,)) as results:
            results.deck["network"]["outputs"] = {**results.deck["network"].get("outputs", {}), "nodes": [9, 2]}
            maps = [axes for axes in lattice.figure(results).axes if axes.images]
            self.assertIn("Rings: the outputs", lattice.caption(results))
        for axes in maps:
            np.testing.assert_array_equal(axes.collections[0].get_offsets(), [[3, 1], [2, 0]])
        light, drive = (axes.get_subplotspec() for axes in maps)
        self.assertEqual((light.colspan.start, drive.colspan.start), (0, 0))
        self.assertLess(light.rowspan.start, drive.rowspan.start)

    def test_of_a_box_the_middle_plane_is_drawn(self):
        with open_results("box", lambda point: invent(point, (3, 2, 2)), linked=(0,)) as results:
            image = lattice.figure(results).axes[0].images[0]
            self.assertIn("Plane 1 of 3", lattice.caption(results))
        np.testing.assert_array_equal(image.get_array(), [[4, 5], [6, 7]])

    def test_a_mostly_dark_lattice_is_drawn_by_decades(self):
        def dark(point):
            a = np.full(SHAPE, 1e-3)
            a[0, 0, 0] = 1.0
            return {**invent(point), "intensity": a}
        with open_results("dark", dark, linked=(0,)) as results:
            norms = [axes.images[0].norm for axes in lattice.figure(results).axes if axes.images]
        self.assertEqual([isinstance(norm, LogNorm) for norm in norms], [True, False])

    def test_states_that_are_no_amplitudes_are_drawn_as_they_are(self):
        def real(point):
            values = np.linspace(-1, 1, 12).reshape(SHAPE)
            values[0, 0, 1] = np.nan
            return {"state_0": values, "drive_0": -values}
        with open_results("real", real, linked=(2,)) as results:
            axes = [axes for axes in lattice.figure(results).axes if axes.images]
            self.assertEqual([a.get_title(loc="left") for a in axes], ["state", "drive"])
            self.assertTrue(axes[0].images[0].get_array().mask[0, 1])
            self.assertEqual(axes[0].images[0].norm.vmin, -1)

    def test_phases_are_drawn_on_the_circle(self):
        def winding(point):
            return {"state_0": np.linspace(-7, 7, 12).reshape(SHAPE), "drive_0": np.zeros(SHAPE)}
        with open_results("phases", winding, linked=(0,)) as results:
            path = os.path.join(scratch.SCRATCH.name, "phases.fields.0.h5")
            with h5py.File(path, "a") as file:
                file["state_0"].attrs["units"] = np.bytes_("rad")
            axes = lattice.figure(results).axes[0]
        self.assertEqual(axes.get_title(loc="left"), "phase")
        drawn = axes.images[0].get_array()
        np.testing.assert_allclose(np.exp(1j * drawn), np.exp(1j * winding(0)["state_0"][0]), atol=1e-12)
        self.assertLessEqual(np.max(abs(drawn)), np.pi)
        self.assertEqual((axes.images[0].norm.vmin, axes.images[0].norm.vmax), (-np.pi, np.pi))

    def test_scales_are_no_columns(self):
        with open_results("scales", linked=(0,)) as results:
            with h5py.File(os.path.join(scratch.SCRATCH.name, "scales.fields.0.h5"), "a") as file:
                file["row"] = np.arange(SHAPE[1])
                file["row"].make_scale("row")
            self.assertNotIn("row", fields.read_fields(results, 0).columns)

    def test_no_equilibrium_is_said(self):
        with open_results("restless", linked=(1,), outcome=np.bytes_("oscillates")) as results:
            self.assertIn("point 1 is at no equilibrium: oscillates", lattice.caption(results))

    def test_without_fields_it_says_what_is_missing(self):
        with results_of("one-factor") as results:
            self.assertIn("keep_fields", lattice.lacking(results))
            self.assertIsNone(lattice.figure(results))

    def test_a_file_that_is_gone_or_of_another_kind_is_refused(self):
        with open_results("gone", linked=(0,)) as results:
            os.remove(os.path.join(scratch.SCRATCH.name, "gone.fields.0.h5"))
            with self.assertRaisesRegex(ResultsError, "point_0 links to is missing"):
                lattice.figure(results)
        with open_results("other", linked=(0,), format="else") as results:
            with self.assertRaisesRegex(ResultsError, "is else 1"):
                fields.read_fields(results, 0)


if __name__ == "__main__":
    unittest.main()
