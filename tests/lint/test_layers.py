"""The layer lint, tried on trees made for it: one clean, and each offence alone."""

import subprocess
import sys
import unittest

import layers
from made_tree import create_tree

CLEAN = {
    "CMakeLists.txt": "# never -ffast-math\nproject(x)\n",
    "include/epilux/error.h": "#include <stddef.h>\n/* abort() is not called */\nvoid epx_error_reset(void);\n",
    "include/epilux/family.h": "#include \"epilux/base/isa.h\"\n#include \"epilux/error.h\"\n",
    "include/epilux/photonic/lanes.h": "#include \"epilux/family.h\"\n",
    "src/parallel/worker.h": "#include <mpi.h>\n",
    "src/equilibrium/spread/spread.h": "#include <mpi.h>\n",
    "src/equilibrium/spread/nodes.h": "/** @internal */\n#include <petscmat.h>\n",
    "src/base/machine/kernel.h": "#include \"epilux/error.h\"\n",
    "src/base/units.c": "#include <udunits2.h>\nstatic const char *text = \"printf(\";\n",
    "src/statistics/yield.c": "#include <gsl/gsl_cdf.h>\n#include \"epilux/error.h\"\n",
    "src/photonic/lanes.c": "#include \"base/machine/kernel.h\"\n",
    "src/equilibrium/solve.c": "#include <cvode/cvode.h>\n#include \"epilux/family.h\"\n"
                               "void f(void) { snprintf(a, 2, \"x\"); fprintf(file, \"x\"); my_exit(0); }\n",
    "src/design/design.h": "int a;\n",
    "src/io/store.c": "#include <hdf5.h>\n#include \"design/design.h\"\n#include \"io/folder.h\"\n",
    "src/cli/main.c": "#include <mpi.h>\nint main(void) { printf(\"x\"); exit(1); }\n",
    "tests/unit/test_long.c": "int f(void) {\n" + "  ;\n" * 58 + "}\n" + "\n" * 640,
}

LONG_FUNCTION = "struct s {\n  int a;\n};\nstatic int\nf(int a) {\n" + "  a++;\n" * 58 + "}\n"

# path, text, and what the one line must say
OFFENCES = [
    ("src/photonic/ring.c", "#include \"equilibrium/population/population.h\"\n", "may not know equilibrium"),
    ("src/design/grid.c", "int a;\n#include \"statistics/yield.h\"\n", "grid.c:2: design may not know statistics"),
    ("include/epilux/units.h", "#  include \"epilux/family.h\"\n", "base may not know photonic"),
    ("src/design/grid.c", "#include \"epilux/family.h\"\n", "design may not know photonic"),
    ("src/photonic/ring.c", "#include \"epilux/photonic/lanes.h\"\n", "the old name of epilux/family.h"),
    ("include/epilux/photonic/ring.h", "int a;\n", "in no tier"),
    ("src/photonic/ring.c", "#include \"base/machine/revision.h\"\n", "internal header of base"),
    ("src/learning/train.c", "#include \"equilibrium/spread/nodes.h\"\n", "internal header of equilibrium"),
    ("src/photonic/ring.c", "#include \"learning/split.h\"\n", "may not know learning"),
    ("src/photonic/ring.c", "#include \"../learning/split.h\"\n", "'..'"),
    ("include/epilux/units.h", "#include \"base/machine/kernel.h\"\n", "public header includes a private one"),
    ("src/learning/train.c", "#include <sundials/sundials_types.h>\n", "at home in equilibrium"),
    ("src/learning/train.c", "#include <petscksp.h>\n", "at home in equilibrium"),
    ("src/learning/train.c", "#include <slepceps.h>\n", "at home in equilibrium"),
    ("src/study/trial.c", "#include <lapacke.h>\n", "at home in photonic, equilibrium, learning"),
    ("src/base/units.c", "#include <fftw3.h>\n", "at home in photonic"),
    ("src/study/trial.c", "#include <hdf5.h>\n", "at home in io"),
    ("src/study/trial.c", "#include <yaml.h>\n", "at home in io"),
    ("src/io/store.c", "#include <mpi.h>\n", "at home in equilibrium, parallel, api, cli"),
    ("src/io/store.c", "#include <zlib.h>\n", "at home in base"),
    ("src/photonic/ring.c", "#include <gsl/gsl_rng.h>\n", "at home in base, design, search, statistics, measurement, learning, study"),
    ("src/photonic/ring.c", "#include <boost/any.h>\n", "not known to the lint"),
    ("src/equilibrium/solve.h", "#include <nvector/nvector_serial.h>\n", "in a header that other layers include"),
    ("src/io/results/store.h", "#include <hdf5.h>\n", "in a header that other layers include"),
    ("src/base/log.c", "void f(void) { abort(); }\n", "abort()"),
    ("src/base/log.c", "/* a\n b */\nvoid f(void) { exit (1); }\n", "log.c:3: exit()"),
    ("src/base/log.c", "void f(void) { printf(\"x\"); }\n", "printf()"),
    ("src/base/log.c", "void f(void) { fprintf(stderr, \"x\"); }\n", "fprintf()"),
    ("src/parallel/worker.c", "void f(void) { MPI_Abort(comm, 1); }\n", "MPI_Abort()"),
    ("src/base/long.c", "int a;\n" * 701, "701 lines"),
    ("tests/unit/test_long.py", "a = 1\n" * 701, "701 lines"),
    ("src/base/long.c", LONG_FUNCTION, "long.c:4: f() has 61 lines"),
    ("src/base/array_utils.c", "", "'utils'"),
    ("src/photonic/common/ring.c", "", "'common'"),
    ("postproc/helpers.py", "", "'helpers'"),
    ("src/base/CMakeLists.txt", "target_compile_options(x PRIVATE -O2 -ffast-math)\n", "-ffast-math"),
    ("src/base/log.c", "const char *flag = \"-ffast-math\";\n#pragma GCC optimize(\"fast-math\")\n", "fast-math"),
    ("CMakePresets.json", "{\"CMAKE_C_FLAGS\": \"-Ofast\"}\n", "-Ofast"),
]


def lint(files):
    with create_tree(files) as root:
        return layers.lint(root)


class LayerLint(unittest.TestCase):
    def test_clean_tree_passes(self):
        self.assertEqual(lint(CLEAN), [])

    def test_each_offence_is_caught_at_its_place(self):
        for path, text, said in OFFENCES:
            with self.subTest(path=path, said=said):
                lines = lint({**CLEAN, path: text})
                self.assertEqual(len(lines), 1, lines)
                self.assertTrue(lines[0].startswith(path + ":"), lines)
                self.assertIn(said, lines[0])

    def test_program_prints_a_line_an_offence_and_exits_1(self):
        bad = "#include <mpi.h>\n#include <yaml.h>\nvoid f(void) { abort(); }\n"
        for files, numbers in ((CLEAN, []), ({**CLEAN, "src/base/log.c": bad}, ["1", "2", "3"])):
            with create_tree(files) as root:
                done = subprocess.run([sys.executable, layers.__file__, root], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1 if numbers else 0)
            self.assertEqual([line.split(":")[1] for line in done.stdout.splitlines()], numbers)


if __name__ == "__main__":
    unittest.main()
