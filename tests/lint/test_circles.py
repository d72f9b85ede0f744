"""The lint of circles, tried on objects made for it."""

import os
import subprocess
import sys
import tempfile
import unittest

LINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "circles.py")
# a needs b, b needs c; with `back` c needs a.
SOURCES = {"a": "int epx_b(void);\nint epx_a(void) { return epx_b(); }\n",
           "b": "extern const int epx_c;\nint epx_b(void) { return epx_c; }\n",
           "c": "const int epx_c = 1;\n"}
BACK = "int epx_a(void);\nconst int epx_c = 1;\nint epx_d(void) { return epx_a(); }\n"


def call(sources, *rooms):
    with tempfile.TemporaryDirectory() as folder:
        objects = []
        for name, text in sources.items():
            path = os.path.join(folder, "x.dir", "room", f"{name}.c")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            subprocess.run([os.environ.get("CC", "cc"), "-c", path, "-o", path + ".o"], check=True)
            objects.append(path + ".o")
        listing = os.path.join(folder, "objects.txt")
        with open(listing, "w", encoding="utf-8") as file:
            file.write("\n".join(objects) + "\n")
        return subprocess.run([sys.executable, LINT, listing, *rooms], capture_output=True, text=True, check=False)


class Circles(unittest.TestCase):
    def test_files_in_a_row_are_no_circle(self):
        done = call(SOURCES)
        self.assertEqual((done.returncode, done.stdout), (0, "3 files, 0 circles\n"))

    def test_a_circle_is_told_with_what_makes_it(self):
        done = call({**SOURCES, "c": BACK})
        self.assertEqual(done.returncode, 1)
        self.assertIn("3 files need one another", done.stdout)
        self.assertIn("room/b.c -> room/c.c: epx_c", done.stdout)

    def test_circles_of_a_room_may_be_left(self):
        self.assertEqual(call({**SOURCES, "c": BACK}, "room/").returncode, 0)
        self.assertEqual(call({**SOURCES, "c": BACK}, "other/").returncode, 1)


if __name__ == "__main__":
    unittest.main()
