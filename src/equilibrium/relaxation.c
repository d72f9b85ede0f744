/** @file
 * Relaxation: one integration carries all running lanes; each leaves it by itself.
 *
 * After every step each lane's residual and size are looked at: a lane that has arrived is copied out and
 * frozen (its field is zero from then on), one that diverged is set to zero and frozen. When enough have
 * left, the rest are packed into fewer vectors and the integrator starts again where it was: slow lanes do
 * not cost the width of all. The lanes of a learning phase are not packed, for a nudge knows them by their
 * place.
 *
 * Beside rtol and atol, the error of a lane's step stays below STEP_SHARE of the way it goes in that step.
 * Near an equilibrium that way shrinks with the residual: without this rule an explicit method would sit at
 * the border of its stability and rattle at the level of atol, and residuals below it would never be reached.
 */
#include "equilibrium/relaxation.h"

#include <math.h>
#include <string.h>

#include "epilux/base/array.h"
#include "equilibrium/integrator.h"
#include "equilibrium/lane_vector.h"
#include "equilibrium/limit_cycle.h"

/** Of the way of a step, its error at most. */
#define STEP_SHARE 0.1
/** The first step goes so many times the tolerance; it grows from there in one or two steps. */
#define FIRST_WAY 10.0
/** The watch for limit cycles opens after so many steps, at the latest when this share of time or steps has
 * gone by: what settles has done so before. */
#define WATCH_FROM 0.5
enum { WATCH_STEPS = 128 };
/** Of the tolerance, what a cycle is measured with: a loose one is off by some percent. */
#define MEASURE 0.03

struct epx_relaxation {
  epx_equilibrium_options options;
  int n_state;
  epx_integrator *integrator;
  epx_limit_cycle *watch;
  double *residual, *size; /* [n_lanes]: the largest component of field and state */
  double *speed;           /* [n_lanes]: root mean square of the field */
  double *exact;           /* [n_lanes]: as residual, of the family's own field at the state */
  bool exact_is_known;     /* after the last step */
  const double *field;     /* [n_state][n_lanes], the integrator's */
  /* during a solve: */
  const epx_lanes *lanes;
  double *y;
  epx_lane_record *records;
  long steps_left;
  long steps;
};

static epx_err create_parts(epx_relaxation *relaxation, const epx_network *network, int n_lanes) {
  const epx_equilibrium_options *options = &relaxation->options;
  EPX_TRY(EPX_ARRAY(relaxation->residual, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->size, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->speed, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->exact, (size_t)n_lanes));
  EPX_TRY(epx_limit_cycle_create(network->n_state, n_lanes, &relaxation->watch));
  return epx_integrator_create(network, n_lanes, options->rtol, options->atol, &relaxation->integrator);
}

epx_err epx_relaxation_create(const epx_network *network, int n_lanes, const epx_equilibrium_options *options,
                              epx_relaxation **out) {
  *out = NULL;
  epx_relaxation *relaxation = NULL;
  EPX_TRY(EPX_ARRAY(relaxation, 1));
  relaxation->options = *options;
  relaxation->n_state = network->n_state;
  const int code = create_parts(relaxation, network, n_lanes);
  if (code != EPX_OK) epx_relaxation_destroy(&relaxation);
  EPX_TRY(code);
  *out = relaxation;
  return EPX_OK;
}

void epx_relaxation_destroy(epx_relaxation **address) {
  epx_relaxation *relaxation = *address;
  if (!relaxation) return;
  epx_integrator_destroy(&relaxation->integrator);
  epx_limit_cycle_destroy(&relaxation->watch);
  epx_array_destroy(&relaxation->residual);
  epx_array_destroy(&relaxation->size);
  epx_array_destroy(&relaxation->speed);
  epx_array_destroy(&relaxation->exact);
  epx_array_destroy(address);
}

/** Copies a lane of the integrator's state to the caller's y. */
static void write_lane(const epx_relaxation *relaxation, int lane) {
  const double *state = epx_integrator_get_state(relaxation->integrator);
  const size_t n_lanes = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++) {
    const double x = state[i * n_lanes + (size_t)lane];
    relaxation->y[i * n_lanes + (size_t)lane] = isfinite(x) ? x : 0;
  }
}

/** Freezes a lane where nothing can hurt. */
static void clear_lane(const epx_relaxation *relaxation, int lane) {
  double *state = epx_integrator_get_state(relaxation->integrator);
  const size_t n_lanes = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++)
    state[i * n_lanes + (size_t)lane] = 0;
}

static void freeze_lane(const epx_relaxation *relaxation, int lane) {
  epx_integrator_get_mask(relaxation->integrator)[lane] = 0;
  epx_integrator_get_bound(relaxation->integrator)[lane] = INFINITY;
}

/** Takes a lane out: its state is written and no longer followed. */
static void take_out(const epx_relaxation *relaxation, int lane, int outcome) {
  epx_lane_record *record = &relaxation->records[lane];
  record->stage = EPX_LANE_OUT;
  record->outcome = outcome;
  write_lane(relaxation, lane);
  clear_lane(relaxation, lane);
  freeze_lane(relaxation, lane);
}

