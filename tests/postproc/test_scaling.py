#!/usr/bin/python3
"""Scaling: exponents of made power laws, their intervals' coverage, laws that are none, and what has no exponent."""
import os
import unittest

import scratch
from epilux.statistics import scaling
import h5py
import numpy as np

SIZES = np.array([8, 24, 64, 128, 256, 512, 1024.0])


def write(name, values, more=None):
    """Writes a results file of values [seed, size] in s, as far as the script reads it."""
    path = os.path.join(scratch.SCRATCH.name, name)
    deck = f"study: {{name: {name[:-3]}}}\nnetwork: {{family: kerr, topology: {{nodes: 8}}}}\nmetrics: [latency]\n"
    seeds, sizes = np.indices(values.shape)
    with h5py.File(path, "w") as file:
        file.attrs.update(format="epilux-results", format_version="1", deck=deck)
        file["trials/state"] = np.ones((values.size, 1), dtype=int)
        file["trials/latency"] = values.reshape(-1, 1)
        file["trials/latency"].attrs["units"] = "s"
        file["design/network.topology.nodes"] = SIZES[sizes.ravel()]
        file["design/study.seed"] = seeds.ravel().astype(float)
        for path_of, column in (more or {}).items():
            file[f"design/{path_of}"] = np.resize(column, values.size)
    return path


def make(exponent, n_seeds, rng, noise=0.3, bend=0.0):
    """Values whose seeds share a factor and scatter at every size."""
    x = np.log(SIZES / 100)
    logs = exponent * x + bend * x * x + noise * rng.standard_normal((n_seeds, 1)) + noise * rng.standard_normal((n_seeds, SIZES.size))
    return 1e-9 * np.exp(logs)


def call(*arguments):
    return scratch.run(scaling.main, *arguments, "-o", os.path.join(scratch.SCRATCH.name, "scaling.svg"))


class Scaling(unittest.TestCase):
    def test_a_law_without_scatter_is_exact(self):
        law = scaling.fit_law("a", "m", "s", SIZES, np.tile(3 * SIZES ** -0.5, (4, 1)))
        self.assertAlmostEqual(law.exponent, -0.5, places=12)
        self.assertAlmostEqual(law.high, law.low, places=12)
        self.assertTrue(law.fits)
        self.assertAlmostEqual(law.first, 3 * 8 ** -0.5, places=12)

    def test_intervals_cover_and_the_test_of_fit_keeps_its_level(self):
        rng, n = np.random.default_rng(1), 400
        laws = [scaling.fit_law("a", "m", "s", SIZES, make(0.7, 8, rng)) for _ in range(n)]
        covered = np.mean([law.low <= 0.7 <= law.high for law in laws])
        fits = np.mean([law.fits for law in laws])
        self.assertTrue(0.92 < covered < 0.98, covered)  # about 2 standard errors of 400 laws
        self.assertTrue(0.92 < fits < 0.98, fits)

    def test_a_bend_is_seen_and_named_from_both_ends(self):
        law = scaling.fit_law("a", "m", "s", SIZES, make(1, 16, np.random.default_rng(2), noise=0.05, bend=0.1))
        self.assertFalse(law.fits)
        self.assertLess(law.lower, law.exponent)
        self.assertGreater(law.upper, law.exponent)
        self.assertIn("no power law", scaling.describe(law))

    def test_seeds_without_a_value_are_left_out_and_counted(self):
        values = make(0.7, 6, np.random.default_rng(3))
        values[2, 4] = np.nan
        law = scaling.fit_law("a", "m", "s", SIZES, values)
        self.assertEqual((law.n_seeds, law.n_missing), (5, 1))
        whole = scaling.fit_law("a", "m", "s", SIZES, np.delete(values, 2, axis=0))
        self.assertEqual(law.exponent, whole.exponent)

    def test_files_are_machines_of_one_figure(self):
        rng = np.random.default_rng(4)
        table = os.path.join(scratch.SCRATCH.name, "laws.csv")
        paths = [write(f"machine-{k}.h5", make(k, 6, rng)) for k in (1, 2)]
        status, out, error = call(*paths, "--csv", table)
        self.assertEqual((status, error), (0, ""))
        self.assertEqual(out.count("latency"), 2)
        with open(table, encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 3)

    def test_what_has_no_exponent_says_so(self):
        rng = np.random.default_rng(5)
        more = write("more.h5", make(1, 3, rng), {"network.parameters.loss": [1.0, 2.0]})
        self.assertIn("further factors", call(more)[2])
        self.assertIn("no numeric factor other", call(write("one.h5", make(1, 3, rng)), "--size", "other")[2])
        status, _, error = call(write("dark.h5", np.zeros((3, SIZES.size))))
        self.assertEqual(status, 1)
        self.assertIn("no metric has a value above 0", error)
        self.assertEqual(call(os.path.join(scratch.SCRATCH.name, "none.h5"))[0], 2)


if __name__ == "__main__":
    unittest.main()
