"""Epilux from Python: results files, figures and the report.

    from epilux.results import Results
    from epilux.figures import yield_by_design

    with Results("study.h5") as results:
        figure = yield_by_design.figure(results)
"""
