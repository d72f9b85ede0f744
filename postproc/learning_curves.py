#!/usr/bin/python3
"""Learning curves: the median network over the epochs, with the band of the middle 80 % of the population."""
import sys

from epilux import command
from epilux.figures import learning_curves

sys.exit(command.run(learning_curves))
