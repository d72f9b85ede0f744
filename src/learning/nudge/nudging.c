/* Both phases start from the free state. A phase that ends far from it is released and must find its way
 * back: that is what it means to be in the free state's basin; near ones are taken to be in it, which saves
 * the release. */
#include "learning/nudge/nudging.h"

#include <math.h>
#include <string.h>

#include "learning/nudge/frame.h"

/* A phase is released when it has moved by more than this share of the free state's largest component. */
static const double far = 0.25;

/* A released lane is back when it is nearer to s0 than this, next to the largest component and 1. */
static const double near = 1e-6;

/* Largest component, in magnitude, of each lane of a - b, NaN where any is; b NULL for zero. largest
 * [n_lanes]. */
static void eval_largest(const epx_lanes *lanes, const double *a, const double *b, double *largest) {
  const size_t n_lanes = (size_t)lanes->n_lanes;
  memset(largest, 0, n_lanes * sizeof *largest);
  for (size_t row = 0; row < (size_t)lanes->network->n_state; row++) {
    const double *here = a + row * n_lanes, *there = b ? b + row * n_lanes : NULL;
    for (size_t lane = 0; lane < n_lanes; lane++) {
      const double d = fabs(there ? here[lane] - there[lane] : here[lane]);
      largest[lane] = d > largest[lane] || isnan(d) ? d : largest[lane];
    }
  }
}

static void copy_lane(const epx_lanes *lanes, const double *from, int lane, double *to) {
  for (size_t row = 0; row < (size_t)lanes->network->n_state; row++) {
    const size_t at = row * (size_t)lanes->n_lanes + (size_t)lane;
    to[at] = from[at];
  }
}

/* Starts all lanes from the free state, or from what is read of it, frozen ones from rest: where they gave up
 * may be anywhere. */
static void set_start(const epx_batch *batch, const double *free, const epx_estimator_work *work,
                      double *state) {
  const size_t n_lanes = (size_t)batch->lanes->n_lanes, n_state = (size_t)batch->lanes->network->n_state;
  memcpy(state, free, n_state * n_lanes * sizeof *state);
  for (size_t lane = 0; lane < n_lanes; lane++) {
    for (size_t row = 0; work->frozen[lane] && row < n_state; row++)
      state[row * n_lanes + lane] = 0;
  }
}

/* Releases the phases that went far and leaves out those that do not come back. work->size: of the free
 * states. */
static epx_err check_basin(const epx_batch *batch, const double *state, epx_estimator_work *work) {
  const epx_lanes *lanes = batch->lanes;
  const double *size = work->size;
  double *released = work->response, *way = work->way;
  int n_far = 0;
  eval_largest(lanes, state, batch->state, way);
  for (int lane = 0; lane < lanes->n_used; lane++)
    n_far += work->weight[lane] != 0 && !(way[lane] <= far * size[lane]);
  if (n_far == 0) return EPX_OK;
  set_start(batch, batch->state, work, released);
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (work->weight[lane] != 0 && !(way[lane] <= far * size[lane])) copy_lane(lanes, state, lane, released);
  }
  const epx_nudge_force force = {batch, work, EPX_NUDGE_RELEASE, 0};
  epx_nudge nudge;
  epx_nudging_init(&force, &nudge);
  EPX_TRY(epx_population_solve(batch->population, lanes, &nudge, released, work->certificate));
  eval_largest(lanes, released, batch->state, way);
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (work->weight[lane] != 0 && !(way[lane] <= near * (1 + size[lane])))
      epx_estimator_set_failure(batch, work, lane);
  }
  return EPX_OK;
}

static void leave_out_failures(const epx_batch *batch, const epx_certificate *certificate,
                               epx_estimator_work *work) {
  for (int lane = 0; lane < batch->lanes->n_used; lane++) {
    if (certificate[lane].outcome != EPX_OK) epx_estimator_set_failure(batch, work, lane);
  }
}

epx_err epx_nudging_solve_phase(const epx_batch *batch, double beta, epx_nudge_kind kind,
                                epx_estimator_work *work, double *state) {
  const epx_nudge_force force = {batch, work, kind, beta};
  epx_nudge nudge;
  epx_nudging_init(&force, &nudge);
  const bool drifts = kind != EPX_NUDGE_ADJOINT && epx_estimator_set_drift(batch, work);
  const int code = epx_population_solve(batch->population, batch->lanes, &nudge, state, work->certificate);
  if (drifts) epx_estimator_restore_drift(batch, work);
  EPX_TRY(code);
  leave_out_failures(batch, work->certificate, work);
  return EPX_OK;
}

static epx_err solve_side(const epx_batch *batch, double beta, epx_nudge_kind kind, epx_estimator_work *work,
                          double *state) {
  set_start(batch, batch->state, work, state);
  EPX_TRY(epx_nudging_solve_phase(batch, beta, kind, work, state));
  EPX_TRY(check_basin(batch, state, work));
  return EPX_OK;
}

