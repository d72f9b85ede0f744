/** @internal @file
 * What the two files of the relaxation share: relaxation.c moves lanes, look.c looks at them.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_RELAXATION_PRIVATE_H
#define EPILUX_EQUILIBRIUM_POPULATION_RELAXATION_PRIVATE_H

#include "equilibrium/population/integrator.h"
#include "equilibrium/population/relaxation.h"
#include "photonic/packed_lanes.h"

/** Of the way of a step, its error at most: of lanes with one step for all, in the mean over components; of those with
 * their own, in the largest; and where the way itself is measured. */
#define EPX_STEP_SHARE 0.05
#define EPX_OWN_STEP_SHARE 0.1
#define EPX_MEASURED_SHARE 1e-4

/** What lanes are and do at the integrator's state: largest rate, component, way since the load, each
 * [n_kinds][place]. */
typedef struct {
  double *rate, *size, *way;
  double *confirmed;       /* as rate, of the family's own field at the state */
  bool confirmed_is_known; /* after the last step */
  const double *field;     /* [n_state][place], the integrator's */
} epx_relaxation_extents;

/** A state beside it, by which the start is judged. */
typedef struct {
  double *state, *field; /* [n_state][place] */
  double *time;          /* [place] */
} epx_relaxation_ahead;

/** How lanes settle; made when first asked. */
typedef struct {
  epx_integrator *exact;
  epx_settling *settling; /* [all->n_lanes][n_kinds]; NULL: nothing is measured */
  const double *ends;     /* [n_state][all->n_lanes]: where lanes come to */
  double *end;            /* [n_state][place]: the same of those that are followed */
  double *square, *slope; /* [n_kinds][place]: of their distance from it */
} epx_relaxation_measured;

/** Groups of lanes that are followed one after another; arrays [all->n_lanes]. */
typedef struct {
  epx_integrator *integrator; /* of a group; NULL: there is no room to pack one */
  int *which;                 /* lanes of groups that wait for their turn */
  double *step;               /* the next of each lane, */
  int *failures;              /* and how often it has failed in a row */
  double *origin;             /* [n_state][all->n_lanes]: where they began */
} epx_relaxation_groups;

struct epx_relaxation {
  const epx_network *network;
  epx_equilibrium_options options;
  epx_kinds kinds;
  int n_state, max_lanes;
  epx_integrator *integrator; /* of all lanes; NULL: they are packed */
  epx_limit_cycle *watch;
  epx_packed_lanes *packed;
  epx_relaxation_extents extents;
  epx_relaxation_ahead ahead;
  epx_relaxation_measured measured;
  epx_relaxation_groups groups;
  double *start; /* [n_state][place]: what was loaded */
  double *first; /* [place]: the first step that the start lets expect */
  double *taken; /* [place]: the last step */
  int *home;     /* [place]: the lane there */
  /* during a solve: */
  epx_integrator *own;      /* the integrator in use */
  const epx_nudge *nudge;   /* the caller's, of all lanes */
  const epx_nudge *force;   /* of those that are integrated */
  const epx_lanes *all;     /* the caller's */
  const epx_lanes *lanes;   /* those that are integrated: all, or a group of them packed */
  double *y;                /* [n_state][all->n_lanes] */
  epx_lane_record *records; /* [all->n_lanes] */
  long steps;
};

static inline epx_lane_record *epx_relaxation_get_record(const epx_relaxation *relaxation, int place) {
  return &relaxation->records[relaxation->home[place]];
}

/** Tells whether the lane there is followed now. */
static inline bool epx_relaxation_is_running(const epx_relaxation *relaxation, int place) {
  return epx_integrator_get_mask(relaxation->own)[place] != 0;
}

/** Evaluates the extents of all lanes at the integrator's state, and how far it is from where it ends. */
void epx_relaxation_eval_extents(epx_relaxation *relaxation);

/** Looks at the running lanes: at their start, or at those that have moved, by relaxation->taken. Returns how many still run;
 * *replaced: a state was. */
int epx_relaxation_look(epx_relaxation *relaxation, bool starts, bool *replaced);

/** Sets limits and floors of the running lanes by what their starts let expect, and relaxation->first. */
void epx_relaxation_set_scales(const epx_relaxation *relaxation);

/** Sets what the next step of a running lane may err by, after one of length `step`, 0: none. */
void epx_relaxation_set_bound(const epx_relaxation *relaxation, int place, double step);

/** Copies a lane of the integrator's state to the caller's y. */
void epx_relaxation_write_lane(const epx_relaxation *relaxation, int place);

/** Freezes a lane; clears it where nothing can hurt. */
void epx_relaxation_freeze_lane(const epx_relaxation *relaxation, int place);
void epx_relaxation_clear_lane(const epx_relaxation *relaxation, int place);

/** Takes a lane out: its state is written and no longer followed. */
void epx_relaxation_take_out(const epx_relaxation *relaxation, int place, int outcome);

#endif
