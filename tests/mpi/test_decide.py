"""Campaigns that decide while they run: the same trials, verdicts and bits on any ranks, stopped, killed and resumed.

    python3 test_decide.py PROGRAM
"""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy as np

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "epilux"
DECK = """study: {name: decided, seed: 3}
network: {family: kerr, topology: {nodes: 4}, parameters: {loss: 1, kerr: 0.3, detuning: -0.8, coupling_spread: 0.6}}
task: {name: xor}
learning: {epochs: 12, optimizer: {name: adam, rate: 0.05}}
variation: [{parameter: detuning, sigma: 0.3}]
population: {instances: %(instances)d, block: 4}
metrics: [accuracy, loss]
yield: {metric: loss, at_most: 0.6}
design: {method: sobol, points: %(points)d, factors: {network.parameters.loss: {low: 0.1, high: 3}}}
decide: {%(decide)s}
"""
RULES = {"target": (64, 8, "rule: target, target: 0.5, first: 8"),
         "budget": (64, 8, "rule: half-width, half_width: 0.2, first: 8, budget: 200"),
         "halving": (32, 8, "rule: halving, first: 4"),
         "doubling": (4, 32, "rule: doubling, half_width: 0.2, first: 8")}
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_mpi_yield_when_idle": "1"}


class Decide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, rule):
        instances, points, decide = RULES[rule]
        with open(os.path.join(self.folder, f"{rule}.yaml"), "w", encoding="utf-8") as file:
            file.write(DECK % {"instances": instances, "points": points, "decide": decide})

    def words(self, n, *words):
        head = ["mpirun", "--oversubscribe", "-n", str(n)] if n > 1 else []
        return [*head, PROGRAM, *words]

    def call(self, n, *words):
        return subprocess.run(self.words(n, *words), cwd=self.folder, capture_output=True, text=True, check=False,
                              env=ENVIRONMENT)

    def read(self, name):
        with h5py.File(os.path.join(self.folder, name)) as file:
            sets = {}
            file.visititems(lambda path, item: sets.update({path: item[...]}) if isinstance(item, h5py.Dataset) and
                            path.split("/")[0] in ("trials", "decision", "statistics") else None)
        return sets

    def assert_same(self, one, other):
        first, second = self.read(one), self.read(other)
        self.assertEqual(first.keys(), second.keys())
        for path, values in first.items():
            np.testing.assert_array_equal(values, second[path], err_msg=path)

    def test_every_rule_has_the_same_bits_on_any_ranks(self):
        for rule, more in (("target", 2), ("budget", 3), ("halving", 4), ("doubling", 3)):
            self.write(rule)
            for n in (1, more):
                done = self.call(n, "run", f"{rule}.yaml", "-o", f"{rule}{n}.h5", "--quiet")
                self.assertEqual(done.returncode, 0, done.stderr)
                if n > 1:
                    self.assert_same(f"{rule}1.h5", f"{rule}{n}.h5")
            sets = self.read(f"{rule}1.h5")
            proposed, state = sets["decision/n_proposed"], sets["trials/state"]
            self.assertTrue(0 < proposed.sum() < state.size, rule)
            for row, count in zip(state, proposed):
                self.assertTrue(np.all(row[:count] > 0) and np.all(row[count:] == 0))
            self.assertFalse(np.any(sets["decision/verdict"] == 0))
            status = self.call(1, "status", f"{rule}1.h5")
            self.assertEqual(status.returncode, 0)
            self.assertIn(f"{proposed.sum()} of {proposed.sum()} trials finished, complete", status.stdout)
            self.assertIn("decision", self.call(1, "show", f"{rule}1.h5").stdout)

    def kill(self, rule, name, n, after, by):
        """Runs until some time has passed, and ends it."""
        run = subprocess.Popen(self.words(n, "run", f"{rule}.yaml", "-o", name, "--quiet", "--resume"), cwd=self.folder,
                               env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(after)
        try:
            os.killpg(run.pid, by)
        except ProcessLookupError:
            pass
        return run.wait()

    def test_killed_and_resumed_it_decides_the_same(self):
        for rule, n in (("target", 1), ("budget", 2), ("halving", 3)):
            self.write(rule)
            self.assertEqual(self.call(1, "run", f"{rule}.yaml", "-o", "whole.h5", "--quiet", "--force").returncode, 0)
            for k, by in enumerate((signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)):
                self.kill(rule, f"{rule}.h5", n, 0.25 + 0.15 * k, by)
            for _ in range(5):
                done = self.call(n, "run", f"{rule}.yaml", "-o", f"{rule}.h5", "--quiet", "--resume")
                if done.returncode != 75:
                    break
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assert_same("whole.h5", f"{rule}.h5")

    def test_what_cannot_be_decided_is_refused(self):
        self.write("budget")
        self.write("target")
        for words, message in (
                (("run", "budget.yaml", "--shard", "1/2"), "needs all of its trials"),
                (("check", "budget.yaml", "--set", "decide.budget=63"), "decide.budget: 63 trials, but the first look"),
                (("check", "budget.yaml", "--set", "decide.first=65"), "decide.first: 65 instances at the first look"),
                (("check", "target.yaml", "--set", "decide.rule=doubling", "--set", "decide.half_width=0.1",
                  "--set", "design.method=latin-hypercube"), "doubling is for design.method: sobol or halton"),
                (("check", "budget.yaml", "--set", "decide.keep=0.5"), "decide.keep"),
                (("check", "budget.yaml", "--set", "decide.half_width=0"), "decide.half_width")):
            done = self.call(1, *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(message, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(self.call(1, "run", "budget.yaml", "-o", "b.h5", "--quiet").returncode, 0)
        for option, number in (("--instances", "128"), ("--points", "16")):
            done = self.call(1, "extend", "b.h5", option, number)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("would change what it decided", done.stderr)

    def test_points_are_added_to_points_that_decide_alone(self):
        self.write("target")
        self.assertEqual(self.call(1, "run", "target.yaml", "-o", "small.h5", "--quiet").returncode, 0)
        done = self.call(1, "extend", "small.h5", "--points", "16", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.call(1, "run", "target.yaml", "-o", "large.h5", "--quiet", "--set", "design.points=16").returncode, 0)
        self.assert_same("small.h5", "large.h5")


if __name__ == "__main__":
    unittest.main()
