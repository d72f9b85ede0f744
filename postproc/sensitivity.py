#!/usr/bin/python3
"""Sensitivity: the share of a metric's variance that each factor explains, alone and with its interactions."""
import sys

from epilux import command
from epilux.figures import sensitivity

sys.exit(command.run(sensitivity, has_metric=True))
