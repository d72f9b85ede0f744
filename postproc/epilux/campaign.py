"""Campaigns from Python: check, plan, run, simulate.

A deck is a dictionary or the path of a file; `changes` sets scalars of it, {"learning.epochs": 50}. Files that a
dictionary names are relative to the working folder. What the program refuses is a DeckError with the key's path.
"""
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

from epilux import deck as decks
from epilux import program
from epilux.errors import EpiluxError, need


def check(deck, changes=None):
    """The deck as a dictionary with all defaults filled in, or DeckError. Nothing is simulated."""
    return decks.read(program.call("check", program.Deck(deck, changes), ["--pilot", "0"]))


def plan(deck, changes=None):
    """The design, without a simulation: a pandas DataFrame with a row a point, index `point`, and a column for each factor
    by its path, in SI units or as words."""
    pandas = need("pandas")
    text = program.call("plan", program.Deck(deck, changes), ["--csv"])
    return pandas.read_csv(io.StringIO(text), index_col="point", keep_default_na=False)


def simulate(deck, changes=None, *, point=None, instance=None, sample=None, parameters=None):
    """Follows one network to its equilibrium: an xarray Dataset with residual [time], state [time, node, component] and
    readout [time, output], `time` in its attribute's units, and outcome, settling_time, period in the attributes. With a
    section `continuation`, of both ways along the parameter: state_up, state_down [value, node, component], readout_up …

    point, instance: of the design (default: the base point, the nominal network). sample: of the task (default: the first).
    parameters: a results file of trained networks (keep_parameters).
    """
    from epilux.study import read_trajectory
    named = {"--point": point, "--instance": instance, "--sample": sample, "--parameters": parameters}
    options = [word for option, value in named.items() if value is not None for word in (option, str(value))]
    with tempfile.TemporaryDirectory(prefix="epilux-") as folder:
        path = os.path.join(folder, "trajectory.h5")
        program.call("simulate", program.Deck(deck, changes), ["-o", path, *options])
        return read_trajectory(path)


def gradient(deck, changes=None, *, instance=None, path=None):
    """Every rule's gradient of the mean cost over the training samples, before training, at the deck's base point: a pandas
    DataFrame with a row a trained parameter, index (parameter, node, to) where `to` is the other end of a link, else -1, and
    the columns value, differences (finite ones: the judge), and each rule by its name, cost (1) per unit of the parameter.

    instance: of the fabricated ones (default: the nominal network). path: also write an .npz file with these arrays, [row] each.
    """
    pandas = need("pandas")
    options = ["--vectors", "--csv", *(["--instance", str(instance)] if instance is not None else [])]
    text = program.call("gradient", program.Deck(deck, changes), options)
    table = pandas.read_csv(io.StringIO(text), float_precision="round_trip")
    table["to"] = table["to"].fillna(-1).astype(int)
    table = table.set_index(["parameter", "node", "to"])
    if path is not None:
        np = need("numpy")
        np.savez(path, **{name: table[name].to_numpy() for name in table.columns},
                 **{name: np.array(table.index.get_level_values(name).tolist()) for name in table.index.names})
    return table


def run(deck, output=None, *, ranks=1, changes=None, resume=False, force=False, max_time=None, progress=None,
        launcher="mpirun", options=()):
    """Runs the campaign and opens its results.

    output      results file (default: study.name with .h5, in the working folder)
    ranks       MPI ranks; above 1 by `launcher` -n RANKS
    changes     {path: value} of the deck
    resume      continue the results file, or start one where there is none; force: overwrite it
    max_time    stop and save before then, "2h" or "00:10:00"; the results have pending trials, and `resume` continues
    progress    True: a line that is redrawn on standard error (default on a terminal and in a notebook); a function: called
                with each line of text; False: none
    options     further options of `epilux run`, ["--checkpoint", "10s"]

    Returns the Dataset of epilux.open. An interrupt (Ctrl-C) saves the campaign and is then raised. Bad input raises
    DeckError or ProgramError; a campaign with lost trials ProgramError, after its file is written.
    """
    from epilux.study import open_results
    own = program.Deck(deck, changes)
    output = os.fspath(output) if output is not None else check(deck, changes)["study"]["name"] + ".h5"
    words = [program.find(), "run", "-o", output, *(["--resume"] if resume else []), *(["--force"] if force else []),
             *(["--max-time", str(max_time)] if max_time is not None else []), *options, *own.options, *own.words]
    if ranks > 1:
        starter = shutil.which(launcher)
        if not starter:
            raise EpiluxError(f"{launcher} is not found: install MPI's program, or run with ranks=1")
        words = [starter, "-n", str(int(ranks)), *words]
    status, text = _follow(words, own.text or "", _choose_display(progress))
    program.finish(status, text, own, accepted=(0, program.STOPPED))
    return open_results(output)


class _Line:
    """A line on standard error that is drawn anew."""

    def __call__(self, line):
        sys.stderr.write(f"\r{line:<79}")
        sys.stderr.flush()

    def end(self):
        sys.stderr.write("\n")


def _choose_display(progress):
    """What is called with each line of progress, or None."""
    if progress is None:
        progress = sys.stderr.isatty() or "ipykernel" in sys.modules
    return _Line() if progress is True else progress or None


def _follow(words, text, display):
    """Runs the words to their end, `text` on their standard input; returns the status and what standard error had beside
    progress."""
    # A session of its own: an interrupt comes from here alone, once.
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               env={**os.environ, "EPILUX_PROGRESS": "terminal"}, start_new_session=True)
    messages = []
    reader = threading.Thread(target=_read, args=(process.stderr, display, messages), daemon=True)
    reader.start()
    try:
        _feed(process.stdin, text)
        process.wait()
    except BaseException:  # an interrupt: the program saves, and ends with 75
        process.send_signal(signal.SIGINT)
        try:
            process.wait()
        except BaseException:
            process.kill()
            raise
        raise
    finally:
        reader.join(5)
        if isinstance(display, _Line):
            display.end()
    return process.returncode, "\n".join(messages)


def _feed(stream, text):
    try:
        stream.write(text.encode())
        stream.close()
    except BrokenPipeError:
        pass  # it ended early: its status says why


def _read(stream, display, messages):
    """Parts standard error at line ends and at carriage returns, which begin the lines of progress."""
    with io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="") as lines:
        for line in (line.strip("\r\n") for line in lines):
            if line.endswith("\x1b[K"):
                if display:
                    display(line[:-3])
            elif line:
                messages.append(line)
