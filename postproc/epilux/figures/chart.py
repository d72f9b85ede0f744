"""What a figure shows, as data with labels and units: paper.py draws it for papers, the report's page draws the same.

A Chart has panels; a Panel has two axes and marks; Marks are arrays of one look. Positions on an axis of levels are
0, 1, 2, ...; of every other axis they are values in the axis' unit. Nothing here knows a drawing library.
"""
from dataclasses import dataclass, field

import numpy as np

from epilux.figures.style import BLUE, COLUMN, PAGE

PERCENT = (-4, 104)  # limits of an axis from 0 to 100 %, with room for marks at both


@dataclass
class Axis:
    label: str = ""                 # with its unit
    logarithmic: bool = False
    ticks: list = field(default_factory=list)  # [(position, name)]; empty: chosen where it is drawn
    limits: tuple = None            # (low, high); None: from the marks
    reverse: bool = False           # rows from top to bottom
    whole: bool = False             # ticks at whole numbers alone
    even: bool = False              # levels at even places: half a place of room at both ends

    def named(self, position):
        return next((name for place, name in self.ticks if place == position), None)


@dataclass
class Look:
    colour: str = BLUE
    marker: str = "o"               # of matplotlib: o s D ^ v P X < or "."; "": none
    dash: object = "-"              # of matplotlib
    width: float = 1.2              # of the line, pt; 0: no line
    size: float = 4.0               # of the marker, pt
    alpha: float = 1.0


@dataclass
class Marks:
    """Points with or without a line through them. low and high are intervals along `along`, drawn as bars, or as a band."""
    x: np.ndarray                   # [n]
    y: np.ndarray                   # [n]
    look: Look = field(default_factory=Look)
    name: str = ""                  # in the legend; "": not there
    low: np.ndarray = None          # [n]
    high: np.ndarray = None
    along: str = "y"
    band: bool = False
    steps: bool = False             # the line keeps its height until the next point
    hollow: np.ndarray = None       # [n] of bool
    labels: list = None             # [n] text beside a mark, "" where there is none
    values: np.ndarray = None       # [n] coloured by these
    points: np.ndarray = None       # [n] the design point that a mark is, where it is one
    names: list = None              # [n] what a mark is, for a reader who points at it


@dataclass
class Bars:
    """From `start` to `end` along x, one a row; with intervals."""
    places: np.ndarray              # [n] along y
    start: np.ndarray               # [n]
    end: np.ndarray
    look: Look
    name: str = ""
    thickness: float = 0.8
    low: np.ndarray = None
    high: np.ndarray = None
    pale: np.ndarray = None         # [n] of bool


@dataclass
class Boxes:
    """Low whisker, quartile, median, quartile, high whisker of one design point each, over its values as dots."""
    places: np.ndarray              # [n]
    five: np.ndarray                # [n, 5], or None
    values: list                    # [n] of arrays
    thickness: float
    look: Look
    name: str = ""
    vertical: bool = True
    points: np.ndarray = None       # [n]


@dataclass
class Cells:
    """A table of colours: rows along y, columns along x; NaN: no cell."""
    table: np.ndarray               # [row, column]
    digits: int = None              # of the numbers that stand in the cells; None: no numbers
    rows: list = None               # [row] name
    columns: list = None            # [column] name
    points: np.ndarray = None       # [row, column] design point; -1: none


@dataclass
class Panel:
    x: Axis
    y: Axis
    marks: list                     # of Marks, Bars, Boxes, Cells
    title: str = ""
    rules: list = field(default_factory=list)   # [(axis "x" or "y", position, dash)]
    notes: list = field(default_factory=list)   # [(share of the width, y, text)]
    groups: list = field(default_factory=list)  # [(first place, last place, name)] at the right of rows


@dataclass
class Chart:
    title: str
    panels: list
    columns: int = 1
    width: float = COLUMN           # in
    height: float = 2.5             # in, without the head
    share_x: bool = False           # one scale for all panels
    share_y: object = False         # True, or "row"
    colours: tuple = None           # (label, low, high) of the scale that Marks.values and Cells share
    legend: list = None             # names in the order of the legend; None: as they come

    def entries(self):
        """[(name, look, kind of mark)] of the legend."""
        found = {}
        for panel in self.panels:
            for marks in panel.marks:
                name = getattr(marks, "name", "")
                if name and name not in found:
                    found[name] = (name, marks.look, type(marks))
        order = self.legend if self.legend is not None else list(found)
        return [found[name] for name in order if name in found]


@dataclass
class Parallel:
    """Parallel coordinates: an axis a quantity, a line a design point, coloured by one of them."""
    title: str
    axes: list                      # [Axis]; ticks name the levels of a category
    rows: np.ndarray                # [n, axis]
    points: np.ndarray              # [n]
    colour: int                     # the axis that colours
    width: float = PAGE
    height: float = 2.8
