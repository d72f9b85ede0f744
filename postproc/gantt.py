#!/usr/bin/python3
"""Ranks over time: how busy each rank was in the run that wrote the file, and where the rest of its time went."""
import sys

from epilux import command
from epilux.figures import gantt

sys.exit(command.run(gantt))
