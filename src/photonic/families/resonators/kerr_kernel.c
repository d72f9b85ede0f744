/** @file
 * The pointwise part of the kerr field, whole registers of lanes at a time: no remainder, so every lane sees
 * the same operations. What bounds it is the memory it moves: parameters that all lanes share are read once a
 * node.
 */
#include "photonic/families/resonators/kerr_kernel.h"

#define INLINE static inline __attribute__((always_inline))

void EPX_KERNEL(epx_kerr_finish_field)(const epx_kerr_field *field);
void EPX_KERNEL(epx_kerr_eval_jacobian)(const epx_kerr_jacobian *jacobian);

/** Gets a node's parameter in register v of its lanes. */
INLINE epx_register get_parameter(const double *row, bool shared, size_t v) {
  if (shared) return row[0] - (epx_register){0};
  return ((const epx_register *)row)[v];
}

INLINE void finish_node(const epx_kerr_field *field, size_t i, bool shared, bool ported) {
  const size_t n = field->n_lanes, n_vectors = n / EPX_REGISTER_WIDTH;
  const double *loss = field->loss + i * n, *detuning = field->detuning + i * n, *kerr = field->kerr + i * n;
  const double *coupling_loss = ported ? field->coupling_loss + i * n : NULL;
  const epx_register *x = (const epx_register *)(field->y + 2 * i * n), *p = x + n_vectors;
  const epx_register *drive_x = (const epx_register *)(field->drive + 2 * i * n),
                     *drive_p = drive_x + n_vectors;
  epx_register *f_x = (epx_register *)(field->f + 2 * i * n), *f_p = f_x + n_vectors;
  for (size_t v = 0; v < n_vectors; v++) {
    const epx_register shift =
        get_parameter(detuning, shared, v) + get_parameter(kerr, shared, v) * (x[v] * x[v] + p[v] * p[v]);
    epx_register rate = get_parameter(loss, shared, v);
    if (ported) rate += get_parameter(coupling_loss, shared, v);
    const epx_register half = 0.5 * rate;
    const epx_register in_x = f_x[v], in_p = f_p[v];
    f_x[v] = drive_x[v] - half * x[v] - shift * p[v] - in_p;
    f_p[v] = drive_p[v] - half * p[v] + shift * x[v] + in_x;
  }
}

void EPX_KERNEL(epx_kerr_finish_field)(const epx_kerr_field *field) {
  for (size_t i = 0; i < field->n_nodes; i++) {
    if (field->coupling_loss) {
      finish_node(field, i, field->shared, true);
    } else if (field->shared) {
      finish_node(field, i, true, false);
    } else {
      finish_node(field, i, false, false);
    }
  }
}

/** Writes what node j does to node i: i J_ij. */
INLINE void write_coupling(const epx_kerr_jacobian *k, size_t i, size_t j, int width, bool shared) {
  const size_t entry = i * k->n_nodes + j, n_width = (size_t)width;
  const double *restrict J = shared ? k->coupling + entry : k->coupling + entry * k->n_lanes + k->lane;
  double *restrict re = k->jacobian + (4 * i * k->n_nodes + 2 * j) * n_width, *restrict im =
                                                                                  re +
                                                                                  2 * k->n_nodes * n_width;
  for (int w = 0; w < width; w++) {
    const double here = J[shared ? 0 : w];
    re[w] = 0;
    re[width + w] = -here;
    im[w] = here;
    im[width + w] = 0;
  }
}

/** Writes what node i does to itself. */
INLINE void write_node(const epx_kerr_jacobian *k, size_t i, int width) {
  const size_t at = i * k->n_lanes + k->lane, n_width = (size_t)width;
  const double *x = k->y + i * k->n_lanes + at, *p = x + k->n_lanes;
  const double *loss = k->loss + at, *detuning = k->detuning + at, *kerr = k->kerr + at;
  double *restrict re = k->jacobian + (4 * i * k->n_nodes + 2 * i) * n_width, *restrict im =
                                                                                  re +
                                                                                  2 * k->n_nodes * n_width;
  const double *coupling_loss = k->coupling_loss ? k->coupling_loss + at : NULL;
  for (int w = 0; w < width; w++) {
    const double half = 0.5 * (coupling_loss ? loss[w] + coupling_loss[w] : loss[w]);
    const double shift = detuning[w] + kerr[w] * (x[w] * x[w] + p[w] * p[w]);
    const double twist = 2 * kerr[w] * x[w] * p[w];
    re[w] = -half - twist;
    re[width + w] = -shift - 2 * kerr[w] * p[w] * p[w];
    im[w] = shift + 2 * kerr[w] * x[w] * x[w];
    im[width + w] = -half + twist;
  }
}

INLINE void write_jacobian(const epx_kerr_jacobian *k, int width, bool shared) {
  for (size_t i = 0; i < k->n_nodes; i++) {
    for (size_t j = 0; j < k->n_nodes; j++)
      write_coupling(k, i, j, width, shared);
    write_node(k, i, width);
  }
}

void EPX_KERNEL(epx_kerr_eval_jacobian)(const epx_kerr_jacobian *k) {
  if (k->width == 1) {
    write_jacobian(k, 1, k->shared);
  } else if (k->shared) {
    write_jacobian(k, EPX_LANE_WIDTH, true);
  } else {
    write_jacobian(k, EPX_LANE_WIDTH, false);
  }
}
