"""Whose fault an end is: a trial that ends its process is named after one death and recorded as failed, and no other is, whatever
ends the job: crashes, kills of the whole job, signals to the launcher, a rank that hangs. What ends jobs and nobody knows why is
recorded as lost, and the relaunches end.
usage: test_deaths.py EPILUX FOLDER_OF_THE_PLUGIN"""
import os
import signal
import sys
import time

import h5py
import numpy as np

from runs import HERE, Run, assert_same, finish, get_children, main, wait_for

INSTANCES, DONE, FAILED, LOST = 24, 1, 5, 6


def prepare(folder, plugins):
    """The deck, in a folder, with its plugin."""
    deck = os.path.join(folder, "wayward.yaml")
    with open(os.path.join(HERE, "wayward.yaml"), encoding="utf-8") as source, open(deck, "w", encoding="utf-8") as copy:
        copy.write(source.read().replace("wayward.so", os.path.join(plugins, "wayward.so")))
    return deck


def run_whole(folder, epilux, deck, *words):
    """The campaign undisturbed: its file, and which instance has the largest stiffness, with a limit below that."""
    whole = os.path.join(folder, "whole.h5")
    status, _, err = finish(0, epilux, "run", deck, "-o", whole, "--quiet", "--force", *words)
    assert status == 0, err
    with h5py.File(whole, "r") as file:
        most = file["variation/stiffness"][0].max(axis=1)
    first, second = np.sort(most)[::-1][:2]
    return whole, int(np.argmax(most)), str((first + second) / 2)


def assert_all_but(whole, path, culprit, state):
    """One trial is in a state, the others have the bits of the whole campaign."""
    with h5py.File(whole, "r") as one, h5py.File(path, "r") as other:
        expected = one["trials/state"][()]
        expected[0, culprit] = state
        assert (other["trials/state"][()] == expected).all(), other["trials/state"][()]
        loss = one["trials/loss"][()]
        loss[0, culprit] = np.nan
        assert np.array_equal(loss, other["trials/loss"][()], equal_nan=True)


def a_trial_that_ends_its_process_is_named_after_one_death(folder, epilux, plugins):
    deck = prepare(folder, plugins)
    whole, culprit, above = run_whole(folder, epilux, deck)
    for how, n_ranks, why in (("segv", 0, "SIGSEGV"), ("segv", 3, "SIGSEGV"), ("abort", 2, "SIGABRT"), ("exit7", 3, "exit status 7"),
                              ("exit0", 0, "exit status 0")):
        path = os.path.join(folder, f"{how}-{n_ranks}.h5")
        env = {"WAYWARD_ABOVE": above, "WAYWARD_HOW": how}
        status, _, err = finish(n_ranks, epilux, "run", deck, "-o", path, "--quiet", env=env)
        assert status != 0, "a death is a success"
        assert f"inside point 0, instance {culprit}: {why}" in err, err
        assert finish(0, epilux, "status", path)[0] == 75
        status, _, err = finish(n_ranks, epilux, "run", deck, "-o", path, "--resume", "--quiet", env=env)
        assert status == 0 and f"instance {culprit} is recorded as failed: it ended its process ({why})" in err, err
        assert_all_but(whole, path, culprit, FAILED)
        assert finish(0, epilux, "status", path)[0] == 0
        # Mended, it is run again on request.
        assert finish(0, epilux, "run", deck, "-o", path, "--resume", "--retry-failed", "--quiet")[0] == 0
        assert_same(whole, path)


def create_memory_group(n_bytes):
    """A control group of processes that may take so much memory, of version 1 or 2; None where this user may make none."""
    for root, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = os.path.join(root, f"epilux-test-{os.getpid()}")
        try:
            os.mkdir(group)
        except OSError:
            continue
        try:
            with open(os.path.join(group, limit), "w", encoding="ascii") as file:
                file.write(str(n_bytes))
            return group
        except OSError:
            os.rmdir(group)
    return None


def a_trial_that_takes_all_memory_is_named(folder, epilux, plugins):
    """The system ends the process that took it, which is a known cause where the trial runs alone."""
    deck = prepare(folder, plugins)
    whole, culprit, above = run_whole(folder, epilux, deck)
    group = create_memory_group(300 << 20)
    if not group:
        print("skip  a_trial_that_takes_all_memory_is_named: no control group of memory can be made here")
        return
    path = os.path.join(folder, "memory.h5")
    words = ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', group, epilux, "run", deck, "-o", path, "--quiet"]
    env = {"WAYWARD_ABOVE": above, "WAYWARD_HOW": "memory"}
    try:
        status, _, err = finish(0, *words, env=env)
        assert status != 0 and f"inside point 0, instance {culprit}: want of memory" in err, err
        status, _, err = finish(0, *words, "--resume", env=env)  # last, and alone: others had no part in it
        assert status != 0 and f"inside point 0, instance {culprit}: want of memory" in err, err
        status, _, err = finish(0, *words, "--resume", env=env)
        assert status == 0 and f"instance {culprit} is recorded as failed: it ended its process (want of memory)" in err, err
        assert_all_but(whole, path, culprit, FAILED)
    finally:
        wait_for(lambda: try_to_remove(group), "the control group to be empty")


