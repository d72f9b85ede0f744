/** @file
 * Training time: records the progress of a training over time, and estimates how long the rest takes. It reads
 * no clock: the caller passes the seconds.
 */
#ifndef EPILUX_STUDY_DURATION_TRAINING_TIME_H
#define EPILUX_STUDY_DURATION_TRAINING_TIME_H

/** Places that a course keeps: enough to find half of what was done, whatever it is. */
enum { EPX_TRAINING_TIME_PLACES = 64 };

typedef struct {
  double share;   /* of the training that was done, 0 … 1 */
  double seconds; /* by when, from any moment on */
} epx_training_time_place;

/** Zeroed: empty. */
typedef struct {
  int n;            /* places that are kept, evenly thinned out */
  int stride, left; /* every stride-th is; how many still go by before the next. 0: every one */
  epx_training_time_place place[EPX_TRAINING_TIME_PLACES];
  epx_training_time_place last; /* the latest that was added, kept or not */
} epx_training_time;

/** Adds a place: share and seconds that do not fall from one to the next, the first of share 0. */
void epx_training_time_add(epx_training_time *course, double share, double seconds);

/** Evaluates the seconds from the latest place to the end of the training, were the rest of it as slow as the
 * later half of what was done, or as its last quarter where that was slower: trainings begin at another pace
 * than they go on at, and to tell too little is worse than too much. NaN when nothing was done. */
double epx_training_time_eval_rest(const epx_training_time *course);

#endif
