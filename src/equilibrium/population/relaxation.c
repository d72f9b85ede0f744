/** @file
 * Relaxation: lanes follow their dynamics in groups of EPX_LANE_WIDTH, packed side by side, which go one after
 * another, in the first-level cache; each leaves by itself.
 *
 * Where every lane has its own steps (pair.c), any lanes make a group. One that is half empty breaks off, and what it
 * has left waits for a group of such lanes: slow lanes do not cost the width of all. Nobody's bits know of it.
 *
 * Where lanes share the integrator's steps, a group is samples of one instance, always the same ones, so that no lane
 * knows which other instances are solved beside it: a lane that has arrived is copied out and frozen (its
 * field is zero from then on), one that diverged is set to zero and frozen.
 *
 * A lane's place is where it stands among those integrated; home[place] is where it stands among the caller's. Networks so
 * large that packing would double their couplings are followed where they stand: with steps of their own all go side by
 * side, with shared ones the lanes of other groups are frozen.
 */
#include "equilibrium/population/relaxation.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/population/relaxation_private.h"

/** Tolerances where the way is measured. */
#define MEASURED_RTOL 1e-5
#define MEASURED_ATOL 1e-6

static bool has_room(const epx_relaxation *relaxation) {
  return epx_packed_lanes_get_room(relaxation->packed) > 0;
}

static epx_err create_groups(epx_relaxation *relaxation) {
  epx_relaxation_groups *groups = &relaxation->groups;
  const size_t n_lanes = (size_t)relaxation->max_lanes;
  EPX_TRY(EPX_ARRAY(groups->which, n_lanes));
  EPX_TRY(EPX_ARRAY(groups->step, n_lanes));
  EPX_TRY(EPX_ARRAY(groups->failures, n_lanes));
  EPX_TRY(EPX_ARRAY(groups->origin, (size_t)relaxation->n_state * n_lanes));
  EPX_TRY(epx_packed_lanes_create(relaxation->network, EPX_LANE_WIDTH, &relaxation->packed));
  return has_room(relaxation) ? epx_integrator_create(relaxation->network, EPX_LANE_WIDTH,
                                                      relaxation->options.rtol, &groups->integrator)
                              : epx_integrator_create(relaxation->network, relaxation->max_lanes,
                                                      relaxation->options.rtol, &relaxation->integrator);
}

