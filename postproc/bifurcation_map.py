#!/usr/bin/python3
"""Bifurcation map: over two factors, whether networks rest, oscillate, or neither; how many equilibria they have."""
import sys

from epilux import command
from epilux.figures import bifurcation_map

sys.exit(command.run(bifurcation_map))
