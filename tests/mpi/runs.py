"""Runs campaigns over MPI ranks, disturbs them, and compares what is left, for the tests beside it."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DECK = os.path.join(HERE, "deck.yaml")
PROMISED = ("trials", "statistics", "sensitivity", "curves", "variation", "design")  # the same bits, whatever happened
PATIENCE = 60  # s until a run counts as hanging; time that this process could not see (a machine put to sleep) is none


def is_alive(pid):
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def get_children(pid):
    """Process numbers of a process's children; of a rank, as the launcher knows it: the process that it guards."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return [int(number) for number in children.read().split()]
    except OSError:
        return []


def describe(pids):
    """What processes are at: their state, the call of the system that they wait in, their time on the processor."""
    words = ["ps", "-o", "pid,ppid,stat,wchan:24,time,comm", "-p", ",".join(map(str, pids))]
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False).stdout


class Run:
    """A program under mpirun (or alone, n_ranks = 0), in the background."""

    def __init__(self, n_ranks, *words, env=None):
        launcher = ["mpirun", "--oversubscribe", "-n", str(n_ranks)] if n_ranks else []
        self.process = subprocess.Popen([*launcher, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True, env={**os.environ, **(env or {})})
        self.alone = not launcher
        self.killed = []

    def ranks(self):
        """Process numbers of the ranks, in their order."""
        if self.alone:
            return [self.process.pid]
        found = {}
        pid = self.process.pid
        try:
            for number in get_children(pid):
                with open(f"/proc/{number}/environ", "rb") as environ:
                    variables = dict(v.split(b"=", 1) for v in environ.read().split(b"\0") if b"=" in v)
                if b"OMPI_COMM_WORLD_RANK" in variables:
                    found[int(variables[b"OMPI_COMM_WORLD_RANK"])] = number
        except (OSError, ProcessLookupError):
            pass
        return [found[rank] for rank in sorted(found)]

    def kill(self, number, pids):
        if number == signal.SIGKILL:
            self.killed += pids
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def wait(self):
        """(exit status, standard output, standard error)"""
        for _ in range(PATIENCE // 5):
            try:
                out, err = self.process.communicate(timeout=5)
                return self.process.returncode, out, err
            except subprocess.TimeoutExpired:
                left = [pid for pid in self.killed if is_alive(pid)]
            # Open MPI 4.1.4: mpirun itself now and then waits for its own lock after its ranks were killed.
            if self.killed and not left and not [pid for pid in self.ranks() if is_alive(pid)]:
                self.process.kill()
        seen = describe([self.process.pid, *self.ranks(), *(child for pid in self.ranks() for child in get_children(pid))])
        self.kill(signal.SIGKILL, [*self.ranks(), self.process.pid])
        raise AssertionError(f"hangs: {' '.join(self.process.args)}; killed {self.killed}; {seen}")


def finish(*arguments, **options):
    """Runs to the end; returns (exit status, standard output, standard error)."""
    return Run(*arguments, **options).wait()


def wait_for(condition, what):
    """Waits until condition() holds."""
    for _ in range(PATIENCE * 50):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


def datasets(path):
    """{name: (dtype, bytes)} of what is promised."""
    found = {}

    def take(name, thing):
        if isinstance(thing, h5py.Dataset) and name.split("/")[0] in PROMISED:
            values = thing[()]
            found[name] = (str(values.dtype), values.tolist() if values.dtype == object else values.tobytes())

    with h5py.File(path, "r") as file:
        file.visititems(take)
    return found


def assert_same(path, other):
    a, b = datasets(path), datasets(other)
    assert a and a.keys() == b.keys(), f"other datasets: {sorted(a.keys() ^ b.keys())}"
    different = [name for name in a if a[name] != b[name]]
    assert not different, f"{path} and {other} differ in {different}"


def count_finished(path):
    """Trials that the results file holds."""
    with h5py.File(path, "r") as file:
        return int(np.sum(file["trials/state"][()] != 0))


def assert_one_line(err, *parts):
    """Standard error has one line of ours, with all parts in it."""
    lines = [line for line in err.splitlines() if line.startswith(("epilux: ", "trials: "))]
    assert len(lines) == 1, f"not one line but {len(lines)}: {err}"
    for part in parts:
        assert part in lines[0], f"'{part}' is not in: {lines[0]}"


def main(tests, *needed):
    """Runs the tests (functions of a folder and of the programs), each in a folder of its own."""
    programs = sys.argv[1:1 + len(needed)]
    failed = 0
    for test in tests:
        folder = tempfile.mkdtemp(prefix="epilux-mpi-")
        start = time.monotonic()
        try:
            test(folder, *programs)
            print(f"pass  {test.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"FAIL  {test.__name__}: {str(error) or traceback.format_exc()}", flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed > 0)
