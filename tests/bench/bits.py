"""Do two programs compute the same numbers? Runs every deck of inputs/, shortened, and prints one line for each dataset
of /trials and /curves: the deck, the dataset, its shape and a hash of its bytes. Compare the output of two programs:

    python3 bits.py PROGRAM [DECK...] >before.txt
    python3 bits.py OTHER_PROGRAM [DECK...] >after.txt
    diff before.txt after.txt

DECK is a part of a deck's path, such as `families/`; without one, all decks are run, which takes some minutes. The files of
MNIST are replaced by images that are made here, and the plugin is built from the tree that this script lies in. With
EPILUX_ISA set, both programs use the same instruction set. A deck that a program refuses has one line with the message.
"""
import glob
import hashlib
import os
import subprocess
import sys
import tempfile

import h5py
import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from estimate import write_images  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHORT = {"learning.epochs": 2, "population.instances": 4, "design.points": 4, "task.samples": 240, "learning.finetune": 1}


def find(deck, path):
    """The value at a path of the deck, None where there is none."""
    for word in path.split("."):
        deck = deck.get(word) if isinstance(deck, dict) else None
    return deck


def shorten(path):
    """What --set makes of the deck: only smaller numbers, and none that a factor moves."""
    with open(path, encoding="utf-8") as file:
        deck = yaml.safe_load(file)
    factors = find(deck, "design.factors") or {}
    moved = set(factors)
    for factor in factors.values():
        moved |= set(factor.get("along", {}))
    settings = []
    for key, value in SHORT.items():
        given = find(deck, key)
        always = key in ("learning.epochs", "population.instances")
        large = key == "task.samples" and find(deck, "task.name") in ("idx", "digits", "breast-cancer") and not given
        if key not in moved and (always or large or isinstance(given, int)) and not (given and given <= value):
            if given != 0:
                settings += ["--set", f"{key}={value}"]
    return settings


def view(name, path):
    """Prints the hashes of one results file."""
    with h5py.File(path, "r") as file:
        for group in ("trials", "curves"):
            for key in sorted(file.get(group, {})):
                values = file[group][key][()]
                digest = hashlib.sha256(values.tobytes()).hexdigest()[:16]
                print(f"{name:36} {group}/{key:32} {'x'.join(map(str, values.shape)):12} {digest}")
    sys.stdout.flush()


def main(program, *chosen):
    program = os.path.abspath(program)
    decks = sorted(d for d in glob.glob(os.path.join(ROOT, "inputs", "**", "*.yaml"), recursive=True) if "netlists" not in d)
    decks += [os.path.join(ROOT, "tests", "mpi", "lattice.yaml")]
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OMPI_ALLOW_RUN_AS_ROOT="1",
                      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_btl_base_warn_component_unused="0")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("mnist")
        write_images("mnist", "train", 240, 1)
        write_images("mnist", "t10k", 60, 2)
        subprocess.run(["cc", "-std=c11", "-O2", "-shared", "-fPIC", "-I", os.path.join(ROOT, "include"),
                        os.path.join(ROOT, "inputs", "plugins", "anharmonic.c"), "-o", "anharmonic.so"], check=True)
        for deck in decks:
            name = os.path.relpath(deck, ROOT)
            if chosen and not any(word in name for word in chosen):
                continue
            done = subprocess.run([program, "run", deck, *shorten(deck), "--quiet", "--force", "-o", "out.h5"],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode in (0, 1) and os.path.exists("out.h5"):
                view(name, "out.h5")
                os.remove("out.h5")
            else:
                print(f"{name:36} exit {done.returncode}: {done.stderr.strip().splitlines()[-1:]}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
