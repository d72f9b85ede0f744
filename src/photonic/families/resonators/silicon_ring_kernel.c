/** @file
 * The pointwise part of the silicon-ring field, whole vectors of lanes at a time: no remainder, so every lane
 * sees the same operations.
 */
#include "photonic/families/resonators/silicon_ring_kernel.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

void EPX_KERNEL(epx_silicon_ring_finish_field)(const epx_silicon_ring_field *field);
void EPX_KERNEL(epx_silicon_ring_eval_jacobian)(const epx_silicon_ring_jacobian *jacobian);

INLINE epx_register get(const epx_silicon_ring_field *field, int parameter, size_t at) {
  return *(const epx_register *)(field->node[parameter] + at);
}

/** The field of node i in the register of lanes from `lane` on. */
INLINE void finish_vector(const epx_silicon_ring_field *k, size_t i, size_t lane) {
  const size_t n = k->n_lanes, at = i * n + lane;
  const epx_register *y = (const epx_register *)(k->y + 4 * i * n + lane);
  const epx_register *in = (const epx_register *)(k->sent + 2 * i * n + lane);
  const epx_register *drive = (const epx_register *)(k->drive + 2 * i * n + lane);
  epx_register *f = (epx_register *)(k->f + 4 * i * n + lane);
  const size_t row = n / EPX_REGISTER_WIDTH;
  const epx_register x = y[0], p = y[row], N = y[2 * row], T = y[3 * row], I = x * x + p * p;
  const epx_register lambda = get(k, EPX_RING_WAVELENGTH, at);
  const epx_register shift = get(k, EPX_RING_KERR, at) * I + get(k, EPX_RING_CARRIER_SHIFT, at) * N +
                             get(k, EPX_RING_THERMAL_SHIFT, at) * T -
                             EPX_RING_OFFSET * get(k, EPX_RING_DETUNING, at) / (lambda * lambda);
  const epx_register by_light = get(k, EPX_RING_TWO_PHOTON, at) * I + get(k, EPX_RING_CARRIER_LOSS, at) * N;
  const epx_register loss = get(k, EPX_RING_LOSS, at);
  const epx_register half = 0.5 * (loss + get(k, EPX_RING_COUPLING_LOSS, at) + by_light);
  const epx_register heat = get(k, EPX_RING_ABSORBED, at) * loss + by_light;
  f[0] = drive[0] - half * x - shift * p - in[row];
  f[row] = drive[row] - half * p + shift * x + in[0];
  f[2 * row] = get(k, EPX_RING_CARRIER_GENERATION, at) * I * I - get(k, EPX_RING_CARRIER_DECAY, at) * N;
  f[3 * row] = get(k, EPX_RING_HEATING, at) * heat * I - get(k, EPX_RING_THERMAL_DECAY, at) * T;
}

void EPX_KERNEL(epx_silicon_ring_finish_field)(const epx_silicon_ring_field *field) {
  for (size_t i = 0; i < field->n_nodes; i++) {
    for (size_t lane = 0; lane < field->n_lanes; lane += EPX_REGISTER_WIDTH)
      finish_vector(field, i, lane);
  }
}

/** Writes what node j does to node i: i J_ij on the amplitude, nothing on carriers and heat. */
INLINE void write_coupling(const epx_silicon_ring_jacobian *k, size_t i, size_t j, int width, bool shared) {
  const size_t entry = i * k->n_nodes + j, n_width = (size_t)width, row = 4 * k->n_nodes * n_width;
  const double *restrict J = shared ? k->coupling + entry : k->coupling + entry * k->n_lanes + k->lane;
  double *restrict block = k->jacobian + 4 * i * row + 4 * j * n_width;
  for (size_t r = 0; r < 4; r++)
    memset(block + r * row, 0, 4 * n_width * sizeof *block);
  for (int w = 0; w < width; w++) {
    block[width + w] = -J[shared ? 0 : w];
    block[row + (size_t)w] = J[shared ? 0 : w];
  }
}

INLINE epx_vector get_parameter(const epx_silicon_ring_jacobian *k, int parameter, size_t at) {
  return *(const epx_vector *)(k->node[parameter] + at);
}

