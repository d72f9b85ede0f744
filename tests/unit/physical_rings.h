/** @file
 * Coupled silicon rings as they are made, for the tests of stiff dynamics: rates from 15 to 10^5 a us.
 */
#ifndef EPILUX_TESTS_PHYSICAL_RINGS_H
#define EPILUX_TESTS_PHYSICAL_RINGS_H

#include "unit/random_network.h"

/** Creates instances of n_nodes rings of VanVaerenbergh2012, each parameter within 10 % of the paper's, the
 * first driven by the sample and all by about drive^2 uW, up to 70 pm off resonance. */
static inline random_network create_physical_rings(int n_nodes, int n_instances, int n_samples,
                                                   double drive) {
  const epx_family *family = epx_family_get_by_name("silicon-ring");
  random_network r = create_random_network(family, n_nodes, 1, n_instances, n_samples);
  for (int k = 0; k < n_instances; k++) {
    for (int p = 0; p < family->n_parameters; p++) {
      double *values = r.theta + (size_t)k * r.network->n_theta + r.network->offset[p];
      const char *name = family->parameters[p].name;
      for (size_t i = 0; i < r.network->count[p]; i++) {
        const double share = draw(name, (size_t)k * 1000 + i), nominal = family->presets[0].values[p];
        values[i] = nominal * (1 + 0.1 * share);
        if (strcmp(name, "coupling") == 0) values[i] = 2000 * share;
        if (strcmp(name, "detuning") == 0) values[i] = 10 + 60 * share;
        if (strcmp(name, "bias") == 0) values[i] = drive * (1 + 0.2 * share);
        if (strcmp(name, "wavelength") == 0) values[i] = nominal;
      }
    }
  }
  for (int s = 0; s < n_samples; s++)
    r.features[s] *= drive;
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, n_samples, r.features);
  return r;
}

#endif
