/** @file
 * Hysteresis: a jump is a step of the state that stays as large in ever shorter steps of the parameter.
 *
 * A large step of the state is no proof of a jump, and a small one is none of its absence. A step is looked
 * into where a step back does not lead back, or where some node moves much further than in the step before.
 * Looking into it means bisection: the state is followed to the middle, again and again. At a fold the
 * distance across the shortest interval is that of the jump; on a steep branch it shrinks with the interval,
 * and at a pitchfork, where the state splits off as a square root, with its root. So the distances after all
 * and after half of the halvings are compared.
 *
 * Each node is judged by its own size, for a weak node may jump beside a strong one; and by the size that it
 * has on either side, for zeros are equal, however they are rounded.
 */
#include "study/simulation/hysteresis.h"

#include <math.h>
#include <string.h>

#include "base/array.h"

/** States whose nodes are nearer than this share of their sizes are the same. */
#define SAME 1e-5
/** A step is looked into where a node moves this many times as far as in the step before. */
#define SUSPECT 1.5
/** Halvings of a step that is looked into, and the ones after which the distance is first measured. */
enum { HALVINGS = 12, FIRST_HALVINGS = 6 };
/** A jump keeps this share of that distance. A pitchfork keeps 1/8, a steep branch 1/64. */
#define KEPT 0.5
/** Jumps of one step at most. */
enum { MOST_JUMPS = 8 };
/** States of the room: a step back, the lower and the upper end of a bisection. */
enum { BACK, LOW, HIGH, N_ROOMS };

typedef struct {
  const epx_hysteresis_spec *spec;
  epx_hysteresis *ways;
  double *room; /* [N_ROOMS][n_state] */
  double *way;  /* [n_nodes]: of each node in the step before, as a share of its size */
} sweep;

/** A part of a step: its ends, and the states there in the order in which they are passed. */
typedef struct {
  double from, to;
  double *before, *after; /* [n_state] */
  int outcome_before, outcome_after;
} stretch;

static epx_err create_branch(epx_branch *branch, size_t n_values, size_t n_state) {
  EPX_TRY(EPX_ARRAY(branch->state, n_values * n_state));
  EPX_TRY(EPX_ARRAY(branch->certificate, n_values));
  return EPX_ARRAY(branch->jump, n_values * MOST_JUMPS);
}

static void destroy_branch(epx_branch *branch) {
  epx_array_destroy(&branch->state);
  epx_array_destroy(&branch->certificate);
  epx_array_destroy(&branch->jump);
}

/** Evaluates the largest component of the row'th node in the states at both ends of a stretch. */
static double eval_size(const epx_hysteresis_spec *spec, const stretch *of, int row) {
  double size = 0;
  for (int i = row; i < row + spec->n_components; i++)
    size = fmax(size, fmax(fabs(of->before[i]), fabs(of->after[i])));
  return size;
}

/** Evaluates how far apart two states of the node at a row are, as a share of its size in them and at the
 * ends of a stretch; 0 where all are 0. */
static double eval_node_distance(const epx_hysteresis_spec *spec, const double *a, const double *b,
                                 const stretch *of, int row) {
  double distance = 0, size = eval_size(spec, of, row);
  for (int i = row; i < row + spec->n_components; i++) {
    distance = fmax(distance, fabs(a[i] - b[i]));
    size = fmax(size, fmax(fabs(a[i]), fabs(b[i])));
  }
  return size > 0 ? distance / size : 0;
}

/** Evaluates the same of the node that is furthest off. */
static double eval_distance(const epx_hysteresis_spec *spec, const double *a, const double *b,
                            const stretch *of) {
  double distance = 0;
  for (int row = 0; row < spec->n_state; row += spec->n_components)
    distance = fmax(distance, eval_node_distance(spec, a, b, of, row));
  return distance;
}

static double *get_state(const sweep *s, const epx_branch *branch, int k) {
  return branch->state + (size_t)k * (size_t)s->spec->n_state;
}

static double *get_room(const sweep *s, int place) {
  return s->room + (size_t)place * (size_t)s->spec->n_state;
}

