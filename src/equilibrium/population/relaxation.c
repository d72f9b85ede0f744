/** @file
 * Relaxation: one integration carries all running lanes; each leaves it by itself.
 *
 * After every step each lane's rates, sizes and ways are looked at, each kind of components by itself: a lane that has
 * arrived is copied out and frozen (its field is zero from then on), one that diverged is set to zero and frozen. When
 * enough have left, the rest are packed into half the vectors or fewer and the integrator starts again where it was:
 * slow lanes do not cost the width of all. The lanes of a learning phase are not packed, for a nudge knows them by
 * their place: where a lane stands among those integrated; home[place] is where it stands among the caller's.
 *
 * Nothing here has a unit. Rates are compared with the largest of the phase, errors with sizes, with the way from the
 * start, and with the way of the step: beside rtol and atol, the error of a lane's step stays below a share of the way
 * it goes in that step. Near an equilibrium that way shrinks with the rates: without this rule an explicit method would
 * sit at the border of its stability and rattle at the level of atol, and rates below it would never be reached. What
 * a start lets expect is seen by a short step along its field: a rate's relative change over time is the inverse of the
 * time in which it will have changed.
 */
#include "equilibrium/population/relaxation.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/lanes/lane_vector.h"
#include "equilibrium/population/integrator.h"
#include "photonic/packed_lanes.h"

/** Of the way of a step, its error at most, and where the way itself is measured. */
#define STEP_SHARE 0.05
#define MEASURED_SHARE 1e-4
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
/** Tolerances where the way is measured. */
#define MEASURED_RTOL 1e-5
#define MEASURED_ATOL 1e-6

struct epx_relaxation {
  const epx_network *network;
  epx_equilibrium_options options;
  epx_kinds kinds;
  int n_state, max_lanes;
  epx_integrator *integrator;
  epx_integrator *exact; /* where the way is measured; made when first asked */
  epx_limit_cycle *watch;
  epx_packed_lanes *packed;
  double *rate, *size, *way;   /* [n_kinds][place]: largest rate, component, way since the load */
  double *confirmed;           /* [n_kinds][place]: as rate, of the family's own field at the state */
  bool confirmed_is_known;     /* after the last step */
  const double *field;         /* [n_state][place], the integrator's */
  double *start;               /* [n_state][place]: what was loaded */
  double *ahead, *field_ahead; /* [n_state][n_lanes]: a state, and its field */
  double *time;                /* [n_lanes] */
  double *end; /* [n_state][place]: where lanes whose way is measured come to; made when first asked */
  double *square, *slope; /* [n_kinds][place]: of their distance from it */
  int *home;              /* [place]: the lane there */
  int *moved;             /* [place]: the place before packing */
  /* during a solve: */
  epx_integrator *own;      /* the integrator in use */
  const epx_lanes *all;     /* the caller's */
  const epx_lanes *lanes;   /* those that are integrated: all, or some of them packed */
  double *y;                /* [n_state][all->n_lanes] */
  epx_lane_record *records; /* [all->n_lanes] */
  epx_settling *settling;   /* [all->n_lanes][n_kinds]; NULL: nothing is measured */
  long steps_left;
  long steps;
};

