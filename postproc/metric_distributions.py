#!/usr/bin/python3
"""Metric distributions: every network of every design point, with the box of its quartiles."""
import sys

from epilux import command
from epilux.figures import metric_distributions

sys.exit(command.run(metric_distributions, has_metric=True))
