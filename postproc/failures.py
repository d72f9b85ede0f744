#!/usr/bin/python3
"""Failures by cause: how many networks of each design point miss the criterion, and why."""
import sys

from epilux import command
from epilux.figures import failures

sys.exit(command.run(failures))
