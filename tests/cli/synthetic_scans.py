"""Scans of rings made without Epilux: the two directions of travel in a ring, solved as a system of two equations for
each frequency, with noise, fringes and a slope.

    python3 synthetic_scans.py COUNT     how often the intervals of `epilux fit` hold the truth over COUNT scans; EPILUX is the program
"""
import csv
import os
import subprocess
import sys
import tempfile

import numpy as np

LIGHT = 299792458.0


class Ring:
    """A ring with its two directions a, b: da/dt = (i D - kappa/2) a + i gamma b + sqrt(kappa_e) s, and b by a alike."""

    def __init__(self, wavelength, intrinsic, coupling, exchange=0.0, drop=0.0):
        self.omega = 2 * np.pi * LIGHT / wavelength
        self.wavelength, self.intrinsic, self.coupling, self.exchange, self.drop = (wavelength, intrinsic, coupling,
                                                                                    exchange, drop)
        self.total = intrinsic + coupling + drop

    def amplitudes(self, omega):
        """Through and drop port, for light of amplitude 1."""
        system = np.zeros((len(omega), 2, 2), complex)
        system[:, 0, 0] = system[:, 1, 1] = self.total / 2 - 1j * (omega - self.omega)
        system[:, 0, 1] = system[:, 1, 0] = -1j * self.exchange
        drive = np.zeros((len(omega), 2, 1))
        drive[:, 0] = np.sqrt(self.coupling)
        ring = np.linalg.solve(system, drive)[:, 0, 0]
        return 1 - np.sqrt(self.coupling) * ring, np.sqrt(self.drop) * ring


def frequencies(ring, rng, widths=12, points=20):
    """`points` a linewidth over about `widths` linewidths to both sides, the ring not in the middle."""
    span = (widths + ring.exchange / ring.total * 2) * ring.total
    middle = ring.omega + rng.uniform(-1, 1) * ring.total
    return np.linspace(middle - span, middle + span, int(2 * span / ring.total * points))


def draw(rng, ratio=None, split=None, drop=False):
    """A ring by chance: kappa_e / kappa_i from .1 to 10, a splitting in a third."""
    ratio = 10 ** rng.uniform(-1, 1) if ratio is None else ratio
    total = 10 ** rng.uniform(9.5, 10.5)
    intrinsic = total / (1 + ratio * (2 if drop else 1))
    if split is None:
        split = rng.random() < 1 / 3
    exchange = total * rng.uniform(0.2, 1.5) if split else 0.0
    return Ring(1e-9 * rng.uniform(1530, 1570), intrinsic, ratio * intrinsic, exchange, ratio * intrinsic if drop else 0)


def background(omega, ring, rng):
    """Power off resonance with a slope and fringes; and the fringes' period as a user would state it."""
    span = omega[-1] - omega[0]
    period = span / rng.uniform(1.5, 6)
    x = (omega - ring.omega) / span
    fringes = 1 + rng.uniform(0.01, 0.08) * np.cos(2 * np.pi * (omega - ring.omega) / period + rng.uniform(0, 6.3))
    return (1 + rng.uniform(-0.2, 0.2) * x) * fringes, period * (1 + rng.uniform(-0.03, 0.03))


def write(path, heads, *columns):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(heads)
        out.writerows(zip(*columns))


def write_scan(path, ring, rng, noise=1e-3, plain=False):
    """Writes a scan in milliwatts; returns the options that tell of it."""
    omega = frequencies(ring, rng)
    base, period = (np.ones(len(omega)), None) if plain else background(omega, ring, rng)
    through, drop = ring.amplitudes(omega)
    columns = [1e9 * 2 * np.pi * LIGHT / omega]
    heads = ["wavelength_nm", "power_mW"]
    for port in (through, drop)[:2 if ring.drop else 1]:
        columns.append(0.37 * (base * np.abs(port) ** 2 + noise * rng.standard_normal(len(omega))))
    write(path, heads + ["drop_mW"] * (len(columns) - 2), *[[repr(float(v)) for v in c] for c in columns])
    return [] if plain else ["--slope", "--fringes", f"{period / (2 * np.pi):.6g} Hz"]


def truths(ring):
    """What the fit should find, by the names of its columns."""
    found = {"wavelength (m)": ring.wavelength, "total_rate (s-1)": ring.total, "intrinsic_rate (s-1)": ring.intrinsic,
             "coupling_rate (s-1)": ring.coupling}
    if ring.exchange > 0:
        found["splitting (s-1)"] = 2 * ring.exchange
    return found


def fit(program, *words):
    done = subprocess.run([program, "fit", *words, "--csv"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return list(csv.DictReader(done.stdout.splitlines()))


def holds(row, name, truth):
    stem = name.split(" ")[0]
    if row[name] == "":
        return False
    return float(row[stem + "_low"]) <= truth * (1 + 1e-12) and truth * (1 - 1e-12) <= float(row[stem + "_high"])


def cover(program, count, seed, ratio=None, told=True, split=None):
    """{quantity: [held]} and relative errors of the total rate over `count` scans."""
    rng = np.random.default_rng(seed)
    held, errors = {}, []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "scan.csv")
        for _ in range(count):
            ring = draw(rng, ratio, split)
            options = write_scan(path, ring, rng)
            if told:
                options += ["--coupling", "over" if ring.coupling > ring.intrinsic else "under"]
            rows = fit(program, path, *options)
            for name, truth in truths(ring).items():
                held.setdefault(name, []).append(any(holds(row, name, truth) for row in rows))
            errors.append(abs(float(rows[0]["total_rate (s-1)"]) / ring.total - 1))
    return held, errors


def main():
    count = int(sys.argv[1])
    program = os.environ["EPILUX"]
    for title, more in (("all ratios", {}), ("critically coupled", {"ratio": 1.0}), ("not told", {"told": False}),
                        ("not told, critical", {"told": False, "ratio": 1.0})):
        held, errors = cover(program, count, 1, **more)
        print(f"{title}: median error of the total rate {100 * np.median(errors):.3f} %")
        for name, hits in held.items():
            print(f"  {name}: {100 * np.mean(hits):.1f} % of {len(hits)} held")


if __name__ == "__main__":
    main()