/** Tells whether the residual that the integrator reports is that of the state: an implicit step leaves noise
 * of its tolerance in fast components, which the finish would take away. Where there is none, the lane goes
 * on with a tenth of the tolerance. */
static bool is_confirmed(epx_relaxation *relaxation, int lane) {
  epx_lane_record *record = &relaxation->records[lane];
  const epx_equilibrium_options *options = &relaxation->options;
  if (record->handover > options->tolerance || !epx_integrator_is_implicit(relaxation->integrator))
    return true;
  if (!relaxation->exact_is_known) {
    epx_lane_vector_eval_extent(relaxation->n_state, relaxation->lanes->n_lanes,
                                epx_integrator_get_exact_field(relaxation->integrator), relaxation->exact);
  }
  relaxation->exact_is_known = true;
  record->residual = relaxation->exact[lane];
  if (record->residual <= record->handover) return true;
  double *bound = &epx_integrator_get_bound(relaxation->integrator)[lane];
  *bound = fmin(*bound, options->rtol * relaxation->size[lane] + options->atol) / 10;
  return false;
}

static void hand_over(const epx_relaxation *relaxation, int lane) {
  epx_lane_record *record = &relaxation->records[lane];
  record->stage = record->handover <= relaxation->options.tolerance ? EPX_LANE_DONE : EPX_LANE_READY;
  write_lane(relaxation, lane);
  freeze_lane(relaxation, lane);
}

/** Evaluates residual, speed and size of all lanes at the integrator's state. */
static void eval_extents(epx_relaxation *relaxation) {
  const int n_state = relaxation->n_state, n_lanes = relaxation->lanes->n_lanes;
  const double *field = relaxation->field = epx_integrator_get_field(relaxation->integrator);
  epx_lane_vector_eval_extent(n_state, n_lanes, field, relaxation->residual);
  epx_lane_vector_eval_length(n_state, n_lanes, field, relaxation->speed);
  epx_lane_vector_eval_extent(n_state, n_lanes, epx_integrator_get_state(relaxation->integrator),
                              relaxation->size);
}

/** Gets the swing below which a lane rattles. */
static double get_floor(const epx_relaxation *relaxation, int lane) {
  return 10 * (relaxation->options.rtol * relaxation->size[lane] + relaxation->options.atol);
}

/** Watches a lane that has taken long. A cycle is followed twice: as closely as the options ask, to see that
 * it is one, then MEASURE as closely, to say how long and how large it is. Returns whether both are done. */
static bool watch_lane(const epx_relaxation *relaxation, int lane) {
  epx_lane_record *record = &relaxation->records[lane];
  double period, amplitude;
  if (!epx_limit_cycle_add(relaxation->watch, lane, record->elapsed,
                           epx_integrator_get_state(relaxation->integrator) + lane, relaxation->field + lane,
                           relaxation->lanes->n_lanes) ||
      !epx_limit_cycle_is_steady(relaxation->watch, lane, get_floor(relaxation, lane), &period, &amplitude))
    return false;
  const bool done = record->measured;
  record->period = period;
  record->amplitude = amplitude;
  record->measured = true;
  if (!done) epx_limit_cycle_init(relaxation->watch, lane);
  return done;
}

/** Takes a lane out that had all its time: it oscillates, or it is slow. */
static void give_up(const epx_relaxation *relaxation, int lane) {
  epx_lane_record *record = &relaxation->records[lane];
  double period, amplitude;
  if (epx_limit_cycle_eval(relaxation->watch, lane, get_floor(relaxation, lane), &period, &amplitude)) {
    record->period = period;
    record->amplitude = amplitude;
    record->measured = true;
  }
  take_out(relaxation, lane, record->measured ? EPX_OSCILLATES : EPX_SLOW);
}

/** Bounds the error of a lane's next step. */
static void set_bound(const epx_relaxation *relaxation, int lane, double step) {
  const epx_equilibrium_options *options = &relaxation->options;
  double *bound = &epx_integrator_get_bound(relaxation->integrator)[lane];
  if (step > 0 && !epx_integrator_is_implicit(relaxation->integrator))
    *bound = STEP_SHARE * step * relaxation->speed[lane];
  if (relaxation->records[lane].measured)
    *bound = fmin(*bound, MEASURE * (options->rtol * relaxation->size[lane] + options->atol));
}

