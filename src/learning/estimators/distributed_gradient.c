/** @file
 * Gradients of a distributed network. A local state is one lane of the rows that the rank owns, so that
 * frames act on it as on lanes.
 */
#include "learning/estimators/distributed_gradient.h"

#include <string.h>

#include "base/array.h"
#include "equilibrium/nudge/frame.h"
#include "learning/nudge/distributed_nudging.h"

struct epx_distributed_gradient {
  epx_distributed *distributed; /* borrowed */
  const epx_network *network;
  epx_distributed_nudging *nudging;
  epx_network local_network; /* what epx_frame looks at, for the rows of this rank */
  epx_lanes local;
  double *gathered;                /* [n_outputs][components] */
  double *plus, *minus, *response; /* [n_local][components] */
};

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

static epx_err create_local(epx_distributed_gradient *work) {
  int first, n_local;
  epx_distributed_get_range(work->distributed, &first, &n_local);
  const size_t n_state = (size_t)n_local * (size_t)work->network->family->components;
  work->local_network = (epx_network){.family = work->network->family, .n_state = (int)n_state};
  work->local = (epx_lanes){.network = &work->local_network, .n_lanes = 1};
  EPX_TRY(EPX_ARRAY(work->gathered,
                    (size_t)work->network->n_outputs * (size_t)work->network->family->components));
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
  int code = epx_distributed_nudging_create(network, cost, &work->nudging);
  if (code == EPX_OK) code = create_local(work);
  if (code != EPX_OK) epx_distributed_gradient_destroy(&work);
  EPX_TRY(code);
  *out = work;
  return EPX_OK;
}

void epx_distributed_gradient_destroy(epx_distributed_gradient **address) {
  epx_distributed_gradient *work = *address;
  if (!work) return;
  epx_distributed_nudging_destroy(&work->nudging);
  epx_array_destroy(&work->gathered);
  epx_array_destroy(&work->plus);
  epx_array_destroy(&work->minus);
  epx_array_destroy(&work->response);
  epx_array_destroy(address);
}

epx_err epx_distributed_gradient_eval_cost(epx_distributed_gradient *work, const double *state, int label,
                                           double *value, double *correct) {
  EPX_TRY(epx_distributed_eval_outputs(work->distributed, state, work->gathered));
  epx_distributed_nudging_set_label(work->nudging, label);
  epx_distributed_nudging_eval_cost(work->nudging, work->gathered, value, correct);
  return EPX_OK;
}

/** Conjugates a local state. */
static void conjugate(const epx_distributed_gradient *work, double *state) {
  const int n = work->network->family->components;
  for (int k = 0; k < work->local_network.n_state; k++)
    state[k] *= work->network->family->conjugation[k % n];
}

static epx_nudge_kind get_kind(const epx_estimator *estimator) {
  if (estimator == &epx_estimator_phase_conjugate) return EPX_NUDGE_CONJUGATED;
  return estimator == &epx_estimator_time_reversed ? EPX_NUDGE_REVERSED : EPX_NUDGE_LIVE;
}

/** Solves one learning phase from the free state. */
static epx_err solve_phase(epx_distributed_gradient *work, const epx_estimator *estimator, double beta,
                           const double *state, double *nudged, int *outcome) {
  const epx_distributed_phase phase = {work->nudging, get_kind(estimator), beta};
  epx_distributed_nudge nudge;
  epx_certificate certificate;
  epx_distributed_nudging_init(&phase, state, &nudge);
  memcpy(nudged, state, (size_t)work->local_network.n_state * sizeof *nudged);
  EPX_TRY(epx_distributed_solve(work->distributed, &nudge, nudged, &certificate));
  if (certificate.outcome != EPX_OK) *outcome = certificate.outcome;
  return EPX_OK;
}

/** Solves the learning phases into plus and minus; *span: what their difference is divided by. */
static epx_err solve_phases(epx_distributed_gradient *work, const epx_estimator *estimator,
                            const epx_nudging *nudging, const double *state, double *span, int *outcome) {
  const bool centered = nudging->scheme == EPX_CENTERED;
  if (estimator == &epx_estimator_phase_conjugate) epx_distributed_nudging_set_held(work->nudging);
  *span = centered ? 2 * nudging->beta : nudging->beta;
  EPX_TRY(solve_phase(work, estimator, nudging->beta, state, work->plus, outcome));
  if (*outcome != EPX_OK) return EPX_OK; /* the other side would be for nothing */
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
  memset(work->plus, 0, (size_t)work->local_network.n_state * sizeof *work->plus);
  epx_distributed_nudging_get_pull(work->nudging, work->gathered);
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
