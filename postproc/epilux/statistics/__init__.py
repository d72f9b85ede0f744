"""Statistics of results files: pooled effects, comparisons at equal accuracy, tables."""
