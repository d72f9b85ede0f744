"""Files that are somebody else's, as a user meets them: what is written over, what is only read, what is refused.

    python3 test_files.py PROGRAM [NAME...]      all, or those whose names are given
"""
import csv
import glob
import gzip
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import traceback

import h5py

EPILUX = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NOT_OF_THE_NUMBERS = ("created", "written", "history", "mpi")
DECK = """study: {name: small}
network: {family: kerr, topology: {nodes: 4}}
task: {name: xor}
learning: {epochs: 2}
design: {factors: {network.parameters.loss: {values: [0.5, 2]}}}
population: {instances: 2}
"""


def call(*words, status=0, **options):
    """Calls the program, with an exit status that must come; gives what it said, on both streams."""
    done = subprocess.run([EPILUX, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          text=True, timeout=120, check=False, **options)
    assert done.returncode == status, f"{words}: status {done.returncode}: {done.stdout}{done.stderr}"
    if status == 2:
        lines = [line for line in done.stderr.splitlines() if "warning" not in line and "asks for" not in line]
        assert len(lines) == 1, f"{words}: not one line: {done.stderr}"
    return done.stdout + done.stderr


def refuse(said, *words):
    text = call(*words, status=2)
    assert said in text, f"{words}: no '{said}' in: {text}"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def run(output="r.h5", *words):
    call("run", "deck.yaml", "-o", output, "--quiet", *words)


def output_is_no_device_pipe_folder_deck_or_side_file():
    os.mkfifo("pipe")
    os.mkdir("folder")
    for name in ("/dev/null", "pipe", "folder"):
        refuse("results need a regular file", "run", "deck.yaml", "-o", name, "--force")
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)
    refuse("is the deck", "run", "deck.yaml", "-o", "deck.yaml", "--force")
    os.link("deck.yaml", "same.yaml")
    refuse("is the deck", "run", "deck.yaml", "-o", "same.yaml", "--force")
    assert read("deck.yaml").decode() == DECK
    for name in ("a.h5.lock", "a.h5.journal", "a.h5.attempts", "a.h5.checkpoint.0.0", "a.h5.fields.0.h5"):
        refuse("beside the results of a campaign", "run", "deck.yaml", "-o", name)
    refuse("leave room", "run", "deck.yaml", "-o", "n" * 220 + ".h5")
    refuse("control character", "run", "deck.yaml", "-o", "a\nb.h5")
    refuse("control character", "run", "deck.yaml", "--set", "study.name=a\tb")
    write("notes", "notes\n")
    refuse("so --force does not replace it", "run", "deck.yaml", "-o", "notes", "--force")
    assert read("notes") == b"notes\n"


def what_stands_under_the_name_of_a_side_file_stays():
    for suffix in ("lock", "journal", "attempts"):
        run("finished.h5")
        os.rename("finished.h5", f"r.h5.{suffix}")
        before = read(f"r.h5.{suffix}")
        for words in ((), ("--resume",), ("--force",)):
            text = call("run", "deck.yaml", "-o", "r.h5", "--quiet", *words, status=2)
            assert f"r.h5.{suffix}: " in text, text
        assert read(f"r.h5.{suffix}") == before and not os.path.exists("r.h5")
        os.remove(f"r.h5.{suffix}")
        write("target", "target\n")
        os.symlink("target", f"r.h5.{suffix}")
        refuse("is a link", "run", "deck.yaml", "-o", "r.h5")
        assert read("target") == b"target\n"
        os.remove(f"r.h5.{suffix}")
    os.symlink("target", "r.h5.epilux-part")
    text = call("run", "deck.yaml", "-o", "r.h5", status=2)
    assert "is a link" in text and read("target") == b"target\n"


def link_is_its_file_and_keeps_its_mode():
    os.mkdir("far")
    run("far/r.h5")
    os.chmod("far/r.h5", 0o640)
    os.symlink("far/r.h5", "link.h5")
    run("link.h5", "--force")
    assert os.path.islink("link.h5") and not glob.glob("link.h5.*")
    assert stat.S_IMODE(os.stat("far/r.h5").st_mode) == 0o640
    os.symlink("far/new.h5", "other.h5")
    run("other.h5")
    assert os.path.islink("other.h5") and os.path.isfile("far/new.h5")


