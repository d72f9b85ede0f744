#!/usr/bin/python3
"""Critical noise: how much read-out noise, or how few bits, each nudge bears before learning suffers."""
import sys

from epilux import command
from epilux.figures import critical_noise

sys.exit(command.run(critical_noise, then=critical_noise.print_table))
