/** @file
 * Finish: a chord iteration with the factors of one Jacobian for as long as the residual falls quickly, new
 * factors when it does not, a shorter step where a full one does not descend.
 *
 * Learning phases begin with the free phase's factors, of a state before its end: steps shrink by much the
 * same share each, and are extrapolated along the last, lane by lane (Anderson1965). What an iteration of
 * theirs costs is mostly the passage over those factors, which two phases side by side take together. One
 * slot is kept for newer factors of each vector: the side that needs it second waits, and its lanes see
 * nothing of it.
 */
#include "equilibrium/population/finish.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/lanes/lane_vector.h"
#include "equilibrium/population/finish_private.h"

/** Largest share of the way back that is extrapolated: a lane whose residual shrinks by less than a factor of 3
 * is not extrapolated. */
#define FURTHEST 0.5

static epx_err create_room(epx_finish_room *room, int n_state, int n_lanes, int n_slots) {
  const size_t lanes = (size_t)n_lanes, n = (size_t)n_state * lanes;
  EPX_TRY(EPX_ARRAY(room->field, n));
  EPX_TRY(EPX_ARRAY(room->step, n));
  EPX_TRY(EPX_ARRAY(room->start, n));
  EPX_TRY(EPX_ARRAY(room->before, n));
  EPX_TRY(EPX_ARRAY(room->residual, lanes));
  EPX_TRY(EPX_ARRAY(room->solution, (size_t)n_state * EPX_LANE_WIDTH));
  EPX_TRY(EPX_ARRAY(room->slot, (size_t)n_slots));
  EPX_TRY(EPX_ARRAY(room->waits, (size_t)n_slots));
  return EPX_ARRAY(room->lanes, lanes);
}

static void destroy_room(epx_finish_room *room) {
  epx_array_destroy(&room->field);
  epx_array_destroy(&room->step);
  epx_array_destroy(&room->start);
  epx_array_destroy(&room->before);
  epx_array_destroy(&room->residual);
  epx_array_destroy(&room->solution);
  epx_array_destroy(&room->slot);
  epx_array_destroy(&room->waits);
  epx_array_destroy(&room->lanes);
}

static epx_err create_arrays(epx_finish *finish, const epx_network *network, int n_lanes) {
  const size_t lanes = (size_t)n_lanes;
  for (int s = 0; s < EPX_FINISH_SIDES; s++)
    EPX_TRY(create_room(&finish->room[s], finish->n_state, n_lanes, finish->n_slots));
  EPX_TRY(
      EPX_ARRAY(finish->work, 4 * (size_t)network->n_nodes * (size_t)network->family->components * lanes));
  return EPX_ARRAY(finish->kept, (size_t)finish->n_slots);
}

epx_err epx_finish_create(const epx_network *network, int n_lanes, int n_slots,
                          const epx_equilibrium_options *options, epx_linear *linear, epx_finish **out) {
  *out = NULL;
  epx_finish *finish = NULL;
  EPX_TRY(EPX_ARRAY(finish, 1));
  finish->options = *options;
  finish->n_state = network->n_state;
  finish->n_slots = n_slots;
  finish->linear = linear;
  const int code = create_arrays(finish, network, n_lanes);
  if (code != EPX_OK) epx_finish_destroy(&finish);
  EPX_TRY(code);
  *out = finish;
  return EPX_OK;
}

void epx_finish_destroy(epx_finish **address) {
  epx_finish *finish = *address;
  if (!finish) return;
  for (int s = 0; s < EPX_FINISH_SIDES; s++)
    destroy_room(&finish->room[s]);
  epx_array_destroy(&finish->work);
  epx_array_destroy(&finish->kept);
  epx_array_destroy(address);
}

static bool any_ready(const epx_finish_group *group, int begin, int end) {
  for (int lane = begin; lane < end; lane++) {
    if (epx_finish_is_ready(group, lane)) return true;
  }
  return false;
}

static int get_vector(const epx_finish_group *group, int first) {
  return (first - group->begin) / EPX_LANE_WIDTH;
}