def finished_file_stays_byte_for_byte():
    run()
    before, written = read("r.h5"), os.stat("r.h5").st_mtime_ns
    assert "the file is unchanged" in call("run", "deck.yaml", "-o", "r.h5", "--resume")
    call("extend", "r.h5", "--instances", "2", "--quiet")
    assert read("r.h5") == before and os.stat("r.h5").st_mtime_ns == written
    assert sorted(glob.glob("r.h5*")) == ["r.h5"]


def killed_run(output, *words):
    """A campaign that was killed when it had finished some of its trials."""
    deck = DECK.replace("epochs: 2", "epochs: 60").replace("instances: 2", "instances: 400, block: 4")
    write("slow.yaml", deck)
    with subprocess.Popen([EPILUX, "run", "slow.yaml", "-o", output, "--quiet", *words], stdin=subprocess.DEVNULL) as process:
        while not os.path.exists(output + ".journal") or os.path.getsize(output + ".journal") < 500:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)


def readers_of_a_link_see_the_journal_of_its_file():
    killed_run("r.h5")
    os.symlink("r.h5", "link.h5")
    seen = [call("status", name, status=75).split(": ", 1)[1].split(",")[0] for name in ("r.h5", "link.h5")]
    assert seen[0] == seen[1] and not seen[0].startswith("0 of"), seen
    shown = [call("show", name).split("\n", 1)[1] for name in ("r.h5", "link.h5")]
    assert shown[0] == shown[1]
    call("merge", "a.h5", "r.h5")
    call("merge", "b.h5", "link.h5")
    with h5py.File("a.h5") as a, h5py.File("b.h5") as b:
        assert (a["trials/state"][()] == b["trials/state"][()]).all() and (a["trials/state"][()] != 0).any()


EDGES = """%%MatrixMarket matrix coordinate real symmetric
4 4 3
2 1 0.5
3 2 0.25
4 3 -0.5
"""


def results_are_shown_without_the_files_of_their_deck():
    write("links.mtx", EDGES)
    write("rows.csv", "".join(f"{i % 3 - 1},{i % 4 - 1.5},{'ab'[i % 2]}\n" for i in range(20)))
    write("edges.yaml", DECK.replace("{nodes: 4}", "{kind: edge-list, path: links.mtx}")
          .replace("{name: xor}", "{name: csv, path: rows.csv}"))
    call("run", "edges.yaml", "-o", "r.h5", "--quiet")
    here = call("show", "r.h5")
    os.remove("links.mtx")
    os.remove("rows.csv")
    os.mkdir("far")
    os.rename("r.h5", "far/r.h5")
    os.chdir("far")
    assert call("show", "r.h5") == here
    assert "complete" in call("status", "r.h5")
    refuse("links.mtx", "extend", "r.h5", "--instances", "4")


def contents(path):
    """{name: its type, values and attributes}, but for what says when and by whom it was made."""
    found = {}

    def take(name, thing):
        attributes = {key: str(value) for key, value in thing.attrs.items() if not key.endswith("_LIST") and not key.startswith("run_")}
        values = (str(thing.dtype), thing[()].tobytes()) if isinstance(thing, h5py.Dataset) else None
        if name.split("/")[0] != "run" and name != "timing/seconds":
            found[name] = (values, attributes)

    with h5py.File(path, "r") as file:
        file.visititems(take)
        found["/"] = {key: str(value) for key, value in file.attrs.items() if key not in NOT_OF_THE_NUMBERS}
    return found


