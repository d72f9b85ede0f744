"""Writes the reference pages of the manual, from what the program says of itself (`epilux list … --json`), from the forms in
docs/forms, from references.bib, and from a results file made for the purpose. Nothing in them is copied by hand."""
import json
import os
import re
import subprocess
import textwrap


def ask(program, *words):
    """The entries of a list of the program."""
    done = subprocess.run([program, "list", *words, "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["entries"]


def escape(text):
    """A text within a paragraph or a cell: nothing in it is markup but `words between backquotes`."""
    parts = re.split(r"`([^`]+)`", str(text).replace("\n", " "))
    return "".join(code(part) if i % 2 else re.sub(r"([\\`*_{}\[\]<>#|$~@])", r"\\\1", part)
                   for i, part in enumerate(parts))


def code(text):
    """A text as it is, in a cell."""
    return "`" + str(text).replace("|", "\\|") + "`" if text not in (None, "") else ""


def table(heads, rows):
    """A table of cells that are Markdown already."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def cite(sources, keys):
    """Sources, each key of references.bib a link to its entry."""
    return re.sub(r"\w+", lambda m: f"[{m[0]}](bibliography.md#{m[0].lower()})" if m[0] in keys else escape(m[0]),
                  escape(sources).replace("\\_", "_"))


def number(value):
    return "" if value is None else f"{value:g}"


def sentence(text):
    """A text as a sentence: it ends with a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def span(entry):
    largest = 2**31 - 1  # of the type: no limit that a person sets
    low, high = number(entry["low"]), number(entry["high"] if entry["high"] != largest else None)
    return f"{low} … {high}" if low and high else f"from {low}" if low else f"up to {high}" if high else ""


def commands(program):
    text = ["# Commands\n", "`epilux COMMAND …` runs alone or under `mpirun` or `srun`. Options may stand before or after "
            "arguments; `--name value` and `--name=value` are the same. `man epilux` shows this page.\n"]
    for command in ask(program, "commands"):
        text += [f"## {command['name']}\n", f"`epilux {command['name']} {command['arguments']}`\n",
                 sentence(escape(command["meaning"])) + "\n"]
        if command["details"]:
            text.append(escape(command["details"]) + "\n")
        text.append(table(["option", "meaning"],
                          [[code(" ".join(filter(None, [("-" + o["letter"] + ",") if o["letter"] else None, o["name"],
                                                        o["argument"]]))), escape(o["meaning"])]
                           for o in command["options"]]))
        text.append(f"```sh\n{command['example']}\n```\n")
    return "\n".join(text)


def deck(program):
    text = ["# Keys of a deck\n", "Every key, by its path. A step `*` stands for a row of a list, or for a name. A "
            "quantity is a number in the unit shown, or a text with any unit of the same dimension, such as `1550 nm`. "
            "[`inputs/reference.yaml`](tutorial.md) is the same as a deck that runs; `epilux list deck --schema` is JSON "
            "Schema, by which editors complete and check decks. Parameters of networks are those of the "
            "[family](families.md).\n"]
    section, rows = None, []

    def flush():
        if rows:
            text.append(table(["key", "type", "default", "range or words", "meaning"], rows))
            rows.clear()

    for entry in ask(program, "deck"):
        if entry["name"].split(".")[0] != section:
            flush()
            section = entry["name"].split(".")[0]
            text.append(f"## {section}\n")
        unit = entry["unit"] if entry["unit"] not in (None, "1", "@") else None
        default = code(entry["default"]) if not entry["derived_from"] else escape(
            entry["default"] or "depends on " + entry["derived_from"])
        words = ", ".join(map(code, entry["words"])) or span(entry)
        meaning = sentence(escape(entry["meaning"])) + (f" Only with {escape(entry['applies'])}." if entry["applies"] else "")
        rows.append([code(entry["name"]), escape(entry["type"]) + (f" [{escape(unit)}]" if unit else ""),
                     "**required**" if entry["required"] else default, words, meaning])
    flush()
    return "\n".join(text)


def families(program, keys):
    text = ["# Families of networks\n", "One family is one kind of network: its equation of motion, its parameters and "
            "its units. [Theory](theory.md) has the conventions of sign and phase.\n"]
    for family in ask(program, "families"):
        text += [f"## {family['name']}\n", sentence(escape(family["meaning"])) + "\n",
                 "```text\n" + family["equation"] + "\n```\n",
                 f"- units: {escape(family['units'])}\n- nudge: {escape(family['nudge'])}\n"
                 f"- plain equilibrium propagation is exact {escape(family['exact'])}\n"
                 f"- inputs {'fix' if family['inputs_fix_nodes'] else 'drive'} their nodes, by default with "
                 f"{number(family['input_scale'])} per unit of feature; random coupling by default has a spread of "
                 f"{number(family['coupling_spread'])}\n- readouts: {', '.join(map(code, family['readouts']))} (default "
                 f"{code(family['readout'])})\n- source: {cite(family['source'], keys)}\n"]
        text.append(table(["parameter", "of", "unit", "default", "range", "trained", "meaning"],
                          [[code(p["name"]), p["of"], escape(p["unit"]), number(p["default"]), span(p),
                            "yes" if p["trained"] else "if asked" if p["trainable"] else "no", escape(p["meaning"])]
                           for p in family["parameters"]]))
        if family["presets"]:
            text.append(table(["preset", "meaning"], [[code(p["name"]), escape(p["meaning"])] for p in family["presets"]]))
        if family["responses"]:
            text.append("What fabrication moves, with p the parameter:\n\n" + table(
                ["parameter", "by its", "equation"],
                [[code(r["parameter"]), r["device"] + (" (two guides)" if r["paired"] else ""),
                  code(r["equation"]) + (f", f = {number(r['factor'])}" if r["factor"] != 1 else "")]
                 for r in family["responses"]]))
    return "\n".join(text)


def choices(program, keys):
    """The lists of names: rules of learning, tasks, designs, … all but those with pages of their own."""
    text = ["# Choices\n", "What a deck can name, list by list; `epilux list` prints them.\n"]
    for topic in ask(program):
        if topic["name"] in ("deck", "commands", "families", "metrics", "devices", "energies", "processes"):
            continue
        text.append(f"## {topic['name']}\n\n{sentence(escape(topic['meaning']))}\n")
        entries = ask(program, topic["name"])
        heads, rows = ["name", "meaning"], [[code(e["name"]), escape(e["meaning"])] for e in entries]
        if topic["name"] == "estimators":
            heads += ["families", "source"]
            every = [family["name"] for family in ask(program, "families")]
            for row, entry in zip(rows, entries):
                row += ["all" if entry["families"] == every else ", ".join(map(code, entry["families"])),
                        cite(entry["source"], keys)]
        if topic["name"] == "tasks":
            heads += ["held out", "scaling", "source"]
            for row, entry in zip(rows, entries):
                row += [number(entry["held_out"]), code(entry["scaling"]), cite(entry["source"], keys)]
        text.append(table(heads, rows))
    return "\n".join(text)


def metrics(program):
    return "# Metrics\n\nWhat is measured on a trained, fabricated network. Units in words are those of the " \
        "family; with `network.device` they are ns, 1/ns and pJ.\n\n" + table(
            ["metric", "unit", "meaning"],
            [[code(m["name"]), escape(m["unit"]), escape(m["meaning"])] for m in ask(program, "metrics")])


def source_of(entry, keys):
    return ("**assumed** " if entry["assumed"] else "") + cite(entry["source"], keys)


def devices(program, keys):
    text = ["# Devices, energies, fabrication\n", "Numbers marked **assumed** are common engineering knowledge that no cited "
            "source backs: put your foundry's own there.\n"]
    entries = ask(program, "devices")
    for device in (entry for entry in entries if entry["kind"] == "device"):
        text += [f"## {device['name']}\n", sentence(escape(device["meaning"])) + "\n",
                 table(["quantity", "default", "unit", "range", "meaning", "source"],
                       [[code(q["name"]), number(q["default"]), escape(q["unit"]), span(q), escape(q["meaning"]),
                         source_of(q, keys)] for q in device["quantities"]])]
    text += ["## Energies\n", "What each part costs, in three cases: the best published components (optimistic), the same "
             "with losses budgeted, and what can be bought today.\n",
             table(["quantity", "unit", "optimistic", "budgeted", "today", "meaning", "source"],
                   [[code(e["name"]), escape(e["unit"]), number(e["optimistic"]), number(e["budgeted"]), number(e["today"]),
                     escape(e["meaning"]), source_of(e, keys)] for e in ask(program, "energies")])]
    text.append("## Processes\n")
    for kind in ("preset", "term", "quantity"):
        text.append(table([kind, "meaning"], [[code(e["name"]), escape(e["meaning"]) + (
            f" ({source_of(e, keys)}, {escape(e['date'])})" if e.get("source") else "")]
            for e in ask(program, "processes") if e["kind"] == kind]))
    return "\n".join(text)


def members(form, path, rows):
    """The members of a form, object within object, as rows of a table."""
    for name, member in form.get("properties", {}).items():
        below = path + name
        inner = member
        for one in member.get("anyOf", []):
            inner = one if "properties" in one else inner
        kind = member.get("type", "object" if inner is not member else "text")
        kind = " or ".join(kind) if isinstance(kind, list) else kind
        rows.append([code(below), kind, escape(member.get("description", ""))])
        if kind == "array" and "properties" in member["items"]:
            members(member["items"], below + "[].", rows)
        elif "properties" in inner:
            members(inner, below + ".", rows)
    return rows


def forms(source):
    text = ["# What `--json` prints\n", "One JSON object, of the form that `docs/forms` has as JSON Schema. A "
            "number that does not exist is null. New members may come; a member that changes its meaning raises "
            "`format_version`.\n"]
    folder = os.path.join(source, "docs", "forms")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            form = json.load(file)
        text += [f"## {name.removesuffix('.json')}\n", form["title"] + ".\n",
                 table(["member", "type", "meaning"], members(form, "", []))]
        if name == "list.json":
            text += ["An entry has the members that its list needs, of these:\n",
                     table(["member", "type", "meaning"], members(form["definitions"]["entry"], "", []))]
    return "\n".join(text)


SMALL = """
study: {name: layout, seed: 1}
network: {family: kerr, topology: {nodes: 4}}
task: {name: xor}
learning: {estimator: phase-conjugate, epochs: 3}
variation: [{parameter: detuning, sigma: 0.1}]
design: {method: saltelli, points: 8, factors: {network.parameters.loss: {low: 0.5, high: 1}, learning.nudge.beta: {low: 0.01, high: 0.02}}}
population: {instances: 2}
metrics: [accuracy, loss]
curves: [loss]
keep_variation: true
keep_parameters: true
yield: {metric: accuracy, at_least: 0.75}
"""


def layout(program, work):
    """The results file, off one that is made here."""
    import h5py
    path = os.path.join(work, "layout.h5")
    subprocess.run([program, "run", "-", "-o", path, "--force", "--quiet"], input=SMALL, text=True, check=True,
                   stdout=subprocess.DEVNULL)
    rows = []
    with h5py.File(path) as file:
        def visit(name, item):
            if not isinstance(item, h5py.Dataset) or "long_name" not in item.attrs:
                return
            def text(key):
                value = item.attrs.get(key, b"")
                return value.decode() if isinstance(value, bytes) else str(value)
            axes = [d[0].name.split("/")[-1] if len(d) else "" for d in item.dims]
            rows.append([code("/" + name), escape(", ".join(axes)), escape(text("units")), escape(text("long_name"))])
        file.visititems(visit)
        attributes = sorted(file.attrs)
    return "\n".join([
        "# The results file\n",
        "One HDF5 file, which xarray, h5py, MATLAB and Octave open. The table is that of a small campaign with curves, "
        "variation, trained parameters, a yield and sensitivities; a deck that asks for less has fewer of them. Every dataset has "
        "`units` and `long_name`, every axis a dimension scale.\n",
        table(["dataset", "axes", "units", "meaning"], rows),
        "\nAttributes of the root: " + ", ".join(map(code, attributes)) + ".\n"])


def read_bibliography(source):
    """{key: {field: text}} of references.bib."""
    with open(os.path.join(source, "references.bib"), encoding="utf-8") as file:
        text = file.read()
    accents = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "v": "\u030c", "c": "\u0327"}

    def clean(value):
        value = re.sub(r"\{\\(.)\s*\{?\\?([A-Za-z])\}?\}", lambda m: m[2] + accents.get(m[1], ""), value)
        value = re.sub(r"\\(ss|o|O|aa|ae|l|L)\b", lambda m: {"ss": "ß", "o": "ø", "O": "Ø", "aa": "å", "ae": "æ", "l": "ł",
                                                "L": "Ł"}[m[1]], value)
        return " ".join(value.replace("{", "").replace("}", "").replace("--", "–").replace("\\&", "&").split())

    works = {}
    for match in re.finditer(r"^@\w+\{(\w+),\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        fields = re.findall(r"^\s+(\w+) = \{(.*?)\},?$", match[2], re.MULTILINE | re.DOTALL)
        works[match[1]] = {name: clean(value) if name != "doi" else value for name, value in fields}
    return works


def bibliography(works):
    text = ["# Bibliography\n", "The works behind equations, rules and numbers, by the keys that headers, decks, `epilux list` "
            "and `epilux verify` name. `references.bib` has them for LaTeX.\n"]
    for key, work in works.items():
        where = ", ".join(work[name] for name in ("journal", "booktitle", "howpublished", "institution", "publisher")
                          if name in work)
        place = " ".join(filter(None, [work.get("volume"), work.get("pages") or work.get("eprint")]))
        link = f" <https://doi.org/{work['doi']}>" if "doi" in work else f" <{work['url']}>" if "url" in work else ""
        authors = work.get("author", work.get("editor", "")).replace(" and ", "; ")
        text.append(f"## {key}\n\n{escape(authors)}: *{escape(work['title'])}*. {escape(where)} {escape(place)} "
                    f"({work.get('year', '')}).{link}\n")
    return "\n".join(text)


def gallery(rows):
    text = ["# Gallery\n", "Every figure is made by its deck when this manual is built, by the two lines above it.\n"]
    for row in rows:
        stem = os.path.splitext(os.path.basename(row["words"][1]))[0]
        text.append(textwrap.dedent(f"""\
            ## {row['name']}

            ```sh
            epilux {' '.join(row['words'])} -o {stem}.h5
            python3 postproc/{' '.join([row['script'], stem + '.h5', *row['options']])} -o {row['name']}.svg
            ```

            ```{{figure}} figures/{row['name']}.svg
            {row['caption']}
            ```
            """))
    return "\n".join(text)


def make(program, source, work, out, rows):
    """Writes all generated pages into the folder OUT."""
    works = read_bibliography(source)
    pages = {"commands": commands(program), "keys": deck(program), "families": families(program, works),
             "choices": choices(program, works), "metrics": metrics(program), "devices": devices(program, works),
             "forms": forms(source), "results": layout(program, work), "bibliography": bibliography(works),
             "gallery": gallery(rows)}
    for name, text in pages.items():
        with open(os.path.join(out, name + ".md"), "w", encoding="utf-8") as file:
            file.write(text)
