"""Signals and time limits stop a campaign, saved, with exit status 75; what is wrong from the start is refused with 2; what goes
wrong later ends with 1, saved. Resumed, it has the bits of one that ran through.
usage: test_stops.py EPILUX TRIALS"""
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import h5py

from runs import DECK, Run, assert_one_line, assert_same, count_finished, finish, main, wait_for

TRIALS = 4 * 240  # of the slow campaign


def start_slow(trials, path, n_ranks, *words):
    """A campaign of some seconds that has begun to finish trials."""
    run = Run(n_ranks, trials, path, TRIALS // 4, "us=20000", *words)
    wait_for(lambda: os.path.exists(path + ".journal") and os.path.getsize(path + ".journal") > 5000, "a first trial")
    return run


def each_signal_stops_it_with_75(folder, epilux, trials):
    whole = os.path.join(folder, "whole.h5")
    assert finish(2, trials, whole, TRIALS // 4)[0] == 0
    for number, to_launcher, n_ranks in ((signal.SIGUSR1, True, 2), (signal.SIGUSR1, True, 3), (signal.SIGTERM, False, 2),
                                         (signal.SIGTERM, False, 6),
                                         (signal.SIGINT, False, 2), (signal.SIGTERM, False, 0)):
        path = os.path.join(folder, f"{number}-{n_ranks}-{to_launcher}.h5")
        run = start_slow(trials, path, n_ranks, "group=2")
        run.kill(number, [run.process.pid] if to_launcher else run.ranks()[:1])
        status, _, err = run.wait()
        assert status == 75, f"{signal.Signals(number).name}: {status} {err}"
        assert 0 < count_finished(path) < TRIALS
        status, out, err = finish(0, epilux, "status", path)
        assert status == 75 and f"{count_finished(path)} of {TRIALS}" in out and "stopped" in out, out + err
        shows_a_rate(out)
        assert finish(2, trials, path, TRIALS // 4, "resume")[0] == 0
        assert_same(whole, path)


def shows_a_rate(out):
    """Of what was solved before the stop: blocks of three trials take 20 ms."""
    lines = [line for line in out.splitlines() if line.startswith("rate")]
    assert len(lines) == 1 and lines[0].endswith("a second, before it stopped"), out
    assert 1 < float(lines[0].split()[1]) < 2000, out


def a_time_limit_stops_it_with_75(folder, epilux, trials):
    path = os.path.join(folder, "limit.h5")
    long = "learning.epochs=4000"
    status, _, err = finish(2, epilux, "run", DECK, "-o", path, "--set", long, "--max-time", "3 s", "--quiet")
    assert status == 75, err
    status, _, err = finish(2, epilux, "run", DECK, "-o", path, "--set", long, "--resume", "--max-time", "00:00:02")
    assert status == 75 and "the time limit" in err, err
    status, _, err = finish(0, epilux, "run", DECK, "--max-time", "2 parsec", "-o", path, "--resume")
    assert status == 2, err
    assert_one_line(err, "--max-time 2 parsec")


def a_running_campaign_is_locked_and_shows_its_progress(folder, epilux, trials):
    path = os.path.join(folder, "busy.h5")
    run = start_slow(trials, path, 2)
    status, out, _ = finish(0, epilux, "status", path)
    assert status == 75 and "running: process" in out, out
    assert finish(0, epilux, "show", path)[0] == 0
    status, _, err = finish(2, trials, path, TRIALS // 4, "resume")
    assert status == 1, err
    assert_one_line(err, "in use by process")
    run.kill(signal.SIGKILL, run.ranks())
    run.wait()
    shows_a_rate(finish(0, epilux, "status", path)[1])  # of a run that had no time to write its results
    assert finish(2, trials, path, TRIALS // 4, "resume")[0] == 0


def a_workers_error_ends_all_ranks_with_1(folder, epilux, trials):
    for n_ranks in (1, 2, 3, 4, 6):
        path = os.path.join(folder, f"{n_ranks}.h5")
        status, _, err = finish(n_ranks, trials, path, 60, "us=500", "fail=2007", "group=3")
        assert status == 1, err
        assert_one_line(err, "task.csv: has vanished")
        assert 0 < count_finished(path) < 240
        status, _, err = finish(n_ranks, trials, path, 60, "resume")
        assert status == 0, err
        assert count_finished(path) == 240


def bad_input_is_refused_by_one_line(folder, epilux, trials):
    path = os.path.join(folder, "results.h5")
    status, _, err = finish(2, epilux, "run", DECK, "-o", path, "--set", "learning.epochs=2", "--quiet")
    assert status == 0 and not err, err
    before = open(path, "rb").read()
    cut, text = os.path.join(folder, "cut.h5"), os.path.join(folder, "text.h5")
    with open(cut, "wb") as file:
        file.write(before[:len(before) // 2])
    shutil.copy(DECK, text)
    ours = ["--set", "learning.epochs=2"]
    for n_ranks, words, parts in ((2, (DECK, "-o", path, *ours), ("--resume", "--force")),
                                  (0, (DECK, "-o", path, "--resume"), ("epochs: 2", "epochs: 15")),
                                  (0, (DECK, "-o", path, *ours, "--set", "study.seed=8", "--resume"), ("seed: 7", "seed: 8")),
                                  (0, (DECK, "-o", cut, *ours, "--resume"), ("cut.h5", "cut short")),
                                  (0, (DECK, "-o", text, *ours, "--resume"), ("text.h5", "not an HDF5 file")),
                                  (0, (DECK, "-o", "/nowhere/r.h5"), ("/nowhere/r.h5",)),
                                  (0, (DECK, "-o", path, "--resume", "--force"), ("--resume", "--force")),
                                  (0, (DECK, "--set", "learning.epoch=3"), ("learning.epoch",)),
                                  (2, (DECK, "--resumed"), ("--resumed", "--resume")),
                                  (2, (os.path.join(folder, "no.yaml"),), ("no.yaml",))):
        status, _, err = finish(n_ranks, epilux, "run", *words)
        assert status == 2, f"{words}: {status} {err}"
        assert_one_line(err, *parts)
    for command in ("status", "show"):
        for bad in (cut, text, os.path.join(folder, "none.h5")):
            status, _, err = finish(0, epilux, command, bad)
            assert status == 2, f"{command} {bad}: {status} {err}"
            assert_one_line(err, os.path.basename(bad))
    assert open(path, "rb").read() == before, "a refused run changed the results"


def results_of_the_version_before_are_read(folder, epilux, trials):
    path = os.path.join(folder, "results.h5")
    assert finish(2, trials, path, 30)[0] == 0
    for version, expected in (("1", 0), ("2", 0), ("3", 0), ("4", 0), ("5", 2), ("0", 2)):
        with h5py.File(path, "r+") as file:
            file.attrs["format_version"] = version
        for command in ("status", "show"):
            status, _, err = finish(0, epilux, command, path)
            assert status == expected, f"version {version}: {status} {err}"
            if expected:
                assert_one_line(err, f"format version {version}", "versions 1 to 4")


def change(path, place, new, cut=0):
    """Overwrites bytes of a file, and cuts its end."""
    with open(path, "r+b") as file:
        file.seek(place)
        file.write(new)
        file.truncate(os.path.getsize(path) - cut)


def a_damaged_journal_costs_only_what_is_damaged(folder, epilux, trials):
    whole, path = os.path.join(folder, "whole.h5"), os.path.join(folder, "killed.h5")
    journal = path + ".journal"
    assert finish(2, trials, whole, TRIALS // 4)[0] == 0
    run = start_slow(trials, path, 2)
    run.kill(signal.SIGKILL, run.ranks())
    run.wait()
    with open(journal, "rb") as file:
        kept = file.read()
    n_bytes = 16 + 8 * int.from_bytes(kept[24:32], sys.byteorder)  # of a record; the header has 64
    n_records = (len(kept) - 64) // n_bytes
    assert n_records > 10
    change(journal, 64 + 4 * n_bytes + 40, b"\xff\x00\xff", cut=5)
    status, out, err = finish(0, epilux, "status", path)
    assert status == 75 and f"{n_records - 2} of {TRIALS}" in out, out + err
    assert "damaged records 1" in " ".join(out.split()), out
    status, _, err = finish(2, trials, path, TRIALS // 4, "resume")
    assert status == 0, err
    assert_same(whole, path)


def a_journal_that_does_not_fit_is_refused_and_left(folder, epilux, trials):
    path = os.path.join(folder, "killed.h5")
    journal = path + ".journal"
    run = start_slow(trials, path, 2)
    run.kill(signal.SIGKILL, run.ranks())
    run.wait()
    with open(journal, "rb") as file:
        kept = file.read()
    for place, new, text in ((0, b"NO", "is not a journal of this program"), (8, kept[15:7:-1], "another byte order"),
                             (20, bytes([kept[20] ^ 1]), "its header is damaged")):
        change(journal, place, new)
        with open(journal, "rb") as file:
            before = file.read()
        status, _, err = finish(2, trials, path, TRIALS // 4, "resume")
        assert status == 1, err
        assert_one_line(err, "killed.h5.journal", text)
        with open(journal, "rb") as file:
            assert file.read() == before, "a refused journal was changed"
        change(journal, 0, kept)
    # Of another campaign, by its own right.
    other = os.path.join(folder, "other.h5")
    run = start_slow(trials, other, 2, "seed=2")
    run.kill(signal.SIGKILL, run.ranks())
    run.wait()
    shutil.copy(other + ".journal", journal)
    status, _, err = finish(2, trials, path, TRIALS // 4, "resume")
    assert status == 1, err
    assert_one_line(err, "another campaign")
    with open(journal, "wb") as file:
        file.write(kept)
    assert finish(2, trials, path, TRIALS // 4, "resume")[0] == 0
    assert count_finished(path) == TRIALS


def mount(disk, *options):
    """Mounts a small disk of its own; false where that is not allowed."""
    words = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", disk]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def a_full_disk_ends_it_with_1_and_what_is_safe(folder, epilux, trials):
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    path = os.path.join(disk, "results.h5")
    whole = os.path.join(folder, "whole.h5")
    assert finish(2, trials, whole, 150)[0] == 0
    if not mount(disk, "size=300k"):
        return full_without_a_disk(whole, path, trials)
    try:
        # One results file fits, and the journal; the second file that is to replace the first does not.
        status, _, err = finish(2, trials, path, 150)
        assert status == 1, err
        assert_one_line(err, "results.h5", "No space left")
        assert sorted(os.listdir(disk)) == ["results.h5", "results.h5.journal"], os.listdir(disk)
        status, out, err = finish(0, epilux, "status", path)
        assert status in (0, 75), err
        assert mount(disk, "remount", "size=3m")
        assert finish(2, trials, path, 150, "resume")[0] == 0
        assert_same(whole, path)
    finally:
        subprocess.run(["umount", disk], check=True)


def full_without_a_disk(whole, path, trials):
    """Where nothing may be mounted: files that may not grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(whole) // 2, before[1]))
    try:
        status, _, err = finish(2, trials, path, 150)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert status == 1, err
    assert_one_line(err, "results.h5")
    assert not os.path.exists(path) and not os.path.exists(path + ".part")


def the_end_waits_for_no_straggler(folder, epilux, trials):
    whole = os.path.join(folder, "whole.h5")
    assert finish(2, trials, whole, 60)[0] == 0
    for n_ranks in (2, 3, 5):  # of five, one is a relay
        path = os.path.join(folder, f"{n_ranks}.h5")
        start = time.monotonic()
        status, _, err = finish(n_ranks, trials, path, 60, "us=3000", f"slow={n_ranks - 1}", "group=3")
        assert status == 0, err
        assert time.monotonic() - start < 25, "waited for a block that another had solved"
        assert_same(whole, path)


def every_message_is_taken_at_the_end(folder, epilux, trials):
    """Trials that cost nothing: the last results are large, and come when all may be finished by copies."""
    for _ in range(3):
        for n_ranks in (2, 3, 6):
            status, _, err = finish(n_ranks, trials, os.path.join(folder, "many.h5"), 4000, "group=3")
            assert status == 0, err


def a_folder_that_vanishes_ends_it_with_1(folder, epilux, trials):
    inside = os.path.join(folder, "inside")
    os.mkdir(inside)
    run = start_slow(trials, os.path.join(inside, "results.h5"), 2)
    shutil.rmtree(inside)
    status, _, err = run.wait()
    assert status == 1, err
    assert_one_line(err, "results.h5")


def more_ranks_than_trials_and_lost_ranks_are_no_trouble(folder, epilux, trials):
    path = os.path.join(folder, "results.h5")
    few = ("--set", "learning.epochs=2", "--set", "population.instances=1", "--quiet")
    status, _, err = finish(10, epilux, "run", DECK, "-o", path, *few)
    assert status == 0 and not err, err
    status, _, err = finish(0, epilux, "run", DECK, "-o", path, *few, "--force", env={"SLURM_STEP_NUM_TASKS": "8"})
    assert status == 0, err
    assert "8 tasks" in err and "one rank" in err, err


main([each_signal_stops_it_with_75, a_time_limit_stops_it_with_75, a_running_campaign_is_locked_and_shows_its_progress,
      a_workers_error_ends_all_ranks_with_1, bad_input_is_refused_by_one_line, results_of_the_version_before_are_read,
      a_damaged_journal_costs_only_what_is_damaged, a_journal_that_does_not_fit_is_refused_and_left,
      a_full_disk_ends_it_with_1_and_what_is_safe, the_end_waits_for_no_straggler, every_message_is_taken_at_the_end, a_folder_that_vanishes_ends_it_with_1,
      more_ranks_than_trials_and_lost_ranks_are_no_trouble], "epilux", "trials")
