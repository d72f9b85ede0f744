"""A long training that is killed, stopped or out of time goes on from where it was kept, with the bits of one that ran
through; a checkpoint that is torn, damaged or of another run is told in one line, and its trials begin anew.
usage: test_checkpoints.py EPILUX"""
import glob
import os
import re
import shutil
import signal
import struct
import time

import runs
from runs import HERE, Run, assert_same, finish, main, wait_for

DECK = os.path.join(HERE, "training.yaml")
runs.PATIENCE = 300  # s: cores are shared with much else
LATTICE = os.path.join(HERE, "lattice.yaml")
QUIET = "--quiet"


def checkpoints(path):
    return sorted(name for name in glob.glob(glob.escape(path) + ".checkpoint.*") if ".part" not in name)


def done_share(name):
    """Share of the training that a checkpoint has done, by its header."""
    with open(name, "rb") as file:
        return struct.unpack("=16Q", file.read(128))[11] / 1e6


def went_on(err):
    """Shares from which trainings went on."""
    return [float(share) / 100 for share in re.findall(r"continues, ([0-9.]+) %", err)]


def kill_midway(epilux, path, n_ranks, *words, least=0.0):
    """Runs until a training is kept beyond `least`, then kills all ranks; the share that is kept."""
    run = Run(n_ranks, epilux, "run", *words, "-o", path, "--resume", QUIET)

    def is_kept():
        return any(done_share(name) > least for name in checkpoints(path))

    wait_for(is_kept, f"a training beyond {least}")
    run.kill(signal.SIGKILL, run.ranks())
    status, _, err = run.wait()
    assert status not in (0, 75), err
    return max(done_share(name) for name in checkpoints(path)), err


def assert_nothing_is_left(path):
    assert not glob.glob(glob.escape(path) + ".*"), glob.glob(glob.escape(path) + ".*")


def killed_trainings_go_on(folder, epilux):
    for protocol in ("in-situ", "transfer+finetune", "noise-aware"):
        words = (DECK, "--set", f"learning.protocol={protocol}", *(() if protocol == "in-situ" else ("--set", "learning.epochs=40")),
                 *(("--set", "learning.finetune=40") if "finetune" in protocol else ()))
        whole, path = os.path.join(folder, protocol + ".h5"), os.path.join(folder, protocol + "-killed.h5")
        assert finish(0, epilux, "run", *words, "-o", whole, "--set", "run.checkpoint=0", QUIET)[0] == 0
        assert_nothing_is_left(whole)
        first, _ = kill_midway(epilux, path, 0, *words)
        second, err = kill_midway(epilux, path, 0, *words, least=first)
        assert went_on(err) and went_on(err)[0] > 0 and second > first, err
        status, _, err = finish(2, epilux, "run", *words, "-o", path, "--resume", QUIET)
        assert status == 0, err
        assert went_on(err) and abs(went_on(err)[0] - second) < 1e-3, f"{second}: {err}"
        assert_same(whole, path)
        assert_nothing_is_left(path)


def deaths_of_a_training_that_goes_on_are_no_failure(folder, epilux):
    """Killed more often than a trial may be that kills: each time it was further."""
    path, share = os.path.join(folder, "often.h5"), 0
    for _ in range(5):
        share, err = kill_midway(epilux, path, 0, DECK, "--set", "learning.epochs=20000", least=share)
        assert "recorded as failed" not in err, err
    status, out, _ = finish(0, epilux, "status", path)
    assert status == 75 and "0 of 4" in out, out


def a_signal_leaves_a_training_and_ends_with_75(folder, epilux):
    """What would take longer than blocks under way are waited for is left after its next update."""
    path, reached = os.path.join(folder, "stopped.h5"), 0
    for number, n_ranks in ((signal.SIGTERM, 0), (signal.SIGINT, 2), (signal.SIGUSR1, 3)):
        run = Run(n_ranks, epilux, "run", DECK, "--set", "learning.epochs=20000", "-o", path, "--resume")
        wait_for(lambda: any(done_share(name) > reached for name in checkpoints(path)), "a kept training")
        run.kill(number, run.ranks()[:1])
        status, _, err = run.wait()
        assert status == 75 and "1 running block" in err, f"{status}: {err}"
        assert bool(went_on(err)) == (reached > 0), err
        assert max(map(done_share, checkpoints(path))) > reached
        reached = max(map(done_share, checkpoints(path)))
        assert finish(0, epilux, "status", path)[0] == 75


def time_limits_shorter_than_a_training_reach_its_end(folder, epilux):
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "short.h5")
    epochs, took = 100, 0
    while took < 4:  # s: as long as a fast machine needs for a training that no run below can finish
        epochs *= 2
        start = time.monotonic()
        long = (DECK, "--set", f"learning.epochs={epochs}", "--set", "learning.patience=0")  # its length is its epochs
        assert finish(0, epilux, "run", *long, "-o", whole, "--force", QUIET)[0] == 0
        took = time.monotonic() - start
    status, n_runs, reached = 75, 0, 0
    while status == 75:
        status, _, err = finish(2, epilux, "run", *long, "-o", path, "--resume", "--max-time", "2 s")
        n_runs += 1
        assert n_runs < 100 and status in (0, 75), err
        if status == 75:
            assert "the time limit" in err, err
            if not checkpoints(path) and reached == 0:
                continue  # the time was over before the first epoch was
            share = max(map(done_share, checkpoints(path)))
            assert share > reached, f"no further than {reached} by run {n_runs}"
            reached = share
    assert reached > 0
    assert_same(whole, path)
    assert_nothing_is_left(path)