static epx_err create_parts(epx_relaxation *relaxation, const epx_network *network, int n_lanes) {
  const size_t n = relaxation->kinds.n * (size_t)n_lanes;
  EPX_TRY(EPX_ARRAY(relaxation->rate, n));
  EPX_TRY(EPX_ARRAY(relaxation->size, n));
  EPX_TRY(EPX_ARRAY(relaxation->way, n));
  EPX_TRY(EPX_ARRAY(relaxation->confirmed, n));
  EPX_TRY(EPX_ARRAY(relaxation->start, (size_t)network->n_state * (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->ahead, (size_t)network->n_state * (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->field_ahead, (size_t)network->n_state * (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->time, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->home, (size_t)n_lanes));
  EPX_TRY(EPX_ARRAY(relaxation->moved, (size_t)n_lanes));
  EPX_TRY(epx_packed_lanes_create(network, n_lanes / 2, &relaxation->packed));
  EPX_TRY(epx_limit_cycle_create(&relaxation->kinds, network->n_state, n_lanes, &relaxation->watch));
  return epx_integrator_create(network, n_lanes, relaxation->options.rtol, &relaxation->integrator);
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
  epx_integrator_destroy(&relaxation->exact);
  epx_limit_cycle_destroy(&relaxation->watch);
  epx_array_destroy(&relaxation->rate);
  epx_array_destroy(&relaxation->size);
  epx_array_destroy(&relaxation->way);
  epx_array_destroy(&relaxation->confirmed);
  epx_array_destroy(&relaxation->start);
  epx_array_destroy(&relaxation->ahead);
  epx_array_destroy(&relaxation->field_ahead);
  epx_array_destroy(&relaxation->time);
  epx_array_destroy(&relaxation->end);
  epx_array_destroy(&relaxation->square);
  epx_array_destroy(&relaxation->slope);
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

/** Gets where a kind's number of a place stands in arrays [n_kinds][place]. */
static size_t at(const epx_relaxation *relaxation, size_t kind, int place) {
  return kind * (size_t)relaxation->lanes->n_lanes + (size_t)place;
}

/** Copies a lane of the integrator's state to the caller's y. */
static void write_lane(const epx_relaxation *relaxation, int place) {
  const double *state = epx_integrator_get_state(relaxation->own);
  const size_t n_places = (size_t)relaxation->lanes->n_lanes, n_lanes = (size_t)relaxation->all->n_lanes;
  double *y = relaxation->y + relaxation->home[place];
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++) {
    const double x = state[i * n_places + (size_t)place];
    y[i * n_lanes] = isfinite(x) ? x : 0;
  }
}

/** Freezes a lane where nothing can hurt. */
static void clear_lane(const epx_relaxation *relaxation, int place) {
  double *state = epx_integrator_get_state(relaxation->own);
  const size_t n_lanes = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)relaxation->n_state; i++)
    state[i * n_lanes + (size_t)place] = 0;
}

static void freeze_lane(const epx_relaxation *relaxation, int place) {
  epx_integrator_get_mask(relaxation->own)[place] = 0;
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    epx_integrator_get_floor(relaxation->own)[at(relaxation, kind, place)] = NOBODYS;
    epx_integrator_get_bound(relaxation->own)[at(relaxation, kind, place)] = INFINITY;
  }
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

/** Gets the allowed error of a kind's components of the record's size. */
static double get_tolerance(const epx_relaxation *relaxation, const epx_lane_kind *kind) {
  const epx_equilibrium_options *options = &relaxation->options;
  return options->rtol * kind->size + options->atol * kind->way;
}

/** Tells whether all rates [n_kinds][place] are at most a share of their largest, or move a lane by rounding. */
static bool are_small(const epx_relaxation *relaxation, int place, const double *rates, double share) {
  const epx_lane_record *record = get_record(relaxation, place);
  bool small = true;
  for (size_t k = 0; k < relaxation->kinds.n; k++) {
    const epx_lane_kind *kind = &record->kinds[k];
    const double rate = rates[at(relaxation, k, place)], size = relaxation->size[at(relaxation, k, place)];
    const double way = rate * fmax(record->elapsed, kind->pace);
    const bool rests =
        record->elapsed > 0 && way <= ROUNDING * epx_kinds_get_scale(&relaxation->kinds, k, size);
    small = small && (rate <= share * kind->rate || rests);
  }
  return small;
}

/** Tells whether rates that have arrived by what the integrator reports are those of the state: an implicit step leaves
 * noise of its tolerance in fast components, which the finish would take away. Where there is none, the lane goes
 * on with a tenth of the tolerance. */
static bool is_confirmed(epx_relaxation *relaxation, int place) {
  const epx_lane_record *record = get_record(relaxation, place);
  if (record->handover > relaxation->options.tolerance || !epx_integrator_is_implicit(relaxation->own))
    return true;
  if (!relaxation->confirmed_is_known) {
    const int n_lanes = relaxation->lanes->n_lanes;
    epx_lane_vector_eval_extents(&relaxation->kinds, relaxation->n_state, n_lanes, n_lanes,
                                 epx_integrator_get_exact_field(relaxation->own), NULL,
                                 relaxation->confirmed);
  }
  relaxation->confirmed_is_known = true;
  if (are_small(relaxation, place, relaxation->confirmed, record->handover)) return true;
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    double *bound = &epx_integrator_get_bound(relaxation->own)[at(relaxation, kind, place)];
    *bound = fmin(*bound, get_tolerance(relaxation, &record->kinds[kind])) / 10;
  }
  return false;
}

static void hand_over(const epx_relaxation *relaxation, int place) {
  epx_lane_record *record = get_record(relaxation, place);
  record->stage = record->handover <= relaxation->options.tolerance ? EPX_LANE_DONE : EPX_LANE_READY;
  write_lane(relaxation, place);
  freeze_lane(relaxation, place);
}

