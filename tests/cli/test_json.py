"""What commands print with --json has the form that docs/forms describes, by an independent validator, and says what
their text, their CSV and the results file say. usage: test_json.py EPILUX SOURCE_DIR"""
import csv
import json
import math
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import yaml

try:
    import jsonschema
except ImportError:
    print("skipped: no Python with jsonschema was found (Debian: python3-jsonschema)")
    sys.exit(77)

DECK = """
study: {name: j, seed: 1}
network: {family: kerr, topology: {nodes: 3}}
task: {name: xor}
learning: {epochs: 0}
population: {instances: 5}
metrics: [loss, accuracy]
design: {factors: {network.parameters.loss: {values: [1, 0.2]}, learning.estimator: {values: [plain, backprop]}}}
yield: {metric: accuracy, at_least: 0.4}
"""
MORRIS = DECK.replace("{values: [1, 0.2]}, learning.estimator: {values: [plain, backprop]}}",
                      "{low: 0.1, high: 1}}, method: morris, points: 8")
FRACTION = DECK.replace("{network.parameters.loss: {values: [1, 0.2]}, learning.estimator: {values: [plain, backprop]}}",
                        "{%s}, method: fractional-factorial, points: 4" % ", ".join(
                            f"network.parameters.{name}: {{low: 0.1, high: 1}}" for name in ("loss", "kerr", "bias")))


def seal(form):
    """Allows no members that a form does not describe; readers of a form skip them."""
    if isinstance(form, dict):
        if "properties" in form and form.get("type") == "object":
            form.setdefault("additionalProperties", False)
        for value in form.values():
            seal(value)
    elif isinstance(form, list):
        for value in form:
            seal(value)


class Program:
    def __init__(self, path, source):
        self.path = os.path.abspath(path)
        self.version = self.run("--version").split()[1]
        self.validators = {}
        for name in sorted(os.listdir(os.path.join(source, "docs", "forms"))):
            with open(os.path.join(source, "docs", "forms", name), encoding="utf-8") as file:
                form = json.load(file)
            jsonschema.Draft7Validator.check_schema(form)
            seal(form)
            self.validators[name.removesuffix(".json")] = jsonschema.Draft7Validator(form)

    def run(self, *words, status=0):
        done = subprocess.run([self.path, *words], capture_output=True, check=False)
        assert done.returncode == status, (words, done)
        return done.stdout.decode()

    def read(self, *words, status=0):
        """The document of a command, held to its form."""
        said = json.loads(self.run(*words, "--json", status=status))
        for error in self.validators[words[0]].iter_errors(said):
            raise AssertionError(f"{words}: {list(error.absolute_path)}: {error.message[:300]}")
        assert said["epilux_version"] == self.version
        return said

    def rows(self, *words):
        return list(csv.reader(self.run(*words, "--csv").splitlines()))


def is_same(cell, value):
    """A cell of CSV and a member of JSON: equal to the last bit, or the same word, or nothing in both."""
    if value is None:
        return cell in ("", "-", "nan")
    return cell == value if isinstance(value, str) else float(cell) == value


def test_list(program):
    topics = [entry["name"] for entry in program.read("list")["entries"]]
    for topic in topics:
        said = program.read("list", topic)
        assert said["list"] == topic and said["entries"]
        names = [entry["name"] for entry in said["entries"]]
        if topic in ("families", "metrics", "processes"):
            text = program.run("list", topic)
            assert all(name in text for name in names), topic
        if topic == "deck":
            assert len(names) == len(set(names)) and {"learning.nudge.beta", "variation.*.sigma"} <= set(names), names
    assert "commands" in topics


def test_design(program, deck):
    said, rows = program.read("plan", deck), program.rows("plan", deck)
    assert [factor["path"] for factor in said["factors"]] == [head.split(" ")[0] for head in rows[0][1:]]
    assert len(said["points"]) == len(rows) - 1 == 4
    for row, point in zip(rows[1:], said["points"]):
        assert all(map(is_same, row[1:], point)), (row, point)


def test_fraction(program, deck):
    said = program.read("plan", deck)
    assert said["fraction"]["resolution"] == 3 and said["fraction"]["generators"] == "C = AB", said
    text = program.run("plan", deck)
    assert said["fraction"]["aliases"] and all(alias in text for alias in said["fraction"]["aliases"])


def test_check(program, deck):
    said = program.read("check", deck, "--pilot", "0.05")
    assert (said["points"], said["instances"], said["trials"]) == (4, 5, 20), said
    assert said["time"]["core_seconds"] > 0 and said["bytes_per_rank"] > 1e6
    resolved = yaml.safe_load(said["deck"])
    assert resolved["learning"]["nudge"]["beta"] > 0, "defaults are filled in"
    assert sum(one["training"] + one["validation"] + one["held_out"] for one in said["classes"]) == 4
    assert program.read("check", deck, "--pilot", "0")["time"] is None


