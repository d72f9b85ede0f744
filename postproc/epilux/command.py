"""What every script of a figure does when it is run: RESULTS.h5 [-o FILE] → a file, or one line and a status; and how
the benchmarks beside SciPy write their table.

Exit status: 0 drawn · 1 the results lack what this figure shows, or the file cannot be written · 2 bad input.
"""
import argparse
import csv
import os
import sys

from epilux.errors import MissingPackage

try:
    from epilux.figures import style
    from epilux.results import Results, ResultsError
except MissingPackage as missing:  # of a script: one line in place of a traceback
    sys.exit(f"{os.path.basename(sys.argv[0])}: {missing}")

SUFFIXES = ("png", "svg", "pdf")


def fail(script, message, status):
    print(f"{script}: {message}", file=sys.stderr)
    return status


def write_rows(script, rows, output):
    """Writes dictionaries of the same keys as CSV, to standard output where `output` is None; returns the status."""
    reason = refuse_output(output, []) if output else None
    if reason:
        return fail(script, reason, 2)
    try:
        with open(output, "w", newline="") if output else sys.stdout as file:
            table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)
    except OSError as error:
        return fail(script, f"{output}: cannot be written: {error.strerror}", 1)
    return 0


SIGNATURE = b"\x89HDF\r\n\x1a\n"


def refuse_output(output, inputs):
    """One line why `output` must not be written: it is one of the inputs, by whatever name, or holds results or another
    HDF5 file, or is no ordinary file; None where nothing speaks against it."""
    for path in inputs:
        if os.path.exists(output) and os.path.exists(path) and os.path.samefile(output, path):
            return f"{output}: is the input {path}, which is not written over"
    if os.path.exists(output) and not os.path.isfile(output):
        return f"{output}: is no ordinary file"
    try:
        with open(output, "rb") as file:
            if file.read(len(SIGNATURE)) == SIGNATURE:
                return f"{output}: is an HDF5 file, such as results, which is not written over"
    except OSError:
        pass  # not there yet, or not to be read; writing says so
    return None


def refuse_suffix(output, suffixes):
    """One line that names the suffixes, where `output` has none of them."""
    known = output.rsplit(".", 1)[-1].lower() in suffixes
    return None if known else f"{output}: the suffix must be one of .{', .'.join(suffixes)}"


def draw(module, results, arguments, script, then=None):
    metric = getattr(arguments, "metric", None)
    if metric is not None and results.metric(metric) is None:
        names = ", ".join(m.key for m in results.metrics)
        return fail(script, f"{results.path}: no metric {metric}; there are: {names}", 2)
    options = {} if metric is None else {"metric": metric}
    reason = module.lacking(results, **options)
    if reason:
        return fail(script, f"{results.path}: nothing to draw: {reason}", 1)
    style.save(module.figure(results, **options), arguments.output)
    print(arguments.output)
    if then:
        then(results)
    return 0


def run(module, has_metric=False, reader=Results, example="quickstart.h5", then=None):
    """Runs the module's figure on the command line's file, as `reader` reads it, and `then` on that; returns the
    exit status."""
    script = os.path.splitext(os.path.basename(module.__file__))[0]
    example = f"Example: python3 postproc/{script}.py {example} -o {script}.pdf"
    parser = argparse.ArgumentParser(description=module.__doc__.splitlines()[0], epilog=example)
    kind = "results file of `epilux run`" if reader is Results else "file of `epilux simulate`"
    parser.add_argument("results", help=kind)
    parser.add_argument("-o", "--output", default=f"{script}.png",
                        help=f"PNG, SVG or PDF by its suffix [{script}.png]")
    if has_metric:
        parser.add_argument("-m", "--metric", help="draw this metric alone")
    arguments = parser.parse_args()
    reason = refuse_suffix(arguments.output, SUFFIXES) or refuse_output(arguments.output, [arguments.results])
    if reason:
        return fail(script, reason, 2)
    try:
        with reader(arguments.results) as results:
            return draw(module, results, arguments, script, then)
    except ResultsError as error:
        return fail(script, error, 2)
    except OSError as error:
        return fail(script, f"{arguments.output}: cannot be written: {error.strerror}", 1)