/** Evaluates rates, sizes and ways of all lanes at the integrator's state, and how far it is from where it ends. */
static void eval_extents(epx_relaxation *relaxation) {
  const epx_kinds *kinds = &relaxation->kinds;
  const int n_state = relaxation->n_state, n = relaxation->lanes->n_lanes;
  const double *state = epx_integrator_get_state(relaxation->own);
  const double *field = relaxation->field = epx_integrator_get_field(relaxation->own);
  epx_lane_vector_eval_extents(kinds, n_state, n, n, field, NULL, relaxation->rate);
  epx_lane_vector_eval_extents(kinds, n_state, n, n, state, NULL, relaxation->size);
  epx_lane_vector_eval_extents(kinds, n_state, n, n, state, relaxation->start, relaxation->way);
  if (relaxation->settling)
    epx_settling_eval_distances(kinds, n_state, n, state, field, relaxation->end, relaxation->square,
                                relaxation->slope);
}

/** Extends the way of a kind of components, gone or expected; no further than 1 rad of angles. */
static void extend_way(const epx_relaxation *relaxation, epx_lane_record *record, size_t kind, double way) {
  const double most = relaxation->kinds.angle[kind] ? 1 : INFINITY;
  if (isfinite(way)) record->kinds[kind].way = fmax(record->kinds[kind].way, fmin(way, most));
}

/** Extends a lane's record by what it is and does now. Returns whether it is lost. */
static bool extend_record(const epx_relaxation *relaxation, int place) {
  epx_lane_record *record = get_record(relaxation, place);
  bool lost = false;
  record->residual = 0;
  for (size_t k = 0; k < relaxation->kinds.n; k++) {
    epx_lane_kind *kind = &record->kinds[k];
    const double rate = relaxation->rate[at(relaxation, k, place)],
                 size = relaxation->size[at(relaxation, k, place)];
    lost = lost || !isfinite(rate) || !(size <= kind->most);
    kind->rate = fmax(kind->rate, rate);
    extend_way(relaxation, record, k, relaxation->way[at(relaxation, k, place)]);
    kind->size = fmax(kind->size, epx_kinds_get_scale(&relaxation->kinds, k, size));
    record->residual = rate <= record->residual ? record->residual : rate; /* NaN, too */
  }
  return lost;
}

/** Watches a lane that has taken long. Returns whether all was seen. */
static bool watch_lane(const epx_relaxation *relaxation, int place) {
  epx_lane_record *record = get_record(relaxation, place);
  double size[EPX_KIND_COUNT];
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++)
    size[kind] = record->kinds[kind].size;
  return epx_oscillation_add(&record->oscillation, &relaxation->options, relaxation->watch,
                             relaxation->home[place], record->elapsed,
                             epx_integrator_get_state(relaxation->own) + place, relaxation->field + place,
                             relaxation->lanes->n_lanes, size);
}

/** Takes a lane out that had all its time: it oscillates, or it is slow. */
static void give_up(const epx_relaxation *relaxation, int place) {
  epx_oscillation *oscillation = &get_record(relaxation, place)->oscillation;
  const bool oscillates =
      epx_oscillation_eval_end(oscillation, &relaxation->options, relaxation->watch, relaxation->home[place]);
  take_out(relaxation, place, oscillates ? EPX_OSCILLATES : EPX_SLOW);
}

/** Bounds the error of a lane's next step. */
static void set_bound(const epx_relaxation *relaxation, int place, double step) {
  const epx_lane_record *record = get_record(relaxation, place);
  const double share = relaxation->settling ? MEASURED_SHARE : STEP_SHARE;
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    const size_t k = at(relaxation, kind, place);
    double *bound = &epx_integrator_get_bound(relaxation->own)[k];
    if (step > 0 && !epx_integrator_is_implicit(relaxation->own)) *bound = share * step * relaxation->rate[k];
    if (record->oscillation.seen)
      *bound = fmin(*bound, EPX_OSCILLATION_CLOSER * get_tolerance(relaxation, &record->kinds[kind]));
    epx_integrator_get_floor(relaxation->own)[k] = relaxation->options.atol * record->kinds[kind].way;
  }
}

