"""epilux optimise: the same way twice, objectives beside NumPy's from served records, constraints, failures, mistakes.

    python3 test_optimise.py PROGRAM
"""
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "epilux"
DECK = """study: {name: optimised, seed: 3}
network: {family: kerr, topology: {nodes: 4}, parameters: {kerr: 0.2, detuning: -0.5}}
task: {name: xor}
learning: {estimator: backprop, epochs: 4, optimizer: {name: adam, rate: 0.05}}
variation: [{parameter: detuning, sigma: 0.2}]
population: {instances: 5}
metrics: [accuracy, loss]
yield: {metric: loss, at_most: 0.3}
design:
  factors:
    network.parameters.loss: {low: 0.2, high: 2}
    network.inputs.scale: {low: 0.2, high: 4, scale: log}
    learning.optimizer.name: {values: [adam, sgd]}
"""


class Optimise(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write(DECK)

    def write(self, deck):
        with open(os.path.join(self.folder, "deck.yaml"), "w", encoding="utf-8") as file:
            file.write(deck)

    def call(self, *words, **more):
        return subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, check=False, **more)

    def optimise(self, *words):
        done = self.call("optimise", "deck.yaml", "--csv", "--confirm", "5", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return list(csv.DictReader(done.stdout.splitlines())), done

    def serve(self, rows, paths):
        lines = [json.dumps({"point": {path: row[path] for path in paths}}) for row in rows]
        done = self.call("serve", "deck.yaml", input="\n".join(lines) + "\n")
        return [json.loads(line) for line in done.stdout.splitlines()[1:]]

    PATHS = ("network.parameters.loss", "network.inputs.scale", "learning.optimizer.name")

    def test_the_way_is_the_same_and_leads_down(self):
        rows, done = self.optimise("--minimise", "loss", "--evaluations", "22")
        self.assertEqual(self.optimise("--minimise", "loss", "--evaluations", "22")[1].stdout, done.stdout)
        # a shorter search is the beginning of a longer one
        self.assertEqual(self.optimise("--minimise", "loss", "--evaluations", "13")[1].stdout.splitlines(),
                         done.stdout.splitlines()[:14])
        loss = np.array([float(row["loss"]) for row in rows])
        np.testing.assert_array_equal([float(row["best"]) for row in rows], np.fmin.accumulate(loss))
        self.assertLess(np.nanmin(loss), np.nanmin(loss[:10]))

    def test_objectives_are_numpys(self):
        def tail(values, level):  # by thinning: each instance 100 times, the worst share of all
            repeated = np.sort(np.repeat(values, 100))
            return repeated[round(len(repeated) * level):].mean()

        cases = ((["--minimise", "loss"], lambda loss: loss.mean()),
                 (["--minimise", "loss", "--statistic", "quantile", "--level", "0.7"], lambda loss: np.quantile(loss, 0.7)),
                 (["--minimise", "loss", "--statistic", "tail", "--level", "0.7"], lambda loss: tail(loss, 0.7)),
                 (["--maximise", "loss", "--statistic", "tail", "--level", "0.7"], lambda loss: -tail(-loss, 0.7)),
                 (["--maximise", "yield"], lambda loss: (loss <= 0.3).mean()))
        for words, expected in cases:
            rows, _ = self.optimise(*words, "--evaluations", "3")
            for row, answer in zip(rows, self.serve(rows, self.PATHS)):
                loss = np.array(answer["metrics"]["loss"], dtype=float)
                name = "yield" if "yield" in words else "loss"
                self.assertAlmostEqual(float(row[name]), expected(loss), 12, msg=str(words))

    def test_points_satisfy_the_constraint(self):
        self.write(DECK + '  constraint: "loss + scale < 2"\n')
        rows, _ = self.optimise("--minimise", "loss", "--evaluations", "14")
        for row in rows:
            self.assertLess(float(row[self.PATHS[0]]) + float(row[self.PATHS[1]]), 2)

    def test_a_least_yield_is_kept(self):
        free, _ = self.optimise("--minimise", "accuracy", "--evaluations", "14")
        rows, done = self.optimise("--minimise", "accuracy", "--yield-at-least", "0.6", "--evaluations", "14")
        for row, answer in zip(rows, self.serve(rows, self.PATHS)):
            self.assertAlmostEqual(float(row["yield"]), answer["yield"]["value"], 5)
        kept = [float(row["accuracy"]) for row in rows if float(row["yield"]) >= 0.6]
        self.assertEqual(float(rows[-1]["best"]), np.nanmin(kept))
        self.assertGreaterEqual(float(rows[-1]["best"]), float(free[-1]["best"]))
        self.assertRegex(done.stderr, r"\nyield: \S+; on 5 fresh instances \S+\n")
        done = self.call("optimise", "deck.yaml", "--minimise", "loss", "--yield-at-least", "1", "--evaluations", "3",
                         "--set", "yield.at_most=1e-30")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
        self.assertIn("a smaller --yield-at-least", done.stderr)

    def test_the_best_is_confirmed_on_other_instances(self):
        rows, done = self.optimise("--minimise", "loss", "--evaluations", "4")
        found = re.fullmatch(r"best: point (\d), loss (\S+); on 5 fresh instances (\S+) \(point 0: (\S+)\)\n", done.stderr)
        self.assertIsNotNone(found, done.stderr)
        row = rows[int(found[1])]
        self.assertEqual(float(row["loss"]), min(float(other["loss"]) for other in rows))
        self.write(DECK.replace("instances: 5", "instances: 10, block: 5"))
        answers = self.serve([row, rows[0]], self.PATHS)
        for answer, said in zip(answers, (found[3], found[4])):
            self.assertAlmostEqual(np.mean(answer["metrics"]["loss"][5:]), float(said), 5)

    def test_mistakes_are_named(self):
        cases = (((), "--minimise METRIC or --maximise METRIC"), (("--minimise", "loss", "--maximise", "loss"), "one of them"),
                 (("--minimise", "speed"), "none of the deck's metrics"), (("--minimise", "stability"), "add it to `metrics`"),
                 (("--minimise", "loss", "--evaluations", "0"), "from 1 to"), (("--minimise", "loss", "--confirm", "x"), "from 1 to"),
                 (("--minimise", "loss", "--statistic", "median"), "mean, quantile or tail"),
                 (("--minimise", "loss", "--level", "0.5"), "quantile or tail"),
                 (("--maximise", "yield", "--statistic", "tail"), "leave it out"),
                 (("--maximise", "yield", "--yield-at-least", "0.5"), "leave it out"),
                 (("--minimise", "loss", "--yield-at-least", "90"), "at most 1"),
                 (("--minimise", "loss", "--statistic", "tail", "--level", "1"), "below 1"),
                 (("--minimise", "loss", "--set", "design.constraint=loss > 3"), "a weaker one"))
        for words, said in cases:
            done = self.call("optimise", "deck.yaml", *words)
            self.assertIn(said, done.stderr)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        self.write(DECK.split("yield:")[0] + "design:" + DECK.split("design:")[1])
        self.assertIn("section yield is wanted", self.call("optimise", "deck.yaml", "--maximise", "yield").stderr)
        self.write(DECK.split("design:")[0])
        self.assertIn("the deck has none", self.call("optimise", "deck.yaml", "--minimise", "loss").stderr)

    def test_a_search_in_which_every_trial_fails_says_so(self):
        done = self.call("optimise", "deck.yaml", "--minimise", "loss", "--evaluations", "11", "--set",
                         "equilibrium.max_time=1e-9")
        self.assertEqual(done.returncode, 1)
        self.assertIn("loss: no trial of 11 points has it", done.stderr)


if __name__ == "__main__":
    unittest.main()
