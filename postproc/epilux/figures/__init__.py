"""Figures of results files: one module for each, with `lacking`, `caption` and `figure`."""
