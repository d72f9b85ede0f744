"""What the file says of the run that wrote it: /run, which results.py leaves to this module.

Times are in s. Ranks that compute: their arrays are [rank], or [rank, time] for the share of each part of the run that
the rank was inside trials.
"""
from dataclasses import dataclass

import numpy as np

from epilux.results import as_text, ResultsError


@dataclass
class Activity:
    seconds: float          # that the run took
    ranks: np.ndarray       # their numbers
    hosts: list             # of the ranks
    busy: np.ndarray        # [rank]; with waiting and tail it makes `seconds`
    waiting: np.ndarray
    tail: np.ndarray
    times: np.ndarray       # [time] beginnings of the parts
    busy_share: np.ndarray  # [rank, time]


def read_activity(results):
    """The Activity of the file's last run; None when it says nothing of it."""
    group = results._file.get("run")
    if group is None:
        return None
    try:
        columns = [np.asarray(group[name][()], dtype=float) for name in ("busy", "waiting", "tail", "time", "busy_share")]
        return Activity(float(group.attrs["seconds"]), group["rank"][()], [as_text(h) for h in group["host"][()]], *columns)
    except (OSError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise ResultsError(f"{results.path}: damaged results file: /run cannot be read") from error
