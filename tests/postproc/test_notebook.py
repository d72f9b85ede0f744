#!/usr/bin/python3
"""Executes every notebook of inputs/notebooks with the program that EPILUX names, in a scratch folder: no cell may fail,
and each draws a figure."""
import glob
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
try:
    import ipykernel  # noqa: F401
    import nbclient
    import nbformat
    import pandas  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}; install python3-nbclient, python3-ipykernel and python3-pandas")
    sys.exit(77)


class Notebooks(unittest.TestCase):
    def test_each_runs_from_its_deck_to_its_figures(self):
        paths = glob.glob(os.path.join(ROOT, "inputs", "notebooks", "*.ipynb"))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path=path), tempfile.TemporaryDirectory() as folder:
                os.environ.update(PYTHONPATH=os.path.join(ROOT, "postproc"), IPYTHONDIR=folder, MPLCONFIGDIR=folder,
                                  JUPYTER_DATA_DIR=folder, JUPYTER_RUNTIME_DIR=folder)
                book = nbformat.read(path, as_version=4)
                self.assertEqual([c for c in book.cells if c.get("outputs")], [], "a notebook is kept without its outputs")
                nbclient.NotebookClient(book, timeout=60, kernel_name="python3",
                                        resources={"metadata": {"path": folder}}).execute()
                shown = [kind for cell in book.cells for output in cell.get("outputs", ()) for kind in output.get("data", ())]
                self.assertIn("image/png", shown)
                self.assertIn("text/html", shown)
                self.assertTrue(glob.glob(os.path.join(folder, "*.pdf")))


if __name__ == "__main__":
    unittest.main()
