"""Design tables against SciPy and NumPy: sequences, distributions, correlation, constraints, and tables handed from one campaign to another.

    python3 test_designs.py PROGRAM
"""
import csv
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from scipy import stats

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "epilux"
HEAD = """study: {name: designs, seed: 5}
network: {family: kerr, topology: {nodes: 4}}
task: {name: xor}
"""
# As many scalars of one deck as wanted: the spreads of as many rows.
ROWS = "variation:\n" + "".join("  - {parameter: bias, sigma: 0.1}\n" for _ in range(64))


def design(text):
    return "design:\n" + "".join(f"  {line}\n" for line in text.strip().splitlines())


def factors(n):
    return "factors:\n" + "".join(f"  variation.{i}.sigma: {{low: 0, high: 1}}\n" for i in range(n))


class Designs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def call(self, deck, *words, name="deck.yaml"):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(deck)
        return subprocess.run([PROGRAM, words[0], name, *words[1:]], cwd=self.folder, capture_output=True, text=True,
                              check=False)

    def plan(self, deck):
        done = self.call(deck, "plan", "--csv")
        self.assertEqual((done.returncode, done.stdout == ""), (0, False), done.stderr)
        return done

    def read(self, deck):
        rows = list(csv.reader(self.plan(deck).stdout.splitlines()))[1:]
        return np.array([[float(cell) for cell in row[1:]] for row in rows])

    def test_sobol_points_are_scipys(self):
        ours = self.read(HEAD + ROWS + design("method: sobol\npoints: 1024\nscramble: false\n" + factors(50)))
        theirs = stats.qmc.Sobol(50, scramble=False).random(1024)
        gray = np.arange(1024) ^ (np.arange(1024) >> 1)  # SciPy takes the points in the order of the Gray code
        np.testing.assert_array_equal(ours[gray], theirs)

    def test_halton_points_are_scipys(self):
        ours = self.read(HEAD + ROWS + design("method: halton\npoints: 500\nscramble: false\n" + factors(30)))
        np.testing.assert_allclose(ours, stats.qmc.Halton(30, scramble=False).random(500), atol=1e-14)

    def test_distributions_are_scipys(self):
        deck = design("""
method: sobol
points: 256
scramble: false
factors:
  variation.0.sigma: {distribution: truncated-normal, mean: 1, sigma: 0.5, low: 0.2, high: 3}
  variation.1.sigma: {distribution: lognormal, mean: 2, sigma: 0.3}
  variation.2.sigma: {distribution: triangular, low: 1, high: 4, mode: 1.5}
  network.parameters.detuning: {distribution: normal, mean: -1, sigma: 2}
  variation.4.sigma: {low: 0, high: 1}
  variation.3.sigma: {low: 0.01, high: 100, scale: log}
""")
        order = ["variation.0.sigma", "variation.1.sigma", "variation.2.sigma", "network.parameters.detuning"]
        values = self.read(HEAD + ROWS + deck)
        gray = np.arange(256) ^ (np.arange(256) >> 1)
        u = np.maximum(stats.qmc.Sobol(6, scramble=False).random(256)[np.argsort(gray)], 2.0**-33)
        expected = (stats.truncnorm(-1.6, 4, 1, 0.5), stats.lognorm(0.3, scale=2), stats.triang(1 / 6, 1, 3),
                    stats.norm(-1, 2))
        for i, distribution in enumerate(expected):
            np.testing.assert_allclose(values[:, i], distribution.ppf(u[:, i]), rtol=1e-8, err_msg=order[i])
        np.testing.assert_allclose(values[1:, 4], u[1:, 4])
        np.testing.assert_allclose(values[1:, 5], 10 ** (4 * u[1:, 5] - 2), rtol=1e-12)

    def test_the_copula_is_gaussian(self):
        deck = design("method: latin-hypercube\npoints: 4096\n"
                      "correlation: [{first: 0.sigma, second: variation.1.sigma, r: -0.6}, {first: 1.sigma, second: 2.sigma, r: 0.3}]\n"
                      + factors(3))
        z = stats.norm.ppf(self.read(HEAD + ROWS + deck))
        wanted = np.array([[1, -0.6, 0], [-0.6, 1, 0.3], [0, 0.3, 1]])
        self.assertLess(np.abs(np.corrcoef(z.T) - wanted).max(), 0.04)
        self.assertGreater(stats.normaltest(z[:, 0] - z[:, 1] + 2 * z[:, 2]).pvalue, 1e-3)

    def test_a_constraint_keeps_what_numpy_keeps(self):
        free = "method: halton\npoints: 300\n" + factors(3)
        everything = self.read(HEAD + ROWS + design(free))
        done = self.plan(HEAD + ROWS + design(
            free + 'constraint: "variation.0.sigma + 2 * variation.1.sigma < 1.5 and not 0.2 < variation.2.sigma^2 < 0.5"'))
        a, b, c = everything.T
        kept = everything[(a + 2 * b < 1.5) & ~((0.2 < c**2) & (c**2 < 0.5))]
        rows = list(csv.reader(done.stdout.splitlines()))[1:]
        np.testing.assert_array_equal(np.array([[float(x) for x in row[1:]] for row in rows]), kept)
        self.assertIn(f"leaves out {300 - len(kept)} of 300", done.stderr)

    def test_one_campaigns_table_is_anothers_design(self):
        shared = """
factors:
  network.parameters.loss: {low: 0.1, high: 2, scale: log}
  learning.epochs: {low: 10, high: 40}
  learning.nudge.beta: {values: [0.01, 0.1], along: {network.inputs.scale: [0.5, 2]}}
  learning.estimator: {values: [plain, backprop, phase-conjugate]}
"""
        table = self.plan(HEAD + design("method: latin-hypercube\npoints: 40" + shared)).stdout
        with open(os.path.join(self.folder, "points.csv"), "w", encoding="utf-8") as file:
            file.write(table)
        own = HEAD + design("method: csv\npath: points.csv" + shared)
        self.assertEqual(self.plan(own).stdout, table)
        # the resolved deck holds the points: without the file, as a list, they are the same
        resolved = self.call(own, "check", "--pilot", "0").stdout
        os.remove(os.path.join(self.folder, "points.csv"))
        listed = "".join(line for line in resolved.splitlines(True) if not line.startswith("  path: "))
        self.assertEqual(self.plan(listed.replace("method: csv", "method: list")).stdout, table)

    def test_columns_take_names_and_units_in_any_order(self):
        with open(os.path.join(self.folder, "points.csv"), "w", encoding="utf-8") as file:
            file.write("# by hand\nmethod , max_time\nfoo,1\n")
        deck = HEAD + design("method: csv\npath: points.csv\nfactors:\n  learning.epochs: {}\n  network.parameters.loss: {low: 0, high: 1}")
        self.assertIn("points.csv:2: column 'method' is no factor of this deck", self.call(deck, "plan").stderr)
        with open(os.path.join(self.folder, "points.csv"), "w", encoding="utf-8") as file:
            file.write("loss,epochs\n0.5,20\n0.25,7\n")
        np.testing.assert_array_equal(self.read(deck), [[20, 0.5], [7, 0.25]])

    def test_rows_of_the_deck_may_be_maps_and_have_units(self):
        deck = HEAD + design("""
method: list
factors:
  network.parameters.loss: {}
  learning.estimator: {values: [plain, backprop]}
rows: [[0.5, plain], {estimator: backprop, loss: 150e-2}]
""")
        self.assertEqual([row[1:] for row in list(csv.reader(self.plan(deck).stdout.splitlines()))[1:]],
                         [["0.5", "plain"], ["1.5", "backprop"]])

    def test_a_listed_campaign_runs_and_is_shown_without_its_file(self):
        with open(os.path.join(self.folder, "points.csv"), "w", encoding="utf-8") as file:
            file.write("loss\n0.5\n0.7\n0.6\n")
        deck = HEAD + design("method: csv\npath: points.csv\nfactors: {network.parameters.loss: {}}") + \
            "learning: {epochs: 2}\npopulation: {instances: 2}\n"
        done = self.call(deck, "run", "-o", "a.h5", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        os.remove(os.path.join(self.folder, "points.csv"))
        shown = subprocess.run([PROGRAM, "show", "a.h5"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("0.7", shown.stdout)


if __name__ == "__main__":
    unittest.main()
