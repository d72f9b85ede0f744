/** @internal @file
 * Clock way: a phase that the clock follows, and its field, for the integrators without noise (clock.c) and with it
 * (langevin.h).
 */
#ifndef EPILUX_EQUILIBRIUM_CLOCK_WAY_H
#define EPILUX_EQUILIBRIUM_CLOCK_WAY_H

#include "equilibrium/clock.h"

enum { EPX_CLOCK_STAGES = 7 };

/** A phase that is followed. */
typedef struct {
  epx_ensemble *ensemble;
  epx_clock *clock;
  const epx_phase *phase;
  const unsigned char *idle;
  size_t n, n_lanes;
  double *k[EPX_CLOCK_STAGES], *y_new, *pull, *room; /* [n]; the last two are of the field */
} epx_clock_way;

/** Tells whether a lane does not move. */
bool epx_clock_way_is_still(const epx_clock_way *way, size_t lane);

/** Evaluates the field of the phase; 0 in lanes that do not move. Errors: of the engine. */
epx_err epx_clock_way_eval_field(const epx_clock_way *way, const double *y, double *f);

#endif