/** Adds where a lane is to how it settles. Returns whether it has: at its end, or anywhere. */
static bool measure(const epx_relaxation *relaxation, int place, double step) {
  const epx_lane_record *record = get_record(relaxation, place);
  const double settled = relaxation->options.settled;
  bool over = are_small(relaxation, place, relaxation->rate, record->handover);
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    epx_settling *settling =
        &relaxation->settling[(size_t)relaxation->home[place] * relaxation->kinds.n + kind];
    const size_t k = at(relaxation, kind, place);
    if (step > 0) {
      epx_settling_add(settling, settled, relaxation->square[k], relaxation->slope[k], record->elapsed, step);
    } else {
      epx_settling_init(settling, relaxation->square[k], relaxation->slope[k]);
    }
    over = over && epx_settling_is_over(settling, settled);
  }
  return over || are_small(relaxation, place, relaxation->rate, RESTS);
}

/** Tells whether a lane has something to hand over. */
static bool has_arrived(epx_relaxation *relaxation, int place, double step) {
  if (relaxation->settling) return measure(relaxation, place, step);
  return are_small(relaxation, place, relaxation->rate, get_record(relaxation, place)->handover) &&
         is_confirmed(relaxation, place);
}

/** Sets the limits of a lane that has not moved yet, by its size and by where its rates would take it. */
static void set_most(const epx_relaxation *relaxation, int place) {
  const epx_equilibrium_options *options = &relaxation->options;
  epx_lane_record *record = get_record(relaxation, place);
  for (size_t k = 0; k < relaxation->kinds.n; k++) {
    const double rate = relaxation->rate[at(relaxation, k, place)],
                 size = relaxation->size[at(relaxation, k, place)];
    const double scale = fmax(size, rate * options->max_time);
    if (record->kinds[k].most > 0) continue;
    record->kinds[k].most = relaxation->kinds.angle[k] || !(scale > 0) ? INFINITY : options->escape * scale;
  }
}

/** Looks at a running lane after a step of length `step`. Returns whether its state was replaced. */
static bool look_at(epx_relaxation *relaxation, int place, double step) {
  epx_lane_record *record = get_record(relaxation, place);
  const epx_equilibrium_options *options = &relaxation->options;
  record->elapsed += step;
  if (step == 0) set_most(relaxation, place);
  if (extend_record(relaxation, place)) {
    take_out(relaxation, place, EPX_DIVERGED);
    return true;
  }
  if (has_arrived(relaxation, place, step)) {
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
  relaxation->confirmed_is_known = false;
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
      if (pass == 0 && !epx_integrator_is_culprit(relaxation->own, place)) continue;
      take_out(relaxation, place, EPX_DIVERGED);
      found = true;
    }
  }
}

/** Evaluates the field of all lanes where their field leads them, each in its own time [n_lanes]: from y
 * [n_state][n_lanes] with the rates f. */
static void eval_ahead(const epx_relaxation *relaxation, const double *y, const double *f,
                       const double *time) {
  const size_t n_lanes = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)relaxation->n_state * n_lanes; i += n_lanes) {
    for (size_t lane = 0; lane < n_lanes; lane++)
      relaxation->ahead[i + lane] = y[i + lane] + time[lane] * f[i + lane];
  }
  epx_integrator_eval_at(relaxation->own, relaxation->ahead, relaxation->field_ahead);
}

/** Evaluates how far each kind of components will go, by how fast its rates change in a short step along the field;
 * *time: the time in which the first will have gone that far. */
static void expect_moving(const epx_relaxation *relaxation, int place, double probe, double *time) {
  epx_lane_record *record = get_record(relaxation, place);
  *time = relaxation->options.max_time;
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    const double rate = relaxation->rate[at(relaxation, kind, place)];
    const double share = relaxation->confirmed[at(relaxation, kind, place)] / rate; /* that changed */
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
  epx_lane_record *record = get_record(relaxation, place);
  for (size_t kind = 0; kind < relaxation->kinds.n; kind++) {
    if (relaxation->rate[at(relaxation, kind, place)] == 0)
      extend_way(relaxation, record, kind, relaxation->confirmed[at(relaxation, kind, place)] * time);
  }
}

