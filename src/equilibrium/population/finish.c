/** @file
 * Finish: a chord iteration with the factors of one Jacobian for as long as its steps shrink quickly, new
 * factors when they do not, a shorter step where a full one does not descend.
 *
 * Learning phases begin with the free phase's factors, of a state before its end: steps shrink by much the
 * same share each, and are extrapolated along the last, lane by lane (Anderson1965). What an iteration of
 * theirs costs is mostly the passage over those factors, which two phases side by side take together. One
 * slot is kept for newer factors of each vector: the side that needs it second waits, and its lanes see
 * nothing of it.
 *
 * All is judged by steps, not by residuals: d = -J^-1 F has the state's unit, whatever the unit of rates, and
 * each kind of components is measured by its largest one. |d| is the largest over the kinds.
 *
 * The line search. With the factors at y, the step at y + l d is (1 - l) d + O(l^2): it shrinks, and for l
 * short enough by l/4 and more, which is what is asked. l is halved from 1 until it is so (Armijo's rule, in
 * its natural level function). Steps of older factors are no such steps: then factors are
 * renewed first.
 *
 * The lanes of a vector are factored side by side, but each by its own need: factors of the others stay, and a lane that
 * needs new ones waits until every lane of its vector that is iterated on does, or has arrived. What a lane comes to
 * depends on its own numbers alone. Factors of the free phase that have left their slot are made
 * again from the state that they were of.
 *
 * The basin. A finish may only polish: it must end where the dynamics would. By Newton-Kantorovich, when the
 * contraction is good the equilibrium lies within twice the first full step of the start; a lane whose first
 * step does not contract well, that ends further away, or would need a shorter step, has left what the
 * linearised field can promise. And the dynamics linger near saddles, where rates are small too: there the
 * determinant of -dF/ds is negative when one direction is unstable, the generic case, and its sign comes with
 * the factors. In each case the dynamics go on, to ten times lower rates. The line search is thus for starts
 * that no dynamics reached.
 */
#include "equilibrium/population/finish.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/lanes/lane_vector.h"

/** Largest share of the way back that is extrapolated: steps that do not shrink by a factor of 3 are not. */
#define FURTHEST 0.5
/** Largest displacement, in first steps, and the displacement that is rounding. */
#define BASIN 2.0
#define ROUNDING 1e-9
/** The share of a step that a step's length must take off, and the shortest before a lane gives up. */
#define DESCENT 0.25
#define SHORTEST (1.0 / 64)
/** Rates below this share of the terms that they are a sum of are rounding. */
#define SMALLEST 0x1p-40
/** A step that is more than this share of the last does not come nearer; and a first step that is long. */
#define STUCK 0.5
#define FAR 0.1
/** What the first step may leave of itself where the dynamics had arrived. */
#define CONTRACTION 0.25

/** One lane of a side. */
typedef struct {
  double length;                /* |d| at the last accepted iterate; INFINITY before it */
  double damping;               /* share of the step being tried */
  double first;                 /* |d| of the first full step; negative before it */
  double scale[EPX_KIND_COUNT]; /* what components of each kind are shares of */
  double sign;                  /* of det(dF/ds) where it was last factored; 0: singular or not known */
  int age;                      /* steps taken with the factors since they were those of the iterate */
  int judged;                   /* full steps judged, and the start: at most options.max_newton + 1 */
  bool factored;                /* there are factors to iterate with */
  bool stale;                   /* they contract too little */
  bool steps;                   /* iterated on now; it waits for its vector otherwise */
  bool fresh;                   /* the last step was one of factors of its own beginning */
  bool followed;                /* the last step was full and with these factors: `before` is its solution */
  bool rested;                  /* y is an accepted iterate: time for a new step */
} lane_state;

