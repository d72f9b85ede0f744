#!/usr/bin/python3
"""Transient: what the detectors see, and how fast the state still moves, from the start to the equilibrium."""
import sys

from epilux import command
from epilux.figures import transient
from epilux.trajectory import Trajectory

sys.exit(command.run(transient, reader=Trajectory, example="transient.h5"))
