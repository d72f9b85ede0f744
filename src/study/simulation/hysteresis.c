/** @file
 * Hysteresis: a large step of the state is no proof of a jump, nor a small one of none. A step back is: on a
 * branch without a fold in between the dynamics lead back to where they were.
 */
#include "study/simulation/hysteresis.h"

#include <math.h>
#include <string.h>

#include "base/array.h"

/** States nearer than this share of their size are the same. */
#define SAME 1e-5
/** Steps back are tried where the state moves this many times as far as in the step before. */
#define SUSPECT 2.0
/** Halvings of a step with a jump in it. */
enum { HALVINGS = 6 };

typedef struct {
  const epx_hysteresis_spec *spec;
  epx_hysteresis *ways;
  double *room; /* [2][n_state] */
} sweep;

static epx_err create_branch(epx_branch *branch, size_t n_values, size_t n_state) {
  EPX_TRY(EPX_ARRAY(branch->state, n_values * n_state));
  EPX_TRY(EPX_ARRAY(branch->certificate, n_values));
  return EPX_ARRAY(branch->jump, n_values);
}

static void destroy_branch(epx_branch *branch) {
  epx_array_destroy(&branch->state);
  epx_array_destroy(&branch->certificate);
  epx_array_destroy(&branch->jump);
}

/** Evaluates the largest difference of two states, as a share of their size. */
static double eval_distance(int n_state, const double *a, const double *b) {
  double distance = 0, size = 0;
  for (int i = 0; i < n_state; i++) {
    distance = fmax(distance, fabs(a[i] - b[i]));
    size = fmax(size, fmax(fabs(a[i]), fabs(b[i])));
  }
  return size > 0 ? distance / size : 0;
}

static double *get_state(const sweep *s, const epx_branch *branch, int k) {
  return branch->state + (size_t)k * (size_t)s->spec->n_state;
}

/** Tells whether a state at `value` is what `before`, of an outcome, leads to there. */
static epx_err is_same_branch(const sweep *s, const double *now, double value, const double *before,
                              int outcome, bool *same) {
  const size_t size = (size_t)s->spec->n_state * sizeof *now;
  double *back = s->room + s->spec->n_state;
  epx_certificate certificate;
  memcpy(back, now, size);
  EPX_TRY(s->spec->solve_at(s->spec->context, value, back, &certificate));
  *same = certificate.outcome == outcome && eval_distance(s->spec->n_state, back, before) <= SAME;
  return EPX_OK;
}

/** Finds a jump between two values by bisection: what is nearer to the state before it has not jumped. */
static epx_err find_jump(const sweep *s, const epx_branch *branch, int from, int to, double *jump) {
  const size_t size = (size_t)s->spec->n_state * sizeof *s->room;
  double low = s->ways->value[from], high = s->ways->value[to];
  double *state = s->room + s->spec->n_state;
  memcpy(s->room, get_state(s, branch, from), size);
  for (int k = 0; k < HALVINGS; k++) {
    const double middle = 0.5 * (low + high);
    epx_certificate certificate;
    memcpy(state, s->room, size);
    EPX_TRY(s->spec->solve_at(s->spec->context, middle, state, &certificate));
    const bool as_before = certificate.outcome == branch->certificate[from].outcome;
    const bool as_after = certificate.outcome == branch->certificate[to].outcome;
    const double to_before = eval_distance(s->spec->n_state, state, s->room),
                 to_after = eval_distance(s->spec->n_state, state, get_state(s, branch, to));
    if (as_before && (!as_after || to_before < to_after)) {
      low = middle;
      memcpy(s->room, state, size);
    } else {
      high = middle;
    }
  }
  *jump = 0.5 * (low + high);
  return EPX_OK;
}

