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
SEARCH = """study: {name: searched, seed: 3}
network: {family: kerr, topology: {nodes: 4}, parameters: {kerr: 0.2, detuning: -0.5}}
task: {name: xor}
learning: {estimator: backprop, epochs: 6, optimizer: {name: adam, rate: 0.05}}
variation: [{parameter: detuning, sigma: 0.2}]
population: {instances: 6, block: 3}
metrics: [accuracy, loss]
yield: {metric: loss, at_most: 0.3}
design:
  method: halton
  points: 20
  factors:
    network.parameters.loss: {low: 0.2, high: 2}
    network.inputs.scale: {low: 0.2, high: 4, scale: log}
    learning.optimizer.name: {values: [adam, sgd]}
search: {minimise: loss, yield_at_least: 0.5, batch: 3}
"""
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_mpi_yield_when_idle": "1"}


class Decide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, rule):
        if rule == "search":
            with open(os.path.join(self.folder, "search.yaml"), "w", encoding="utf-8") as file:
                file.write(SEARCH)
            return
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
            for group in ("trials", "decision", "statistics"):
                def add(path, item, group=group):
                    if isinstance(item, h5py.Dataset):
                        sets[f"{group}/{path}"] = item[...]
                if group in file:
                    file[group].visititems(add)
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
        for rule, n in (("target", 1), ("budget", 2), ("search", 3)):
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

    def test_a_search_is_the_same_on_any_ranks_and_confirms_on_fresh_instances(self):
        self.write("search")
        for n in (1, 2, 4):
            done = self.call(n, "run", "search.yaml", "-o", f"search{n}.h5")
            self.assertEqual(done.returncode, 0, done.stderr)
            if n > 1:
                self.assert_same("search1.h5", f"search{n}.h5")
        sets = self.read("search1.h5")
        with h5py.File(os.path.join(self.folder, "search1.h5")) as file:
            best, loss, state = int(file["decision"].attrs["best"]), sets["trials/loss"], sets["trials/state"]
        rows = sets["decision/rows"]
        whole = np.all(state[:18] == 1, axis=1) & (np.mean(loss[:18] <= 0.3, axis=1) >= 0.5)
        means = np.where(whole, np.mean(loss[:18], axis=1), np.inf)
        self.assertEqual(best, int(np.argmin(means)))
        np.testing.assert_array_equal(rows[18:], rows[[best, 0]])
        self.assertEqual(len(np.unique(rows[:18], axis=0)), 18)
        # fresh ones are the instances behind those of the search
        deck = SEARCH.split("search:")[0].replace("instances: 6", "instances: 12").replace("points: 20", "points: 1")
        with open(os.path.join(self.folder, "again.yaml"), "w", encoding="utf-8") as file:
            file.write(deck)
        self.assertEqual(self.call(1, "run", "again.yaml", "-o", "again.h5", "--quiet").returncode, 0)
        np.testing.assert_array_equal(self.read("again.h5")["trials/loss"][0], np.concatenate([loss[0], loss[19]]))
        self.assertRegex(self.call(1, "run", "search.yaml", "-o", "search1.h5", "--resume").stdout,
                         rf"search: best is point {best}: loss .*; on 6 fresh instances: loss .*\(point 0: loss ")

    def test_a_search_that_cannot_be_is_refused(self):
        self.write("search")
        for words, message in ((("search.minimise=speed",), "none of the deck's metrics"),
                               (("design.method=grid",), "design.method: halton"), (("design.points=10",), "13 or more"),
                               (("search.minimise=yield",), "leave it out"), (("search.batch=0",), "search.batch"),
                               (("design.constraint=loss > 3",), "constraint")):
            done = self.call(1, "check", "search.yaml", *(part for word in words for part in ("--set", word)))
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(message, done.stderr)

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
