/** @file
 * Plain loop: solves one network at a time by the best plain way that we know: an own Runge-Kutta pair of orders 3 and 2
 * at the tolerances of a population until its rates have fallen, then Newton's method with the factors of one Jacobian, by
 * LAPACK. `epilux bench` compares the population with it. It gives no certificate: neither that the network is stable
 * nor when it settled.
 */
#ifndef EPILUX_EQUILIBRIUM_REFERENCE_PLAIN_LOOP_H
#define EPILUX_EQUILIBRIUM_REFERENCE_PLAIN_LOOP_H

#include "equilibrium/reference/baseline.h"

typedef struct {
  double rtol, atol; /* atol: of the largest component so far */
  double scale;      /* the least that counts as such */
  double handover;   /* Newton takes over where rates are at most this share of the largest */
  double tolerance;  /* of the answer: Newton's step, of the largest component */
  double max_time;   /* the end, without an equilibrium */
} epx_plain_loop_options;

typedef struct epx_plain_loop epx_plain_loop;

/** Creates a loop for systems of this size, field and Jacobian; it serves one after another. Errors: EPX_EMEMORY. */
epx_err epx_plain_loop_create(const epx_baseline_system *system, const epx_plain_loop_options *options,
                              epx_plain_loop **out);

/** Destroys the loop at *address. */
void epx_plain_loop_destroy(epx_plain_loop **address);

/** Solves for the rest of another system of the same kind: state [n_state], in: the start, out: where it ended. Returns
 * whether there is an equilibrium. */
bool epx_plain_loop_solve(epx_plain_loop *loop, const void *context, double *state);

/** Finishes by Newton alone from where another way has come to. */
bool epx_plain_loop_finish(epx_plain_loop *loop, const void *context, double *state);

/** Counted since creation: evaluations of the field, factorisations, solutions with the factors. */
typedef struct {
  long evaluations, factorisations, solutions;
} epx_plain_loop_counts;
epx_plain_loop_counts epx_plain_loop_get_counts(const epx_plain_loop *loop);

#endif