def parts_are_merged_without_the_files_of_their_deck():
    """The same file as of a campaign in one part, from the parts alone: engines, categories, curves, draws, parameters, a yield."""
    write("links.mtx", EDGES)
    write("edges.yaml", DECK.replace("{nodes: 4}", "{kind: edge-list, path: links.mtx}")
          .replace("values: [0.5, 2]}", "values: [0.5, 2]}, equilibrium.engine: {values: [population, distributed]}")
          + "variation: [{parameter: detuning, distribution: normal, sigma: 0.1, scope: local}]\nmetrics: [accuracy, loss, settling_time]\n"
            "curves: [loss]\nkeep_variation: true\nkeep_parameters: true\nquantiles: [0.1, 0.5]\n"
            "yield: {metric: accuracy, at_least: 0.75}\n")
    call("run", "edges.yaml", "-o", "whole.h5", "--quiet")
    for k in (1, 2):
        call("run", "edges.yaml", "-o", f"{k}.h5", "--quiet", "--shard", f"{k}/2")
    os.remove("links.mtx")
    os.mkdir("far")
    os.chdir("far")
    assert "2 parts, 8 of 8" in call("merge", "all.h5", "../1.h5", "../2.h5")
    one, other = contents("../whole.h5"), contents("all.h5")
    different = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    assert not different, [(name, one.get(name), other.get(name)) for name in different]
    assert {"engine", "parameters/coupling", "variation/detuning", "curves/loss", "statistics/loss/quantile"} <= one.keys(), one.keys()
    with h5py.File("all.h5", "r") as file:
        assert file["engine"].dtype.kind == "i" and list_engines(file)[1] == "distributed", file["engine"][()]
        state = file["trials/state"].attrs
        assert state["flag_meanings"].split()[:3] == ["pending", "done", "did_not_settle"] and list(state["flag_values"]) == list(range(7))


def list_engines(file):
    """The engine of each point: words up to format 3, then codes with their meanings."""
    data = file["engine"]
    names = data.attrs.get("flag_meanings", "").split()
    return [names[value] if names else value.decode() for value in data[()]]


def formats_of_before_are_read():
    """formats/: a campaign in each format of results so far, from the programs that wrote them. One of a later format is refused."""
    shown, formats = [], os.path.join(ROOT, "tests", "cli", "formats")
    names = sorted(os.listdir(formats))
    assert len(names) >= 2, names
    for name in names:
        version = name.split("-")[1].split(".")[0]
        with gzip.open(os.path.join(formats, name)) as packed, open("r.h5", "wb") as file:
            file.write(packed.read())
        with h5py.File("r.h5", "r") as file:
            assert file.attrs["format_version"] == version, file.attrs["format_version"]
            engines = list_engines(file)
        shown.append(call("show", "r.h5", "--csv"))
        assert "complete" in call("status", "r.h5")
        call("merge", "m.h5", "r.h5", "--any-version", "--force")
        assert call("show", "m.h5", "--csv") == shown[-1]
        with h5py.File("m.h5", "r") as file:
            assert list_engines(file) == engines == ["population", "distributed"]
    assert len(set(shown)) == 1, shown
    with h5py.File("r.h5", "r+") as file:
        file.attrs["format_version"] = "99"
    refuse("results of format version 99; this program reads versions 1 to", "show", "r.h5")


def texts_of_others_do_nothing_to_a_terminal():
    """Escape sequences and ends of lines in names, decks and results: a message is a line, a cell of a table one as well."""
    run()
    with h5py.File("r.h5", "r+") as file:
        file["trials/loss"].attrs["units"] = "\x1b[31mred\a\nroot# "
    refuse("control characters", "show", "r.h5")
    refuse("control characters", "merge", "m.h5", "r.h5")
    refuse("no?[31m?.yaml: cannot be read", "check", "no\x1b[31m\n.yaml")
    refuse("unknown key '?[31mb'", "check", "deck.yaml", "--set", "\x1b[31mb=3")
    write("deck.yaml", DECK.replace("name: xor", r'name: csv, path: "a\e[31m\N.csv"').replace(
        "network.parameters.loss: {values: [0.5, 2]}", r'task.path: {values: ["a\e[31m\N.csv", "b.csv"]}'))
    assert "a?[31m??.csv" in call("plan", "deck.yaml")


