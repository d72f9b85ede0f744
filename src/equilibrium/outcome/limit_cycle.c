/** @file
 * Limit cycle: the extents of an epoch and, in it, a Poincare section: the component that swung most in the
 * epoch before passes the middle of its swing upwards. The epoch's first passage is kept; a later one that
 * meets it closes a period. All is kept running, so that memory does not grow with time.
 */
#include "equilibrium/outcome/limit_cycle.h"

#include <math.h>
#include <string.h>

#include "base/array.h"

/** Samples of the first epoch. */
enum { FIRST_EPOCH = 32 };
/** A swing that loses more than this share from one epoch to the next is dying. */
#define DECAY 0.02
/** A swing that changes by less is steady, when so many passages say so. */
#define STEADY 2e-3
enum { STEADY_PASSAGES = 16 };
/** Where nothing comes back regularly, so many passages say so, of a swing that changes by less than DECAY.
 */
enum { IRREGULAR_PASSAGES = 48 };
/** Passages closer than this share of the amplitude are the same place. */
#define RETURN 0.05
/** Periods that differ by more than this share of the longest are none. */
#define REGULAR 0.05
/** One turn of an angle. */
#define TURN 6.283185307179586476925
/** Passages that make an oscillation. */
enum { PASSAGES = 3 };
/** Returns that make a period. */
enum { RETURNS = 2 };

/** What an epoch says of a lane. */
typedef struct {
  double before, after; /* amplitude in the epoch before, and in this one */
  int n_passages, n_returns;
  double first, last;       /* times of the first passage and of the last that met it */
  double shortest, longest; /* time between two that met it */
} epoch;

typedef struct {
  long n_samples, length;       /* of the current epoch: seen, and in all */
  int n_epochs;                 /* whole ones */
  int component;                /* of the section; -1: another process has it */
  double scale[EPX_KIND_COUNT]; /* of each kind: what swings are shares of */
  double unit;                  /* scale of the component of the section, wherever it is */
  bool runs;                    /* it is an angle that turns round */
  double level;
  double time;          /* of the last sample */
  epoch current, whole; /* the running one, and the last that has ended */
} lane_watch;

struct epx_limit_cycle {
  int n_state;
  epx_kinds kinds;
  epx_limit_cycle_spread spread;
  lane_watch *lanes;  /* [n_lanes] */
  double *low, *high; /* [n_lanes][n_state]: of the current epoch */
  double *y, *slope;  /* [n_lanes][n_state]: the last sample */
  double *passage;    /* [n_lanes][n_state]: the state at the first passage */
};

/** A component between two samples: the cubic in the share s of the way. */
typedef struct {
  double y0, y1, m0, m1; /* values, and slopes per step */
} cubic;

static double eval_cubic(const cubic *c, double s) {
  const double r = 1 - s;
  return c->y0 * (1 + 2 * s) * r * r + c->m0 * s * r * r + c->y1 * s * s * (3 - 2 * s) - c->m1 * s * s * r;
}

/** Evaluates where between two samples of opposite slopes the cubic turns. */
static double eval_turn(const cubic *c) {
  const double rise = c->y1 - c->y0;
  const double A = 3 * (c->m0 + c->m1 - 2 * rise), B = 2 * (3 * rise - 2 * c->m0 - c->m1), C = c->m0;
  const double root = sqrt(fmax(B * B - 4 * A * C, 0)), q = -0.5 * (B + copysign(root, B));
  const double s = A != 0 ? q / A : -1, t = q != 0 ? C / q : -1;
  return s >= 0 && s <= 1 ? s : t >= 0 && t <= 1 ? t : 0;
}

