"""The one module that knows the names inside a file of `epilux simulate`.

    with Trajectory("transient.h5") as trajectory:
        trajectory.kind, trajectory.time, trajectory.readout …

A transient has time [row], residual [row], state [row, node, component] and readout [row, output]; a hysteresis
has value [value], and for each of `ways` a Branch. What the file cannot be read for is a ResultsError.
"""
from dataclasses import dataclass
import os

from epilux.results import attribute_of, ResultsError
import h5py
import numpy as np

FORMAT, FORMAT_VERSION = "epilux-trajectory", 1
SETTLED, SLOW, OSCILLATES, DIVERGED = 0, 2, 3, 4
WAYS = ("up", "down")


@dataclass
class Branch:
    state: np.ndarray      # [value, node, component]
    readout: np.ndarray    # [value, output]
    outcome: np.ndarray    # [value] of SETTLED …
    abscissa: np.ndarray   # [value]; NaN where it does not settle
    period: np.ndarray     # [value]; NaN where it has none
    jumps: np.ndarray      # values between which the state jumps


class Trajectory:
    def __init__(self, path):
        self.path = path
        if os.path.exists(path) and not os.path.isfile(path):  # a pipe would be waited for
            raise ResultsError(f"{path}: not a readable file")
        try:
            self.file = h5py.File(path, "r")
        except OSError as error:
            raise ResultsError(f"{path}: cannot be read: {error}".splitlines()[0]) from None
        try:
            if attribute_of(self.file, "format", "") != FORMAT:
                raise ResultsError(f"{path}: not a trajectory of epilux simulate")
            version = int(float(attribute_of(self.file, "format_version", "0")))
            if version != FORMAT_VERSION:
                raise ResultsError(f"{path}: format version {version}, this reads {FORMAT_VERSION}")
            self.read()
        except KeyError as error:
            self.file.close()
            raise ResultsError(f"{path}: damaged: {error.args[0]}") from None
        except ResultsError:
            self.file.close()
            raise

    def read(self):
        self.kind = attribute_of(self.file, "kind", "")
        self.family = attribute_of(self.file, "family", "")
        self.node = self.file["node"][()]
        if self.kind == "transient":
            self.read_transient()
        elif self.kind == "hysteresis":
            self.read_hysteresis()
        else:
            raise ResultsError(f"{self.path}: of an unknown kind, {self.kind}")

    def read_transient(self):
        self.time, self.residual, self.state, self.readout = (
            self.file[name][()] for name in ("time", "residual", "state", "readout"))
        self.time_units = attribute_of(self.file["time"], "units", "1")
        self.outcome = attribute_of(self.file, "outcome", "")
        self.settling_time, self.abscissa, self.period, self.amplitude = (
            float(attribute_of(self.file, name, "nan"))
            for name in ("settling_time", "abscissa", "period", "amplitude"))

    def read_hysteresis(self):
        self.value = self.file["value"][()]
        self.parameter = attribute_of(self.file, "parameter", "")
        self.value_units = attribute_of(self.file["value"], "units", "1")
        self.rate_units = attribute_of(self.file["abscissa_up"], "units", "1")
        self.time_units = attribute_of(self.file["period_up"], "units", "1")
        self.ways = {}
        for way in WAYS:
            row = {name: self.file[f"{name}_{way}"][()]
                   for name in ("state", "readout", "outcome", "abscissa", "period")}
            jumps = self.file[f"jump_{way}"][()] if f"jump_{way}" in self.file else np.empty(0)
            self.ways[way] = Branch(jumps=jumps, **row)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
