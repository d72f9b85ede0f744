/** @file
 * Look: what is asked of the lanes of a relaxation after every step.
 *
 * Nothing here has a unit. Rates are compared with the largest of the phase, errors with sizes, with the way from the
 * start, and with the way of the step: beside rtol and atol, the error of a lane's step stays below a share of the way
 * it goes in that step. Near an equilibrium that way shrinks with the rates: without this rule an explicit method would
 * sit at the border of its stability and rattle at the level of atol, and rates below it would never be reached. What
 * a start lets expect is seen by a short step along its field: a rate's relative change over time is the inverse of the
 * time in which it will have changed.
 */
#include <math.h>

#include "equilibrium/lanes/lane_vector.h"
#include "equilibrium/population/relaxation_private.h"

/** The first step goes so many times the tolerance; it grows from there in one or two steps. */
#define FIRST_WAY 10.0
/** The short step along the field at the start, of max_time. */
#define PROBE 0x1p-30
/** A component that moves by less than this share of itself, in as much time as has gone by or as its start let
 * expect, moves by rounding. Not in a step: neighbours may have it as short as they need. */
#define ROUNDING 0x1p-40
/** Rates at most this share of their largest: a lane whose way is measured rests, wherever it is. */
#define RESTS 1e-7
/** The allowed error of a frozen lane: in the step after its last its past still moves it, which is nobody's error. */
#define NOBODYS 1e200

/** The larger of two numbers, the second where they cannot be compared: inline, as fmax() is not. */
static inline double get_larger(double x, double y) {
  return x > y ? x : y;
}

/** Gets where a kind's number of a place stands in arrays [n_kinds][place]. */
static size_t at(const epx_relaxation *relaxation, size_t kind, int place) {
  return kind * (size_t)relaxation->lanes->n_lanes + (size_t)place;
}

void epx_relaxation_write_lane(const epx_relaxation *relaxation, int place) {
  const double *state = epx_integrator_get_state(relaxation->own);
  const size_t n_places = (size_t)relaxation->lanes->n_lanes, n_lanes = (size_t)relaxation->all->n_lanes;
  double *y = relaxation->y + relaxation->home[place];
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++) {
    const double x = state[i * n_places + (size_t)place];
    y[i * n_lanes] = isfinite(x) ? x : 0;
  }
}

void epx_relaxation_clear_lane(const epx_relaxation *relaxation, int place) {
  double *state = epx_integrator_get_state(relaxation->own);
  const size_t n_lanes = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++)
    state[i * n_lanes + (size_t)place] = 0;
}

void epx_relaxation_freeze_lane(const epx_relaxation *relaxation, int place) {
  epx_integrator_get_mask(relaxation->own)[place] = 0;
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    epx_integrator_get_floor(relaxation->own)[at(relaxation, kind, place)] = NOBODYS;
    epx_integrator_get_bound(relaxation->own)[at(relaxation, kind, place)] = INFINITY;
  }
}

void epx_relaxation_take_out(const epx_relaxation *relaxation, int place, int outcome) {
  epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  record->stage = EPX_LANE_OUT;
  record->outcome = outcome;
  epx_relaxation_write_lane(relaxation, place);
  epx_relaxation_clear_lane(relaxation, place);
  epx_relaxation_freeze_lane(relaxation, place);
}

/** Gets the allowed error of a kind's components of the record's size. */
static double get_tolerance(const epx_relaxation *relaxation, const epx_lane_kind *kind) {
  const epx_equilibrium_options *options = &relaxation->options;
  return options->rtol * kind->size + options->atol * kind->way;
}

/** Tells whether all rates [n_kinds][place] are at most a share of their largest, or move a lane by rounding. */
static bool are_small(const epx_relaxation *relaxation, int place, const double *rates, double share) {
  const epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  for (size_t k = 0; k < relaxation->kinds.n; k++) {
    const epx_lane_kind *kind = &record->kinds[k];
    const double rate = rates[at(relaxation, k, place)],
                 size = relaxation->extents.size[at(relaxation, k, place)];
    const double way = rate * get_larger(record->elapsed, kind->pace);
    const bool rests =
        record->elapsed > 0 && way <= ROUNDING * epx_kinds_get_scale(&relaxation->kinds, k, size);
    if (!(rate <= share * kind->rate) && !rests) return false;
  }
  return true;
}

