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

static double get_floor(const epx_equilibrium_options *options, double size) {
  return RATTLING * (options->rtol * size + options->atol);
}

bool epx_oscillation_add(epx_oscillation *oscillation, const epx_equilibrium_options *options,
                         epx_limit_cycle *watch, int lane, double time, const double *y, const double *dy_dt,
                         int stride, double size) {
  double period, amplitude;
  if (!epx_limit_cycle_add(watch, lane, time, y, dy_dt, stride) ||
      !epx_limit_cycle_is_steady(watch, lane, get_floor(options, size), &period, &amplitude))
    return false;
  const bool done = oscillation->seen || !options->measures_cycles;
  *oscillation = (epx_oscillation){.seen = true, .period = period, .amplitude = amplitude};
  if (!done) epx_limit_cycle_init(watch, lane);
  return done;
}

bool epx_oscillation_eval_end(epx_oscillation *oscillation, const epx_equilibrium_options *options,
                              const epx_limit_cycle *watch, int lane, double size) {
  double period, amplitude;
  if (epx_limit_cycle_eval(watch, lane, get_floor(options, size), &period, &amplitude))
    *oscillation = (epx_oscillation){.seen = true, .period = period, .amplitude = amplitude};
  return oscillation->seen;
}
