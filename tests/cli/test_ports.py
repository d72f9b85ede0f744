"""epilux simulate --ports: the linear response of every family with ports beside NumPy's, its energy, its files.

    python3 test_ports.py PROGRAM
"""
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import synthetic_scans as scans

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "epilux"
TASK = "task: {name: xor}\nlearning: {epochs: 0}\n"


def flow(values):
    return "[" + ", ".join(flow(v) if np.ndim(v) else repr(float(v)) for v in values) + "]"


class Ports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.rng = np.random.default_rng(5)

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, deck, *words):
        with open(self.path("deck.yaml"), "w", encoding="utf-8") as file:
            file.write(deck)
        return subprocess.run([PROGRAM, "simulate", "deck.yaml", *words], cwd=self.folder, capture_output=True, text=True, check=False)

    def response(self, deck, *words):
        """Offsets [k] and S [k, out, in]."""
        done = self.call(deck, "--ports", "s.csv", "--force", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        table = np.loadtxt(self.path("s.csv"), delimiter=",", skiprows=1)
        s = table[:, 1::2] + 1j * table[:, 2::2]
        n = int(round(s.shape[1] ** 0.5))
        return table[:, 0], s.reshape(-1, n, n)

    def draw(self, n, kerr=0.0, lossless=False):
        """A network of n rings, all linked, the last without a port: the deck and its matrices."""
        j = self.rng.normal(0, 0.7, (n, n))
        j = np.triu(j, 1) + np.triu(j, 1).T
        loss = np.zeros(n) if lossless else self.rng.uniform(0.2, 1, n)
        rate = np.append(self.rng.uniform(0.3, 2, n - 1), 0)
        detuning, bias = self.rng.normal(0, 1, n), np.append(self.rng.normal(0, 0.4, n - 1), 0)
        deck = (f"network:\n  family: kerr\n  topology: {{nodes: {n}}}\n  inputs: {{nodes: [0, 1], scale: 0.3}}\n  parameters: {{coupling: "
                f"{flow(j)}, loss: {flow(loss)}, coupling_loss: {flow(rate)}, detuning: {flow(detuning)}, bias: {flow(bias)}, kerr: {kerr}}}\n" + TASK)
        return deck, j, loss, rate, detuning

    def test_rings_are_those_of_coupled_mode_theory_and_keep_energy(self):
        for lossless in (False, True):
            deck, j, loss, rate, detuning = self.draw(5, lossless=lossless)
            nu, s = self.response(deck, "--from", "-3", "--to", "4", "--steps", "20")
            root = np.sqrt(np.diag(rate))[:, :4]
            for k, offset in enumerate(nu):
                # da/dt = (i detuning - (loss + rate) / 2) a + i J a - root a_in, at exp(-i nu t)
                system = -1j * offset * np.eye(5) - 1j * np.diag(detuning) - 1j * j + np.diag(loss + rate) / 2
                inside = np.linalg.solve(system, -root)
                np.testing.assert_allclose(s[k], np.eye(4) + root.T @ inside, atol=1e-12)
                lost = np.sum(loss[:, None] * np.abs(inside) ** 2, axis=0)
                np.testing.assert_allclose(np.sum(np.abs(s[k]) ** 2, axis=0) + lost, 1, atol=1e-12)
            np.testing.assert_allclose(s, np.swapaxes(s, 1, 2), atol=1e-12)  # reciprocal

    def test_a_kerr_ring_answers_at_its_operating_point(self):
        """Signal and idler in closed form: a' = (i (d + 2 g n) - kappa/2) a + i g A^2 conj(a) - sqrt(k) in."""
        deck = ("network: {family: kerr, topology: {nodes: 2}, inputs: {nodes: [0, 1], scale: 0}, parameters: {coupling: 0, loss: [0.6, 1], "
                "coupling_loss: [0.4, 0], detuning: -0.7, kerr: 0.5, bias: [0.6, 0]}}\n" + TASK)
        nu, s = self.response(deck, "--from", "-2", "--to", "2", "--steps", "8")
        a = 0j
        for _ in range(200000):
            a += 0.01 * ((1j * (-0.7 + 0.5 * abs(a) ** 2) - 0.5) * a + 0.6)
        for k, offset in enumerate(nu):
            here, mixed = 1j * (-0.7 + abs(a) ** 2) - 0.5, 0.5j * a * a
            system = np.array([[-1j * offset - here, -mixed], [-np.conj(mixed), -1j * offset - np.conj(here)]])
            signal = np.linalg.solve(system, [-np.sqrt(0.4), 0])[0]
            self.assertLess(abs(s[k, 0, 0] - (1 + np.sqrt(0.4) * signal)), 1e-8)

    def test_a_silicon_ring_in_weak_light_is_a_line(self):
        deck = ("network: {family: silicon-ring, preset: van-vaerenbergh-2012, topology: {nodes: 2}, inputs: {nodes: [0, 1], scale: 0}, "
                "parameters: {coupling: 0, detuning: 0}}\n" + TASK)
        nu, s = self.response(deck, "--from", "-40000", "--to", "40000", "--steps", "16")
        depth = 1 - np.abs(s[:, 0, 0]) ** 2
        half = np.array([1 / d - 1 for d in depth])  # (2 nu / kappa)^2 at critical coupling, to depth's peak of 1
        kappa = 2 / np.sqrt(half[-1] / nu[-1] ** 2)
        np.testing.assert_allclose(depth, 1 / (1 + (2 * nu / kappa) ** 2), atol=1e-6)
        self.assertLess(abs(kappa / (4 / 205e-6) - 1), 1e-3)  # 1/tau_c + 1/tau_r of the amplitude, both 205 ps, in 1/us

    def test_a_mesh_is_the_product_of_its_interferometers(self):
        n = 4
        theta, phi, phase = (self.rng.uniform(0, 6, (n, n)) for _ in range(3))
        deck = (f"network: {{family: mesh, topology: {{nodes: {n}}}, parameters: {{theta: {flow(np.triu(theta, 1) + np.triu(theta, 1).T)}, phi: "
                f"{flow(np.triu(phi, 1) + np.triu(phi, 1).T)}, phase: {flow(phase[0])}}}}}\n" + TASK)
        _, s = self.response(deck, "--steps", "1")
        self.assertEqual(s.shape[1], 2 * n)
        u, at = np.eye(n, dtype=complex), list(range(n))  # at[m]: the node whose light waveguide m holds were all crossed
        for column in range(n):
            for m in range(column % 2, n - 1, 2):
                i, k = sorted((at[m], at[m + 1]))
                t, p = theta[i, k], phi[i, k]
                e = np.exp(1j * p)
                u[m:m + 2] = 1j * np.exp(1j * t / 2) * np.array([[e * np.sin(t / 2), np.cos(t / 2)], [e * np.cos(t / 2), -np.sin(t / 2)]]) @ u[m:m + 2]
                at[m], at[m + 1] = at[m + 1], at[m]
        expected = np.empty((n, n), complex)
        for m, node in enumerate(at):
            expected[node] = np.exp(1j * phase[0][node]) * u[m]
        np.testing.assert_allclose(s[0, n:, :n], expected, atol=1e-12)
        np.testing.assert_allclose(s[0].conj().T @ s[0], np.eye(2 * n), atol=1e-12)

    def test_touchstone_is_the_conjugate_in_hertz_and_can_be_fitted(self):
        deck = ("network: {family: kerr, topology: {nodes: 2}, inputs: {nodes: [0, 1], scale: 0}, device: {material: silicon}, parameters: "
                "{coupling: 0, loss: 0.7, coupling_loss: 0.3, detuning: 0, kerr: 0}}\n" + TASK)
        nu, s = self.response(deck, "--from", "-8", "--to", "8", "--steps", "320")
        done = self.call(deck, "--ports", "a.s2p", "--from", "-8", "--to", "8", "--steps", "320")
        self.assertEqual(done.returncode, 0, done.stderr)
        table = np.loadtxt(self.path("a.s2p"), comments=("!", "#"))
        np.testing.assert_allclose(table[:, 1] + 1j * table[:, 2], s[:, 0, 0].conj(), atol=1e-14)
        rate = 2 * np.pi * (table[-1, 0] - table[0, 0]) / 16
        (row,) = scans.fit(PROGRAM, self.path("a.s2p"), "--through", "S11")
        self.assertEqual((row["told_by"], row["coupled"]), ("phase", "under"))
        self.assertLess(abs(float(row["coupling_rate (s-1)"]) / (0.3 * rate) - 1), 1e-3)
        self.assertLess(abs(float(row["intrinsic_rate (s-1)"]) / (0.7 * rate) - 1), 1e-3)

    def test_mistakes(self):
        deck = self.draw(3)[0]
        for words, said in ((("--ports", "s.s4p"), "ends in .s2p or .csv"), (("--ports", "s.s2p"), "network.device"), (("--from", "1"), "--ports"),
                            (("--ports", "s.csv", "--to", "x"), "--to x"), (("--ports", "deck.yaml"), "exists")):
            done = self.call(deck, *words)
            self.assertEqual(done.returncode, 2, (words, done.stderr))
            self.assertIn(said, done.stderr)
        done = self.call("network: {family: phase, topology: {nodes: 3}}\n" + TASK, "--ports", "s.csv")
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no ports", done.stderr)


if __name__ == "__main__":
    unittest.main()
