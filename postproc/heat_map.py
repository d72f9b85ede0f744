#!/usr/bin/python3
"""Heat map over two factors: the yield, or else the mean of a metric, at each pair of their levels."""
import sys

from epilux import command
from epilux.figures import heat_map

sys.exit(command.run(heat_map, has_metric=True))
