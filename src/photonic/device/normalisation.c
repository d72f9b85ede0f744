#include "photonic/device/normalisation.h"

#include <math.h>

#include "photonic/device/constant.h"

epx_err epx_normalisation_init(const epx_ring *ring, double rate, double kerr, epx_normalisation *units) {
  if (!(rate > 0 && isfinite(rate) && kerr > 0 && isfinite(kerr))) {
    return EPX_RAISE(EPX_EINPUT, "reference rate %g /s and kerr %g: both must be above 0", rate, kerr);
  }
  if (!(ring->kerr_rate > 0 && ring->coupling_rate > 0)) {
    return EPX_RAISE(EPX_EINPUT, "a ring with Kerr shift %g rad/s and coupling %g /s: both must be above 0",
                     ring->kerr_rate, ring->coupling_rate);
  }
  const double photons = kerr * rate / ring->kerr_rate;
  *units = (epx_normalisation){.rate = rate,
                               .photons = photons,
                               .power = EPX_PLANCK_REDUCED * ring->frequency * photons * rate * rate /
                                        ring->coupling_rate,
                               .frequency = ring->frequency};
  return EPX_OK;
}

/** d omega / d lambda at a wavelength, without its sign. */
static double eval_slope(double wavelength) {
  return 2 * EPX_PI * EPX_LIGHT_SPEED / (wavelength * wavelength);
}

void epx_normalisation_eval_node(const epx_normalisation *units, const epx_ring_spec *spec,
                                 const epx_ring *ring, const epx_ring_change *change, double drive_shift,
                                 epx_kerr_node *node) {
  const epx_ring_change none = {0, 1, 1};
  if (!change) change = &none;
  const double loss = ring->intrinsic_rate * change->loss_factor +
                      spec->buses * ring->coupling_rate * change->coupling_factor;
  node->loss = loss / units->rate;
  node->kerr = ring->kerr_rate * units->photons / units->rate;
  node->detuning = eval_slope(spec->wavelength) * (change->shift - drive_shift) / units->rate;
}

void epx_normalisation_eval_rates(const epx_normalisation *units, const epx_ring_spec *spec,
                                  const epx_kerr_node *node, double *loss_rate, double *kerr_rate,
                                  double *drive_shift) {
  *loss_rate = node->loss * units->rate;
  *kerr_rate = node->kerr * units->rate / units->photons;
  *drive_shift = -node->detuning * units->rate / eval_slope(spec->wavelength);
}

double epx_normalisation_eval_coupling(const epx_normalisation *units, double exchange_rate) {
  return exchange_rate / units->rate;
}

double epx_normalisation_eval_drive(const epx_normalisation *units, double power) {
  return sqrt(power / units->power);
}

double epx_normalisation_eval_exchange(const epx_normalisation *units, double coupling) {
  return coupling * units->rate;
}

double epx_normalisation_eval_power(const epx_normalisation *units, double drive) {
  return drive * drive * units->power;
}
