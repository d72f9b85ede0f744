/** @file
 * Ring parameters: SI to the units of the family: us, pJ, K, carriers in 1e23 m^-3, nm.
 */
#include "photonic/families/resonators/ring_parameters.h"

#include "photonic/families/families.h"
#include "photonic/families/resonators/silicon_ring_kernel.h"

bool epx_ring_gives(const epx_family *family, int parameter) {
  return family == &epx_family_silicon_ring && parameter >= EPX_RING_LOSS && parameter < EPX_RING_PARAMETERS;
}

double epx_ring_eval_parameter(const epx_ring_spec *spec, const epx_ring *ring, int parameter) {
  epx_ring_light light;
  epx_ring_eval_light(spec, ring, &light);
  const double others =
      ring->intrinsic_rate + (spec->buses - 1) * ring->coupling_rate; /* than the port's bus */
  switch (parameter) {
  case EPX_RING_LOSS:
    return 1e-6 * others;
  case EPX_RING_COUPLING_LOSS:
    return 1e-6 * ring->coupling_rate;
  case EPX_RING_ABSORBED: /* of the loss that the parameter is */
    return others > 0 ? light.absorbed * ring->intrinsic_rate / others : 0;
  case EPX_RING_KERR:
    return 1e-18 * light.kerr;
  case EPX_RING_TWO_PHOTON:
    return 1e-18 * light.two_photon;
  case EPX_RING_CARRIER_LOSS:
    return 1e17 * light.carrier_loss;
  case EPX_RING_CARRIER_SHIFT:
    return 1e17 * light.carrier_shift;
  case EPX_RING_THERMAL_SHIFT:
    return 1e-6 * light.thermal_shift;
  case EPX_RING_CARRIER_DECAY:
    return 1e-6 * light.carrier_decay;
  case EPX_RING_CARRIER_GENERATION:
    return 1e-53 * light.carrier_generation;
  case EPX_RING_THERMAL_DECAY:
    return 1e-6 * light.thermal_decay;
  case EPX_RING_HEATING:
    return 1e-12 * light.heating;
  default:
    return 1e9 * spec->wavelength;
  }
}
