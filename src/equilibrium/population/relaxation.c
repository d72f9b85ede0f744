/** @file
 * Relaxation: one integration carries all running lanes; each leaves it by itself.
 *
 * After every step each lane's residual and size are looked at: a lane that has arrived is copied out and
 * frozen (its field is zero from then on), one that diverged is set to zero and frozen. When enough have
 * left, the rest are packed into half the vectors or fewer and the integrator starts again where it was: slow
 * lanes do not cost the width of all. The lanes of a learning phase are not packed, for a nudge knows them by
 * their place: where a lane stands among those integrated; home[place] is where it stands among the caller's.
 *
 * Beside rtol and atol, the error of a lane's step stays below STEP_SHARE of the way it goes in that step.
 * Near an equilibrium that way shrinks with the residual: without this rule an explicit method would sit at
 * the border of its stability and rattle at the level of atol, and residuals below it would never be reached.
 */
#include "equilibrium/population/relaxation.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/lanes/lane_vector.h"
#include "equilibrium/outcome/settling.h"
#include "equilibrium/population/integrator.h"
#include "photonic/packed_lanes.h"

/** Of the way of a step, its error at most. */
#define STEP_SHARE 0.1
/** The first step goes so many times the tolerance; it grows from there in one or two steps. */
#define FIRST_WAY 10.0

struct epx_relaxation {
  epx_equilibrium_options options;
  int n_state;
  epx_integrator *integrator;
  epx_limit_cycle *watch;
  epx_packed_lanes *packed;
  double *residual, *size; /* [place]: the largest component of field and state */
  double *speed;           /* [place]: root mean square of the field */
  double *exact;           /* [place]: as residual, of the family's own field at the state */
  bool exact_is_known;     /* after the last step */
  const double *field;     /* [n_state][place], the integrator's */
  int *home;               /* [place]: the lane there */
  int *moved;              /* [place]: the place before packing */
  /* during a solve: */
  const epx_lanes *all;     /* the caller's */
  const epx_lanes *lanes;   /* those that are integrated: all, or some of them packed */
  double *y;                /* [n_state][all->n_lanes] */
  epx_lane_record *records; /* [all->n_lanes] */
  long steps_left;
  long steps;
};

static epx_err create_parts(epx_relaxation *relaxation, const epx_network *network, int n_lanes) {
  const epx_equilibrium_options *options = &relaxation->options;
  EPX_TRY(EPX_ARRAY(relaxation->residual, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->size, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->speed, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->exact, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->home, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->moved, (size_t)n_lanes));
  EPX_TRY(epx_packed_lanes_create(network, n_lanes / 2, &relaxation->packed));
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
  epx_array_destroy(&relaxation->home);
  epx_array_destroy(&relaxation->moved);
  epx_packed_lanes_destroy(&relaxation->packed);
  epx_array_destroy(address);
}

static epx_lane_record *get_record(const epx_relaxation *relaxation, int place) {
  return &relaxation->records[relaxation->home[place]];
}

static bool is_running(const epx_relaxation *relaxation, int place) {
  return get_record(relaxation, place)->stage == EPX_LANE_RUNNING;
}

/** Copies a lane of the integrator's state to the caller's y. */
static void write_lane(const epx_relaxation *relaxation, int place) {
  const double *state = epx_integrator_get_state(relaxation->integrator);
  const size_t n_places = (size_t)relaxation->lanes->n_lanes, n_lanes = (size_t)relaxation->all->n_lanes;
  double *y = relaxation->y + relaxation->home[place];
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++) {
    const double x = state[i * n_places + (size_t)place];
    y[i * n_lanes] = isfinite(x) ? x : 0;
  }
}

/** Freezes a lane where nothing can hurt. */
static void clear_lane(const epx_relaxation *relaxation, int place) {
  double *state = epx_integrator_get_state(relaxation->integrator);
  const size_t n_lanes = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++)
    state[i * n_lanes + (size_t)place] = 0;
}

static void freeze_lane(const epx_relaxation *relaxation, int place) {
  epx_integrator_get_mask(relaxation->integrator)[place] = 0;
  epx_integrator_get_bound(relaxation->integrator)[place] = INFINITY;
}

/** Takes a lane out: its state is written and no longer followed. */
static void take_out(const epx_relaxation *relaxation, int place, int outcome) {
  epx_lane_record *record = get_record(relaxation, place);
  record->stage = EPX_LANE_OUT;
  record->outcome = outcome;
  write_lane(relaxation, place);
  clear_lane(relaxation, place);
  freeze_lane(relaxation, place);
}

