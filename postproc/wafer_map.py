#!/usr/bin/python3
"""Wafer maps: what fabrication made of the chips of the first wafer, and what came of them."""
import sys

from epilux import command
from epilux.figures import wafer_map

sys.exit(command.run(wafer_map))
