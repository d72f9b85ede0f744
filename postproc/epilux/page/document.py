"""Parts of the page's HTML. What comes from a results file is a stranger's text: escape and embed are the only two ways in."""
import base64
import html
import io
import json
import os

import matplotlib

from epilux.figures import style
from epilux.page.encode import encode_chart

FOLDER = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = ("scales.js", "options.js", "table.js", "figures.js", "page.js")
N_STOPS = 16  # of the scale of colours


def escape(text):
    return html.escape(str(text), quote=True)


def embed(data):
    """Data inside a script element: nothing of it can end the element or begin another."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def read(*names):
    with open(os.path.join(FOLDER, *names), encoding="utf-8") as file:
        return file.read()


def format_list(pairs):
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>\n" for k, v in pairs)
    return f"<dl>\n{rows}</dl>\n"


# ---- figures

def format_chart(chart, name, caption, number, place):
    """The frame of a figure that the page draws; `place` is that of its chart in the page's data."""
    wide = ' class="wide"' if chart.width > 4 else ""
    return (f'<figure id="{escape(name)}" data-chart="{place}"{wide}>\n<div class="head"><h3>{escape(chart.title)}</h3>'
            '<div class="tools"></div></div>\n<div class="legend"></div>\n<div class="panels"></div>\n'
            f"<figcaption>Figure {number}. {escape(caption)}</figcaption>\n"
            f'<details class="numbers"><summary>Numbers of figure {number}</summary></details>\n</figure>\n')


def format_image(figure, name, caption, number):
    """A figure that is drawn already, as an image."""
    stream = io.BytesIO()
    style.save(figure, stream, "svg")
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return (f'<figure id="{escape(name)}" class="wide">'
            f'<img alt="{escape(caption)}" src="data:image/svg+xml;base64,{data}">\n'
            f'<figcaption>Figure {number}. {escape(caption)}</figcaption></figure>\n')


# ---- table

def format_head(columns):
    """Two rows: names that sort, and fields that filter. columns: [(heading, is text)]."""
    names = fields = ""
    for k, (heading, is_text) in enumerate(columns):
        own = ' class="text"' if is_text else ""
        names += (f'<th scope="col"{own} data-column="{k}" aria-sort="none"><button type="button" title="sort by this column">'
                  f"{escape(heading)}</button></th>")
        hint = "text that it holds" if is_text else ">= 0.5, < 3, 0.1..0.5 or = 2"
        fields += (f'<td{own}><input type="text" data-column="{k}" data-help="{escape(hint)}" title="{escape(hint)}" '
                   f'aria-label="{escape(f"filter {heading}: {hint}")}"></td>')
    return f'<tr>{names}</tr>\n<tr class="filters">{fields}</tr>'


def format_rows(columns):
    """Rows of cells; columns: [(is text, cells)]."""
    classes = [' class="text"' if is_text else "" for is_text, _ in columns]
    rows = zip(*(cells for _, cells in columns))
    return "".join(f"<tr>{''.join(f'<td{own}>{escape(cell)}</td>' for own, cell in zip(classes, row))}</tr>\n" for row in rows)


# ---- the whole

def format_page(title, body, charts, points, kept):
    """The file: the body, the data that its scripts draw, and the scripts. points: the table's columns as data; kept: the
    design points it has, None for all."""
    stops = [matplotlib.colors.to_hex(c) for c in matplotlib.colormaps["cividis"](
        [i / (N_STOPS - 1) for i in range(N_STOPS)])]
    data = {"charts": [encode_chart(chart, kept) for chart in charts], "points": points, "stops": stops}
    scripts = "".join(f"<script>\n{read(name)}</script>\n" for name in SCRIPTS)
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)} – Epilux report</title>\n<style>\n{read('page.css')}</style>\n</head>\n<body>\n<main>\n"
            f'{body}</main>\n<script id="data" type="application/json">{embed(data)}</script>\n'
            f"<script>{read('echarts', 'echarts.min.js')}</script>\n{scripts}</body>\n</html>\n")
