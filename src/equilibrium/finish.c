/** @file
 * Finish: a chord iteration with the factors of one Jacobian for as long as the residual falls quickly, new
 * factors when it does not, half the step when it rises.
 *
 * The basin. A finish may only polish: it must end where the dynamics would. By Newton-Kantorovich, when the
 * contraction is good the equilibrium lies within twice the first full step of the start; a lane that ends
 * further away, or needed a shorter step, has left what the linearised field can promise. And the dynamics
 * linger near saddles, where the residual is small too: there the determinant of -dF/ds is negative when one
 * direction is unstable, the generic case, and its sign comes with the factors. In both cases the dynamics go
 * on, to a ten times lower residual.
 *
 * Learning phases begin with the free phase's factors, of a state before its end: steps shrink by much the
 * same share each, and are extrapolated along the last, lane by lane (Anderson, J. ACM 12, 547 (1965)).
 */
#include "equilibrium/finish.h"

#include <math.h>
#include <string.h>

#include "epilux/base/array.h"
#include "epilux/base/isa.h"
#include "equilibrium/lane_vector.h"

/** Largest displacement, in first steps, and the displacement that is rounding. */
#define BASIN 2.0
#define ROUNDING 1e-9
/** Shortest step before a lane gives up. */
#define SHORTEST (1.0 / 64)
/** Largest share of the way back that is extrapolated: what does not shrink to a third is not. */
#define FURTHEST 0.5

typedef struct {
  double residual; /* of the last accepted iterate; INFINITY before it */
  double damping;  /* share of the step being tried */
  double first;    /* length of the first full step; negative before it */
  double sign;     /* of det(dF/ds) where it was last factored; 0: singular or not known */
  int age;         /* steps taken with the factors since they were those of the iterate */
  bool stale;      /* the factors contract too little */
  bool followed;   /* the last step was full and with these factors: `before` is its solution */
  bool rested;     /* y is an accepted iterate: time for a new step */
  bool damped;     /* a full Newton step did not descend */
} lane_newton;

struct epx_finish {
  epx_equilibrium_options options;
  int n_state, n_slots;
  epx_linear *linear;
  double *field, *step, *start; /* [n_state][n_lanes]: F + N, the full step, where Newton began */
  double *before;               /* [n_state][n_lanes]: the solution before */
  double *work;                 /* for the family */
  double *residual;             /* [n_lanes] */
  double *solution;             /* [n_state][EPX_LANE_WIDTH] */
  int *slot;          /* [n_slots]: where the factors of each vector of the group stand; -1: nowhere */
  bool *kept;         /* [n_slots]: the free phase has left factors there */
  lane_newton *lanes; /* [n_lanes] */
  long iterations, factorisations, departures;
};

/** What one solve is about. */
typedef struct {
  epx_finish *finish;
  const epx_lanes *lanes;
  const epx_nudge *nudge;
  epx_finish_mode mode;
  double *y;
  epx_lane_record *records;
  int begin, end; /* lanes of the group being solved */
} newton;

static epx_err create_arrays(epx_finish *finish, const epx_network *network, int n_lanes) {
  const size_t lanes = (size_t)n_lanes, n = (size_t)network->n_state * lanes;
  EPX_TRY(EPX_ARRAY(finish->field, n));
  EPX_TRY(EPX_ARRAY(finish->step, n));
  EPX_TRY(EPX_ARRAY(finish->start, n));
  EPX_TRY(EPX_ARRAY(finish->before, n));
  EPX_TRY(
      EPX_ARRAY(finish->work, 4 * (size_t)network->n_nodes * (size_t)network->family->components * lanes));
  EPX_TRY(EPX_ARRAY(finish->residual, lanes));
  EPX_TRY(EPX_ARRAY(finish->solution, (size_t)network->n_state * EPX_LANE_WIDTH));
  EPX_TRY(EPX_ARRAY(finish->slot, (size_t)finish->n_slots));
  EPX_TRY(EPX_ARRAY(finish->kept, (size_t)finish->n_slots));
  EPX_TRY(EPX_ARRAY(finish->lanes, lanes));
  return EPX_OK;
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
  epx_array_destroy(&finish->field);
  epx_array_destroy(&finish->step);
  epx_array_destroy(&finish->start);
  epx_array_destroy(&finish->before);
  epx_array_destroy(&finish->work);
  epx_array_destroy(&finish->residual);
  epx_array_destroy(&finish->solution);
  epx_array_destroy(&finish->slot);
  epx_array_destroy(&finish->kept);
  epx_array_destroy(&finish->lanes);
  epx_array_destroy(address);
}

