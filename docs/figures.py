"""Makes the figures of the manual, each by its deck: figures.txt says which. What was run is kept, and run again when the deck
or the program has changed."""
import hashlib
import os
import shlex
import subprocess
import sys


def read_rows(path):
    """The rows of figures.txt: dicts of name, words (of the program), script, options, caption."""
    rows = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.strip() or line.startswith("#"):
                continue
            name, command, script, caption = (part.strip() for part in line.split("|"))
            script, *options = shlex.split(script)
            rows.append({"name": name, "words": shlex.split(command), "script": script, "options": options,
                         "caption": caption})
    return rows


def get_digest(program, source, words):
    """What the results of a command hang on: its words, its deck and the program."""
    version = subprocess.run([program, "--version"], capture_output=True, check=True).stdout
    with open(os.path.join(source, words[1]), "rb") as file:
        deck = file.read()
    return hashlib.sha256(b"\0".join([version, deck, " ".join(words).encode()])).hexdigest()


def make_results(program, source, folder, words):
    """Runs the command, if what it left is not of this deck and program; returns its file."""
    os.makedirs(folder, exist_ok=True)
    stem = words[0] + "-" + os.path.splitext(os.path.basename(words[1]))[0]
    results, stamp = os.path.join(folder, stem + ".h5"), os.path.join(folder, stem + ".sha256")
    digest = get_digest(program, source, words)
    if os.path.exists(results) and os.path.exists(stamp):
        with open(stamp, encoding="ascii") as file:
            if file.read() == digest:
                return results
    print("figures:", *words, flush=True)
    subprocess.run([program, *words, "-o", results, "--force", *(["--quiet"] if words[0] == "run" else [])],
                   cwd=source, check=True, stdout=subprocess.DEVNULL)
    with open(stamp, "w", encoding="ascii") as file:
        file.write(digest)
    return results


def make(program, source, work, out):
    """Writes every figure as OUT/NAME.svg."""
    os.makedirs(out, exist_ok=True)
    for row in read_rows(os.path.join(source, "docs", "figures.txt")):
        results = make_results(program, source, os.path.join(work, "results"), row["words"])
        target = os.path.join(out, row["name"] + ".svg")
        if os.path.exists(target) and os.path.getmtime(target) > os.path.getmtime(results):
            continue
        subprocess.run([sys.executable, os.path.join(source, "postproc", row["script"]), results, *row["options"],
                        "-o", target], check=True, stdout=subprocess.DEVNULL)
