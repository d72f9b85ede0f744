#!/usr/bin/python3
"""Report of a campaign: one self-contained HTML file from a results file."""
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # many small systems are solved: threads would cost more than they bring

from epilux import report  # noqa: E402

sys.exit(report.main())
