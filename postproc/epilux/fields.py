"""What distributed lattices left beside the results file: /fields, which results.py leaves to this module.

Arrays are [plane, row, column]; NaN where a node has no such number.
"""
from dataclasses import dataclass

import h5py
import numpy as np

from epilux.results import as_text, ResultsError

FORMAT, FORMAT_VERSION = "epilux-fields", 1


@dataclass
class Fields:
    point: int
    instance: int
    sample: int
    outcome: str         # "done", or why it is no equilibrium
    columns: dict        # {name: array}, in the order of the names
    phases: bool = False  # the states are phases, in rad

    def light(self):
        """(name, array) of what the nodes hold: the intensity, or of families without one the state; phases from -pi to
        pi, wherever they have run to."""
        if self.phases:
            return "phase", np.angle(np.exp(1j * self.columns["state_0"]))
        name = "intensity" if "intensity" in self.columns else "state_0"
        return name.replace("_0", ""), self.columns[name]

    def drive(self):
        """(name, array) of what drives them: its magnitude, or of real drives the number itself."""
        if "drive_re" in self.columns:
            return "|drive|", np.hypot(self.columns["drive_re"], self.columns["drive_im"])
        return "drive", self.columns["drive_0"]


def list_points(results):
    """The design points whose trials have left fields, in order; [] when the file links to none."""
    group = results._file.get("fields")
    return sorted(int(name.split("_")[1]) for name in group) if isinstance(group, h5py.Group) else []


def read_fields(results, point):
    """The Fields of a design point, in the file that the results file links to."""
    try:
        file = results._file[f"fields/point_{point}"]
        kind, version = as_text(file.attrs["format"]), int(file.attrs["format_version"])
        if kind != FORMAT or version > FORMAT_VERSION:
            raise ResultsError(f"{results.path}: /fields/point_{point} is {kind} {version}; this reader knows {FORMAT} "
                               f"{FORMAT_VERSION}")
        numbers = [int(file.attrs[name]) for name in ("point", "instance", "sample")]
        columns = {name: np.asarray(file[name][()], dtype=float) for name in file if not h5py.h5ds.is_scale(file[name].id)}
        phases = "state_0" in columns and as_text(file["state_0"].attrs.get("units", "1")) == "rad"
        fields = Fields(*numbers, as_text(file.attrs["outcome"]), columns, phases)
        fields.light(), fields.drive()
        return fields
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise ResultsError(f"{results.path}: the file that /fields/point_{point} links to is missing or damaged; it must "
                           "lie beside the results file") from error
