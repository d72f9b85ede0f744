/** @file
 * Pilot point: a design point whose trials do a small share of their work, to estimate the time of the whole.
 * Its records have no meaning.
 */
#ifndef EPILUX_STUDY_DURATION_PILOT_POINT_H
#define EPILUX_STUDY_DURATION_PILOT_POINT_H

#include "study/point.h"

typedef struct {
  epx_settings *settings;                              /* borrowed, and the point's */
  epx_point *point;                                    /* borrowed */
  int n_train, n_validation, n_test, batch, n_metrics; /* of the whole */
} epx_pilot_point;

/** What a trial of a shortened copy does beside settling some samples once. */
typedef enum {
  EPX_PILOT_POINT_MEASURES, /* all that the deck has measured, no training */
  EPX_PILOT_POINT_TRAINS    /* one epoch in situ, and as little else as can be */
} epx_pilot_point_work;

/** Inits the shortened copy of a point and its settings, which are changed for good. The samples of each part of the
 * task are set in an order in which the first few are spread over the part; no curve is kept. */
void epx_pilot_point_init(epx_settings *settings, epx_point *point, epx_pilot_point *out);

/** Gets how many samples of the training part a trial settles at once; what is less takes no less. */
int epx_pilot_point_get_chunk(const epx_pilot_point *pilot);

/** Sets what trials do from now on, of n samples of the training part (all, where there are fewer) and the
 * same share of the others, one at least. Returns the share. Trials that are not whole do this alone; where
 * they measure on a part that is not, its share is not smaller. */
double epx_pilot_point_set(epx_pilot_point *pilot, epx_pilot_point_work work, int n);

#endif
