#!/usr/bin/python3
"""Effects: what each factor does to the yield and to the metrics, pooled over all design points, with its interval."""
import sys

from epilux import command
from epilux.figures import effects

sys.exit(command.run(effects))