/** The room of a side. Arrays of vectors of lanes stand together, [n_vectors][n_state][EPX_LANE_WIDTH]. */
typedef struct {
  double *field, *start; /* [n_state][n_lanes]: F + N, where Newton began */
  double *step, *before; /* by vectors: the full step, the solution before */
  double *solution;      /* [n_state][EPX_LANE_WIDTH] */
  double *extents;       /* [n_kinds][EPX_LANE_WIDTH] */
  double *terms;         /* [n_state] */
  int *slot;             /* [n_slots]: where the factors of each vector of the group stand; -1: nowhere */
  lane_state *lanes;     /* [n_lanes] */
} side_room;

struct epx_finish {
  epx_equilibrium_options options;
  epx_kinds kinds;
  int n_state, n_slots, max_lanes;
  epx_linear *linear;
  double *work; /* for the family */
  side_room room[EPX_FINISH_SIDES];
  /* Of the free phase: */
  double *place; /* [n_state][n_lanes]: of which state each lane's factors are */
  bool *kept;    /* [n_lanes]: there are such factors, */
  bool *present; /* [n_lanes]: and they stand in their slot */
  int *owner;    /* [n_slots]: the first lane of the vector whose factors stand there; -1: nobody's */
  epx_finish_counts counts;
};

/** One side of one group of lanes while it is solved. */
typedef struct {
  epx_finish *finish;
  const epx_lanes *lanes;
  epx_finish_mode mode;
  epx_finish_side side;
  side_room *room;
  int begin, end; /* lanes of the group */
} side_group;

static epx_err create_room(side_room *room, int n_state, size_t n_kinds, int n_lanes, int n_slots) {
  const size_t lanes = (size_t)n_lanes, n = (size_t)n_state * lanes;
  EPX_TRY(EPX_ARRAY(room->field, n));
  EPX_TRY(EPX_ARRAY(room->step, n));
  EPX_TRY(EPX_ARRAY(room->start, n));
  EPX_TRY(EPX_ARRAY(room->before, n));
  EPX_TRY(EPX_ARRAY(room->solution, (size_t)n_state * EPX_LANE_WIDTH));
  EPX_TRY(EPX_ARRAY(room->extents, n_kinds * EPX_LANE_WIDTH));
  EPX_TRY(EPX_ARRAY(room->terms, (size_t)n_state));
  EPX_TRY(EPX_ARRAY(room->slot, (size_t)n_slots));
  return EPX_ARRAY(room->lanes, lanes);
}

static void destroy_room(side_room *room) {
  epx_array_destroy(&room->field);
  epx_array_destroy(&room->step);
  epx_array_destroy(&room->start);
  epx_array_destroy(&room->before);
  epx_array_destroy(&room->solution);
  epx_array_destroy(&room->extents);
  epx_array_destroy(&room->terms);
  epx_array_destroy(&room->slot);
  epx_array_destroy(&room->lanes);
}

static epx_err create_arrays(epx_finish *finish, const epx_network *network, int n_lanes) {
  const size_t lanes = (size_t)n_lanes;
  for (int s = 0; s < EPX_FINISH_SIDES; s++)
    EPX_TRY(create_room(&finish->room[s], finish->n_state, finish->kinds.n, n_lanes, finish->n_slots));
  EPX_TRY(EPX_ARRAY(finish->work, 4 * (size_t)network->n_nodes * finish->kinds.n_components * lanes));
  EPX_TRY(EPX_ARRAY(finish->place, (size_t)finish->n_state * lanes));
  EPX_TRY(EPX_ARRAY(finish->kept, lanes));
  EPX_TRY(EPX_ARRAY(finish->present, lanes));
  return EPX_ARRAY(finish->owner, (size_t)finish->n_slots);
}

epx_err epx_finish_create(const epx_network *network, int n_lanes, int n_slots,
                          const epx_equilibrium_options *options, epx_linear *linear, epx_finish **out) {
  *out = NULL;
  epx_finish *finish = NULL;
  EPX_TRY(EPX_ARRAY(finish, 1));
  finish->options = *options;
  epx_kinds_init(network->family, &finish->kinds);
  finish->n_state = network->n_state;
  finish->n_slots = n_slots;
  finish->linear = linear;
  finish->max_lanes = n_lanes;
  const int code = create_arrays(finish, network, n_lanes);
  if (code != EPX_OK) epx_finish_destroy(&finish);
  EPX_TRY(code);
  epx_finish_begin(finish);
  *out = finish;
  return EPX_OK;
}

