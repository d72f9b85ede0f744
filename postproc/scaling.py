#!/usr/bin/python3
"""Scaling: how metrics grow with the size of a machine, as exponents of power laws."""
import sys

from epilux.statistics import scaling

sys.exit(scaling.main())
