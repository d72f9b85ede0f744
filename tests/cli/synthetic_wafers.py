"""Maps of wafers made without Epilux, by NumPy: lots, wafers, dies, a correlated field, radial terms.

    python3 synthetic_wafers.py COUNT [SEED]     how often the intervals of `epilux fit --map` hold the truth; EPILUX is the program
"""
import csv
import os
import subprocess
import sys
import tempfile

import numpy as np

RADIUS = 0.1


def places(pitch):
    """Middles of the dies that lie on the wafer."""
    ticks = np.arange(-RADIUS + pitch / 2, RADIUS, pitch)
    x, y = (a.ravel() for a in np.meshgrid(ticks, ticks))
    inside = np.hypot(np.abs(x) + pitch / 2, np.abs(y) + pitch / 2) < RADIUS
    return x[inside], y[inside]


def draw(rng, lots=8, wafers=3, pitch=0.022, devices=2, local=False):
    """Truth and rows (lot, wafer, x, y, value) in nanometres; wafers are measured at the same places."""
    truth = {name: 10 ** rng.uniform(-0.3, 0.5) for name in ("lot", "wafer", "die", "white")}
    x, y = places(pitch)
    root = np.zeros((len(x), len(x)))
    if local:
        truth["local"], truth["length"] = 10 ** rng.uniform(0, 0.5), RADIUS * rng.uniform(0.15, 0.5)
        distance = np.hypot(x[:, None] - x, y[:, None] - y)
        values, vectors = np.linalg.eigh(np.exp(-distance / truth["length"]))
        root = truth["local"] * vectors * np.sqrt(np.maximum(values, 0))
    c1, c2, tx, ty = truth["radial"] = rng.normal(0, 3, 4)
    r = np.hypot(x, y) / RADIUS
    fixed = 500 + c1 * r + c2 * r ** 2 + (tx * x + ty * y) / RADIUS
    rows = []
    for lot in range(lots):
        of_lot = truth["lot"] * rng.standard_normal()
        for wafer in range(wafers):
            of_wafer = truth["wafer"] * rng.standard_normal() + root @ rng.standard_normal(len(x))
            die = truth["die"] * rng.standard_normal(len(x))
            for _ in range(devices):
                value = fixed + of_lot + of_wafer + die + truth["white"] * rng.standard_normal(len(x))
                rows += [(f"L{lot}", f"W{wafer}", 1e3 * a, 1e3 * b, v) for a, b, v in zip(x, y, value)]
    if devices == 1:
        truth["die"] = np.hypot(truth["die"], truth.pop("white"))
    return truth, rows


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("lot", "wafer", "x_mm", "y_mm", "width_nm"))
        out.writerows(rows)


def fit(program, path, *words):
    done = subprocess.run([program, "fit", "--map", path, "--csv", "--diameter", "200 mm", *words], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return {row["component"].split(" ")[0]: row for row in csv.DictReader(done.stdout.splitlines())}


def cover(program, count, seed, **more):
    """{component: [held]} and {component: relative errors of the variance} over `count` sets of lots."""
    rng = np.random.default_rng(seed)
    held, errors = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "map.csv")
        for _ in range(count):
            truth, rows = draw(rng, **more)
            write(path, rows)
            found = fit(program, path, *([] if more.get("local") else ["--kernel", "none"]))
            radial = dict(zip(("radial_1", "radial_2", "tilt_x", "tilt_y"), truth.pop("radial")))
            for name, value in {**truth, **radial}.items():
                row, scale = found[name], 1 if name == "length" else 1e-9
                held.setdefault(name, []).append(float(row["low"]) <= scale * value <= float(row["high"]))
                if name in ("lot", "wafer", "die", "white", "local"):
                    errors.setdefault(name, []).append(abs((float(row["value"]) / (scale * value)) ** 2 - 1))
    return held, errors


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for title, more in (("8 lots of 3 wafers, 2 devices a die", {}), ("with a field", {"lots": 5, "devices": 1, "local": True})):
        held, errors = cover(os.environ["EPILUX"], count, seed, **more)
        print(title)
        for name, hits in held.items():
            error = f", median error of the variance {100 * np.median(errors[name]):.1f} %" if name in errors else ""
            print(f"  {name}: {100 * np.mean(hits):.1f} % of {len(hits)} held{error}", flush=True)


if __name__ == "__main__":
    main()
