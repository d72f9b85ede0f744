/* A vector of lanes at a time: the Jacobian is made, used once and overwritten. */
#include "equilibrium/nudge/adjoint.h"

void epx_adjoint_add_product(const epx_lanes *lanes, const double *y, const double *v, double *jacobian,
                             double *out) {
  const size_t n = (size_t)lanes->network->n_state, n_lanes = (size_t)lanes->n_lanes;
  for (size_t first = 0; first < n_lanes; first += EPX_LANE_WIDTH) {
    lanes->network->family->eval_jacobian(lanes, y, (int)first, EPX_LANE_WIDTH, jacobian);
    for (size_t row = 0; row < n; row++) {
      for (size_t column = 0; column < n; column++) {
        const double *entry = jacobian + (row * n + column) * EPX_LANE_WIDTH;
        for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
          out[column * n_lanes + first + w] += entry[w] * v[row * n_lanes + first + w];
      }
    }
  }
}
