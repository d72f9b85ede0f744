#!/usr/bin/python3
"""Which constants decide: the ratio of light's energy to the digital model's as each constant of an energy case goes through its"""
import sys

from epilux import command
from epilux.figures import constants

sys.exit(command.run(constants, then=constants.print_table))