/** Tells whether rates that have arrived by what the integrator reports are those of the state: an implicit step leaves
 * noise of its tolerance in fast components, which the finish would take away. Where there is none, the lane goes
 * on with a tenth of the tolerance. */
static bool is_confirmed(epx_relaxation *relaxation, int place) {
  const epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  if (record->handover > relaxation->options.tolerance || !epx_integrator_is_implicit(relaxation->own))
    return true;
  if (!relaxation->extents.confirmed_is_known) {
    const int n_lanes = relaxation->lanes->n_lanes;
    epx_lane_vector_eval_extents(&relaxation->kinds, relaxation->n_state, n_lanes, n_lanes,
                                 epx_integrator_get_exact_field(relaxation->own), NULL,
                                 relaxation->extents.confirmed);
  }
  relaxation->extents.confirmed_is_known = true;
  if (are_small(relaxation, place, relaxation->extents.confirmed, record->handover)) return true;
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    double *bound = &epx_integrator_get_bound(relaxation->own)[at(relaxation, kind, place)];
    *bound = fmin(*bound, get_tolerance(relaxation, &record->kinds[kind])) / 10;
  }
  return false;
}

static void hand_over(const epx_relaxation *relaxation, int place) {
  epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  record->stage = record->handover <= relaxation->options.tolerance ? EPX_LANE_DONE : EPX_LANE_READY;
  epx_relaxation_write_lane(relaxation, place);
  epx_relaxation_freeze_lane(relaxation, place);
}

void epx_relaxation_eval_extents(epx_relaxation *relaxation) {
  const epx_kinds *kinds = &relaxation->kinds;
  const int n_state = relaxation->n_state, n = relaxation->lanes->n_lanes;
  const double *state = epx_integrator_get_state(relaxation->own);
  const double *field = relaxation->extents.field = epx_integrator_get_field(relaxation->own);
  epx_lane_vector_eval_extents(kinds, n_state, n, n, field, NULL, relaxation->extents.rate);
  epx_lane_vector_eval_extents(kinds, n_state, n, n, state, NULL, relaxation->extents.size);
  epx_lane_vector_eval_extents(kinds, n_state, n, n, state, relaxation->start, relaxation->extents.way);
  if (relaxation->measured.settling)
    epx_settling_eval_distances(kinds, n_state, n, state, field, relaxation->measured.end,
                                relaxation->measured.square, relaxation->measured.slope);
}

/** Extends the way of a kind of components, gone or expected; no further than 1 rad of angles. */
static void extend_way(const epx_relaxation *relaxation, epx_lane_record *record, size_t kind, double way) {
  const double most = relaxation->kinds.angle[kind] ? 1 : INFINITY;
  if (isfinite(way)) record->kinds[kind].way = get_larger(way < most ? way : most, record->kinds[kind].way);
}

/** Extends a lane's record by what it is and does now. Returns whether it is lost. */
static bool extend_record(const epx_relaxation *relaxation, int place) {
  epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  bool lost = false;
  record->residual = 0;
  for (size_t k = 0; k < relaxation->kinds.n; k++) {
    epx_lane_kind *kind = &record->kinds[k];
    const double rate = relaxation->extents.rate[at(relaxation, k, place)],
                 size = relaxation->extents.size[at(relaxation, k, place)];
    lost = lost || !isfinite(rate) || !(size <= kind->most);
    kind->rate = get_larger(rate, kind->rate);
    extend_way(relaxation, record, k, relaxation->extents.way[at(relaxation, k, place)]);
    kind->size = get_larger(epx_kinds_get_scale(&relaxation->kinds, k, size), kind->size);
    record->residual = rate <= record->residual ? record->residual : rate; /* NaN, too */
  }
  return lost;
}

/** Watches a lane that has taken long. Returns whether all was seen. */
static bool watch_lane(const epx_relaxation *relaxation, int place) {
  epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  double size[EPX_KIND_COUNT];
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++)
    size[kind] = record->kinds[kind].size;
  return epx_oscillation_add(&record->oscillation, &relaxation->options, relaxation->watch,
                             relaxation->home[place], record->elapsed,
                             epx_integrator_get_state(relaxation->own) + place,
                             relaxation->extents.field + place, relaxation->lanes->n_lanes, size);
}

/** Takes a lane out that had all its time: it oscillates, or it is slow. */
static void give_up(const epx_relaxation *relaxation, int place) {
  epx_oscillation *oscillation = &epx_relaxation_get_record(relaxation, place)->oscillation;
  const bool oscillates =
      epx_oscillation_eval_end(oscillation, &relaxation->options, relaxation->watch, relaxation->home[place]);
  epx_relaxation_take_out(relaxation, place, oscillates ? EPX_OSCILLATES : EPX_SLOW);
}