void epx_finish_destroy(epx_finish **address) {
  epx_finish *finish = *address;
  if (!finish) return;
  for (int s = 0; s < EPX_FINISH_SIDES; s++)
    destroy_room(&finish->room[s]);
  epx_array_destroy(&finish->work);
  epx_array_destroy(&finish->place);
  epx_array_destroy(&finish->kept);
  epx_array_destroy(&finish->present);
  epx_array_destroy(&finish->owner);
  epx_array_destroy(address);
}

void epx_finish_begin(epx_finish *finish) {
  memset(finish->kept, 0, (size_t)finish->max_lanes * sizeof *finish->kept);
  memset(finish->present, 0, (size_t)finish->max_lanes * sizeof *finish->present);
  for (int slot = 0; slot < finish->n_slots; slot++)
    finish->owner[slot] = -1;
}

/** Tells whether a lane is to be iterated on. */
static bool is_ready(const side_group *group, int lane) {
  return lane < group->lanes->n_used && group->side.records[lane].stage == EPX_LANE_READY;
}

/** Tells whether a lane of a learning phase began at the free equilibrium: the dynamics have not been there. */
static bool starts_at_rest(const side_group *group, int lane) {
  return group->side.at_rest && group->side.at_rest[lane];
}

static bool any_ready(const side_group *group, int begin, int end) {
  for (int lane = begin; lane < end; lane++) {
    if (is_ready(group, lane)) return true;
  }
  return false;
}

static int get_vector(const side_group *group, int first) {
  return (first - group->begin) / EPX_LANE_WIDTH;
}

static void eval_field(const side_group *group) {
  const epx_finish *finish = group->finish;
  const epx_lanes *lanes = group->lanes;
  const epx_nudge *nudge = group->side.nudge;
  lanes->network->family->eval_field(lanes, group->side.y, group->room->field, finish->work);
  if (nudge) nudge->add_field(nudge->context, lanes, group->side.y, group->room->field);
}

/** Evaluates the largest components of x - from of a vector of lanes, rows `stride` apart, into room->extents. */
static void eval_extents(const side_group *group, int stride, const double *x, const double *from) {
  epx_lane_vector_eval_extents(&group->finish->kinds, group->finish->n_state, stride, EPX_LANE_WIDTH, x, from,
                               group->room->extents);
}

/** Gets a lane's length of what eval_extents() was asked for. */
static double get_length(const side_group *group, int lane) {
  const lane_state *own = &group->room->lanes[lane];
  double length = 0;
  for (size_t kind = 0; kind < group->finish->kinds.n; kind++) {
    const double extent = group->room->extents[kind * EPX_LANE_WIDTH + (size_t)lane % EPX_LANE_WIDTH];
    const double share = extent > 0 || isnan(extent) ? extent / own->scale[kind] : 0;
    length = share > length || isnan(share) ? share : length;
  }
  return length;
}

/** Gives the free phase's slot of a vector to its lanes from `first` on: those of others that stood there are gone. */
static void own_slot(epx_finish *finish, int vector, int first) {
  const int before = finish->owner[vector];
  if (before != first && before >= 0)
    memset(finish->present + before, 0, EPX_LANE_WIDTH * sizeof *finish->present);
  finish->owner[vector] = first;
}

/** Keeps the states of chosen lanes, whose factors are made now. */
static void keep_places(const side_group *group, int first, const bool *chosen) {
  epx_finish *finish = group->finish;
  const size_t n_lanes = (size_t)group->lanes->n_lanes;
  for (size_t row = 0; row < (size_t)finish->n_state; row++) {
    for (size_t w = 0; w < EPX_LANE_WIDTH; w++) {
      const size_t here = row * n_lanes + (size_t)first + w;
      if (chosen[w]) finish->place[here] = group->side.y[here];
    }
  }
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    if (chosen[w]) finish->kept[first + w] = finish->present[first + w] = true;
  }
}