/** Tells whether the residual that the integrator reports is that of the state: an implicit step leaves noise
 * of its tolerance in fast components, which the finish would take away. Where there is none, the lane goes
 * on with a tenth of the tolerance. */
static bool is_confirmed(epx_relaxation *relaxation, int place) {
  epx_lane_record *record = get_record(relaxation, place);
  const epx_equilibrium_options *options = &relaxation->options;
  if (record->handover > options->tolerance || !epx_integrator_is_implicit(relaxation->integrator))
    return true;
  if (!relaxation->exact_is_known) {
    epx_lane_vector_eval_extent(relaxation->n_state, relaxation->lanes->n_lanes,
                                epx_integrator_get_exact_field(relaxation->integrator), relaxation->exact);
  }
  relaxation->exact_is_known = true;
  record->residual = relaxation->exact[place];
  if (record->residual <= record->handover) return true;
  double *bound = &epx_integrator_get_bound(relaxation->integrator)[place];
  *bound = fmin(*bound, options->rtol * relaxation->size[place] + options->atol) / 10;
  return false;
}

static void hand_over(const epx_relaxation *relaxation, int place) {
  epx_lane_record *record = get_record(relaxation, place);
  record->stage = record->handover <= relaxation->options.tolerance ? EPX_LANE_DONE : EPX_LANE_READY;
  write_lane(relaxation, place);
  freeze_lane(relaxation, place);
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

/** Watches a lane that has taken long. Returns whether all was seen. */
static bool watch_lane(const epx_relaxation *relaxation, int place) {
  epx_lane_record *record = get_record(relaxation, place);
  return epx_oscillation_add(&record->oscillation, &relaxation->options, relaxation->watch,
                             relaxation->home[place], record->elapsed,
                             epx_integrator_get_state(relaxation->integrator) + place,
                             relaxation->field + place, relaxation->lanes->n_lanes, relaxation->size[place]);
}

/** Takes a lane out that had all its time: it oscillates, or it is slow. */
static void give_up(const epx_relaxation *relaxation, int place) {
  epx_oscillation *oscillation = &get_record(relaxation, place)->oscillation;
  const bool oscillates = epx_oscillation_eval_end(oscillation, &relaxation->options, relaxation->watch,
                                                   relaxation->home[place], relaxation->size[place]);
  take_out(relaxation, place, oscillates ? EPX_OSCILLATES : EPX_SLOW);
}

/** Bounds the error of a lane's next step. */
static void set_bound(const epx_relaxation *relaxation, int place, double step) {
  const epx_equilibrium_options *options = &relaxation->options;
  double *bound = &epx_integrator_get_bound(relaxation->integrator)[place];
  if (step > 0 && !epx_integrator_is_implicit(relaxation->integrator))
    *bound = STEP_SHARE * step * relaxation->speed[place];
  if (get_record(relaxation, place)->oscillation.seen)
    *bound = fmin(*bound, EPX_OSCILLATION_CLOSER * (options->rtol * relaxation->size[place] + options->atol));
}

/** Looks at a running lane after a step of length `step`. Returns whether its state was replaced. */
static bool look_at(epx_relaxation *relaxation, int place, double step) {
  epx_lane_record *record = get_record(relaxation, place);
  const epx_equilibrium_options *options = &relaxation->options;
  const double residual = relaxation->residual[place], size = relaxation->size[place];
  const double before = record->residual;
  record->elapsed += step;
  record->residual = residual;
  if (!(size <= options->escape) || !isfinite(residual)) {
    take_out(relaxation, place, EPX_DIVERGED);
    return true;
  }
  if (residual > options->settled) {
    record->settled_at = NAN;
  } else if (isnan(record->settled_at)) {
    record->settled_at = epx_settling_eval_time(options->settled, before, residual, record->elapsed, step);
  }
  if (residual <= record->handover && is_confirmed(relaxation, place)) {
    hand_over(relaxation, place);
    return false;
  }
  const double share = fmax(record->elapsed / options->max_time,
                            1 - (double)relaxation->steps_left / (double)options->max_steps);
  if (epx_oscillation_is_due(share, options->max_steps - relaxation->steps_left) &&
      watch_lane(relaxation, place)) {
    take_out(relaxation, place, EPX_OSCILLATES);
    return true;
  }
  if (share >= 1) {
    give_up(relaxation, place);
    return true;
  }
  set_bound(relaxation, place, step);
  return false;
}

/** Looks at all running lanes. Returns how many still run; *replaced: the integrator must start anew. */
static int look_at_all(epx_relaxation *relaxation, double step, bool *replaced) {
  int n_running = 0;
  eval_extents(relaxation);
  relaxation->exact_is_known = false;
  for (int place = 0; place < relaxation->lanes->n_used; place++) {
    if (!is_running(relaxation, place)) continue;
    if (look_at(relaxation, place, step)) *replaced = true;
    if (is_running(relaxation, place)) n_running++;
  }
  return n_running;
}

/** Takes out the lanes for which no step is small enough; all of them when none is to blame. */
static void take_out_culprits(const epx_relaxation *relaxation) {
  bool found = false;
  for (int pass = 0; pass < 2 && !found; pass++) {
    for (int place = 0; place < relaxation->lanes->n_used; place++) {
      if (!is_running(relaxation, place)) continue;
      if (pass == 0 && !epx_integrator_is_culprit(relaxation->integrator, place)) continue;
      take_out(relaxation, place, EPX_DIVERGED);
      found = true;
    }
  }
}

static double get_first_step(const epx_relaxation *relaxation) {
  double step = relaxation->options.max_time;
  for (int place = 0; place < relaxation->lanes->n_used; place++) {
    if (!is_running(relaxation, place)) continue;
    const double way = relaxation->options.rtol * relaxation->size[place] + relaxation->options.atol;
    step = fmin(step, FIRST_WAY * way / relaxation->residual[place]);
  }
  return step;
}

/** Loads the lanes into the integrator, those that do not run frozen. */
static void load(epx_relaxation *relaxation, const epx_nudge *nudge) {
  const epx_lanes *lanes = relaxation->lanes;
  const size_t n = (size_t)relaxation->n_state * (size_t)lanes->n_lanes;
  memcpy(epx_integrator_get_state(relaxation->integrator), relaxation->y, n * sizeof *relaxation->y);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    relaxation->home[lane] = lane;
    freeze_lane(relaxation, lane);
    if (!is_running(relaxation, lane)) {
      clear_lane(relaxation, lane);
      continue;
    }
    epx_integrator_get_mask(relaxation->integrator)[lane] = -1;
    epx_limit_cycle_init(relaxation->watch, lane);
    epx_oscillation_init(&relaxation->records[lane].oscillation);
  }
  epx_integrator_set_lanes(relaxation->integrator, lanes, nudge);
}

