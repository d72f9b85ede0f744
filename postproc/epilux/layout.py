"""How a design is laid out on axes: what goes along x, what makes a line, what makes a panel.

The first numerical factor that varies goes along x, the estimator (or else the first category) makes the
lines, and each combination of the remaining factors makes a panel. With no category, a second numerical
factor of a few levels makes the lines. arrange returns None where that does not work: no grid, or too many
panels.
"""
import itertools
import math
from dataclasses import dataclass

import numpy as np

from epilux.results import ESTIMATOR, Factor
from epilux.units import scale_units

MAX_PANELS = 6
MAX_EVEN = 10      # levels that may stand at even places, each with its name
LEAST_STEP = 0.04  # of the axis, between levels that are drawn where they lie; nearer ones stand at even places
MAX_LINES = 8


@dataclass
class Line:
    level: object       # of the factor `by`, or None
    positions: list     # along x, ascending
    points: list        # the design point at each


@dataclass
class Layout:
    x: Factor
    by: Factor          # or None
    panels: list        # of (title, [Line])

    @property
    def ticks(self):
        """(position, level) of every level of x; at even places they stand at 0, 1, 2, ..."""
        return list(enumerate(self.x.levels)) if is_even(self.x) else list(zip(self.x.levels, self.x.levels))

    @property
    def is_logarithmic(self):
        return self.x.logarithmic and not is_even(self.x)


def is_even(factor):
    """Whether levels stand at even places: categories, and a few numbers too close for their names, such as 0 before
    0.001, 0.01 and 0.1."""
    if not factor.numeric:
        return True
    levels = np.array(factor.levels)
    if not 2 < levels.size <= MAX_EVEN:
        return False
    places = np.log(levels) if factor.logarithmic and levels[0] > 0 else levels
    return bool(np.min(np.diff(places)) < LEAST_STEP * (places[-1] - places[0]))


def format_level(value, units="1", digits=4):
    """A level as text: numbers short, with their unit."""
    if not isinstance(value, float):
        return str(value)
    scale, units = scale_units([value], units)
    return f"{scale * value:.{digits}g}" if units == "1" else f"{scale * value:.{digits}g} {units}"


def name_level(factor, level):
    """A level with what it is of: "loss 2"; a category speaks for itself: "plain"."""
    return f"{factor.name} {format_level(level, factor.units)}" if factor.numeric else str(level)


def name_setting(pairs):
    """(factor, level) pairs as text: "loss 2, nodes 10"."""
    return ", ".join(name_level(f, v) for f, v in pairs)


def name_point(results, point):
    """A design point as text, by the factors that vary."""
    pairs = [(f, f.values[point]) for f in results.varying]
    return name_setting([(f, float(v) if f.numeric else v) for f, v in pairs]) or "the only design point"


def choose_factors(varying):
    """Returns (x, by, others) or None."""
    numeric = [f for f in varying if f.numeric]
    categories = sorted((f for f in varying if not f.numeric), key=lambda f: f.path != ESTIMATOR)
    if numeric:
        x = numeric[0]
        few = [f for f in numeric[1:] if len(f.levels) <= 5]
        by = categories[0] if categories else (few[0] if few else None)
    elif categories:
        x, by = categories[0], categories[1] if len(categories) > 1 else None
    else:
        return None
    return x, by, [f for f in varying if f is not x and f is not by]


def collect_line(x, level, points):
    """One Line of the points, or None when two of them share a place."""
    places = {v: i for i, v in enumerate(x.levels)}
    even = is_even(x)
    pairs = sorted((places[x.values[p]] if even else float(x.values[p]), p) for p in points)
    positions = [position for position, _ in pairs]
    return None if len(set(positions)) < len(positions) else Line(level, positions, [p for _, p in pairs])


def arrange(results, max_panels=MAX_PANELS):
    chosen = choose_factors(results.varying)
    if chosen is None:
        return None
    x, by, others = chosen
    levels = by.levels if by else [None]
    if math.prod(len(f.levels) for f in others) > max_panels or len(levels) > MAX_LINES:
        return None
    combinations = itertools.product(*(f.levels for f in others))
    panels = []
    for combination in combinations:
        inside = np.ones(results.n_points, dtype=bool)
        for factor, level in zip(others, combination):
            inside &= factor.values == level
        rows = [inside & (by.values == v) if by else inside for v in levels]
        lines = [collect_line(x, v, np.flatnonzero(row)) for v, row in zip(levels, rows)]
        if any(line is None for line in lines):
            return None
        panels.append((name_setting(zip(others, combination)), [line for line in lines if line.points]))
    n_shared = sum(len(line.points) > 1 for _, lines in panels for line in lines)
    return Layout(x, by, panels) if n_shared or len(x.levels) <= MAX_LINES else None
