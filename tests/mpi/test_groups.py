"""Networks over groups of ranks: the numbers of a population, to the solvers' tolerance on 1, 2 and 4 ranks a network, the
same bits for equal numbers, killed and resumed or not; and what cannot be is refused in one line.
usage: test_groups.py EPILUX"""
import os
import random
import signal
import time

import h5py
import numpy as np

import runs
from runs import HERE, Run, assert_one_line, assert_same, count_finished, finish, main, wait_for

runs.PATIENCE = 200  # s: ranks that wait for each other wait long where cores are shared with much else
LATTICE = os.path.join(HERE, "lattice.yaml")
POPULATION = ("--set", "equilibrium.engine=population")


def per_network(n):
    return "--set", f"population.ranks_per_network={n}"


def run(n_ranks, epilux, path, *options):
    status, out, err = finish(n_ranks, epilux, "run", LATTICE, "-o", path, *options)
    assert status == 0, err
    return out, err


def assert_near(path, other, tolerance, *but):
    with h5py.File(path, "r") as a, h5py.File(other, "r") as b:
        for group in ("trials", "curves"):
            assert a[group].keys() == b[group].keys()
            for name in set(a[group]) - {"residual", *but}:
                x, y = a[group][name][()], b[group][name][()]
                assert np.all(np.isfinite(x)), f"{name} of {path}: {x}"
                worst = np.max(np.abs(x - y) / (1 + np.abs(y)))
                assert worst <= tolerance, f"{name} differs by {worst} between {path} and {other}"


def engine(path):
    with h5py.File(path, "r") as file:
        return file.attrs["engine"], int(file.attrs["ranks_per_network"])


def same_numbers_on_any_number_of_ranks(folder, epilux):
    paths = {}
    for n_ranks, R in ((0, 1), (3, 1), (2, 2), (5, 2), (3, 2), (4, 4)):
        path = os.path.join(folder, f"{n_ranks}-{R}.h5")
        _, err = run(n_ranks, epilux, path, *per_network(R))
        assert ("have no work" in err) == (n_ranks == 3 and R == 2), err
        if R in paths:
            assert_same(paths[R], path)
        paths.setdefault(R, path)
        assert engine(path) == ("distributed", R)
    assert_near(paths[2], paths[1], 1e-7)
    assert_near(paths[4], paths[1], 1e-7)
    path = os.path.join(folder, "population.h5")
    run(0, epilux, path, *POPULATION)
    assert engine(path) == ("population", 1)
    # Each integrator tells in its own steps when the network has settled, and counts its own releases.
    assert_near(path, paths[1], 1e-6, "settling_time", "energy_per_inference", "equilibria")
    assert_near(path, paths[1], 0.1, "equilibria")


def survives_kills(folder, epilux):
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "killed.h5")
    run(2, epilux, whole, *per_network(2))
    n = held = 0
    rng = random.Random(5)
    while n < 3:
        n_ranks = rng.choice((2, 4, 5))
        attempt = Run(n_ranks, epilux, "run", LATTICE, "-o", path, "--resume", "--checkpoint", "0.2", "--quiet",
                      *per_network(2))
        wait_for(lambda: os.path.exists(path + ".journal") or attempt.process.poll() is not None, "the campaign")
        time.sleep(1.5 * rng.random())
        ranks = attempt.ranks()
        attempt.kill(signal.SIGKILL, rng.sample(ranks, 1) if ranks else [])
        status, _, _ = attempt.wait()
        if status == 0:
            assert_same(whole, path)
            os.remove(path)
            held = 0
            continue
        n += 1
        if os.path.exists(path):
            now = count_finished(path)
            assert now >= held, f"after kill {n} the file holds {now} trials, before it held {held}"
            held = now
    status, _, err = finish(4, epilux, "run", LATTICE, "-o", path, "--resume", *per_network(2))
    assert status == 0, err
    assert_same(whole, path)