/** Sets `state` to where the network comes from `start` at a value. */
static epx_err follow_to(const sweep *s, double value, const double *start, double *state, int *outcome) {
  epx_certificate certificate;
  memcpy(state, start, (size_t)s->spec->n_state * sizeof *state);
  EPX_TRY(s->spec->solve_at(s->spec->context, value, state, &certificate));
  *outcome = certificate.outcome;
  return EPX_OK;
}

/** Tells whether a step back leads back. */
static epx_err leads_back(const sweep *s, const stretch *step, bool *same) {
  double *back = get_room(s, BACK);
  int outcome;
  EPX_TRY(follow_to(s, step->from, step->after, back, &outcome));
  *same = outcome == step->outcome_before && eval_distance(s->spec, back, step->before, step) <= SAME;
  return EPX_OK;
}

/** Tells whether a step leads from its beginning to its end: not where a pitchfork, whose branches are alike,
 * was left for one and then for the other. */
static epx_err leads_on(const sweep *s, const stretch *step, bool *same) {
  double *on = get_room(s, BACK);
  int outcome;
  EPX_TRY(follow_to(s, step->to, step->before, on, &outcome));
  *same = outcome == step->outcome_after && eval_distance(s->spec, on, step->after, step) <= SAME;
  return EPX_OK;
}

/** Halves a stretch where its state moves most: what is nearer to its beginning has not jumped. The ends of
 * the shortest interval are left in LOW and HIGH and in *inside. *jumps: they are a jump's. */
static epx_err bisect(const sweep *s, const stretch *whole, stretch *inside, bool *jumps) {
  const size_t size = (size_t)s->spec->n_state * sizeof *s->room;
  const bool settles = whole->outcome_before == EPX_OK && whole->outcome_after == EPX_OK;
  double *middle = get_room(s, BACK), first = 0;
  *inside = *whole;
  inside->before = get_room(s, LOW);
  inside->after = get_room(s, HIGH);
  memcpy(inside->before, whole->before, size);
  memcpy(inside->after, whole->after, size);
  for (int k = 0; k < HALVINGS; k++) {
    const double value = 0.5 * (inside->from + inside->to);
    int outcome;
    EPX_TRY(follow_to(s, value, inside->before, middle, &outcome));
    if (settles && outcome == EPX_SLOW) break; /* as near to a fold as its dynamics allow */
    const bool as_before = outcome == whole->outcome_before, as_after = outcome == whole->outcome_after;
    if (as_before && (!as_after || eval_distance(s->spec, middle, inside->before, whole) <
                                       eval_distance(s->spec, middle, inside->after, whole))) {
      inside->from = value;
      memcpy(inside->before, middle, size);
    } else {
      inside->to = value;
      inside->outcome_after = outcome;
      memcpy(inside->after, middle, size);
    }
    if (k + 1 == FIRST_HALVINGS) first = eval_distance(s->spec, inside->before, inside->after, whole);
  }
  const double last = eval_distance(s->spec, inside->before, inside->after, whole);
  *jumps = !settles || (last > SAME && first > 0 && last >= KEPT * first);
  return settles && *jumps ? leads_on(s, inside, jumps) : EPX_OK;
}

/** Looks for the jumps of a stretch that was found suspicious. What follows a jump is followed once more from
 * its upper end, for another node may jump there. */
static epx_err look_into(const sweep *s, const stretch *step, epx_branch *branch) {
  const size_t size = (size_t)s->spec->n_state * sizeof *s->room;
  stretch rest = *step, inside;
  double *last = s->room + N_ROOMS * (size_t)s->spec->n_state;
  for (int k = 0; k < MOST_JUMPS; k++) {
    bool jumps;
    EPX_TRY(bisect(s, &rest, &inside, &jumps));
    if (!jumps) return EPX_OK;
    branch->jump[branch->n_jumps++] = 0.5 * (inside.from + inside.to);
    if (inside.outcome_after != rest.outcome_after || inside.outcome_after != EPX_OK) return EPX_OK;
    memcpy(last, inside.after, size);
    rest.before = last;
    rest.from = inside.to;
    rest.outcome_before = inside.outcome_after;
  }
  return EPX_OK;
}