void epx_relaxation_set_bound(const epx_relaxation *relaxation, int place, double step) {
  const epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  const double share = relaxation->measured.settling ? EPX_MEASURED_SHARE : EPX_STEP_SHARE;
  const bool by_steps = step > 0 && !epx_integrator_is_implicit(relaxation->own) &&
                        !epx_integrator_is_pair(relaxation->own); /* the pair does it itself */
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    const size_t k = at(relaxation, kind, place);
    double *bound = &epx_integrator_get_bound(relaxation->own)[k];
    if (by_steps) *bound = share * step * relaxation->extents.rate[k];
    if (record->oscillation.seen)
      *bound = fmin(*bound, EPX_OSCILLATION_CLOSER * get_tolerance(relaxation, &record->kinds[kind]));
    epx_integrator_get_floor(relaxation->own)[k] = relaxation->options.atol * record->kinds[kind].way;
  }
}

/** Adds where a lane is to how it settles. Returns whether it has: at its end, or anywhere. */
static bool measure(const epx_relaxation *relaxation, int place, double step) {
  const epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  const double settled = relaxation->options.settled;
  bool over = are_small(relaxation, place, relaxation->extents.rate, record->handover);
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    epx_settling *settling =
        &relaxation->measured.settling[(size_t)relaxation->home[place] * relaxation->kinds.n + kind];
    const size_t k = at(relaxation, kind, place);
    if (step > 0) {
      epx_settling_add(settling, settled, relaxation->measured.square[k], relaxation->measured.slope[k],
                       record->elapsed, step);
    } else {
      epx_settling_init(settling, relaxation->measured.square[k], relaxation->measured.slope[k]);
    }
    over = over && epx_settling_is_over(settling, settled);
  }
  return over || are_small(relaxation, place, relaxation->extents.rate, RESTS);
}

/** Tells whether a lane has something to hand over. */
static bool has_arrived(epx_relaxation *relaxation, int place, double step) {
  if (relaxation->measured.settling) return measure(relaxation, place, step);
  return are_small(relaxation, place, relaxation->extents.rate,
                   epx_relaxation_get_record(relaxation, place)->handover) &&
         is_confirmed(relaxation, place);
}

/** Sets the limits of a lane that has not moved yet, by its size and by where its rates would take it. */
static void set_most(const epx_relaxation *relaxation, int place) {
  const epx_equilibrium_options *options = &relaxation->options;
  epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  for (size_t k = 0; k < relaxation->kinds.n; k++) {
    const double rate = relaxation->extents.rate[at(relaxation, k, place)],
                 size = relaxation->extents.size[at(relaxation, k, place)];
    const double scale = fmax(size, rate * options->max_time);
    if (record->kinds[k].most > 0) continue;
    record->kinds[k].most = relaxation->kinds.angle[k] || !(scale > 0) ? INFINITY : options->escape * scale;
  }
}

/** Looks at a running lane after a step of length `step`. Returns whether its state was replaced. */
static bool look_at(epx_relaxation *relaxation, int place, double step) {
  epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  const epx_equilibrium_options *options = &relaxation->options;
  record->elapsed += step;
  record->steps += step > 0;
  if (step == 0) set_most(relaxation, place);
  if (isnan(step) || extend_record(relaxation, place)) {
    epx_relaxation_take_out(relaxation, place, EPX_DIVERGED);
    return true;
  }
  if (has_arrived(relaxation, place, step)) {
    hand_over(relaxation, place);
    return false;
  }
  const double share =
      fmax(record->elapsed / options->max_time, (double)record->steps / (double)options->max_steps);
  if (epx_oscillation_is_due(share, record->steps) && watch_lane(relaxation, place)) {
    epx_relaxation_take_out(relaxation, place, EPX_OSCILLATES);
    return true;
  }
  if (share >= 1) {
    give_up(relaxation, place);
    return true;
  }
  epx_relaxation_set_bound(relaxation, place, step);
  return false;
}

