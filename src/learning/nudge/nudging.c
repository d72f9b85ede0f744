/* Both phases start from the free state. A phase that ends far from it is released and must find its way
 * back: that is what it means to be in the free state's basin; near ones are taken to be in it, which saves
 * the release. */
#include "learning/nudge/nudging.h"

#include <math.h>
#include <string.h>

#include "equilibrium/clock.h"

/* A phase is released when it has moved by more than this share of the free state's largest component. */
static const double far = 0.25;

/* A released lane is back when it is nearer to s0 than this, next to the largest component and 1. */
static const double near = 1e-6;

static void eval_slope(const void *context, int lane, int width, const double *readout, double *slope) {
  const epx_batch *batch = context;
  epx_cost_eval(batch->cost, batch->ensemble->network->n_outputs, width, readout, batch->label + lane, NULL,
                slope, NULL);
}

static void eval_curvature(const void *context, int lane, int width, const double *readout, double *hessian) {
  const epx_batch *batch = context;
  epx_cost_eval_hessian(batch->cost, batch->ensemble->network->n_outputs, width, 0, readout,
                        batch->label + lane, hessian);
}

epx_phase epx_nudging_get_phase(const epx_batch *batch, const epx_estimator_work *work, epx_nudge_kind kind,
                                double beta) {
  const bool live = kind == EPX_NUDGE_LIVE || kind == EPX_NUDGE_REVERSED;
  const bool adjoint = kind == EPX_NUDGE_ADJOINT;
  return (epx_phase){.strength = beta,
                     .context = batch,
                     .eval_slope = live ? eval_slope : NULL,
                     .eval_curvature = live ? eval_curvature : NULL,
                     .held = adjoint || kind == EPX_NUDGE_CONJUGATED ? work->phase.held : NULL,
                     .origin = adjoint || kind == EPX_NUDGE_REVERSED ? batch->state : NULL,
                     .adjoint = adjoint,
                     .frozen = work->left.frozen};
}

/* Largest component, in magnitude, of each lane of a - b; b NULL for zero. What is no number is INFINITY.
 * largest [n_lanes]. */
static epx_err eval_largest(epx_ensemble *ensemble, const double *a, const double *b, double *largest) {
  const size_t n_lanes = (size_t)ensemble->n_lanes;
  memset(largest, 0, n_lanes * sizeof *largest);
  for (size_t row = 0; row < (size_t)ensemble->n_rows; row++) {
    const double *here = a + row * n_lanes, *there = b ? b + row * n_lanes : NULL;
    for (size_t lane = 0; lane < n_lanes; lane++) {
      const double d = fabs(there ? here[lane] - there[lane] : here[lane]);
      largest[lane] = d > largest[lane] || isnan(d) ? d : largest[lane];
    }
  }
  return ensemble->functions->merge_extent(ensemble, largest);
}

static void copy_lane(const epx_ensemble *ensemble, const double *from, int lane, double *to) {
  for (size_t row = 0; row < (size_t)ensemble->n_rows; row++) {
    const size_t at = row * (size_t)ensemble->n_lanes + (size_t)lane;
    to[at] = from[at];
  }
}

/* Starts all lanes from the free state, or from what is read of it, frozen ones from rest: where they gave up
 * may be anywhere. */
static void set_start(const epx_batch *batch, const double *free, const epx_estimator_work *work,
                      double *state) {
  const size_t n_lanes = (size_t)batch->ensemble->n_lanes, n_rows = (size_t)batch->ensemble->n_rows;
  memcpy(state, free, n_rows * n_lanes * sizeof *state);
  for (size_t lane = 0; lane < n_lanes; lane++) {
    for (size_t row = 0; work->left.frozen[lane] && row < n_rows; row++)
      state[row * n_lanes + lane] = 0;
  }
}

/* Releases the phases that went far and leaves out those that do not come back. work->phase.size: of the free
 * states. */