/** Factors the Jacobians of chosen lanes of a vector into a slot; factors of `needed` lanes that stand there stay. */
static void factor_lanes(const side_group *group, int slot, int first, const bool *chosen, const bool *needed,
                         double *sign) {
  bool any = false;
  for (int w = 0; w < EPX_LANE_WIDTH; w++)
    any = any || (needed[w] && !chosen[w]);
  epx_linear_factor(group->finish->linear, slot, group->lanes, group->side.nudge, group->side.y, first,
                    any ? chosen : NULL, sign);
}

/** Factors the lanes of a vector that need it where they stand; `chosen` are those. */
static void factor(const side_group *group, int first, const bool *chosen) {
  epx_finish *finish = group->finish;
  const int vector = get_vector(group, first), before = group->room->slot[vector];
  const bool learns = group->side.nudge != NULL;
  const int slot = learns ? finish->n_slots + vector : vector;
  bool needed[EPX_LANE_WIDTH], any = false;
  double sign[EPX_LANE_WIDTH];
  if (!learns) own_slot(finish, vector, first);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    const int lane = first + w;
    needed[w] = learns ? is_ready(group, lane) && group->room->lanes[lane].factored : finish->present[lane];
    any = any || (needed[w] && !chosen[w]);
  }
  if (learns && before == vector && any) epx_linear_copy(finish->linear, before, slot);
  factor_lanes(group, slot, first, chosen, needed, sign);
  group->room->slot[vector] = slot;
  if (!learns) keep_places(group, first, chosen);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    lane_state *own = &group->room->lanes[first + w];
    if (!chosen[w]) continue;
    own->sign = sign[w];
    own->factored = true;
    own->stale = own->followed = false;
    own->age = 0;
    finish->counts.factorisations++;
  }
}

/** Evaluates how far the steps of a vector's lanes are extrapolated: of those that started at rest, which
 * never take a part of a step. */
static void eval_shares(const side_group *group, int first, const int64_t *mask, double *share) {
  const side_room *room = group->room;
  const int n_state = group->finish->n_state;
  bool any = false;
  for (int w = 0; w < EPX_LANE_WIDTH; w++)
    any = any || room->lanes[first + w].followed;
  if (any)
    epx_lane_vector_eval_secant(n_state, room->solution, room->before + (size_t)first * (size_t)n_state,
                                share);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    lane_state *own = &room->lanes[first + w];
    if (!own->followed || !(fabs(share[w]) <= FURTHEST)) share[w] = 0;
    if (own->steps) own->followed = mask[w] && starts_at_rest(group, first + w);
  }
}

/** Takes the full step in the lanes of a vector that rest at a good iterate, its solution being known. */
static void step(const side_group *group, int first) {
  epx_finish *finish = group->finish;
  const side_room *room = group->room;
  const size_t at = (size_t)first * (size_t)finish->n_state;
  const bool extrapolates = group->side.at_rest != NULL;
  int64_t mask[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  double share[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT))) = {0};
  bool any = false;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    lane_state *own = &room->lanes[first + w];
    mask[w] = is_ready(group, first + w) && own->steps && own->rested ? -1 : 0;
    any = any || mask[w];
    if (!mask[w]) continue;
    own->fresh = own->age == 0;
    own->age++;
    finish->counts.iterations++;
  }
  if (!any) return;
  if (extrapolates) eval_shares(group, first, mask, share);
  epx_lane_vector_set_step(finish->n_state, group->lanes->n_lanes, first, mask, room->solution, share,
                           extrapolates ? room->before + at : NULL, room->step + at, group->side.y);
}