/** Looks for a jump in the step that led from `from` to `to`; *way: of the state in the step before. */
static epx_err look_for_jump(const sweep *s, epx_branch *branch, int from, int to, double *way) {
  const int outcome = branch->certificate[from].outcome;
  const double *before = get_state(s, branch, from), *now = get_state(s, branch, to);
  const double here = eval_distance(s->spec->n_state, before, now), last = *way;
  bool same = branch->certificate[to].outcome == outcome;
  *way = here;
  if (outcome == EPX_OK && same && here > fmax(SUSPECT * last, SAME)) {
    EPX_TRY(is_same_branch(s, now, s->ways->value[from], before, outcome, &same));
  }
  return same ? EPX_OK : find_jump(s, branch, from, to, &branch->jump[branch->n_jumps++]);
}

/** Follows one way. */
static epx_err follow(const sweep *s, const double *start, bool down, epx_branch *branch) {
  const int n = s->spec->n_values, step = down ? -1 : 1;
  const size_t size = (size_t)s->spec->n_state * sizeof *start;
  double way = 0;
  for (int k = down ? n - 1 : 0, before = -1; k >= 0 && k < n; before = k, k += step) {
    double *state = get_state(s, branch, k);
    memcpy(state, before < 0 ? start : get_state(s, branch, before), size);
    EPX_TRY(s->spec->solve_at(s->spec->context, s->ways->value[k], state, &branch->certificate[k]));
    if (before >= 0) EPX_TRY(look_for_jump(s, branch, before, k, &way));
  }
  return EPX_OK;
}

static epx_err solve(const epx_hysteresis_spec *spec, const double *start, epx_hysteresis *ways) {
  sweep s = {.spec = spec, .ways = ways};
  EPX_TRY(EPX_ARRAY(s.room, 2 * (size_t)spec->n_state));
  int code = follow(&s, start, false, &ways->up);
  if (code == EPX_OK) code = follow(&s, get_state(&s, &ways->up, spec->n_values - 1), true, &ways->down);
  epx_array_destroy(&s.room);
  return code;
}

static epx_err create_arrays(epx_hysteresis *ways) {
  const size_t n = (size_t)ways->n_values, n_state = (size_t)ways->n_state;
  EPX_TRY(EPX_ARRAY(ways->value, n));
  EPX_TRY(create_branch(&ways->up, n, n_state));
  return create_branch(&ways->down, n, n_state);
}

epx_err epx_hysteresis_create(const epx_hysteresis_spec *spec, const double *start, epx_hysteresis **out) {
  *out = NULL;
  if (spec->n_values < 2 || !isfinite(spec->from) || !isfinite(spec->to) || spec->from == spec->to) {
    return EPX_RAISE(EPX_EINPUT, "hysteresis: %d values from %g to %g: two at least, between different ends",
                     spec->n_values, spec->from, spec->to);
  }
  epx_hysteresis *ways;
  EPX_TRY(EPX_ARRAY(ways, 1));
  ways->n_values = spec->n_values;
  ways->n_state = spec->n_state;
  int code = create_arrays(ways);
  for (int k = 0; code == EPX_OK && k < spec->n_values; k++)
    ways->value[k] = spec->from + (spec->to - spec->from) * k / (spec->n_values - 1);
  if (code == EPX_OK) code = solve(spec, start, ways);
  if (code != EPX_OK) epx_hysteresis_destroy(&ways);
  EPX_TRY(code);
  *out = ways;
  return EPX_OK;
}

void epx_hysteresis_destroy(epx_hysteresis **address) {
  epx_hysteresis *ways = *address;
  if (!ways) return;
  epx_array_destroy(&ways->value);
  destroy_branch(&ways->up);
  destroy_branch(&ways->down);
  epx_array_destroy(address);
}

int epx_hysteresis_eval_width(const epx_hysteresis *ways) {
  int width = 0;
  for (int k = 0; k < ways->n_values; k++) {
    const size_t at = (size_t)k * (size_t)ways->n_state;
    const int up = ways->up.certificate[k].outcome, down = ways->down.certificate[k].outcome;
    const double distance = eval_distance(ways->n_state, ways->up.state + at, ways->down.state + at);
    width += up != down || (up == EPX_OK && distance > SAME);
  }
  return width;
}
