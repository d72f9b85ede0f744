#!/usr/bin/python3
"""Prints what the blocks of a campaign took, for bench_schedule: a line "point seconds" of each, by its results file.

  costs.py RESULTS.h5 INSTANCES_A_BLOCK >costs.txt
"""
import sys

import h5py


def main():
    path, width = sys.argv[1], int(sys.argv[2])
    with h5py.File(path, "r") as file:
        seconds = file["timing/seconds"][()]
    for point, row in enumerate(seconds):
        for first in range(0, len(row), width):
            print(point, f"{row[first] * width:.6g}")


if __name__ == "__main__":
    main()
