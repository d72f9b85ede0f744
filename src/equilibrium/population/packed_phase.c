/* Packed phase: arrays are copied; functions are called for one lane after another, by where it stands at home. */
#include "equilibrium/population/packed_phase.h"

#include "base/array.h"

epx_err epx_packed_phase_create(const epx_network *network, epx_packed_phase *out) {
  const size_t n = (size_t)network->n_state * EPX_LANE_WIDTH, n_outputs = (size_t)network->n_outputs;
  *out = (epx_packed_phase){.n_state = network->n_state, .n_outputs = network->n_outputs};
  EPX_TRY(EPX_ARRAY(out->held, n));
  EPX_TRY(EPX_ARRAY(out->origin, n));
  EPX_TRY(EPX_ARRAY(out->readout, n_outputs));
  return EPX_ARRAY(out->slope, n_outputs);
}

void epx_packed_phase_destroy(epx_packed_phase *packed) {
  epx_array_destroy(&packed->held);
  epx_array_destroy(&packed->origin);
  epx_array_destroy(&packed->readout);
  epx_array_destroy(&packed->slope);
}

static void eval_slope(const void *context, int lane, int width, const double *readout, double *slope) {
  const epx_packed_phase *packed = context;
  for (int w = 0; w < width; w++) {
    for (int o = 0; o < packed->n_outputs; o++)
      packed->readout[o] = readout[o * width + w];
    packed->home->eval_slope(packed->home->context, packed->which[lane + w], 1, packed->readout,
                             packed->slope);
    for (int o = 0; o < packed->n_outputs; o++)
      slope[o * width + w] = packed->slope[o];
  }
}

static void eval_curvature(const void *context, int lane, int width, const double *readout, double *hessian) {
  const epx_packed_phase *packed = context;
  packed->home->eval_curvature(packed->home->context, packed->which[lane], width, readout, hessian);
}

/** Copies rows of the packed lanes; NULL, which is left out, stays NULL. */
static const double *gather(const epx_packed_phase *packed, int n_lanes, const double *from, double *to) {
  if (!from) return NULL;
  for (int row = 0; row < packed->n_state; row++) {
    for (int k = 0; k < EPX_LANE_WIDTH; k++)
      to[row * EPX_LANE_WIDTH + k] = from[(size_t)row * (size_t)n_lanes + (size_t)packed->which[k]];
  }
  return to;
}

const epx_phase *epx_packed_phase_set(epx_packed_phase *packed, const epx_phase *phase, int n_lanes, int n,
                                      const int *which) {
  packed->home = phase;
  for (int k = 0; k < EPX_LANE_WIDTH; k++) {
    packed->which[k] = which[k < n ? k : n - 1];
    packed->frozen[k] = phase->frozen ? phase->frozen[packed->which[k]] : 0;
  }
  packed->phase = *phase;
  packed->phase.context = packed;
  packed->phase.eval_slope = phase->eval_slope ? eval_slope : NULL;
  packed->phase.eval_curvature = phase->eval_curvature ? eval_curvature : NULL;
  packed->phase.held = gather(packed, n_lanes, phase->held, packed->held);
  packed->phase.origin = gather(packed, n_lanes, phase->origin, packed->origin);
  packed->phase.frozen = phase->frozen ? packed->frozen : NULL;
  return &packed->phase;
}