/** Looks at a running lane after a step of length `step`. Returns whether its state was replaced. */
static bool look_at(epx_relaxation *relaxation, int lane, double step) {
  epx_lane_record *record = &relaxation->records[lane];
  const epx_equilibrium_options *options = &relaxation->options;
  const double residual = relaxation->residual[lane], size = relaxation->size[lane];
  record->elapsed += step;
  record->residual = residual;
  if (!(size <= options->escape) || !isfinite(residual)) {
    take_out(relaxation, lane, EPX_DIVERGED);
    return true;
  }
  if (residual > options->settled) {
    record->settled_at = NAN;
  } else if (isnan(record->settled_at)) {
    record->settled_at = record->elapsed;
  }
  if (residual <= record->handover && is_confirmed(relaxation, lane)) {
    hand_over(relaxation, lane);
    return false;
  }
  const double share = fmax(record->elapsed / options->max_time,
                            1 - (double)relaxation->steps_left / (double)options->max_steps);
  const bool watched = share >= WATCH_FROM || options->max_steps - relaxation->steps_left > WATCH_STEPS;
  if (watched && watch_lane(relaxation, lane)) {
    take_out(relaxation, lane, EPX_OSCILLATES);
    return true;
  }
  if (share >= 1) {
    give_up(relaxation, lane);
    return true;
  }
  set_bound(relaxation, lane, step);
  return false;
}

/** Looks at all running lanes. Returns how many still run; *replaced: the integrator must start anew. */
static int look_at_all(epx_relaxation *relaxation, double step, bool *replaced) {
  int n_running = 0;
  eval_extents(relaxation);
  relaxation->exact_is_known = false;
  for (int lane = 0; lane < relaxation->lanes->n_used; lane++) {
    if (relaxation->records[lane].stage != EPX_LANE_RUNNING) continue;
    if (look_at(relaxation, lane, step)) *replaced = true;
    if (relaxation->records[lane].stage == EPX_LANE_RUNNING) n_running++;
  }
  return n_running;
}

/** Takes out the lanes for which no step is small enough; all of them when none is to blame. */
static void take_out_culprits(const epx_relaxation *relaxation) {
  bool found = false;
  for (int pass = 0; pass < 2 && !found; pass++) {
    for (int lane = 0; lane < relaxation->lanes->n_used; lane++) {
      if (relaxation->records[lane].stage != EPX_LANE_RUNNING) continue;
      if (pass == 0 && !epx_integrator_is_culprit(relaxation->integrator, lane)) continue;
      take_out(relaxation, lane, EPX_DIVERGED);
      found = true;
    }
  }
}

static double get_first_step(const epx_relaxation *relaxation) {
  double step = relaxation->options.max_time;
  for (int lane = 0; lane < relaxation->lanes->n_used; lane++) {
    if (relaxation->records[lane].stage != EPX_LANE_RUNNING) continue;
    const double way = relaxation->options.rtol * relaxation->size[lane] + relaxation->options.atol;
    step = fmin(step, FIRST_WAY * way / relaxation->residual[lane]);
  }
  return step;
}

/** Loads the lanes into the integrator, those that do not run frozen. */
static void load(epx_relaxation *relaxation, const epx_nudge *nudge) {
  const epx_lanes *lanes = relaxation->lanes;
  const size_t n = (size_t)relaxation->n_state * (size_t)lanes->n_lanes;
  memcpy(epx_integrator_get_state(relaxation->integrator), relaxation->y, n * sizeof *relaxation->y);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    freeze_lane(relaxation, lane);
    if (relaxation->records[lane].stage != EPX_LANE_RUNNING) {
      clear_lane(relaxation, lane);
      continue;
    }
    epx_integrator_get_mask(relaxation->integrator)[lane] = -1;
    epx_limit_cycle_init(relaxation->watch, lane);
    relaxation->records[lane].measured = false;
  }
  epx_integrator_set_lanes(relaxation->integrator, lanes, nudge);
}

static epx_err follow(epx_relaxation *relaxation, const epx_nudge *nudge, double step) {
  double time = 0;
  int n_running = 1;
  EPX_TRY(epx_integrator_start(relaxation->integrator, time, step));
  while (n_running > 0) {
    const double before = time;
    bool broken = false, replaced = false;
    EPX_TRY(epx_integrator_step(relaxation->integrator, &time, &step, &broken));
    relaxation->steps++;
    relaxation->steps_left--;
    if (broken) take_out_culprits(relaxation);
    n_running = look_at_all(relaxation, time - before, &replaced);
    if (n_running > 0 && (broken || replaced)) {
      epx_integrator_set_lanes(relaxation->integrator, relaxation->lanes, nudge);
      EPX_TRY(epx_integrator_start(relaxation->integrator, time, step));
    }
  }
  return EPX_OK;
}

epx_err epx_relaxation_solve(epx_relaxation *relaxation, const epx_lanes *lanes, const epx_nudge *nudge,
                             double *y, epx_lane_record *records) {
  bool replaced = false;
  relaxation->lanes = lanes;
  relaxation->y = y;
  relaxation->records = records;
  relaxation->steps_left = relaxation->options.max_steps;
  load(relaxation, nudge);
  if (look_at_all(relaxation, 0, &replaced) == 0) return EPX_OK;
  const double step = get_first_step(relaxation);
  if (replaced) epx_integrator_set_lanes(relaxation->integrator, lanes, nudge);
  return follow(relaxation, nudge, step);
}

void epx_relaxation_get_counts(const epx_relaxation *relaxation, long *steps, long *evaluations) {
  *steps = relaxation->steps;
  *evaluations = epx_integrator_get_evaluations(relaxation->integrator);
}