static bool is_ready(const newton *solve, int lane) {
  return lane < solve->lanes->n_used && solve->records[lane].stage == EPX_LANE_READY;
}

static bool any_ready(const newton *solve, int begin, int end) {
  for (int lane = begin; lane < end; lane++) {
    if (is_ready(solve, lane)) return true;
  }
  return false;
}

static void eval_field(const newton *solve) {
  epx_finish *finish = solve->finish;
  const epx_lanes *lanes = solve->lanes;
  lanes->network->family->eval_field(lanes, solve->y, finish->field, finish->work);
  if (solve->nudge) solve->nudge->add_field(solve->nudge->context, lanes, solve->y, finish->field);
  epx_lane_vector_eval_extent(finish->n_state, lanes->n_lanes, finish->field, finish->residual);
}

/** y of a lane += share * step. */
static void move(const newton *solve, int lane, double share) {
  const size_t n_lanes = (size_t)solve->lanes->n_lanes;
  for (size_t i = (size_t)lane; i < (size_t)solve->finish->n_state * n_lanes; i += n_lanes) {
    solve->y[i] += share * solve->finish->step[i];
  }
}

/** Tells whether a lane of a learning phase began at the free equilibrium: the dynamics have not been there.
 */
static bool starts_at_rest(const newton *solve, int lane) {
  return solve->mode.at_rest && solve->mode.at_rest[lane];
}

/** Gives a lane back to the dynamics, as it came. */
static void give_back(const newton *solve, int lane) {
  const size_t n_lanes = (size_t)solve->lanes->n_lanes;
  epx_lane_record *record = &solve->records[lane];
  for (size_t i = (size_t)lane; i < (size_t)solve->finish->n_state * n_lanes; i += n_lanes) {
    solve->y[i] = solve->finish->start[i];
  }
  record->stage = EPX_LANE_RUNNING;
  if (!solve->mode.polish || starts_at_rest(solve, lane)) return;
  record->handover = fmax(record->handover / 10, solve->finish->options.tolerance);
  solve->finish->departures++;
}

/** Tells whether a lane that has arrived is where the dynamics were going. */
static bool is_in_basin(const newton *solve, int lane, double displacement, double size) {
  const lane_newton *own = &solve->finish->lanes[lane];
  const double rounding = ROUNDING * (1 + size);
  if (!solve->mode.polish) return true;
  if (own->damped) return false;
  if (displacement > BASIN * fmax(own->first, 0) + rounding) return false;
  const bool reversed = solve->nudge && solve->nudge->direction < 0;
  const double stable = solve->finish->n_state % 2 && !reversed ? -1 : 1;
  return own->sign == 0 || own->sign == stable;
}

/** Tells whether these factors, which left the share `contraction` of the residual, would need more
 * iterations than new ones take: a factorisation costs about n_state / 8, and a few follow it. */
static bool is_worth_factoring(const epx_finish *finish, double residual, double contraction) {
  for (int left = 3 + finish->n_state / 8; left > 0; left /= 2, contraction *= contraction)
    residual *= left % 2 ? contraction : 1;
  return !(residual <= finish->options.tolerance);
}

/** Judges an iterate that did not descend: with old factors, new ones at the last good iterate; else half the
 * step. A learning phase in which the free phase's factors do not contract is not next to it: the dynamics
 * decide. */
static void judge_ascent(const newton *solve, int lane) {
  lane_newton *own = &solve->finish->lanes[lane];
  if (starts_at_rest(solve, lane)) {
    give_back(solve, lane);
  } else if (own->age > 1) {
    move(solve, lane, -own->damping);
    own->stale = true;
    own->damping = 1;
    own->residual = INFINITY;
  } else {
    own->damped = true;
    own->damping /= 2;
    if (own->damping < SHORTEST || own->sign == 0) {
      give_back(solve, lane);
    } else {
      move(solve, lane, -own->damping);
    }
  }
}

