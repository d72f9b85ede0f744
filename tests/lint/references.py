"""Reference lint: references.py ROOT prints one line for each offence between the tree and ROOT/references.bib and exits 1 if there is any.

A work is cited by its key, the first author's name and the year (Scellier2017), and the bibliography has one entry for
each key that is cited, in the keys' order. The file is read for what it is, one field a line or continued by
indentation; a BibTeX program reads more than that.
"""

import os
import re
import sys

import layers

BIBLIOGRAPHY = "references.bib"
ROOMS = ("include", "inputs", "jobs", "postproc", "src", "tests")
TEXTS = (".c", ".cff", ".cmake", ".def", ".env", ".h", ".in", ".md", ".py", ".sbatch", ".sh", ".txt", ".yaml")
NOT_READ = ("tests/lint/",)  # what stands there is made up

YEAR = r"(?:1[89]|20)\d\d"
KEY = re.compile(rf"(?<![\w./-])([a-z]{{0,4}}[A-Z][A-Za-z]*[a-z]{YEAR}[a-z]?)(?!\w)")
PROSE = re.compile(rf"\bet al\b|\barXiv\b|\b[A-Z]\w+ (?:and|&) [A-Z]\w+ \(?{YEAR}\b")
ENTRY = re.compile(r"@(\w+)\{([^,\s]*),?\s*$")
FIELD = re.compile(r"  (\w+) = \{(.*)$")
WANTED = ("author", "title", "year")


def get_name(text):
    """A name as keys spell it: the letters alone, without accents."""
    text = re.sub(r"\\([a-zA-Z]+)\b", r"\1", text)
    return re.sub(r"[^A-Za-z]", "", text).lower()


def parse(text):
    """The entries, [(line, key, {field: value})], and offences as (line, what is wrong)."""
    entries, offences, fields, field = [], [], None, None
    for number, line in enumerate(text.split("\n"), 1):
        begun, assigned = ENTRY.match(line), FIELD.match(line)
        if begun:
            fields, field = {}, None
            entries.append((number, begun.group(2), fields))
        elif line == "}":
            fields = None
        elif fields is not None and assigned:
            field = assigned.group(1)
            if field in fields:
                offences.append((number, f"a second {field}"))
            fields[field] = assigned.group(2)
        elif fields is not None and field and line.startswith("    "):
            fields[field] += " " + line.strip()
        elif line.strip() and not line.startswith("%"):
            offences.append((number, "neither an entry, nor a field, nor a comment"))
    for _, _, fields in entries:
        for field, value in fields.items():
            fields[field] = re.sub(r"\},?$", "", value)
    return entries, offences


def check_entry(key, fields):
    for field in WANTED:
        if not fields.get(field, "").strip():
            yield f"{key} has no {field}"
    for field, value in fields.items():
        if value.count("{") != value.count("}"):
            yield f"{key}: the braces of {field} do not match"
    if not KEY.fullmatch(key):
        yield f"'{key}' is no key: a name and a year, as in Scellier2017"
        return
    year = re.search(YEAR, key[-5:]).group()
    if fields.get("year") and fields["year"] != year:
        yield f"{key} is of {fields['year']}"
    author = get_name(re.split(r",| and ", fields.get("author", ""))[0])
    if author and not get_name(key).startswith(author) and not author.startswith(get_name(key)):
        yield f"{key} begins with another name than its first author's"


def check_bibliography(text):
    entries, offences = parse(text)
    yield from offences
    known = {}
    for number, key, fields in entries:
        if key in known:
            yield number, f"{key} stands in line {known[key]} already"
        elif known and key.lower() < list(known)[-1].lower():
            yield number, f"{key} stands after {list(known)[-1]}: entries are sorted by key"
        known.setdefault(key, number)
        for what in check_entry(key, fields):
            yield number, what


def read_citations(root):
    """{path: text} of what may cite."""
    paths = [path for path in layers.walk(root) if path.endswith(TEXTS) and not path.startswith(NOT_READ)]
    return {path: layers.read(root, path) for path in paths if path.split("/")[0] in ROOMS or "/" not in path}


def check_citations(texts, known):
    """Offences of the texts, (path, line, what), and the keys they cite."""
    offences, cited = [], set()
    for path, text in texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            keys = set(KEY.findall(line))
            cited |= keys
            offences += [(path, number, f"{key} is not in {BIBLIOGRAPHY}") for key in sorted(keys - known)]
            if "/" in path and not path.endswith(".md") and PROSE.search(line):
                offences.append((path, number, f"'{PROSE.search(line).group()}': works are cited by their key in {BIBLIOGRAPHY}"))
    return offences, cited


def lint(root):
    """All offences below root, as lines 'path:line: what is wrong'."""
    text = layers.read(root, BIBLIOGRAPHY)
    keys = {key: number for number, key, _ in parse(text)[0]}
    offences, cited = check_citations(read_citations(root), set(keys))
    own = [(number, what) for number, what in check_bibliography(text)]
    own += [(number, f"{key} is cited nowhere") for key, number in keys.items() if key not in cited]
    return [f"{BIBLIOGRAPHY}:{number}: {what}" for number, what in sorted(own)] + [f"{p}:{n}: {what}" for p, n, what in offences]


def main():
    if len(sys.argv) != 2 or not os.path.isfile(os.path.join(sys.argv[1], BIBLIOGRAPHY)):
        sys.exit(f"usage: references.py ROOT, the folder that holds {BIBLIOGRAPHY}")
    offences = lint(sys.argv[1])
    for offence in offences:
        print(offence)
    sys.exit(1 if offences else 0)


if __name__ == "__main__":
    main()
