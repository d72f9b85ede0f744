"""Fields of distributed lattices: the same on any number of ranks, at rest by the network's own equation, named by an XDMF
that says what is there, never half written; and the numbers of a campaign that keeps them are those of one that does not.
usage: test_fields.py EPILUX"""
import os
import random
import re
import signal
import time
import xml.etree.ElementTree as xml

import h5py
import numpy as np

import runs
from runs import HERE, Run, assert_one_line, assert_same, finish, main, wait_for

runs.PATIENCE = 200  # s: ranks that wait for each other wait long where cores are shared with much else
LATTICE = os.path.join(HERE, "lattice.yaml")
KEEP = ("--set", "keep_fields=true")
BOX = ("--set", "network.topology.planes=3", "--set", "network.topology.periodic=true")


def run(n_ranks, epilux, path, *options, per_network=1):
    status, out, err = finish(n_ranks, epilux, "run", LATTICE, "-o", path, "--quiet", *options, "--set",
                              f"population.ranks_per_network={per_network}")
    assert status == 0, err
    return out, err


def read(path):
    """[{name: values}] of the points, through the links of the results file."""
    with h5py.File(path, "r") as file:
        points = sorted(file["fields"], key=lambda name: int(name.split("_")[1]))
        return [{k: d[()] for k, d in file["fields"][point].items() if not h5py.h5ds.is_scale(d.id)} for point in points]


def assert_near(fields, others, tolerance):
    assert len(fields) == len(others) and fields
    for a, b in zip(fields, others):
        assert a.keys() == b.keys() and a
        for name in a:
            assert a[name].shape == b[name].shape
            assert np.array_equal(np.isnan(a[name]), np.isnan(b[name])), f"{name}: other nodes without a value"
            worst = np.nanmax(np.abs(a[name] - b[name]), initial=0)
            assert worst <= tolerance, f"{name} differs by {worst}"


def same_on_any_number_of_ranks(folder, epilux):
    for options, shape in (((), (1, 4, 5)), (BOX, (3, 4, 5))):
        worlds = ((0, 1), (2, 2)) if options else ((0, 1), (2, 2), (3, 3), (5, 2))
        paths = [os.path.join(folder, f"{len(options)}-{n}.h5") for n in range(len(worlds))]
        for path, (n_ranks, R) in zip(paths, worlds):
            run(n_ranks, epilux, path, *KEEP, *options, per_network=R)
            assert all(values.shape == shape for point in read(path) for values in point.values())
        for path in paths[1:]:
            assert_near(read(path), read(paths[0]), 1e-8)
        left = [name for name in os.listdir(folder) if ".part" in name]
        assert not left, left


def results_are_those_of_a_run_without_fields(folder, epilux):
    kept, plain = os.path.join(folder, "kept.h5"), os.path.join(folder, "plain.h5")
    for n_ranks, R in ((0, 1), (2, 2)):
        run(n_ranks, epilux, kept, *KEEP, "--force", per_network=R)
        run(n_ranks, epilux, plain, "--force", per_network=R)
        assert_same(kept, plain)
        with h5py.File(plain, "r") as file:
            assert "fields" not in file


def at_rest_by_the_equation(folder, epilux):
    """da/dt = -loss/2 a + i (detuning + kerr |a|^2) a + i sum J a + s, from nothing but the file."""
    for options in ((), BOX):
        path = os.path.join(folder, "rest.h5")
        run(2, epilux, path, *KEEP, *options, "--force", per_network=2)
        for f in read(path):
            a, s = f["amplitude_re"] + 1j * f["amplitude_im"], f["drive_re"] + 1j * f["drive_im"]
            sent = np.zeros_like(a)
            for axis, way in enumerate(("behind", "down", "right")):
                if f"coupling_{way}" in f:
                    J = np.nan_to_num(f[f"coupling_{way}"])
                    sent += J * np.roll(a, -1, axis) + np.roll(J * a, 1, axis)
            rate = -(f["loss"] + f["coupling_loss"]) / 2 * a + 1j * (f["detuning"] + f["kerr"] * abs(a)**2) * a
            assert np.max(abs(rate + 1j * sent + s)) < 1e-9, np.max(abs(rate + 1j * sent + s))
            assert np.max(abs(a)) > 0.1 and np.max(abs(sent)) > 0.1, "nothing is lit"
            np.testing.assert_allclose(f["intensity"], abs(a)**2, rtol=1e-14)


