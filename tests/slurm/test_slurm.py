"""Campaigns on a real Slurm, submitted by `epilux submit`: whatever ends them in between, they are finished, with the
bits of a run that nothing disturbed.
usage: test_slurm.py EPILUX [--long] [TEST]...    --long: also what takes long, or is much like another test"""
import os
import re
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "mpi")]
import cluster  # noqa: E402

if __name__ == "__main__":
    cluster.run_inside()
import h5py  # noqa: E402

from runs import assert_same, count_finished, main, wait_for  # noqa: E402

DECK = os.path.join(HERE, "deck.yaml")
ACTIVE = ("SIGNALING", "STOPPED", "PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUED", "REQUEUE_HOLD")
PATIENCE = 240  # s until a job counts as hanging
TWO_NODES = ("--ranks", "4", "--sbatch=--nodes=2", "--sbatch=--ntasks-per-node=2")
SECONDS = 8        # that a campaign which is to be disturbed takes at least
LONG_SECONDS = 40  # of one that outlasts the first warning of a job of one minute, which comes within 30 s


def call(*words, status=0):
    """Runs a program; returns its standard output."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{' '.join(map(str, words))}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def write_words(epilux, path, *options, ranks=TWO_NODES, time_limit="10min"):
    return [epilux, "submit", DECK, "-o", path, "--pilot", "0", "--time", time_limit, *ranks, *options]


def submit(*arguments, **options):
    """Submits the deck; returns the jobs' numbers."""
    return re.findall(r"^job (\d+)", call(*write_words(*arguments, **options)), re.M)


def show(job):
    """{name: value} of what Slurm says of a job; asked again when Slurm is too busy to answer."""
    said = {}
    end = time.monotonic() + PATIENCE
    while "JobState" not in said:
        out = subprocess.run(["scontrol", "-o", "show", "job", job], capture_output=True, text=True, check=False)
        said = dict(word.split("=", 1) for word in out.stdout.split() if "=" in word)
        assert time.monotonic() < end, f"Slurm does not know of job {job}: {out.stderr}"
    return said


def read_log(path):
    folder, stem = os.path.split(path[:-3])
    text = ""
    for name in sorted(os.listdir(folder)):
        if name.startswith(stem) and name.endswith(".log"):
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                text += file.read()
    return text


def wait_for_end(job, path, patience=PATIENCE):
    """Waits until a job is over, whatever its restarts."""
    end = time.monotonic() + patience
    while show(job)["JobState"] in ACTIVE:
        assert time.monotonic() < end, f"job {job} hangs: {show(job)}\n{read_log(path)}"
        time.sleep(0.3)


def wait_for_job(job, path, state="COMPLETED", patience=PATIENCE):
    """Waits until a job is over, and checks how it ended."""
    wait_for_end(job, path, patience)
    assert show(job)["JobState"] == state, f"job {job}: {show(job)}\n{read_log(path)}"


def wait_for_trials(path, n=1):
    """Waits until the journal holds trials."""
    wait_for(lambda: os.path.exists(path + ".journal") and os.path.getsize(path + ".journal") > 64 + 40 * n,
             f"{n} trials of {path}\n{read_log(path) if os.path.isdir(os.path.dirname(path)) else ''}")


def list_ranks(path):
    """{process number: rank} of the ranks that write to a results file, wherever they run."""
    found = {}
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            if os.path.basename(words[0]) != b"epilux" or b"run" not in words or path.encode() not in words:
                continue
            with open(f"/proc/{number}/environ", "rb") as file:
                rank = re.search(rb"\0PMIX_RANK=(\d+)\0", file.read())
            found[int(number)] = int(rank.group(1)) if rank else 0
        except OSError:
            continue
    return found


class Brake:
    """Makes a campaign take its time, whatever the machine: once it has begun, its workers are stopped for most of it, and
    let go for as much as makes `seconds` of all of them together. Used with `with`; the coordinator is left alone."""

    def __init__(self, path, seconds):
        self.path = path
        self.share = min(1, REFERENCES.get()[1] / 3 / seconds)
        self.released = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.thread.join()

    def signal(self, workers, number):
        for pid in workers:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def work(self):
        period = 0.2
        while not self.released.is_set():
            begun = os.path.exists(self.path + ".journal")
            workers = [pid for pid, rank in list_ranks(self.path).items() if rank > 0 and begun]
            self.signal(workers, signal.SIGCONT)
            time.sleep(self.share * period)
            if self.share < 1:
                self.signal(workers, signal.SIGSTOP)
            self.released.wait((1 - self.share) * period)
        self.signal(list_ranks(self.path), signal.SIGCONT)


