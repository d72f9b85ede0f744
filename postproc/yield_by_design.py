#!/usr/bin/python3
"""Yield over the design: the share of fabricated networks that meet the criterion, with its interval."""
import sys

from epilux import command
from epilux.figures import yield_by_design

sys.exit(command.run(yield_by_design))