/** Judges a lane's new iterate by its residual: it descended or must be tried in another way. */
static void judge(const newton *solve, int lane) {
  epx_finish *finish = solve->finish;
  lane_newton *own = &finish->lanes[lane];
  const double residual = finish->residual[lane];
  own->rested = false;
  if (residual <= (1 - own->damping / 4) * own->residual) {
    own->stale = own->stale || own->damping < 1 ||
                 (isfinite(own->residual) && is_worth_factoring(finish, residual, residual / own->residual));
    own->residual = residual;
    own->damping = 1;
    own->rested = true;
  } else {
    judge_ascent(solve, lane);
  }
}

/** Judges the lanes of a vector: those that have arrived by where they came from, the others by their
 * residual. */
static void judge_vector(const newton *solve, int first) {
  epx_finish *finish = solve->finish;
  const int n_state = finish->n_state, n_lanes = solve->lanes->n_lanes;
  double displacement[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT))),
      size[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  bool measured = false;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    const int lane = first + w;
    if (!is_ready(solve, lane)) continue;
    if (!(finish->residual[lane] <= finish->options.tolerance)) {
      judge(solve, lane);
      continue;
    }
    if (!measured) {
      epx_lane_vector_eval_distance(n_state, n_lanes, first, solve->y, finish->start, displacement);
      epx_lane_vector_eval_distance(n_state, n_lanes, first, solve->y, NULL, size);
      measured = true;
    }
    solve->records[lane].residual = finish->residual[lane];
    solve->records[lane].stage = EPX_LANE_DONE;
    if (!is_in_basin(solve, lane, displacement[w], size[w])) give_back(solve, lane);
  }
}

/** Factors the Jacobians of a vector of lanes where they stand. */
static void factor(const newton *solve, int vector, int first) {
  epx_finish *finish = solve->finish;
  const int slot = solve->nudge ? finish->n_slots + vector : vector;
  double sign[EPX_LANE_WIDTH];
  epx_linear_factor(finish->linear, slot, solve->lanes, solve->nudge, solve->y, first, sign);
  finish->slot[vector] = slot;
  if (!solve->nudge) finish->kept[vector] = true;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    lane_newton *own = &finish->lanes[first + w];
    own->sign = sign[w];
    own->stale = own->followed = false;
    if (own->rested) own->age = 0;
    if (is_ready(solve, first + w)) finish->factorisations++;
  }
}

/** Extrapolates the steps of the lanes of a vector that started at rest: they never take a part of one. */
static void extrapolate(const newton *solve, int first, const int64_t *mask) {
  epx_finish *finish = solve->finish;
  const int n = finish->n_state, n_lanes = solve->lanes->n_lanes;
  double share[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  epx_lane_vector_eval_secant(n, n_lanes, first, finish->solution, finish->before, share);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    lane_newton *own = &finish->lanes[first + w];
    if (!own->followed || !(fabs(share[w]) <= FURTHEST)) share[w] = 0;
    own->followed = mask[w] && starts_at_rest(solve, first + w);
  }
  epx_lane_vector_set_further(n, n_lanes, first, share, finish->step, finish->before, finish->solution);
}

/** Takes the full step in the lanes of a vector that are marked. */
static void step(const newton *solve, int vector, int first, const int64_t *mask) {
  epx_finish *finish = solve->finish;
  const int n_state = finish->n_state, n_lanes = solve->lanes->n_lanes;
  double length[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  bool measured = false;
  epx_linear_solve(finish->linear, finish->slot[vector], false, finish->field + first, (size_t)n_lanes,
                   finish->solution);
  if (solve->mode.at_rest) extrapolate(solve, first, mask);
  epx_lane_vector_set_step(n_state, n_lanes, first, mask, finish->solution, finish->step, solve->y);
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    lane_newton *own = &finish->lanes[first + w];
    if (!mask[w]) continue;
    if (own->first < 0) {
      if (!measured) epx_lane_vector_eval_distance(n_state, n_lanes, first, finish->step, NULL, length);
      measured = true;
      own->first = length[w];
    }
    own->age++;
    finish->iterations++;
  }
}

/** Takes the full step in the lanes of a vector that rest at a good iterate. */
static void advance(const newton *solve, int first) {
  epx_finish *finish = solve->finish;
  const int vector = (first - solve->begin) / EPX_LANE_WIDTH;
  int64_t mask[EPX_LANE_WIDTH] = {0};
  bool any_rests = false, any_stale = finish->slot[vector] < 0;
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    if (!is_ready(solve, first + w) || !finish->lanes[first + w].rested) continue;
    mask[w] = -1;
    any_rests = true;
    any_stale = any_stale || finish->lanes[first + w].stale;
  }
  if (!any_rests) return;
  if (any_stale) factor(solve, vector, first);
  step(solve, vector, first, mask);
}