class References:
    """The campaign as one rank runs it, outside of Slurm, undisturbed; and the seconds of a core it takes."""

    def __init__(self):
        self.made = None

    def get(self):
        if not self.made:
            path = os.path.join(CLUSTER.folder, "reference.h5")
            before = os.times().children_user
            call(EPILUX, "run", DECK, "-o", path)
            self.made = (path, os.times().children_user - before)
        return self.made


REFERENCES = References()


def assert_undisturbed(epilux, path):
    call(epilux, "status", path)
    assert_same(REFERENCES.get()[0], path)


# ---- what must hold

def a_campaign_runs_over_two_nodes(folder, epilux):
    path = os.path.join(folder, "nodes.h5")
    job, = submit(epilux, path)
    wait_for_job(job, path)
    assert_undisturbed(epilux, path)
    with open(path + ".progress", encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert "begins: 4 ranks" in lines[0] and f"job {job}" in lines[0] and "finished: " in lines[-1], lines
    assert not os.path.exists(path + ".journal") and not os.path.exists(path + ".lock")
    assert "workers: " in read_log(path) and "rank 3 on n2" in read_log(path), read_log(path)
    with h5py.File(path, "r") as file:
        run = file["run"]
        assert list(run["rank"][()]) == [1, 2, 3] and set(run["host"].asstr()[()]) == {"n1", "n2"}
        assert run["ended"][()].sum() >= 256  # copies at the end count where they were made
    # Submitted once more, it is refused: it is finished.
    assert "is finished" in refuse(epilux, "submit", DECK, "-o", path, "--dry-run")


def refuse(*words):
    """Runs what must be refused by one line, which is returned."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if "asks for" not in line]
    assert done.returncode == 2 and len(lines) == 1, f"{done.returncode}: {done.stderr}"
    return lines[0]


def a_job_whose_time_is_up_goes_on_in_the_queue(folder, epilux):
    path = os.path.join(folder, "limit.h5")
    with Brake(path, LONG_SECONDS):
        job, = submit(epilux, path, "--grace", "30s", time_limit="1min")
        wait_for_job(job, path)
    assert int(show(job)["Restarts"]) >= 1, show(job)
    log = read_log(path)
    assert "time is nearly up" in log and "back into the queue" in log and "start 2" in log, log
    assert "stopped by SIGUSR1, saved" in open(path + ".progress", encoding="utf-8").read()
    assert_undisturbed(epilux, path)


def where_requeueing_is_not_allowed_it_submits_itself_anew(folder, epilux):
    """A job that Slurm may not requeue ends, and the one that it submitted goes on."""
    path = os.path.join(folder, "anew.h5")
    with Brake(path, LONG_SECONDS):
        seen = submit(epilux, path, "--grace", "30s", "--sbatch=--no-requeue", time_limit="1min")
        wait_for_job(seen[0], path, "FAILED")
        while show(seen[-1])["JobState"] != "COMPLETED":
            new = re.findall(r"^Submitted batch job (\d+)", read_log(path), re.M)
            assert len(new) == len(seen), f"{show(seen[-1])} {read_log(path)} {CLUSTER.read_log('slurmctld')}"
            seen.append(new[-1])
            wait_for_end(seen[-1], path)
    assert_undisturbed(epilux, path)


def cancelled_in_the_middle_and_submitted_again_it_goes_on(folder, epilux):
    for launcher in ("srun --mpi=pmix", "mpirun"):
        path = os.path.join(folder, launcher[:4] + ".h5")
        with Brake(path, SECONDS):
            job, = submit(epilux, path, "--launcher", launcher)
            wait_for_trials(path)
            call("scancel", job)
            wait_for_job(job, path, "CANCELLED")
        wait_for(lambda: not list_ranks(path), "the ranks' end")
        assert 0 < count_finished(path), read_log(path)
        status = call(epilux, "status", path, status=75)
        assert "stopped" in status, status
        before = count_finished(path)
        job, = submit(epilux, path, "--launcher", launcher)
        wait_for_job(job, path)
        assert_undisturbed(epilux, path)
        assert before < count_finished(path)


def a_rank_that_dies_is_launched_again_in_the_same_job(folder, epilux):
    """The campaign outlasts mpirun's grace, 10 s in which the other ranks go on: one that ends in it needs no launch."""
    for launcher in ("srun --mpi=pmix", "mpirun"):
        path = os.path.join(folder, launcher[:4] + ".h5")
        with Brake(path, 3 * SECONDS):
            job, = submit(epilux, path, "--launcher", launcher)
            wait_for_trials(path)
            os.kill(max(list_ranks(path)), signal.SIGKILL)
            wait_for(lambda: "launched again" in read_log(path), "the job to notice")
        wait_for_job(job, path)
        assert show(job)["Restarts"] == "0" and "launched again" in read_log(path), read_log(path)
        assert_undisturbed(epilux, path)


def an_array_of_four_shards_merged_equals_the_single_run(folder, epilux):
    path = os.path.join(folder, "array.h5")
    array, merging = submit(epilux, path, "--shards", "4", ranks=("--ranks", "2"))
    wait_for_job(merging, path)
    assert_undisturbed(epilux, path)
    assert sorted(name for name in os.listdir(folder) if "shard" in name and name.endswith(".h5")) == [
        f"array.shard-{k}-of-4.h5" for k in (1, 2, 3, 4)], os.listdir(folder)
    assert array != merging


def a_chain_goes_on_where_the_job_before_was_killed(folder, epilux):
    path = os.path.join(folder, "chain.h5")
    with Brake(path, SECONDS):
        first, second, third = submit(epilux, path, "--chain", "3")
        wait_for_trials(path)
        call("scancel", "--signal=KILL", "--full", first)
        wait_for_end(first, path)
    wait_for_job(third, path)
    assert show(second)["JobState"] == "COMPLETED" and "finished already" in read_log(path), read_log(path)
    assert_undisturbed(epilux, path)


def kill_a_node(folder, epilux, which):
    path = os.path.join(folder, f"{which}.h5")
    try:
        with Brake(path, 20 * SECONDS):
            job, = submit(epilux, path)
            wait_for_trials(path)
            nodes = call("scontrol", "show", "hostnames", show(job)["NodeList"]).split()
            CLUSTER.kill_node(nodes[which])
            wait_for(lambda: show(job)["Restarts"] == "1", "Slurm to notice")
        wait_for_job(job, path)
        assert show(job)["Restarts"] == "1", f"{show(job)} {read_log(path)}"
        assert_undisturbed(epilux, path)
    finally:
        CLUSTER.start_node(nodes[which])
        CLUSTER.wait_for_nodes(len(CLUSTER.names))


def a_node_lost_during_the_run_costs_nothing(folder, epilux):
    kill_a_node(folder, epilux, 1)


def the_first_node_lost_during_the_run_costs_nothing(folder, epilux):
    kill_a_node(folder, epilux, 0)


def preempted_five_times_it_goes_on(folder, epilux):
    """Jobs that are more urgent take its nodes: Slurm ends it and puts it back into the queue."""
    path = os.path.join(folder, "preempted.h5")
    with Brake(path, 30 * SECONDS):
        job, = submit(epilux, path)
        for k in range(1, 6):
            wait_for(lambda: len(list_ranks(path)) > 4 and os.path.exists(path + ".attempts"), "ranks")
            urgent = call("sbatch", "--parsable", "--partition=urgent", f"--nodes={len(CLUSTER.names)}", "--exclusive",
                          "--output=/dev/null", "--wrap", "sleep 1").strip()
            wait_for(lambda: int(show(job)["Restarts"]) >= k, f"preemption {k}")
            wait_for_end(urgent, path)
    wait_for_job(job, path)
    assert int(show(job)["Restarts"]) >= 5, show(job)
    assert_undisturbed(epilux, path)


def a_rank_that_hangs_on_a_node_that_fails_costs_nothing(folder, epilux):
    path = os.path.join(folder, "silent.h5")
    try:
        job, = submit(epilux, path)
        wait_for_trials(path)
        stopped = [pid for pid, rank in list_ranks(path).items() if rank == 3]
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        nodes = call("scontrol", "show", "hostnames", show(job)["NodeList"]).split()
        CLUSTER.kill_node(nodes[1])
        wait_for_job(job, path)
        for pid in stopped:
            if os.path.exists(f"/proc/{pid}"):
                os.kill(pid, signal.SIGKILL)
        assert_undisturbed(epilux, path)
    finally:
        CLUSTER.start_node(nodes[1])
        CLUSTER.wait_for_nodes(len(CLUSTER.names))


def what_cannot_run_is_not_launched_for_ever(folder, epilux):
    """A deck that is spoilt after it was submitted, and a program that is not there."""
    path = os.path.join(folder, "spoilt.h5")
    for what, old, new, words in (("deck", DECK, "/nowhere/deck.yaml", "deck.yaml: cannot be read"),
                                  ("program", epilux, "/nowhere/epilux", "no results")):
        script = os.path.join(folder, what + ".sbatch")
        text = call(*write_words(epilux, path, "--dry-run")).replace(old, new)
        with open(script, "w", encoding="utf-8") as file:
            file.write(text)
        job = call("sbatch", "--parsable", script).strip()
        wait_for_job(job, path, "FAILED")
        assert words in read_log(path), read_log(path)
    refused = refuse(*write_words(epilux, path, "--partition", "fast"))
    assert "sbatch refused the job" in refused and "partition" in refused, refused


def jobs_in_which_no_trial_ends_are_not_repeated_for_ever(folder, epilux):
    path = os.path.join(folder, "stalled.h5")
    job, = submit(epilux, path, "--grace", "55s", "--set", "learning.epochs=1000000", time_limit="1min")
    wait_for_job(job, path, "FAILED", patience=600)
    log = read_log(path)
    assert show(job)["Restarts"] == "3" and "in 4 jobs: gives up" in log, log
    assert not os.path.exists(path + ".stalled")


def ranks_that_do_not_end_in_time_do_not_end_the_job_for_good(folder, epilux):
    path = os.path.join(folder, "hung.h5")
    job, = submit(epilux, path, "--grace", "55s", time_limit="1min")
    wait_for(lambda: len(list_ranks(path)) == 4, "ranks")
    for pid in list_ranks(path):
        os.kill(pid, signal.SIGSTOP)  # also rank 0: nothing heeds a signal any more
    wait_for_job(job, path)
    assert show(job)["Restarts"] != "0" and "did not end in time" in read_log(path), read_log(path)
    assert_undisturbed(epilux, path)


SHORT = [a_campaign_runs_over_two_nodes, a_job_whose_time_is_up_goes_on_in_the_queue,
         cancelled_in_the_middle_and_submitted_again_it_goes_on, a_rank_that_dies_is_launched_again_in_the_same_job,
         an_array_of_four_shards_merged_equals_the_single_run, a_chain_goes_on_where_the_job_before_was_killed,
         a_node_lost_during_the_run_costs_nothing, preempted_five_times_it_goes_on, what_cannot_run_is_not_launched_for_ever]
LONG = [where_requeueing_is_not_allowed_it_submits_itself_anew, jobs_in_which_no_trial_ends_are_not_repeated_for_ever,
        ranks_that_do_not_end_in_time_do_not_end_the_job_for_good, a_rank_that_hangs_on_a_node_that_fails_costs_nothing,
        the_first_node_lost_during_the_run_costs_nothing]

if __name__ == "__main__":
    named = [name for name in sys.argv[2:] if name != "--long"]
    wanted = SHORT + LONG if named or "--long" in sys.argv else SHORT
    wanted = [test for test in wanted if not named or test.__name__ in named]
    EPILUX = sys.argv[1]
    os.environ.update(OMPI_MCA_btl_tcp_if_include="lo", OMPI_MCA_oob_tcp_if_include="lo")
    with cluster.Cluster() as CLUSTER:
        main(wanted, "epilux")
