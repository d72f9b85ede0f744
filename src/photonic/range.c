#include "photonic/range.h"

#include <math.h>

size_t epx_range_project(const epx_network *network, const unsigned char *mask, double *theta) {
  size_t n_moved = 0;
  for (int p = 0; p < network->family->n_parameters; p++) {
    const epx_parameter *parameter = &network->family->parameters[p];
    for (size_t k = network->offset[p]; k < network->offset[p] + network->count[p]; k++) {
      if (mask && !mask[k]) continue;
      if (isnan(theta[k])) continue;
      const double inside = fmin(fmax(theta[k], parameter->low), parameter->high);
      if (inside == theta[k]) continue;
      theta[k] = inside;
      n_moved++;
    }
  }
  return n_moved;
}