/** Tells whether a vector begins with factors that the free phase has left. */
static bool is_kept(const newton *solve, int vector, int first) {
  bool any = false;
  for (int lane = first; solve->mode.at_rest && lane < first + EPX_LANE_WIDTH; lane++)
    any = any || solve->mode.at_rest[lane];
  return any && solve->finish->kept[vector];
}

static void init_group(const newton *solve) {
  epx_finish *finish = solve->finish;
  for (int first = solve->begin; first < solve->end; first += EPX_LANE_WIDTH) {
    const int vector = (first - solve->begin) / EPX_LANE_WIDTH;
    const bool kept = is_kept(solve, vector, first);
    if (!solve->nudge) finish->kept[vector] = finish->kept[vector] && !solve->mode.anew;
    finish->slot[vector] = kept ? vector : -1;
    for (int lane = first; lane < first + EPX_LANE_WIDTH; lane++)
      finish->lanes[lane] = (lane_newton){.residual = INFINITY, .damping = 1, .first = -1, .age = kept};
  }
}

/** Sets the lanes of a learning phase that begin elsewhere than where they start: the way there is their
 * first step. */
static void set_guesses(const newton *solve) {
  epx_finish *finish = solve->finish;
  const int n_lanes = solve->lanes->n_lanes;
  const size_t width = (size_t)n_lanes, n_rows = (size_t)finish->n_state;
  double length[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  for (int first = solve->begin; first < solve->end; first += EPX_LANE_WIDTH) {
    for (int lane = first; lane < first + EPX_LANE_WIDTH; lane++) {
      if (!is_ready(solve, lane) || !starts_at_rest(solve, lane)) continue;
      for (size_t row = 0; row < n_rows; row++)
        solve->y[row * width + (size_t)lane] = solve->nudge->guess[row * width + (size_t)lane];
    }
    epx_lane_vector_eval_distance(finish->n_state, n_lanes, first, solve->y, finish->start, length);
    for (int w = 0; w < EPX_LANE_WIDTH; w++) {
      if (is_ready(solve, first + w) && starts_at_rest(solve, first + w))
        finish->lanes[first + w].first = length[w];
    }
  }
}

static void solve_group(const newton *solve) {
  epx_finish *finish = solve->finish;
  init_group(solve);
  if (solve->nudge && solve->nudge->guess && solve->mode.at_rest) set_guesses(solve);
  for (int iteration = 0; iteration <= finish->options.max_newton; iteration++) {
    eval_field(solve);
    for (int first = solve->begin; first < solve->end; first += EPX_LANE_WIDTH)
      judge_vector(solve, first);
    if (!any_ready(solve, solve->begin, solve->end)) return;
    for (int first = solve->begin; first < solve->end; first += EPX_LANE_WIDTH)
      advance(solve, first);
  }
  for (int lane = solve->begin; lane < solve->end; lane++) {
    if (is_ready(solve, lane)) give_back(solve, lane);
  }
}

void epx_finish_solve(epx_finish *finish, const epx_lanes *lanes, const epx_nudge *nudge,
                      epx_finish_mode mode, double *y, epx_lane_record *records) {
  newton solve = {.finish = finish, .lanes = lanes, .nudge = nudge, .mode = mode, .y = y, .records = records};
  memcpy(finish->start, y, (size_t)finish->n_state * (size_t)lanes->n_lanes * sizeof *y);
  for (int begin = 0; begin < lanes->n_lanes; begin += finish->n_slots * EPX_LANE_WIDTH) {
    solve.begin = begin;
    solve.end = begin + finish->n_slots * EPX_LANE_WIDTH;
    if (solve.end > lanes->n_lanes) solve.end = lanes->n_lanes;
    if (any_ready(&solve, solve.begin, solve.end)) {
      solve_group(&solve);
    } else if (mode.anew) {
      init_group(&solve);
    }
  }
}

void epx_finish_get_counts(const epx_finish *finish, long *iterations, long *factorisations,
                           long *departures) {
  *iterations = finish->iterations;
  *factorisations = finish->factorisations;
  *departures = finish->departures;
}