/* Both phases at once, of the same parameters. */
static epx_err solve_sides(const epx_batch *batch, double beta, epx_nudge_kind kind,
                           epx_estimator_work *work) {
  const epx_nudge_force forces[] = {{batch, work, kind, beta}, {batch, work, kind, -beta}};
  epx_certificate *const certificates[] = {work->certificate, work->certificate + batch->lanes->n_lanes};
  double *const states[] = {work->plus, work->minus};
  epx_nudge nudges[2];
  for (int s = 0; s < 2; s++) {
    epx_nudging_init(&forces[s], &nudges[s]);
    set_start(batch, batch->state, work, states[s]);
  }
  EPX_TRY(epx_population_solve_pair(batch->population, batch->lanes, nudges, states, certificates));
  for (int s = 0; s < 2; s++)
    leave_out_failures(batch, certificates[s], work);
  for (int s = 0; s < 2; s++)
    EPX_TRY(check_basin(batch, states[s], work));
  return EPX_OK;
}

static epx_err solve_centered(const epx_batch *batch, double beta, epx_nudge_kind kind,
                              epx_estimator_work *work) {
  if (!work->hardware || !epx_hardware_is_drifting(work->hardware))
    return solve_sides(batch, beta, kind, work);
  EPX_TRY(solve_side(batch, beta, kind, work, work->plus));
  return solve_side(batch, -beta, kind, work, work->minus);
}

/* out = K v: v* or, a quarter turn on, i v* (of families of real and imaginary parts, which conjugation says
 * they are). */
static void conjugate(const epx_lanes *lanes, epx_quadrature quadrature, const double *v, double *out) {
  const size_t n_lanes = (size_t)lanes->n_lanes, n_state = (size_t)lanes->network->n_state;
  const size_t components = (size_t)lanes->network->family->components;
  for (size_t row = 0; row < n_state; row++) {
    const int sign = lanes->network->family->conjugation[row % components];
    const size_t from = quadrature == EPX_SIGMA_X ? row ^ 1 : row;
    const double factor = quadrature == EPX_SIGMA_X ? 1 : sign;
    for (size_t lane = 0; lane < n_lanes; lane++)
      out[row * n_lanes + lane] = factor * v[from * n_lanes + lane];
  }
}

/* held = Q K c, c = work->pull. */
static void set_held(const epx_batch *batch, epx_quadrature quadrature, epx_estimator_work *work) {
  const size_t n = (size_t)batch->lanes->network->n_state * (size_t)batch->lanes->n_lanes;
  conjugate(batch->lanes, quadrature, work->pull, work->response);
  memset(work->held, 0, n * sizeof *work->held);
  epx_frame_add(batch->lanes, batch->state, 1, work->response, work->held);
}

epx_err epx_nudging_solve(const epx_batch *batch, const epx_nudging *nudging, epx_nudge_kind kind,
                          epx_estimator_work *work) {
  epx_estimator_set_lanes(batch, work);
  eval_largest(batch->lanes, batch->state, NULL, work->size);
  if (kind == EPX_NUDGE_CONJUGATED) {
    epx_estimator_eval_pull(batch, work);
    set_held(batch, nudging->quadrature, work);
  }
  if (nudging->scheme == EPX_CENTERED) {
    EPX_TRY(solve_centered(batch, nudging->beta, kind, work));
  } else {
    EPX_TRY(solve_side(batch, nudging->beta, kind, work, work->plus));
    set_start(batch, epx_estimator_read_state(batch, work), work, work->minus);
  }
  epx_estimator_read(batch, 1, work, work->plus);
  if (nudging->scheme == EPX_CENTERED) epx_estimator_read(batch, 1, work, work->minus);
  const double span = nudging->scheme == EPX_CENTERED ? 2 * nudging->beta : nudging->beta;
  epx_estimator_set_weights(batch, 1 / span, work);
  return EPX_OK;
}

void epx_nudging_eval_response(const epx_batch *batch, epx_estimator_work *work) {
  const size_t n = (size_t)batch->lanes->network->n_state * (size_t)batch->lanes->n_lanes;
  for (size_t k = 0; k < n; k++)
    work->response[k] = work->plus[k] - work->minus[k];
}

/* The difference goes through `plus`, which is not needed any more. */
void epx_nudging_eval_conjugate_response(const epx_batch *batch, epx_quadrature quadrature,
                                         epx_estimator_work *work) {
  const size_t n = (size_t)batch->lanes->network->n_state * (size_t)batch->lanes->n_lanes;
  for (size_t k = 0; k < n; k++)
    work->plus[k] -= work->minus[k];
  conjugate(batch->lanes, quadrature, work->plus, work->response);
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
