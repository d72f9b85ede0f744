"""A campaign that is killed at random times, whole or one rank of it, and resumed each time, ends with the bits of one that
ran through; whenever it dies, its file is whole and no trial is lost that it held.
A trial that kills its process is found over relaunches, and it alone is recorded as failed.
usage: test_kills.py EPILUX TRIALS [NUMBER OF KILLS, 25] [SEED]"""
import os
import random
import signal
import sys
import time

import h5py
import numpy as np

from runs import DECK, Run, assert_same, count_finished, finish, main, wait_for


def survives_kills(folder, epilux, _):
    n_kills = int(sys.argv[3]) if len(sys.argv) > 3 else 25
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(10**6)
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "killed.h5")
    status, _, err = finish(2, epilux, "run", DECK, "-o", whole)
    assert status == 0, err
    n, held = 0, 0
    while n < n_kills:
        n_ranks = rng.choice((1, 2, 3, 4, 7))  # of seven, two are relays
        run = Run(n_ranks, epilux, "run", DECK, "-o", path, "--resume", "--checkpoint", "0.3", "--quiet", "--group", "2",
                  "--attempts", "0")  # whoever kills at random, kills the same trial now and then
        wait_for(lambda: os.path.exists(path + ".journal") or run.process.poll() is not None, "the campaign to begin")
        time.sleep(rng.choice((0.02, 0.2, 2)) * rng.random())
        ranks = run.ranks()
        run.kill(signal.SIGKILL, ranks if rng.random() < 0.5 else rng.sample(ranks, min(1, len(ranks))))
        status, _, err = run.wait()
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
    status, _, err = finish(2, epilux, "run", DECK, "-o", path, "--resume")
    assert status == 0, err
    assert_same(whole, path)
    assert sorted(os.listdir(folder)) == ["killed.h5", "whole.h5"], os.listdir(folder)


def a_poison_trial_is_found_and_it_alone_fails(folder, epilux, trials):
    whole = os.path.join(folder, "whole.h5")
    assert finish(2, trials, whole, 60)[0] == 0
    for n_ranks in (1, 3):
        path, launches = os.path.join(folder, f"{n_ranks}.h5"), 0
        status = 1
        while status != 0:
            launches += 1
            assert launches <= 4, "never finished"
            status = finish(n_ranks, trials, path, 60, "resume", "us=200", "kill=2007")[0]
        assert launches == 4, f"{n_ranks} ranks: {launches} launches"
        with h5py.File(path, "r") as file, h5py.File(whole, "r") as other:
            state, expected = file["trials/state"][()], other["trials/state"][()]
            assert (state[2, 21:24] == 5).all()
            expected[2, 21:24] = 5
            assert (state == expected).all()
            loss, expected = file["trials/loss"][()], other["trials/loss"][()]
            expected[2, 21:24] = float("nan")
            assert loss.tobytes() == expected.tobytes() or np.array_equal(loss, expected, equal_nan=True)
        # Mended, it is run again on request.
        assert finish(n_ranks, trials, path, 60, "resume", "retry")[0] == 0
        assert_same(whole, path)
        assert not [name for name in os.listdir(folder) if name not in ("whole.h5", *(f"{n}.h5" for n in (1, 3)))]


main([survives_kills, a_poison_trial_is_found_and_it_alone_fails], "epilux", "trials")
