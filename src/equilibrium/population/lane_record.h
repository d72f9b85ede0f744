/** @internal @file
 * Lane record: the state of a lane between its start and its certificate. Relaxation, finish and population
 * pass lanes to each other through it.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_LANE_RECORD_H
#define EPILUX_EQUILIBRIUM_POPULATION_LANE_RECORD_H

#include "equilibrium/outcome/oscillation.h"

typedef enum {
  EPX_LANE_PADDING, /* repeats another lane, or is idle: nothing is done for it */
  EPX_LANE_RUNNING, /* follows the dynamics */
  EPX_LANE_READY,   /* its rates are at most `handover` of their largest: for the finish */
  EPX_LANE_DONE,    /* it rests */
  EPX_LANE_OUT      /* no equilibrium: see outcome */
} epx_lane_stage;

/** What the components of one kind have done in this phase. */
typedef struct {
  double rate; /* the largest rate of change */
  double way;  /* the furthest from the start, or what the start lets expect */
  double pace; /* the time in which its rates change, by what the start lets expect */
  double size; /* the largest component; of angles 1 */
  double most; /* a component beyond this is divergence */
} epx_lane_kind;

typedef struct {
  epx_lane_stage stage;
  int outcome; /* as epx_certificate.outcome */
  double
      handover; /* share of the largest rates at which the dynamics hand over; lowered when the finish leaves
                      the basin */
  double elapsed;  /* time the lane has followed the dynamics */
  long steps;      /* of the dynamics so far */
  double residual; /* largest rate of change */
  epx_lane_kind kinds[EPX_KIND_COUNT];
  epx_oscillation oscillation;
  bool polished; /* it arrived by Newton, not by the dynamics alone */
  bool judged;   /* it has arrived, and its stability was asked for */
  int n_pushes;  /* how often it was moved away from an unstable equilibrium */
} epx_lane_record;

#endif
