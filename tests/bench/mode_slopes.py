#!/usr/bin/python3
"""Slope of a silicon strip's effective index with its width, by a full-vector mode solver on Yee's grid (ZhuBrown2002)
that is written apart from the one behind the tables of waveguides; the core's edges are lines of the grid.

    python3 mode_slopes.py STEP_NM [WIDTH_NM...]     some 10 s a width at 10 nm
"""
import sys

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import eigs

WAVELENGTH, CORE, CLADDING, THICKNESS = 1550.0, 3.476, 1.444, 220.0


def effective_index(width, step):
    """Of the fundamental TE mode in a window of 1.4 x 1 um, one cell wider where the core has an odd number of them."""
    nx, ny = 140 * 10 // int(step) + int(round(width / step)) % 2, 100 * 10 // int(step)
    x, y = (np.arange(nx) - (nx - 1) / 2) * step, (np.arange(ny) - (ny - 1) / 2) * step
    eps = np.where((np.abs(x)[:, None] < width / 2) & (np.abs(y) < THICKNESS / 2), CORE ** 2, CLADDING ** 2)
    beside = [np.roll(eps, shift, (0, 1)) for shift in ((1, 0), (0, 1), (1, 1))]
    ex, ey, ez = (eps + beside[1]) / 2, (eps + beside[0]) / 2, (eps + sum(beside)) / 4
    k2 = (2 * np.pi / WAVELENGTH) ** 2

    def difference(n):
        return sparse.diags([-np.ones(n), np.ones(n - 1)], [0, 1]) / step

    ux, uy = sparse.kron(difference(nx), sparse.eye(ny)).tocsr(), sparse.kron(sparse.eye(nx), difference(ny)).tocsr()
    vx, vy = -ux.T, -uy.T
    ex, ey, iz = (sparse.diags(e.ravel()) for e in (ex, ey, 1 / ez))
    a, b = k2 * sparse.eye(nx * ny) + ux @ iz @ vx, k2 * sparse.eye(nx * ny) + uy @ iz @ vy
    p = sparse.bmat([[-ux @ iz @ vy @ vx @ uy / k2 + a @ (ex + vy @ uy / k2), ux @ iz @ vy @ (ey + vx @ ux / k2) - a @ vy @ ux / k2],
                     [uy @ iz @ vx @ (ex + vy @ uy / k2) - b @ vx @ uy / k2, -uy @ iz @ vx @ vy @ ux / k2 + b @ (ey + vx @ ux / k2)]])
    found = eigs(p.tocsc(), k=2, sigma=k2 * 2.6 ** 2, return_eigenvectors=False)
    return np.sqrt(max(found.real) / k2)


def main():
    step = float(sys.argv[1])
    for width in [float(w) for w in sys.argv[2:]] or [400.0, 450.0, 500.0, 550.0, 600.0]:
        below, at, above = (effective_index(width + shift * step, step) for shift in (-2, 0, 2))
        print(f"{width:g} nm: n_eff {at:.4f}, slope {(above - below) / (4 * step):.4e} per nm", flush=True)


if __name__ == "__main__":
    main()