/** Tells whether so many running lanes fill at most half the vectors that are integrated. */
static bool is_worth_packing(const epx_relaxation *relaxation, int n_running) {
  const int n_packed = (n_running + EPX_LANE_WIDTH - 1) / EPX_LANE_WIDTH * EPX_LANE_WIDTH;
  return 2 * n_packed <= relaxation->lanes->n_lanes &&
         n_packed <= epx_packed_lanes_get_room(relaxation->packed);
}

/** Moves each running lane of n_old places to the place of its order, in place: none moves up. */
static void move_states(const epx_relaxation *relaxation, size_t n_old, int n) {
  double *state = epx_integrator_get_state(relaxation->integrator);
  const size_t n_new = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++) {
    for (size_t k = 0; k < n_new; k++)
      state[i * n_new + k] = state[i * n_old + (size_t)relaxation->moved[k < (size_t)n ? k : (size_t)n - 1]];
  }
}

/** Packs the running lanes. */
static void pack(epx_relaxation *relaxation) {
  const size_t n_old = (size_t)relaxation->lanes->n_lanes;
  double *bound = epx_integrator_get_bound(relaxation->integrator);
  int n = 0;
  for (int place = 0; place < relaxation->lanes->n_used; place++) {
    if (!is_running(relaxation, place)) continue;
    relaxation->moved[n] = place;
    relaxation->home[n] = relaxation->home[place];
    bound[n] = bound[place];
    n++;
  }
  relaxation->lanes = epx_packed_lanes_set(relaxation->packed, relaxation->all, n, relaxation->home);
  move_states(relaxation, n_old, n);
  for (int place = 0; place < relaxation->lanes->n_lanes; place++) {
    epx_integrator_get_mask(relaxation->integrator)[place] = place < n ? -1 : 0;
    if (place >= n) bound[place] = INFINITY;
  }
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
    const bool packs = !nudge && n_running > 0 && is_worth_packing(relaxation, n_running);
    if (packs) pack(relaxation);
    if (n_running > 0 && (broken || replaced || packs)) {
      epx_integrator_set_lanes(relaxation->integrator, relaxation->lanes, nudge);
      EPX_TRY(epx_integrator_start(relaxation->integrator, time, step));
    }
  }
  return EPX_OK;
}

epx_err epx_relaxation_solve(epx_relaxation *relaxation, const epx_lanes *lanes, const epx_nudge *nudge,
                             double *y, epx_lane_record *records) {
  bool replaced = false;
  relaxation->all = relaxation->lanes = lanes;
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
