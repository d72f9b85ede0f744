#!/usr/bin/python3
"""Tests of campaigns from Python, with the program that EPILUX names: decks as dictionaries, what is refused and where, runs
that are stopped and continued, points that are asked for."""
import copy
import os
import signal
import sys
import tempfile
import threading
import time
import unittest
import warnings

import scratch  # noqa: F401  first: it finds the modules, or skips
import numpy as np

try:
    import pandas  # noqa: F401
    import xarray  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}; install python3-xarray and python3-pandas")
    sys.exit(77)

import epilux

DECK = {
    "study": {"name": "mine", "seed": 1},
    "network": {"family": "kerr", "topology": {"kind": "all-to-all", "nodes": 4}, "parameters": {"loss": 1.0, "kerr": 0.3}},
    "task": {"name": "xor"},
    "learning": {"epochs": 2},
    "variation": [{"parameter": "detuning", "distribution": "normal", "sigma": 0.1, "scope": "local"}],
    "design": {"method": "grid", "factors": {"network.parameters.loss": {"values": [0.5, 1.0]}}},
    "population": {"instances": 3},
    "metrics": ["accuracy", "loss"],
}


def change(path, value):
    """A copy of the deck in which `path`, words and numbers with dots, is `value`; None takes it away."""
    deck = copy.deepcopy(DECK)
    *words, last = [int(w) if w.isdigit() else w for w in path.split("/")]
    node = deck
    for word in words:
        node = node[word]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return deck


class Campaign(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="epilux-campaign-")
        self.addCleanup(self.folder.cleanup)
        home = os.getcwd()
        self.addCleanup(os.chdir, home)
        os.chdir(self.folder.name)

    def test_a_dictionary_runs_and_is_opened(self):
        lines = []
        ds = epilux.run(DECK, progress=lines.append)
        self.assertTrue(os.path.exists("mine.h5"))
        self.assertEqual((ds.sizes["point"], ds.sizes["instance"]), (2, 3))
        self.assertRegex(lines[0], "^[0-9]+/6 trials")
        np.testing.assert_array_equal(ds["network.parameters.loss"], epilux.plan(DECK)["network.parameters.loss"])
        self.assertEqual(ds.epilux.deck["network"]["parameters"]["kerr"], 0.3)
        self.assertEqual(epilux.check(DECK)["learning"]["epochs"], 2)
        with self.assertRaisesRegex(epilux.ProgramError, "mine.h5: exists") as raised:
            epilux.run(DECK)
        self.assertEqual(raised.exception.status, 2)
        again = epilux.run(ds.epilux.deck, "again.h5", ranks=2)  # the resolved deck is a deck, and has the same bits
        np.testing.assert_array_equal(again.loss, ds.loss)

    def test_changes_are_those_of_the_command_line(self):
        resolved = epilux.check(DECK, {"learning.epochs": 7, "population.instances": 2})
        self.assertEqual((resolved["learning"]["epochs"], resolved["population"]["instances"]), (7, 2))
        with self.assertRaisesRegex(epilux.DeckError, "did you mean 'epochs'"):
            epilux.check(DECK, {"learning.epochss": 7})

    def test_a_mistake_is_told_with_its_key(self):
        cases = (("network/parameters/kerrr", 1, "network.parameters.kerrr", "did you mean 'kerr'"),
                 ("variation/0/sgma", 1, "variation[0].sgma", "did you mean 'sigma'"),
                 ("variation/0/sigma", -1, "variation[0].sigma", "must be at least 0"),
                 ("learning/epochs", "many", "learning.epochs", "must be an integer"),
                 ("learning/epochs", float("inf"), "learning.epochs", "no finite number"),
                 ("lerning", {"epochs": 1}, "lerning", "did you mean 'learning'"),
                 ("task", None, "task.name", "is missing"),
                 ("network/parameters/loss", object(), "network.parameters.loss", "object cannot stand"))
        for path, value, place, said in cases:
            with self.subTest(path=path), self.assertRaisesRegex(epilux.DeckError, said) as raised:
                epilux.check(change(path, value))
            self.assertEqual(raised.exception.path, place)
            self.assertNotIn("\n", str(raised.exception))
        with self.assertRaisesRegex(epilux.ProgramError, "nowhere.yaml: cannot be read"):
            epilux.run("nowhere.yaml", "x.h5")

    def test_a_run_that_stops_in_time_is_continued(self):
        long = change("learning/epochs", 400)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            ds = epilux.run(long, max_time="50ms", progress=False)
        if not ds.epilux.pending:
            self.skipTest("the campaign was faster than its limit")
        self.assertIn("trials are pending", str(told[-1].message))
        ds = epilux.run(long, resume=True)
        self.assertEqual(ds.epilux.pending, 0)

    def test_an_interrupt_saves_first(self):
        long = change("learning/epochs", 100000)
        started = threading.Event()

        def interrupt():
            started.wait(20)
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=interrupt).start()
        with self.assertRaises(KeyboardInterrupt):
            epilux.run(long, "long.h5", progress=lambda line: started.set())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertGreater(epilux.open("long.h5").epilux.pending, 0)

    def test_one_network_is_followed(self):
        way = epilux.simulate(DECK, sample=1)
        self.assertEqual(way.state.dims, ("time", "node", "component"))
        self.assertEqual(way.attrs["outcome"], "settled")
        self.assertLess(way.residual[-1], 1e-9)
        swept = {**DECK, "continuation": {"parameter": "network.inputs.scale", "from": 0.1, "to": 1.0, "steps": 4}}
        self.assertIn("state_up", epilux.simulate(swept))

    def test_gradients_are_a_table_and_leave_as_npz(self):
        table = epilux.gradient(DECK, path="gradients.npz")
        self.assertEqual(table.index[0], ("coupling", 0, 1))
        self.assertEqual(table.index[-1][2], -1)
        np.testing.assert_allclose(table["backprop"], table["differences"], atol=1e-6)
        with np.load("gradients.npz") as arrays:
            np.testing.assert_array_equal(arrays["backprop"], table["backprop"])
            self.assertEqual(arrays["parameter"][0], "coupling")

    def test_points_are_asked_for(self):
        with epilux.Server(DECK) as server:
            self.assertEqual(server.factors[0]["values"], [0.5, 1.0])
            answer = server.ask({"network.parameters.loss": 0.5})
            with self.assertRaisesRegex(ValueError, "no factor"):
                server.ask({"mood": 1})
        ds = epilux.run(DECK)
        np.testing.assert_array_equal(answer["metrics"]["loss"], ds.loss[0])
        with self.assertRaises(epilux.DeckError) as raised:
            epilux.Server(change("network/parameters/kerrr", 1))
        self.assertEqual(raised.exception.path, "network.parameters.kerrr")

    def test_a_program_that_is_not_there_is_said(self):
        named = os.environ["EPILUX"]
        os.environ["EPILUX"] = "/nowhere/epilux"
        self.addCleanup(os.environ.__setitem__, "EPILUX", named)
        with self.assertRaisesRegex(epilux.EpiluxError, "EPILUX names /nowhere/epilux"):
            epilux.check(DECK)


if __name__ == "__main__":
    unittest.main()
