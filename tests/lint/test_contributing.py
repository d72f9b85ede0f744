"""CONTRIBUTING.md is true: its recipes, applied to a copy of the tree by the words of the page alone, build, and what they add
runs in one campaign.

    python3 test_contributing.py SOURCE          the program alone, compiled in haste
    python3 test_contributing.py SOURCE --full   the tests that hold every family, rule and metric, and the table of messages, too
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

DECK = """study: {name: added}
network: {family: wells, topology: {nodes: 5}}
task: {name: xor}
learning: {estimator: sign-only, epochs: 2}
design: {method: middle, factors: {learning.nudge.beta: {low: 0.01, high: 0.03}}}
population: {instances: 2}
metrics: [accuracy, epochs, settled_samples]
yield: {metric: settled_samples, at_least: 4}
"""
PLACE = re.compile(r"^(?:/\* |# )(\S+), (a new file|at the end|after: (.*?))(?: \*/)?$")


def leave_out(folder, names):
    """Build trees, and what no commit holds."""
    return [name for name in names if name in (".git", "__pycache__") or name.endswith(".h5")
            or os.path.exists(os.path.join(folder, name, "CMakeCache.txt"))]


def read_blocks(page):
    """[(language, lines)] of the recipes."""
    recipes = page[page.index("## Something new"):]
    return [(kind, text.split("\n")) for kind, text in re.findall(r"^```(\w+)\n(.*?)\n```$", recipes, re.M | re.S)]


def apply(root, lines):
    """Writes one block into the tree; returns (path, number of lines)."""
    where = PLACE.match(lines[0])
    assert where, f"CONTRIBUTING.md: a block must begin with its place: {lines[0]}"
    path, text = os.path.join(root, where[1]), "\n".join(lines[1:]) + "\n"
    if where[2] == "a new file":
        assert not os.path.exists(path), path
        old = ""
    else:
        with open(path, encoding="utf-8") as file:
            old = file.read()
    if where[3]:
        assert old.count(where[3]) == 1, f"{where[1]} has {old.count(where[3])} times {where[3]}"
        text = old.replace(where[3], where[3] + "\n" + text)
    else:
        text = old + text
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return where[1], len(lines) - 1


def call(root, *words, **options):
    done = subprocess.run(words, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}"
    return done.stdout


def build(root, full):
    os.environ["CCACHE_BASEDIR"] = root
    launcher = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    call(root, "cmake", "-S", ".", "-B", "build", *generator, *launcher, "-DEPX_WERROR=ON", "-DBUILD_SHARED_LIBS=ON",
         "-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-O0", f"-DBUILD_TESTING={'ON' if full else 'OFF'}")
    call(root, "cmake", "--build", "build", "-j", os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", "2"),
         *([] if full else ["--target", "epilux_program"]))


def check(root):
    """One campaign with all that was added."""
    with open(os.path.join(root, "added.yaml"), "w", encoding="utf-8") as file:
        file.write(DECK)
    said = call(root, "build/epilux", "run", "added.yaml", "--quiet")
    rows = call(root, "build/epilux", "show", "added.h5", "--csv").splitlines()
    assert len(rows) == 2, f"one design point is wanted: {rows}"
    row = dict(zip(rows[0].split(","), rows[1].split(",")))
    assert float(row["mean"]) == 4, f"four samples settle: {row}\n{said}"
    call(root, sys.executable, "-B", "postproc/epochs_trained.py", "added.h5", "-o", "added.png")
    assert os.path.getsize(os.path.join(root, "added.png")) > 1000
    call(root, sys.executable, "-B", "postproc/report.py", "added.h5", "-o", "added.html")


def main(source, *options):
    full = options == ("--full",)
    with open(os.path.join(source, "CONTRIBUTING.md"), encoding="utf-8") as file:
        blocks = read_blocks(file.read())
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(os.path.realpath(folder), "tree")
        shutil.copytree(source, root, ignore=leave_out)
        after = []
        for kind, lines in blocks:
            if kind == "sh" and "build/" in lines[0]:
                after += lines
            elif kind == "sh":
                call(root, "sh", "-ec", "\n".join(lines))
            else:
                print("%s: %d lines" % apply(root, lines))
        build(root, full)
        call(root, "sh", "-ec", "\n".join(after if full else after[:1]))
        check(root)
        if full:
            print(call(root, "ctest", "--test-dir", "build", "-R", "family|estimator|metric|design|refusals|lint|schema",
                       "-E", "contributing"))
    print(f"{len(blocks)} blocks of CONTRIBUTING.md: built, and run")


if __name__ == "__main__":
    main(*sys.argv[1:])
