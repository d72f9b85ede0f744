/** @file
 * The dynamics of a distributed network: who integrates, and what is asked after every step. Residual and
 * size decide whether it goes on; what takes long is watched for a limit cycle.
 *
 * All components are watched, as in a population, for in a large lattice most oscillations are nowhere near
 * the outputs, and small beside what one of its nodes does. That takes five numbers a component and a tenth
 * of the time of a step, which networks that settle never pay: the watch is made when first opened.
 *
 * Errors are those of the worst node: a root mean square over a million would let one of them err by a
 * thousand tolerances. As in a population, nothing has a unit (relaxation.c): rates are compared with the
 * largest of the phase, and the error of a step stays below a share of the way it goes, for near rest an
 * explicit method would otherwise rattle at the border of its stability, at the level of the tolerances. The
 * state's way counts from the dark, where the dynamics of large networks begin: it is its largest component.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/distributed/private.h"

/** Of the way of a step, its error at most, and where settling is measured. */
#define STEP_SHARE 0.1
#define MEASURED_SHARE 1e-3
/** The first step goes so far, in weights of the error norm. */
#define FIRST_WAY 10.0
/** The step along the field by which the start is judged, of max_time. */
#define PROBE 0x1p-30
/** A component that moves by less than this share of itself, in as much time as has gone by, moves by rounding. */
#define ROUNDING 0x1p-40
/** Rates at most this share of their largest: a network whose settling is measured rests, wherever it is. */
#define RESTS 1e-7
/** Tolerances where settling is measured. */
#define MEASURED_RTOL 1e-5
#define MEASURED_ATOL 1e-6

/** Gets the share of its time or steps that the dynamics have used. */
static double get_share(const epx_distributed *d, double time) {
  const double by_time = time / d->options.max_time;
  const double by_steps = 1 - (double)d->dynamics.steps_left / (double)d->options.max_steps;
  return fmax(by_time, by_steps);
}

static void merge_largest(void *context, int n, double *numbers) {
  epx_distributed *d = context;
  if (MPI_Allreduce(MPI_IN_PLACE, numbers, n, MPI_DOUBLE, MPI_MAX, d->nodes->communicator) != MPI_SUCCESS)
    d->dynamics.merge_failed = true;
}

/** Makes the watch. A rank that has no memory for it takes the others with it. */
static PetscErrorCode create_watch(epx_distributed *d) {
  const int n = d->nodes->n_components;
  const int code = epx_limit_cycle_create(&d->kinds, d->nodes->n_local * n, 1, &d->dynamics.watch);
  if (epx_distributed_merge_codes(d, code) != EPX_OK) {
    epx_limit_cycle_destroy(&d->dynamics.watch);
    SETERRQ(d->nodes->communicator, PETSC_ERR_MEM, "no memory to watch the network for a limit cycle");
  }
  const epx_limit_cycle_spread spread = {
      .context = d, .merge_largest = merge_largest, .first = d->nodes->first * n};
  epx_limit_cycle_set_spread(d->dynamics.watch, &spread);
  epx_limit_cycle_init(d->dynamics.watch, 0, NULL);
  return 0;
}

static PetscErrorCode watch(epx_distributed *d, const double *state, const double *rate, double time) {
  if (!epx_oscillation_is_due(get_share(d, time), d->options.max_steps - d->dynamics.steps_left)) return 0;
  if (!d->dynamics.watch) PetscCall(create_watch(d));
  d->dynamics.merge_failed = false;
  d->dynamics.oscillates = epx_oscillation_add(&d->dynamics.oscillation, &d->options, d->dynamics.watch, 0,
                                               time, state, rate, 1, &d->dynamics.most_size);
  return d->dynamics.merge_failed ? PETSC_ERR_LIB : 0;
}

void epx_distributed_get_tolerances(const epx_distributed *d, double *rtol, double *atol) {
  const epx_equilibrium_options *o = &d->options;
  *rtol = d->dynamics.end ? fmin(o->rtol, MEASURED_RTOL) : o->rtol;
  *atol = (d->dynamics.end ? fmin(o->atol, MEASURED_ATOL) : o->atol) * d->dynamics.way;
  if (!d->kinds.angle[0]) return;
  *atol += *rtol; /* of 1 rad */
  *rtol = 0;
}

/** Gets the error of a step that a component as large as the largest may have. */
static double get_tolerance(const epx_distributed *d) {
  double rtol, atol;
  epx_distributed_get_tolerances(d, &rtol, &atol);
  return rtol * d->size + atol;
}

