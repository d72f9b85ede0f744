"""A campaign that is killed at random times, whole or one rank of it, and resumed each time, ends with the bits of one that
ran through; whenever it dies, its file is whole and no trial is lost that it held.
usage: test_kills.py EPILUX [NUMBER OF KILLS, 5] [SEED]"""
import os
import random
import signal
import sys
import time

from runs import DECK, Run, assert_same, count_finished, finish, main, wait_for


def survives_kills(folder, epilux):
    n_kills = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10**6)
    print(f"seed {seed}", flush=True)
    rng = random.Random(seed)
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "killed.h5")
    status, _, err = finish(2, epilux, "run", DECK, "-o", whole)
    assert status == 0, err
    n, held = 0, 0
    while n < n_kills:
        n_ranks = rng.choice((1, 2, 3, 4))
        run = Run(n_ranks, epilux, "run", DECK, "-o", path, "--resume", "--checkpoint", "0.3", "--quiet")
        wait_for(lambda: os.path.exists(path + ".journal") or run.process.poll() is not None, "the campaign to begin")
        time.sleep(rng.choice((0.02, 0.2, 2)) * rng.random())
        ranks = run.ranks()
        run.kill(signal.SIGKILL, ranks if rng.random() < 0.5 else ranks[:1] if rng.random() < 0.5 else ranks[-1:])
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


main([survives_kills], "epilux")
