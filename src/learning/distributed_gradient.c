/** @file
 * Gradients of a distributed network. Readout, cost and nudge are those of lanes, taken for a network that
 * has the outputs alone; the same numbers on every rank. A local state is one lane of the rows that the rank
 * owns, so that frames act on it as on lanes.
 */
#include "epilux/learning/distributed_gradient.h"

#include <string.h>

#include "epilux/base/array.h"
#include "epilux/photonic/readout.h"
#include "learning/estimator_work.h"
#include "learning/frame.h"

struct epx_distributed_gradient {
  epx_distributed *distributed; /* borrowed */
  const epx_network *network;
  epx_cost cost;
  epx_network *output_network; /* the outputs alone */
  epx_lanes *output_lanes;     /* of one sample: lane 0 counts */
  epx_network local_network;   /* what epx_frame looks at, for the rows of this rank */
  epx_lanes local;
  double *outputs, *pull, *force; /* [n_outputs * components][n_lanes of output_lanes] */
  double *held;                   /* [n_outputs][components] conjugated force, for beta = 1 */
  double *gathered;               /* [n_outputs][components] */
  double *readout, *slope;        /* [n_outputs][n_lanes] */
  double *value, *correct;        /* [n_lanes] */
  int *label;                     /* [n_lanes] */
  double *plus, *minus, *response;
};

/** A learning phase: what eval_force() is called with. */
typedef struct {
  epx_distributed_gradient *work;
  double beta;
  bool conjugated;
} phase;

const char *epx_distributed_gradient_get_refusal(const epx_estimator *estimator, const epx_family *family) {
  static const epx_estimator *const rules[] = {&epx_estimator_plain, &epx_estimator_phase_conjugate,
                                               &epx_estimator_time_reversed, &epx_estimator_backprop};
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    if (rules[i] == estimator) return estimator->get_refusal(family);
  }
  return "a network over many ranks takes plain, phase-conjugate, time-reversed or backprop";
}

epx_err epx_distributed_gradient_check(const epx_estimator *estimator, const epx_family *family) {
  const char *refusal = epx_distributed_gradient_get_refusal(estimator, family);
  if (refusal) return EPX_RAISE(EPX_EINPUT, "learning.estimator: %s: %s", estimator->name, refusal);
  return EPX_OK;
}