/** y of a lane += share * step. */
static void move(const side_group *group, int lane, double share) {
  const size_t n_lanes = (size_t)group->lanes->n_lanes, n_state = (size_t)group->finish->n_state;
  const size_t w = (size_t)lane % EPX_LANE_WIDTH;
  const double *step = group->room->step + ((size_t)lane - w) * n_state + w;
  for (size_t row = 0; row < n_state; row++)
    group->side.y[row * n_lanes + (size_t)lane] += share * step[row * EPX_LANE_WIDTH];
}

/** Gives a lane back to the dynamics, as it came. */
static void give_back(const side_group *group, int lane) {
  const size_t n_lanes = (size_t)group->lanes->n_lanes;
  epx_lane_record *record = &group->side.records[lane];
  for (size_t i = (size_t)lane; i < (size_t)group->finish->n_state * n_lanes; i += n_lanes) {
    group->side.y[i] = group->room->start[i];
  }
  record->stage = EPX_LANE_RUNNING;
  if (!group->mode.polish || starts_at_rest(group, lane)) return;
  record->handover = fmax(record->handover / 10, group->finish->options.tolerance);
  group->finish->counts.departures++;
}

/** Tells whether these factors, whose last step left the share `contraction` of it, would need more
 * iterations than new ones take: a factorisation costs about n_state / 8, and a few follow it. From rest it
 * is a few more: steps are extrapolated, which contracts better than the share says, and an iteration of both
 * sides costs little more than one's, but not when they have factors of their own. */
static bool is_worth_factoring(const side_group *group, int lane, double length, double contraction) {
  const epx_finish *finish = group->finish;
  int left = finish->n_state / 8 + (starts_at_rest(group, lane) ? 6 : 3);
  for (; left > 0; left /= 2, contraction *= contraction)
    length *= left % 2 ? contraction : 1;
  return !(length <= finish->options.tolerance);
}

/** Tells whether the rates of a lane are rounding, kind by kind: no step can be told from none. */
static bool is_at_rounding(const side_group *group, int lane) {
  const epx_kinds *kinds = &group->finish->kinds;
  const size_t n_lanes = (size_t)group->lanes->n_lanes;
  double rate[EPX_KIND_COUNT] = {0}, terms[EPX_KIND_COUNT] = {0};
  bool rests = true;
  epx_linear_eval_terms(group->finish->linear, group->lanes, group->side.nudge, group->side.y, lane,
                        group->room->terms);
  for (size_t row = 0; row < (size_t)group->finish->n_state; row++) {
    const size_t kind = kinds->of[row % kinds->n_components];
    const double here = fabs(group->room->field[row * n_lanes + (size_t)lane]);
    rate[kind] = here <= rate[kind] ? rate[kind] : here;
    terms[kind] = fmax(terms[kind], group->room->terms[row]);
  }
  for (size_t kind = 0; kind < kinds->n; kind++)
    rests = rests && rate[kind] <= SMALLEST * terms[kind];
  return rests;
}

/** Judges an iterate that did not descend: with old factors, new ones at the last good iterate; else half the
 * step, or where the dynamics had arrived, they decide. A learning phase in which the free phase's factors do
 * not contract is not next to it: the same. */
static void judge_ascent(const side_group *group, int lane) {
  lane_state *own = &group->room->lanes[lane];
  if (starts_at_rest(group, lane) || isinf(own->length)) {
    give_back(group, lane);
  } else if (!own->fresh) {
    move(group, lane, -own->damping);
    own->stale = true;
    own->damping = 1;
    own->length = INFINITY;
  } else if (group->mode.polish || own->sign == 0 || own->damping / 2 < SHORTEST) {
    give_back(group, lane);
  } else {
    own->damping /= 2;
    move(group, lane, -own->damping);
    group->finish->counts.halvings++;
  }
}

/** Gets the share of the last step that the next one may be. */
static double get_limit(const side_group *group, int lane) {
  const lane_state *own = &group->room->lanes[lane];
  const bool arrived = group->mode.polish && !starts_at_rest(group, lane);
  return arrived && own->judged <= 2 ? CONTRACTION : 1 - DESCENT * own->damping;
}

