"""Circles: circles.py OBJECTS [ROOM...] prints every ring of files that need one another's functions, and exits 1 if there is
any outside the rooms.

OBJECTS is a file that lists the library's object files, one a line; ROOM the beginning of paths below src/, such as
equilibrium/distributed/, whose circles are printed only. A file needs another where it calls a function, or
reads a variable, that the other defines (`nm`). Files in a circle cannot be read, tested or replaced one without the other:
merge them into one module, or put what both need into a third.
"""
import re
import subprocess
import sys


def read_symbols(paths):
    """{file: (names that it defines, names that it needs)}"""
    listing = subprocess.run(["nm", "--print-file-name", *paths], capture_output=True, text=True, check=True).stdout
    symbols = {get_file(path): (set(), set()) for path in paths}
    for line in listing.splitlines():
        path, rest = line.split(".o:", 1)
        kind, name = rest.split()[-2:]
        if name.startswith("epx_") and kind.isupper():
            symbols[get_file(path + ".o")][kind == "U"].add(name)
    return symbols


def get_file(path):
    """The source's path, below the folder of the target."""
    return re.sub(r"^.*\.dir/(\./)?|\.o$", "", path)


def read_edges(paths):
    """{file: {file that it needs: a name that shows it}}"""
    symbols = read_symbols(paths)
    home = {name: file for file, (defined, _) in symbols.items() for name in defined}
    return {file: {home[name]: name for name in sorted(needed) if home.get(name, file) != file}
            for file, (_, needed) in symbols.items()}


def find_circles(edges):
    """The strongly connected components of more than one file (Tarjan), each sorted."""
    index, low, stack, circles = {}, {}, [], []

    def visit(file):
        index[file] = low[file] = len(index)
        stack.append(file)
        for other in edges[file]:
            if other not in index:
                visit(other)
                low[file] = min(low[file], low[other])
            elif other in stack:
                low[file] = min(low[file], index[other])
        if low[file] == index[file]:
            at = stack.index(file)
            if len(stack) - at > 1:
                circles.append(sorted(stack[at:]))
            del stack[at:]

    sys.setrecursionlimit(10000)
    for file in sorted(edges):
        if file not in index:
            visit(file)
    return circles


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: circles.py OBJECTS [ROOM...], OBJECTS a list of the library's object files")
    with open(sys.argv[1], encoding="utf-8") as file:
        edges = read_edges(file.read().split())
    circles = find_circles(edges)
    n_wrong = 0
    for circle in circles:
        n_wrong += not all(file.startswith(tuple(sys.argv[2:])) for file in circle)
        print(f"{len(circle)} files need one another:")
        for file in circle:
            for other, name in sorted(edges[file].items()):
                if other in circle:
                    print(f"  {file} -> {other}: {name}")
    print(f"{len(edges)} files, {len(circles)} circles")
    sys.exit(1 if n_wrong else 0)


if __name__ == "__main__":
    main()