/** Evaluates what the starts let expect. */
static void expect_ways(const epx_relaxation *relaxation) {
  const epx_kinds *kinds = &relaxation->kinds;
  const int n = relaxation->lanes->n_lanes, n_state = relaxation->n_state;
  const double probe = PROBE * relaxation->options.max_time;
  double *time = relaxation->time;
  for (int place = 0; place < n; place++)
    time[place] = probe;
  eval_ahead(relaxation, relaxation->start, relaxation->field, time);
  epx_lane_vector_eval_extents(kinds, n_state, n, n, relaxation->field_ahead, relaxation->field,
                               relaxation->confirmed);
  for (int place = 0; place < n; place++) {
    if (is_running(relaxation, place)) expect_moving(relaxation, place, probe, &time[place]);
  }
  /* One kind moves another, which moves a third. */
  for (size_t pass = 1; pass < kinds->n; pass++) {
    const double *y = pass == 1 ? relaxation->start : relaxation->ahead;
    eval_ahead(relaxation, y, pass == 1 ? relaxation->field : relaxation->field_ahead, time);
    epx_lane_vector_eval_extents(kinds, n_state, n, n, relaxation->field_ahead, NULL, relaxation->confirmed);
    for (int place = 0; place < n; place++) {
      if (is_running(relaxation, place)) expect_others(relaxation, place, time[place]);
    }
  }
}

/** Sets limits and floors of the running lanes by what their starts let expect. Returns the first step. */
static double set_scales(const epx_relaxation *relaxation) {
  double step = relaxation->options.max_time;
  expect_ways(relaxation);
  for (int place = 0; place < relaxation->lanes->n_used; place++) {
    const epx_lane_record *record = get_record(relaxation, place);
    if (!is_running(relaxation, place)) continue;
    set_bound(relaxation, place, 0);
    for (size_t k = 0; k < relaxation->kinds.n; k++) {
      const double rate = relaxation->rate[at(relaxation, k, place)];
      if (rate > 0) step = fmin(step, FIRST_WAY * get_tolerance(relaxation, &record->kinds[k]) / rate);
    }
  }
  return step;
}

/** Loads the lanes into the integrator, those that do not run frozen. */
static void load(epx_relaxation *relaxation, const epx_nudge *nudge) {
  const epx_lanes *lanes = relaxation->lanes;
  const size_t n = (size_t)relaxation->n_state * (size_t)lanes->n_lanes;
  memcpy(epx_integrator_get_state(relaxation->own), relaxation->y, n * sizeof *relaxation->y);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    relaxation->home[lane] = lane;
    freeze_lane(relaxation, lane);
    if (!is_running(relaxation, lane)) {
      clear_lane(relaxation, lane);
      continue;
    }
    epx_integrator_get_mask(relaxation->own)[lane] = -1;
    epx_limit_cycle_init(relaxation->watch, lane, NULL);
    epx_oscillation_init(&relaxation->records[lane].oscillation);
  }
  memcpy(relaxation->start, epx_integrator_get_state(relaxation->own), n * sizeof *relaxation->start);
  epx_integrator_set_lanes(relaxation->own, lanes, nudge);
}

/** Tells whether so many running lanes fill at most half the vectors that are integrated. */
static bool is_worth_packing(const epx_relaxation *relaxation, int n_running) {
  const int n_packed = (n_running + EPX_LANE_WIDTH - 1) / EPX_LANE_WIDTH * EPX_LANE_WIDTH;
  return 2 * n_packed <= relaxation->lanes->n_lanes &&
         n_packed <= epx_packed_lanes_get_room(relaxation->packed);
}

/** Moves each of n running lanes of n_old places to the place of its order in x [n_rows][n_old], in place: none moves
 * up. */
static void move_rows(const epx_relaxation *relaxation, size_t n_rows, size_t n_old, size_t n, double *x) {
  const size_t n_new = (size_t)relaxation->lanes->n_lanes;
  for (size_t i = 0; i < n_rows; i++) {
    for (size_t k = 0; k < n_new; k++)
      x[i * n_new + k] = x[i * n_old + (size_t)relaxation->moved[k < n ? k : n - 1]];
  }
}

/** Packs the running lanes. */
static void pack(epx_relaxation *relaxation) {
  const size_t n_old = (size_t)relaxation->lanes->n_lanes, n_kinds = relaxation->kinds.n;
  const size_t n_state = (size_t)relaxation->n_state;
  size_t n = 0;
  for (int place = 0; place < relaxation->lanes->n_used; place++) {
    if (!is_running(relaxation, place)) continue;
    relaxation->moved[n] = place;
    relaxation->home[n++] = relaxation->home[place];
  }
  relaxation->lanes = epx_packed_lanes_set(relaxation->packed, relaxation->all, (int)n, relaxation->home);
  move_rows(relaxation, n_state, n_old, n, epx_integrator_get_state(relaxation->own));
  move_rows(relaxation, n_state, n_old, n, relaxation->start);
  if (relaxation->settling) move_rows(relaxation, n_state, n_old, n, relaxation->end);
  move_rows(relaxation, n_kinds, n_old, n, epx_integrator_get_bound(relaxation->own));
  move_rows(relaxation, n_kinds, n_old, n, epx_integrator_get_floor(relaxation->own));
  for (int place = 0; place < relaxation->lanes->n_lanes; place++) {
    if ((size_t)place < n) {
      epx_integrator_get_mask(relaxation->own)[place] = -1;
    } else {
      freeze_lane(relaxation, place);
    }
  }
}

