/** @file
 * Finish: judges iterates.
 *
 * The line search. With d = -J^-1 F at y, F(y + l d) = (1 - l) F(y) + O(l^2): in any norm Newton's step
 * descends, and for l short enough by l/4 and more, which is what is asked. l is halved from 1 until it is so
 * (Armijo's rule; KINSOL's line search asks it of the 2-norm, with another constant, and interpolates l). The
 * step of older factors is no such step: then factors are renewed first.
 *
 * The basin. A finish may only polish: it must end where the dynamics would. By Newton-Kantorovich, when the
 * contraction is good the equilibrium lies within twice the first full step of the start; a lane that ends
 * further away, or would need a shorter step, has left what the linearised field can promise. And the
 * dynamics linger near saddles, where the residual is small too: there the determinant of -dF/ds is negative
 * when one direction is unstable, the generic case, and its sign comes with the factors. In each case the
 * dynamics go on, to a ten times lower residual. The line search is thus for starts that no dynamics reached.
 */
#include <math.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/lanes/lane_vector.h"
#include "equilibrium/population/finish_private.h"

/** Largest displacement, in first steps, and the displacement that is rounding. */
#define BASIN 2.0
#define ROUNDING 1e-9
/** The share of the residual that a step's length must take off, and the shortest before a lane gives up. */
#define DESCENT 0.25
#define SHORTEST (1.0 / 64)

/** y of a lane += share * step. */
static void move(const epx_finish_group *group, int lane, double share) {
  const size_t n_lanes = (size_t)group->lanes->n_lanes, n_state = (size_t)group->finish->n_state;
  const size_t w = (size_t)lane % EPX_LANE_WIDTH;
  const double *step = group->room->step + ((size_t)lane - w) * n_state + w;
  for (size_t row = 0; row < n_state; row++)
    group->side.y[row * n_lanes + (size_t)lane] += share * step[row * EPX_LANE_WIDTH];
}

/** Gives a lane back to the dynamics, as it came. */
static void give_back(const epx_finish_group *group, int lane) {
  const size_t n_lanes = (size_t)group->lanes->n_lanes;
  epx_lane_record *record = &group->side.records[lane];
  for (size_t i = (size_t)lane; i < (size_t)group->finish->n_state * n_lanes; i += n_lanes) {
    group->side.y[i] = group->room->start[i];
  }
  record->stage = EPX_LANE_RUNNING;
  if (!group->mode.polish || epx_finish_starts_at_rest(group, lane)) return;
  record->handover = fmax(record->handover / 10, group->finish->options.tolerance);
  group->finish->counts.departures++;
}

/** Evaluates |y| of one lane. */
static double eval_size(const epx_finish_group *group, int lane) {
  double size[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  const int w = lane % EPX_LANE_WIDTH;
  epx_lane_vector_eval_distance(group->finish->n_state, group->lanes->n_lanes, lane - w, group->side.y, NULL,
                                size);
  return size[w];
}

/** Tells whether a lane that has arrived is where the dynamics were going. Most are nearer than rounding asks
 * for at any size, which is then not looked at. */
static bool is_in_basin(const epx_finish_group *group, int lane, double displacement) {
  const epx_finish_lane *own = &group->room->lanes[lane];
  const epx_nudge *nudge = group->side.nudge;
  const double furthest = BASIN * fmax(own->first, 0);
  if (!group->mode.polish) return true;
  if (displacement > furthest && displacement > furthest + ROUNDING * (1 + eval_size(group, lane)))
    return false;
  const bool reversed = nudge && nudge->direction < 0;
  const double stable = group->finish->n_state % 2 && !reversed ? -1 : 1;
  return own->sign == 0 || own->sign == stable;
}

/** Tells whether these factors, which left the share `contraction` of the residual, would need more
 * iterations than new ones take: a factorisation costs about n_state / 8, and a few follow it. From rest it
 * is a few more: steps are extrapolated, which contracts better than the share says, and an iteration of both
 * sides costs little more than one's, but not when they have factors of their own. */
static bool is_worth_factoring(const epx_finish_group *group, int lane, double contraction) {
  const epx_finish *finish = group->finish;
  double residual = group->room->residual[lane];
  int left = finish->n_state / 8 + (epx_finish_starts_at_rest(group, lane) ? 6 : 3);
  for (; left > 0; left /= 2, contraction *= contraction)
    residual *= left % 2 ? contraction : 1;
  return !(residual <= finish->options.tolerance);
}

/** Judges an iterate that did not descend: with old factors, new ones at the last good iterate; else half the
 * step, or where the dynamics had arrived, they decide. A learning phase in which the free phase's factors do
 * not contract is not next to it: the same. */
static void judge_ascent(const epx_finish_group *group, int lane) {
  epx_finish_lane *own = &group->room->lanes[lane];
  if (epx_finish_starts_at_rest(group, lane)) {
    give_back(group, lane);
  } else if (own->age > 1) {
    move(group, lane, -own->damping);
    own->stale = true;
    own->damping = 1;
    own->residual = INFINITY;
  } else if (group->mode.polish || own->sign == 0 || own->damping / 2 < SHORTEST) {
    give_back(group, lane);
  } else {
    own->damping /= 2;
    move(group, lane, -own->damping);
    group->finish->counts.halvings++;
  }
}

/** Judges a lane's new iterate by its residual: it descended or must be tried in another way. */
static void judge(const epx_finish_group *group, int lane) {
  const epx_finish *finish = group->finish;
  epx_finish_lane *own = &group->room->lanes[lane];
  const double residual = group->room->residual[lane];
  own->rested = false;
  if (own->damping == 1 && own->judged++ == finish->options.max_newton) {
    give_back(group, lane);
  } else if (residual <= (1 - DESCENT * own->damping) * own->residual) {
    own->stale = own->stale || own->damping < 1 ||
                 (isfinite(own->residual) && is_worth_factoring(group, lane, residual / own->residual));
    own->residual = residual;
    own->damping = 1;
    own->rested = true;
  } else {
    judge_ascent(group, lane);
  }
}

void epx_finish_judge(const epx_finish_group *group, int first) {
  const epx_finish_room *room = group->room;
  const epx_equilibrium_options *options = &group->finish->options;
  const int n_state = group->finish->n_state, n_lanes = group->lanes->n_lanes;
  double displacement[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  bool measured = false;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    const int lane = first + w;
    epx_lane_record *record = &group->side.records[lane];
    if (!epx_finish_is_ready(group, lane)) continue;
    if (!(room->residual[lane] <= options->tolerance)) {
      judge(group, lane);
      continue;
    }
    if (!measured) {
      epx_lane_vector_eval_distance(n_state, n_lanes, first, group->side.y, room->start, displacement);
      measured = true;
    }
    record->residual = room->residual[lane];
    record->stage = EPX_LANE_DONE;
    if (!is_in_basin(group, lane, displacement[w])) give_back(group, lane);
  }
}