/** Evaluates where a cubic that is below the level at 0 and not at 1 reaches it, by bisection. */
static double eval_crossing(const cubic *c, double level) {
  double low = 0, high = 1;
  for (int k = 0; k < 40; k++) {
    const double middle = 0.5 * (low + high);
    if (eval_cubic(c, middle) < level) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}

static epx_err create_arrays(epx_limit_cycle *watch, size_t n_lanes) {
  const size_t n = (size_t)watch->n_state * n_lanes;
  EPX_TRY(EPX_ARRAY(watch->lanes, n_lanes));
  EPX_TRY(EPX_ARRAY(watch->low, n));
  EPX_TRY(EPX_ARRAY(watch->high, n));
  EPX_TRY(EPX_ARRAY(watch->y, n));
  EPX_TRY(EPX_ARRAY(watch->slope, n));
  return EPX_ARRAY(watch->passage, n);
}

epx_err epx_limit_cycle_create(const epx_kinds *kinds, int n_state, int n_lanes, epx_limit_cycle **out) {
  *out = NULL;
  epx_limit_cycle *watch = NULL;
  EPX_TRY(EPX_ARRAY(watch, 1));
  watch->n_state = n_state;
  watch->kinds = *kinds;
  const int code = create_arrays(watch, (size_t)n_lanes);
  if (code != EPX_OK) epx_limit_cycle_destroy(&watch);
  EPX_TRY(code);
  *out = watch;
  return EPX_OK;
}

void epx_limit_cycle_destroy(epx_limit_cycle **address) {
  epx_limit_cycle *watch = *address;
  if (!watch) return;
  epx_array_destroy(&watch->lanes);
  epx_array_destroy(&watch->low);
  epx_array_destroy(&watch->high);
  epx_array_destroy(&watch->y);
  epx_array_destroy(&watch->slope);
  epx_array_destroy(&watch->passage);
  epx_array_destroy(address);
}

void epx_limit_cycle_set_spread(epx_limit_cycle *watch, const epx_limit_cycle_spread *spread) {
  watch->spread = *spread;
}

/** Merges a number that processes may know differently: the largest, whoever has it. */
static double merge(const epx_limit_cycle *watch, double number) {
  if (watch->spread.merge_largest) watch->spread.merge_largest(watch->spread.context, 1, &number);
  return number;
}

void epx_limit_cycle_init(epx_limit_cycle *watch, int lane, const double *size) {
  lane_watch *own = &watch->lanes[lane];
  *own = (lane_watch){.length = FIRST_EPOCH};
  for (size_t kind = 0; kind < watch->kinds.n; kind++) {
    const double scale = epx_kinds_get_scale(&watch->kinds, kind, size ? size[kind] : 1);
    own->scale[kind] = scale > 0 ? scale : 1;
  }
}

bool epx_limit_cycle_is_empty(const epx_limit_cycle *watch, int lane) {
  return watch->lanes[lane].n_epochs == 0 && watch->lanes[lane].n_samples == 0;
}

/** Gets the kind of a component, by its place in the state or in the whole of one that is spread. */
static size_t get_kind(const epx_limit_cycle *watch, size_t place) {
  return watch->kinds.of[place % watch->kinds.n_components];
}

static double *get_row(const epx_limit_cycle *watch, double *array, int lane) {
  return array + (size_t)lane * (size_t)watch->n_state;
}

/** Gets the swing of a component in the current epoch, as a share of its kind's scale; 2 pi of an angle that turned
 * round. */
static double get_swing(const epx_limit_cycle *watch, int lane, int i) {
  const size_t at = (size_t)lane * (size_t)watch->n_state + (size_t)i, kind = get_kind(watch, (size_t)i);
  const double swing = (watch->high[at] - watch->low[at]) / watch->lanes[lane].scale[kind];
  return watch->kinds.angle[kind] ? fmin(swing, TURN) : swing;
}

/** Gets the component that swings most in the current epoch, the first of equals, and half its swing; -1
 * where another process has it. Of the first kind alone, the light: all kinds swing with it, and the answer does
 * not change with what they are measured by. *unit: the scale of its kind, *runs: it is an angle that turned round. */
static int get_widest(const epx_limit_cycle *watch, int lane, double *amplitude, double *unit, bool *runs) {
  int widest = 0;
  for (int i = 1; i < watch->n_state; i++) {
    if (get_kind(watch, (size_t)i) == 0 && get_swing(watch, lane, i) > get_swing(watch, lane, widest))
      widest = i;
  }
  const double swing = get_swing(watch, lane, widest), largest = merge(watch, swing);
  const double place = watch->spread.first + (double)widest;
  const double first = -merge(watch, swing == largest ? -place : -INFINITY);
  const size_t kind = get_kind(watch, isfinite(first) ? (size_t)first : 0);
  *amplitude = largest / 2;
  *unit = watch->lanes[lane].scale[kind];
  *runs = watch->kinds.angle[kind] && largest >= TURN;
  return first == place ? widest : -1;
}

/** A new sample of a lane, beside the last one. */
typedef struct {
  epx_limit_cycle *watch;
  int lane;
  double time, step;
  const double *y, *dy_dt;
  size_t stride;
} sample;

static cubic get_cubic(const sample *s, int i) {
  const size_t at = (size_t)s->lane * (size_t)s->watch->n_state + (size_t)i, there = (size_t)i * s->stride;
  const double y0 = s->watch->y[at], y1 = s->y[there];
  if (!s->dy_dt) return (cubic){y0, y1, y1 - y0, y1 - y0};
  return (cubic){y0, y1, s->step * s->watch->slope[at], s->step * s->dy_dt[there]};
}

static void extend(double *low, double *high, double x) {
  *low = x < *low ? x : *low;
  *high = x > *high ? x : *high;
}

/** Extends the epoch's extents by a sample and keeps it, in one pass: a large network's is through memory. */
static void take_sample(const sample *s) {
  epx_limit_cycle *watch = s->watch;
  double *low = get_row(watch, watch->low, s->lane), *high = get_row(watch, watch->high, s->lane);
  double *y = get_row(watch, watch->y, s->lane), *slope = get_row(watch, watch->slope, s->lane);
  for (int i = 0; i < watch->n_state; i++) {
    const cubic c = get_cubic(s, i);
    extend(&low[i], &high[i], c.y1);
    if (c.m0 * c.m1 < 0) extend(&low[i], &high[i], eval_cubic(&c, eval_turn(&c)));
    y[i] = c.y1;
    if (s->dy_dt) slope[i] = s->dy_dt[(size_t)i * s->stride];
  }
}

/** Adds the passage at the share `a` of the way from the last sample to this one. */
static void add_passage(const sample *s, double a) {
  epoch *own = &s->watch->lanes[s->lane].current;
  double *passage = get_row(s->watch, s->watch->passage, s->lane), distance = 0;
  const double when = s->time - (1 - a) * s->step;
  own->n_passages++;
  for (int i = 0; i < s->watch->n_state; i++) {
    const cubic c = get_cubic(s, i);
    const size_t kind = get_kind(s->watch, (size_t)i);
    const double x = eval_cubic(&c, a);
    if (own->n_passages == 1) passage[i] = x;
    const double off = s->watch->kinds.angle[kind] ? epx_kinds_wrap(x - passage[i]) : x - passage[i];
    distance = fmax(distance, fabs(off) / s->watch->lanes[s->lane].scale[kind]);
  }
  distance = merge(s->watch, distance);
  if (own->n_passages == 1) own->first = own->last = when;
  if (own->n_passages == 1 || distance > RETURN * own->before) return;
  const double gap = when - own->last;
  own->shortest = own->n_returns == 0 ? gap : fmin(own->shortest, gap);
  own->longest = fmax(own->longest, gap);
  own->n_returns++;
  own->last = when;
}

/** Ends the current epoch: what swung most in it makes the next one's section. */
static void end_epoch(epx_limit_cycle *watch, int lane) {
  lane_watch *own = &watch->lanes[lane];
  double amplitude, *low = get_row(watch, watch->low, lane), *high = get_row(watch, watch->high, lane);
  own->component = get_widest(watch, lane, &amplitude, &own->unit, &own->runs);
  own->level = merge(watch, own->component < 0 ? -INFINITY : low[own->component] + amplitude * own->unit);
  own->current.after = amplitude;
  own->whole = own->current;
  own->current = (epoch){.before = amplitude};
  own->n_epochs++;
  own->n_samples = 0;
  own->length *= 2;
  memcpy(low, get_row(watch, watch->y, lane), (size_t)watch->n_state * sizeof *low);
  memcpy(high, low, (size_t)watch->n_state * sizeof *high);
}

/** Evaluates at which share of the way an angle that turns round passes a level, modulo 2 pi and in either direction;
 * negative: it does not. */
static double eval_turning(const cubic *c, double level) {
  const double before = floor((c->y0 - level) / TURN), after = floor((c->y1 - level) / TURN);
  if (after > before) return eval_crossing(c, level + TURN * (before + 1));
  if (after == before) return -1;
  const cubic mirrored = {-c->y0, -c->y1, -c->m0, -c->m1};
  return eval_crossing(&mirrored, -(level + TURN * before));
}

/** Evaluates at which share of the way from the last sample the section was crossed upwards; negative: it was
 * not. */
static double eval_passage(const sample *s) {
  const lane_watch *own = &s->watch->lanes[s->lane];
  double share = -1;
  if (own->component >= 0) {
    const cubic c = get_cubic(s, own->component);
    if (own->runs) {
      share = eval_turning(&c, own->level);
    } else if (c.y0 < own->level && c.y1 >= own->level) {
      share = eval_crossing(&c, own->level);
    }
  }
  return merge(s->watch, share);
}

/** Takes a lane's first sample, which is all that is known of its extents. */
static void take_first(const sample *s) {
  epx_limit_cycle *watch = s->watch;
  double *low = get_row(watch, watch->low, s->lane), *high = get_row(watch, watch->high, s->lane);
  double *y = get_row(watch, watch->y, s->lane), *slope = get_row(watch, watch->slope, s->lane);
  for (int i = 0; i < watch->n_state; i++) {
    y[i] = low[i] = high[i] = s->y[(size_t)i * s->stride];
    if (s->dy_dt) slope[i] = s->dy_dt[(size_t)i * s->stride];
  }
}

bool epx_limit_cycle_add(epx_limit_cycle *watch, int lane, double time, const double *y, const double *dy_dt,
                         int stride) {
  lane_watch *own = &watch->lanes[lane];
  const sample s = {watch, lane, time, time - own->time, y, dy_dt, (size_t)stride};
  if (epx_limit_cycle_is_empty(watch, lane)) {
    take_first(&s);
  } else {
    const double share = own->n_epochs > 0 ? eval_passage(&s) : -1;
    if (share >= 0) add_passage(&s, share);
    take_sample(&s);
  }
  own->time = time;
  own->n_samples++;
  if (own->n_samples < own->length) return false;
  end_epoch(watch, lane);
  return true;
}

/** Gets the period of an epoch, NaN where its returns are not regular. */
static double get_period(const epoch *own) {
  if (own->n_returns < RETURNS || own->longest - own->shortest > REGULAR * own->longest) return NAN;
  return (own->last - own->first) / own->n_returns;
}

bool epx_limit_cycle_is_steady(const epx_limit_cycle *watch, int lane, double floor, double *period,
                               double *amplitude) {
  const lane_watch *own = &watch->lanes[lane];
  const epoch *whole = &own->whole;
  *period = *amplitude = NAN;
  if (own->n_epochs < 2 || whole->after <= floor) return false;
  const double change = fabs(whole->after - whole->before) / whole->before;
  const bool regular = !isnan(get_period(whole));
  const bool steady = regular ? whole->n_passages >= STEADY_PASSAGES && change <= STEADY
                              : whole->n_passages >= IRREGULAR_PASSAGES && change <= DECAY;
  if (!steady) return false;
  *amplitude = whole->after * own->unit;
  *period = get_period(whole);
  return true;
}

bool epx_limit_cycle_eval(const epx_limit_cycle *watch, int lane, double floor, double *period,
                          double *amplitude) {
  const lane_watch *own = &watch->lanes[lane];
  *period = *amplitude = NAN;
  if (own->n_epochs == 0) return false;
  /* The running epoch is as long as the whole one when it is half done. */
  epoch seen = own->whole;
  double unit = own->unit;
  bool runs;
  if (own->n_samples >= own->length / 2 || own->n_epochs < 2) {
    seen = own->current;
    get_widest(watch, lane, &seen.after, &unit, &runs);
  }
  if (seen.after <= floor || seen.after < (1 - DECAY) * seen.before || seen.n_passages < PASSAGES)
    return false;
  *amplitude = seen.after * unit;
  *period = get_period(&seen);
  return true;
}
