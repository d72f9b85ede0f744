"""epilux fit, beside scans that another program made: how often intervals hold the truth, what tells the coupling, mistakes.

    python3 test_fit.py PROGRAM
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import synthetic_scans as scans
import synthetic_wafers as wafers

try:
    import jsonschema
except ImportError:
    jsonschema = None

FORM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "forms", "fit.json")
PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "epilux"
RATES = ("total_rate (s-1)", "intrinsic_rate (s-1)", "coupling_rate (s-1)")


class Fit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.rng = np.random.default_rng(7)

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, *words):
        return subprocess.run([PROGRAM, "fit", *words], cwd=self.folder, capture_output=True, text=True, check=False)

    def refused(self, text, *words, name="bad.csv"):
        """Writes a file of this text; the line that the program says to it, without the file's folder."""
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        done = self.call(name, *words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def assertHolds(self, row, ring, names=RATES):
        for name in names:
            truth = scans.truths(ring)[name]
            self.assertTrue(abs(float(row[name]) / truth - 1) < 0.05, (name, row[name], truth))

    def test_intervals_hold_the_truth(self):
        """Of 8 scans 95 % intervals miss more than 3 of a quantity once in 2,700 (binomial)."""
        held, errors = scans.cover(PROGRAM, 8, 3)
        for name, hits in held.items():
            self.assertLessEqual(len(hits) - sum(hits), 3, name)
        self.assertLess(np.median(errors), 0.005)

    def test_intervals_hold_the_truth_at_critical_coupling(self):
        held, _ = scans.cover(PROGRAM, 6, 4, ratio=1.0, told=False)
        for name, hits in held.items():
            self.assertLessEqual(len(hits) - sum(hits), 3, name)

    @unittest.skipIf(jsonschema is None, "no Python with jsonschema (Debian: python3-jsonschema)")
    def test_json_has_its_form(self):
        scans.write_scan(self.path("a.csv"), scans.Ring(1.55e-6, 1e10, 4e9), self.rng, plain=True)
        with open(FORM, encoding="utf-8") as file:
            jsonschema.validate(json.loads(self.call("a.csv", "--json").stdout), json.load(file))

    def test_power_alone_leaves_two_solutions(self):
        ring = scans.Ring(1.55e-6, 1e10, 4e9)
        scans.write_scan(self.path("a.csv"), ring, self.rng, plain=True)
        rows = scans.fit(PROGRAM, self.path("a.csv"))
        self.assertEqual([row["coupled"] for row in rows], ["under", "over"])
        self.assertEqual({row["told_by"] for row in rows}, {"nothing"})
        self.assertHolds(rows[0], ring)
        self.assertEqual(rows[0]["intrinsic_rate (s-1)"], rows[1]["coupling_rate (s-1)"])
        self.assertIn("--coupling", self.call("a.csv", "--deck").stderr)

    def test_critical_coupling_is_one_solution_whose_interval_holds_both(self):
        ring = scans.Ring(1.55e-6, 1e10, 1.01e10)
        scans.write_scan(self.path("a.csv"), ring, self.rng, plain=True)
        (row,) = scans.fit(PROGRAM, self.path("a.csv"))
        self.assertEqual(row["coupled"], "near critical")
        self.assertHolds(row, ring)
        self.assertTrue(all(scans.holds(row, name, scans.truths(ring)[name]) for name in RATES[1:]))

    def test_a_clear_splitting_tells_the_coupling(self):
        for under in (True, False):
            ring = scans.Ring(1.55e-6, 1e10 if under else 4e9, 4e9 if under else 1e10, 9e9)
            scans.write_scan(self.path("a.csv"), ring, self.rng, plain=True)
            (row,) = scans.fit(PROGRAM, self.path("a.csv"))
            self.assertEqual((row["coupled"], row["told_by"]), ("under" if under else "over", "splitting"))
            self.assertHolds(row, ring, RATES + ("splitting (s-1)",))

    def test_a_drop_port_tells_the_coupling(self):
        ring = scans.Ring(1.55e-6, 2e9, 7e9, 0, 7e9)
        scans.write_scan(self.path("a.csv"), ring, self.rng, plain=True)
        (row,) = scans.fit(PROGRAM, self.path("a.csv"))
        self.assertEqual(row["told_by"], "drop port")
        self.assertHolds(row, ring)

    def write_touchstone(self, ring, kind, sign, order=("S11", "S21", "S12", "S22")):
        omega = scans.frequencies(ring, self.rng)
        through = ring.amplitudes(omega)[0] * np.exp(-1j * (omega - ring.omega) * 3e-12 + 0.7j)
        through = through if sign > 0 else through.conj()
        through = through + 3e-4 * (self.rng.standard_normal(len(omega)) + 1j * self.rng.standard_normal(len(omega)))
        pairs = {"RI": lambda t: (t.real, t.imag), "MA": lambda t: (abs(t), np.degrees(np.angle(t))),
                 "DB": lambda t: (20 * np.log10(abs(t)), np.degrees(np.angle(t)))}[kind]
        with open(self.path("a.s2p"), "w", encoding="utf-8") as file:
            file.write(f"! a ring\n# THz S {kind} R 50\n")
            for w, t in zip(omega, through):
                numbers = [repr(float(v)) for name in order for v in (pairs(t) if name in ("S21", "S12") else (0.01, 0.0))]
                file.write(f"{float(w / 2 / np.pi * 1e-12)!r} {' '.join(numbers[:4])}\n\t{' '.join(numbers[4:])} ! wrapped\n")

    def test_the_phase_of_a_touchstone_file_tells_the_coupling(self):
        for kind, sign, under in (("RI", 1, True), ("MA", -1, False), ("DB", 1, False)):
            ring = scans.Ring(1.55e-6, 1e10 if under else 4e9, 4e9 if under else 1e10)
            self.write_touchstone(ring, kind, sign)
            (row,) = scans.fit(PROGRAM, self.path("a.s2p"))
            self.assertEqual((row["coupled"], row["told_by"]), ("under" if under else "over", "phase"))
            self.assertHolds(row, ring)

    def test_a_series_of_gaps_tells_the_coupling(self):
        gaps = np.array([180, 220, 260, 300, 340])
        names = []
        for gap in gaps:
            ring = scans.Ring(1.55e-6, 5e9, 5e9 * np.exp(-0.02 * (gap - 265)))
            names.append(self.path(f"{gap}.csv"))
            scans.write_scan(names[-1], ring, self.rng, plain=True)
        rows = scans.fit(PROGRAM, *names, "--gaps", ", ".join(f"{gap} nm" for gap in gaps))
        self.assertEqual({row["told_by"] for row in rows}, {"gap series"})
        self.assertEqual([row["coupled"] for row in rows], ["over", "over", "over", "under", "under"])
        found = json.loads(self.call(*names, "--json", "--gaps", ",".join(f"{gap} nm" for gap in gaps)).stdout)
        self.assertLess(abs(found["coupling_decay"]["value"] / 2e7 - 1), 0.02)

    def test_a_series_of_powers_tells_the_shift(self):
        """The warm ring's cubic is solved here by iteration along the sweep, not by a root finder."""
        total, heat = 1e10, 3e13
        names, powers = [], (1e-5, 5e-5, 2e-4)
        for power in powers:
            omega = 2 * np.pi * scans.LIGHT / 1.55e-6 + np.linspace(10, -14, 600) * total
            shift, out = 0.0, []
            for w in omega:
                for _ in range(120):
                    detuning = w - omega[0] + 10 * total + shift
                    absorbed = 0.8 * (total / 2) ** 2 / ((total / 2) ** 2 + detuning ** 2)
                    shift += 0.1 * (heat * power * absorbed - shift)
                out.append(1 - absorbed)
            names.append(self.path(f"{power}.csv"))
            scans.write(names[-1], ("wavelength_nm", "power_mW"), 2e9 * np.pi * scans.LIGHT / omega,
                        np.array(out) + 1e-3 * self.rng.standard_normal(len(out)))
        words = (*names, "--powers", "10 uW, 50 uW, 200 uW")
        found = json.loads(self.call(*words, "--json").stdout)["shift_per_power"]
        self.assertLess(abs(found["value"] / heat - 1), 0.02)
        self.assertIn("thermal resistance", self.call(*words, "--absorbed-share", "0.4", "--shift-per-kelvin", "74 pm/K").stdout)

    def write_comb(self, name, n_g=4.2, length=62.8e-6, skipped=2):
        spacing = 2 * np.pi * scans.LIGHT / (n_g * length)
        omega0 = 2 * np.pi * scans.LIGHT / 1.55e-6
        omega, power = np.linspace(omega0 - 3.5 * spacing, omega0 + 3.5 * spacing, 24001), np.ones(24001)
        for m in range(-3, 4):
            if m != skipped:
                power *= np.abs(scans.Ring(2 * np.pi * scans.LIGHT / (omega0 + m * spacing), 6e10, 3e10).amplitudes(omega)[0]) ** 2
        scans.write(self.path(name), ("frequency (THz)", "transmission (dB)"), omega / 2e12 / np.pi,
                    10 * np.log10(power + 1e-3 * self.rng.standard_normal(len(power))))

    def test_group_index_of_a_comb_with_a_line_missing(self):
        self.write_comb("comb.csv")
        found = json.loads(self.call("comb.csv", "--json", "--length", "62.8 um").stdout)["scans"][0]
        self.assertEqual(len(found["resonances"]), 6)
        index = found["group_index"]
        self.assertTrue(index["low"] < 4.2 < index["high"] and index["high"] - index["low"] < 0.01, index)

    def test_several_dies_are_a_deck_that_holds(self):
        names = []
        for k in range(4):
            ring = scans.Ring(1.55e-6, 1e10 * (1 + 0.1 * k), 4e9)
            names.append(self.path(f"die-{k}.csv"))
            scans.write_scan(names[-1], ring, self.rng, plain=True)
        deck = self.call(*names, "--coupling", "under", "--deck").stdout
        with open(self.path("deck.yaml"), "w", encoding="utf-8") as file:
            file.write(deck.replace("  family: kerr\n", "  family: kerr\n  topology: {nodes: 3}\n") + "task: {name: xor}\n")
        done = subprocess.run([PROGRAM, "check", "deck.yaml"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("lognormal", done.stdout)

    def test_components_of_wafers_hold_the_truth(self):
        """Of 4 sets of lots 95 % intervals miss more than 2 of a component once in 2,000 (binomial)."""
        held, _ = wafers.cover(PROGRAM, 4, 11, lots=6, wafers=2, pitch=0.04)
        for name, hits in held.items():
            self.assertLessEqual(len(hits) - sum(hits), 2, name)

    def test_a_map_is_a_process_that_holds(self):
        _, rows = wafers.draw(self.rng, lots=4, wafers=2, pitch=0.04, devices=1, local=True)
        wafers.write(self.path("map.csv"), rows)
        section = self.call("--map", "map.csv", "--diameter", "200 mm", "--deck").stdout
        with open(self.path("deck.yaml"), "w", encoding="utf-8") as file:
            file.write("network: {family: kerr, topology: {nodes: 3}, device: {material: silicon}}\ntask: {name: xor}\n" + section)
        done = subprocess.run([PROGRAM, "check", "deck.yaml"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + section)
        self.assertIn("kernel: exponential", section)

    def test_mistakes_in_maps(self):
        head = "lot,wafer,x_mm,y_mm,width_nm\n"
        for text, words in (
                ("lot,wafer,x_mm,width_nm\n", "map.csv:1: no column y"), ("lot,wafer,x_mm,y_kg,width_nm\n", "map.csv:1: column y"),
                ("lot,wafer,x_mm,y_mm\n", "map.csv:1: no column of values"), (head, "map.csv:1: a header, but no"),
                (head + "a,1,0,0,x\n", "map.csv:2: width is 'x'"), (head + "a,1,0,0\n", "map.csv:2: 4 cells"),
                (head.replace("nm", "K"), "map.csv:1: column width has the unit 'K'"),
                (head.replace("wafer", "gap_nm"), "map.csv:1: column 'width_nm'"), (head + "a,1,0,0,1\n", "too few"),
                (head + "".join(f"a,{k // 20},{k % 20},{k % 7},0.1\n" for k in range(60)), "nothing varies"),
                (head + "".join(f"a,{k // 20},{k % 20},0,{k}\n" for k in range(60)), "give --radial 0")):
            self.assertIn(words, self.refused(text, "--map", name="map.csv"))
        self.assertIn("--coupling", self.refused(head, "--map", "--coupling", "over", name="map.csv"))

    def test_mistakes(self):
        points = "".join(f"{1550 + 0.001 * k},1\n" for k in range(40))
        for line, text, words in (
                ("bad.csv:1: no unit", "wavelength,power_mW\n" + points, "column wavelength has no unit"),
                ("bad.csv:1: kg", "wavelength_nm,power_kg\n" + points, "column power has the unit 'kg'"),
                ("bad.csv:2: um", "wavelength_um,power_mW\n" + points, "is the unit right?"),
                ("bad.csv:1: header", points, "a header such as"),
                ("bad.csv:4: few", "wavelength_nm,power_mW\n" + points[:30], "too few for a fit"),
                ("bad.csv:2: flat", "wavelength_nm,power_mW\n" + points, "no resonance"),
                ("bad.csv:3: word", "wavelength_nm,power_mW\n1550,1\n1551,low\n" + points, "a number is needed"),
                ("bad.csv:2: cells", "wavelength_nm,power_mW\n1550\n" + points, "1 cells, the header has 2")):
            said = self.refused(text)
            self.assertIn(line[:line.index(": ")] + ":", said)
            self.assertIn(words, said)
        for text, words in (("1 0 0 0 0 0 0 0 0\n", "a.s2p:1: no line of options"), ("[Version] 2.0\n", "a.s2p:1: Touchstone 2"),
                            ("# GHz Y RI\n", "a.s2p:1: 'Y'"), ("# GHz S RI\n1 0 0 0\n", "a.s2p:2: the last point is incomplete")):
            self.assertIn(words, self.refused(text, name="a.s2p"))
        self.assertIn("S3,1", self.refused("# GHz S RI\n", "--through", "S31", name="a.s2p"))

    def test_a_ring_with_too_few_points_a_linewidth(self):
        ring = scans.Ring(1.55e-6, 1e10, 4e9)
        omega = scans.frequencies(ring, self.rng, widths=40, points=2)
        rows = "".join(f"{2e9 * np.pi * scans.LIGHT / w!r},{p!r}\n".replace("np.float64(", "").replace(")", "")
                       for w, p in zip(omega.tolist(), (np.abs(ring.amplitudes(omega)[0]) ** 2).tolist()))
        self.assertIn("too few to fit", self.refused("wavelength_nm,power_mW\n" + rows))


if __name__ == "__main__":
    unittest.main()
