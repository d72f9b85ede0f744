/** @file
 * Amplitude: loops over rows of lanes.
 */
#include "photonic/families/amplitude.h"

#include <math.h>
#include <string.h>

/** Adds what one feature drives its node by. */
static void add_drive(epx_encoding encoding, double scale, double feature, double *re, double *im) {
  static const double right_angle = 1.57079632679489661923;
  if (encoding == EPX_ENCODE_AMPLITUDE) {
    *re += scale * feature;
  } else if (encoding == EPX_ENCODE_PHASE) {
    *re += scale * cos(right_angle * feature);
    *im += scale * sin(right_angle * feature);
  }
}

void epx_amplitude_set_drive(epx_lanes *lanes, int bias) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  for (size_t i = 0; i < (size_t)network->n_nodes; i++) {
    memcpy(lanes->input + 2 * i * n, lanes->node[bias] + i * n, n * sizeof *lanes->input);
    memset(lanes->input + (2 * i + 1) * n, 0, n * sizeof *lanes->input);
  }
  for (int k = 0; k < network->n_inputs; k++) {
    double *drive = lanes->input + 2 * (size_t)network->input_nodes[k] * n;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const size_t sample = (size_t)epx_lanes_get_sample(lanes, lane);
      const double feature = lanes->features[sample * (size_t)network->n_inputs + (size_t)k];
      add_drive(network->encoding, network->input_scale, feature, &drive[lane], &drive[n + (size_t)lane]);
    }
  }
}

void epx_amplitude_eval_power(const epx_lanes *lanes, double *power) {
  const size_t n = (size_t)lanes->n_lanes;
  memset(power, 0, n * sizeof *power);
  for (size_t i = 0; i < (size_t)lanes->network->n_nodes; i++) {
    const double *re = lanes->input + 2 * i * n, *im = re + n;
    for (size_t lane = 0; lane < n; lane++)
      power[lane] += re[lane] * re[lane] + im[lane] * im[lane];
  }
}

void epx_amplitude_take(const epx_lanes *lanes, int components, const double *weight, const double *y,
                        double *x) {
  const size_t n = (size_t)lanes->n_lanes, n_used = (size_t)lanes->n_used;
  for (size_t i = 0; i < (size_t)lanes->network->n_nodes; i++) {
    const double *from = y + i * (size_t)components * n;
    double *to = x + 2 * i * n;
    for (size_t row = 0; row < 2; row++) {
      for (size_t lane = 0; lane < n; lane++) {
        const bool left_out = weight && (lane >= n_used || weight[lane] == 0);
        to[row * n + lane] = left_out ? 0 : from[row * n + lane];
      }
    }
  }
}

void epx_amplitude_scale(const epx_lanes *lanes, const double *weight, double share, double *x) {
  const size_t n = (size_t)lanes->n_lanes, n_used = (size_t)lanes->n_used;
  for (size_t row = 0; row < 2 * (size_t)lanes->network->n_nodes; row++) {
    for (size_t lane = 0; lane < n_used; lane++)
      x[row * n + lane] *= share * weight[lane];
  }
}
