"""What can go wrong, as exceptions with one line for the user each.

    EpiluxError
      ResultsError     a file cannot be used
      DeckError        a deck cannot be: `path` is the key's in the deck, such as "network.parameters.loss"
      ProgramError     the program ended with `status`: 1 the run failed, 2 bad input
      NothingToDraw    the results lack what a figure shows
      MissingPackage   a Python package is not installed; it is an ImportError, too
"""
import importlib

DEBIAN = {"h5py": "python3-h5py", "numpy": "python3-numpy", "matplotlib": "python3-matplotlib", "yaml": "python3-yaml",
          "xarray": "python3-xarray", "pandas": "python3-pandas"}  # what Debian has not is PyPI's alone
PYPI = {"yaml": "pyyaml"}


class EpiluxError(Exception):
    """Any of them; the text is one line."""


class ResultsError(EpiluxError):
    """The file cannot be used."""


class DeckError(EpiluxError, ValueError):
    """The deck cannot be. `path`: the key's place in the deck, with dots; "" where the program names none."""

    def __init__(self, text, path=""):
        super().__init__(text)
        self.path = path


class ProgramError(EpiluxError):
    """The program ended with `status`, and said `text`."""

    def __init__(self, text, status):
        super().__init__(text)
        self.status = status


class NothingToDraw(EpiluxError):
    """The results lack what the figure shows."""


class MissingPackage(EpiluxError, ImportError):
    """A package that this function needs is not installed."""


class EpiluxWarning(UserWarning):
    """What the program warned of, or what a reader has to know of the numbers."""


def need(name):
    """The module `name`; where it is not installed, MissingPackage says which package of Debian or of PyPI has it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.split(".")[0]
        if error.name is not None and error.name.split(".")[0] != package:
            raise
        debian = f"apt-get install {DEBIAN[package]}, or " if package in DEBIAN else ""
        text = f"Python package {package} is not installed: {debian}pip install {PYPI.get(package, package)}"
        raise MissingPackage(text, name=package) from None