/** Judges a lane's new iterate by the step from it: it descended or must be tried in another way. */
static void judge(const side_group *group, int lane, double length) {
  lane_state *own = &group->room->lanes[lane];
  own->rested = false;
  if (own->damping == 1 && own->judged++ == group->finish->options.max_newton) {
    give_back(group, lane);
  } else if (length <= get_limit(group, lane) * own->length && isfinite(length)) {
    const double contraction = isfinite(own->length) ? length / own->length : 0;
    own->stale = own->stale || own->damping < 1 || is_worth_factoring(group, lane, length, contraction);
    if (own->first < 0) own->first = length;
    own->length = length;
    own->damping = 1;
    own->rested = true;
  } else {
    judge_ascent(group, lane);
  }
}

/** Tells whether a lane that has arrived is where the dynamics were going. */
static bool is_in_basin(const side_group *group, int lane, double displacement) {
  const lane_state *own = &group->room->lanes[lane];
  const epx_nudge *nudge = group->side.nudge;
  if (!group->mode.polish) return true;
  if (displacement > BASIN * fmax(own->first, 0) + ROUNDING) return false;
  const bool reversed = nudge && nudge->direction < 0;
  const double stable = group->finish->n_state % 2 && !reversed ? -1 : 1;
  return own->sign == 0 || own->sign == stable;
}

/** Takes the step that is within the tolerance: it is known, and what it leaves is smaller still. */
static void take_last_step(const side_group *group, int lane, double length) {
  const size_t n_lanes = (size_t)group->lanes->n_lanes, w = (size_t)lane % EPX_LANE_WIDTH;
  if (!(length <= group->finish->options.tolerance)) return;
  for (size_t row = 0; row < (size_t)group->finish->n_state; row++)
    group->side.y[row * n_lanes + (size_t)lane] -= group->room->solution[row * EPX_LANE_WIDTH + w];
}

/** Takes the lanes of a vector that are marked for arrived, where they are in the basin. */
static void judge_arrivals(const side_group *group, int first, const bool *arrived, const double *length) {
  const int n_lanes = group->lanes->n_lanes;
  eval_extents(group, n_lanes, group->room->field + first, NULL);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    double residual = 0;
    for (size_t kind = 0; kind < group->finish->kinds.n; kind++)
      residual = fmax(residual, group->room->extents[kind * EPX_LANE_WIDTH + (size_t)w]);
    if (arrived[w]) group->side.records[first + w].residual = residual;
  }
  eval_extents(group, n_lanes, group->side.y + first, group->room->start + first);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    if (!arrived[w]) continue;
    group->side.records[first + w].stage = EPX_LANE_DONE;
    if (is_in_basin(group, first + w, get_length(group, first + w))) {
      take_last_step(group, first + w, length[w]);
    } else {
      give_back(group, first + w);
    }
  }
}

/** Lets the first step of a lane extend what its components are shares of: it may start in the dark. */
static void extend_scale(const side_group *group, int lane) {
  lane_state *own = &group->room->lanes[lane];
  for (size_t kind = 0; kind < group->finish->kinds.n; kind++) {
    const double extent = group->room->extents[kind * EPX_LANE_WIDTH + (size_t)lane % EPX_LANE_WIDTH];
    if (isfinite(extent) && !group->finish->kinds.angle[kind])
      own->scale[kind] = fmax(own->scale[kind], extent);
  }
}

/** Tells whether the step from a lane's new iterate is not much shorter than the one to it, or their number is up; or a
 * first step is long: where nothing holds a direction, rounding makes steps along it. */
static bool is_stuck(const side_group *group, int lane, double length) {
  const lane_state *own = &group->room->lanes[lane];
  const double most = isfinite(own->length) ? STUCK * own->length : FAR;
  return isfinite(length) && own->damping == 1 &&
         (length > most || own->judged == group->finish->options.max_newton);
}

