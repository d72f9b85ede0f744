"""Points asked of a running program: a campaign's numbers, an answer to every mistake, a socket for its owner alone.

    python3 test_serve.py PROGRAM SOURCE
"""
import importlib.util
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy as np

SOURCE = os.path.abspath(sys.argv.pop(2)) if len(sys.argv) > 2 else "."
PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "epilux"
HEAD = """study: {name: served, seed: 3}
network: {family: kerr, topology: {nodes: 4}}
task: {name: xor}
learning: {epochs: 3}
variation: [{parameter: detuning, sigma: 0.1}]
population: {instances: 4}
metrics: [accuracy, loss]
yield: {metric: loss, at_most: 0.5}
"""
FACTORS = """  factors:
    network.parameters.loss: {low: 0.1, high: 2}
    learning.epochs: {low: 2, high: 50}
    learning.estimator: {values: [plain, backprop]}
"""
POINTS = [(0.5, 3, "plain"), (0.75, 2, "backprop"), (1.9, 7, "plain"), (0.1, 4, "backprop"), (0.5, 3, "plain")]


class Serve(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("deck.yaml", HEAD + "design:\n" + FACTORS)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def call(self, *words, **more):
        return subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True, check=False, **more)

    def ask(self, *lines, deck="deck.yaml"):
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        done = self.call("serve", deck, input=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_numbers_are_a_campaigns_to_the_bit(self):
        for numbers in ("common", "independent"):
            rows = "  rows: " + json.dumps(POINTS) + f"\n  random_numbers: {numbers}\n"
            self.write("listed.yaml", HEAD + "design:\n  method: list\n" + FACTORS + rows)
            self.write("served.yaml", HEAD + "design:\n" + FACTORS + f"  random_numbers: {numbers}\n")
            self.assertEqual(self.call("run", "listed.yaml", "-o", f"{numbers}.h5", "--quiet").returncode, 0)
            answers = self.ask(*({"id": k, "point": {"loss": loss, "epochs": epochs, "estimator": rule}}
                                 for k, (loss, epochs, rule) in enumerate(POINTS)), deck="served.yaml")[1:]
            with h5py.File(os.path.join(self.folder, f"{numbers}.h5")) as results:
                for name in ("accuracy", "loss"):
                    served = np.array([answer["metrics"][name] for answer in answers], dtype=float)
                    np.testing.assert_array_equal(served, results[f"trials/{name}"][...])
                for key, path in (("value", "yield"), ("low", "yield_low"), ("high", "yield_high")):
                    np.testing.assert_array_equal([answer["yield"][key] for answer in answers],
                                                  results[f"statistics/loss/{path}"][...])
            self.assertEqual([answer["id"] for answer in answers], list(range(len(POINTS))))
        self.assertEqual(answers[0]["state"], ["done"] * 4)

    def test_the_first_line_says_what_may_be_asked(self):
        greeting = self.ask()[0]
        self.assertEqual([factor["path"].split(".")[-1] for factor in greeting["factors"]], ["loss", "epochs", "estimator"])
        self.assertEqual((greeting["factors"][0]["low"], greeting["factors"][0]["high"]), (0.1, 2))
        self.assertTrue(greeting["factors"][1]["integer"])
        self.assertEqual(greeting["factors"][2]["values"], ["plain", "backprop"])
        self.assertEqual((greeting["metrics"], greeting["instances"]), (["accuracy", "loss"], 4))

    def test_every_mistake_is_answered_and_the_next_point_evaluated(self):
        good = {"loss": 0.5, "epochs": 2, "estimator": "plain"}
        mistakes = [
            ({"id": 1, "point": {**good, "loss": 5}}, "0.1 to 2 is wanted"),
            ({"id": 2, "point": {**good, "epochs": 2.5}}, "must be an integer"),
            ({"id": 3, "point": {**good, "estimator": "dyadic"}}, "one of its list"),
            ({"id": 4, "point": {**good, "estimator": "plain\nnetwork: {family: ising}"}}, "unknown word"),
            ({"id": 5, "point": {"loss": 0.5}}, "learning.epochs is missing"),
            ({"id": 6, "point": {**good, "colour": 1}}, "'colour' is no factor"),
            ({"id": 7, "point": {**good, "learning.epochs": 3}}, "stands twice"),
            ({"id": 8, "point": {**good, "loss": [0.5]}}, "a number or a word"),
            ({"id": 9, "point": {**good, "loss": "0.5 nm"}}, "network.parameters.loss"),
            ({"id": 10, "point": good, "instances": 0}, "a whole number from 1"),
            ({"id": 11, "points": good}, 'unknown key "points"'),
            ({"id": 12}, '"point": a map'),
            ("{\"id\": 13, \"point\": {", "line 13"),
            ("run everything", "a point a line"),
            ("x" * (1 << 20) + "yz", "longer than"),
            ({"id": 16, "point": {**good, "loss": None}}, "network.parameters.loss"),
        ]
        answers = self.ask(*(line for line, _ in mistakes), {"id": "last", "point": good, "instances": 1})[1:]
        self.assertEqual(len(answers), len(mistakes) + 1)
        for answer, (line, said) in zip(answers, mistakes):
            self.assertIn(said, answer["error"])
            if isinstance(line, dict):
                self.assertEqual(answer["id"], line["id"])
        self.assertEqual((answers[-1]["id"], answers[-1]["state"]), ("last", ["done"]))

    def test_a_constraint_and_units_hold_for_points(self):
        self.write("bound.yaml", HEAD + "design:\n" + FACTORS + '  constraint: "loss * epochs < 2"\n')
        answers = self.ask({"point": {"loss": 1, "epochs": 2, "estimator": "plain"}},
                           {"point": {"loss": "60e-2", "epochs": 3, "estimator": "plain"}}, deck="bound.yaml")[1:]
        self.assertIn("does not satisfy", answers[0]["error"])
        self.assertEqual(answers[1]["point"]["network.parameters.loss"], 0.6)

    def test_decks_that_cannot_be_served_are_refused(self):
        self.write("bare.yaml", HEAD)
        for words, said in ((("bare.yaml",), "has none"), (("-",), "by standard input"),
                            (("deck.yaml", "--set", "equilibrium.engine=distributed"), "a population is wanted")):
            done = self.call("serve", *words, input=HEAD + "design:\n" + FACTORS)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(said, done.stderr)

    def test_a_socket_is_its_owners_alone(self):
        path = os.path.join(self.folder, "drive", "epilux.sock")
        server = subprocess.Popen([PROGRAM, "serve", "deck.yaml", "--socket", "drive/epilux.sock"], cwd=self.folder,
                                  stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        for _ in range(3000):
            if os.path.exists(path):
                break
            time.sleep(0.01)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700)
        for _ in range(2):  # drivers come and go
            with socket.socket(socket.AF_UNIX) as driver:
                while driver.connect_ex(path):
                    time.sleep(0.01)
                with driver.makefile("rw") as stream:
                    self.assertIn("factors", json.loads(stream.readline()))
                    stream.write(json.dumps({"id": 1, "point": {"loss": 1, "epochs": 2, "estimator": "plain"}}) + "\n")
                    stream.flush()
                    self.assertEqual(len(json.loads(stream.readline())["metrics"]["loss"]), 4)
        self.assertIn("another process serves there", self.call("serve", "deck.yaml", "--socket", path).stderr)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), 0)
        self.assertFalse(os.path.exists(path))

    def test_places_that_are_not_safe_are_refused(self):
        os.mkdir(os.path.join(self.folder, "open"), 0o755)
        os.mkdir(os.path.join(self.folder, "closed"), 0o700)
        self.write("closed/file", "mine\n")
        os.symlink("closed", os.path.join(self.folder, "link"))
        for place, said in (("open/s", "chmod 700 open"), ("closed/file", "another file"), ("s", "a folder of its own"),
                            ("link/s", "chmod 700"), ("closed/" + "x" * 200, "at most")):
            done = self.call("serve", "deck.yaml", "--socket", place, input="")
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(said, done.stderr)

    def drive(self, script, *words):
        done = subprocess.run([sys.executable, "-B", os.path.join(SOURCE, "inputs", "drivers", script), "--epilux", PROGRAM,
                               *words], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("on 64 fresh instances", done.stdout)
        return done.stdout.split()

    def test_scipys_simplex_finds_a_better_point(self):
        words = self.drive("scipy_simplex.py", "--evaluations", "12")
        self.assertLess(float(words[words.index("evaluations") + 1].rstrip(",")), float(words[1].rstrip(",")))

    @unittest.skipUnless(importlib.util.find_spec("optuna"), "python3-optuna is not installed")
    def test_optuna_drives(self):
        words = self.drive("optuna_tpe.py", "--trials", "5")
        self.assertEqual(words[:4], ["best", "of", "5", "trials"])


if __name__ == "__main__":
    unittest.main()
