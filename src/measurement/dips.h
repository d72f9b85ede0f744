/** @internal @file
 * Dips: where a scan has resonances, before anything is fitted.
 */
#ifndef EPILUX_MEASUREMENT_DIPS_H
#define EPILUX_MEASUREMENT_DIPS_H

#include "measurement/scan.h"

typedef struct {
  size_t first, n_points; /* the points to fit: the dip and what lies around it, up to its neighbours */
  double centre;          /* middle of the dip at half its depth [rad/s] */
  double width;           /* full, at half depth [rad/s] */
  double depth;           /* share of the background, 0 to 1 */
  double power;           /* of the background there */
  size_t n_inside;        /* points within the width */
} epx_dip;

/** Finds the dips of a scan's power below a background that is a polynomial of third degree, with fringes of the period
 * `fringe` [rad/s] where that is above 0: *dips [*n_dips], by rising frequency, which the caller frees with
 * epx_array_destroy(). A dip is deeper than six times the noise and than a tenth of the deepest, and lies whole within the
 * scan; two that overlap at a tenth of their depth are one. Errors: EPX_EINPUT: fewer than 16 points; no dip; a dip of
 * fewer than 5 points; EPX_EMEMORY. */
epx_err epx_dips_create(const epx_scan *scan, double fringe, epx_dip **dips, int *n_dips);

#endif