def stops_and_goes_on(folder, epilux):
    path, whole = os.path.join(folder, "stopped.h5"), os.path.join(folder, "whole.h5")
    more = ("--set", "learning.epochs=40", *per_network(2))
    attempt = Run(4, epilux, "run", LATTICE, "-o", path, *more)
    wait_for(lambda: os.path.exists(path + ".journal"), "the campaign")
    time.sleep(0.1)
    attempt.kill(signal.SIGTERM, attempt.ranks()[:1])
    status, _, err = attempt.wait()
    assert status == 75 and "stopped by SIGTERM" in err, f"{status}: {err}"
    held = count_finished(path)
    assert held < 4, f"{held} trials: nothing was left to stop"
    status, _, err = finish(2, epilux, "run", LATTICE, "-o", path, "--resume", *more)
    assert status == 0, err
    run(2, epilux, whole, *more)
    assert_same(whole, path)


def what_cannot_be_is_refused(folder, epilux):
    path = os.path.join(folder, "refused.h5")
    for n_ranks, options, words in (
            (0, per_network(2), "the run has 1 rank: start it with mpirun -n 2"),
            (2, (*POPULATION, *per_network(2)), "with equilibrium.engine: population every network has one rank"),
            (0, ("--set", "learning.estimator=dyadic"), "learning.estimator: dyadic: whole networks are needed"),
            (0, ("--set", "learning.protocol=noise-aware"), "noise-aware: several instances are trained at a time"),
            (0, ("--set", "network.parameters.cross_kerr=0.1"), "network.parameters.cross_kerr"),
            (0, ("--set", "population.block=2"), "solved one at a time"),
            (0, (*POPULATION, "--petsc", "-log_view"), "without PETSc"),
            (2, (*per_network(2), "--petsc", "ksp_type bcgs"), "'ksp_type' is neither an option"),
            (2, (*per_network(2), "--petsc", "-options_file /nowhere"), "the file cannot be read"),
            (0, ("--set", "network.inputs.encoding=phase"), "has encoding amplitude only"),
            (0, ("--set", "network.outputs.readout=balanced-pair", "--set", "network.outputs.nodes=[12, 3, 1, 2]"),
             "a distributed network has no balanced pairs"),
            (0, ("--set", "petsc.option=-log_view"), "did you mean 'options'"),
            (0, ("--set", "equilibrium.engine=dispersed"), "one of auto, population, distributed"),
            (2, ("--set", "population.ranks_per_network=21"), "20 free nodes cannot be spread over 21 ranks")):
        status, _, err = finish(n_ranks, epilux, "run", LATTICE, "-o", path, *options)
        assert status == 2, f"{options}: {status}, {err}"
        assert_one_line(err, words)
        assert not os.path.exists(path)


def solvers_are_chosen_by_options(folder, epilux):
    first, path = os.path.join(folder, "first.h5"), os.path.join(folder, "options.h5")
    run(0, epilux, first)
    out, _ = run(0, epilux, path, "--petsc", "-ksp_type bcgs -log_view")
    assert "SNESSolve" in out, "no table of PETSc's events"
    assert_near(path, first, 1e-7)
    for words in ("-ts_type bdf", "-ts_type arkimex", "-ts_type pseudo", "-pc_type fieldsplit", "-pc_type gamg"):
        run(0, epilux, path, "--force", "--petsc", words)
        assert_near(path, first, 1e-7, "settling_time", "energy_per_inference")
    run(0, epilux, path, "--force", "--petsc", "-ksp_type bcgs -log_view")
    with h5py.File(path, "r") as file:
        assert "-ksp_type bcgs -log_view" in file.attrs["deck"]
    _, err = run(0, epilux, path, "--force", "--petsc", "-kspp_type bcgs")
    assert_one_line(err, "-kspp_type is known to no solver")
    _, err = run(0, epilux, path, "--force", "--petsc", "-pc_type none -ksp_type richardson")
    assert_one_line(err, "richardson with none", "direct solver", "-pc_type asm")
    assert_near(path, first, 1e-7, "settling_time", "energy_per_inference", "equilibria")
    status, _, err = finish(0, epilux, "run", LATTICE, "-o", path, "--force", "--petsc", "-pc_type nought")
    assert status == 1, err
    assert "petsc.options: Unable to find requested PC type nought" in err, err
    status, _, err = finish(0, epilux, "run", LATTICE, "-o", path, "--force", "--petsc", "-pc_type mg")
    assert status == 1 and "gamg" in err, err