static void eval_field(const epx_finish_group *group) {
  const epx_finish *finish = group->finish;
  const epx_lanes *lanes = group->lanes;
  const epx_nudge *nudge = group->side.nudge;
  lanes->network->family->eval_field(lanes, group->side.y, group->room->field, finish->work);
  if (nudge) nudge->add_field(nudge->context, lanes, group->side.y, group->room->field);
  epx_lane_vector_eval_extent(finish->n_state, lanes->n_lanes, group->room->field, group->room->residual);
}

/** Factors the Jacobians of a vector of lanes where they stand. */
static void factor(const epx_finish_group *group, int first) {
  epx_finish *finish = group->finish;
  const int vector = get_vector(group, first);
  const int slot = group->side.nudge ? finish->n_slots + vector : vector;
  double sign[EPX_LANE_WIDTH];
  epx_linear_factor(finish->linear, slot, group->lanes, group->side.nudge, group->side.y, first, sign);
  group->room->slot[vector] = slot;
  if (!group->side.nudge) finish->kept[vector] = true;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    epx_finish_lane *own = &group->room->lanes[first + w];
    own->sign = sign[w];
    own->stale = own->followed = false;
    if (own->rested) own->age = 0;
    if (epx_finish_is_ready(group, first + w)) finish->counts.factorisations++;
  }
}

/** Evaluates how far the steps of a vector's lanes are extrapolated: of those that started at rest, which
 * never take a part of a step. */
static void eval_shares(const epx_finish_group *group, int first, const int64_t *mask, double *share) {
  const epx_finish_room *room = group->room;
  const int n_state = group->finish->n_state;
  bool any = false;
  for (int w = 0; w < EPX_LANE_WIDTH; w++)
    any = any || room->lanes[first + w].followed;
  if (any)
    epx_lane_vector_eval_secant(n_state, room->solution, room->before + (size_t)first * (size_t)n_state,
                                share);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    epx_finish_lane *own = &room->lanes[first + w];
    if (!own->followed || !(fabs(share[w]) <= FURTHEST)) share[w] = 0;
    own->followed = mask[w] && epx_finish_starts_at_rest(group, first + w);
  }
}

/** Takes the full step in the lanes of a vector that are marked, its solution being known. */
static void step(const epx_finish_group *group, int first, const int64_t *mask) {
  epx_finish *finish = group->finish;
  const epx_finish_room *room = group->room;
  const size_t at = (size_t)first * (size_t)finish->n_state;
  const bool extrapolates = group->side.at_rest != NULL;
  double share[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT))) = {0},
                               length[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  bool any_first = false;
  for (int w = 0; w < EPX_LANE_WIDTH; w++)
    any_first = any_first || (mask[w] && room->lanes[first + w].first < 0);
  if (extrapolates) eval_shares(group, first, mask, share);
  epx_lane_vector_set_step(finish->n_state, group->lanes->n_lanes, first, mask, room->solution, share,
                           extrapolates ? room->before + at : NULL, room->step + at, group->side.y,
                           any_first ? length : NULL);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    epx_finish_lane *own = &room->lanes[first + w];
    if (!mask[w]) continue;
    if (own->first < 0) own->first = length[w];
    own->age++;
    finish->counts.iterations++;
  }
}

/** Marks the lanes of a vector that rest at a good iterate, and sees to it that there are factors for them,
 * unless the other side (NULL: none) is using their slot. Tells whether there is a step to be taken. */
static bool prepare(const epx_finish_group *group, const epx_finish_group *other, int first, int64_t *mask) {
  const epx_finish *finish = group->finish;
  const int vector = get_vector(group, first), slot = finish->n_slots + vector;
  bool any_rests = false, any_stale = group->room->slot[vector] < 0;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    mask[w] = epx_finish_is_ready(group, first + w) && group->room->lanes[first + w].rested ? -1 : 0;
    any_rests = any_rests || mask[w];
    any_stale = any_stale || (mask[w] && group->room->lanes[first + w].stale);
  }
  group->room->waits[vector] = any_rests && any_stale && other && other->room->slot[vector] == slot &&
                               any_ready(other, first, first + EPX_LANE_WIDTH);
  if (!any_rests || group->room->waits[vector]) return false;
  if (any_stale) factor(group, first);
  return true;
}

