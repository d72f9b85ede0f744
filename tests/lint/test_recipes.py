"""The recipes of jobs/: the Spack package, read with a stand-in for Spack; the Apptainer definition, section by section; every
shell script, by shellcheck where it is installed."""

import os
import re
import shutil
import subprocess
import sys
import types
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACKAGE = os.path.join(ROOT, "jobs", "spack", "packages", "epilux", "package.py")
DEFINITION = os.path.join(ROOT, "jobs", "epilux.def")
# What src/dependencies.cmake asks for, by the Debian package it names: the Spack package that has it.
SPACK_NAMES = {"libopenmpi-dev": "mpi", "libgsl-dev": "gsl", "libsundials-dev": "sundials", "pkg-config": "pkgconfig",
               "libyaml-dev": "libyaml", "libhdf5-openmpi-dev": "hdf5", "liblapacke-dev and libopenblas-dev": "openblas",
               "zlib1g-dev": "zlib-api", "libfftw3-dev": "fftw", "libpetsc-real-dev": "petsc", "libslepc-real-dev": "slepc",
               "libudunits2-dev": "udunits", "librandom123-dev": "random123"}
# A spec: a name, then versions, variants with and without values; what stands between may be spaces.
SPEC = re.compile(r"[a-z0-9][a-z0-9-]*(@[0-9.:,]+|\s*[+~][A-Za-z0-9_]+|\s+[a-z_]+=[a-z0-9_]+)*")
# apptainer.org, user guide, "Definition Files": the sections there are, and the keys of the header.
SECTIONS = {"setup", "files", "environment", "post", "runscript", "startscript", "test", "labels", "help", "arguments", "appinstall",
            "applabels", "appinstall", "appenv", "apptest", "apphelp", "apprun"}
HEADER = {"bootstrap", "from", "stage", "fingerprints", "includecmd"}


def read_package():
    """The class of the recipe, and what its directives were called with."""
    called = {name: [] for name in ("version", "variant", "depends_on", "license")}
    spack, package = types.ModuleType("spack"), types.ModuleType("spack.package")

    class CMakePackage:
        run_tests = False

        @staticmethod
        def define(name, value):
            return f"-D{name}={value}"

        @staticmethod
        def define_from_variant(name, variant):
            assert variant in [words[0] for words, _ in called["variant"]], f"no variant {variant}"
            return f"-D{name}=ON"

    package.CMakePackage = CMakePackage
    for name, calls in called.items():
        setattr(package, name, lambda *words, calls=calls, **options: calls.append((words, options)))
    sys.modules.update({"spack": spack, "spack.package": package})
    names = {"__file__": PACKAGE, "__name__": "package"}
    with open(PACKAGE, encoding="utf-8") as file:
        exec(compile(file.read(), PACKAGE, "exec"), names)
    return names["Epilux"], called


def read_definition():
    """({key: value} of the header, [(section, lines)])"""
    header, sections = {}, []
    with open(DEFINITION, encoding="utf-8") as file:
        for line in file.read().splitlines():
            if line.startswith("%"):
                sections.append((line[1:].split()[0], []))
            elif sections:
                sections[-1][1].append(line)
            elif line.strip() and not line.startswith("#"):
                key, value = line.split(":", 1)
                header[key.strip().lower()] = value.strip()
    return header, sections


class Spack(unittest.TestCase):
    def test_the_recipe_depends_on_all_that_the_build_asks_for(self):
        _, called = read_package()
        names = {re.match("[a-z0-9-]+", words[0]).group() for words, _ in called["depends_on"]}
        with open(os.path.join(ROOT, "src", "dependencies.cmake"), encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
            text += file.read()
        wanted = re.findall(r'epx_need\(\S+ "[^"]+" "?([^")]+)"?\)', text)
        self.assertGreater(len(wanted), 10)
        for package in wanted:
            self.assertIn(package, SPACK_NAMES, "say in this test what Spack calls it, and in the recipe")
            self.assertIn(SPACK_NAMES[package], names)

    def test_specs_variants_and_options_are_well_formed(self):
        recipe, called = read_package()
        for words, options in called["depends_on"]:
            self.assertTrue(SPEC.fullmatch(words[0]), words[0])
            self.assertLessEqual(set(options), {"type", "when"})
        for words, options in called["version"]:
            self.assertTrue({"branch", "tag", "commit", "sha256"} & set(options), words)
        self.assertTrue(recipe.__doc__)
        options = recipe().cmake_args()
        with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
            known = re.findall(r"^option\((\w+)", file.read(), re.M)
        for option in options:
            self.assertIn(re.match(r"-D(\w+)=", option).group(1), known)

    def test_the_folder_is_a_repository_of_spack(self):
        with open(os.path.join(ROOT, "jobs", "spack", "repo.yaml"), encoding="utf-8") as file:
            self.assertRegex(file.read(), r"^repo:\n  namespace: \w+\n$")


class Apptainer(unittest.TestCase):
    def test_header_and_sections_are_known_and_not_empty(self):
        header, sections = read_definition()
        self.assertEqual(header, {"bootstrap": "docker", "from": "debian:12"})
        self.assertLessEqual(set(header), HEADER)
        self.assertEqual(len({name for name, _ in sections}), len(sections))
        for name, lines in sections:
            self.assertIn(name, SECTIONS)
            self.assertTrue(any(line.strip() for line in lines), name)
        self.assertLessEqual({"files", "post", "runscript", "test"}, {name for name, _ in sections})

    def test_scripts_of_sections_are_shell(self):
        for name, lines in read_definition()[1]:
            if name not in ("post", "environment", "runscript", "test"):
                continue
            text = "\n".join(lines)
            checks = [["sh", "-n", "/dev/stdin"]]
            if shutil.which("shellcheck"):
                checks.append(["shellcheck", "-s", "sh", "-"])
            for check in checks:
                done = subprocess.run(check, input=text, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, f"%{name}: {done.stdout}{done.stderr}")

    def test_files_that_are_named_are_there(self):
        sections = dict(read_definition()[1])
        named = re.findall(r"\b(jobs/[\w.-]+)", "\n".join(sections["post"])) + ["CMakePresets.json"]
        for path in named:
            self.assertTrue(os.path.exists(os.path.join(ROOT, path)), path)


class Shell(unittest.TestCase):
    def test_shellcheck_finds_nothing(self):
        if not shutil.which("shellcheck"):
            self.skipTest("no shellcheck here")
        scripts = []
        for folder in ("jobs", "tests", ".ci"):
            for place, _, files in os.walk(os.path.join(ROOT, folder)):
                for name in files:
                    with open(os.path.join(place, name), "rb") as file:
                        first = file.readline()
                    if name.endswith(".sh") or re.match(rb"#!.*\b(ba|da)?sh\b", first):
                        scripts.append(os.path.join(place, name))
        scripts = [path for path in scripts if not path.endswith(".sbatch")]  # that one is checked filled in
        self.assertGreater(len(scripts), 5)
        done = subprocess.run(["shellcheck", "-x", *scripts], cwd=ROOT, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