static epx_err check_basin(const epx_batch *batch, const double *state, epx_estimator_work *work) {
  epx_ensemble *ensemble = batch->ensemble;
  const double *size = work->phase.size;
  double *released = work->phase.response, *way = work->phase.way;
  int n_far = 0;
  if (ensemble->clock && ensemble->clock->nudged > 0) return EPX_OK; /* what the clock reads counts */
  EPX_TRY(eval_largest(ensemble, state, batch->state, way));
  for (int lane = 0; lane < ensemble->n_used; lane++)
    n_far += work->left.weight[lane] != 0 && !(way[lane] <= far * size[lane]);
  if (n_far == 0) return EPX_OK;
  set_start(batch, batch->state, work, released);
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    if (work->left.weight[lane] != 0 && !(way[lane] <= far * size[lane]))
      copy_lane(ensemble, state, lane, released);
  }
  const epx_phase phase = epx_nudging_get_phase(batch, work, EPX_NUDGE_RELEASE, 0);
  EPX_TRY(epx_ensemble_solve(ensemble, &phase, NULL, released, work->phase.certificate));
  EPX_TRY(eval_largest(ensemble, released, batch->state, way));
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    if (work->left.weight[lane] != 0 && !(way[lane] <= near * (1 + size[lane])))
      epx_estimator_set_failure(batch, work, lane);
  }
  return EPX_OK;
}

static void leave_out_failures(const epx_batch *batch, const epx_certificate *certificate,
                               epx_estimator_work *work) {
  for (int lane = 0; lane < batch->ensemble->n_used; lane++) {
    if (certificate[lane].outcome != EPX_OK) epx_estimator_set_failure(batch, work, lane);
  }
}

epx_err epx_nudging_solve_phase(const epx_batch *batch, double beta, epx_nudge_kind kind,
                                epx_estimator_work *work, double *state) {
  epx_ensemble *ensemble = batch->ensemble;
  const epx_phase phase = epx_nudging_get_phase(batch, work, kind, beta);
  if (kind != EPX_NUDGE_ADJOINT) EPX_TRY(epx_estimator_set_drift(batch, work));
  const int code = epx_ensemble_solve(ensemble, &phase, NULL, state, work->phase.certificate);
  if (kind != EPX_NUDGE_ADJOINT) epx_estimator_restore_drift(batch, work);
  EPX_TRY(code);
  leave_out_failures(batch, work->phase.certificate, work);
  return EPX_OK;
}

static epx_err solve_side(const epx_batch *batch, double beta, epx_nudge_kind kind, epx_estimator_work *work,
                          double *state) {
  set_start(batch, epx_ensemble_get_left(batch->ensemble, batch->state), work, state);
  EPX_TRY(epx_nudging_solve_phase(batch, beta, kind, work, state));
  EPX_TRY(check_basin(batch, state, work));
  return EPX_OK;
}

/* Both phases at once, of the same parameters. */
static epx_err solve_sides(const epx_batch *batch, double beta, epx_nudge_kind kind,
                           epx_estimator_work *work) {
  epx_ensemble *ensemble = batch->ensemble;
  const epx_phase phases[] = {epx_nudging_get_phase(batch, work, kind, beta),
                              epx_nudging_get_phase(batch, work, kind, -beta)};
  epx_certificate *const certificates[] = {work->phase.certificate,
                                           work->phase.certificate + ensemble->n_lanes};
  double *const states[] = {work->phase.plus, work->phase.minus};
  for (int s = 0; s < 2; s++)
    set_start(batch, epx_ensemble_get_left(ensemble, batch->state), work, states[s]);
  EPX_TRY(epx_ensemble_solve_pair(ensemble, phases, states, certificates));
  for (int s = 0; s < 2; s++)
    leave_out_failures(batch, certificates[s], work);
  for (int s = 0; s < 2; s++)
    EPX_TRY(check_basin(batch, states[s], work));
  return EPX_OK;
}

static epx_err solve_centered(const epx_batch *batch, double beta, epx_nudge_kind kind,
                              epx_estimator_work *work) {
  if (!work->reading.hardware || !epx_hardware_is_drifting(work->reading.hardware))
    return solve_sides(batch, beta, kind, work);
  EPX_TRY(solve_side(batch, beta, kind, work, work->phase.plus));
  return solve_side(batch, -beta, kind, work, work->phase.minus);
}

