#!/usr/bin/python3
"""Tests of the figure of ranks over time: it shows the file's numbers, of any number of ranks and hosts."""
import os
import shutil
import unittest

from scratch import SCRATCH, results_of, run  # first: it finds the modules, or skips
import h5py
import numpy as np

from epilux import command, report
from epilux.figures import gantt
from epilux.results import Results

SECONDS, N_TIMES = 10.0, 20


def write_run(name, n_ranks=3, hosts=2, **changes):
    """The path of a results file with a /run: rank i is busy until 10 - i/n s, but for its first half second."""
    with results_of("one-point", n_epochs=2) as results:
        path = shutil.copy(results.path, os.path.join(SCRATCH.name, name + ".h5"))
    busy = SECONDS - np.arange(n_ranks) / n_ranks - 0.5
    share = np.ones((n_ranks, N_TIMES))
    share[:, 0] = 0
    arrays = {"rank": np.arange(1, n_ranks + 1), "busy": busy, "waiting": np.full(n_ranks, 0.5),
              "tail": SECONDS - busy - 0.5, "time": np.arange(N_TIMES) * SECONDS / N_TIMES, "busy_share": share, **changes}
    with h5py.File(path, "a") as file:
        group = file.create_group("run")
        for key, values in arrays.items():
            group[key] = values
        group.create_dataset("host", data=[f"node{1 + i % hosts}" for i in range(n_ranks)], dtype=h5py.string_dtype())
        group.attrs["seconds"] = SECONDS
    return path


class Gantt(unittest.TestCase):
    def test_bars_are_the_files_parts_and_make_the_whole(self):
        with Results(write_run("bars")) as results:
            chart, bars = gantt.figure(results).axes
            widths = np.array([[bar.get_width() for bar in part] for part in bars.containers])
            np.testing.assert_allclose(widths.sum(axis=0), 100)
            np.testing.assert_allclose(widths[0], 100 * results._file["run/busy"][()] / SECONDS)
            np.testing.assert_allclose(widths[2], 100 * results._file["run/tail"][()] / SECONDS, atol=1e-12)
            self.assertEqual([text.get_text() for text in chart.get_yticklabels()], ["1, node1", "2, node2", "3, node1"])

    def test_the_chart_is_the_files_share_and_ends_with_the_run(self):
        with Results(write_run("chart")) as results:
            chart = gantt.figure(results).axes[0]
            mesh, = chart.collections
            np.testing.assert_allclose(mesh.get_array().reshape(3, N_TIMES), results._file["run/busy_share"][()])
            self.assertEqual(chart.get_xlim(), (0, SECONDS))
            self.assertEqual(chart.get_xlabel(), "time of the run (s)")

    def test_many_ranks_are_means_of_neighbours(self):
        with Results(write_run("many", n_ranks=1000)) as results:
            mesh, = gantt.figure(results).axes[0].collections
            rows = mesh.get_array().reshape(-1, N_TIMES)
            self.assertLessEqual(len(rows), gantt.MAX_ROWS)
            self.assertIn("mean of 16 ranks", gantt.caption(results))
            self.assertEqual(gantt.name_rows(gantt.read_activity(results))[0], "1–16")
            np.testing.assert_allclose(gantt.group(results._file["run/busy"][()])[0], results._file["run/busy"][:16].mean())

    def test_one_host_is_not_named_with_each_rank(self):
        with Results(write_run("host", hosts=1)) as results:
            self.assertEqual(gantt.name_rows(gantt.read_activity(results)), ["1", "2", "3"])
            self.assertIn("3 ranks on 1 host for 10 s; busy 92 %", gantt.caption(results).replace(".0 %", " %").replace("91.7", "92"))

    def test_what_is_not_there_is_said(self):
        with results_of("one-point", n_epochs=2) as results:
            self.assertIn("says nothing of its run", gantt.lacking(results))
            self.assertIsNone(gantt.figure(results))
        with Results(write_run("idle", busy=np.zeros(3), waiting=np.full(3, SECONDS), tail=np.zeros(3))) as results:
            self.assertIn("solved no trial", gantt.lacking(results))
        status, _, err = run(lambda: command.run(gantt), write_run("cut", busy=b"no numbers"))
        self.assertEqual((status, err.count("\n")), (2, 1), err)
        self.assertIn("/run cannot be read", err)

    def test_it_is_drawn_and_in_the_report(self):
        path, target = write_run("drawn"), os.path.join(SCRATCH.name, "gantt.png")
        status, out, err = run(lambda: command.run(gantt), path, "-o", target)
        self.assertEqual((status, out, err), (0, target + "\n", ""))
        with Results(path) as results:
            self.assertTrue('id="gantt"' in report.write_report(results))


if __name__ == "__main__":
    unittest.main()
