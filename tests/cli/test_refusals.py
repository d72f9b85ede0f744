r"""What the program says to mistakes in a deck, line for line: every edit of refusals.txt makes the line that stands below it.

    python3 test_refusals.py PROGRAM [--every N]    compares; with N only each Nth edit
    python3 test_refusals.py PROGRAM --write        writes into refusals.txt what PROGRAM says: read the diff, then commit

The table: lines at column 0 are an edit, the line indented by four spaces below is what standard error must hold, whole.
    deck NAME:  and lines "| ..."    a deck that later edits start from
    file NAME:  and lines "| ..."    a file in the working folder; escapes as in Python; "\c" at the end: no line end
    @NAME                            later edits start from this deck
    + TEXT                           appends the line to the deck
    --set PATH=VALUE                 as on the command line
    $ WORDS                          calls `epilux WORDS`, in place of `check deck.yaml --pilot 0`
Exit status 2 and nothing but that line on standard error are part of each.
"""
import concurrent.futures
import os
import shlex
import subprocess
import sys
import tempfile

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "refusals.txt")


def read_table(lines):
    """([(line number of the message, base, edit lines)], {deck: text}, {file: bytes})"""
    cases, decks, files = [], {}, {}
    base, edit, content = None, [], None
    for i, line in enumerate(lines):
        if line.startswith("| ") or line == "|":
            content.append(line[2:])
        elif line.startswith("deck ") and line.endswith(":"):
            content = decks.setdefault(line[5:-1], [])
        elif line.startswith("file ") and line.endswith(":"):
            content = files.setdefault(line[5:-1], [])
        elif line.startswith("    "):
            cases.append((i, base, edit))
            edit = []
        elif line.startswith("@"):
            base = line[1:]
        elif line and not line.startswith("#"):
            assert line.startswith(("+ ", "--set ", "$ ")), f"{TABLE}:{i + 1}: what is this? {line}"
            edit.append(line)
    assert not edit, f"{TABLE}: the last edit has no message"
    whole = {name: ("\n".join(part) + "\n").replace("\\c\n", "") for name, part in files.items()}
    data = {name: text.encode().decode("unicode_escape").encode("latin-1") for name, text in whole.items()}
    return cases, {name: "\n".join(part) + "\n" for name, part in decks.items()}, data


def call(program, folder, i, deck, edit):
    """(exit status, standard error) of one edit, in a folder of its own beside the files."""
    place = os.path.join(folder, str(i))
    os.mkdir(place)
    for name in os.listdir(os.path.join(folder, "files")):
        os.symlink(os.path.join(folder, "files", name), os.path.join(place, name))
    with open(os.path.join(place, "deck.yaml"), "w", encoding="utf-8") as file:
        file.write(deck + "".join(line[2:] + "\n" for line in edit if line.startswith("+ ")))
    words = ["check", "deck.yaml", "--pilot", "0"]
    for line in edit:
        if line.startswith("$ "):
            words = shlex.split(line[2:])
    for line in edit:
        if line.startswith("--set "):
            words += ["--set", line[6:]]
    done = subprocess.run([program, *words], cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=120, check=False)
    return done.returncode, done.stderr.decode("utf-8", "backslashreplace").rstrip("\n")


def main(program, *options):
    program = os.path.abspath(program)
    with open(TABLE, encoding="utf-8") as file:
        lines = file.read().splitlines()
    cases, decks, files = read_table(lines)
    if options[:1] == ("--every",):
        cases = cases[::int(options[1])]
    n_wrong = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        os.mkdir(os.path.join(folder, "files"))
        for name, data in files.items():
            with open(os.path.join(folder, "files", name), "wb") as file:
                file.write(data)
        jobs = [pool.submit(call, program, folder, i, decks[base], edit) for i, base, edit in cases]
        for (i, _, edit), job in zip(cases, jobs):
            status, said = job.result()
            said = said.removeprefix("epilux: ")
            if (status, said) == (2, lines[i][4:]):
                continue
            n_wrong += 1
            if options == ("--write",):
                lines[i] = "    " + said if status == 2 and "\n" not in said else f"    (exit {status}) {said!r}"
            else:
                print(f"{TABLE}:{i + 1}: {' ; '.join(edit)}\n  wanted: {lines[i][4:]}\n  got, exit {status}: {said}")
    if options == ("--write",):
        with open(TABLE, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    print(f"{len(cases)} edits, {n_wrong} {'rewritten' if options == ('--write',) else 'with another line'}")
    return 0 if options == ("--write",) else n_wrong != 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