def parameters_are_those_trained(folder, epilux):
    path = os.path.join(folder, "trained.h5")
    run(2, epilux, path, *KEEP, "--set", "keep_parameters=true", "--set", "learning.epochs=3", per_network=2)
    with h5py.File(path, "r") as file:
        for i, f in enumerate(read(path)):
            for name in ("bias", "detuning", "loss", "kerr"):
                assert np.array_equal(f[name].ravel(), file["parameters"][name][i, 0]), name
            links = sorted((min(a, b), max(a, b), J) for way, step in (("right", 1), ("down", 5))
                           for a, J in enumerate(f[f"coupling_{way}"].ravel()) if np.isfinite(J)
                           for b in (a + step,))
            assert [J for _, _, J in links] == file["parameters/coupling"][i, 0].tolist()
            named = file["fields"][f"point_{i}"].attrs
            assert (named["point"], named["instance"], named["sample"], named["outcome"]) == (i, 0, 0, b"done")


def the_drive_is_bias_and_sample(folder, epilux):
    """xor's first sample has the features -1, -1 (its constant 1) times the scale at nodes 6, 9 and 16."""
    path = os.path.join(folder, "drive.h5")
    run(0, epilux, path, *KEEP)
    for f in read(path):
        added = (f["drive_re"] - f["bias"]).ravel()
        assert np.max(abs(np.delete(added, [6, 9, 16]))) == 0 and np.max(abs(f["drive_im"])) == 0
        np.testing.assert_allclose(abs(added[[6, 9, 16]]), np.repeat(abs(added[6]), 3), rtol=1e-12)
        assert abs(added[6]) > 0.1


def clamped_nodes_show_what_holds_them(folder, epilux):
    deck = os.path.join(folder, "clamped.yaml")
    with open(deck, "w", encoding="utf-8") as file:
        file.write("""
network:
  family: phase
  topology: {kind: lattice, rows: 3, columns: 4}
  inputs: {nodes: [0, 5]}
  outputs: {nodes: [11]}
task: {name: xor}
learning: {estimator: plain, epochs: 1}
equilibrium: {engine: distributed, tolerance: 1e-11}
population: {instances: 1}
metrics: [loss]
keep_fields: true
""")
    paths = [os.path.join(folder, f"{n}.h5") for n in (1, 2)]
    for n, path in enumerate(paths, 1):
        status, _, err = finish(n, epilux, "run", deck, "-o", path, "--set", f"population.ranks_per_network={n}")
        assert status == 0, err
        fields = read(path)[0]
        for name, values in fields.items():
            where = np.flatnonzero(np.isnan(values)).tolist()
            edge = {"coupling_right": [3, 7, 11], "coupling_down": [8, 9, 10, 11]}  # no link goes on from there
            assert where == (edge[name] if name in edge else [0, 5] if name.startswith("drive") else []), (name, where)
        held = fields["state_0"].ravel()[[0, 5]]  # the first sample of xor, a right angle a feature
        np.testing.assert_allclose(held, [-np.pi / 2, -np.pi / 2], rtol=1e-12)
    assert "intensity" not in read(paths[0])[0] and "state_0" in read(paths[0])[0]
    assert_near(read(paths[1]), read(paths[0]), 1e-8)


def xdmf_says_what_is_there(folder, epilux):
    path = os.path.join(folder, "a & b.h5")
    for options, shape in (((), (1, 4, 5)), (BOX, (3, 4, 5))):
        run(2, epilux, path, *KEEP, *options, "--force", per_network=2)
        for i in (0, 1):
            grid = xml.parse(os.path.join(folder, f"a & b.h5.fields.{i}.xdmf")).getroot().find("Domain/Grid")
            topology = grid.find("Topology")
            assert topology.get("TopologyType") == "3DCoRectMesh"
            assert tuple(map(int, topology.get("Dimensions").split())) == shape
            assert grid.find("Geometry").get("GeometryType") == "ORIGIN_DXDYDZ"
            assert [item.text for item in grid.findall("Geometry/DataItem")] == ["0 0 0", "1 1 1"]
            found = {}
            for attribute in grid.findall("Attribute"):
                item = attribute.find("DataItem")
                assert (attribute.get("AttributeType"), attribute.get("Center")) == ("Scalar", "Node")
                assert (item.get("Format"), item.get("NumberType")) == ("HDF", "Float")
                name, place = item.text.split(":")
                with h5py.File(os.path.join(folder, name), "r") as file:
                    data = file[place]
                    assert data.shape == shape == tuple(map(int, item.get("Dimensions").split()))
                    assert data.dtype == np.dtype("<f8") and int(item.get("Precision")) == data.dtype.itemsize
                    assert data.attrs["long_name"] and data.attrs["units"]
                    found[attribute.get("Name")] = data[()]
            assert_near([found], [read(path)[i]], 0)