/** Tells whether some node moves further in a step than in the one before, and keeps how far each does. */
static bool moves_further(const sweep *s, const stretch *step) {
  const int n = s->spec->n_components;
  bool further = false;
  for (int i = 0; i < s->spec->n_state; i += n) {
    const double here = eval_node_distance(s->spec, step->before, step->after, step, i);
    further = further || here > fmax(SUSPECT * s->way[i / n], SAME);
    s->way[i / n] = here;
  }
  return further;
}

/** Looks for jumps in the step that led from value `from` to value `to`. */
static epx_err look_for_jump(const sweep *s, epx_branch *branch, int from, int to) {
  const stretch step = {.from = s->ways->value[from],
                        .to = s->ways->value[to],
                        .before = get_state(s, branch, from),
                        .after = get_state(s, branch, to),
                        .outcome_before = branch->certificate[from].outcome,
                        .outcome_after = branch->certificate[to].outcome};
  const bool settles = step.outcome_before == EPX_OK && step.outcome_after == EPX_OK;
  bool same = step.outcome_before == step.outcome_after;
  const bool further = moves_further(s, &step);
  if (settles && !further && eval_distance(s->spec, step.before, step.after, &step) > SAME)
    EPX_TRY(leads_back(s, &step, &same));
  return same && !(settles && further) ? EPX_OK : look_into(s, &step, branch);
}

/** Follows one way through the values, from the last to the first where it goes back. */
static epx_err follow(const sweep *s, const double *start, bool back, epx_branch *branch) {
  const int n = s->spec->n_values, step = back ? -1 : 1;
  memset(s->way, 0, (size_t)(s->spec->n_state / s->spec->n_components) * sizeof *s->way);
  for (int k = back ? n - 1 : 0, before = -1; k >= 0 && k < n; before = k, k += step) {
    double *state = get_state(s, branch, k);
    const double *from = before < 0 ? start : get_state(s, branch, before);
    memcpy(state, from, (size_t)s->spec->n_state * sizeof *state);
    EPX_TRY(s->spec->solve_at(s->spec->context, s->ways->value[k], state, &branch->certificate[k]));
    if (before >= 0) EPX_TRY(look_for_jump(s, branch, before, k));
  }
  return EPX_OK;
}

static epx_err follow_both(const sweep *s, const double *start) {
  const bool falls = s->spec->to < s->spec->from;
  epx_branch *first = falls ? &s->ways->down : &s->ways->up, *second = falls ? &s->ways->up : &s->ways->down;
  EPX_TRY(follow(s, start, false, first));
  return follow(s, get_state(s, first, s->spec->n_values - 1), true, second);
}

static epx_err solve(const epx_hysteresis_spec *spec, const double *start, epx_hysteresis *ways) {
  sweep s = {.spec = spec, .ways = ways};
  int code = EPX_ARRAY(s.room, (N_ROOMS + 1) * (size_t)spec->n_state);
  if (code == EPX_OK) code = EPX_ARRAY(s.way, (size_t)(spec->n_state / spec->n_components));
  if (code == EPX_OK) code = follow_both(&s, start);
  epx_array_destroy(&s.room);
  epx_array_destroy(&s.way);
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
  ways->n_components = spec->n_components;
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
  const epx_hysteresis_spec spec = {.n_state = ways->n_state, .n_components = ways->n_components};
  int width = 0;
  for (int k = 0; k < ways->n_values; k++) {
    const size_t n_state = (size_t)ways->n_state, at = (size_t)k * n_state;
    /* beside a value at which all are 0 stands one at which they are not */
    const size_t next = k + 1 < ways->n_values ? at + n_state : at - n_state;
    const stretch beside = {.before = ways->up.state + next, .after = ways->down.state + next};
    const int up = ways->up.certificate[k].outcome, down = ways->down.certificate[k].outcome;
    const double distance = eval_distance(&spec, ways->up.state + at, ways->down.state + at, &beside);
    width += up != down || (up == EPX_OK && distance > SAME);
  }
  return width;
}
