#!/usr/bin/python3
"""Parallel coordinates: a line a design point, over an axis for each factor and outcome."""
import sys

from epilux import command
from epilux.figures import parallel

sys.exit(command.run(parallel))
