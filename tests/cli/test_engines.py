"""Every metric, rule of learning and feature of training on both engines: a number, or refused by its name.

    python3 test_engines.py PROGRAM
"""
import math
import os
import subprocess
import sys
import tempfile

import h5py

DECK = """network:
  family: kerr
  topology: {kind: ring, nodes: 6}
  parameters: {loss: 2.0, kerr: 0.1, detuning: 0.3}
  device: {material: silicon-nitride, radius: 100 um, gap: 500 nm}
task: {name: moons, samples: 20, validation_fraction: 0.2}
reference: {target: 0.5, confidence: 0.5, splits: 2, widths: [1]}
variation: [{parameter: detuning, sigma: 0.01}]
population: {instances: 1}
"""
# What a deck may ask of an engine beside rules and metrics: its lines, the word of its refusal, and the metrics that are
# empty without it.
FEATURES = {
    "protocol": ("protocol: transfer+finetune, finetune: 1", "learning.protocol", ["nominal_accuracy"]),
    "audit": ("audit: 0.5", "equilibrium.audit", ["audit_disagreements"]),
    "starts": ("starts: 2", "equilibrium.starts", []),
    "hardware": ("hardware: {weights: {bits: 6}, readout: {bits: 8}, drive: {bits: 8}}", "hardware",
                 ["saturated_reads", "saturated_writes", "saturated_drives"]),
}
# Of families with a mesh of interferometers; this deck's has none.
OF_MESHES = ["fidelity", "insertion_loss"]
# Of real targets; the deck has classes, and the other deck has none.
OF_NUMBERS = ["mean_squared_error", "train_mean_squared_error", "r_squared"]
# Of spins, of which this deck's family has none; test_search.py has them.
OF_SPINS = ["ising_energy", "ising_energy_mean", "cut", "success_probability", "success_probability_low",
            "success_probability_high", "time_to_solution", "time_to_solution_low", "time_to_solution_high"]
SINE = """network: {family: kerr, topology: {kind: ring, nodes: 6}, parameters: {loss: 2.0, kerr: 0.1}}
task: {name: sine, samples: 6}
population: {instances: 1}
"""


def call(program, *words):
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def read_names(program, what):
    """The first words of a list's rows."""
    lines = call(program, "list", what)[1].splitlines()
    return [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")]


def write(engine, rule, features, metrics):
    words = {name: FEATURES[name][0] for name in features}
    learning = ["epochs: 1", f"estimator: {rule}", words.get("protocol")]
    equilibrium = [f"engine: {engine}", words.get("audit"), words.get("starts")]
    with open("deck.yaml", "w", encoding="utf-8") as file:
        file.write(DECK)
        file.write(f"learning: {{{', '.join(filter(None, learning))}}}\n")
        file.write(f"equilibrium: {{{', '.join(filter(None, equilibrium))}}}\n")
        file.write(words.get("hardware", "") + f"\nmetrics: [{', '.join(metrics)}]\n")


def is_taken(program, words):
    """Whether the deck is taken; a refusal must have the words."""
    status, _, said = call(program, "check", "deck.yaml", "--pilot", "0")
    assert status in (0, 2), said
    assert status == 0 or all(word in said for word in words), f"{words} are not in: {said}"
    return status == 0


def view(program, metrics):
    """{metric: its value} of the deck's one trial."""
    status, _, said = call(program, "run", "deck.yaml", "-o", "out.h5", "--force", "--quiet")
    assert status == 0, said
    with h5py.File("out.h5", "r") as file:
        assert file["trials/state"][0, 0] == 1, f"the trial is not done: {said}"
        return {name: file[f"trials/{name}"][0, 0] for name in metrics}


def check_metrics(program, engine, metrics):
    """With all features that the engine has."""
    features = []
    for name, (_, key, _) in FEATURES.items():
        write(engine, "plain", [name], ["loss"])
        if is_taken(program, [key, engine]):
            features.append(name)
    taken = list(metrics)
    write(engine, "plain", features, taken)
    if call(program, "check", "deck.yaml", "--pilot", "0")[0] != 0:
        taken = []
        for name in metrics:
            write(engine, "plain", features, [name])
            if is_taken(program, ["metrics", name]):
                taken.append(name)
        write(engine, "plain", features, taken)
    values = view(program, taken)
    empty = OF_MESHES + [name for feature in FEATURES if feature not in features for name in FEATURES[feature][2]]
    missing = [name for name in taken if name not in empty and not math.isfinite(values[name])]
    assert not missing, f"{engine}: no number of {missing}"
    print(f"{engine}: {len(features)} of {len(FEATURES)} features, {len(taken)} of {len(metrics)} metrics, the others refused")


def check_numbers(program, engine):
    with open("deck.yaml", "w", encoding="utf-8") as file:
        file.write(SINE + f"learning: {{epochs: 1, estimator: plain}}\nequilibrium: {{engine: {engine}}}\n"
                   f"metrics: [{', '.join(OF_NUMBERS)}]\n")
    values = view(program, OF_NUMBERS)
    assert all(math.isfinite(value) for value in values.values()), f"{engine}: {values}"
    return values


def check_rules(program, engine, rules):
    taken = []
    for rule in rules:
        write(engine, rule, [], ["gradient_cosine"])
        if is_taken(program, ["learning.estimator", rule]):
            assert math.isfinite(view(program, ["gradient_cosine"])["gradient_cosine"]), f"{engine}: {rule} has no gradient"
            taken.append(rule)
    assert {"plain", "backprop"} <= set(taken), taken
    print(f"{engine}: {len(taken)} of {len(rules)} rules, the others refused")


def main(program):
    program = os.path.abspath(program)
    metrics, rules = read_names(program, "metrics"), read_names(program, "estimators")
    assert len(metrics) > 60 and len(rules) >= 14, (metrics, rules)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for engine in ("population", "distributed"):
            check_metrics(program, engine, [name for name in metrics if name not in OF_NUMBERS + OF_SPINS])
            check_rules(program, engine, rules)
        one, other = (check_numbers(program, engine) for engine in ("population", "distributed"))
        for name in OF_NUMBERS:
            assert abs(one[name] - other[name]) < 1e-3 * abs(other[name]), f"{name}: {one[name]}, {other[name]}"


if __name__ == "__main__":
    main(*sys.argv[1:])
