"""A tree of files made for a lint to be tried on."""

import contextlib
import os
import tempfile


@contextlib.contextmanager
def create_tree(files):
    """Writes {path: text} into a folder of its own and gives its name; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        yield root
