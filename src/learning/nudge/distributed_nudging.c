#include "learning/nudge/distributed_nudging.h"

#include <string.h>

#include "base/array.h"
#include "equilibrium/nudge/frame.h"
#include "learning/nudge/nudge_slope.h"
#include "photonic/readout.h"

struct epx_distributed_nudging {
  epx_cost cost;
  epx_network *network;           /* the outputs alone: a row of it is a port */
  epx_lanes *lanes;               /* of one sample: lane 0 counts */
  double *outputs, *pull, *force; /* [n_outputs * components][n_lanes] */
  double *held;                   /* [n_outputs][components] conjugated force, for beta = 1 */
  double *readout, *slope;        /* [n_outputs][n_lanes] */
  double *value, *correct;        /* [n_lanes] */
  double *room;                   /* as of epx_nudge_slope */
  int *label;                     /* [n_lanes] */
};

static epx_err fill(epx_distributed_nudging *nudging, const epx_network *network) {
  const epx_network_spec spec = {.family = network->family,
                                 .topology = {.kind = EPX_CHAIN, .n_nodes = network->n_outputs},
                                 .n_outputs = network->n_outputs,
                                 .readout = network->readout,
                                 .readout_scale = network->readout_scale};
  EPX_TRY(epx_network_create(&spec, &nudging->network));
  EPX_TRY(epx_lanes_create(nudging->network, 1, 1, &nudging->lanes));
  const size_t n_lanes = (size_t)nudging->lanes->n_lanes, n_outputs = (size_t)network->n_outputs;
  const size_t n_state = (size_t)nudging->network->n_state;
  EPX_TRY(EPX_ARRAY(nudging->outputs, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(nudging->pull, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(nudging->force, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(nudging->held, n_state));
  EPX_TRY(EPX_ARRAY(nudging->readout, n_outputs * n_lanes));
  EPX_TRY(EPX_ARRAY(nudging->slope, n_outputs * n_lanes));
  EPX_TRY(EPX_ARRAY(nudging->value, n_lanes));
  EPX_TRY(EPX_ARRAY(nudging->correct, n_lanes));
  EPX_TRY(EPX_ARRAY(nudging->room, n_outputs * n_outputs + 2 * n_state));
  return EPX_ARRAY(nudging->label, n_lanes);
}

epx_err epx_distributed_nudging_create(const epx_network *network, const epx_cost *cost,
                                       epx_distributed_nudging **out) {
  epx_distributed_nudging *nudging = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(nudging, 1));
  nudging->cost = *cost;
  const int code = fill(nudging, network);
  if (code != EPX_OK) epx_distributed_nudging_destroy(&nudging);
  EPX_TRY(code);
  *out = nudging;
  return EPX_OK;
}

void epx_distributed_nudging_destroy(epx_distributed_nudging **address) {
  epx_distributed_nudging *nudging = *address;
  if (!nudging) return;
  epx_lanes_destroy(&nudging->lanes);
  epx_network_destroy(&nudging->network);
  double **const arrays[] = {&nudging->outputs, &nudging->pull,    &nudging->force,
                             &nudging->held,    &nudging->readout, &nudging->slope,
                             &nudging->value,   &nudging->correct, &nudging->room};
  for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
    epx_array_destroy(arrays[k]);
  epx_array_destroy(&nudging->label);
  epx_array_destroy(address);
}

void epx_distributed_nudging_set_label(epx_distributed_nudging *nudging, int label) {
  for (int lane = 0; lane < nudging->lanes->n_lanes; lane++)
    nudging->label[lane] = label;
}

static void lay(epx_distributed_nudging *nudging, const double *states) {
  const size_t n_lanes = (size_t)nudging->lanes->n_lanes;
  for (size_t k = 0; k < (size_t)nudging->network->n_state; k++) {
    for (size_t lane = 0; lane < n_lanes; lane++)
      nudging->outputs[k * n_lanes + lane] = states[k];
  }
}

/** Evaluates readout, cost and pull = dC/ds. */
static void eval_pull(epx_distributed_nudging *nudging, const double *states) {
  lay(nudging, states);
  epx_readout_eval(nudging->lanes, nudging->outputs, nudging->readout);
  epx_cost_eval(&nudging->cost, nudging->network->n_outputs, nudging->lanes->n_lanes, nudging->readout,
                nudging->label, nudging->value, nudging->slope, nudging->correct);
  epx_readout_eval_pull(nudging->lanes, nudging->outputs, nudging->slope, nudging->pull);
}

/** force = scale Q pull, [n_outputs][components]. */
static void eval_turned(epx_distributed_nudging *nudging, double scale, double *force) {
  const size_t n_lanes = (size_t)nudging->lanes->n_lanes, n = (size_t)nudging->network->n_state;
  memset(nudging->force, 0, n * n_lanes * sizeof *nudging->force);
  epx_frame_add(nudging->lanes, NULL, scale, nudging->pull, nudging->force);
  for (size_t k = 0; k < n; k++)
    force[k] = nudging->force[k * n_lanes];
}

void epx_distributed_nudging_eval_cost(epx_distributed_nudging *nudging, const double *states, double *value,
                                       double *correct) {
  eval_pull(nudging, states);
  *value = nudging->value[0];
  *correct = nudging->correct[0];
}

void epx_distributed_nudging_get_pull(const epx_distributed_nudging *nudging, double *pull) {
  for (size_t k = 0; k < (size_t)nudging->network->n_state; k++)
    pull[k] = nudging->pull[k * (size_t)nudging->lanes->n_lanes];
}

void epx_distributed_nudging_set_held(epx_distributed_nudging *nudging) {
  const epx_family *family = nudging->network->family;
  const size_t n_lanes = (size_t)nudging->lanes->n_lanes, n = (size_t)family->components;
  for (size_t k = 0; k < (size_t)nudging->network->n_state * n_lanes; k++)
    nudging->pull[k] *= family->conjugation[k / n_lanes % n];
  eval_turned(nudging, 1, nudging->held);
}

/** The force of a learning phase on the outputs: beta Q dC/ds at their states, or held. */
static void eval_force(const void *context, const double *outputs, double *force) {
  const epx_distributed_phase *phase = context;
  if (phase->kind == EPX_NUDGE_CONJUGATED) {
    for (int k = 0; k < phase->nudging->network->n_state; k++)
      force[k] = phase->beta * phase->nudging->held[k];
    return;
  }
  eval_pull(phase->nudging, outputs);
  eval_turned(phase->nudging, phase->beta, force);
}

static void eval_slope(const void *context, const double *outputs, double *slope) {
  const epx_distributed_phase *phase = context;
  epx_distributed_nudging *nudging = phase->nudging;
  const epx_nudge_slope pull = {&nudging->cost, nudging->label, nudging->readout, nudging->slope,
                                nudging->room};
  const size_t n_ports = (size_t)nudging->network->n_state;
  lay(nudging, outputs);
  memset(slope, 0, n_ports * n_ports * sizeof *slope);
  epx_nudge_slope_add_jacobian(&pull, nudging->lanes, phase->beta, nudging->outputs, 0, 1, slope);
}

void epx_distributed_nudging_init(const epx_distributed_phase *phase, const double *state,
                                  epx_distributed_nudge *nudge) {
  *nudge = (epx_distributed_nudge){.context = (void *)phase,
                                   .eval_force = eval_force,
                                   .eval_slope = phase->kind == EPX_NUDGE_CONJUGATED ? NULL : eval_slope,
                                   .origin = phase->kind == EPX_NUDGE_REVERSED ? state : NULL};
}