static epx_err create_parts(epx_relaxation *relaxation, const epx_network *network, int n_lanes) {
  const size_t n = relaxation->kinds.n * (size_t)n_lanes;
  EPX_TRY(EPX_ARRAY(relaxation->extents.rate, n));
  EPX_TRY(EPX_ARRAY(relaxation->extents.size, n));
  EPX_TRY(EPX_ARRAY(relaxation->extents.way, n));
  EPX_TRY(EPX_ARRAY(relaxation->extents.confirmed, n));
  EPX_TRY(EPX_ARRAY(relaxation->start, (size_t)network->n_state * (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->ahead.state, (size_t)network->n_state * (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->ahead.field, (size_t)network->n_state * (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->ahead.time, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->home, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->first, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->taken, (size_t)n_lanes));
  EPX_TRY(epx_limit_cycle_create(&relaxation->kinds, network->n_state, n_lanes, &relaxation->watch));
  return create_groups(relaxation);
}

epx_err epx_relaxation_create(const epx_network *network, int n_lanes, const epx_equilibrium_options *options,
                              epx_relaxation **out) {
  *out = NULL;
  epx_relaxation *relaxation = NULL;
  EPX_TRY(EPX_ARRAY(relaxation, 1));
  relaxation->network = network;
  relaxation->options = *options;
  relaxation->n_state = network->n_state;
  relaxation->max_lanes = n_lanes;
  epx_kinds_init(network->family, &relaxation->kinds);
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
  epx_integrator_destroy(&relaxation->measured.exact);
  epx_limit_cycle_destroy(&relaxation->watch);
  epx_array_destroy(&relaxation->extents.rate);
  epx_array_destroy(&relaxation->extents.size);
  epx_array_destroy(&relaxation->extents.way);
  epx_array_destroy(&relaxation->extents.confirmed);
  epx_array_destroy(&relaxation->start);
  epx_array_destroy(&relaxation->ahead.state);
  epx_array_destroy(&relaxation->ahead.field);
  epx_array_destroy(&relaxation->ahead.time);
  epx_array_destroy(&relaxation->measured.end);
  epx_array_destroy(&relaxation->measured.square);
  epx_array_destroy(&relaxation->measured.slope);
  epx_array_destroy(&relaxation->home);
  epx_array_destroy(&relaxation->first);
  epx_array_destroy(&relaxation->taken);
  epx_array_destroy(&relaxation->groups.which);
  epx_array_destroy(&relaxation->groups.step);
  epx_array_destroy(&relaxation->groups.failures);
  epx_array_destroy(&relaxation->groups.origin);
  epx_integrator_destroy(&relaxation->groups.integrator);
  epx_packed_lanes_destroy(&relaxation->packed);
  epx_array_destroy(address);
}

/** Loads n lanes into the integrator of all, where they stand, the others frozen. */
static void load_in_place(epx_relaxation *relaxation, int n, const int *which) {
  const epx_lanes *lanes = relaxation->lanes = relaxation->all;
  const size_t n_lanes = (size_t)lanes->n_lanes, size = (size_t)relaxation->n_state * n_lanes;
  double *state = epx_integrator_get_state(relaxation->own);
  memset(state, 0, size * sizeof *state);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    relaxation->home[lane] = lane;
    epx_relaxation_freeze_lane(relaxation, lane);
  }
  for (int k = 0; k < n; k++) {
    epx_integrator_get_mask(relaxation->own)[which[k]] = -1;
    for (size_t i = (size_t)which[k]; i < size; i += n_lanes)
      state[i] = relaxation->y[i];
  }
  memcpy(relaxation->start, state, size * sizeof *state);
  if (relaxation->measured.settling)
    memcpy(relaxation->measured.end, relaxation->measured.ends, size * sizeof *state);
  relaxation->force = relaxation->nudge;
  epx_integrator_set_lanes(relaxation->own, lanes, relaxation->force);
}

/** Begins with the lanes that are loaded. Returns how many run. */
static int begin(epx_relaxation *relaxation) {
  bool replaced = false;
  const int n_running = epx_relaxation_look(relaxation, true, &replaced);
  if (n_running == 0) return 0;
  if (replaced) epx_integrator_set_lanes(relaxation->own, relaxation->lanes, relaxation->force);
  if (replaced) epx_relaxation_eval_extents(relaxation);
  epx_relaxation_set_scales(relaxation);
  return n_running;
}

/** Follows lanes with steps of their own until at most n_least of n_running run. */
static void follow_lanes(epx_relaxation *relaxation, int n_running, int n_least) {
  bool replaced;
  while (n_running > n_least) {
    epx_integrator_step_lanes(relaxation->own, relaxation->extents.rate, EPX_OWN_STEP_SHARE,
                              relaxation->taken);
    n_running = epx_relaxation_look(relaxation, false, &replaced);
    for (int place = 0; place < relaxation->lanes->n_used; place++)
      relaxation->steps += relaxation->taken[place] > 0;
  }
}

/** Loads a group of n lanes, packed. */
static void load_group(epx_relaxation *relaxation, int n, const int *which) {
  const size_t n_lanes = (size_t)relaxation->all->n_lanes;
  double *state = epx_integrator_get_state(relaxation->own), *start = relaxation->start;
  relaxation->lanes = epx_packed_lanes_set(relaxation->packed, relaxation->all, n, which);
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++) {
    for (size_t w = 0; w < EPX_LANE_WIDTH; w++) {
      const size_t from = i * n_lanes + (size_t)which[w < (size_t)n ? w : (size_t)n - 1];
      state[i * EPX_LANE_WIDTH + w] = w < (size_t)n ? relaxation->y[from] : 0;
      start[i * EPX_LANE_WIDTH + w] = w < (size_t)n ? relaxation->groups.origin[from] : 0;
      if (relaxation->measured.settling)
        relaxation->measured.end[i * EPX_LANE_WIDTH + w] = relaxation->measured.ends[from];
    }
  }
  for (int place = 0; place < EPX_LANE_WIDTH; place++) {
    relaxation->home[place] = which[place < n ? place : n - 1];
    epx_relaxation_freeze_lane(relaxation, place);
    if (place < n) epx_integrator_get_mask(relaxation->own)[place] = -1;
  }
  const epx_nudge *nudge = relaxation->nudge;
  relaxation->force = nudge && nudge->pack ? nudge->pack(nudge->context, relaxation->all, n, which) : nudge;
  epx_integrator_set_lanes(relaxation->own, relaxation->lanes, relaxation->force);
}

/** Goes on with a group of n lanes that were on their way. */
static void resume_group(epx_relaxation *relaxation, int n) {
  epx_relaxation_eval_extents(relaxation);
  for (int place = 0; place < n; place++) {
    epx_relaxation_set_bound(relaxation, place, 0);
    relaxation->first[place] = relaxation->groups.step[relaxation->home[place]];
    epx_integrator_get_failures(relaxation->own)[place] =
        relaxation->groups.failures[relaxation->home[place]];
  }
}

/** Follows a group of n lanes until at most n_least run; what they have come to is kept. */
static void follow_group(epx_relaxation *relaxation, bool starts, int n, const int *which, int n_least) {
  double *step = epx_integrator_get_steps(relaxation->own);
  int n_running = n;
  load_group(relaxation, n, which);
  if (starts) {
    n_running = begin(relaxation);
  } else {
    resume_group(relaxation, n);
  }
  memcpy(step, relaxation->first, (size_t)n * sizeof *step);
  follow_lanes(relaxation, n_running, n_least);
  for (int place = 0; place < n; place++) {
    if (!epx_relaxation_is_running(relaxation, place)) continue;
    epx_relaxation_write_lane(relaxation, place);
    relaxation->groups.step[relaxation->home[place]] = step[place];
    relaxation->groups.failures[relaxation->home[place]] =
        epx_integrator_get_failures(relaxation->own)[place];
  }
}

/** Follows n lanes by groups, those that are left over by groups of their own. */
static void follow_groups(epx_relaxation *relaxation, int n, int *which) {
  for (bool starts = true; n > 0; starts = false) {
    int n_left = 0;
    for (int first = 0; first < n; first += EPX_LANE_WIDTH) {
      const int width = first + EPX_LANE_WIDTH < n ? EPX_LANE_WIDTH : n - first;
      follow_group(relaxation, starts, width, which + first, n > EPX_LANE_WIDTH ? width / 2 : 0);
      for (int place = 0; place < width; place++)
        if (epx_relaxation_is_running(relaxation, place)) which[n_left++] = relaxation->home[place];
    }
    n = n_left;
  }
}

/** Follows n lanes, each by its own steps, where they stand. */
static void follow_in_place(epx_relaxation *relaxation, int n, const int *which) {
  load_in_place(relaxation, n, which);
  const int n_running = begin(relaxation);
  memcpy(epx_integrator_get_steps(relaxation->own), relaxation->first,
         (size_t)relaxation->lanes->n_used * sizeof *relaxation->first);
  follow_lanes(relaxation, n_running, 0);
}

/** Takes out the lanes for which no step is small enough; all of them when none is to blame. */
static void take_out_culprits(const epx_relaxation *relaxation) {
  bool found = false;
  for (int pass = 0; pass < 2 && !found; pass++) {
    for (int place = 0; place < relaxation->lanes->n_used; place++) {
      if (!epx_relaxation_is_running(relaxation, place)) continue;
      if (pass == 0 && !epx_integrator_is_culprit(relaxation->own, place)) continue;
      epx_relaxation_take_out(relaxation, place, EPX_DIVERGED);
      found = true;
    }
  }
}

/** Follows the lanes that are loaded by steps that they share. */
static epx_err follow(epx_relaxation *relaxation, double step) {
  double time = 0;
  int n_running = 1;
  EPX_TRY(epx_integrator_start(relaxation->own, time, step));
  while (n_running > 0) {
    const double before = time;
    bool broken = false, replaced = false;
    EPX_TRY(epx_integrator_step(relaxation->own, &time, &step, &broken));
    if (broken) take_out_culprits(relaxation);
    for (int place = 0; place < relaxation->lanes->n_used; place++) {
      relaxation->taken[place] = time - before;
      relaxation->steps += epx_relaxation_is_running(relaxation, place);
    }
    n_running = epx_relaxation_look(relaxation, false, &replaced);
    if (n_running > 0 && (broken || replaced)) {
      epx_integrator_set_lanes(relaxation->own, relaxation->lanes, relaxation->force);
      EPX_TRY(epx_integrator_start(relaxation->own, time, step));
    }
  }
  return EPX_OK;
}

/** Gets the first step of all lanes together. */
static double get_first_step(const epx_relaxation *relaxation) {
  double step = relaxation->options.max_time;
  for (int place = 0; place < relaxation->lanes->n_used; place++)
    step = fmin(step, relaxation->first[place]);
  return step;
}

/** Follows n lanes, in their order, by groups that share their steps. */
static epx_err follow_samples(epx_relaxation *relaxation, int n, const int *which) {
  const int n_samples = relaxation->all->n_samples;
  for (int first = 0, end = 1; first < n; first = end++) {
    const int instance = which[first] / n_samples, part = which[first] % n_samples / EPX_LANE_WIDTH;
    while (end < n && which[end] / n_samples == instance && which[end] % n_samples / EPX_LANE_WIDTH == part)
      end++;
    if (has_room(relaxation)) {
      load_group(relaxation, end - first, which + first);
    } else {
      load_in_place(relaxation, end - first, which + first);
    }
    if (begin(relaxation) > 0) EPX_TRY(follow(relaxation, get_first_step(relaxation)));
  }
  return EPX_OK;
}

static epx_err solve(epx_relaxation *relaxation) {
  const epx_lanes *all = relaxation->all;
  int *which = relaxation->groups.which, n = 0;
  memcpy(relaxation->groups.origin, relaxation->y,
         (size_t)relaxation->n_state * (size_t)all->n_lanes * sizeof *relaxation->y);
  for (int lane = 0; lane < all->n_used; lane++) {
    if (relaxation->records[lane].stage != EPX_LANE_RUNNING) continue;
    epx_limit_cycle_init(relaxation->watch, lane, NULL);
    epx_oscillation_init(&relaxation->records[lane].oscillation);
    which[n++] = lane;
  }
  if (!epx_integrator_is_pair(relaxation->own)) return follow_samples(relaxation, n, which);
  if (has_room(relaxation)) {
    follow_groups(relaxation, n, which);
  } else {
    follow_in_place(relaxation, n, which);
  }
  return EPX_OK;
}

epx_err epx_relaxation_solve(epx_relaxation *relaxation, const epx_lanes *lanes, const epx_nudge *nudge,
                             double *y, epx_lane_record *records) {
  relaxation->own = has_room(relaxation) ? relaxation->groups.integrator : relaxation->integrator;
  relaxation->all = lanes;
  relaxation->nudge = nudge;
  relaxation->y = y;
  relaxation->records = records;
  relaxation->measured.settling = NULL;
  return solve(relaxation);
}

/** Makes what measuring needs, where it has not been asked before. */
static epx_err create_measuring(epx_relaxation *relaxation) {
  const size_t n_lanes = (size_t)relaxation->max_lanes, n = relaxation->kinds.n * n_lanes;
  if (relaxation->measured.exact) return EPX_OK;
  if (!relaxation->measured.end)
    EPX_TRY(EPX_ARRAY(relaxation->measured.end, (size_t)relaxation->n_state * n_lanes));
  if (!relaxation->measured.square) EPX_TRY(EPX_ARRAY(relaxation->measured.square, n));
  if (!relaxation->measured.slope) EPX_TRY(EPX_ARRAY(relaxation->measured.slope, n));
  return epx_integrator_create(relaxation->network,
                               has_room(relaxation) ? EPX_LANE_WIDTH : relaxation->max_lanes,
                               fmin(relaxation->options.rtol, MEASURED_RTOL), &relaxation->measured.exact);
}

epx_err epx_relaxation_measure(epx_relaxation *relaxation, const epx_lanes *lanes, const double *end,
                               double *y, epx_lane_record *records, epx_settling *settling) {
  const epx_equilibrium_options options = relaxation->options;
  EPX_TRY(create_measuring(relaxation));
  relaxation->measured.ends = end;
  relaxation->own = relaxation->measured.exact;
  relaxation->nudge = NULL;
  relaxation->all = lanes;
  relaxation->y = y;
  relaxation->records = records;
  relaxation->measured.settling = settling;
  relaxation->options.rtol = fmin(options.rtol, MEASURED_RTOL);
  relaxation->options.atol = fmin(options.atol, MEASURED_ATOL);
  const int code = solve(relaxation);
  relaxation->options = options;
  return code;
}

void epx_relaxation_get_counts(const epx_relaxation *relaxation, long *steps, long *evaluations) {
  const epx_integrator *group = relaxation->groups.integrator;
  *steps = relaxation->steps;
  *evaluations = epx_integrator_get_evaluations(group ? group : relaxation->integrator);
}
