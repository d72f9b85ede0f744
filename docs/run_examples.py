"""Runs the examples of the manual: in blocks `console`, each line that begins with `$`, in the order of the page, and looks for the
lines that the page shows below it (`...`: lines or words that are left out). A block `yaml` that begins with `# file: NAME` is
written to that file. usage: run_examples.py EPILUX SOURCE [PAGE.md…]"""
import os
import re
import subprocess
import sys
import tempfile


def read_blocks(path):
    """(kind, text, line) of the fenced blocks of a page."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield match[1], match[2], text.count("\n", 0, match.start()) + 1


def read_commands(block):
    """[(command, the lines shown below it)]"""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def is_shown(said, wanted):
    """Whether the wanted lines are what was said, where `...` stands for any text."""
    pattern = "\n".join(wanted)
    pattern = re.escape(pattern).replace(r"\.\.\.", ".*")
    return re.fullmatch(r"\s*" + pattern + r"\s*", "\n".join(line.rstrip() for line in said.splitlines()), re.DOTALL)


def run_page(path, folder, environment):
    n_failed = n_run = 0
    for kind, block, line in read_blocks(path):
        name = re.match(r"# file: (\S+)\n", block)
        if kind == "yaml" and name:
            with open(os.path.join(folder, name[1]), "w", encoding="utf-8") as file:
                file.write(block)
        if kind != "console":
            continue
        for command, wanted in read_commands(block):
            done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False, timeout=300)
            n_run += 1
            # of a command that fails on purpose the page shows the message
            if (done.returncode != 0 and not wanted) or (wanted and not is_shown(done.stdout, wanted)):
                n_failed += 1
                print(f"{path}:{line}: {command}\n  status {done.returncode}, said:\n{done.stdout}\n  wanted:\n" +
                      "\n".join(wanted))
    print(f"{os.path.basename(path)}: {n_run} examples, {n_failed} failed")
    return n_failed


def main():
    program, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    pages = sys.argv[3:] or [os.path.join(source, "docs", name) for name in ("tutorial.md", "howto.md", "theory.md")]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("inputs", "include", "postproc", "jobs"):
            os.symlink(os.path.join(source, name), os.path.join(folder, name))
        os.makedirs(os.path.join(folder, "bin"))
        os.symlink(program, os.path.join(folder, "bin", "epilux"))
        os.symlink(sys.executable, os.path.join(folder, "bin", "python3"))
        environment = dict(os.environ, PATH=os.path.join(folder, "bin") + ":" + os.environ["PATH"],
                           EPILUX_DATA=os.path.join(source, "inputs", "data"))
        sys.exit(1 if sum(run_page(page, folder, environment) for page in pages) else 0)


if __name__ == "__main__":
    main()