int epx_relaxation_look(epx_relaxation *relaxation, bool starts, bool *replaced) {
  int n_running = 0;
  epx_relaxation_eval_extents(relaxation);
  relaxation->extents.confirmed_is_known = false;
  for (int place = 0; place < relaxation->lanes->n_used; place++) {
    const double step = starts ? 0 : relaxation->taken[place];
    if (!epx_relaxation_is_running(relaxation, place)) continue;
    if ((starts || step != 0) && look_at(relaxation, place, step)) *replaced = true;
    if (epx_relaxation_is_running(relaxation, place)) n_running++;
  }
  return n_running;
}

/** Evaluates the field of all lanes where their field leads them, each in its own time [n_lanes]: from y
 * [n_state][n_lanes] with the rates f. */
static void eval_ahead(const epx_relaxation *relaxation, const double *y, const double *f,
                       const double *time) {
  const size_t n_lanes = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)relaxation->n_state * n_lanes; i += n_lanes) {
    for (size_t lane = 0; lane < n_lanes; lane++)
      relaxation->ahead.state[i + lane] = y[i + lane] + time[lane] * f[i + lane];
  }
  epx_integrator_eval_at(relaxation->own, relaxation->ahead.state, relaxation->ahead.field);
}

/** Evaluates how far each kind of components will go, by how fast its rates change in a short step along the field;
 * *time: the time in which the first will have gone that far. */
static void expect_moving(const epx_relaxation *relaxation, int place, double probe, double *time) {
  epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  *time = relaxation->options.max_time;
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    const double rate = relaxation->extents.rate[at(relaxation, kind, place)];
    const double share = relaxation->extents.confirmed[at(relaxation, kind, place)] / rate; /* that changed */
    if (!(rate > 0)) continue;
    const double last = fmin(probe / share, relaxation->options.max_time);
    record->kinds[kind].pace = fmax(record->kinds[kind].pace, last);
    extend_way(relaxation, record, kind, rate * last);
    *time = fmin(*time, last);
  }
}

/** Evaluates the same of kinds that do not move yet, such as heat in the dark, by how fast they would move where the
 * others will have gone. */
static void expect_others(const epx_relaxation *relaxation, int place, double time) {
  epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    if (relaxation->extents.rate[at(relaxation, kind, place)] == 0)
      extend_way(relaxation, record, kind, relaxation->extents.confirmed[at(relaxation, kind, place)] * time);
  }
}

/** Evaluates what the starts let expect. */
static void expect_ways(const epx_relaxation *relaxation) {
  const epx_kinds *kinds = &relaxation->kinds;
  const int n = relaxation->lanes->n_lanes, n_state = relaxation->n_state;
  const double probe = PROBE * relaxation->options.max_time;
  double *time = relaxation->ahead.time;
  for (int place = 0; place < n; place++)
    time[place] = probe;
  eval_ahead(relaxation, relaxation->start, relaxation->extents.field, time);
  epx_lane_vector_eval_extents(kinds, n_state, n, n, relaxation->ahead.field, relaxation->extents.field,
                               relaxation->extents.confirmed);
  for (int place = 0; place < n; place++) {
    if (epx_relaxation_is_running(relaxation, place)) expect_moving(relaxation, place, probe, &time[place]);
  }
  /* One kind moves another, which moves a third. */
  for (size_t pass = 1; pass < kinds->n; pass++) {
    const double *y = pass == 1 ? relaxation->start : relaxation->ahead.state;
    eval_ahead(relaxation, y, pass == 1 ? relaxation->extents.field : relaxation->ahead.field, time);
    epx_lane_vector_eval_extents(kinds, n_state, n, n, relaxation->ahead.field, NULL,
                                 relaxation->extents.confirmed);
    for (int place = 0; place < n; place++) {
      if (epx_relaxation_is_running(relaxation, place)) expect_others(relaxation, place, time[place]);
    }
  }
}

void epx_relaxation_set_scales(const epx_relaxation *relaxation) {
  expect_ways(relaxation);
  for (int place = 0; place < relaxation->lanes->n_used; place++) {
    const epx_lane_record *record = epx_relaxation_get_record(relaxation, place);
    double *step = &relaxation->first[place];
    *step = relaxation->options.max_time;
    if (!epx_relaxation_is_running(relaxation, place)) continue;
    epx_relaxation_set_bound(relaxation, place, 0);
    for (size_t k = 0; k < relaxation->kinds.n; k++) {
      const double rate = relaxation->extents.rate[at(relaxation, k, place)];
      if (rate > 0) *step = fmin(*step, FIRST_WAY * get_tolerance(relaxation, &record->kinds[k]) / rate);
    }
  }
}
