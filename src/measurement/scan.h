/** @file
 * Scan: what came out of a ring's ports against the frequency of the light that went in.
 */
#ifndef EPILUX_MEASUREMENT_SCAN_H
#define EPILUX_MEASUREMENT_SCAN_H

#include <stddef.h>

#include "epilux/error.h"

/** Points that a scan must have to be fitted. */
enum { EPX_SCAN_LEAST = 16 };

typedef struct {
  char *name;        /* of the file */
  long line;         /* of the file, where the points begin */
  size_t n_points;   /* in the order of rising frequency */
  double *frequency; /* [n_points], angular [rad/s] */
  double *power;     /* [n_points]: through port, in any unit, not in decibels */
  double *drop;      /* [n_points]: drop port, in the same unit; or NULL */
  double *re, *im;   /* [n_points]: amplitude at the through port, re^2 + im^2 = power; or NULL */
} epx_scan;

/** The parts of a scan beside its power. */
typedef enum { EPX_SCAN_POWER, EPX_SCAN_DROP, EPX_SCAN_AMPLITUDE } epx_scan_kind;

/** Creates a scan of n_points zeros, with the arrays of its kind. Errors: EPX_EMEMORY. */
epx_err epx_scan_create(const char *name, size_t n_points, epx_scan_kind kind, epx_scan **out);
void epx_scan_destroy(epx_scan **address);

/** Orders the points by rising frequency, in place; points of equal frequency keep their order. Errors: EPX_EMEMORY. */
epx_err epx_scan_order(epx_scan *scan);

#endif
