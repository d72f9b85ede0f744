"""Builds the manual: static HTML in OUT/html, which needs no network, and a PDF printed from its single page by Chromium.

usage: build.py EPILUX SOURCE OUT [--short] [--pdf]

Pages are those of docs/, with those that generate.py writes from what the program says of itself and figures by their decks
(figures.py). --short leaves the figures empty, which takes seconds: for a test. Warnings are errors."""
import argparse
import glob
import os
import re
import shutil
import subprocess
import sys

import figures
import generate

EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>\n'


def stage(source, out):
    """Copies the pages that are written by hand; returns their folder. All that an earlier build left is removed."""
    staged = os.path.join(out, "source")
    for folder in ("source", "doctrees", "html", "single"):
        shutil.rmtree(os.path.join(out, folder), ignore_errors=True)
    os.makedirs(os.path.join(staged, "figures"))
    for path in glob.glob(os.path.join(source, "docs", "*.md")):
        if os.path.basename(path) != "README.md":
            shutil.copy(path, staged)
    return staged


def make_figures(program, source, out, staged, rows, short):
    made = os.path.join(out, "figures")
    if not short:
        figures.make(program, source, out, made)
    for row in rows:
        target = os.path.join(staged, "figures", row["name"] + ".svg")
        if short:
            with open(target, "w", encoding="utf-8") as file:
                file.write(EMPTY)
        else:
            shutil.copy(os.path.join(made, row["name"] + ".svg"), target)


def write_interface(source, staged):
    """The page of the C interface: every installed header, in the order of epilux.h."""
    include = os.path.join(source, "include")
    headers = sorted(os.path.relpath(path, include) for path in glob.glob(os.path.join(include, "epilux", "*.h")))
    text = ["# C interface\n", "Programs include `epilux/epilux.h`; a family of networks of one's own includes "
            "`epilux/family.h`. [Your own program](howto.md#call-epilux-from-a-program) shows how to compile them.\n"]
    for header in headers:
        text.append(f"## {header}\n\n```{{doxygenfile}} {header}\n:project: epilux\n```\n")
    with open(os.path.join(staged, "interface.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(text))


def run_doxygen(source, out):
    folder = os.path.join(out, "doxygen")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    # what a member is stands behind it, in comments that Doxygen takes only with a mark
    behind = r"sed -e 's#\\([;,]\\)\\( *\\)/\\* #\\1\\2/**< #'"
    words = {"PROJECT_NAME": "Epilux", "INPUT": os.path.join(source, "include", "epilux"), "RECURSIVE": "NO",
             "INPUT_FILTER": behind, "SHOW_INCLUDE_FILES": "NO", "SHOW_HEADERFILE": "NO",
             "STRIP_FROM_PATH": os.path.join(source, "include"), "OUTPUT_DIRECTORY": folder, "GENERATE_HTML": "NO",
             "GENERATE_LATEX": "NO", "GENERATE_XML": "YES", "OPTIMIZE_OUTPUT_FOR_C": "YES", "QUIET": "YES",
             "WARNINGS": "NO", "JAVADOC_AUTOBRIEF": "YES", "EXTRACT_ALL": "YES", "MACRO_EXPANSION": "YES",
             "MARKDOWN_SUPPORT": "NO", "AUTOLINK_SUPPORT": "NO", "PREDEFINED": "__attribute__(x)="}
    configuration = "".join(f'{name} = "{value}"\n' for name, value in words.items())
    subprocess.run(["doxygen", "-"], input=configuration, text=True, check=True)
    for path in glob.glob(os.path.join(folder, "xml", "*.xml")):
        tidy(path)


def tidy(path):
    """Removes from a file of Doxygen what Sphinx cannot link: the file of a struct, and `typedef struct NAME NAME`, a second
    declaration of the same name."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"<includes [^>]*>[^<]*</includes>", "", text)
    for member in re.findall(r"<memberdef kind=\"typedef\".*?</memberdef>", text, re.DOTALL):
        name = re.search(r"<definition>typedef struct (\w+) \1</definition>", member)
        if name and f'refid="struct{name[1].replace("_", "__")}"' in text:
            text = text.replace(member, "")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def run_sphinx(builder, source, staged, out, folder):
    environment = dict(os.environ, EPILUX_DOXYGEN=os.path.join(out, "doxygen", "xml"))
    subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-b", builder, "-c",
                    os.path.join(source, "docs"), "-d", os.path.join(out, "doctrees"), staged, os.path.join(out, folder)],
                   check=True, env=environment)


def print_pdf(out):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("build.py: no Chromium to print the PDF (Debian: chromium)")
    subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                    "--print-to-pdf=" + os.path.join(out, "epilux.pdf"),
                    "file://" + os.path.join(out, "single", "index.html")], check=True, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("program", "source", "out"):
        parser.add_argument(name, type=os.path.abspath)
    parser.add_argument("--short", action="store_true", help="leave the figures empty")
    parser.add_argument("--pdf", action="store_true", help="print OUT/epilux.pdf as well")
    asked = parser.parse_args()
    rows = figures.read_rows(os.path.join(asked.source, "docs", "figures.txt"))
    staged = stage(asked.source, asked.out)
    make_figures(asked.program, asked.source, asked.out, staged, rows, asked.short)
    generate.make(asked.program, asked.source, asked.out, staged, rows)
    run_doxygen(asked.source, asked.out)
    write_interface(asked.source, staged)
    run_sphinx("html", asked.source, staged, asked.out, "html")
    if asked.pdf:
        run_sphinx("singlehtml", asked.source, staged, asked.out, "single")
        print_pdf(asked.out)
    print("manual:", os.path.join(asked.out, "html", "index.html"))


if __name__ == "__main__":
    main()
