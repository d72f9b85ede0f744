/** @file
 * The tables of waveguides: core in silicon dioxide, at 1550 nm, the resonance's shifts by central
 * differences.
 *
 * Computed with a full-vector mode solver on Yee's grid (ZhuBrown2002) with averaged permittivities, 20 nm
 * (silicon) and 40 nm (nitride) wide; dispersion of silicon by SalzbergVilla1957, of silicon dioxide by
 * Malitson1965, of silicon nitride by Luke2015; dn/dT 1.86e-4, 0.95e-5 and 2.45e-5 per K. About 5 %; the slab
 * of a rib reaches the edge of the window. The strips' shifts by width are held to 5 % of those on a grid of 10 nm whose lines
 * are the core's edges (tests/bench/mode_slopes.py); those at 500 and 600 nm are these.
 */
#include "photonic/device/waveguide_table.h"

/* width; n_eff, n_g; shift by width, thickness, slab; confinement; shift by temperature; area; transfer at
 * the gaps */
static const epx_waveguide_row silicon_220[] = {
    {400, 2.227, 4.37, 1.09, 1.36, 0, 1.05, 71, 0.107, {6.45, 14.51, 31.72, 66.8, 142.65}},
    {450, 2.352, 4.27, 0.77, 1.38, 0, 1.07, 73, 0.108, {10.15, 24.45, 57.54, 127.93, 294.3}},
    {500, 2.444, 4.18, 0.588, 1.39, 0, 1.06, 74, 0.111, {15.02, 38.29, 93.91, 219.54, 525.61}},
    {550, 2.519, 4.13, 0.46, 1.385, 0, 1.06, 75, 0.115, {21.3, 56.13, 143, 343.66, 855.42}},
    {600, 2.573, 4.06, 0.354, 1.388, 0, 1.06, 75.6, 0.12, {28.97, 78.72, 204.96, 506.67, 1288.59}},
};

static const epx_waveguide_row silicon_220_rib_90[] = {
    {400, 2.473, 3.88, 0.539, 0.923, 1.227, 0.98, 73.7, 0.127, {5.11, 8.7, 14.94, 25.17, 42.76}},
    {500, 2.572, 3.91, 0.303, 1.117, 0.711, 1.01, 75.2, 0.129, {8.38, 15.4, 28.69, 51.69, 95.42}},
    {600, 2.644, 3.89, 0.25, 1.22, 0.441, 1.02, 76, 0.136, {13.29, 25.73, 50.63, 95.23, 185.57}},
};

static const epx_waveguide_row nitride_400[] = {
    {800, 1.599, 2.03, 0.185, 0.39, 0, 0.67, 15.8, 0.632, {12.36, 24.12, 46, 86.66, 161.05}},
    {1000, 1.638, 2.05, 0.122, 0.42, 0, 0.74, 16.4, 0.624, {19.79, 41.44, 84.61, 169.61, 337.97}},
    {1200, 1.663, 2.06, 0.083, 0.43, 0, 0.78, 16.7, 0.659, {30.3, 66.7, 142.45, 296.97, 618.46}},
};

static const epx_waveguide_row nitride_400_rib_100[] = {
    {1000, 1.651, 2.04, 0.092, 0.39, 0.134, 0.74, 16.4, 0.673, {18.49, 34.41, 63.07, 114.26, 206.44}},
    {1200, 1.672, 2.05, 0.068, 0.413, 0.087, 0.78, 16.7, 0.703, {27, 52.49, 100.26, 188.33, 354.38}},
    {1400, 1.687, 2.05, 0.046, 0.428, 0.06, 0.8, 16.9, 0.748, {38.09, 76.64, 150.82, 290.46, 562.06}},
};

static const epx_waveguide_row nitride_800[] = {
    {800, 1.73, 2.15, 0.211, 0.136, 0, 0.89, 17.3, 0.73, {14.68, 34.58, 79.99, 183.69, 418.29}},
    {1000, 1.774, 2.15, 0.133, 0.14, 0, 0.94, 17.7, 0.771, {25.31, 64.18, 158.77, 386.69, 940.97}},
    {1200, 1.803, 2.14, 0.085, 0.14, 0, 0.96, 17.9, 0.842, {40.52, 107.85, 278.04, 701.7, 1777.56}},
};

#define ROWS(rows) sizeof rows / sizeof rows[0], rows

const epx_waveguide_table epx_waveguide_tables[] = {
    {EPX_SILICON, 220, 0, {100, 200, 300, 400, 500}, ROWS(silicon_220)},
    {EPX_SILICON, 220, 90, {100, 200, 300, 400, 500}, ROWS(silicon_220_rib_90)},
    {EPX_SILICON_NITRIDE, 400, 0, {200, 400, 600, 800, 1000}, ROWS(nitride_400)},
    {EPX_SILICON_NITRIDE, 400, 100, {200, 400, 600, 800, 1000}, ROWS(nitride_400_rib_100)},
    {EPX_SILICON_NITRIDE, 800, 0, {200, 400, 600, 800, 1000}, ROWS(nitride_800)},
};

const int epx_waveguide_n_tables = sizeof epx_waveguide_tables / sizeof epx_waveguide_tables[0];
