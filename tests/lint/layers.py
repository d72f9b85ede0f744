"""Layer lint: layers.py ROOT prints one line for each offence against the house's rules and exits 1 if there is any.

Checked are the include lines (which layer may know which, and where foreign libraries are at home), calls that a
library must not make, the lengths of files and functions, names of files, and compiler flags that would let the bits
of a result depend on the machine.
"""

import os
import re
import sys

# What stands directly below each layer; it may include that and all that stands below those.
BELOW = {
    "base": [],
    "design": ["base"],
    "photonic": ["base"],
    "statistics": ["base"],
    "equilibrium": ["photonic"],
    "learning": ["equilibrium"],
    "study": ["learning", "design", "statistics"],
    "search": ["design"],
    "measurement": ["photonic", "statistics"],
    "io": ["study", "search", "measurement"],
    "parallel": ["io"],
    "api": ["parallel"],
    "cli": ["api"],
}

# The headers that are installed, include/epilux/NAME.h, in two tiers, and the layer that each belongs to: it and the
# layers above may include it. Old names forward to them.
CALLER = {"epilux": "api", "error": "base", "log": "base", "units": "base", "version": "base", "deck": "io", "campaign": "io",
          "results": "io", "plan": "api", "model": "api", "equilibrium": "api", "gradient": "api", "training": "api"}
PLUGIN = {"family": "photonic", "base/isa": "base"}
OLD_NAMES = {"base/error": "error", "photonic/family": "family", "photonic/lanes": "family", "photonic/network": "family",
             "photonic/topology": "family"}

# Foreign headers: pattern, and the layers where they are at home.
FOREIGN = [
    (r"Random123/.*|udunits2\.h", ["base"]),
    (r"gsl/.*", ["base", "design", "search", "statistics", "measurement", "learning", "study"]),
    (r"fftw3\.h", ["photonic"]),
    (r"lapacke?\.h|cblas\.h", ["photonic", "equilibrium", "learning"]),
    (r"(sundials|nvector|sunmatrix|sunlinsol|sunnonlinsol|sunadaptcontroller|arkode|cvodes?|idas?|kinsol)/.*",
     ["equilibrium"]),
    (r"(petsc|slepc).*", ["equilibrium"]),
    (r"zlib\.h", ["base"]),
    (r"hdf5.*|H5.*|yaml\.h", ["io"]),
    (r"mpi\.h", ["equilibrium", "parallel", "api", "cli"]),
    (r"sys/(socket|un)\.h", ["io", "cli"]),  # a socket file, by which other programs ask for points
    (r"malloc\.h", ["base"]),  # glibc's own: memory that was freed goes back to the system
    (r"sys/prctl\.h|mach-o/dyld\.h", ["cli"]),  # Linux's own: a process that ends with its parent
]
# The one foreign type that a header may show to other layers, and where: a communicator is passed in, to the campaign's
# ranks and to a network that is distributed over some of them.
SHARED_FOREIGN = {("parallel", "mpi.h"), ("equilibrium", "mpi.h")}

# C11 and POSIX, as far as a library that neither prints nor ends the program needs them.
SYSTEM = set("""assert ctype errno fenv float inttypes limits locale math setjmp signal stdalign stdarg stdatomic
    stdbool stddef stdint stdio stdlib string threads time dirent dlfcn fcntl libgen poll pthread regex strings sys/file
    sys/mman sys/resource sys/stat sys/statvfs sys/time sys/types sys/utsname sys/wait unistd sched spawn
    glob""".split())

# How the headers begin that no other layer may include.
INTERNAL = "/** @internal"

FORBIDDEN_CALL = re.compile(
    r"\b(abort|exit|_Exit|quick_exit|printf|vprintf|puts|putchar|perror|MPI_Abort)\s*\("
    r"|\b(v?fprintf|fputs|fputc|putc)\s*\([^;]*\b(stdout|stderr)\b")
FORBIDDEN_NAME = {"util", "utils", "misc", "common", "helper", "helpers"}
FORBIDDEN_FLAG = re.compile(r"-(ffast-math|Ofast|funsafe-math-optimizations|fassociative-math)\b")
FORBIDDEN_PRAGMA = re.compile(r"optimize\s*\(\s*\"[^\"]*(fast-math|Ofast|unsafe-math|associative-math)")

FILE_LINES, FUNCTION_LINES = 700, 60
C_ROOMS = ("src", "include", "tests")


def get_reach(layer):
    reach = {layer}
    for below in BELOW[layer]:
        reach |= get_reach(below)
    return reach


def walk(root):
    """Paths below root, '/'-separated, sorted; without hidden folders and build trees."""
    paths = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__pycache__"
                            and not os.path.exists(os.path.join(folder, f, "CMakeCache.txt")))
        paths += [os.path.relpath(os.path.join(folder, f), root).replace(os.sep, "/") for f in files]
    return sorted(paths)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def blank(match):
    """The match with everything blanked but its line ends, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match.group())


def strip_c(text, keep_strings=False):
    """C without comments, and without the contents of strings."""
    token = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def replace(match):
        return match.group() if keep_strings and match.group()[0] in "\"'" else blank(match)

    return re.sub(token, replace, text, flags=re.S)


def get_layer(path):
    """The layer of a source or header, and whether it is installed; None outside the layers."""
    parts = path.split("/")
    if parts[0] == "src" and len(parts) > 2 and parts[1] in BELOW:
        return parts[1], False
    if parts[:2] == ["include", "epilux"]:
        name = re.sub(r"\.h$", "", "/".join(parts[2:]))
        layer = {**CALLER, **PLUGIN}.get(OLD_NAMES.get(name, name))
        return layer and (layer, True)
    return None


def check_tier(path):
    """A header to be installed that no tier has."""
    if path.startswith("include/") and get_layer(path) is None:
        yield 1, "an installed header that is in no tier: name it in tests/lint/layers.py, or put it beside its source"


def is_internal(root, name):
    """Whether src/NAME, a header, is its own layer's alone; what a build makes is."""
    path = os.path.join(root, "src", name)
    if not os.path.exists(path):
        return True
    with open(path, encoding="utf-8") as file:
        return file.read(len(INTERNAL)) == INTERNAL


