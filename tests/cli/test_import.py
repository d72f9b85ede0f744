"""epilux import: the netlists that are shipped, run, beside NumPy's coupled-mode S-matrix of the same components; mistakes.

    python3 test_import.py PROGRAM FOLDER      FOLDER: of the sources
"""
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np

FOLDER = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else "."
PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "epilux"

# By hand from the drawings: loss, rate into the bus, detuning; the links.
BANK = ([1, 0.9, 1.2, 1], [0.8, 1.1, 0.7, 0.9], [-0.3, 0.1, 0.4, -0.2], {(0, 1): 0.6, (1, 2): 0.45, (2, 3): 0.7})
LATTICE = ([0.1, 0.12, 0.1, 0.09, 0.11, 0.1], [1.5, 0, 0, 0, 0, 1.4], [0.05, -0.04, 0, 0.02, 0, -0.03],
           {(0, 1): 0.9, (1, 2): 0.8, (3, 4): 0.85, (4, 5): 0.95, (0, 3): 0.7, (1, 4): 0.5, (2, 5): 0.6})
GOOD = """instances:
  a: {component: ring_double, settings: {coupling_loss: 1}}
  b: {component: ring_double}
  c: {component: coupler, settings: {coupling: 0.5}}
connections:
  a,o3: c,o1
  c,o2: b,o1
ports: {in: "a,o1", out: "a,o2"}
"""


def scatter(network, offsets):
    loss, rate, detuning, links = (np.array(v, float) if not isinstance(v, dict) else v for v in network)
    n = loss.size
    at = np.flatnonzero(rate)
    j = np.zeros((n, n))
    for (u, v), value in links.items():
        j[u, v] = j[v, u] = value
    root = np.diag(np.sqrt(rate))[:, at]
    answer = []
    for offset in offsets:
        system = np.diag((loss + rate) / 2 - 1j * (detuning + offset)) - 1j * j
        answer.append(np.eye(at.size) - root.T @ np.linalg.solve(system, root))
    return np.array(answer)


class Import(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def call(self, *words):
        return subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, check=False)

    def done(self, *words):
        done = self.call(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def response(self, deck):
        self.done("simulate", deck, "--ports", "s.csv", "--force", "--steps", "40")
        table = np.loadtxt(os.path.join(self.folder, "s.csv"), delimiter=",", skiprows=1)
        s = table[:, 1::2] + 1j * table[:, 2::2]
        n = round(s.shape[1] ** 0.5)
        return table[:, 0], s.reshape(-1, n, n)

    def test_shipped_netlists_transmit_as_coupled_modes(self):
        for name, network in (("ring-bank", BANK), ("add-drop-lattice", LATTICE)):
            path = os.path.join(FOLDER, "inputs", "netlists", name + ".yaml")
            self.done("import", path, "-o", "net.yaml", "--force")
            self.done("check", "net.yaml")
            self.write("printed.yaml", self.done("import", path))
            for deck in ("net.yaml", "printed.yaml"):
                offsets, s = self.response(deck)
                np.testing.assert_allclose(s, scatter(network, offsets), rtol=0, atol=1e-9)
            with open(os.path.join(self.folder, "net.csv"), encoding="utf-8") as file:
                self.assertEqual(len(file.readlines()), 1 + len(network[0]))

    def test_a_table_maps_names_and_gaps(self):
        self.write("n.yaml", GOOD.replace("ring_double", "disk").replace("component: coupler, settings: {coupling: 0.5}",
                                                                        "component: slot, settings: {gap: 0.2}"))
        self.write("t.yaml", "disk: {is: ring, ports: [[o1, o2], [o3, o4]]}\n"
                   "slot: {is: coupler, ports: [[o1], [o2]], gap: gap, rate: 40, decay: 0.05}\n")
        self.assertIn("unknown component disk", self.call("import", "n.yaml").stderr)
        self.write("d.yaml", self.done("import", "n.yaml", "--components", "t.yaml"))
        offsets, s = self.response("d.yaml")
        expected = scatter(([1, 1], [1, 0], [0, 0], {(0, 1): 40 * np.exp(-4)}), offsets)
        np.testing.assert_allclose(s, expected, rtol=0, atol=1e-9)

    def test_silicon_rings(self):
        text = GOOD.replace("{coupling_loss: 1}", "{detuning: 10 pm}").replace("0.5", "8000").replace('out: "a,o2"', 'out: "b,o3"')
        self.write("n.yaml", text)
        self.write("d.yaml", self.done("import", "n.yaml", "--family", "silicon-ring"))
        self.assertIn("detuning: [10", self.done("check", "d.yaml"))

    def test_mistakes(self):
        for old, new, line, said in (
                ("component: coupler", "component: couplr", 4, "unknown component couplr, nearest is coupler"),
                ("component: coupler", "component: mzi", 4, "mzi: meshes"),
                ("c,o2: b,o1", "c,o2: b,o9", 7, "a ring_double has no port o9, but o1 o2 o3 o4"),
                ("c,o2: b,o1", "c,o2: d,o1", 7, "no instance d"),
                ("  c,o2: b,o1\n", "", 4, "port o2 dangles"),
                ("c,o2: b,o1", "c,o2: a,o4", 4, "a coupler with one ring"),
                ("c,o2: b,o1", "a,o4: b,o1", 7, "joins two rings"),
                ('out: "a,o2"', 'out: "a,o1"', 8, "a,o1 is already the port in"),
                ('out: "a,o2"', 'out: "a,o3"', 8, "a,o3 is already joined with c"),
                ('out: "a,o2"', 'out: "c,o3"', 8, "a coupler with one ring"),
                ("{coupling_loss: 1}", "{coupling_loss: 0}", 2, "needs the setting coupling_loss"),
                ("{coupling_loss: 1}", "{coupling_loss: -1}", 2, "must be a number from 0"),
                ("b: {component: ring_double}", "b: {component: ring_double, settings: {coupling_loss: 1}}", 3, "its ports dangle"),
                ("coupling: 0.5", "gap: 0.2", 4, "needs the setting coupling"),
                ("ports:", "nets: []\nports:", 8, "nets: not read"),
                ("ports:", "placements: {a: {x: 1, y: 2}}\nports:", 3, "has no place")):
            self.assertIn(old, GOOD)
            self.write("n.yaml", GOOD.replace(old, new))
            done = self.call("import", "n.yaml")
            self.assertEqual((done.returncode, done.stdout), (2, ""), (new, done.stderr))
            self.assertIn(f"n.yaml:{line}: ", done.stderr, new)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
        self.write("n.yaml", GOOD)
        for words in (("-o", "n.yaml"), ("-o", "x.h5"), ("--family", "mesh")):
            self.assertEqual(self.call("import", "n.yaml", *words).returncode, 2, words)


if __name__ == "__main__":
    unittest.main()
