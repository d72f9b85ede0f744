#!/usr/bin/python3
"""Protocols: what each way of training keeps of the accuracy, and what it wins back of what transfer loses."""
import sys

from epilux import command
from epilux.figures import protocols

sys.exit(command.run(protocols, then=protocols.print_table))
