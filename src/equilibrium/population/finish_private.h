/** @internal @file
 * What the finish's two files share: finish.c iterates, finish_judgement.c judges what came of it.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_FINISH_PRIVATE_H
#define EPILUX_EQUILIBRIUM_POPULATION_FINISH_PRIVATE_H

#include "equilibrium/population/finish.h"

/** One lane of a side. */
typedef struct {
  double residual; /* of the last accepted iterate; INFINITY before it */
  double damping;  /* share of the step being tried */
  double first;    /* length of the first full step; negative before it */
  double sign;     /* of det(dF/ds) where it was last factored; 0: singular or not known */
  int age;         /* steps taken with the factors since they were those of the iterate */
  int judged;      /* full steps judged, and the start: at most options.max_newton + 1 */
  bool stale;      /* the factors contract too little */
  bool followed;   /* the last step was full and with these factors: `before` is its solution */
  bool rested;     /* y is an accepted iterate: time for a new step */
} epx_finish_lane;

/** The room of a side. Arrays of vectors of lanes stand together, [n_vectors][n_state][EPX_LANE_WIDTH]. */
typedef struct {
  double *field, *start;  /* [n_state][n_lanes]: F + N, where Newton began */
  double *step, *before;  /* by vectors: the full step, the solution before */
  double *residual;       /* [n_lanes] */
  double *solution;       /* [n_state][EPX_LANE_WIDTH] */
  int *slot;              /* [n_slots]: where the factors of each vector of the group stand; -1: nowhere */
  bool *waits;            /* [n_slots]: the vector needs the slot that the other side's is using */
  epx_finish_lane *lanes; /* [n_lanes] */
} epx_finish_room;

struct epx_finish {
  epx_equilibrium_options options;
  int n_state, n_slots;
  epx_linear *linear;
  double *work; /* for the family */
  epx_finish_room room[EPX_FINISH_SIDES];
  bool *kept; /* [n_slots]: the free phase has left factors there */
  epx_finish_counts counts;
};

/** One side of one group of lanes while it is solved. */
typedef struct {
  epx_finish *finish;
  const epx_lanes *lanes;
  epx_finish_mode mode;
  epx_finish_side side;
  epx_finish_room *room;
  int begin, end; /* lanes of the group */
} epx_finish_group;

/** Tells whether a lane is to be iterated on. */
static inline bool epx_finish_is_ready(const epx_finish_group *group, int lane) {
  return lane < group->lanes->n_used && group->side.records[lane].stage == EPX_LANE_READY;
}

/** Tells whether a lane of a learning phase began at the free equilibrium: the dynamics have not been there.
 */
static inline bool epx_finish_starts_at_rest(const epx_finish_group *group, int lane) {
  return group->side.at_rest && group->side.at_rest[lane];
}

/** Judges the new iterates of the EPX_LANE_WIDTH lanes from `first` on by room->residual: those that have
 * arrived by where they came from; of the others, those that descended rest for their next step, and those
 * that did not try another way from the last good iterate or are given back to the dynamics. */
void epx_finish_judge(const epx_finish_group *group, int first);

#endif
