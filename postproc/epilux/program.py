"""The program behind the package: where it is, and what it says.

It is the one that the variable EPILUX names, else the first on the path, else the one beside this package: of the build
in the source tree, or of the same installation.
"""
import os
import re
import shutil
import subprocess
import warnings

from epilux import deck as decks
from epilux.errors import DeckError, EpiluxError, EpiluxWarning, ProgramError

STOPPED = 75  # exit status of a run that saved and can be resumed
BAD_INPUT = 2


def find():
    """The program's path. EpiluxError where there is none."""
    named = os.environ.get("EPILUX")
    if named:
        found = shutil.which(named)
        if not found:
            raise EpiluxError(f"EPILUX names {named}, which is no program")
        return os.path.abspath(found)
    here = os.path.dirname(os.path.realpath(__file__))
    beside = (os.path.join(here, "..", "..", "build", "epilux"), os.path.join(here, "..", "..", "..", "..", "bin", "epilux"))
    found = shutil.which("epilux") or next((path for path in beside if os.access(path, os.X_OK) and os.path.isfile(path)), None)
    if not found:
        raise EpiluxError("the program epilux is not found: build or install it, or name it by the variable EPILUX")
    return os.path.realpath(found)


class Deck:
    """A deck for the program: `words` name it on the command line, `text` goes to standard input where it is a dictionary."""

    def __init__(self, deck, changes=None):
        self.text, self._places, self._label = None, {}, "standard input"
        if isinstance(deck, dict):
            self.text, self._places = decks.write(deck)
            self.words = ["-"]
        elif isinstance(deck, (str, os.PathLike)):
            self.words = ["--", os.fspath(deck)]
        else:
            raise DeckError(f"a deck is a dictionary or the path of a file, not {type(deck).__name__}")
        self.options = [word for path, value in (changes or {}).items() for word in ("--set", f"{path}={_format(value, path)}")]

    def move_to(self, file):
        """Writes the dictionary's text into an open file, which the program then reads in place of standard input."""
        file.write(self.text)
        file.flush()
        self.words, self._label = ["--", file.name], file.name

    def explain(self, message):
        """(text, path) of a message: a line of the dictionary's text becomes the key that it came from."""
        found = re.match(re.escape(self._label) + r":(\d+): (.*)", message, re.S)
        if not found or self.text is None:
            option = re.match(r"--set ([\w.\[\]-]+)", message)
            return message, option[1] if option else ""
        missing = re.match(r"([\w.-]+) is missing", found[2])
        if missing:
            return found[2], missing[1]
        path = self._places.get(int(found[1]), "")
        is_said = found[2].startswith(re.sub(r"\[(\d+)\]", r".\1", path) + ":")
        return found[2] if is_said else f"{path}: {found[2]}", path


def _format(value, path):
    return value if isinstance(value, str) else decks.format_value(value, path)


def read_messages(text):
    """(errors, warnings) of what the program said on standard error, in order."""
    errors, told = [], []
    for line in text.splitlines():
        found = re.match(r"epilux: (warning: )?(.*)", line)
        if found and found[1]:
            told.append(found[2])
        elif found:
            errors.append(found[2])
    return errors, told


def finish(status, text, deck=None, accepted=(0,)):
    """Passes warnings on, and raises DeckError or ProgramError by the status and by what standard error says."""
    errors, told = read_messages(text)
    for line in told:
        warnings.warn(line, EpiluxWarning, stacklevel=4)
    if status in accepted:
        return
    if errors and status == BAD_INPUT and deck is not None:
        message, path = deck.explain(errors[-1])
        at_a_line = path or re.match(r"[^:]+:\d+: ", message)
        if at_a_line:
            raise DeckError(message, path)
        raise ProgramError(message, status)
    others = [line.strip() for line in text.splitlines() if line.strip(" -")]  # a launcher's, between lines of dashes
    said = errors[-1] if errors else f"the run ended with status {status}: {others[0] if others else 'nothing was said'}"
    raise ProgramError(said, status)


def call(command, deck=None, options=()):
    """Runs `epilux COMMAND DECK OPTIONS`; returns what it printed."""
    words = [find(), command, *options, *(deck.options if deck else []), *(deck.words if deck else [])]
    done = subprocess.run(words, input=deck.text if deck and deck.text is not None else "", capture_output=True, text=True, check=False)
    finish(done.returncode, done.stderr, deck)
    return done.stdout