def check_own_include(root, layer, public, name):
    """A quoted include: what is wrong with it, or None."""
    parts = name.split("/")
    if parts[0] == "epilux":
        if not public and re.sub(r"^epilux/|\.h$", "", name) in OLD_NAMES:
            return f"the old name of epilux/{OLD_NAMES[name[7:-2]]}.h: {name}"
        owner = get_layer(f"include/{name}")
        if owner and owner[0] not in get_reach(layer):
            return f"{layer} may not know {owner[0]}: {name}"
        return None
    if public:
        return f"a public header includes a private one: {name}"
    if ".." in parts:
        return f"an include goes up by '..': {name}"
    if parts[0] in BELOW and parts[0] != layer:
        if parts[0] not in get_reach(layer):
            return f"{layer} may not know {parts[0]}: {name}"
        if is_internal(root, name):
            return f"an internal header of {parts[0]}: {name}"
    return None


def check_foreign_include(layer, shared, name):
    """An include in angle brackets: what is wrong with it, or None."""
    if re.sub(r"\.h$", "", name) in SYSTEM:
        return None
    for pattern, homes in FOREIGN:
        if re.fullmatch(pattern, name):
            if layer not in homes:
                return f"<{name}> is at home in {', '.join(homes)}, not in {layer}"
            if shared and (layer, name) not in SHARED_FOREIGN:
                return f"<{name}> in a header that other layers include"
            return None
    return f"<{name}> is not known to the lint: say where it is at home"


def check_includes(root, path, text):
    layer, public = get_layer(path)
    shared = path.endswith(".h") and not text.startswith(INTERNAL)
    for number, line in enumerate(strip_c(text, keep_strings=True).split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^">]+)[">]', line)
        if not match:
            continue
        name = match.group(2)
        offence = (check_own_include(root, layer, public, name) if match.group(1) == '"'
                   else check_foreign_include(layer, shared, name))
        if offence:
            yield number, offence


def check_calls(path, text):
    if get_layer(path)[0] == "cli":
        return
    code = strip_c(text)
    for match in FORBIDDEN_CALL.finditer(code):
        yield code.count("\n", 0, match.start()) + 1, f"{match.group(1) or match.group(2)}() in the library"


def get_functions(text):
    """(first line, number of lines, name) of each function definition."""
    code = strip_c(text)
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, code, flags=re.M)
    depth, head, start = 0, 0, None
    for position, character in enumerate(code):
        if character == "{":
            signature = code[head:position]
            if depth == 0 and re.search(r"\)\s*$", signature) and "=" not in signature:
                start = head + len(signature) - len(signature.lstrip())
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                if start is not None:
                    name = re.search(r"(\w+)\s*\(", code[start:position]).group(1)
                    first = code.count("\n", 0, start) + 1
                    yield first, code.count("\n", start, position) + 1, name
                start, head = None, position + 1
        elif character == ";" and depth == 0:
            head = position + 1


def check_lengths(path, text):
    n_lines = len(text.splitlines())
    if n_lines > FILE_LINES:
        yield n_lines, f"a file of {n_lines} lines, more than {FILE_LINES}"
    if path.endswith(".py"):
        return
    for first, length, name in get_functions(text):
        if length > FUNCTION_LINES:
            yield first, f"{name}() has {length} lines, more than {FUNCTION_LINES}"


def check_flags(path, text):
    if path.endswith((".c", ".h")):
        text, pattern = strip_c(text, keep_strings=True), FORBIDDEN_PRAGMA
    else:
        text, pattern = re.sub(r"#[^\n]*", blank, text), FORBIDDEN_FLAG
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, f"{match.group()}: results would depend on the machine"


def check_name(path):
    for part in path.split("/"):
        for word in FORBIDDEN_NAME & set(re.split(r"[^a-z]+", part.lower())):
            yield 1, f"the name '{word}' says nothing: name what lives there"


def check_file(root, path):
    yield from check_name(path)
    yield from check_tier(path)
    room = path.split("/")[0]
    if path.endswith((".c", ".h")) and get_layer(path):
        text = read(root, path)
        yield from check_includes(root, path, text)
        yield from check_calls(path, text)
    if path.endswith((".c", ".h", ".py")) and room in C_ROOMS:
        yield from check_lengths(path, read(root, path))
    if path.endswith((".c", ".h", ".cmake", "CMakeLists.txt", "CMakePresets.json")):
        yield from check_flags(path, read(root, path))


def lint(root):
    """All offences below root, as lines 'path:line: what is wrong'."""
    return [f"{path}:{number}: {offence}" for path in walk(root) for number, offence in check_file(root, path)]


def main():
    if len(sys.argv) != 2 or not os.path.isdir(os.path.join(sys.argv[1], "src")):
        sys.exit("usage: layers.py ROOT, the folder that holds src/")
    offences = lint(sys.argv[1])
    for offence in offences:
        print(offence)
    sys.exit(1 if offences else 0)


if __name__ == "__main__":
    main()
