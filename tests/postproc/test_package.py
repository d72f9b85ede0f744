#!/usr/bin/python3
"""Tests of the package epilux on results files: one Dataset, tidy tables, figures as functions, and a line for every bad file."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import unittest

import scratch  # first: it finds the modules, or skips
import h5py
import numpy as np

try:
    import pandas
    import xarray  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}; install python3-xarray and python3-pandas")
    sys.exit(77)

import epilux
from epilux import deck as decks


def path_of(kind="quickstart", **options):
    with scratch.results_of(kind, **options) as results:
        return results.path


def forge(name, change):
    path = os.path.join(scratch.SCRATCH.name, name)
    shutil.copy(path_of(), path)
    with h5py.File(path, "a") as file:
        change(file)
    return path


def all_failed():
    def fail(file):
        file["trials/state"][...] = 5
        for metric in list(file["statistics"]):
            file[f"trials/{metric}"][...] = np.nan
            for name, dataset in file[f"statistics/{metric}"].items():
                dataset[...] = 0 if dataset.dtype.kind == "i" or name == "yield" else np.nan
    return forge("failed.h5", fail)


class Dataset(unittest.TestCase):
    def setUp(self):
        self.ds = epilux.open(path_of())

    def test_axes_are_dimensions_and_factors_coordinates(self):
        with h5py.File(path_of()) as file:
            shape = file["curves/loss"].shape
            self.assertEqual(tuple(self.ds.sizes[d] for d in ("point", "instance", "epoch")), shape)
            np.testing.assert_array_equal(self.ds.accuracy, file["trials/accuracy"][()])
            np.testing.assert_array_equal(self.ds["curves.loss"], file["curves/loss"][()])
            np.testing.assert_array_equal(self.ds["network.parameters.loss"], file["design/network.parameters.loss"][()])
        self.assertEqual(self.ds.accuracy.dims, ("point", "instance"))
        self.assertEqual(set(self.ds.epilux.factors), {"learning.estimator", "network.parameters.loss",
                                                        "network.inputs.scale"})
        self.assertEqual(self.ds.settling_time.attrs["units"], "s")

    def test_trials_are_tidy(self):
        table = self.ds.epilux.trials()
        self.assertEqual(len(table), self.ds.sizes["point"] * self.ds.sizes["instance"])
        row = table.iloc[11]
        for name in ("accuracy", "loss"):
            np.testing.assert_equal(row[name], self.ds[name].values[row["point"], row["instance"]])
        self.assertEqual(row["learning.estimator"], self.ds["learning.estimator"].values[row["point"]])
        self.assertEqual(table.attrs["units"]["settling_time"], "s")
        self.assertIn("did not settle", table["state"].cat.categories)
        self.assertEqual((table["state"] == "done").sum(), (self.ds.state == 1).sum())

    def test_tables_are_of_what_is_selected(self):
        self.assertEqual(len(self.ds.sel(instance=3).epilux.trials()), self.ds.sizes["point"])
        self.assertEqual(set(self.ds.isel(point=4).epilux.trials()["point"]), {4})
        plain = self.ds.where(self.ds["learning.estimator"] == "plain", drop=True).epilux.trials()
        self.assertEqual(set(plain["learning.estimator"]), {"plain"})

    def test_statistics_are_the_files(self):
        table = self.ds.epilux.statistics()
        np.testing.assert_array_equal(table["accuracy.yield"], self.ds["statistics.accuracy.yield"])
        curves = self.ds.epilux.curves()
        self.assertEqual(list(curves.columns[:3]), ["point", "instance", "epoch"])
        self.assertEqual(len(curves), self.ds["curves.loss"].size)
        self.assertEqual(list(self.ds.epilux.design().columns), self.ds.epilux.factors)

    def test_pending_trials_are_said(self):
        with self.assertWarnsRegex(epilux.EpiluxWarning, "trials are pending"):
            ds = epilux.open(path_of(n_pending=9))
        self.assertEqual(ds.epilux.pending, 9)
        self.assertEqual(len(ds.epilux.trials()), ds.state.size)

    def test_every_design_has_a_table(self):
        for path in (path_of("one-point"), path_of("scattered"), path_of(with_fabrication=True), all_failed()):
            ds = epilux.open(path)
            self.assertEqual(len(ds.epilux.trials()), ds.state.size)


class Figures(unittest.TestCase):
    def test_a_figure_is_a_function_that_returns_axes(self):
        ds = epilux.open(path_of())
        axes = epilux.plot.yield_by_design(ds)
        self.assertEqual(axes[0].get_xlabel(), "network loss")
        self.assertEqual(axes._repr_png_()[:4], b"\x89PNG")
        self.assertEqual(len(epilux.plot.metric_distributions(path_of(), metric="loss")), 1)
        self.assertIn("pareto", dir(epilux.plot))

    def test_what_cannot_be_drawn_is_one_line(self):
        cases = ((lambda: epilux.plot.lattice(path_of()), epilux.NothingToDraw, "nothing to draw"),
                 (lambda: epilux.plot.heat_map(path_of(), metric="mood"), epilux.EpiluxError, "no metric mood; there are"),
                 (lambda: epilux.plot.gantt(path_of(), metric="loss"), epilux.EpiluxError, "draws no metric alone"),
                 (lambda: epilux.plot.gantt(7), epilux.EpiluxError, "takes a Dataset"),
                 (lambda: epilux.plot.pie, AttributeError, "has no figure pie"))
        for draw, kind, said in cases:
            with self.subTest(said=said), self.assertRaisesRegex(kind, said) as raised:
                draw()
            self.assertNotIn("\n", str(raised.exception))

    def test_of_trials_that_all_failed_each_is_drawn_or_said(self):
        for name in set(dir(epilux.plot)) - {"hysteresis", "transient"}:
            with self.subTest(name=name):
                try:
                    self.assertTrue(getattr(epilux.plot, name)(all_failed()))
                except epilux.NothingToDraw as reason:
                    self.assertNotIn("\n", str(reason))


class BadFiles(unittest.TestCase):
    def refuse(self, path, said):
        with self.subTest(path=path), self.assertRaisesRegex(epilux.ResultsError, said) as raised:
            epilux.open(path)
        self.assertNotIn("\n", str(raised.exception))

    def test_each_is_one_line(self):
        self.refuse(os.path.join(scratch.SCRATCH.name, "none.h5"), "no such file")
        self.refuse(__file__, "not an HDF5 file")
        self.refuse(scratch.SCRATCH.name, "not a readable file")
        self.refuse(forge("newer.h5", lambda f: f.attrs.modify("format_version", "99")), "format version 99")
        self.refuse(forge("other.h5", lambda f: f.attrs.modify("format", "mine")), "not a results file")
        self.refuse(forge("empty.h5", lambda f: f.__delitem__("trials")), "no /trials/state")
        with open(path_of(), "rb") as file, open(os.path.join(scratch.SCRATCH.name, "cut.h5"), "wb") as cut:
            cut.write(file.read()[:3000])
        self.refuse(cut.name, "truncated")

    def test_a_missing_package_is_named_with_debians(self):
        code = ("import sys; sys.modules[sys.argv[1]] = None; import epilux\n"
                "try: epilux.open(sys.argv[2]).epilux.trials()\n"
                "except epilux.MissingPackage as error: print(error)")
        for name, said in (("xarray", "apt-get install python3-xarray"), ("h5py", "python3-h5py")):
            done = subprocess.run([sys.executable, "-B", "-c", code, name, path_of()], capture_output=True, text=True, check=False,
                                  env={**os.environ, "PYTHONPATH": scratch.POSTPROC})
            self.assertIn(said, done.stdout, done.stderr)


class Exports(unittest.TestCase):
    def path(self, name):
        return os.path.join(scratch.SCRATCH.name, name)

    def test_a_table_is_written_as_it_is(self):
        ds = epilux.open(path_of())
        table = pandas.read_csv(epilux.export(ds, self.path("trials.csv")), float_precision="round_trip")
        np.testing.assert_array_equal(table["loss"], ds.epilux.trials()["loss"])
        units = pandas.read_csv(self.path("trials.units.csv"), index_col="column")["units"]
        self.assertEqual(units["settling_time"], "s")
        self.assertEqual(len(pandas.read_csv(epilux.export(ds, self.path("design.csv"), table="design"))), ds.sizes["point"])

    def test_metadata_name_file_program_and_people(self):
        path = forge("published.h5", lambda f: f.attrs.modify("written", "2026-03-01T12:00:00Z"))
        with open(epilux.export(path, self.path("ro-crate-metadata.json"), creators=["A. Lovelace"]), encoding="utf-8") as file:
            graph = {node["@id"]: node for node in json.load(file)["@graph"]}
        with open(path, "rb") as file:
            self.assertEqual(graph["published.h5"]["sha256"], hashlib.sha256(file.read()).hexdigest())
        self.assertEqual(graph["./"]["hasPart"], [{"@id": "published.h5"}])
        self.assertEqual(graph["#epilux"]["version"], "0.1.0")
        with open(epilux.export(path, self.path("datacite.json"), creators=["A. Lovelace"]), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["publicationYear"], 2026)

    def test_what_cannot_be_is_one_line(self):
        for name, options, said in (("trials.txt", {}, "give .npz, .csv"), ("x.csv", {"table": "mood"}, "no table mood"),
                                    ("datacite.json", {}, "name the creators"), ("curves.csv", {"table": "curves"}, "no learning curves"),
                                    ("none/x.csv", {}, "cannot be written")):
            with self.subTest(name=name), self.assertRaisesRegex(epilux.EpiluxError, said):
                epilux.export(path_of(with_curves=False), self.path(name), **options)
        with self.assertRaisesRegex(epilux.EpiluxError, "is not written over"):
            epilux.export(path_of(), path_of())


class Decks(unittest.TestCase):
    def test_a_line_leads_to_its_key(self):
        text, places = decks.write({"study": {"name": "a: b", "seed": 1}, "variation": [{"parameter": "loss", "sigma": 0.1}],
                                    "network": {"parameters": {"loss": np.float64(2), "kerr": np.arange(3)}, "plugin": None}})
        lines = text.splitlines()
        self.assertEqual(places[lines.index("    sigma: 0.1") + 1], "variation[0].sigma")
        self.assertEqual(places[lines.index("    kerr: [0, 1, 2]") + 1], "network.parameters.kerr")
        self.assertEqual(decks.read(text)["variation"], [{"parameter": "loss", "sigma": 0.1}])
        self.assertEqual(decks.read(text)["study"]["name"], "a: b")
        self.assertEqual(decks.merge({"a": {"b": 1, "c": 2}}, {"a.b": 3, "d.e": 4}), {"a": {"b": 3, "c": 2}, "d": {"e": 4}})

    def test_what_is_no_deck_is_said_with_its_place(self):
        for deck, said in (({"a": {"b": object()}}, "a.b: object cannot stand"), ({"a": [{"b": float("nan")}]}, r"a\[0\].b: nan"),
                           ({"a": {3: 4}}, "a: the key 3 is no text"), ([1], "a deck is a dictionary")):
            with self.subTest(said=said), self.assertRaisesRegex(epilux.DeckError, said):
                decks.write(deck)


if __name__ == "__main__":
    unittest.main()
