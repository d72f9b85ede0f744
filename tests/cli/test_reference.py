"""The digital reference beside an independent program: NumPy trains and prices the same kinds of models from the words of
digital_cost.h and reference.h alone.

    python3 test_reference.py PROGRAM SOURCE_FOLDER
"""
import csv
import io
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

DECK = """study: {{name: rivals, seed: {seed}}}
network: {{family: kerr, topology: {{kind: ring, nodes: {nodes}}}, parameters: {{kerr: 0.01}}}}
energy: {{rate_unit: 1e10 1/s, power_unit: 1 mW}}
task: {{name: iris, test_fraction: 0.3, validation_fraction: 0.2, scaling: standard}}
learning: {{epochs: {epochs}, batch: 21, target_accuracy: {target}}}
reference: {{target: {target}, margin: {margin}, confidence: {confidence}, splits: 10, widths: [2]}}
population: {{instances: 2}}
metrics: [accuracy, epochs, inference_energy_budgeted, training_energy_budgeted, reference_accuracy_budgeted,
  reference_inference_energy_budgeted, reference_training_energy_budgeted, reference_inference_ratio_budgeted,
  reference_training_ratio_budgeted, reference_inference_energy_optimistic]
"""
PRICES = {"optimistic": (25e-15, 0.59e-12, 0.15e-12, 0.92e-12, 0), "budgeted": (150e-15, 2e-12, 0.61e-12, 3.66e-12, 62e-12)}


def call(program, *words):
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(**values):
    given = {"seed": 1, "nodes": 7, "epochs": 40, "target": 0.9, "margin": 0.02, "confidence": 0.5, **values}
    with open("deck.yaml", "w", encoding="ascii") as file:
        file.write(DECK.format(**given))


def read_models(program):
    return list(csv.DictReader(io.StringIO(call(program, "reference", "deck.yaml", "--csv"))))


def price(case, macs8, macs16, moved, held):
    eight, sixteen, registers, buffer, memory = PRICES[case]
    word = registers if held <= 1024 else buffer if held <= 262144 else max(buffer, memory)
    return macs8 * eight + macs16 * sixteen + moved / 2 * word


def check_energies(rows, p, o, n, batch):
    """n training samples of p numbers, o outputs. bfgs chooses its own passes, so only its inferences are priced here."""
    for row in rows:
        h = int(row["hidden"])
        last, products = h * o, h * (p + o) if h else p * o
        size = (p + 1) * h + (h + 1) * o if h else (p + 1) * o
        for case in PRICES:
            way = price(case, 0, 0, 2 * p, p)
            one = way + price(case, products, 0, size + 2 * (h + o), size + p + h + o)
            assert np.isclose(float(row[f"inference_J_{case}"]), one, rtol=1e-12), row
            samples, updates = n * int(row["epochs"]), int(row["epochs"]) * -(-n // batch)
            d = p + 1
            sums = d * (d + 1) / 2 + d * o
            if row["model"] == "adam":
                work = price(case, 0, samples * (2 * products + last) + updates * 10 * size,
                             samples * 2 * (2 * p + 5 * h + 3 * o) + updates * (34 * size + 2 * last),
                             18 * size + 4 * batch * (p + h + o))
            elif row["model"] == "ridge":
                work = price(case, 0, n * sums + d ** 3 / 6 + d * d * o, 2 * n * (d + o) + 8 * sums, d + o + 4 * sums)
            else:
                continue
            assert np.isclose(float(row[f"training_J_{case}"]), samples * way + work, rtol=1e-12), row


def eval_rivals(data, n_splits):
    """Mean held-out accuracy of ridge and of logistic regression by plain gradient descent, on splits drawn by NumPy."""
    x, labels = data[:, :-1], np.unique(data[:, -1], return_inverse=True)[1]
    random, found = np.random.default_rng(7), []
    for _ in range(n_splits):
        order = np.concatenate([random.permutation(np.flatnonzero(labels == c)) for c in range(3)]).reshape(3, -1)
        test, train = order[:, :15].ravel(), order[:, 22:].ravel()
        z = (x - x[train].mean(axis=0)) / x[train].std(axis=0)
        z = np.hstack([z, np.ones((len(z), 1))])
        hot = np.eye(3)[labels]
        w = np.linalg.solve(z[train].T @ z[train] + 1e-2 * len(train) * np.diag([1, 1, 1, 1, 0]), z[train].T @ (2 * hot[train] - 1))
        v = np.zeros((5, 3))
        for _ in range(400):
            e = np.exp(z[train] @ v)
            v -= 0.5 * z[train].T @ (e / e.sum(axis=1, keepdims=True) - hot[train]) / len(train)
        found.append([np.mean(np.argmax(z[test] @ m, axis=1) == labels[test]) for m in (w, v)])
    return np.mean(found, axis=0)


def main(program, source):
    program = os.path.abspath(program)
    data = np.genfromtxt(os.path.join(source, "inputs/data/iris.csv"), delimiter=",", skip_header=1)
    rivals = eval_rivals(data, 40)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write(target=1, margin=1e-3, epochs=50)  # nobody stops early
        rows = read_models(program)
        check_energies(rows, 4, 3, 84, 32)
        own = {(r["model"], r["hidden"], r["setting"]): float(r["accuracy"]) for r in rows}
        assert abs(own["ridge", "0", "0.01"] - rivals[0]) < 0.025, (own, rivals)
        assert abs(own["adam", "0", "0.03"] - rivals[1]) < 0.025, (own, rivals)

        seen = []
        for nodes in (7, 12):
            write(nodes=nodes)
            rows = read_models(program)
            call(program, "run", "deck.yaml", "-o", "out.h5", "--force", "--quiet")
            with h5py.File("out.h5", "r") as file:
                seen.append({k: file[f"trials/{k}"][0] for k in file["trials"] if k != "state"})
            best = next(r for r in rows if "inference budgeted" in r["cheapest"])
            assert all(seen[-1]["reference_inference_energy_budgeted"] == float(best["inference_J_budgeted"]))
            assert all(seen[-1]["reference_accuracy_budgeted"] == float(best["accuracy"]))
            taught = next(r for r in rows if "training budgeted" in r["cheapest"])
            assert all(seen[-1]["reference_training_energy_budgeted"] == float(taught["training_J_budgeted"]))
            for work in ("inference", "training"):
                ratio = seen[-1][f"{work}_energy_budgeted"] / seen[-1][f"reference_{work}_energy_budgeted"]
                assert np.allclose(seen[-1][f"reference_{work}_ratio_budgeted"], ratio, rtol=1e-14)
        for key in ("accuracy", "inference_energy", "training_energy"):  # rings that do nothing change no digit
            assert all(seen[0][f"reference_{key}_budgeted"] == seen[1][f"reference_{key}_budgeted"])

        write(target=1, margin=1e-3, confidence=0.99)
        call(program, "run", "deck.yaml", "-o", "out.h5", "--force", "--quiet")
        with h5py.File("out.h5", "r") as file:
            assert np.all(file["trials/state"][()] == 1)
            for key in ("reference_accuracy_budgeted", "reference_inference_ratio_budgeted", "reference_training_ratio_budgeted"):
                assert np.all(np.isnan(file[f"trials/{key}"][()])), key


if __name__ == "__main__":
    main(*sys.argv[1:])