static epx_err follow(epx_relaxation *relaxation, const epx_nudge *nudge, double step) {
  double time = 0;
  int n_running = 1;
  EPX_TRY(epx_integrator_start(relaxation->own, time, step));
  while (n_running > 0) {
    const double before = time;
    bool broken = false, replaced = false;
    EPX_TRY(epx_integrator_step(relaxation->own, &time, &step, &broken));
    relaxation->steps++;
    relaxation->steps_left--;
    if (broken) take_out_culprits(relaxation);
    n_running = look_at_all(relaxation, time - before, &replaced);
    const bool packs = !nudge && n_running > 0 && is_worth_packing(relaxation, n_running);
    if (packs) pack(relaxation);
    if (n_running > 0 && (broken || replaced || packs)) {
      epx_integrator_set_lanes(relaxation->own, relaxation->lanes, nudge);
      EPX_TRY(epx_integrator_start(relaxation->own, time, step));
    }
  }
  return EPX_OK;
}

static epx_err solve(epx_relaxation *relaxation, const epx_nudge *nudge) {
  bool replaced = false;
  relaxation->steps_left = relaxation->options.max_steps;
  load(relaxation, nudge);
  if (look_at_all(relaxation, 0, &replaced) == 0) return EPX_OK;
  if (replaced) epx_integrator_set_lanes(relaxation->own, relaxation->lanes, nudge);
  if (replaced) eval_extents(relaxation);
  return follow(relaxation, nudge, set_scales(relaxation));
}

epx_err epx_relaxation_solve(epx_relaxation *relaxation, const epx_lanes *lanes, const epx_nudge *nudge,
                             double *y, epx_lane_record *records) {
  relaxation->own = relaxation->integrator;
  relaxation->all = relaxation->lanes = lanes;
  relaxation->y = y;
  relaxation->records = records;
  relaxation->settling = NULL;
  return solve(relaxation, nudge);
}

/** Makes what measuring needs, where it has not been asked before. */
static epx_err create_measuring(epx_relaxation *relaxation) {
  const size_t n_lanes = (size_t)relaxation->max_lanes, n = relaxation->kinds.n * n_lanes;
  if (relaxation->exact) return EPX_OK;
  if (!relaxation->end) EPX_TRY(EPX_ARRAY(relaxation->end, (size_t)relaxation->n_state * n_lanes));
  if (!relaxation->square) EPX_TRY(EPX_ARRAY(relaxation->square, n));
  if (!relaxation->slope) EPX_TRY(EPX_ARRAY(relaxation->slope, n));
  return epx_integrator_create(relaxation->network, relaxation->max_lanes,
                               fmin(relaxation->options.rtol, MEASURED_RTOL), &relaxation->exact);
}

epx_err epx_relaxation_measure(epx_relaxation *relaxation, const epx_lanes *lanes, const epx_nudge *nudge,
                               const double *end, double *y, epx_lane_record *records,
                               epx_settling *settling) {
  const epx_equilibrium_options options = relaxation->options;
  EPX_TRY(create_measuring(relaxation));
  memcpy(relaxation->end, end, (size_t)relaxation->n_state * (size_t)lanes->n_lanes * sizeof *end);
  relaxation->own = relaxation->exact;
  relaxation->all = relaxation->lanes = lanes;
  relaxation->y = y;
  relaxation->records = records;
  relaxation->settling = settling;
  relaxation->options.rtol = fmin(options.rtol, MEASURED_RTOL);
  relaxation->options.atol = fmin(options.atol, MEASURED_ATOL);
  const int code = solve(relaxation, nudge);
  relaxation->options = options;
  return code;
}

void epx_relaxation_get_counts(const epx_relaxation *relaxation, long *steps, long *evaluations) {
  *steps = relaxation->steps;
  *evaluations = epx_integrator_get_evaluations(relaxation->integrator);
}