def damaged_and_foreign_checkpoints_begin_anew(folder, epilux):
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "results.h5")
    short = (DECK, "--set", "learning.epochs=40")
    assert finish(0, epilux, "run", *short, "-o", whole, QUIET)[0] == 0
    kill_midway(epilux, path, 0, *short)
    kept = os.path.join(folder, "kept")
    os.mkdir(kept)
    for name in glob.glob(path + "*"):
        shutil.copy(name, kept)
    other = os.path.join(folder, "other.h5")
    kill_midway(epilux, other, 0, *short, "--set", "study.seed=4")

    def flip(data, place):
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]

    kept_name = os.path.basename(checkpoints(path)[0])
    own = open(checkpoints(path)[0], "rb").read()
    foreign = open(checkpoints(other)[0], "rb").read()
    for what, data, said in (("torn", own[:len(own) // 2], "damaged"), ("empty", b"", "cut short"), ("header", flip(own, 20), "damaged"),
                             ("contents", flip(own, len(own) - 9), "damaged"), ("longer", own + b"x", "damaged"),
                             ("foreign", foreign, "of another deck or seed")):
        for name in glob.glob(path + "*"):
            os.remove(name)
        for name in os.listdir(kept):
            shutil.copy(os.path.join(kept, name), folder)
        with open(checkpoints(path)[0], "wb") as file:
            file.write(data)
        status, _, err = finish(0, epilux, "run", *short, "-o", path, "--resume", QUIET)
        assert status == 0 and not went_on(err), f"{what}: {err}"
        assert len(err.splitlines()) == 1 and said in err, f"{what}: {err}"
        assert_same(whole, path)
        assert_nothing_is_left(path)
    # What is no checkpoint at all is somebody's: it stays, and is said to be in the way.
    with open(os.path.join(kept, kept_name), "wb") as file:
        file.write(b"checkpoint" * 100)
    for name in os.listdir(kept):
        shutil.copy(os.path.join(kept, name), folder)
    status, _, err = finish(0, epilux, "run", *short, "-o", path, "--resume", QUIET)
    assert status == 0 and "not a checkpoint" in err and "move the file away" in err, err
    assert_same(whole, path)
    strange = checkpoints(path)[0]
    assert open(strange, "rb").read() == b"checkpoint" * 100, strange
    os.remove(strange)
    with open(os.path.join(kept, kept_name), "wb") as file:
        file.write(own)
    # Overwritten, nothing of the earlier run is gone on with.
    for name in os.listdir(kept):
        shutil.copy(os.path.join(kept, name), folder)
    status, _, err = finish(0, epilux, "run", *short, "-o", path, "--force", QUIET)
    assert status == 0 and not err, err


def a_folder_that_takes_no_checkpoints_is_said_once(folder, epilux):
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "results.h5")
    short = (DECK, "--set", "learning.epochs=40")
    assert finish(0, epilux, "run", *short, "-o", whole, QUIET)[0] == 0
    for rank in range(3):
        os.mkdir(f"{path}.checkpoint.0.0.part{rank}")
    status, _, err = finish(0, epilux, "run", *short, "-o", path, "--resume", QUIET)
    assert status == 0 and len(err.splitlines()) == 1 and "cannot be saved" in err, err
    assert_same(whole, path)


def networks_over_ranks_go_on(folder, epilux):
    words = (LATTICE, "--set", "population.ranks_per_network=2", "--set", "learning.epochs=2", "--set", "population.instances=1",
             "--set", "run.checkpoint=0.01")
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "killed.h5")
    status, _, err = finish(2, epilux, "run", *words, "-o", whole, QUIET)
    assert status == 0, err
    kill_midway(epilux, path, 2, *words)
    run = Run(3, epilux, "run", *words, "-o", path, "--resume", QUIET)
    wait_for(lambda: checkpoints(path), "a kept training")
    run.kill(signal.SIGTERM, run.ranks()[:1])
    status, _, err = run.wait()
    assert status in (0, 75) and went_on(err), f"{status}: {err}"
    if status == 75:
        status, _, err = finish(2, epilux, "run", *words, "-o", path, "--resume", QUIET)
        assert status == 0, err
    assert_same(whole, path)
    assert_nothing_is_left(path)


main([killed_trainings_go_on, deaths_of_a_training_that_goes_on_are_no_failure, a_signal_leaves_a_training_and_ends_with_75, time_limits_shorter_than_a_training_reach_its_end,
      damaged_and_foreign_checkpoints_begin_anew, a_folder_that_takes_no_checkpoints_is_said_once, networks_over_ranks_go_on], "epilux")
