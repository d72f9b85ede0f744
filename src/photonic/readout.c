/** @file
 * Readout: row by row of the output nodes.
 */
#include "epilux/photonic/readout.h"

#include <math.h>
#include <string.h>

/** Gets the first state row of output k: the family's components follow it. */
static size_t get_row(const epx_network *network, int k) {
  return (size_t)network->row_of_node[network->output_nodes[k]] * (size_t)network->family->components;
}

void epx_readout_eval(const epx_lanes *lanes, const double *y, double *r) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  const double scale = network->readout_scale;
  for (int k = 0; k < network->n_outputs; k++) {
    const double *first = y + get_row(network, k) * n, *second = first + n;
    double *out = r + (size_t)k * n;
    for (size_t lane = 0; lane < n; lane++) {
      switch (network->readout) {
      case EPX_READ_INTENSITY:
        out[lane] = scale * (first[lane] * first[lane] + second[lane] * second[lane]);
        break;
      case EPX_READ_SINE:
        out[lane] = scale * sin(first[lane]);
        break;
      default: /* quadrature Re a, phase phi: the first component itself */
        out[lane] = scale * first[lane];
      }
    }
  }
}

void epx_readout_eval_pull(const epx_lanes *lanes, const double *y, const double *g, double *c) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  const double scale = network->readout_scale;
  memset(c, 0, (size_t)network->n_state * n * sizeof *c);
  for (int k = 0; k < network->n_outputs; k++) {
    const size_t row = get_row(network, k) * n;
    const double *slope = g + (size_t)k * n;
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = row + lane;
      switch (network->readout) {
      case EPX_READ_INTENSITY:
        c[at] = 2 * scale * slope[lane] * y[at];
        c[at + n] = 2 * scale * slope[lane] * y[at + n];
        break;
      case EPX_READ_SINE:
        c[at] = scale * slope[lane] * cos(y[at]);
        break;
      default:
        c[at] = scale * slope[lane];
      }
    }
  }
}

void epx_readout_eval_derivatives(const epx_lanes *lanes, const double *y, int lane, double *slope,
                                  double *curvature) {
  const epx_network *network = lanes->network;
  const int components = network->family->components;
  const double scale = network->readout_scale;
  for (int k = 0; k < network->n_outputs; k++) {
    const double *own = y + get_row(network, k) * (size_t)lanes->n_lanes + lane;
    for (int c = 0; c < components; c++) {
      double *first = slope + k * components + c, *second = curvature + k * components + c;
      *first = c == 0 ? scale : 0;
      *second = 0;
      if (network->readout == EPX_READ_INTENSITY) {
        *first = 2 * scale * own[(size_t)c * (size_t)lanes->n_lanes];
        *second = 2 * scale;
      } else if (network->readout == EPX_READ_SINE) {
        *first = scale * cos(own[0]);
        *second = -scale * sin(own[0]);
      }
    }
  }
}