def plugin_that_is_another_is_not_loaded():
    """A shared object runs code when it is loaded: this one leaves a file."""
    compiler, source = os.environ.get("CC", "cc"), os.path.join(ROOT, "inputs", "plugins", "anharmonic.c")
    subprocess.run([compiler, "-std=c11", "-O2", "-shared", "-fPIC", "-I", os.path.join(ROOT, "include"), source, "-o", "anharmonic.so",
                    "-lm"], check=True)
    with open(os.path.join(ROOT, "inputs", "families", "plugin.yaml"), encoding="utf-8") as file:
        write("plugin.yaml", file.read())
    sets = ["--set", "learning.epochs=2", "--set", "population.instances=2"]
    call("run", "plugin.yaml", "-o", "r.h5", "--quiet", *sets)
    here = call("show", "r.h5")
    write("other.c", '#include <stdio.h>\n__attribute__((constructor)) static void leave(void) { fclose(fopen("LOADED", "w")); }\n')
    subprocess.run([compiler, "-shared", "-fPIC", "other.c", "-o", "anharmonic.so"], check=True)
    assert call("show", "r.h5") == here
    call("status", "r.h5")
    shutil.copy("r.h5", "plugin-xor.h5")  # the name that the deck gives
    for words in (("extend", "r.h5", "--instances", "4"), ("run", "plugin.yaml", "-o", "r.h5", "--resume", *sets),
                  ("run", "plugin.yaml", "--resume", *sets)):
        refuse("the file has changed since the deck was resolved", *words)
    assert not os.path.exists("LOADED")
    os.remove("anharmonic.so")
    assert call("show", "r.h5") == here
    call("merge", "m.h5", "r.h5")
    assert contents("m.h5") == contents("r.h5")


