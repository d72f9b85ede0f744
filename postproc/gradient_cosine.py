#!/usr/bin/python3
"""Gradient cosine against a factor: how well each estimator's gradient points along the exact one."""
import sys

from epilux import command
from epilux.figures import gradient_cosine

sys.exit(command.run(gradient_cosine))
