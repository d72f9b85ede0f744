"""What the tests of postproc/ stand on: fixtures in a scratch folder, each written once; running a script.

Importing it skips the test (status 77) where h5py or matplotlib is missing.
"""
import contextlib
import io
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
POSTPROC = os.path.normpath(os.path.join(HERE, "..", "..", "postproc"))
sys.path[:0] = [HERE, POSTPROC]

# matplotlib keeps a cache in its configuration folder, which a test machine's home may not allow.
SCRATCH = tempfile.TemporaryDirectory(prefix="epilux-postproc-")
os.environ["MPLCONFIGDIR"] = SCRATCH.name
try:
    import h5py  # noqa: F401
    import matplotlib  # noqa: F401
    import numpy  # noqa: F401
except ImportError as error:
    print(f"skipped: {error}; install python3-h5py, python3-numpy and python3-matplotlib")
    sys.exit(77)

import make_fixture  # noqa: E402
from epilux.results import Results  # noqa: E402

made = {}  # arguments of a fixture: its path


def results_of(kind="quickstart", **options):
    """An open Results of a fixture; equal fixtures are written once."""
    key = (kind, repr(options))
    if key not in made:
        path = os.path.join(SCRATCH.name, f"{len(made)}.h5")
        make_fixture.make(path, kind, **{"n_instances": 8, "n_epochs": 12, **options})
        made[key] = path
    return Results(made[key])


def run(main, *arguments):
    """Runs a script's main; returns (status, stdout, stderr)."""
    out, err, argv = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["script", *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main()
    finally:
        sys.argv = argv
    return status, out.getvalue(), err.getvalue()
