/** @file
 * Equilibrium: the options.
 */
#include "equilibrium/equilibrium.h"

#include <math.h>
#include <stddef.h>

void epx_equilibrium_init(epx_equilibrium_options *options) {
  *options = (epx_equilibrium_options){
      .method = EPX_DYNAMICS_NEWTON,
      .rtol = 1e-3,
      .atol = 1e-3,
      .handover = 1e-2,
      .tolerance = 1e-10,
      .settled = 1e-2,
      .max_time = 2000,
      .max_steps = 200000,
      .max_newton = 20,
      .escape = 1e6,
      .audit = 0,
      .starts = 1,
      .measures_cycles = true,
  };
}

static epx_err check_positive(const epx_equilibrium_options *o) {
  const struct {
    const char *name;
    double value;
  } numbers[] = {
      {"rtol", o->rtol},
      {"atol", o->atol},
      {"handover", o->handover},
      {"tolerance", o->tolerance},
      {"settled", o->settled},
      {"max_time", o->max_time},
      {"max_steps", (double)o->max_steps},
      {"max_newton", o->max_newton},
      {"escape", o->escape},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    if (!isfinite(numbers[i].value) || numbers[i].value <= 0) {
      return EPX_RAISE(EPX_EINPUT, "equilibrium: %s is %g, must be a finite number > 0", numbers[i].name,
                       numbers[i].value);
    }
  }
  return EPX_OK;
}

epx_err epx_equilibrium_check(const epx_equilibrium_options *o) {
  if ((int)o->method < 0 || o->method >= EPX_METHOD_COUNT) {
    return EPX_RAISE(EPX_EINPUT, "equilibrium: method %d is none of dynamics, dynamics+newton, newton",
                     (int)o->method);
  }
  EPX_TRY(check_positive(o));
  if (!(o->audit >= 0 && o->audit <= 1))
    return EPX_RAISE(EPX_EINPUT, "equilibrium: audit %g is no share, must be 0 to 1", o->audit);
  if (o->starts < 1 || o->starts > EPX_MAX_STARTS)
    return EPX_RAISE(EPX_EINPUT, "equilibrium: %d starts, must be 1 to %d", o->starts, EPX_MAX_STARTS);
  if (o->tolerance < 1e-14) {
    return EPX_RAISE(EPX_EINPUT, "equilibrium: tolerance %g is below rounding, must be at least 1e-14",
                     o->tolerance);
  }
  if (o->handover < o->tolerance) {
    return EPX_RAISE(EPX_EINPUT,
                     "equilibrium: handover %g is below tolerance %g: the dynamics cannot hand over later "
                     "than the answer",
                     o->handover, o->tolerance);
  }
  if (o->handover >= 1 || o->settled >= 1) {
    return EPX_RAISE(EPX_EINPUT, "equilibrium: %s is %g, a share of the largest so far: below 1 is wanted",
                     o->handover >= 1 ? "handover" : "settled", o->handover >= 1 ? o->handover : o->settled);
  }
  return EPX_OK;
}
