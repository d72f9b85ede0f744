"""A campaign gives the same bits on 1, 2, 3 and 4 ranks, and on more through relays, and its file opens in xarray as it is.
usage: test_ranks.py EPILUX TRIALS"""
import os

import h5py
import numpy as np
import xarray

from runs import DECK, assert_one_line, assert_same, finish, main


def same_bits_on_any_number_of_ranks(folder, epilux, _):
    first = os.path.join(folder, "0.h5")
    status, out, err = finish(0, epilux, "run", DECK, "-o", first)
    assert status == 0, err
    assert len(out.splitlines()) == 8, out
    for n in (1, 2, 3, 4):
        path = os.path.join(folder, f"{n}.h5")
        status, out, err = finish(n, epilux, "run", DECK, "-o", path)
        assert status == 0, err
        assert_same(first, path)
        assert os.listdir(folder).count(f"{n}.h5.journal") == 0, "a journal is left"
        says_where_its_time_went(path, out, range(n > 2, n))
    status, out, err = finish(0, epilux, "status", first)
    assert status == 0 and "132 of 132" in out, out
    opens_in_xarray(first)
    shows_what_the_file_holds(epilux, first)


def says_where_its_time_went(path, out, ranks):
    """/run has each rank that computes, with parts that make its time, and all trials; the summary says the same."""
    with xarray.open_dataset(path, group="run", engine="h5netcdf") as run:
        assert list(run["rank"]) == list(ranks), run
        whole = run["busy"] + run["waiting"] + run["tail"]
        np.testing.assert_allclose(whole, run.attrs["seconds"], rtol=1e-6)
        bins = np.diff(np.append(run["time"], run.attrs["seconds"]))
        np.testing.assert_allclose((run["busy_share"] * bins).sum("time"), run["busy"], atol=1e-3 * run.attrs["seconds"])
        assert int(run["ended"].sum()) >= 132, run["ended"]  # copies at the end count where they were made
        share = 100 * float(run["busy"].sum() / whole.sum())
    assert f"workers: {share:.1f} % busy" in out, f"{share} {out}"
    assert out.count(" rank ") >= len(ranks) and "slowest: point " in out, out


def opens_in_xarray(path):
    with xarray.open_dataset(path, engine="h5netcdf") as root:
        assert set(root.coords) >= {"point", "instance", "epoch", "probability"}, root
        assert root.attrs["format"] == "epilux-results" and "kerr" in root.attrs["deck"], root.attrs
    for group, name, dims in (("trials", "accuracy", ("point", "instance")), ("trials", "state", ("point", "instance")),
                              ("curves", "loss", ("point", "instance", "epoch")),
                              ("variation", "detuning", ("point", "instance", "node")),
                              ("variation", "coupling", ("point", "instance", "link")),
                              ("statistics/accuracy", "quantile", ("point", "probability")),
                              ("statistics/accuracy", "yield_low", ("point",)),
                              ("timing", "seconds", ("point", "instance")),
                              ("design", "learning.estimator", ("point",))):
        with xarray.open_dataset(path, group=group, engine="h5netcdf") as data:
            assert data[name].dims == dims, f"{group}/{name}: {data[name].dims}"
            assert data[name].attrs["units"] and data[name].attrs["long_name"], f"{group}/{name}: {data[name].attrs}"
    with h5py.File(path, "r") as file:
        assert "3 oscillates" in file["trials/state"].attrs["meaning"]
        assert "yield" in file["statistics/accuracy"] and "yield" not in file["statistics/loss"]
        assert list(file["design/learning.estimator"].asstr()[:3]) == ["plain", "phase-conjugate", "backprop"]


def shows_what_the_file_holds(epilux, path):
    status, out, err = finish(0, epilux, "show", path, "--csv", "--metric", "loss")
    assert status == 0, err
    head, *rows = [line.split(",") for line in out.splitlines()]
    with h5py.File(path, "r") as file:
        mean = file["statistics/loss/mean"][()]
    assert len(rows) == 6 and [float(row[head.index("mean")]) for row in rows] == list(mean), out


def relays_change_no_bit(folder, epilux, _):
    """Groups of two and of one worker; relays are none of the ranks that compute."""
    direct = os.path.join(folder, "direct.h5")
    assert finish(2, epilux, "run", DECK, "-o", direct)[0] == 0
    for n, group, first in ((7, 2, 3), (6, 4, 2), (5, 2, 3), (4, 3, 1), (8, 0, 1)):
        path = os.path.join(folder, f"{n}-{group}.h5")
        status, out, err = finish(n, epilux, "run", DECK, "-o", path, "--group", group)
        assert status == 0, err
        assert_same(direct, path)
        says_where_its_time_went(path, out, range(first, n))
    for wrong, right in (("few", "whole number"), ("1", "at least 2 workers")):
        status, _, err = finish(0, epilux, "run", DECK, "-o", os.path.join(folder, "no.h5"), "--group", wrong)
        assert status == 2, err
        assert_one_line(err, f"--group {wrong}", right)


NOISY = """
network: {family: opo, topology: {nodes: 4}, parameters: {pump: 0.5}}
task: {name: xor}
learning: {estimator: plain, nudge: {beta: 0.2}, epochs: 20}
equilibrium: {duration: {free: 3, nudged: 3}}
noise: {step: 0.1, diffusion: 0.01, photons: 100, window: 1}
variation: [{parameter: pump, distribution: normal, sigma: 0.1}]
population: {instances: 12, block: 3}
metrics: [accuracy, loss, train_loss]
"""


def noise_is_the_same_on_any_rank_and_in_any_block(folder, epilux, _):
    deck, first = os.path.join(folder, "noisy.yaml"), os.path.join(folder, "noisy.h5")
    with open(deck, "w", encoding="ascii") as file:
        file.write(NOISY)
    assert finish(0, epilux, "run", deck, "-o", first)[0] == 0
    for n, block in ((1, 2), (2, 3), (3, 4), (4, 6)):
        path = os.path.join(folder, f"noisy-{n}.h5")
        status, _, err = finish(n, epilux, "run", deck, "-o", path, "--set", f"population.block={block}")
        assert status == 0, err
        assert_same(first, path)
    with h5py.File(first, "r") as file:
        assert len(set(file["trials/loss"][0])) == 12


def many_more_ranks_than_cores_end_with_the_same_bits(folder, epilux, trials):
    few = os.path.join(folder, "2.h5")
    assert finish(2, trials, few, 300)[0] == 0
    for group, n_workers in ((0, 63), (4, 50)):
        many = os.path.join(folder, f"64-{group}.h5")
        status, out, err = finish(64, trials, many, 300, "us=200", f"group={group}")
        assert status == 0 and f"{n_workers} workers" in out, out + err
        assert_same(few, many)


main([same_bits_on_any_number_of_ranks, relays_change_no_bit, noise_is_the_same_on_any_rank_and_in_any_block,
      many_more_ranks_than_cores_end_with_the_same_bits], "epilux", "trials")