def check_times_them_alone(folder, epilux):
    """On one core whatever the launch, with nothing printed by PETSc, and nothing left behind."""
    for n_ranks, options in ((0, ()), (2, ()), (3, per_network(2)), (0, ("--set", "petsc.options=-log_view"))):
        status, out, err = finish(n_ranks, epilux, "check", LATTICE, *options)
        assert status == 0 and not err, f"{options}: {status}, {err}"
        assert out.count(" of 4 blocks of trials, timed here in ") == 1, out
        assert "SNESSolve" not in out, out
    status, _, err = finish(0, epilux, "check", LATTICE, "--set", "petsc.options=-pc_type nought")
    assert status == 2, err
    assert_one_line(err, "a trial of the pilot: petsc.options: Unable to find requested PC type nought")
    assert not os.listdir(folder)


UNSTABLE = """
network:
  family: opo
  topology: {kind: ring, nodes: 12}
  parameters: {pump: 1.5, coupling: 0.1, bias: 0}
  inputs: {scale: 0}
  outputs: {readout: amplitude}
task: {name: xor}
learning: {epochs: 0}
equilibrium: {engine: distributed, method: newton}
population: {instances: 1}
metrics: [stability, residual]
"""


MULTISTABLE = """
network:
  family: phase
  topology: {kind: lattice, rows: 5, columns: 6}
  parameters: {coupling: {distribution: normal, mean: 0, sigma: 1}, field: 0.05, field_phase: {distribution: uniform, low: -0.5, high: 0.5}}
  inputs: {nodes: [1, 7]}
task: {name: xor}
study: {seed: 7}
learning: {estimator: backprop, epochs: 2, batch: 3, optimizer: {name: sgd, rate: 0.05}}
equilibrium: {engine: distributed, tolerance: 1e-12}
population: {instances: 1}
metrics: [loss, train_loss, stability]
curves: [loss]
"""


def each_sample_has_the_start_that_a_population_gives_it(folder, epilux):
    """Of many equilibria a network of phases goes to that of its start, and every sample has its own."""
    deck = os.path.join(folder, "multistable.yaml")
    with open(deck, "w", encoding="utf-8") as file:
        file.write(MULTISTABLE)
    paths = [os.path.join(folder, f"{name}.h5") for name in ("population", "1", "2")]
    for path, n_ranks, options in zip(paths, (0, 0, 2), (POPULATION, (), per_network(2))):
        status, _, err = finish(n_ranks, epilux, "run", deck, "-o", path, *options)
        assert status == 0, err
    assert_near(paths[1], paths[0], 1e-7)
    assert_near(paths[2], paths[0], 1e-7)


def unstable_networks_are_reported(folder, epilux):
    """Newton finds the dark state of oscillators above threshold: its rightmost eigenvalue is pump - 1 + 2 J."""
    deck, path = os.path.join(folder, "unstable.yaml"), os.path.join(folder, "unstable.h5")
    with open(deck, "w", encoding="utf-8") as file:
        file.write(UNSTABLE)
    for n_ranks in (0, 2):
        status, _, err = finish(n_ranks, epilux, "run", deck, "-o", path, "--force", *per_network(max(1, n_ranks)))
        assert status == 0, err
        with h5py.File(path, "r") as file:
            assert file["trials/state"][0, 0] == 1
            assert abs(file["trials/stability"][0, 0] - 0.7) < 1e-5, file["trials/stability"][()]
        assert_one_line(err, "4 of 4 equilibria are unstable", "0.7")


def lost_learning_phases_are_counted(folder, epilux):
    """A nudge of 50 leaves few equilibria that Newton finds from the free one, a small one loses none."""
    path = os.path.join(folder, "lost.h5")
    for n_ranks in (0, 2):
        for beta, share in ((50, True), (0.01, False)):
            status, _, err = finish(n_ranks, epilux, "run", LATTICE, "-o", path, "--force", "--set", f"learning.nudge.beta={beta}",
                                    "--set", "metrics=[nudge_failures]", *per_network(max(1, n_ranks)))
            assert status == 0, err
            assert ("metric nudge_failures" in err) == share, err
            with h5py.File(path, "r") as file:
                found = file["trials/nudge_failures"][()]
                assert np.max(found) == (1 if share else 0), found


main([same_numbers_on_any_number_of_ranks, survives_kills, stops_and_goes_on, what_cannot_be_is_refused,
      solvers_are_chosen_by_options, check_times_them_alone, lost_learning_phases_are_counted,
      each_sample_has_the_start_that_a_population_gives_it, unstable_networks_are_reported],
     "epilux")
