"""Charts and the table of design points as plain data that the page's scripts draw (charts.js, table.js)."""
import math

import numpy as np
from matplotlib.colors import to_hex

from epilux.figures.chart import Bars, Boxes, Cells, Marks, Parallel

MOST_DOTS = 3000  # of all boxes of a chart, beyond which the page has the boxes alone
DIGITS = 5        # of a number in a figure


def encode_numbers(values, digits=DIGITS):
    """A list of numbers with so many digits; None where there is none."""
    if values is None:
        return None
    return [None if not math.isfinite(v) else int(v) if v == int(v) and abs(v) < 1e9 else float(f"{v:.{digits}g}")
            for v in np.asarray(values, dtype=float).ravel().tolist()]


def encode_axis(axis):
    return {"label": axis.label, "log": bool(axis.logarithmic), "reverse": axis.reverse, "whole": axis.whole, "even": axis.even,
            "ticks": [[float(place), str(name)] for place, name in axis.ticks],
            "limits": None if axis.limits is None else encode_numbers(axis.limits)}


def encode_look(look):
    dash = "solid" if look.dash == "-" or not look.width else "dashed" if look.dash[1][0] > 2 else "dotted"
    return {"colour": to_hex(look.colour), "marker": look.marker, "dash": dash, "width": look.width, "size": look.size,
            "alpha": look.alpha}


def choose_shown(marks, kept):
    """The marks that the page draws: of a large design, the points that its table has, too."""
    if marks.points is None or kept is None or marks.band or marks.look.width:
        return np.arange(len(marks.x))
    return np.flatnonzero(np.isin(marks.points, kept))


def encode_marks(marks, kept, _n_dots):
    shown = choose_shown(marks, kept)

    def pick(values):
        return None if values is None else [values[i] for i in shown]
    return {"type": "marks", "x": encode_numbers(np.asarray(marks.x)[shown]), "y": encode_numbers(np.asarray(marks.y)[shown]),
            "low": encode_numbers(pick(marks.low)), "high": encode_numbers(pick(marks.high)), "along": marks.along,
            "band": marks.band, "steps": marks.steps, "hollow": None if marks.hollow is None else [bool(h) for h in pick(marks.hollow)],
            "labels": pick(marks.labels), "values": encode_numbers(pick(marks.values)),
            "points": None if marks.points is None else [int(p) for p in pick(marks.points)], "names": pick(marks.names)}


def encode_bars(bars, _kept, _n_dots):
    return {"type": "bars", "places": encode_numbers(bars.places), "start": encode_numbers(bars.start),
            "end": encode_numbers(bars.end), "thickness": bars.thickness, "low": encode_numbers(bars.low),
            "high": encode_numbers(bars.high), "pale": None if bars.pale is None else [bool(p) for p in bars.pale]}


def encode_boxes(boxes, _kept, n_dots):
    return {"type": "boxes", "places": encode_numbers(boxes.places), "thickness": boxes.thickness, "vertical": boxes.vertical,
            "five": None if boxes.five is None else [encode_numbers(row) for row in boxes.five],
            "values": [encode_numbers(v) if n_dots <= MOST_DOTS else [] for v in boxes.values],
            "points": None if boxes.points is None else [int(p) for p in boxes.points]}


def encode_cells(cells, _kept, _n_dots):
    return {"type": "cells", "shape": list(cells.table.shape), "values": encode_numbers(cells.table), "digits": cells.digits,
            "rows": cells.rows, "columns": cells.columns,
            "points": None if cells.points is None else [int(p) for p in cells.points.ravel()]}


ENCODED = {Marks: encode_marks, Bars: encode_bars, Boxes: encode_boxes, Cells: encode_cells}


def encode_panel(panel, kept, n_dots):
    marks = []
    for own in panel.marks:
        encoded = ENCODED[type(own)](own, kept, n_dots)
        if type(own) is not Cells:
            encoded.update(look=encode_look(own.look), name=own.name)
        marks.append(encoded)
    y = encode_axis(panel.y)
    for first, last, group in panel.groups:
        y["ticks"] = [[place, f"{group}: {name}" if first <= place <= last else name] for place, name in y["ticks"]]
    return {"title": panel.title, "x": encode_axis(panel.x), "y": y, "marks": marks,
            "rules": [[which, float(at), dash] for which, at, dash in panel.rules],
            "notes": [[share, float(place), text] for share, place, text in panel.notes]}


def encode_chart(chart, kept=None):
    """A chart as data; `kept` are the design points that the page's table has, None for all."""
    if isinstance(chart, Parallel):
        shown = np.arange(len(chart.points)) if kept is None else np.flatnonzero(np.isin(chart.points, kept))
        return {"kind": "parallel", "title": chart.title, "axes": [encode_axis(axis) for axis in chart.axes],
                "rows": [encode_numbers(row) for row in chart.rows[shown]], "points": [int(p) for p in chart.points[shown]],
                "colour": chart.colour}
    n_dots = sum(len(v) for panel in chart.panels for own in panel.marks if isinstance(own, Boxes) for v in own.values)
    shapes = {Bars: "block", Boxes: "box", Marks: "line"}
    return {"kind": "panels", "title": chart.title, "columns": chart.columns, "share": [bool(chart.share_x), chart.share_y],
            "wide": chart.width > 4, "colours": None if chart.colours is None else [chart.colours[0], *encode_numbers(chart.colours[1:])],
            "legend": [{"name": name, "look": encode_look(look), "shape": shapes[kind]} for name, look, kind in chart.entries()],
            "panels": [encode_panel(panel, kept, n_dots) for panel in chart.panels]}
