/** @file
 * Limit cycle: extents of both windows and, in the second, a Poincare section: the component that swung most
 * in the first window passes the middle of its swing upwards. The first passage is kept; a later one that
 * meets it closes a period. All is kept running, so that memory does not grow with time.
 */
#include "equilibrium/limit_cycle.h"

#include <math.h>
#include <string.h>

#include "epilux/base/array.h"

/** A swing that loses more than this share from one window to the next is dying. */
#define DECAY 0.02
/** Passages closer than this share of the amplitude are the same place: the state between two steps is
 * interpolated by a straight line. */
#define RETURN 0.1
/** Passages that make an oscillation. */
enum { PASSAGES = 3 };

typedef struct {
  bool seen[2];  /* windows with a sample */
  int component; /* of the section */
  double level;
  double time; /* of the last sample */
  int n_passages, n_returns;
  double first, last; /* times of the first passage and of the last that met it */
} lane_watch;

struct epx_limit_cycle {
  int n_state;
  lane_watch *lanes; /* [n_lanes] */
  double *low[2];    /* per window [n_lanes][n_state] */
  double *high[2];
  double *previous; /* [n_lanes][n_state]: the last sample */
  double *passage;  /* [n_lanes][n_state]: the state at the first passage */
};

static epx_err create_arrays(epx_limit_cycle *watch, size_t n_lanes) {
  const size_t n = (size_t)watch->n_state * n_lanes;
  EPX_TRY(EPX_ARRAY(watch->lanes, n_lanes));
  for (int window = 0; window < 2; window++) {
    EPX_TRY(EPX_ARRAY(watch->low[window], n));
    EPX_TRY(EPX_ARRAY(watch->high[window], n));
  }
  EPX_TRY(EPX_ARRAY(watch->previous, n));
  EPX_TRY(EPX_ARRAY(watch->passage, n));
  return EPX_OK;
}

epx_err epx_limit_cycle_create(int n_state, int n_lanes, epx_limit_cycle **out) {
  *out = NULL;
  epx_limit_cycle *watch = NULL;
  EPX_TRY(EPX_ARRAY(watch, 1));
  watch->n_state = n_state;
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
  for (int window = 0; window < 2; window++) {
    epx_array_destroy(&watch->low[window]);
    epx_array_destroy(&watch->high[window]);
  }
  epx_array_destroy(&watch->previous);
  epx_array_destroy(&watch->passage);
  epx_array_destroy(address);
}

void epx_limit_cycle_init(epx_limit_cycle *watch, int lane) {
  watch->lanes[lane] = (lane_watch){.component = 0};
}

static double *get_row(const epx_limit_cycle *watch, double *array, int lane) {
  return array + (size_t)lane * (size_t)watch->n_state;
}

/** Gets the component that swings most in a window, and half its swing. */
static int get_widest(const epx_limit_cycle *watch, int lane, int window, double *amplitude) {
  const double *low = get_row(watch, watch->low[window], lane),
               *high = get_row(watch, watch->high[window], lane);
  int widest = 0;
  for (int i = 1; i < watch->n_state; i++) {
    if (high[i] - low[i] > high[widest] - low[widest]) widest = i;
  }
  *amplitude = (high[widest] - low[widest]) / 2;
  return widest;
}

static void add_extent(epx_limit_cycle *watch, int lane, int window, const double *y, int stride) {
  double *low = get_row(watch, watch->low[window], lane), *high = get_row(watch, watch->high[window], lane);
  const bool first = !watch->lanes[lane].seen[window];
  for (int i = 0; i < watch->n_state; i++) {
    const double x = y[(size_t)i * (size_t)stride];
    if (first || x < low[i]) low[i] = x;
    if (first || x > high[i]) high[i] = x;
  }
  watch->lanes[lane].seen[window] = true;
}

/** Adds the passage at the share `a` of the way from the last sample to this one. */
static void add_passage(epx_limit_cycle *watch, int lane, double a, double time, const double *y,
                        int stride) {
  lane_watch *own = &watch->lanes[lane];
  const double *previous = get_row(watch, watch->previous, lane);
  double *passage = get_row(watch, watch->passage, lane);
  const double when = own->time + a * (time - own->time);
  own->n_passages++;
  if (own->n_passages == 1) own->first = when;
  double distance = 0, amplitude;
  get_widest(watch, lane, 0, &amplitude);
  for (int i = 0; i < watch->n_state; i++) {
    const double x = previous[i] + a * (y[(size_t)i * (size_t)stride] - previous[i]);
    if (own->n_passages == 1) passage[i] = x;
    distance = fmax(distance, fabs(x - passage[i]));
  }
  if (own->n_passages > 1 && distance <= RETURN * amplitude) {
    own->n_returns++;
    own->last = when;
  }
}

static void add_section(epx_limit_cycle *watch, int lane, double time, const double *y, int stride) {
  lane_watch *own = &watch->lanes[lane];
  if (!own->seen[1]) {
    double amplitude;
    own->component = get_widest(watch, lane, 0, &amplitude);
    own->level = get_row(watch, watch->low[0], lane)[own->component] + amplitude;
  }
  const double before = get_row(watch, watch->previous, lane)[own->component];
  const double now = y[(size_t)own->component * (size_t)stride];
  if (before < own->level && now >= own->level) {
    add_passage(watch, lane, (own->level - before) / (now - before), time, y, stride);
  }
}

void epx_limit_cycle_add(epx_limit_cycle *watch, int lane, int window, double time, const double *y,
                         int stride) {
  if (window == 1 && watch->lanes[lane].seen[0]) add_section(watch, lane, time, y, stride);
  add_extent(watch, lane, window, y, stride);
  double *previous = get_row(watch, watch->previous, lane);
  for (int i = 0; i < watch->n_state; i++)
    previous[i] = y[(size_t)i * (size_t)stride];
  watch->lanes[lane].time = time;
}

bool epx_limit_cycle_eval(const epx_limit_cycle *watch, int lane, double floor, double *period,
                          double *amplitude) {
  const lane_watch *own = &watch->lanes[lane];
  double before, after;
  *period = *amplitude = NAN;
  if (!own->seen[0] || !own->seen[1]) return false;
  get_widest(watch, lane, 0, &before);
  get_widest(watch, lane, 1, &after);
  if (after <= floor || after < (1 - DECAY) * before || own->n_passages < PASSAGES) return false;
  *amplitude = after;
  if (own->n_returns > 0) *period = (own->last - own->first) / own->n_returns;
  return true;
}