def try_to_remove(group):
    try:
        os.rmdir(group)
        return True
    except OSError:
        return False


def in_a_block_of_several_it_is_found_among_them(folder, epilux, plugins):
    deck = prepare(folder, plugins)
    several = ("--set", "population.block=5")
    whole, culprit, above = run_whole(folder, epilux, deck, *several)
    env = {"WAYWARD_ABOVE": above, "WAYWARD_HOW": "segv"}
    path = os.path.join(folder, "block.h5")
    words = (epilux, "run", deck, "-o", path, "--resume", "--quiet", *several)
    first = culprit // 5 * 5
    for launch, said in enumerate((f"instances {first} to {min(first + 4, INSTANCES - 1)}: SIGSEGV", f"instance {culprit}: SIGSEGV", "failed")):
        status, _, err = finish(2, *words, env=env)
        assert (status == 0) == (launch == 2) and said in err, f"launch {launch}: {status} {err}"
    with h5py.File(whole, "r") as one, h5py.File(path, "r") as other:
        state = other["trials/state"][0]
        assert state[culprit] == FAILED and (np.delete(state, culprit) == DONE).all(), state
        loss = np.abs(one["trials/loss"][0] - other["trials/loss"][0])
        assert np.nanmax(loss) < 1e-6, "instances that are solved by themselves have other numbers"
    status, _, err = finish(2, *words, "--retry-failed")
    assert status == 0, err
    assert_same(whole, path)


def what_ends_jobs_and_nobody_knows_why_is_lost(folder, epilux, plugins):
    deck = prepare(folder, plugins)
    whole, culprit, above = run_whole(folder, epilux, deck)
    for how, n_ranks in (("job", 0), ("kill", 3)):  # with its guardian; the guardian has seen it, and knows no cause
        path = os.path.join(folder, how + ".h5")
        env = {"WAYWARD_ABOVE": above, "WAYWARD_HOW": how}
        words = (epilux, "run", deck, "-o", path, "--resume")
        for launch in range(1, 10):
            status, out, err = finish(n_ranks, *words, env=env)
            if status not in (-signal.SIGKILL, 128 + signal.SIGKILL):
                break
            code, numbers, _ = finish(0, epilux, "status", "--numbers", path)
            finished, trials, kept, ends, running = map(float, numbers.split())
            assert (code, trials, kept, running) == (75, INSTANCES, 0, 0) and finished < trials, numbers
            assert ends >= launch, numbers  # what tells scripts that another launch is of use
        assert launch == 6, f"{how}: {launch} launches"  # under way, once more, three times alone, and it is lost
        assert status == 1 and "1 trial was lost" in err and "--retry-lost" in err, err
        assert "23 done" in out and "1 lost" in out, out
        assert_all_but(whole, path, culprit, LOST)
    status, out, _ = finish(0, epilux, "status", path)
    assert status == 1 and "lost" in out and "--retry-lost" in out and "complete" in out, out
    assert finish(2, *words, "--quiet")[0] == 1  # it stays as it is
    status, _, err = finish(2, *words, "--retry-lost", "--quiet")
    assert status == 0, err
    assert_same(whole, path)
    path = os.path.join(folder, "never.h5")  # without a limit
    for _ in range(7):
        status, _, err = finish(0, epilux, "run", deck, "-o", path, "--resume", "--quiet", "--attempts", "0",
                                env={"WAYWARD_ABOVE": above, "WAYWARD_HOW": "job"})
        assert status == -signal.SIGKILL, err


def start_slow(epilux, deck, path, n_ranks, microseconds, *words):
    """A campaign that has begun."""
    attempts = path + ".attempts"
    before = os.stat(attempts).st_ino if os.path.exists(attempts) else 0
    run = Run(n_ranks, epilux, "run", deck, "-o", path, "--resume", "--quiet", *words, env={"WAYWARD_US": str(microseconds)})
    wait_for(lambda: os.path.exists(attempts) and os.stat(attempts).st_ino != before, "the campaign to begin")
    time.sleep(0.1)
    return run


def assert_nobody_is_charged(whole, path):
    with h5py.File(path, "r") as file:
        assert set(np.unique(file["trials/state"][()])) <= {0, DONE}
    assert whole


def three_signals_to_the_launcher_are_nobodys_fault(folder, epilux, plugins):
    deck = prepare(folder, plugins)
    whole, _, _ = run_whole(folder, epilux, deck)
    for number, n_ranks in ((signal.SIGINT, 1), (signal.SIGTERM, 2), (signal.SIGHUP, 4)):
        path = os.path.join(folder, f"{n_ranks}.h5")
        for _ in range(3):
            run = start_slow(epilux, deck, path, n_ranks, 5000)
            run.kill(number, [run.process.pid])
            status, _, err = run.wait()
            assert status == 1, f"{number}: {status} {err}"  # Open MPI's mpirun
            assert finish(0, epilux, "status", path)[0] == 75
            assert_nobody_is_charged(whole, path)
        assert finish(n_ranks, epilux, "run", deck, "-o", path, "--resume", "--quiet")[0] == 0
        assert_same(whole, path)


