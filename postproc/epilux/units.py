"""Units for a reader: a prefix that brings numbers near 1..1000."""
import math

import numpy as np

# Units that take a prefix; others are shown as the file has them.
PREFIXABLE = {"s", "J", "W", "m", "Hz", "V", "A"}
PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P"}


def scale_units(values, units):
    """Returns (factor, units with a prefix) that bring values near 1..1000: 1e-10 s gives (1e12, "ps")."""
    finite = np.abs(np.asarray(values, dtype=float))
    finite = finite[np.isfinite(finite) & (finite > 0)]
    if units not in PREFIXABLE or finite.size == 0:
        return 1.0, units
    exponent = int(math.floor(math.log10(np.median(finite)) / 3)) * 3
    exponent = min(max(exponent, -15), 15)
    return 10.0 ** -exponent, PREFIXES[exponent] + units