/** Takes the full step in the lanes of a vector that rest at a good iterate. */
static void advance(const epx_finish_group *groups, int n_sides, int first) {
  const epx_finish *finish = groups->finish;
  const size_t n_lanes = (size_t)groups->lanes->n_lanes;
  const int vector = get_vector(groups, first);
  int64_t mask[EPX_FINISH_SIDES][EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  bool steps[EPX_FINISH_SIDES] = {false};
  for (int s = 0; s < n_sides; s++)
    steps[s] = prepare(&groups[s], n_sides > 1 ? &groups[1 - s] : NULL, first, mask[s]);
  if (steps[0] && steps[1] && groups[0].room->slot[vector] == groups[1].room->slot[vector]) {
    epx_linear_solve_pair(finish->linear, groups->room->slot[vector], groups[0].room->field + first,
                          groups[1].room->field + first, n_lanes, groups[0].room->solution,
                          groups[1].room->solution);
  } else {
    for (int s = 0; s < n_sides; s++) {
      const epx_finish_room *room = groups[s].room;
      if (steps[s])
        epx_linear_solve(finish->linear, room->slot[vector], false, room->field + first, n_lanes,
                         room->solution);
    }
  }
  for (int s = 0; s < n_sides; s++) {
    if (steps[s]) step(&groups[s], first, mask[s]);
  }
}

/** Tells whether a vector begins with factors that the free phase has left. */
static bool is_kept(const epx_finish_group *group, int first) {
  bool any = false;
  for (int lane = first; lane < first + EPX_LANE_WIDTH; lane++)
    any = any || epx_finish_starts_at_rest(group, lane);
  return any && group->finish->kept[get_vector(group, first)];
}

static void init_group(const epx_finish_group *group) {
  epx_finish *finish = group->finish;
  for (int first = group->begin; first < group->end; first += EPX_LANE_WIDTH) {
    const int vector = get_vector(group, first);
    const bool kept = is_kept(group, first);
    if (!group->side.nudge) finish->kept[vector] = finish->kept[vector] && !group->mode.anew;
    group->room->slot[vector] = kept ? vector : -1;
    group->room->waits[vector] = false;
    for (int lane = first; lane < first + EPX_LANE_WIDTH; lane++)
      group->room->lanes[lane] =
          (epx_finish_lane){.residual = INFINITY, .damping = 1, .first = -1, .age = kept};
  }
}

/** Evaluates and judges the iterates of a side that has any. Tells whether it has lanes left. */
static bool look(const epx_finish_group *group) {
  if (!any_ready(group, group->begin, group->end)) return false;
  eval_field(group);
  for (int first = group->begin; first < group->end; first += EPX_LANE_WIDTH) {
    if (!group->room->waits[get_vector(group, first)]) epx_finish_judge(group, first);
  }
  return any_ready(group, group->begin, group->end);
}

/* Ends because every lane that does not wait is judged each time, at most max_newton + 1 times but for the
 * few halvings of each step, and lanes wait for others. */
static void solve_group(const epx_finish_group *groups, int n_sides) {
  bool any = true;
  for (int s = 0; s < n_sides; s++)
    init_group(&groups[s]);
  while (any) {
    any = false;
    for (int s = 0; s < n_sides; s++)
      any = look(&groups[s]) || any;
    for (int first = groups->begin; any && first < groups->end; first += EPX_LANE_WIDTH)
      advance(groups, n_sides, first);
  }
}

void epx_finish_solve(epx_finish *finish, const epx_lanes *lanes, epx_finish_mode mode, int n_sides,
                      const epx_finish_side *sides) {
  epx_finish_group groups[EPX_FINISH_SIDES];
  const int n_most = finish->n_slots * EPX_LANE_WIDTH;
  for (int s = 0; s < n_sides; s++) {
    groups[s] = (epx_finish_group){
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
