/** @file
 * Baseline: solves one network at a time, as one would without Epilux: CVODE on its serial vector, stepped
 * until the largest component of the field is small. `epilux bench` compares the population with it. It gives
 * no certificate.
 */
#ifndef EPILUX_EQUILIBRIUM_REFERENCE_BASELINE_H
#define EPILUX_EQUILIBRIUM_REFERENCE_BASELINE_H

#include <stdbool.h>

#include "epilux/error.h"

typedef enum {
  EPX_BASELINE_ADAMS, /* Adams, fixed-point iteration: not stiff */
  EPX_BASELINE_BDF    /* BDF, Newton with a dense Jacobian: stiff */
} epx_baseline_method;

/** dy/dt = f(y), written for one network by whoever knows it. */
typedef struct {
  int n_state;
  const void *context;
  void (*eval_field)(const void *context, const double *y, double *f);
  /** jacobian [n_state][n_state], column by column; zero on entry. NULL: CVODE takes differences. BDF alone.
   */
  void (*eval_jacobian)(const void *context, const double *y, double *jacobian);
} epx_baseline_system;

typedef struct {
  epx_baseline_method method;
  double rtol, atol;
  double residual; /* the end: max |f| at most this */
  double max_time; /* the end, without an equilibrium */
} epx_baseline_options;

typedef struct epx_baseline epx_baseline;

/** Creates a solver for systems of this size, field and Jacobian; it serves one after another. Errors:
 * EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_baseline_create(const epx_baseline_system *system, const epx_baseline_options *options,
                            epx_baseline **out);

/** Destroys the solver at *address. */
void epx_baseline_destroy(epx_baseline **address);

/** Solves for the rest of another system of the same kind: state [n_state], in: the start, out: where it
 * ended. *settled: there is an equilibrium. Errors: EPX_ESOLVER. */
epx_err epx_baseline_solve(epx_baseline *baseline, const void *context, double *state, bool *settled);

/** Gets the evaluations of the field since creation. */
long epx_baseline_get_evaluations(const epx_baseline *baseline);

#endif
