/* Powers are products, one factor after the other: what a loop over the epochs would have. */
#include "learning/training/rate.h"

#include <math.h>

epx_err epx_rate_check(const epx_rate_spec *spec) {
  if (spec->every < 0)
    return EPX_RAISE(EPX_EINPUT, "learning.schedule.every: %d epochs; must be at least 1", spec->every);
  if (spec->warm_up < 0)
    return EPX_RAISE(EPX_EINPUT, "learning.schedule.warm_up: %d epochs; must be 0 or more", spec->warm_up);
  if (!(spec->floor >= 0 && spec->floor <= 1))
    return EPX_RAISE(EPX_EINPUT, "learning.schedule.floor: %g; must be 0 to 1 of the rate", spec->floor);
  return EPX_OK;
}

double epx_rate_eval(const epx_rate_spec *spec, double decay, int epoch, int n_epochs) {
  const double pi = acos(-1);
  const int every = spec->kind == EPX_RATE_STEP && spec->every > 1 ? spec->every : 1;
  double factor = 1;
  if (spec->kind == EPX_RATE_COSINE)
    factor = n_epochs > 1 ? spec->floor + (1 - spec->floor) * (1 + cos(pi * epoch / (n_epochs - 1))) / 2 : 1;
  for (int k = 0; spec->kind != EPX_RATE_COSINE && k < epoch / every; k++)
    factor *= decay;
  return epoch + 1 < spec->warm_up ? factor * (epoch + 1) / spec->warm_up : factor;
}
