"""One inference and one training step of every family by hand, part by part; families without a table of parts, and units
that nobody knows, are refused by name.

    python3 test_energies.py PROGRAM
"""
import math
import os
import subprocess
import sys
import tempfile

import h5py

# 5 nodes, all linked: 10 links; 2 inputs, 2 outputs; two updates an epoch of 12 samples.
N, LINKS, IN, OUT, BATCH = 5, 10, 2, 2, 6
RATE, POWER = 2e9, 3e-6
LENGTHS = (5, 3)  # of phases, by a clock
UNIT_LENGTH = {"silicon-ring": 1e-3}  # whose rates are of some 10^4 per us
CASES = {
    "optimistic": {"wall_plug": 0.2, "loss": 0.6 + 1 + 0.03, "splitter": 0.05, "mesh": 0.1, "ring": 0.01, "detector": 3.2e-6,
                   "laser": 0.1e-3, "opo": 30e-6, "ring_heater": 2.4e-3, "weight_heater": 0, "bias": 0, "modulator": 42e-15,
                   "driver": 0.42e-3, "receiver": 3e-3, "dac": 3.6e-12, "adc": 1.1e-12, "others": 0, "write": 0.96e-12,
                   "mac16": 0.59e-12, "word": 0.15e-12},
    "budgeted": {"wall_plug": 0.1, "loss": 2 + 2.5 + 0.3 + 5, "splitter": 0.3, "mesh": 0.5, "ring": 0.1, "detector": 28e-6,
                 "laser": 2e-3, "opo": 1e-3, "ring_heater": 4.6e-3, "weight_heater": 2.8e-3, "bias": 1.2e-3, "modulator": 419e-15,
                 "driver": 4.19e-3, "receiver": 85e-3, "dac": 3.6e-12, "adc": 1.48e-12, "others": 1, "write": 3.6e-12,
                 "mac16": 2e-12, "word": 0.61e-12},
    "today": {"wall_plug": 0.05, "loss": 3 + 5 + 2 + 5, "splitter": 0.3, "mesh": 0.5, "ring": 0.1, "detector": 40e-6,
              "laser": 20e-3, "opo": 20e-3, "ring_heater": 12.5e-3, "weight_heater": 12.5e-3, "bias": 1.2e-3, "modulator": 50e-12,
              "driver": 0.5, "receiver": 0.1, "dac": 0.64e-9, "adc": 0.5e-9, "others": 1, "write": 0.64e-9,
              "mac16": 1.41e-12, "word": 0},
}
PARTS = ("laser", "heaters", "modulators", "receivers", "converters")
# Components of a node, trained parameters, phases beside the free one, and the parts inside.
RINGS, PLAIN = {"locked": N}, {}
BANK = {"splitters": 3, "division": N, "passed": N, "lines": N, "locked": 2 * LINKS + N, "shifters": 0, "drivers": N, "receivers": N}
FAMILIES = {
    "kerr": ("phase-conjugate", 2, "[coupling, detuning]", 15, "kerr: 0.1", RINGS),
    "silicon-ring": ("phase-conjugate", 4, "[coupling]", 10, "", RINGS),
    "laser": ("plain", 2, "[coupling]", 10, "pump: -0.5", {"laser": 2.5}),
    "laser-b": ("time-reversed", 3, "[coupling]", 10, "pump: -0.25", {"laser": 3.75}),
    "opo": ("plain", 1, "[coupling]", 10, "pump: 0.5", {"opo": 1.25, **RINGS}),
    "mesh": ("phase-conjugate", 2, "[phase]", 5, "", {"meshes": N, "shifters": 2 * LINKS + N}),
    "mesh-electro-optic": ("spsa", 2, "[phase]", 5, "",
                           {"meshes": N, "shifters": 2 * LINKS + N, "drivers": N, "receivers": N}),
    "broadcast": ("plain", 1, "[coupling]", 10, "", BANK),
    "broadcast-ring": ("spsa", 1, "[coupling]", 10, "", BANK),
}
DECK = """network: {{family: {family}, topology: {{nodes: 5}}, parameters: {{{parameters}}}}}
task: {{name: moons, samples: 12, test_fraction: 0}}
learning: {{estimator: {rule}, epochs: 1, batch: 6, train: {trained}}}
population: {{instances: 1}}
equilibrium: {{duration: {{free: {free}, nudged: {nudged}}}}}
{energy}
metrics: [accuracy, settling_time, energy_per_inference, {metrics}]
"""
NO_READS = "energy: {{{units}optimistic: {{read_time: 0 s}}, budgeted: {{read_time: 0 s}}, today: {{read_time: 0 s}}}}"


def call(program, *words):
    done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def write(family, units, metrics):
    rule, _, trained, _, parameters, _ = FAMILIES.get(family, ("plain", 0, "[coupling]", 0, "", None))
    energy, unit = NO_READS.format(units=units), UNIT_LENGTH.get(family, 1)
    with open("deck.yaml", "w", encoding="ascii") as file:
        file.write(DECK.format(family=family, rule=rule, trained=trained, parameters=parameters, energy=energy, free=LENGTHS[0] * unit, nudged=LENGTHS[1] * unit,
                               metrics=", ".join(metrics)))


