"""Results files in other programs: xarray over h5netcdf and over netCDF's own library, each in a process of its own, and
Octave; what is there by plain names, with units, and says what was done.

    python3 test_readers.py PROGRAM
"""
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

PROGRAM = os.path.abspath(sys.argv.pop(1))
DECK = """study: {name: small}
network: {family: kerr, topology: {nodes: 4}}
task: {name: xor}
learning: {epochs: 2}
design: {factors: {learning.estimator: {values: [plain, phase-conjugate]}, network.parameters.loss: {values: [0.5, 2]}}}
population: {instances: 2}
curves: [loss]
"""
PLAIN = """
import sys, xarray
ds = xarray.open_dataset("r.h5", engine=sys.argv[1]).load()
assert ds.accuracy.dims == ("point", "instance"), ds.accuracy
assert "network.parameters.loss" in ds.accuracy.coords and "learning.estimator" in ds.accuracy.coords, ds.accuracy
words = ds["learning.estimator"].attrs["flag_meanings"].split()
print([words[code] for code in ds["learning.estimator"].values.tolist()])
print(ds["network.parameters.loss"].values.tolist(), ds.state.values.tolist(), ds.loss.attrs["units"], ds.attrs["title"])
"""
OCTAVE = """
s = load("r.h5");
printf("%d ", size(s.accuracy)); printf("%d ", size(s.curves.loss)); printf("[%s] ", s.design.learning_estimator(3, :));
printf("%g ", s.network_parameters_loss); printf("%d ", s.state(:)); printf("\\n");
"""


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="epilux-readers-")
        with open(os.path.join(cls.folder.name, "d.yaml"), "w", encoding="utf-8") as file:
            file.write(DECK)
        cls.call("run", "d.yaml", "-o", "r.h5", "--quiet")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def call(cls, *words):
        subprocess.run([PROGRAM, *words], cwd=cls.folder.name, check=True, stdout=subprocess.DEVNULL)

    def ask(self, *words):
        done = subprocess.run(words, cwd=self.folder.name, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.splitlines()

    def open_plainly(self, engine):
        words, rest = self.ask(sys.executable, "-c", PLAIN, engine)
        self.assertEqual(words, "['plain', 'plain', 'phase-conjugate', 'phase-conjugate']")
        self.assertEqual(rest, "[0.5, 2.0, 0.5, 2.0] [[1, 1], [1, 1], [1, 1], [1, 1]] 1 small")

    @unittest.skipUnless(importlib.util.find_spec("h5netcdf"), "python3-h5netcdf is not installed")
    def test_xarray_opens_it_over_h5netcdf(self):
        self.open_plainly("h5netcdf")

    @unittest.skipUnless(importlib.util.find_spec("netCDF4"), "python3-netcdf4 is not installed")
    def test_xarray_opens_it_over_netcdf(self):
        self.open_plainly("netcdf4")

    @unittest.skipUnless(shutil.which("octave"), "octave is not installed")
    def test_octave_loads_all_of_it(self):
        lines = self.ask("octave", "--no-gui", "--quiet", "--norc", "--eval", OCTAVE)
        self.assertEqual(lines[-1], "2 4 2 2 4 [phase-conjugate] 0.5 2 0.5 2 1 1 1 1 1 1 1 1 ")  # axes in Fortran's order

    def test_names_of_the_root_are_the_same_arrays(self):
        with h5py.File(os.path.join(self.folder.name, "r.h5")) as file:
            self.assertEqual(file["accuracy"], file["trials/accuracy"])
            self.assertEqual(file["network.parameters.loss"], file["design/network.parameters.loss"])
            self.assertTrue(np.isnan(file["loss"].attrs["_FillValue"]).all())
            self.assertEqual(file.attrs["Conventions"], "CF-1.11")
            self.assertIn("MPI", file.attrs["mpi"])

    def test_the_history_has_a_line_a_command(self):
        shutil.copy(os.path.join(self.folder.name, "r.h5"), os.path.join(self.folder.name, "larger.h5"))
        self.call("extend", "larger.h5", "--instances", "3", "--quiet")
        with h5py.File(os.path.join(self.folder.name, "larger.h5")) as file:
            first, second = file.attrs["history"].splitlines()
        self.assertRegex(first, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: epilux run d.yaml --output r.h5 --quiet$")
        self.assertRegex(second, r"Z: epilux extend larger.h5 --instances 3 --quiet$")


if __name__ == "__main__":
    unittest.main()
