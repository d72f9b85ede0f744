"""Arrays of NumPy's: an npz dataset trains as the same numbers in a CSV file do, bit for bit; trained parameters leave as npz and
come back with the same loss; what cannot be is one line that names file and array.

    python3 test_arrays.py PROGRAM SOURCE
"""
import csv
import os
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

SOURCE, PROGRAM = os.path.abspath(sys.argv.pop(2)), os.path.abspath(sys.argv.pop(1))
os.environ["EPILUX"] = PROGRAM
sys.path.insert(0, os.path.join(SOURCE, "postproc"))
DECK = """study: {name: small, seed: 3}
network: {family: kerr, topology: {nodes: 6}, inputs: {nodes: [0, 1, 2, 3]}, outputs: {nodes: [3, 4, 5], readout: intensity}}
task: TASK
learning: {epochs: 3}
population: {instances: 2}
metrics: [accuracy, loss]
keep_parameters: true
"""
NUMBERS = """study: {name: numbers, seed: 3}
network: {family: kerr, topology: {nodes: 4}, inputs: {nodes: [0, 1, 2]}, outputs: {nodes: [3], readout: intensity}}
task: TASK
learning: {epochs: 2}
population: {instances: 1}
metrics: [loss]
"""


class Arrays(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="epilux-arrays-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(os.path.join(SOURCE, "inputs", "data", "iris.csv"), encoding="utf-8") as file:
            rows = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
        self.x, self.y = np.array(rows)[:, :4], np.array(rows)[:, 4].astype(int)

    def call(self, *words):
        return subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, check=False)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_deck(self, task, deck=DECK, *words):
        with open(self.path("d.yaml"), "w", encoding="utf-8") as file:
            file.write(deck.replace("TASK", task))
        done = self.call("run", "d.yaml", "-o", "r.h5", "--force", "--quiet", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(self.path("r.h5")) as file:
            return file["trials/loss"][()]

    def test_arrays_of_every_kind_train_as_the_csv_does(self):
        wanted = self.run_deck("{name: iris}")
        kinds = [(np.savez, self.x, self.y), (np.savez_compressed, np.asfortranarray(self.x), self.y.astype("u1")),
                 (np.savez, self.x.astype(">f8"), self.y.astype(">i2")), (np.savez, self.x, np.array(["a", "b", "\u00e9"])[self.y]),
                 (np.savez_compressed, self.x.reshape(-1, 2, 2), self.y[:, None].astype("f2")), (np.savez, self.x, np.array([b"a", b"b", b"c"])[self.y])]
        for save, x, y in kinds:
            save(self.path("a.npz"), X=x, y=y)
            np.testing.assert_array_equal(self.run_deck("{name: npz, path: a.npz}"), wanted)
        np.savez(self.path("b.npz"), data=self.x, kind=self.y)
        np.testing.assert_array_equal(self.run_deck("{name: npz, path: b.npz, features: data, label: kind}"), wanted)

    def test_real_targets_are_those_of_the_csv(self):
        np.savez(self.path("t.npz"), X=self.x[:, :3], t=self.x[:, 3])
        np.savetxt(self.path("t.csv"), self.x, delimiter=",", header="a,b,c,t", comments="", fmt="%.17g")
        np.testing.assert_array_equal(self.run_deck("{name: npz, path: t.npz, targets: [t]}", NUMBERS),
                                      self.run_deck("{name: csv, path: t.csv, targets: [t]}", NUMBERS))

    def test_trained_parameters_come_back(self):
        import epilux
        trained = self.run_deck("{name: iris}")
        epilux.export(self.path("r.h5"), self.path("trained.npz"), instance=1)
        with np.load(self.path("trained.npz")) as arrays, h5py.File(self.path("r.h5")) as file:
            np.testing.assert_array_equal(arrays["coupling"], file["parameters/coupling"][0, 1])
            self.assertIn("coupling 1", arrays["units"])
        back = self.run_deck("{name: iris}", DECK, "--set", "network.start.parameters=trained.npz", "--set", "learning.epochs=0")
        np.testing.assert_array_equal(back, trained[0, 1])
        done = self.call("check", "d.yaml", "--set", "network.start.parameters=trained.npz", "--set", "network.start.instance=1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("has the parameters of one network", done.stderr)

    def refuse(self, said, task, **arrays):
        if arrays:
            np.savez(self.path("bad.npz"), **arrays)
        with open(self.path("d.yaml"), "w", encoding="utf-8") as file:
            file.write(DECK.replace("TASK", task))
        done = self.call("check", "--pilot", "0", "d.yaml")
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (2, 1), done.stderr)
        self.assertRegex(done.stderr, r"^epilux: d\.yaml:3: ")
        self.assertIn(said, done.stderr)

    def test_what_cannot_be_is_one_line(self):
        x, y, task = self.x, self.y, "{name: npz, path: bad.npz}"
        hole = np.where(np.arange(4) == 2, np.nan, x)
        for said, arrays in (
                ("array 'y' has 140 samples, but 'X' has 150", {"X": x, "y": y[:140]}),
                ("array 'X': sample 0, number 2 is nan", {"X": hole, "y": y}),
                ("array 'y' holds Python objects", {"X": x, "y": np.array([1, "a", None] * 50, dtype=object)}),
                ("is of type <c16;", {"X": x + 1j, "y": y}), ("array 'X' holds texts", {"X": x.astype(str), "y": y}),
                ("array 'y' holds records", {"X": x, "y": np.zeros(150, dtype=[("a", "f8")])}),
                ("array 'y' has 3 values a sample", {"X": x, "y": np.eye(3)[y]}),
                ("all samples are of class '0'", {"X": x, "y": 0 * y}), ("array 'X' has no samples", {"X": x[:0], "y": y[:0]}),
                ("no array 'y'; there are: X, z", {"X": x, "z": y}), ("has more than 4 axes", {"X": x.reshape(150, 2, 2, 1, 1), "y": y})):
            self.refuse(said, task, **arrays)
        np.savez_compressed(self.path("good.npz"), X=x, y=y)
        with open(self.path("good.npz"), "rb") as file:
            good = file.read()
        at = good.index(b"PK\x01\x02")
        for changed, said in ((good[:900], "no directory"), (good[:200] + b"????" + good[204:], "damaged"), (b"", "no directory"),
                              (good[:at + 24] + b"\xff\xff\xff\x7f" + good[at + 28:], "announces more than it holds")):
            with open(self.path("bad.npz"), "wb") as file:
                file.write(changed)
            self.refuse(said, task)
        self.refuse("cannot be opened", "{name: npz, path: none.npz}")


if __name__ == "__main__":
    unittest.main()
