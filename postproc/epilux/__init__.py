"""Epilux from Python: populations of photonic neural networks that learn without backpropagation.

    import epilux

    ds = epilux.run("study.yaml", ranks=2)      # or epilux.open("study.h5"): an xarray Dataset
    table = ds.epilux.trials()                  # a pandas DataFrame, one row a trial
    axes = epilux.plot.yield_by_design(ds)      # matplotlib Axes

A deck is a dictionary or the path of a file. Everything runs the program `epilux` and reads its files; `find_program`
says which program. What is not installed, wrong or missing is an EpiluxError of one line.
"""
import importlib

from epilux.errors import (DeckError, EpiluxError, EpiluxWarning, MissingPackage, NothingToDraw, ProgramError,
                           ResultsError)

__version__ = "0.2.0"

# Names that wait for their packages until they are asked for: {name: (module, name there)}.
_LATER = {"open": ("study", "open_results"), "run": ("campaign", "run"), "plan": ("campaign", "plan"),
          "check": ("campaign", "check"), "simulate": ("campaign", "simulate"), "gradient": ("campaign", "gradient"), "Server": ("asktell", "Server"),
          "export": ("exporting", "export"), "find_program": ("program", "find"), "plot": ("plot", None)}
__all__ = ["DeckError", "EpiluxError", "EpiluxWarning", "MissingPackage", "NothingToDraw", "ProgramError", "ResultsError",
           *_LATER]


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"module epilux has no attribute {name}")
    module, own = _LATER[name]
    found = importlib.import_module(f"epilux.{module}")
    return found if own is None else getattr(found, own)


def __dir__():
    return sorted({*globals(), *_LATER})
