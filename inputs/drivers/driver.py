"""Asks a running Epilux for points, from Python without further packages: a line of JSON out, a line of JSON back.

    with Server(["build/epilux", "serve", "study.yaml"]) as server:
        answer = server.ask({"loss": 0.5, "scale": 1.0})
        mean = answer.mean("loss")
"""
import json
import math
import subprocess


class Answer(dict):
    """What a point came to; see `epilux serve --help` for its keys."""

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
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[0]} ended with status {self.process.wait()}: standard error says why")
        self.greeting = json.loads(line)
        self.factors = self.greeting["factors"]

    def ask(self, point, **more):
        """Evaluates a point, {factor: value}; more: instances=N. Raises ValueError with what is wrong with it."""
        self.process.stdin.write(json.dumps({"point": point, **more}) + "\n")
        self.process.stdin.flush()
        answer = Answer(json.loads(self.process.stdout.readline()))
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def to_range(factor, u):
    """The value at u in [0, 1] of a factor with low and high, on its scale."""
    low, high = factor["low"], factor["high"]
    value = low * (high / low) ** u if factor["scale"] == "log" else low + u * (high - low)
    return min(max(value, low), high)