/* out = K v: v* or, a quarter turn on, i v* (of families of real and imaginary parts, which conjugation says
 * they are). Rows are whole nodes' of every rank. */
static void conjugate(const epx_ensemble *ensemble, epx_quadrature quadrature, const double *v, double *out) {
  const epx_family *family = ensemble->network->family;
  const size_t n_lanes = (size_t)ensemble->n_lanes, n_rows = (size_t)ensemble->n_rows;
  const size_t components = (size_t)family->components;
  for (size_t row = 0; row < n_rows; row++) {
    const int sign = family->conjugation[row % components];
    const size_t from = quadrature == EPX_SIGMA_X ? row ^ 1 : row;
    const double factor = quadrature == EPX_SIGMA_X ? 1 : sign;
    for (size_t lane = 0; lane < n_lanes; lane++)
      out[row * n_lanes + lane] = factor * v[from * n_lanes + lane];
  }
}

/* held = Q K c. Both phases' rooms are free until they are solved. */
static epx_err set_held(const epx_batch *batch, epx_quadrature quadrature, epx_estimator_work *work) {
  epx_ensemble *ensemble = batch->ensemble;
  EPX_TRY(epx_estimator_need(&work->phase.held, epx_estimator_count_most(work)));
  EPX_TRY(epx_estimator_eval_cost_slope(batch, work, work->phase.plus));
  conjugate(ensemble, quadrature, work->phase.plus, work->phase.response);
  memset(work->phase.held, 0, epx_estimator_count(batch) * sizeof *work->phase.held);
  ensemble->functions->add_turned(ensemble, batch->state, 1, work->phase.response, work->phase.held);
  return EPX_OK;
}

epx_err epx_nudging_solve(const epx_batch *batch, const epx_nudging *nudging, epx_nudge_kind kind,
                          epx_estimator_work *work) {
  const bool centered = nudging->scheme == EPX_CENTERED;
  epx_estimator_set_lanes(batch, work);
  EPX_TRY(eval_largest(batch->ensemble, batch->state, NULL, work->phase.size));
  if (kind == EPX_NUDGE_CONJUGATED) EPX_TRY(set_held(batch, nudging->quadrature, work));
  if (centered) {
    EPX_TRY(solve_centered(batch, nudging->beta, kind, work));
  } else {
    const double *read;
    EPX_TRY(solve_side(batch, nudging->beta, kind, work, work->phase.plus));
    EPX_TRY(epx_estimator_read_state(batch, work, &read));
    set_start(batch, read, work, work->phase.minus);
  }
  epx_estimator_read(batch, 1, work, work->phase.plus);
  if (centered) epx_estimator_read(batch, 1, work, work->phase.minus);
  epx_estimator_set_weights(batch, 1 / (centered ? 2 * nudging->beta : nudging->beta), work);
  return EPX_OK;
}

void epx_nudging_eval_response(const epx_batch *batch, epx_estimator_work *work) {
  const size_t n = epx_estimator_count(batch);
  for (size_t k = 0; k < n; k++)
    work->phase.response[k] = work->phase.plus[k] - work->phase.minus[k];
}

/* The difference goes through `plus`, which is not needed any more. */
void epx_nudging_eval_conjugate_response(const epx_batch *batch, epx_quadrature quadrature,
                                         epx_estimator_work *work) {
  const size_t n = epx_estimator_count(batch);
  for (size_t k = 0; k < n; k++)
    work->phase.plus[k] -= work->phase.minus[k];
  conjugate(batch->ensemble, quadrature, work->phase.plus, work->phase.response);
}

double epx_nudging_eval_phases(const epx_nudging *nudging, size_t n_trained) {
  (void)n_trained;
  return nudging->scheme == EPX_CENTERED ? 2 : 1;
}

const char *epx_nudging_get_conjugate_refusal(const epx_family *family) {
  return family->conjugation
             ? NULL
             : "its states have no complex conjugate: use plain (energy families) or time-reversed";
}
