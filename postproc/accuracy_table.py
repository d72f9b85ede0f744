#!/usr/bin/python3
"""Accuracy table: held-out accuracy by each rule and by backpropagation on the same networks, one row a study and rule."""
import sys

from epilux.statistics import accuracy_table

sys.exit(accuracy_table.main())
