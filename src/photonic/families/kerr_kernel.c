/** @file
 * The pointwise part of the kerr field, whole vectors of lanes at a time: no remainder, so every lane sees
 * the same operations.
 */
#include "photonic/families/kerr_kernel.h"

void EPX_KERNEL(epx_kerr_finish_field)(const epx_kerr_field *field);

void EPX_KERNEL(epx_kerr_finish_field)(const epx_kerr_field *field) {
  const size_t n = field->n_lanes;
  for (size_t i = 0; i < field->n_nodes; i++) {
    const epx_vector *loss = (const epx_vector *)(field->loss + i * n);
    const epx_vector *detuning = (const epx_vector *)(field->detuning + i * n);
    const epx_vector *kerr = (const epx_vector *)(field->kerr + i * n);
    const epx_vector *x = (const epx_vector *)(field->y + 2 * i * n), *p = x + n / EPX_LANE_WIDTH;
    const epx_vector *drive_x = (const epx_vector *)(field->drive + 2 * i * n),
                     *drive_p = drive_x + n / EPX_LANE_WIDTH;
    epx_vector *f_x = (epx_vector *)(field->f + 2 * i * n), *f_p = f_x + n / EPX_LANE_WIDTH;
    for (size_t v = 0; v < n / EPX_LANE_WIDTH; v++) {
      const epx_vector shift = detuning[v] + kerr[v] * (x[v] * x[v] + p[v] * p[v]);
      const epx_vector in_x = f_x[v], in_p = f_p[v], half = 0.5 * loss[v];
      f_x[v] = drive_x[v] - half * x[v] - shift * p[v] - in_p;
      f_p[v] = drive_p[v] - half * p[v] + shift * x[v] + in_x;
    }
  }
}
