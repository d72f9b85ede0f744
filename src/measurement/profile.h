/** @internal @file
 * Profile: the sum of squares of a ring's response against q, which says how the ring is coupled, all other parameters fitted
 * anew at each q. Near critical coupling the sum is flat in q and no curvature tells its interval; the profile does, and
 * given q all other parameters are well determined.
 */
#ifndef EPILUX_MEASUREMENT_PROFILE_H
#define EPILUX_MEASUREMENT_PROFILE_H

#include "measurement/least_squares.h"
#include "measurement/ring_response.h"

/** A fit at one q. */
typedef struct {
  double q, square;
  double parameter[EPX_RESPONSE_COUNT]; /* [n_used] */
  double variance[EPX_RESPONSE_COUNT];  /* of all, for residuals of variance 1; 0 of those not used */
  double value[EPX_RESPONSE_COUNT];     /* of all */
} epx_profile_point;

enum { EPX_PROFILE_TRACE = 17 };

/** The stretch of q, between low and high, that holds a minimum. */
typedef struct {
  double low, high;
  epx_profile_point best;
  double from, to; /* where the sum exceeds the best by no more than the limit asked for */
  epx_profile_point trace[EPX_PROFILE_TRACE]; /* from `from` to `to` */
} epx_profile;

/** Fits at point->q, starting from its parameters. Errors: as epx_least_squares_solve(); EPX_FAILED also where the fit leaves
 * the dip. */
epx_err epx_profile_solve_point(epx_ring_response *response, epx_profile_point *point);

/** Finds the least sum between profile->low and ->high: profile->best, which holds a start. Errors: EPX_FAILED: no fit
 * holds anywhere; EPX_EMEMORY. About 30 fits. */
epx_err epx_profile_minimise(epx_ring_response *response, epx_profile *profile);

/** Traces the profile around its best to where the sum exceeds it by `limit`. Errors: EPX_EMEMORY; EPX_FAILED. About 50 fits. */
epx_err epx_profile_trace(epx_ring_response *response, double limit, epx_profile *profile);

#endif