double epx_distributed_get_scale(const epx_distributed *d, double step) {
  const double most = d->dynamics.oscillation.seen ? EPX_OSCILLATION_CLOSER : 1;
  return fmin(most, (d->dynamics.end ? MEASURED_SHARE : STEP_SHARE) * step * d->residual / get_tolerance(d));
}

double epx_distributed_get_first_step(const epx_distributed *d) {
  return fmin(FIRST_WAY * get_tolerance(d) / d->residual, d->dynamics.last_step);
}

/** Extends the phase's largest rate, size and way by those last measured. */
static void extend_history(epx_distributed *d) {
  const double size = epx_kinds_get_scale(&d->kinds, 0, d->size);
  d->dynamics.most_rate = fmax(d->dynamics.most_rate, d->residual);
  d->counts.largest_rate = fmax(d->counts.largest_rate, d->residual);
  d->dynamics.most_size = fmax(d->dynamics.most_size, size);
  d->dynamics.way = fmax(d->dynamics.way, size);
}

/** Tells whether the rate is at most a share of the largest, or moves the state by rounding in the time that has
 * gone by. */
static bool is_slow(const epx_distributed *d, double share, double time) {
  const double rounding = ROUNDING * epx_kinds_get_scale(&d->kinds, 0, d->size);
  return d->residual <= share * d->dynamics.most_rate || (time > 0 && d->residual * time <= rounding);
}

static bool is_lost(const epx_distributed *d) {
  return !isfinite(d->residual) || !(d->size <= d->dynamics.most);
}

/** Adds a state to how the network settles; d->dynamics.settled: it has, or rests elsewhere. */
static PetscErrorCode add_settling(epx_distributed *d, const double *state, const double *rate, double time,
                                   double step) {
  const int n = d->nodes->n_local * d->nodes->n_components;
  const double share = d->options.settled;
  double sums[2];
  epx_settling_eval_distances(&d->kinds, n, 1, state, rate, d->dynamics.end, &sums[0], &sums[1]);
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, d->nodes->communicator));
  if (step > 0) {
    epx_settling_add(&d->dynamics.settling, share, sums[0], sums[1], time, step);
  } else {
    epx_settling_init(&d->dynamics.settling, sums[0], sums[1]);
  }
  d->dynamics.settled =
      (epx_settling_is_over(&d->dynamics.settling, share) && is_slow(d, d->options.handover, time)) ||
      is_slow(d, RESTS, time);
  return 0;
}

PetscErrorCode epx_distributed_look(epx_distributed *d, const double *state, const double *rate, double time,
                                    double step, bool *done) {
  d->counts.steps++;
  d->dynamics.steps_left--;
  extend_history(d);
  *done = is_lost(d);
  if (!*done && d->dynamics.end) PetscCall(add_settling(d, state, rate, d->dynamics.elapsed + time, step));
  *done = *done ||
          (d->dynamics.end ? d->dynamics.settled
                           : is_slow(d, d->dynamics.target, isnan(time) ? 0 : d->dynamics.elapsed + time));
  if (!*done && !isnan(time)) PetscCall(watch(d, state, rate, d->dynamics.elapsed + time));
  d->arrived = *done && !is_lost(d);
  *done = *done || d->dynamics.oscillates || d->dynamics.steps_left <= 0;
  return 0;
}

void epx_distributed_begin(epx_distributed *d) {
  d->dynamics.elapsed = 0;
  d->dynamics.most_rate = d->dynamics.most_size = d->dynamics.way = 0;
  d->dynamics.most = INFINITY;
  d->dynamics.last_step = INFINITY;
  d->dynamics.steps_left = d->options.max_steps;
  d->dynamics.oscillates = d->dynamics.settled = false;
  epx_oscillation_init(&d->dynamics.oscillation);
  if (d->dynamics.watch) epx_limit_cycle_init(d->dynamics.watch, 0, NULL);
}

/** Evaluates the field of d->state into d->field, and measures both. */
static PetscErrorCode measure(epx_distributed *d) {
  PetscCall(epx_distributed_eval_field(d, d->state, d->field));
  return epx_distributed_measure(d, d->state);
}

PetscErrorCode epx_distributed_measure(epx_distributed *d, Vec state) {
  PetscCall(VecNorm(d->field, NORM_INFINITY, &d->residual));
  PetscCall(VecNorm(state, NORM_INFINITY, &d->size));
  return 0;
}

/** Sets what a start lets expect: limits, and how far the state goes before its rates have changed, by a short step
 * along the field. */
