/** @file
 * Sensitivity: a coupler that is so weak that its power goes as the square of its angle.
 */
#include "photonic/device/sensitivity.h"

#include <math.h>

#include "photonic/device/constant.h"

static const epx_quantity silicon[] = {
#define ROW(member, unit, in_silicon, in_nitride, low, high, assumed, source, meaning)                       \
  EPX_QUANTITY(epx_sensitivity, member, unit, in_silicon, low, high, assumed, source, meaning),
    EPX_SENSITIVITIES(ROW)
#undef ROW
};

static const epx_quantity nitride[] = {
#define ROW(member, unit, in_silicon, in_nitride, low, high, assumed, source, meaning)                       \
  EPX_QUANTITY(epx_sensitivity, member, unit, in_nitride, low, high, assumed, source, meaning),
    EPX_SENSITIVITIES(ROW)
#undef ROW
};

enum { N_QUANTITIES = sizeof silicon / sizeof silicon[0] };
const epx_device epx_sensitivity_silicon = {"sensitivity-silicon",
                                            "what fabrication does to a guide without a geometry, in silicon",
                                            N_QUANTITIES, silicon};
const epx_device epx_sensitivity_nitride = {"sensitivity-silicon-nitride", "the same in silicon nitride",
                                            N_QUANTITIES, nitride};

/* The angle of a coupler whose sine is the angle, to 1e-9. */
static const double weak_angle = 1e-4;

const epx_device *epx_sensitivity_get_device(epx_material_kind core) {
  return core == EPX_SILICON ? &epx_sensitivity_silicon : &epx_sensitivity_nitride;
}

epx_err epx_sensitivity_eval_ring(const epx_sensitivity *s, epx_ring_spec *spec, epx_ring *ring) {
  EPX_TRY(epx_device_check(&epx_sensitivity_silicon, s));
  *spec = (epx_ring_spec){
      .radius = s->length / (2 * EPX_PI), .length = s->length, .buses = 1, .wavelength = s->wavelength};
  const double frequency = 2 * EPX_PI * EPX_LIGHT_SPEED / s->wavelength, rate = frequency / s->quality;
  *ring = (epx_ring){.mode = {.n_g = s->group_index,
                              .shift_width = s->width,
                              .shift_thickness = s->thickness,
                              .shift_slab = s->etch,
                              .shift_temperature = s->temperature,
                              .confinement = s->index * s->group_index / s->wavelength},
                     .frequency = frequency,
                     .length = s->length,
                     .spectral_range = s->wavelength * s->wavelength / (s->group_index * s->length),
                     .power_coupling = sin(weak_angle) * sin(weak_angle),
                     .angle = weak_angle,
                     .decay = s->gap,
                     .width_slope = s->coupler_width,
                     .intrinsic_rate = s->intrinsic * rate,
                     .coupling_rate = (1 - s->intrinsic) * rate,
                     .loss_rate = rate,
                     .q_loaded = s->quality};
  return EPX_OK;
}
