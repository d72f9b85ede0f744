"""Asks a running program for points: for optimisers and samplers of your own (`epilux serve`).

    with epilux.Server("study.yaml") as server:
        answer = server.ask({"loss": 0.5, "scale": 1.0})
        mean = answer.mean("loss")
"""
import json
import math
import subprocess
import tempfile

from epilux import program
from epilux.errors import DeckError


class Answer(dict):
    """What a point came to: metrics {name: [a value an instance, None where it failed]}, yield …; `epilux serve --help`."""

    def mean(self, metric, failed=math.nan):
        """Mean of a metric over the instances; a trial without it, one that failed, counts as `failed`."""
        values = [failed if value is None else value for value in self["metrics"][metric]]
        return sum(values) / len(values)

    def tell(self, metric, failed):
        """The mean, and the yield where the deck asks for one, in words."""
        share = self.get("yield")
        words = f"{self.mean(metric, failed):.4g}"
        return words + (f" with yield {share['value']:.3f} ({share['low']:.3f} to {share['high']:.3f})" if share else "")


class Server:
    """A program that evaluates points of a deck, a dictionary or the path of a file, until it is closed.

    factors: [{"path", "low", "high", "scale", "integer"} or {"path", "values"}], as the program tells them.
    DeckError where the deck cannot be.
    """

    def __init__(self, deck, changes=None, options=()):
        self._deck, self._file = program.Deck(deck, changes), None
        if self._deck.text is not None:  # standard input is for points
            self._file = tempfile.NamedTemporaryFile("w", prefix="epilux-", suffix=".yaml")
            self._deck.move_to(self._file)
        self._errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([program.find(), "serve", *options, *self._deck.options, *self._deck.words],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True)
        line = self.process.stdout.readline()
        if not line:
            self._fail()
        self.greeting = json.loads(line)
        self.factors = self.greeting["factors"]

    def ask(self, point, **more):
        """Evaluates a point, {factor: value}; more: instances=N. Returns an Answer. ValueError says what is wrong with it."""
        try:
            self.process.stdin.write(json.dumps({"point": point, **more}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self._fail()
        line = self.process.stdout.readline()
        if not line:
            self._fail()
        answer = Answer(json.loads(line))
        if "error" in answer:
            raise DeckError(answer["error"])
        return answer

    def close(self):
        """Ends the program."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it ended before it read all
        self.process.wait()
        self.process.stdout.close()
        self._errors.close()
        if self._file:
            self._file.close()

    def _fail(self):
        """Raises what the program ended with, and closes all."""
        status = self.process.wait()
        self._errors.seek(0)
        said = self._errors.read()
        self.close()
        program.finish(status, said, self._deck, accepted=())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def to_range(factor, u):
    """The value at u in [0, 1] of a factor with low and high, on its scale."""
    low, high = factor["low"], factor["high"]
    value = low * (high / low) ** u if factor["scale"] == "log" else low + u * (high - low)
    return min(max(value, low), high)