static epx_err create_outputs(epx_distributed_gradient *work) {
  const epx_network *network = work->network;
  const epx_network_spec spec = {.family = network->family,
                                 .topology = {.kind = EPX_CHAIN, .n_nodes = network->n_outputs},
                                 .n_outputs = network->n_outputs,
                                 .readout = network->readout,
                                 .readout_scale = network->readout_scale};
  EPX_TRY(epx_network_create(&spec, &work->output_network));
  EPX_TRY(epx_lanes_create(work->output_network, 1, 1, &work->output_lanes));
  const size_t n_lanes = (size_t)work->output_lanes->n_lanes, n_outputs = (size_t)network->n_outputs;
  const size_t n_state = (size_t)work->output_network->n_state;
  EPX_TRY(EPX_ARRAY(work->outputs, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(work->pull, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(work->force, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(work->held, n_state));
  EPX_TRY(EPX_ARRAY(work->gathered, n_state));
  EPX_TRY(EPX_ARRAY(work->readout, n_outputs * n_lanes));
  EPX_TRY(EPX_ARRAY(work->slope, n_outputs * n_lanes));
  EPX_TRY(EPX_ARRAY(work->value, n_lanes));
  EPX_TRY(EPX_ARRAY(work->correct, n_lanes));
  return EPX_ARRAY(work->label, n_lanes);
}

static epx_err create_local(epx_distributed_gradient *work) {
  int first, n_local;
  epx_distributed_get_range(work->distributed, &first, &n_local);
  const size_t n_state = (size_t)n_local * (size_t)work->network->family->components;
  work->local_network = (epx_network){.family = work->network->family, .n_state = (int)n_state};
  work->local = (epx_lanes){.network = &work->local_network, .n_lanes = 1};
  EPX_TRY(EPX_ARRAY(work->plus, n_state));
  EPX_TRY(EPX_ARRAY(work->minus, n_state));
  return EPX_ARRAY(work->response, n_state);
}

epx_err epx_distributed_gradient_create(epx_distributed *distributed, const epx_network *network,
                                        const epx_cost *cost, epx_distributed_gradient **out) {
  epx_distributed_gradient *work = NULL;
  *out = NULL;
  if (network->readout == EPX_READ_BALANCED) {
    return EPX_RAISE(EPX_EINPUT, "network.readout: balanced pairs cannot be read from a distributed network; "
                                 "intensity can");
  }
  if (network->readout == EPX_READ_PORT_INTENSITY || network->readout == EPX_READ_PORT_QUADRATURE) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.readout: what leaves a port cannot be read from a distributed network; "
                     "read intensity or quadrature");
  }
  EPX_TRY(EPX_ARRAY(work, 1));
  work->distributed = distributed;
  work->network = network;
  work->cost = *cost;
  int code = create_outputs(work);
  if (code == EPX_OK) code = create_local(work);
  if (code != EPX_OK) epx_distributed_gradient_destroy(&work);
  EPX_TRY(code);
  *out = work;
  return EPX_OK;
}

void epx_distributed_gradient_destroy(epx_distributed_gradient **address) {
  epx_distributed_gradient *work = *address;
  if (!work) return;
  epx_lanes_destroy(&work->output_lanes);
  epx_network_destroy(&work->output_network);
  double **const arrays[] = {&work->outputs,  &work->pull,    &work->force, &work->held,
                             &work->gathered, &work->readout, &work->slope, &work->value,
                             &work->correct,  &work->plus,    &work->minus, &work->response};
  for (size_t k = 0; k < sizeof arrays / sizeof arrays[0]; k++)
    epx_array_destroy(arrays[k]);
  epx_array_destroy(&work->label);
  epx_array_destroy(address);
}

/** Evaluates readout, cost and pull = dC/ds of the outputs' states [n_outputs][components]. */
static void eval_pull(epx_distributed_gradient *work, const double *states) {
  const size_t n_lanes = (size_t)work->output_lanes->n_lanes;
  for (size_t k = 0; k < (size_t)work->output_network->n_state; k++) {
    for (size_t lane = 0; lane < n_lanes; lane++)
      work->outputs[k * n_lanes + lane] = states[k];
  }
  epx_readout_eval(work->output_lanes, work->outputs, work->readout);
  epx_cost_eval(&work->cost, work->network->n_outputs, (int)n_lanes, work->readout, work->label, work->value,
                work->slope, work->correct);
  epx_readout_eval_pull(work->output_lanes, work->outputs, work->slope, work->pull);
}

static void set_label(epx_distributed_gradient *work, int label) {
  for (int lane = 0; lane < work->output_lanes->n_lanes; lane++)
    work->label[lane] = label;
}

/** force = scale Q pull, [n_outputs][components]. */
static void eval_turned(epx_distributed_gradient *work, double scale, double *force) {
  const size_t n_lanes = (size_t)work->output_lanes->n_lanes, n = (size_t)work->output_network->n_state;
  memset(work->force, 0, n * n_lanes * sizeof *work->force);
  epx_frame_add(work->output_lanes, NULL, scale, work->pull, work->force);
  for (size_t k = 0; k < n; k++)
    force[k] = work->force[k * n_lanes];
}

/** The force of a learning phase on the outputs: beta Q dC/ds at their states, or held. */
static void eval_force(const void *context, const double *outputs, double *force) {
  const phase *p = context;
  if (p->conjugated) {
    for (int k = 0; k < p->work->output_network->n_state; k++)
      force[k] = p->beta * p->work->held[k];
    return;
  }
  eval_pull(p->work, outputs);
  eval_turned(p->work, p->beta, force);
}

epx_err epx_distributed_gradient_eval_cost(epx_distributed_gradient *work, const double *state, int label,
                                           double *value, double *correct) {
  set_label(work, label);
  EPX_TRY(epx_distributed_eval_outputs(work->distributed, state, work->gathered));
  eval_pull(work, work->gathered);
  *value = work->value[0];
  *correct = work->correct[0];
  return EPX_OK;
}

/** Conjugates a local state. */
static void conjugate(const epx_distributed_gradient *work, double *state) {
  const int n = work->network->family->components;
  for (int k = 0; k < work->local_network.n_state; k++)
    state[k] *= work->network->family->conjugation[k % n];
}

/** Holds Q K c, the force of the conjugated error for beta = 1. */
static void hold(epx_distributed_gradient *work) {
  const size_t n_lanes = (size_t)work->output_lanes->n_lanes, n = (size_t)work->network->family->components;
  for (size_t k = 0; k < (size_t)work->output_network->n_state * n_lanes; k++)
    work->pull[k] *= work->network->family->conjugation[k / n_lanes % n];
  eval_turned(work, 1, work->held);
}

/** Solves one learning phase from the free state. */
static epx_err solve_phase(epx_distributed_gradient *work, const epx_estimator *estimator, double beta,
                           const double *state, double *nudged, int *outcome) {
  phase p = {work, beta, estimator == &epx_estimator_phase_conjugate};
  const epx_distributed_nudge nudge = {.context = &p,
                                       .eval_force = eval_force,
                                       .origin = estimator == &epx_estimator_time_reversed ? state : NULL};
  epx_certificate certificate;
  memcpy(nudged, state, (size_t)work->local_network.n_state * sizeof *nudged);
  EPX_TRY(epx_distributed_solve(work->distributed, &nudge, nudged, &certificate));
  if (certificate.outcome != EPX_OK) *outcome = certificate.outcome;
  return EPX_OK;
}

/** Solves the learning phases into plus and minus; *span: what their difference is divided by. */
static epx_err solve_phases(epx_distributed_gradient *work, const epx_estimator *estimator,
                            const epx_nudging *nudging, const double *state, double *span, int *outcome) {
  const bool centered = nudging->scheme == EPX_CENTERED;
  if (estimator == &epx_estimator_phase_conjugate) hold(work);
  *span = centered ? 2 * nudging->beta : nudging->beta;
  EPX_TRY(solve_phase(work, estimator, nudging->beta, state, work->plus, outcome));
  if (centered) return solve_phase(work, estimator, -nudging->beta, state, work->minus, outcome);
  memcpy(work->minus, state, (size_t)work->local_network.n_state * sizeof *state);
  return EPX_OK;
}

/** The contrast of the energy, or of the force, between the learning phases. */
static epx_err add_contrast(epx_distributed_gradient *work, const epx_estimator *estimator, double span,
                            const double *state, double *gradient) {
  epx_distributed *distributed = work->distributed;
  if (estimator == &epx_estimator_plain && work->network->family->add_energy_gradient) {
    EPX_TRY(epx_distributed_add_energy_gradient(distributed, work->plus, 1 / span, gradient));
    return epx_distributed_add_energy_gradient(distributed, work->minus, -1 / span, gradient);
  }
  for (int k = 0; k < work->local_network.n_state; k++)
    work->response[k] = work->plus[k] - work->minus[k];
  if (estimator == &epx_estimator_phase_conjugate) conjugate(work, work->response);
  return epx_distributed_add_force_gradient(distributed, state, work->response, 1 / span, gradient);
}

/** Implicit differentiation: J' u = c, y = -Q' u. */
static epx_err add_adjoint(epx_distributed_gradient *work, const double *state, double *gradient) {
  const size_t n_lanes = (size_t)work->output_lanes->n_lanes;
  memset(work->plus, 0, (size_t)work->local_network.n_state * sizeof *work->plus);
  for (int k = 0; k < work->output_network->n_state; k++)
    work->gathered[k] = work->pull[(size_t)k * n_lanes];
  epx_distributed_add_to_outputs(work->distributed, work->gathered, work->plus);
  EPX_TRY(epx_distributed_solve_linear(work->distributed, state, true, work->plus, work->minus));
  epx_frame_eval_transposed(&work->local, NULL, work->minus, work->response);
  return epx_distributed_add_force_gradient(work->distributed, state, work->response, -1, gradient);
}

epx_err epx_distributed_gradient_eval(epx_distributed_gradient *work, const epx_estimator *estimator,
                                      const epx_nudging *nudging, const double *state, int label,
                                      double *gradient, int *outcome) {
  double value, correct, span;
  *outcome = EPX_OK;
  memset(gradient, 0, work->network->n_theta * sizeof *gradient);
  EPX_TRY(epx_distributed_gradient_check(estimator, work->network->family));
  EPX_TRY(epx_distributed_gradient_eval_cost(work, state, label, &value, &correct));
  if (estimator == &epx_estimator_backprop) {
    EPX_TRY(add_adjoint(work, state, gradient));
  } else {
    EPX_TRY(solve_phases(work, estimator, nudging, state, &span, outcome));
    if (*outcome != EPX_OK) return EPX_OK;
    EPX_TRY(add_contrast(work, estimator, span, state, gradient));
  }
  return epx_distributed_merge_gradient(work->distributed, gradient);
}
