"""Memory stays flat over many trials: of 10^6 that cost nothing, and of 10^4 trainings. Between a tenth and nineteen twentieths of
the journal no rank's resident memory grows by more than 1 MiB for 10^5 trials, or 1 MiB where there are fewer.
usage: test_soak.py EPILUX TRIALS [NULL TRIALS, 1000000] [TRAININGS, 10000]"""
import os
import sys
import time

from runs import Run, count_finished, get_children, main

DECK = """study: {name: soak}
network: {family: kerr, topology: {nodes: 3}}
task: {name: xor}
learning: {epochs: 2}
population: {instances: %d, block: 4}
run: {checkpoint: 1 ms}
"""


def get_resident(pid):
    """Bytes, 0 of a process that is gone."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (OSError, IndexError):
        return 0


def assert_flat(run, path, n_trials, guarded):
    """Watches a run to its end."""
    samples = []
    while run.process.poll() is None:
        ranks = run.ranks()
        if guarded:
            ranks = [child for pid in ranks for child in get_children(pid)]
        written = os.path.getsize(path + ".journal") if os.path.exists(path + ".journal") else 0
        samples.append((written, {pid: get_resident(pid) for pid in ranks}))
        time.sleep(0.02)
    status, _, err = run.wait()
    assert status == 0, err
    assert count_finished(path) == n_trials
    most = max(written for written, _ in samples)
    kept = [resident for written, resident in samples if 0.1 * most <= written <= 0.95 * most]
    allowed = 2**20 * max(1, n_trials / 10**5)
    assert len(kept) >= 5, f"{len(kept)} of {len(samples)} samples"
    grown = {pid: kept[-1].get(pid, 0) - kept[0][pid] for pid in kept[0]}
    print(f"{n_trials} trials, {len(kept)} samples: {[f'{kept[0][pid] / 2**20:.1f} MiB, {grown[pid] / 2**20:+.2f}' for pid in grown]}", flush=True)
    assert grown and max(grown.values()) <= allowed, grown


def null_trials_leave_memory_flat(folder, _, trials):
    n, path = int(sys.argv[3]) if len(sys.argv) > 3 else 10**6, os.path.join(folder, "null.h5")
    assert_flat(Run(2, trials, path, n // 4), path, n, False)


def trainings_leave_memory_flat(folder, epilux, _):
    n, path = int(sys.argv[4]) if len(sys.argv) > 4 else 10**4, os.path.join(folder, "soak.h5")
    with open(os.path.join(folder, "soak.yaml"), "w", encoding="utf-8") as file:
        file.write(DECK % n)
    assert_flat(Run(3, epilux, "run", file.name, "-o", path, "--quiet", "--checkpoint", "1h"), path, n, True)


main([null_trials_leave_memory_flat, trainings_leave_memory_flat], "epilux", "trials")
