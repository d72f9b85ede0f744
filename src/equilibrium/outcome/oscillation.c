/** @file
 * Oscillation: the rule by which the dynamics are watched, and ended early.
 */
#include "equilibrium/outcome/oscillation.h"

#include <math.h>

/** The watch opens after so many steps, at the latest when this share of time or steps has gone by. */
#define WATCH_FROM 0.5
enum { WATCH_STEPS = 128 };
/** A swing below so many tolerances is the integrator's rattling. */
#define RATTLING 10

void epx_oscillation_init(epx_oscillation *oscillation) {
  *oscillation = (epx_oscillation){.period = NAN, .amplitude = NAN};
}

bool epx_oscillation_is_due(double share, long n_steps) {
  return share >= WATCH_FROM || n_steps > WATCH_STEPS;
}

double epx_oscillation_get_floor(double rtol, double atol) {
  return RATTLING * (rtol + atol);
}

bool epx_oscillation_add(epx_oscillation *oscillation, const epx_equilibrium_options *options,
                         epx_limit_cycle *watch, int lane, double time, const double *y, const double *dy_dt,
                         int stride, const double *size) {
  const double floor = epx_oscillation_get_floor(options->rtol, options->atol);
  double period, amplitude;
  if (epx_limit_cycle_is_empty(watch, lane)) epx_limit_cycle_init(watch, lane, size);
  if (!epx_limit_cycle_add(watch, lane, time, y, dy_dt, stride) ||
      !epx_limit_cycle_is_steady(watch, lane, floor, &period, &amplitude))
    return false;
  const bool done = oscillation->seen || !options->measures_cycles;
  *oscillation = (epx_oscillation){.seen = true, .period = period, .amplitude = amplitude};
  if (!done) epx_limit_cycle_init(watch, lane, size);
  return done;
}

bool epx_oscillation_eval_end(epx_oscillation *oscillation, const epx_equilibrium_options *options,
                              const epx_limit_cycle *watch, int lane) {
  const double floor = epx_oscillation_get_floor(options->rtol, options->atol);
  double period, amplitude;
  if (epx_limit_cycle_eval(watch, lane, floor, &period, &amplitude))
    *oscillation = (epx_oscillation){.seen = true, .period = period, .amplitude = amplitude};
  return oscillation->seen;
}
