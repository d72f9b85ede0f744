"""Every command and option of --help stands in the manual page, as mandoc reads it, and in the completions, as bash and
zsh run them. usage: test_pages.py EPILUX"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=True, **options).stdout


def read_help():
    """{command: [its options]}, off --help alone."""
    commands = re.search(r"commands:\n(.*?)\n\n", run(PROGRAM, "--help"), re.DOTALL)[1]
    names = [line.split()[0] for line in commands.splitlines()]
    options = {}
    for name in names:
        text = run(PROGRAM, name, "--help").split("\noptions:\n")[1]
        options[name] = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", text, re.MULTILINE)
        assert "--help" in options[name], name
    return options


def test_man(options, path):
    if not shutil.which("mandoc"):
        print("not read by mandoc, which is not here (Debian: mandoc)")
        return
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "error", path], capture_output=True, text=True, check=False)
    assert lint.returncode == 0, lint.stdout
    text = re.sub(".\b", "", run("mandoc", "-T", "ascii", "-O", "width=900", path))
    for name, its in options.items():
        section = re.search(rf"^   epilux {name}\b(.*?)^(?:   )?\S", text, re.DOTALL | re.MULTILINE)
        assert section, name
        found = re.findall(r"^       (?:-\w, )?(--[a-z-]+)", section[1], re.MULTILINE)
        assert found == its, (name, found, its)


def test_bash(options, path, folder):
    def complete(*words):
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _epilux; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        return [line for line in run("bash", "-c", script, "bash", path, *words, cwd=folder).splitlines() if line]

    assert complete("epilux", "") == [*options, "--help", "--version"]
    for name, its in options.items():
        assert complete("epilux", name, "--") == its, name
    for name in ("deck.yaml", "note.txt", "results.h5"):
        with open(os.path.join(folder, name), "w", encoding="utf-8"):
            pass
    assert complete("epilux", "run", "") == ["deck.yaml"] and complete("epilux", "show", "") == ["results.h5"]
    assert complete("epilux", "run", "-o", "no") == ["note.txt"], "the value of an option is a file"
    assert complete("epilux", "list", "fam") == ["families"] and "P1" in complete("epilux", "verify", "")
    assert complete("epilux", "nothing", "") == []


def test_zsh(options, path):
    if not shutil.which("zsh"):
        print("not run by zsh, which is not here (Debian: zsh)")
        return
    stub = '_arguments() { print -rl -- "$@" }; _describe() { print -rl -- "${(@P)2}" }; '

    def complete(*words):
        script = stub + 'file=$1; shift; words=("$@"); CURRENT=$#; source $file'
        return run("zsh", "-f", "-c", script, "zsh", path, *words).splitlines()

    first = complete("epilux", "")
    assert [line.split(":")[0] for line in first if not line.startswith("-")] == list(options), first
    for name, its in options.items():
        found = [re.match(r"\*(--[a-z-]+)\[", line) for line in complete("epilux", name, "")]
        assert [match[1] for match in found if match] == its, (name, its)


def main():
    options = read_help()
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for form in ("man", "bash", "zsh"):
            paths[form] = os.path.join(folder, form)
            with open(paths[form], "w", encoding="utf-8") as file:
                file.write(run(PROGRAM, "list", "commands", "--" + form))
        test_man(options, paths["man"])
        test_bash(options, paths["bash"], folder)
        test_zsh(options, paths["zsh"])
    print(f"{len(options)} commands and {sum(map(len, options.values()))} options stand in all pages")


if __name__ == "__main__":
    main()
