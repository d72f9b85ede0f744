#!/usr/bin/python3
"""Hysteresis: what the detectors see as a parameter is moved up and down, and where the state jumps."""
import sys

from epilux import command
from epilux.figures import hysteresis
from epilux.trajectory import Trajectory

sys.exit(command.run(hysteresis, reader=Trajectory, example="hysteresis.h5"))