static PetscErrorCode expect_way(epx_distributed *d) {
  const double max_time = d->options.max_time, probe = PROBE * max_time;
  const double size = d->kinds.angle[0] ? INFINITY : fmax(d->size, d->residual * max_time);
  double changed;
  d->dynamics.most = size > 0 ? d->options.escape * size : INFINITY;
  extend_history(d);
  if (!(d->residual > 0)) return 0;
  PetscCall(VecWAXPY(d->dynamics.ahead, probe, d->field, d->state));
  PetscCall(epx_distributed_eval_field(d, d->dynamics.ahead, d->dynamics.field_ahead));
  PetscCall(VecAXPY(d->dynamics.field_ahead, -1, d->field));
  PetscCall(VecNorm(d->dynamics.field_ahead, NORM_INFINITY, &changed));
  const double way = d->residual * fmin(probe * d->residual / changed, max_time);
  if (isfinite(way)) d->dynamics.way = fmax(d->dynamics.way, d->kinds.angle[0] ? fmin(way, 1) : way);
  return 0;
}

/** Says why dynamics that did not reach the target did not. */
static void explain(epx_distributed *d, epx_certificate *certificate) {
  if (is_lost(d)) {
    certificate->outcome = EPX_DIVERGED;
  } else if (d->dynamics.oscillates ||
             (d->dynamics.watch &&
              epx_oscillation_eval_end(&d->dynamics.oscillation, &d->options, d->dynamics.watch, 0))) {
    certificate->outcome = EPX_OSCILLATES;
    certificate->period = d->dynamics.oscillation.period;
    certificate->amplitude = d->dynamics.oscillation.amplitude;
  } else {
    certificate->outcome = EPX_SLOW;
  }
}

epx_err epx_distributed_follow(epx_distributed *d, epx_certificate *certificate) {
  bool lost = false;
  certificate->outcome = EPX_OK;
  epx_oscillation_init(&d->dynamics.oscillation);
  d->dynamics.oscillates = false;
  if (d->dynamics.watch) epx_limit_cycle_init(d->dynamics.watch, 0, NULL);
  EPX_PETSC(measure(d));
  if (d->dynamics.elapsed == 0) EPX_PETSC(expect_way(d));
  d->arrived = is_slow(d, d->dynamics.target, 0);
  if (!d->arrived) EPX_PETSC(d->dynamics.integrate(d, &lost));
  if (lost) d->residual = NAN;
  if (!lost) EPX_PETSC(measure(d));
  if (!d->arrived) explain(d, certificate);
  return EPX_OK;
}

/** Measures how the dynamics settle at d->dynamics.end, from `start`. *time: NaN where they end elsewhere, at d->state. */
static epx_err measure_settling(epx_distributed *d, const double *start, double *time) {
  const double *state, *rate;
  bool lost = false;
  epx_distributed_begin(d);
  EPX_PETSC(epx_distributed_set_vector(d, start, d->state));
  EPX_PETSC(measure(d));
  EPX_PETSC(expect_way(d));
  EPX_PETSC(VecGetArrayRead(d->state, &state));
  EPX_PETSC(VecGetArrayRead(d->field, &rate));
  EPX_PETSC(add_settling(d, state, rate, 0, 0));
  EPX_PETSC(VecRestoreArrayRead(d->field, &rate));
  EPX_PETSC(VecRestoreArrayRead(d->state, &state));
  if (!d->dynamics.settled) EPX_PETSC(d->dynamics.integrate(d, &lost));
  *time = !lost && d->dynamics.settled ? epx_settling_eval_time(&d->kinds, &d->dynamics.settling,
                                                                &d->dynamics.most_size, d->options.tolerance)
                                       : NAN;
  return EPX_OK;
}

epx_err epx_distributed_eval_settling(epx_distributed *d, const double *start, const double *state,
                                      epx_certificate *certificate) {
  const size_t n = (size_t)d->nodes->n_local * (size_t)d->nodes->n_components;
  double *end = NULL;
  if (certificate->outcome != EPX_OK) return EPX_OK;
  EPX_TRY(epx_distributed_merge_codes(d, EPX_ARRAY(end, n)));
  memcpy(end, state, n * sizeof *end);
  d->dynamics.end = end;
  int code = measure_settling(d, start, &certificate->settling_time);
  if (code == EPX_OK &&
      isnan(certificate->settling_time)) { /* equilibria are not alone: it ends at another one */
    if (epx_distributed_get_vector(d, d->state, end)) code = EPX_ESOLVER;
    if (code == EPX_OK) code = measure_settling(d, start, &certificate->settling_time);
  }
  d->dynamics.end = NULL;
  epx_array_destroy(&end);
  EPX_TRY(code);
  return EPX_OK;
}
