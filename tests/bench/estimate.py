"""Holds the time that `epilux check` tells against what `epilux run` takes of the processor, on one core, over the
shipped decks. Long decks are shortened, MNIST's files stand for themselves as images made here, and the plugin is
built. Never fails on time.

    python3 estimate.py PROGRAM SOURCE_DIR [DECK...]
"""
import glob
import gzip
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile

UNITS = {"s": 1, "min": 60, "h": 3600, "days": 86400}
SHORTER = {
    "energy-accuracy": ("population.instances=12",),
    "readout-bits": ("population.instances=2",),
    "readout-noise": ("population.instances=1",),
    "remedies": ("population.instances=24",),
    "table/digits": ("learning.epochs=8",),
    "table/mnist": ("learning.epochs=6", "task.samples=600"),
    "nep-mnist5": ("learning.epochs=2", "task.samples=600"),
    "nep-mnist10": ("learning.epochs=2", "task.samples=300"),
}


def write_images(folder, name, n, seed):
    """IDX files of n images of ten classes: a bright square, somewhere else in each class, under noise."""
    draw = random.Random(seed)
    labels = bytes(k % 10 for k in range(n))
    images = bytearray()
    for label in labels:
        image = bytearray(draw.randrange(60) for _ in range(784))
        for row in range(6):
            for column in range(6):
                image[28 * (4 + 7 * (label % 3) + row) + 2 + 6 * (label // 3) + column] = 180 + draw.randrange(70)
        images += image
    with gzip.open(os.path.join(folder, name + "-images-idx3-ubyte.gz"), "wb") as out:
        out.write(struct.pack(">HBBIII", 0, 8, 3, n, 28, 28) + bytes(images))
    with gzip.open(os.path.join(folder, name + "-labels-idx1-ubyte.gz"), "wb") as out:
        out.write(struct.pack(">HBBI", 0, 8, 1, n) + labels)


def call(program, *words):
    """Standard output, and seconds of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(program, deck, settings, folder):
    words = [deck, *(word for setting in settings for word in ("--set", setting))]
    out, spent = call(program, "check", *words)
    told = re.search(r"^# time +about ([0-9.e+]+) (\w+)", out, re.M)
    how = re.search(r"^# estimate +(.*)", out, re.M)
    _, took = call(program, "run", *words, "--quiet", "--force", "-o", os.path.join(folder, "out.h5"))
    return float(told[1]) * UNITS[told[2]], took, spent, how[1] if how else ""


def main(program, source, *chosen):
    program, source = os.path.abspath(program), os.path.abspath(source)
    inputs = os.path.join(source, "inputs")
    decks = sorted(d for d in glob.glob(os.path.join(inputs, "**", "*.yaml"), recursive=True) if "netlists" not in d)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.mkdir("mnist")
        write_images("mnist", "train", 1200, 1)
        write_images("mnist", "t10k", 200, 2)
        subprocess.run(["cc", "-std=c11", "-O2", "-shared", "-fPIC", "-I", os.path.join(source, "include"),
                        os.path.join(inputs, "plugins", "anharmonic.c"), "-o", "anharmonic.so"], check=True)
        print(f"{'deck':34} {'told s':>8} {'took s':>8} {'ratio':>6} {'check s':>8}")
        for deck in decks:
            name = os.path.relpath(deck, inputs)[:-5]
            if chosen and not any(word in name for word in chosen) or name == "reference":
                continue
            settings = next((SHORTER[key] for key in SHORTER if name.endswith(key)), ())
            told, took, spent, how = measure(program, deck, settings, folder)
            ratios.append(told / took)
            print(f"{name:34} {told:8.2f} {took:8.2f} {told / took:6.2f} {spent:8.2f}  {how}", flush=True)
    within = sum(0.5 <= ratio <= 2 for ratio in ratios)
    print(f"{within} of {len(ratios)} within a factor of 2; least {min(ratios):.2f}, largest {max(ratios):.2f}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
