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
  EPX_LANE_READY,   /* its residual is at most `handover`: for the finish */
  EPX_LANE_DONE,    /* residual at most the tolerance */
  EPX_LANE_OUT      /* no equilibrium: see outcome */
} epx_lane_stage;

typedef struct {
  epx_lane_stage stage;
  int outcome;       /* as epx_certificate.outcome */
  double handover;   /* residual at which the dynamics hand over; lowered when the finish leaves the basin */
  double elapsed;    /* time the lane has followed the dynamics */
  double settled_at; /* since when its residual has been at most options->settled; NaN while it is above */
  double residual;
  epx_oscillation oscillation;
  bool polished; /* it arrived by Newton, not by the dynamics alone */
  bool judged;   /* it has arrived, and its stability was asked for */
  int n_pushes;  /* how often it was moved away from an unstable equilibrium */
} epx_lane_record;

#endif