def test_status(program, deck, results):
    for shard, status, state in ((["--shard", "1/2"], 0, "complete"), ([], 75, "stopped")):
        subprocess.run([program.path, "run", deck, "-o", results, "--quiet", "--force", *shard,
                        *([] if shard else ["--max-time", "0.01s"])], check=False, capture_output=True)
        said = program.read("status", results, status=status)
        with h5py.File(results) as file:
            states = file["trials/state"][()]
        assert said["state"] == state and said["file"] == results, said
        assert sum(said["states"].values()) == said["trials"], said
        assert said["finished"] == np.count_nonzero(states), said
        assert said["states"]["done"] == np.count_nonzero(states == 1), said
        assert said["states"]["pending"] == said["trials"] - said["finished"], said


def test_show(program, deck, results):
    program.run("run", deck, "-o", results, "--quiet", "--force")
    said, rows = program.read("show", results), program.rows("show", results)
    with h5py.File(results) as file:
        values = file["trials/accuracy"][()]
    assert said["metric"] == "accuracy" and said["yield"]["at_least"] == 0.4, said
    for row, point, accuracy in zip(rows[1:], said["points"], values):
        cells = dict(zip(rows[0], row))
        assert all(map(is_same, row[1:3], point["values"])), (row, point)
        for name in ("mean", "std", "min", "max", "yield"):
            assert is_same(cells[name], point[name]), (name, cells, point)
        assert is_same(cells["low"], point["yield_low"]) and is_same(cells["high"], point["yield_high"])
        assert math.isclose(point["mean"], accuracy.mean()) and point["states"]["done"] == 5
        assert len(point["quantiles"]) == len(said["quantiles"])
    assert said["sensitivity"] == []
    assert program.read("show", results, "--metric", "loss")["yield"] is None


def test_sensitivity(program, deck, results):
    program.run("run", deck, "-o", results, "--quiet", "--force")
    said, rows = program.read("show", results), program.rows("show", results, "--sensitivity")
    assert [outcome["of"] for outcome in said["sensitivity"]] == ["accuracy", "yield", "failures"]
    for i, index in enumerate(said["sensitivity"][0]["indices"]):
        assert rows[0][1 + 3 * i] == index["index"]
        for row, factor in zip(rows[1:], index["factors"]):
            assert row[0] == factor["path"]
            assert all(map(is_same, row[1 + 3 * i:4 + 3 * i], (factor["value"], factor["low"], factor["high"])))
    alone = program.read("show", results, "--sensitivity", "--metric", "failures")["sensitivity"]
    assert [outcome["of"] for outcome in alone] == ["failures"]


def test_verify(program):
    said, rows = program.read("verify", "P1"), program.rows("verify", "P1")
    assert said["failed"] == 0 and len(said["cases"]) == 1
    for row, check in zip(rows[1:], said["cases"][0]["checks"], strict=True):
        assert is_same(row[3], check["expected"]) and is_same(row[4], check["got"]) and check["passed"]


def test_bench(program):
    said = program.read("bench", "lattice", "--modes", "400")
    rows = said["benchmarks"][0]["rows"]
    assert rows and all(row["seconds"] > 0 for row in rows if row["seconds"] is not None)
    assert said["missed"] == sum(row["met"] is False for row in rows)


def test_mistakes(program, folder):
    """What is refused prints no document, and one line."""
    for words in (["plan", "nowhere.yaml"], ["show", "nowhere.h5"], ["status", "nowhere.h5"], ["list", "nothing"],
                  ["verify", "P0"], ["list", "deck", "--schema"]):
        done = subprocess.run([program.path, *words, "--json"], capture_output=True, text=True, check=False, cwd=folder)
        assert done.returncode == 2 and not done.stdout and len(done.stderr.splitlines()) == 1, done


def main():
    program = Program(*sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        decks = {}
        for name, text in (('a "deck"', DECK), ("morris", MORRIS), ("fraction", FRACTION)):
            decks[name] = os.path.join(folder, name + ".yaml")
            with open(decks[name], "w", encoding="utf-8") as file:
                file.write(text)
        deck, results = decks['a "deck"'], os.path.join(folder, 'a "file".h5')
        test_list(program)
        test_design(program, deck)
        test_fraction(program, decks["fraction"])
        test_check(program, deck)
        test_status(program, deck, results)
        test_show(program, deck, results)
        odd = os.path.join(os.fsencode(folder), b"no-\xff\xc3text.h5")
        os.rename(results, odd)
        assert os.path.basename(program.read("show", os.fsdecode(odd))["file"]) == "no-\ufffd\ufffdtext.h5"
        test_sensitivity(program, decks["morris"], results)
        test_verify(program)
        test_bench(program)
        test_mistakes(program, folder)
    print(f"{len(program.validators)} forms hold")


if __name__ == "__main__":
    main()
