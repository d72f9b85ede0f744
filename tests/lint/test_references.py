"""The reference lint, tried on trees made for it: one clean, and each offence alone."""

import subprocess
import sys
import unittest

import references
from made_tree import create_tree

SMITH = "@article{Smith1999,\n  author = {Smith, {\\'A}da and Others, A.},\n  title = {On {Rings}\n    and chains},\n  year = {1999}\n}\n"
DE_VRIES = "@misc{deVries2001b,\n  author = {de Vries, K{\\o}ng},\n  title = {Lasers},\n  year = {2001},\n  note = {Not verified}\n}\n"
ZHAO = "@book{ZhaoLi2020,\n  author = {Zhao, B. and Li, C.},\n  title = {Light},\n  year = {2020}\n}\n"
CLEAN = {
    "references.bib": "% works\n\n" + DE_VRIES + "\n" + SMITH + "\n" + ZHAO,
    "README.md": "Smith and Zhao 2020 wrote of it: `deVries2001b`. SC2086, https://x.org/Paper1999, v/Name2000, nitride-2023\n",
    "src/photonic/ring.c": "/* Source: Smith1999, ZhaoLi2020 (eq. 3). Copyright 2026. */\n",
    "inputs/study.yaml": "# deVries2001b's chain\n",
    "inputs/data/README.md": "Smith, A. et al. (1999). arXiv\n",
    "tests/lint/test.py": "made = 'Nobody1990'\n",
    "build/CMakeCache.txt": "",
    "build/generated.h": "/* Nobody1990 */\n",
    ".git/message.txt": "Nobody1990\n",
}

# path, text, and what the one line must say
OFFENCES = [
    ("src/photonic/heater.h", "\n/* Source: Nobody1990. */\n", "heater.h:2: Nobody1990 is not in references.bib"),
    ("inputs/study.yaml", "# deVries2001b, Smith1998\n", "study.yaml:1: Smith1998 is not in"),
    ("README.md", "Nobody1990\n", "README.md:1: Nobody1990"),
    ("src/photonic/ring.c", "/* Source: ZhaoLi2020. */\n", "Smith1999 is cited nowhere"),
    ("src/photonic/heater.h", "/* Smith et al. */\n", "'et al': works are cited by their key"),
    ("src/photonic/heater.h", "/* arXiv:1234.5678 */\n", "'arXiv': works"),
    ("inputs/other.yaml", "# Zhao and Li 2020\n", "'Zhao and Li 2020': works"),
    ("references.bib", DE_VRIES + SMITH + ZHAO + ZHAO, "bib:18: ZhaoLi2020 stands in line 13 already"),
    ("references.bib", SMITH + DE_VRIES + ZHAO, "bib:7: deVries2001b stands after Smith1999"),
    ("references.bib", DE_VRIES + SMITH + ZHAO.replace("  author = {Zhao, B. and Li, C.},\n", ""), "ZhaoLi2020 has no author"),
    ("references.bib", DE_VRIES + SMITH + ZHAO.replace("{Light}", "{ }"), "ZhaoLi2020 has no title"),
    ("references.bib", DE_VRIES + SMITH + ZHAO.replace("  year = {2020}\n", ""), "ZhaoLi2020 has no year"),
    ("references.bib", DE_VRIES + SMITH + ZHAO.replace("{2020}", "{2019}"), "ZhaoLi2020 is of 2019"),
    ("references.bib", DE_VRIES + SMITH + ZHAO.replace("Zhao, B.", "Li, B."), "another name than its first author's"),
    ("references.bib", DE_VRIES + SMITH + ZHAO.replace("{Light}", "{{Light}"), "the braces of title do not match"),
    ("references.bib", DE_VRIES + SMITH.replace("  year", "  title = {x},\n  year") + ZHAO, "a second title"),
    ("references.bib", DE_VRIES + SMITH + ZHAO + "year = {2020}\n", "bib:18: neither an entry"),
]


def lint(files):
    with create_tree(files) as root:
        return references.lint(root)


class ReferenceLint(unittest.TestCase):
    def test_clean_tree_passes(self):
        self.assertEqual(lint(CLEAN), [])

    def test_each_offence_is_caught_at_its_place(self):
        for path, text, said in OFFENCES:
            with self.subTest(path=path, said=said):
                lines = lint({**CLEAN, path: text})
                self.assertEqual(len(lines), 1, lines)
                self.assertIn(said, lines[0])

    def test_a_key_that_is_none_is_neither_an_entry_of_its_author_nor_cited(self):
        lines = lint({**CLEAN, "references.bib": CLEAN["references.bib"] + "@misc{zz,\n  author = {Z},\n  title = {Z},\n  year = {1}\n}\n"})
        self.assertEqual([line.split(": ", 1)[1] for line in lines],
                         ["'zz' is no key: a name and a year, as in Scellier2017", "zz is cited nowhere"])

    def test_program_prints_a_line_an_offence_and_exits_1(self):
        for files, n_lines in ((CLEAN, 0), ({**CLEAN, "src/a.c": "/* Nobody1990, Noone1991 */\n/* Nobody1990 */\n"}, 3)):
            with create_tree(files) as root:
                done = subprocess.run([sys.executable, "-B", references.__file__, root], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1 if n_lines else 0, done.stderr)
            self.assertEqual(len(done.stdout.splitlines()), n_lines)


if __name__ == "__main__":
    unittest.main()
