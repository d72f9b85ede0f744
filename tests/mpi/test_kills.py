"""A campaign that is killed at random times, whole or one rank of it, and resumed each time, ends with the bits of one that
ran through; whenever it dies, its file is whole, no trial is lost that it held, and none has failed.
usage: test_kills.py EPILUX [NUMBER OF KILLS, 25] [SEED]
From 100 kills on, the trials are short ones, so that a kill costs about a second; a line every 50 says how far it is."""
import os
import random
import signal
import sys
import time

import h5py

from runs import DECK, Run, assert_same, count_finished, finish, get_children, is_alive, main, wait_for


def kill(run, rng):
    """The ranks, one of them, the process that one of them guards, the launcher, or all of the job."""
    ranks = run.ranks()
    one = rng.sample(ranks, min(1, len(ranks)))
    who = rng.choice(("ranks", "one", "guarded", "launcher", "job"))
    run.kill(signal.SIGKILL, {"ranks": ranks, "one": one, "guarded": [child for pid in one for child in get_children(pid)],
                              "launcher": [run.process.pid], "job": [run.process.pid, *ranks]}[who])
    wait_for(lambda: who != "launcher" or not [pid for pid in ranks if is_alive(pid)], "the ranks to notice")


def assert_states_of(whole, path):
    """No trial has another state than in the campaign that ran through, but for those that are pending."""
    with h5py.File(whole, "r") as one, h5py.File(path, "r") as other:
        expected, state = one["trials/state"][()], other["trials/state"][()]
        assert ((state == expected) | (state == 0)).all(), state


def survives_kills(folder, epilux):
    n_kills = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**6)
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    is_soak = n_kills >= 100
    deck = [DECK, "--set", "learning.epochs=3", "--set", "population.instances=88"] if is_soak else [DECK]
    sizes, longest = ((0, 1, 2, 2, 3, 3, 4, 7), 0.4) if is_soak else ((1, 2, 3, 4, 7), 2)  # of seven, two are relays; 0: no mpirun
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "killed.h5")
    status, _, err = finish(2, epilux, "run", *deck, "-o", whole)
    assert status == 0, err
    n, held, n_ended = 0, 0, 0
    while n < n_kills:
        n_ranks = rng.choice(sizes)
        run = Run(n_ranks, epilux, "run", *deck, "-o", path, "--resume", "--checkpoint", "0.3", "--quiet", "--group", "2")
        wait_for(lambda: os.path.exists(path + ".journal") or run.process.poll() is not None, "the campaign to begin")
        time.sleep(rng.choice((0.02, 0.2, longest)) * rng.random())
        kill(run, rng)
        status, _, err = run.wait()
        if status == 0:
            assert_same(whole, path)
            os.remove(path)
            held = 0
            n_ended += 1
            continue
        n += 1
        if n % 50 == 0:
            print(f"{n} kills, {n_ended} campaigns ended with the same bits", flush=True)
        if os.path.exists(path):
            assert_states_of(whole, path)
            now = count_finished(path)
            assert now >= held, f"after kill {n} the file holds {now} trials, before it held {held}"
            held = now
    status, _, err = finish(2, epilux, "run", *deck, "-o", path, "--resume")
    assert status == 0, err
    assert_same(whole, path)
    assert sorted(os.listdir(folder)) == ["killed.h5", "whole.h5"], os.listdir(folder)


main([survives_kills], "epilux")