def read(program, family, units):
    names = [f"{work}_{part}_{case}" for case in CASES for work in ("inference", "step") for part in
             PARTS + ("input", "energy") + (("updates", "arithmetic") if work == "step" else ())]
    write(family, units, names)
    status, said = call(program, "run", "deck.yaml", "-o", "out.h5", "--force", "--quiet")
    assert status == 0, said
    with h5py.File("out.h5", "r") as file:
        assert file["trials/state"][0, 0] == 1, said
        return {name: float(file[f"trials/{name}"][0, 0]) for name in ["settling_time", "energy_per_inference"] + names}


def eval_work(c, inside, lengths, nudged, detectors, n_components, light):
    """The five parts of phases of these lengths in seconds, the `nudged` last of them with an error at the outputs."""
    has = {"splitters": 1, "division": 1, "meshes": 0, "passed": 0, "lines": 0, "laser": 0, "opo": 0, "locked": 0, "drivers": 0,
           "receivers": 0, **inside}
    time, phases, with_errors = sum(lengths), len(lengths), sum(lengths[len(lengths) - nudged:])
    decibel = c["loss"] + has["splitters"] * c["splitter"] + has["meshes"] * c["mesh"] + has["passed"] * c["ring"]
    drives = time * max(light, OUT * c["detector"]) + time * has["lines"] * has["division"] * c["detector"]
    pumps = time * (has["laser"] * c["laser"] + has["opo"] * c["opo"])
    errors = OUT * n_components
    return {
        "laser": (drives * 10 ** (decibel / 10) + pumps) / c["wall_plug"],
        "heaters": time * (has["locked"] * c["ring_heater"] + has["shifters"] * c["weight_heater"]),
        "modulators": IN * (time * c["bias"] + c["modulator"]) + time * has["drivers"] * c["driver"] +
                      errors * (with_errors * c["bias"] + nudged * c["modulator"]),
        "receivers": time * (detectors + has["receivers"]) * c["receiver"],
        "converters": (IN + nudged * errors) * c["dac"] + phases * detectors * c["adc"],
    }


def check_family(program, family):
    rule, components, _, n_trained, _, inside = FAMILIES[family]
    own = family == "silicon-ring"  # in us and uW by itself
    got = read(program, family, "" if own else f"rate_unit: {RATE} 1/s, power_unit: {POWER} W, ")
    rate, power = (1e6, 1e-6) if own else (RATE, POWER)
    one, other, light = *(x * UNIT_LENGTH.get(family, 1) / rate for x in LENGTHS), got["energy_per_inference"] / got["settling_time"] * power
    assert math.isclose(got["settling_time"], one * rate, rel_tol=1e-15)
    light = 0 if math.isnan(light) else light
    inside = {"shifters": n_trained, **inside}
    blind = rule == "spsa"  # two shifted costs in place of phases that are nudged
    for case, c in CASES.items():
        works = {"inference": ([one], 0, OUT),
                 "step": ([one, other, other], 0 if blind else 2, OUT if blind else components * (OUT + c["others"] * (N - OUT)))}
        for work, (lengths, nudged, detectors) in works.items():
            expected = eval_work(c, inside, lengths, nudged, detectors, components, light)
            expected["input"] = 2 * c["word"]  # two bytes in, two out, in registers
            if work == "step":
                expected["updates"] = n_trained * 2 / 12 * c["write"]
                expected["arithmetic"] = (((3 if blind else 3 * n_trained) + 10 * n_trained / BATCH) * c["mac16"] +
                                          16 * n_trained / BATCH * c["word"])
            expected["energy"] = sum(expected.values())
            for part, value in expected.items():
                found = got[f"{work}_{part}_{case}"]
                assert math.isclose(found, value, rel_tol=1e-12, abs_tol=1e-30), (family, work, part, case, found, value)


def check_refusals(program):
    for family in ("phase", "ising", "soft-spin"):
        write(family, "rate_unit: 1e9 1/s, power_unit: 1 mW, ", ["inference_energy_budgeted"])
        status, said = call(program, "check", "deck.yaml", "--pilot", "0")
        assert status == 2 and f"family {family} has no table" in said and said.startswith("epilux: deck.yaml:"), said
    for units, word in (("", "energy.rate_unit"), ("rate_unit: 1e9 1/s, ", "energy.power_unit")):
        write("mesh", units, ["inference_energy_budgeted"])
        status, said = call(program, "check", "deck.yaml", "--pilot", "0")
        assert status == 2 and word in said, said
    for wrong in ("optimistic: {wall_plug: 1.5}", "budgeted: {adc_energy: -1 pJ}"):
        write("silicon-ring", "", ["inference_energy_budgeted"])
        with open("deck.yaml", encoding="ascii") as file:
            text = file.read().replace("optimistic: {read_time: 0 s}, budgeted: {read_time: 0 s}, today: {read_time: 0 s}", wrong)
        with open("deck.yaml", "w", encoding="ascii") as file:
            file.write(text)
        status, said = call(program, "check", "deck.yaml", "--pilot", "0")
        assert status == 2 and "out of range" in said, said


def main(program):
    program = os.path.abspath(program)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for family in FAMILIES:
            check_family(program, family)
        written = read(program, "silicon-ring", "rate_unit: 1e6 1/s, power_unit: 1e-6 W, ")
        assert written == read(program, "silicon-ring", ""), "units written out change the joules of silicon rings"
        written = read(program, "kerr", "rate_unit: 1e10 1/s, power_unit: 1 mW, ")
        assert written == read(program, "kerr", ""), "kerr has other units than the warning says"
        check_refusals(program)


if __name__ == "__main__":
    main(*sys.argv[1:])