/** Judges the new iterates of a vector of lanes by the steps from them, room->solution: those that have
 * arrived by where they came from; of the others, those that descended take their next step, and those
 * that did not try another way from the last good iterate or are given back to the dynamics. */
static void judge_vector(const side_group *group, int first) {
  bool arrived[EPX_LANE_WIDTH] = {false}, any = false;
  double length[EPX_LANE_WIDTH] = {0};
  eval_extents(group, EPX_LANE_WIDTH, group->room->solution, NULL);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    const int lane = first + w;
    if (!is_ready(group, lane) || !group->room->lanes[lane].steps) continue;
    if (group->room->lanes[lane].first < 0) extend_scale(group, lane);
    length[w] = get_length(group, lane);
    arrived[w] = length[w] <= group->finish->options.tolerance ||
                 (is_stuck(group, lane, length[w]) && is_at_rounding(group, lane));
    any = any || arrived[w];
    if (!arrived[w]) judge(group, lane, length[w]);
  }
  if (any) judge_arrivals(group, first, arrived, length);
  step(group, first);
}

/** Decides which lanes of a vector are iterated on: those with good factors, or where none has, those that need
 * them, `lacks`. Returns whether any lane is ready. */
static bool choose_lanes(const side_group *group, int first, bool *lacks, bool *factors) {
  bool any = false;
  *factors = true;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    const lane_state *own = &group->room->lanes[first + w];
    const bool ready = is_ready(group, first + w);
    lacks[w] = ready && (own->stale || !own->factored);
    *factors = *factors && (!ready || lacks[w]);
    any = any || ready;
  }
  for (int w = 0; w < EPX_LANE_WIDTH; w++)
    group->room->lanes[first + w].steps = is_ready(group, first + w) && lacks[w] == *factors;
  return any;
}

/** Sees to it that there are factors for lanes of a vector, unless the other side (NULL: none) is using their slot.
 * Tells whether there is a step to be evaluated. */
static bool prepare(const side_group *group, const side_group *other, int first) {
  const int vector = get_vector(group, first), slot = group->finish->n_slots + vector;
  bool lacks[EPX_LANE_WIDTH], factors;
  const bool any = choose_lanes(group, first, lacks, &factors);
  const bool waits = any && factors && other && other->room->slot[vector] == slot &&
                     any_ready(other, first, first + EPX_LANE_WIDTH);
  if (!any || waits) return false;
  if (factors) factor(group, first, lacks);
  return true;
}

/** Evaluates and judges the steps of a vector of lanes, of both sides at once where they have the same factors. */
static void advance(const side_group *groups, int n_sides, int first) {
  const epx_finish *finish = groups->finish;
  const size_t n_lanes = (size_t)groups->lanes->n_lanes;
  const int vector = get_vector(groups, first);
  bool steps[EPX_FINISH_SIDES] = {false};
  for (int s = 0; s < n_sides; s++)
    steps[s] = prepare(&groups[s], n_sides > 1 ? &groups[1 - s] : NULL, first);
  if (steps[0] && steps[1] && groups[0].room->slot[vector] == groups[1].room->slot[vector]) {
    epx_linear_solve_pair(finish->linear, groups->room->slot[vector], groups[0].room->field + first,
                          groups[1].room->field + first, n_lanes, groups[0].room->solution,
                          groups[1].room->solution);
  } else {
    for (int s = 0; s < n_sides; s++) {
      const side_room *room = groups[s].room;
      if (steps[s])
        epx_linear_solve(finish->linear, room->slot[vector], false, room->field + first, n_lanes,
                         room->solution);
    }
  }
  for (int s = 0; s < n_sides; s++) {
    if (steps[s]) judge_vector(&groups[s], first);
  }
}

/** Sees to it that the factors of the free phase stand in the slot of a learning phase's vector, those of lanes that begin
 * with them, `kept`. */
