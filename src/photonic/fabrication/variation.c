/** @file
 * Variation: each row has a stream of its own, named by its parameter and its number among that parameter's
 * rows, and each draw a counter of its own: (point, instance, node, 0), (point, instance, i, j) of a link,
 * or, for one draw an instance, (point, instance, any, 0). A pair of nodes keeps its draw when the topology
 * around it changes.
 */
#include "photonic/fabrication/variation.h"

#include <stdio.h>

#include "base/numbers/random.h"

static epx_random init_stream(const epx_variation *rows, int i_row, const epx_network *network,
                              uint64_t seed) {
  int number = 0;
  for (int k = 0; k < i_row; k++)
    number += rows[k].parameter == rows[i_row].parameter;
  char purpose[128];
  snprintf(purpose, sizeof purpose, "variation:%s:%d",
           network->family->parameters[rows[i_row].parameter].name, number);
  return epx_random_init(seed, purpose);
}

/** Evaluates the draw of the k-th value of the row's parameter. */
static double eval_draw(const epx_variation *row, const epx_network *network, const epx_random *stream,
                        uint32_t i_point, uint32_t i_instance, size_t k) {
  uint32_t device = (uint32_t)k, draw = 0;
  if (row->scope == EPX_SCOPE_GLOBAL) {
    device = EPX_RANDOM_ANY;
  } else if (network->family->parameters[row->parameter].site == EPX_SITE_LINK) {
    device = (uint32_t)network->topology->links[k].i;
    draw = (uint32_t)network->topology->links[k].j;
  }
  const double u = epx_random_eval_uniform(stream, i_point, i_instance, device, draw);
  return epx_distribution_eval(&row->distribution, u);
}

/** Clamps a value to the parameter's range, counting it when it was outside. */
static double clamp(const epx_parameter *parameter, double value, int *n_clamped) {
  if (value >= parameter->low && value <= parameter->high) return value;
  *n_clamped += 1;
  return value < parameter->low ? parameter->low : parameter->high;
}

void epx_variation_eval(const epx_variation *rows, int n_rows, const epx_network *network, uint64_t seed,
                        uint32_t i_point, uint32_t i_instance, double *theta, int *n_clamped) {
  for (int i_row = 0; i_row < n_rows; i_row++) {
    const epx_variation *row = &rows[i_row];
    const epx_random stream = init_stream(rows, i_row, network, seed);
    double *values = theta + network->offset[row->parameter];
    int n = 0;
    for (size_t k = 0; k < network->count[row->parameter]; k++) {
      const double draw = eval_draw(row, network, &stream, i_point, i_instance, k);
      const double varied = row->effect == EPX_EFFECT_SCALE ? values[k] * draw : values[k] + draw;
      values[k] = clamp(&network->family->parameters[row->parameter], varied, &n);
    }
    if (n_clamped) n_clamped[i_row] = n;
  }
}
