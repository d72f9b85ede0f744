#!/usr/bin/python3
"""Report of a campaign: one self-contained HTML file from a results file."""
import sys

from epilux import report

sys.exit(report.main())
