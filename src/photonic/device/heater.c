#include "photonic/device/heater.h"

#include <math.h>

static const epx_quantity quantities[] = {
#define ROW(member, unit, fallback, low, high, assumed, source, meaning)                                     \
  EPX_QUANTITY(epx_heater, member, unit, fallback, low, high, assumed, source, meaning),
    EPX_HEATERS(ROW)
#undef ROW
};

const epx_device epx_heater_device = {"heater", "thermo-optic phase shifter",
                                      sizeof quantities / sizeof quantities[0], quantities};

static const struct {
  double distance, share; /* um, 1 */
} crosstalk[] = {{7, 0.22}, {10, 0.10}, {15, 0.039}, {20, 0.016}, {24, 0.217 * 0.046888}};
enum { N_CROSSTALK = sizeof crosstalk / sizeof crosstalk[0] };

static epx_err check_distance(double distance) {
  if (distance >= 7e-6 * (1 - 1e-12)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "heaters %g um apart: their crosstalk is known from 7 um only",
                   distance * 1e6);
}

epx_err epx_heater_eval_crosstalk(double distance, double *share) {
  EPX_TRY(check_distance(distance));
  const double um = distance * 1e6;
  if (um >= crosstalk[N_CROSSTALK - 1].distance) {
    *share = 0.217 * exp(-0.1275 * um);
    return EPX_OK;
  }
  int i = 0;
  while (crosstalk[i + 1].distance < um)
    i++;
  const double step = (um - crosstalk[i].distance) / (crosstalk[i + 1].distance - crosstalk[i].distance);
  *share = crosstalk[i].share * pow(crosstalk[i + 1].share / crosstalk[i].share, step);
  return EPX_OK;
}

epx_err epx_heater_eval_arm_factor(double spacing, double *factor) {
  EPX_TRY(check_distance(spacing));
  const double near = 17.7 / 12.5 - 1, far = 14.6 / 12.5 - 1; /* at 7 and 10 um */
  *factor = 1 + near * pow(far / near, (spacing * 1e6 - 7) / 3);
  return EPX_OK;
}

double epx_heater_eval_power(const epx_heater *heater, double spectral_range, double shift) {
  return 2 * heater->power_pi * shift / spectral_range;
}

double epx_heater_eval_shift(const epx_heater *heater, double spectral_range, double power) {
  return power / (2 * heater->power_pi) * spectral_range;
}