static void restore(const side_group *group, int first, const bool *kept) {
  epx_finish *finish = group->finish;
  const side_group free = {.finish = finish, .lanes = group->lanes, .side = {.y = finish->place}};
  const int vector = get_vector(group, first);
  bool lacking[EPX_LANE_WIDTH], any = false;
  double sign[EPX_LANE_WIDTH];
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    lacking[w] = kept[w] && !finish->present[first + w];
    any = any || lacking[w];
  }
  if (!any) return;
  own_slot(finish, vector, first);
  factor_lanes(&free, vector, first, lacking, finish->present + first, sign);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    if (lacking[w]) finish->present[first + w] = true;
  }
}

/** Inits a vector of lanes, whose components are shares of the largest of their kind in this phase. */
static void init_vector(const side_group *group, int first, const bool *kept) {
  const epx_kinds *kinds = &group->finish->kinds;
  eval_extents(group, group->lanes->n_lanes, group->side.y + first, NULL);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    lane_state *own = &group->room->lanes[first + w];
    *own = (lane_state){.length = INFINITY, .damping = 1, .first = -1, .factored = kept[w], .age = kept[w]};
    for (size_t kind = 0; kind < kinds->n; kind++) {
      const double size = group->room->extents[kind * EPX_LANE_WIDTH + (size_t)w];
      const double most = fmax(size, group->side.records[first + w].kinds[kind].size);
      own->scale[kind] = epx_kinds_get_scale(kinds, kind, most);
    }
  }
}

static void init_group(const side_group *group) {
  epx_finish *finish = group->finish;
  for (int first = group->begin; first < group->end; first += EPX_LANE_WIDTH) {
    const int vector = get_vector(group, first);
    bool kept[EPX_LANE_WIDTH], any = false;
    for (int w = 0; w < EPX_LANE_WIDTH; w++) {
      kept[w] = starts_at_rest(group, first + w) && is_ready(group, first + w) && finish->kept[first + w];
      any = any || kept[w];
    }
    if (any) restore(group, first, kept);
    group->room->slot[vector] = any ? vector : -1;
    init_vector(group, first, kept);
  }
}

/* Ends because every lane that does not wait is judged each time, at most max_newton + 1 times but for the
 * few halvings of each step, and lanes wait for others. */
static void solve_group(const side_group *groups, int n_sides) {
  bool any = true;
  for (int s = 0; s < n_sides; s++)
    init_group(&groups[s]);
  while (any) {
    any = false;
    for (int s = 0; s < n_sides; s++) {
      if (!any_ready(&groups[s], groups[s].begin, groups[s].end)) continue;
      eval_field(&groups[s]);
      any = true;
    }
    for (int first = groups->begin; any && first < groups->end; first += EPX_LANE_WIDTH)
      advance(groups, n_sides, first);
  }
}

void epx_finish_solve(epx_finish *finish, const epx_lanes *lanes, epx_finish_mode mode, int n_sides,
                      const epx_finish_side *sides) {
  side_group groups[EPX_FINISH_SIDES];
  const int n_most = finish->n_slots * EPX_LANE_WIDTH;
  for (int s = 0; s < n_sides; s++) {
    groups[s] = (side_group){
        .finish = finish, .lanes = lanes, .mode = mode, .side = sides[s], .room = &finish->room[s]};
    memcpy(finish->room[s].start, sides[s].y,
           (size_t)finish->n_state * (size_t)lanes->n_lanes * sizeof(double));
  }
  for (int begin = 0; begin < lanes->n_lanes; begin += n_most) {
    for (int s = 0; s < n_sides; s++) {
      groups[s].begin = begin;
      groups[s].end = begin + n_most < lanes->n_lanes ? begin + n_most : lanes->n_lanes;
    }
    solve_group(groups, n_sides);
  }
}

const double *epx_finish_get_start(const epx_finish *finish) {
  return finish->room[0].start;
}

epx_finish_counts epx_finish_get_counts(const epx_finish *finish) {
  return finish->counts;
}