def kill_job(run):
    """All of it at once, as the end of a machine would."""
    run.kill(signal.SIGSTOP, [run.process.pid])
    run.kill(signal.SIGKILL, [*run.ranks(), run.process.pid])
    run.process.communicate()


def thirteen_kills_of_the_job_are_nobodys_fault(folder, epilux, plugins):
    deck = prepare(folder, plugins)
    whole, _, _ = run_whole(folder, epilux, deck)
    path = os.path.join(folder, "killed.h5")
    for _ in range(13):
        kill_job(start_slow(epilux, deck, path, 3, 20000))
        assert_nobody_is_charged(whole, path)
    status, _, err = finish(2, epilux, "run", deck, "-o", path, "--resume", "--quiet")
    assert status == 0, err
    assert_same(whole, path)


def a_rank_that_hangs_costs_no_more_than_patience(folder, epilux, plugins):
    deck = prepare(folder, plugins)
    whole, _, _ = run_whole(folder, epilux, deck)
    for who, n_ranks, killed in (("rank", 4, 0), ("guardian", 2, 0), ("both", 3, 2)):
        path = os.path.join(folder, f"{who}.h5")
        for _ in range(killed):  # then what is under way are suspects, and one of them alone
            kill_job(start_slow(epilux, deck, path, n_ranks, 20000))
        run = start_slow(epilux, deck, path, n_ranks, 300)
        wait_for(lambda: os.path.getsize(path + ".journal") > 100, "a first trial")  # all ranks are at work
        guardian = run.ranks()[-1]
        rank, = get_children(guardian)
        run.kill(signal.SIGSTOP, {"rank": [rank], "guardian": [guardian], "both": [guardian, rank]}[who])
        status, _, err = run.wait()
        assert status == 0, f"{who}: {status} {err}"
        assert "of " in err and "do not answer" in err or who == "guardian", err
        assert_same(whole, path)


def what_comes_while_ranks_start_is_heard(folder, epilux, plugins):
    deck = prepare(folder, plugins)
    whole, _, _ = run_whole(folder, epilux, deck)
    path = os.path.join(folder, "early.h5")
    words = (epilux, "run", deck, "-o", path, "--resume", "--quiet")
    for n_ranks in (0, 1, 3):
        status, _, err = finish(n_ranks, *words, "--max-time", "5us")
        assert status == 75, f"{n_ranks} ranks: {status} {err}"
    status, _, err = finish(0, *words, env={"SLURM_JOB_ID": "1", "SLURM_JOB_END_TIME": str(int(time.time()))})
    assert status == 75, err
    run = Run(0, *words, env={"WAYWARD_US": "20000"})
    wait_for(lambda: get_children(run.process.pid), "the guardian")
    run.kill(signal.SIGTERM, [run.process.pid])
    status, _, err = run.wait()
    assert status == 75, f"{status} {err}"
    assert finish(2, *words)[0] == 0
    assert_same(whole, path)


def every_signal_to_any_rank_stops_it_with_75(folder, epilux, plugins):
    deck = prepare(folder, plugins)
    whole, _, _ = run_whole(folder, epilux, deck)
    path = os.path.join(folder, "told.h5")
    for k, name in enumerate(("INT", "TERM", "HUP", "XCPU", "USR1", "USR2", "QUIT", "ALRM")):
        n_ranks = (0, 3)[k % 2]
        run = start_slow(epilux, deck, path, n_ranks, 5000)
        run.kill(getattr(signal, "SIG" + name), run.ranks()[-1:])  # rank 2 of three
        status, _, err = run.wait()
        assert status == 75 and f"stopped by SIG{name}" in err, f"{name}: {status} {err}"
    assert_nobody_is_charged(whole, path)
    assert finish(2, epilux, "run", deck, "-o", path, "--resume", "--quiet")[0] == 0
    assert_same(whole, path)


TESTS = [a_trial_that_ends_its_process_is_named_after_one_death, a_trial_that_takes_all_memory_is_named, in_a_block_of_several_it_is_found_among_them,
         what_ends_jobs_and_nobody_knows_why_is_lost, three_signals_to_the_launcher_are_nobodys_fault,
         thirteen_kills_of_the_job_are_nobodys_fault, a_rank_that_hangs_costs_no_more_than_patience,
         what_comes_while_ranks_start_is_heard, every_signal_to_any_rank_stops_it_with_75]

if __name__ == "__main__":
    wanted = sys.argv[3:]
    main([test for test in TESTS if not wanted or test.__name__ in wanted], "epilux", "plugins")
