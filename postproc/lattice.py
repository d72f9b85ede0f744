#!/usr/bin/python3
"""Lattices: the intensity |a|² over the sites of trained networks, and what drives them."""
import sys

from epilux import command
from epilux.figures import lattice

sys.exit(command.run(lattice))