/** Evaluates what node i does to itself in the vector of lanes from `lane` on. */
INLINE void eval_block(const epx_silicon_ring_jacobian *k, size_t i, size_t lane, epx_vector block[4][4]) {
  const size_t at = i * k->n_lanes + lane, row = k->n_lanes / EPX_LANE_WIDTH;
  const epx_vector *y = (const epx_vector *)(k->y + 4 * i * k->n_lanes + lane);
  const epx_vector x = y[0], p = y[row], N = y[2 * row], T = y[3 * row], I = x * x + p * p;
  const epx_vector lambda = get_parameter(k, EPX_RING_WAVELENGTH, at),
                   kerr = get_parameter(k, EPX_RING_KERR, at),
                   two_photon = get_parameter(k, EPX_RING_TWO_PHOTON, at),
                   carrier = get_parameter(k, EPX_RING_CARRIER_LOSS, at),
                   by_carriers = get_parameter(k, EPX_RING_CARRIER_SHIFT, at),
                   by_heat = get_parameter(k, EPX_RING_THERMAL_SHIFT, at),
                   loss = get_parameter(k, EPX_RING_LOSS, at),
                   heating = get_parameter(k, EPX_RING_HEATING, at);
  const epx_vector shift = kerr * I + by_carriers * N + by_heat * T -
                           EPX_RING_OFFSET * get_parameter(k, EPX_RING_DETUNING, at) / (lambda * lambda);
  const epx_vector half =
      0.5 * (loss + get_parameter(k, EPX_RING_COUPLING_LOSS, at) + (two_photon * I + carrier * N));
  const epx_vector warmed =
      2 * heating * (get_parameter(k, EPX_RING_ABSORBED, at) * loss + 2 * two_photon * I + carrier * N);
  const epx_vector freed = 4 * get_parameter(k, EPX_RING_CARRIER_GENERATION, at) * I;
  block[0][0] = -half - two_photon * x * x - 2 * kerr * x * p;
  block[0][1] = -shift - two_photon * x * p - 2 * kerr * p * p;
  block[0][2] = -0.5 * carrier * x - by_carriers * p;
  block[0][3] = -by_heat * p;
  block[1][0] = shift - two_photon * x * p + 2 * kerr * x * x;
  block[1][1] = -half - two_photon * p * p + 2 * kerr * x * p;
  block[1][2] = -0.5 * carrier * p + by_carriers * x;
  block[1][3] = by_heat * x;
  block[2][0] = freed * x;
  block[2][1] = freed * p;
  block[2][2] = -get_parameter(k, EPX_RING_CARRIER_DECAY, at);
  block[2][3] = (epx_vector){0};
  block[3][0] = warmed * x;
  block[3][1] = warmed * p;
  block[3][2] = heating * carrier * I;
  block[3][3] = -get_parameter(k, EPX_RING_THERMAL_DECAY, at);
}

/** Writes what node i does to itself: one lane is read out of its vector, so that its bits are those of the
 * vector. */
INLINE void write_node(const epx_silicon_ring_jacobian *k, size_t i, int width) {
  const size_t n_width = (size_t)width, row = 4 * k->n_nodes * n_width, within = k->lane % EPX_LANE_WIDTH;
  double *restrict to = k->jacobian + 4 * i * row + 4 * i * n_width;
  epx_vector block[4][4];
  eval_block(k, i, k->lane - within, block);
  for (size_t r = 0; r < 4; r++) {
    for (size_t c = 0; c < 4; c++)
      memcpy(to + r * row + c * n_width, (const double *)&block[r][c] + within, n_width * sizeof *to);
  }
}

INLINE void write_jacobian(const epx_silicon_ring_jacobian *k, int width, bool shared) {
  for (size_t i = 0; i < k->n_nodes; i++) {
    for (size_t j = 0; j < k->n_nodes; j++)
      write_coupling(k, i, j, width, shared);
    write_node(k, i, width);
  }
}

void EPX_KERNEL(epx_silicon_ring_eval_jacobian)(const epx_silicon_ring_jacobian *k) {
  if (k->width == 1) {
    write_jacobian(k, 1, k->shared);
  } else if (k->shared) {
    write_jacobian(k, EPX_LANE_WIDTH, true);
  } else {
    write_jacobian(k, EPX_LANE_WIDTH, false);
  }
}
