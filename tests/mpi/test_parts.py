"""A campaign in parts: shards that are merged, a campaign made larger, trials run again. All end with the bits of one run; what does
not belong together is refused by name, and nothing is changed.
usage: test_parts.py EPILUX"""
import os
import shutil
import signal
import time

import h5py

from runs import DECK, Run, assert_one_line, assert_same, datasets, finish, main, wait_for

SOBOL = """study: {name: sobol, seed: 5}
network: {family: kerr, topology: {kind: all-to-all, nodes: 5}}
task: {name: xor}
learning: {estimator: backprop, epochs: 2}
variation: [{parameter: detuning, distribution: normal, sigma: 0.1, scope: local}]
design: {method: sobol, points: POINTS, factors: {network.parameters.loss: {low: 0.5, high: 2}}}
population: {instances: INSTANCES, block: 4}
metrics: [accuracy, loss]
"""


def write_deck(folder, points, instances):
    path = os.path.join(folder, f"{points}-{instances}.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write(SOBOL.replace("POINTS", str(points)).replace("INSTANCES", str(instances)))
    return path


def run(epilux, path, *words, n_ranks=0, command="run"):
    status, out, err = finish(n_ranks, epilux, command, *words, *(("-o", path) if command == "run" else ()))
    assert status == 0, err
    return out


def refuse(epilux, words, *parts):
    status, _, err = finish(0, epilux, *words)
    assert status == 2, f"{words}: {status} {err}"
    assert_one_line(err, *parts)


def change(path, name, value):
    with h5py.File(path, "r+") as file:
        if isinstance(value, str):
            file.attrs.modify(name, value)
        else:
            file.attrs[name] = value


def merged_shards_equal_the_whole(folder, epilux):
    whole, out = (os.path.join(folder, name) for name in ("whole.h5", "merged.h5"))
    run(epilux, whole, DECK, n_ranks=2)
    parts = [os.path.join(folder, f"part-{k}.h5") for k in (1, 2, 3, 4)]
    for k, part in enumerate(parts, 1):
        run(epilux, part, DECK, "--shard", f"{k}/4", n_ranks=k % 3)
        assert finish(0, epilux, "status", part)[0] == 0
    run(epilux, None, out, *parts[:3], command="merge")
    status, text, _ = finish(0, epilux, "status", out)
    assert status == 75 and "of 132 trials" in text, text
    refuse(epilux, ("merge", out, *parts), "merged.h5", "--force")
    run(epilux, None, out, *reversed(parts), "--force", command="merge")
    assert_same(whole, out)
    # A part that was killed: what its journal holds is merged too.
    os.remove(parts[0])
    part = Run(2, epilux, "run", DECK, "-o", parts[0], "--shard", "1/4", "--set", "learning.epochs=15")
    wait_for(lambda: os.path.exists(parts[0]), "the part to begin")
    time.sleep(0.1)
    part.kill(signal.SIGKILL, part.ranks())
    part.wait()
    run(epilux, None, out, *parts, "--force", command="merge")
    run(epilux, parts[0], DECK, "--shard", "1/4", "--resume")
    run(epilux, None, out, *parts, "--force", command="merge")
    assert_same(whole, out)


def parts_of_something_else_are_refused_by_name(folder, epilux):
    small = ("--set", "learning.epochs=2", "--set", "population.instances=4")
    a, b, out = (os.path.join(folder, name) for name in ("a.h5", "b.h5", "out.h5"))
    run(epilux, a, DECK, *small)
    for words, parts in ((("--set", "study.seed=8"), ("b.h5", "seed: 8", "seed: 7")),
                         (("--set", "network.parameters.kerr=0.2"), ("b.h5", "kerr: 0.2", "kerr: 0.3"))):
        run(epilux, b, DECK, *small, *words)
        refuse(epilux, ("merge", out, a, b), *parts)
        os.remove(b)
    for name, value, part in (("epilux_version", "0.0.9", "0.0.9"), ("libraries", "GSL 1.0", "GSL 1.0"),
                              ("isa", "vax", "vax"), ("isa", "plain", "plain")):
        shutil.copy(a, b)
        change(b, name, value)
        if value != "plain":
            refuse(epilux, ("run", DECK, *small, "-o", b, "--resume"), "b.h5", part, "--any-version")
            refuse(epilux, ("extend", b, "--instances", "8"), "b.h5", part)
        refuse(epilux, ("merge", out, a, b, "--force"), "b.h5", part, "--any-version")
        status, _, err = finish(0, epilux, "merge", out, a, b, "--any-version", "--force")
        assert status == 0, err
    shutil.copy(a, b)
    with h5py.File(b, "r+") as file:
        file["trials/loss"][1, 2] += 1e-9
    refuse(epilux, ("merge", out, a, b, "--force"), "b.h5", "point 1, instance 2")
    refuse(epilux, ("merge", out, a, os.path.join(folder, "none.h5"), "--force"), "none.h5")
    refuse(epilux, ("run", DECK, *small, "-o", a, "--resume", "--shard", "1/2"), "a.h5", "shard 1/2")
    refuse(epilux, ("run", DECK, *small, "-o", out, "--shard", "3/2"), "--shard 3/2", "K/N")


def an_instruction_set_that_is_lacking_is_refused(folder, epilux):
    path = os.path.join(folder, "a.h5")
    small = ("--set", "learning.epochs=2", "--set", "population.instances=4")
    run(epilux, path, DECK, *small)
    with h5py.File(path, "r") as file:
        if file.attrs["isa"] == "plain":
            return
    words = ("run", DECK, *small, "-o", path, "--resume")
    status, _, err = finish(0, epilux, *words, env={"EPILUX_ISA": "plain"})
    assert status == 2, err
    assert_one_line(err, "a.h5", "plain", "--any-version")
    assert finish(0, epilux, *words, "--any-version", env={"EPILUX_ISA": "plain"})[0] == 0


def an_extended_campaign_equals_a_larger_one(folder, epilux):
    small, instances, larger = (write_deck(folder, *size) for size in ((4, 6), (4, 22), (16, 22)))
    path, expected = os.path.join(folder, "path.h5"), os.path.join(folder, "expected.h5")
    run(epilux, path, small)
    rows = datasets(path)
    with h5py.File(path, "r") as file:
        before = {name: file["trials"][name][()] for name in file["trials"]}
    run(epilux, path, path, "--instances", "22", n_ranks=2, command="extend")
    run(epilux, expected, instances, n_ranks=2)
    assert_same(expected, path)
    run(epilux, path, path, "--points", "16", n_ranks=3, command="extend")
    run(epilux, expected, larger, "--force")
    assert_same(expected, path)
    with h5py.File(path, "r") as file:
        for name, values in before.items():
            assert file["trials"][name][:4, :6].tobytes() == values.tobytes(), name
    assert rows != datasets(path)
    # What is stored is the larger campaign: its deck resumes it, and there is nothing to do.
    assert "all trials were already finished" in run(epilux, path, larger, "--resume")
    refuse(epilux, ("extend", path, "--instances", "4"), "22 instances", "fewer")
    refuse(epilux, ("extend", path, "--points", "17"), "power of two")
    refuse(epilux, ("extend", path, "--instances", "many"), "--instances many")


def larger_sensitivity_designs_begin_with_smaller_ones(folder, epilux):
    path, expected = os.path.join(folder, "path.h5"), os.path.join(folder, "expected.h5")
    for method in ("saltelli", "morris"):
        decks = []
        for points in (4, 8):
            decks.append(os.path.join(folder, f"{method}-{points}.yaml"))
            with open(decks[-1], "w", encoding="ascii") as file:
                file.write(SOBOL.replace("method: sobol", f"method: {method}").replace("POINTS", str(points))
                           .replace("INSTANCES", "4"))
        run(epilux, path, decks[0], "--force")
        run(epilux, path, path, "--points", "8", n_ranks=2, command="extend")
        run(epilux, expected, decks[1], "--force")
        assert_same(expected, path)
        with h5py.File(path, "r") as file:
            assert file["sensitivity/loss"].attrs["groups"] == 32
            assert file["factor"][0] == b"network.parameters.loss"
        status, out, _ = finish(0, epilux, "show", path)
        assert status == 0 and "sensitivity of" in out, out


def an_extension_that_is_killed_goes_on(folder, epilux):
    path, expected = os.path.join(folder, "path.h5"), os.path.join(folder, "expected.h5")
    run(epilux, path, DECK, "--set", "population.instances=4")
    run(epilux, expected, DECK, n_ranks=2)
    for _ in range(4):
        extend = Run(2, epilux, "extend", path, "--instances", "22", "--quiet")
        time.sleep(0.4)
        extend.kill(signal.SIGKILL, extend.ranks())
        extend.wait()
        assert finish(0, epilux, "status", path)[0] in (0, 75)
    run(epilux, path, path, "--instances", "22", command="extend")
    assert_same(expected, path)


def failed_trials_alone_are_run_again(folder, epilux):
    path, expected = os.path.join(folder, "path.h5"), os.path.join(folder, "expected.h5")
    run(epilux, expected, DECK)
    shutil.copy(expected, path)
    with h5py.File(path, "r+") as file:
        for point, instance in ((0, 3), (5, 21)):
            file["trials/state"][point, instance] = 5
            file["trials/loss"][point, instance] = float("nan")
    assert "all trials were already finished" in run(epilux, path, DECK, "--resume")
    out = run(epilux, path, DECK, "--resume", "--retry-failed")
    assert "2 trials in" in out, out
    assert_same(expected, path)
    refuse(epilux, ("run", DECK, "-o", path, "--retry-failed"), "--retry-failed", "--resume")


main([merged_shards_equal_the_whole, parts_of_something_else_are_refused_by_name,
      an_instruction_set_that_is_lacking_is_refused, an_extended_campaign_equals_a_larger_one,
      larger_sensitivity_designs_begin_with_smaller_ones, an_extension_that_is_killed_goes_on, failed_trials_alone_are_run_again], "epilux")
