#!/usr/bin/python3
"""Pareto front: accuracy against energy, over all design points, for the optimistic and the loss-budgeted case."""
import sys

from epilux import command
from epilux.figures import pareto

sys.exit(command.run(pareto, then=pareto.print_table))