def links_lead_somewhere_after_kills(folder, epilux):
    path, whole, rng = os.path.join(folder, "killed.h5"), os.path.join(folder, "whole.h5"), random.Random(11)
    run(2, epilux, whole, *KEEP, per_network=2)
    for _ in range(6):
        attempt = Run(2, epilux, "run", LATTICE, "-o", path, "--resume", "--checkpoint", "0.1", "--quiet", *KEEP,
                      "--set", "population.ranks_per_network=2", "--attempts", "0")
        wait_for(lambda: os.path.exists(path + ".journal") or attempt.process.poll() is not None, "the campaign")
        time.sleep(1.2 * rng.random())
        attempt.kill(signal.SIGKILL, attempt.ranks())
        attempt.wait()
        with h5py.File(path, "r") as file:
            finished = file["trials/state"][:, 0] != 0
            assert len(file.get("fields", ())) == np.sum(finished)
        for name in os.listdir(folder):  # whatever has its name is whole
            if re.fullmatch(r"killed\.fields\.\d\.h5", name):
                with h5py.File(os.path.join(folder, name), "r") as file:
                    found = {k: d[()] for k, d in file.items() if not h5py.h5ds.is_scale(d.id)}
                    assert_near([found], [read(whole)[file.attrs["point"]]], 0)
    run(2, epilux, path, "--resume", *KEEP, per_network=2)
    assert_same(path, whole)
    assert_near(read(path), read(whole), 0)


def axes_have_scales_that_xarray_finds(folder, epilux):
    path = os.path.join(folder, "scales.h5")
    run(2, epilux, path, *KEEP, *BOX, per_network=2)
    with h5py.File(os.path.join(folder, "scales.h5.fields.0.h5"), "r") as file:
        for axis, n in (("plane", 3), ("row", 4), ("column", 5)):
            assert h5py.h5ds.is_scale(file[axis].id) and file[axis][()].tolist() == list(range(n)), axis
        for name, data in file.items():
            assert h5py.h5ds.is_scale(data.id) or [dim[0].name for dim in data.dims] == ["/plane", "/row", "/column"], name
    try:
        import xarray
    except ImportError:
        return
    with xarray.open_dataset(os.path.join(folder, "scales.h5.fields.0.h5"), engine="h5netcdf") as data:
        assert dict(data["intensity"].sizes) == {"plane": 3, "row": 4, "column": 5}


def merged_results_link_to_the_fields_of_their_parts(folder, epilux):
    parts, far = [os.path.join(folder, f"part-{k}.h5") for k in (1, 2)], os.path.join(folder, "far", "all.h5")
    os.mkdir(os.path.dirname(far))
    for k, part in enumerate(parts, 1):
        run(1, epilux, part, *KEEP, "--shard", f"{k}/2")
    for path in (os.path.join(folder, "all.h5"), far):
        status, _, err = finish(0, epilux, "merge", path, *parts)
        assert status == 0, err
        with h5py.File(path, "r") as file:
            points = sorted(int(name.split("_")[1]) for name in file["fields"])
            assert points == list(range(file["trials/state"].shape[0])), points
            assert all(file[f"fields/point_{i}"].attrs["point"] == i for i in points)


def what_cannot_be_written_is_said(folder, epilux):
    path = os.path.join(folder, "refused.h5")
    os.mkdir(os.path.join(folder, "refused.h5.fields.0.h5.part0"))
    for n in (1, 2):
        status, _, err = finish(n, epilux, "run", LATTICE, "-o", path, "--quiet", "--force", *KEEP, "--set",
                                f"population.ranks_per_network={n}")
        assert status not in (0, 2), f"{status}: {err}"
        assert "refused.h5.fields.0.h5.part0: is not a file of this program" in err, err
        with h5py.File(path, "r") as file:
            assert "point_0" not in file.get("fields", ())


def where_there_are_none_they_are_refused(folder, epilux):
    path = os.path.join(folder, "refused.h5")
    for options, words in ((("--set", "equilibrium.engine=population"), "it is used with equilibrium.engine: auto or distributed"),
                           (("--set", "equilibrium.engine=auto"), "keep_fields: this network is solved as a population"),
                           (("--set", "network.topology={kind: ring, nodes: 20}"), "network.topology.kind: lattice")):
        status, _, err = finish(0, epilux, "run", LATTICE, "-o", path, *KEEP, *options)
        assert status == 2, f"{options}: {status}, {err}"
        assert_one_line(err, words)
        assert not os.path.exists(path)


main([same_on_any_number_of_ranks, results_are_those_of_a_run_without_fields, at_rest_by_the_equation,
      parameters_are_those_trained, the_drive_is_bias_and_sample, clamped_nodes_show_what_holds_them, xdmf_says_what_is_there,
      axes_have_scales_that_xarray_finds, links_lead_somewhere_after_kills,
      merged_results_link_to_the_fields_of_their_parts, what_cannot_be_written_is_said, where_there_are_none_they_are_refused], "epilux")