def deck_from_standard_input_is_the_same_on_any_number_of_ranks():
    run("file.h5")
    with h5py.File("file.h5") as file:
        wanted = file["trials/loss"][()].tobytes()
    for launcher, name in (([], "-"), (["mpirun", "--oversubscribe", "-n", "2"], "-"), (["mpirun", "--oversubscribe", "-n", "2"], "/dev/stdin")):
        words = [*launcher, EPILUX, "run", name, "-o", "input.h5", "--quiet", "--force"]
        done = subprocess.run(words, input=DECK, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        with h5py.File("input.h5") as file:
            assert file["trials/loss"][()].tobytes() == wanted
    for deck, status, said in ((DECK, 0, "backprop"), ("a: b\n", 2, "")):
        for launcher in ([], ["mpirun", "--oversubscribe", "-n", "2"]):
            done = subprocess.run([*launcher, EPILUX, "gradient", "-"], input=deck, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, timeout=120, check=False)
            assert done.returncode == status and said in done.stdout, f"{launcher}: {done.returncode}: {done.stdout}{done.stderr}"
            assert status == 0 or done.stderr.count("standard input:1: unknown key 'a'") == 1, done.stderr
    done = subprocess.run([EPILUX, "check", "-", "--pilot", "0"], input="a: b\n", stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2 and "standard input:1: unknown key 'a'" in done.stderr, done.stderr


def hostile_names(count):
    """Names of files and texts made of what shells, sbatch and CSV give a meaning to, the same ones each time."""
    pieces = ["'", '"', "$(touch PWNED)", "`touch PWNED`", ";touch PWNED;", "|", "&", ">PWNED", "*", "?", "[a]", "{a,b}", "~", "!", "#",
              " ", "  ", "%j", "%", "\\", "=", ",", "ü", "-", "--", "$HOME", "${x}", "(", ")", "^", "a", "Z9", "<", "!!", "\\n"]
    draw = random.Random(7)
    return ["n" + "".join(draw.choice(pieces) for _ in range(draw.randint(1, 6))) for _ in range(count)]


def job_script_holds_hostile_names_as_they_are():
    environment = {**os.environ, "EPILUX_JOBS": os.path.join(ROOT, "jobs")}
    for name in hostile_names(40):
        write(name + ".yaml", DECK)
        words = ["submit", name + ".yaml", "--dry-run", "--pilot", "0", "--ranks", "2", "--time", "1h", "-o", name + ".h5", "--set",
                 "study.name=" + name]
        if '"' in name or "\\" in name:  # sbatch has no way to read them in its --output
            refuse("sbatch cannot read file names with quotes", *words)
            continue
        done = subprocess.run([EPILUX, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, env=environment)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        given = [line for line in done.stdout.splitlines() if line.split("=")[0] in ("deck", "results", "settings", "script")]
        printed = subprocess.run(["bash", "-c", "\n".join(given) + '\nprintf "%s\\n" "$deck" "$results" "${settings[@]}" "$script"'],
                                 stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        here = os.path.realpath(os.getcwd())
        assert printed == [f"{here}/{name}.yaml", f"{here}/{name}.h5", "--set", f"study.name={name}", f"{here}/{name}.sbatch"], printed
        log = [line for line in done.stdout.splitlines() if line.startswith("#SBATCH --output=")]
        assert log == [f'#SBATCH --output="{here}/{name.replace("%", "%%")}-%j.log"'], log
        head = done.stdout.split("program=(")[0]  # comments alone: nothing of it is run
        assert all(line.startswith("#") or not line for line in head.splitlines()), head
    assert not os.path.exists("PWNED")
    os.mkdir("line\nbreak")
    write("line\nbreak/deck.yaml", DECK)
    refuse("control character", "submit", "line\nbreak/deck.yaml", "--dry-run", "--pilot", "0", "--ranks", "2", "--time", "1h")
    refuse("control character", "submit", "deck.yaml", "--dry-run", "--pilot", "0", "--ranks", "2", "--time", "1h", "--sbatch",
           "--nice\ntouch PWNED")


def job_script_is_written_over_nothing_else():
    write("sbatch", "#!/bin/sh\necho 7\n")
    os.chmod("sbatch", 0o755)
    environment = {**os.environ, "EPILUX_JOBS": os.path.join(ROOT, "jobs"), "PATH": os.getcwd() + ":" + os.environ["PATH"]}
    words = ["submit", "deck.yaml", "-o", "r.h5", "--pilot", "0", "--ranks", "2", "--time", "1h"]
    for _ in range(2):
        call(*words, env=environment)
        assert read("r.sbatch").startswith(b"#!/bin/bash -l\n")
    write("r.sbatch", "notes\n")
    assert "is not a job script of this program" in call(*words, status=2, env=environment)
    assert read("r.sbatch") == b"notes\n"
    os.rename("r.sbatch", "notes")
    os.symlink("notes", "r.sbatch")
    assert "is a link" in call(*words, status=2, env=environment)
    assert read("notes") == b"notes\n"


def tables_quote_what_would_part_their_cells():
    names = ["a,b.mtx", 'c"d.mtx', "e f.mtx", "ü.mtx"]
    for name in names:
        write(name, EDGES)
    write("edges.yaml", "network: {family: kerr, topology: {kind: edge-list, path: 'a,b.mtx'}}\ntask: {name: xor}\n"
          "learning: {epochs: 1}\npopulation: {instances: 1}\n"
          "design: {factors: {network.topology.path: {values: ['a,b.mtx', 'c\"d.mtx', 'e f.mtx', 'ü.mtx']}}}\n")
    rows = list(csv.reader(call("plan", "edges.yaml", "--csv").splitlines()))
    assert [row[1] for row in rows[1:]] == names, rows


def store_elsewhere(file):
    """/trials/accuracy in another file, where numbers of this host stand."""
    old = file["trials/accuracy"]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_external(b"/etc/services", 0, 8 * old.size)
    space, attributes = h5py.h5s.create_simple(old.shape), {k: old.attrs[k] for k in ("units", "long_name")}
    del file["trials/accuracy"]
    h5py.h5d.create(file["trials"].id, b"accuracy", h5py.h5t.NATIVE_DOUBLE, space, properties)
    file["trials/accuracy"].attrs.update(attributes)


def map_elsewhere(file):
    shape, attributes = file["trials/accuracy"].shape, dict(file["trials/accuracy"].attrs)
    del file["trials/accuracy"]
    layout = h5py.VirtualLayout(shape=shape, dtype="f8")
    layout[:] = h5py.VirtualSource("r.h5", "trials/accuracy", shape=shape)
    file.create_virtual_dataset("trials/accuracy", layout).attrs.update(attributes)


def link_elsewhere(file):
    del file["trials"]
    file["trials"] = h5py.ExternalLink("r.h5", "/trials")


def link_inside(file):
    file["x"] = h5py.SoftLink("/trials")


def announce_more(file):
    del file["trials/state"]
    file.create_dataset("trials/state", shape=(1 << 20, 1 << 19), dtype="i4", chunks=(1, 1 << 19))


def nothing_of_another_file_is_read_and_nothing_announced_is_believed():
    run()
    for name, forge, said in (("external", store_elsewhere, "/trials/accuracy is stored in another file"),
                              ("virtual", map_elsewhere, "/trials/accuracy is stored in another file"),
                              ("linked", link_elsewhere, "/trials is a link that leads elsewhere"),
                              ("soft", link_inside, "/x is a link that leads elsewhere"),
                              ("large", announce_more, "/trials/state announces 2199023255552 bytes")):
        shutil.copy("r.h5", f"{name}.h5")
        with h5py.File(f"{name}.h5", "r+") as file:
            forge(file)
        for words in (("show", f"{name}.h5"), ("status", f"{name}.h5"), ("merge", "m.h5", f"{name}.h5"),
                      ("run", "deck.yaml", "-o", f"{name}.h5", "--resume")):
            refuse(said, *words)
        report = subprocess.run([sys.executable, "-B", os.path.join(ROOT, "postproc", "report.py"), f"{name}.h5", "-o", "r.html"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert report.returncode != 0 and said.split(" announces")[0] in report.stdout and "Traceback" not in report.stdout, report.stdout
        assert not os.path.exists("r.html")
    for name in ("/dev/zero", "."):
        refuse("not a file", "show", name)
    os.mkfifo("pipe")
    refuse("not a file", "show", "pipe")


def journal_without_its_results_is_read_or_refused():
    killed_run("r.h5")
    os.rename("r.h5", "lost.h5")
    refuse("belongs to another campaign", "run", "deck.yaml", "-o", "r.h5", "--resume")
    assert os.path.getsize("r.h5.journal") >= 500


def merge_takes_the_lock_and_writes_over_no_part():
    run("one.h5", "--shard", "1/2")
    run("two.h5", "--shard", "2/2")
    refuse("is one of the parts", "merge", "one.h5", "one.h5", "two.h5", "--force")
    refuse("is one of the parts", "merge", "./two.h5", "one.h5", "two.h5", "--force")
    refuse("overwrite it with --force", "merge", "deck.yaml", "one.h5", "two.h5")
    refuse("so --force does not replace it", "merge", "deck.yaml", "one.h5", "two.h5", "--force")
    write("held.py", "import fcntl, sys, time\nfile = open('all.h5.lock', 'w')\nfcntl.lockf(file, fcntl.LOCK_EX)\n"
                     "print('process 1 on here', file=file, flush=True)\nprint('held', flush=True)\ntime.sleep(60)\n")
    with subprocess.Popen([sys.executable, "held.py"], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        refuse("in use by process 1 on here", "merge", "all.h5", "one.h5", "two.h5", "--force")
        refuse("in use by process 1 on here", "simulate", "deck.yaml", "-o", "all.h5", "--force")
        holder.kill()
    call("merge", "all.h5", "one.h5", "two.h5")
    assert sorted(glob.glob("all.h5*")) == ["all.h5"]


def simulate_and_progress_write_over_nothing_else():
    run("r.h5", "--set", "keep_parameters=true")
    before = read("r.h5")
    refuse("is the file of --parameters", "simulate", "deck.yaml", "--parameters", "r.h5", "-o", "r.h5", "--force")
    refuse("is not a trajectory", "simulate", "deck.yaml", "-o", "r.h5", "--force")
    refuse("is the deck", "simulate", "deck.yaml", "-o", "deck.yaml", "--force")
    call("simulate", "deck.yaml", "-o", "t.h5")
    call("simulate", "deck.yaml", "-o", "t.h5", "--force")
    write("data.csv", "".join(f"{i % 7},{i % 5},{i % 2}\n" for i in range(40)))
    write("csv.yaml", DECK.replace("task: {name: xor}", "task: {name: csv, path: data.csv}"))
    data = read("data.csv")
    refuse("is read by this deck", "run", "csv.yaml", "-o", "data.csv", "--force")
    for name in ("deck.yaml", "data.csv", "r.h5", "new.h5", "new.h5.journal", "new.h5.lock"):
        refuse("exists and is not a progress file", "run", "deck.yaml", "-o", "new.h5", "--progress", name)
    os.mkfifo("pipe")
    refuse("a pipe that nobody reads", "run", "deck.yaml", "-o", "new.h5", "--progress", "pipe")
    assert (read("r.h5"), read("data.csv"), read("deck.yaml").decode()) == (before, data, DECK)
    for name in ("p.txt", "p.txt", "/dev/stderr"):
        run("new.h5", "--progress", name, "--force")
    assert read("p.txt").count(b"finished: 4/4 trials") == 2
    if os.path.exists("/dev/full"):
        assert "--progress cannot be written" in call("run", "deck.yaml", "-o", "new.h5", "--force", "--progress", "/dev/full")


def what_stopped_says_how_to_continue_with_every_option():
    deck = DECK.replace("epochs: 2", "epochs: 60").replace("instances: 2", "instances: 4000")
    write("it's slow.yaml", deck)
    words = ["run", "it's slow.yaml", "-o", "r.h5", "--set", "study.seed=7", "--shard", "1/2", "--checkpoint", "30s"]
    text = call(*words, "--max-time", "1s", "--force", "--quiet", status=75)
    hint = text.split("Continue with epilux ")[1].splitlines()[0]
    assert hint == "run 'it'\\''s slow.yaml' --output r.h5 --set study.seed=7 --shard 1/2 --checkpoint 30s --resume", hint


TESTS = [texts_of_others_do_nothing_to_a_terminal, formats_of_before_are_read, parts_are_merged_without_the_files_of_their_deck, output_is_no_device_pipe_folder_deck_or_side_file, what_stands_under_the_name_of_a_side_file_stays,
         link_is_its_file_and_keeps_its_mode, finished_file_stays_byte_for_byte,
         results_are_shown_without_the_files_of_their_deck, plugin_that_is_another_is_not_loaded,
         deck_from_standard_input_is_the_same_on_any_number_of_ranks, job_script_holds_hostile_names_as_they_are,
         job_script_is_written_over_nothing_else, tables_quote_what_would_part_their_cells,
         nothing_of_another_file_is_read_and_nothing_announced_is_believed, readers_of_a_link_see_the_journal_of_its_file, journal_without_its_results_is_read_or_refused,
         merge_takes_the_lock_and_writes_over_no_part, simulate_and_progress_write_over_nothing_else,
         what_stopped_says_how_to_continue_with_every_option]


def main():
    failures = 0
    for test in TESTS:
        if sys.argv[2:] and test.__name__ not in sys.argv[2:]:
            continue
        folder = tempfile.mkdtemp()
        os.chdir(folder)
        write("deck.yaml", DECK)
        try:
            test()
        except Exception:  # every test is run and told
            failures += 1
            print(f"FAIL: {test.__name__}\n{traceback.format_exc()}")
        os.chdir("/")
        shutil.rmtree(folder)
    sys.exit(failures > 0)


main()
