/** @file
 * Course: how far a training had come by when, and from that what the rest of it will take. It knows no
 * clock: the seconds are told to it.
 */
#ifndef EPILUX_STUDY_COURSE_H
#define EPILUX_STUDY_COURSE_H

/** Places that a course keeps: enough to find half of what was done, whatever it is. */
enum { EPX_COURSE_PLACES = 64 };

typedef struct {
  double share;   /* of the training that was done, 0 … 1 */
  double seconds; /* by when, from any moment on */
} epx_course_place;

/** Zeroed: empty. */
typedef struct {
  int n;            /* places that are kept, evenly thinned out */
  int stride, left; /* every stride-th is; how many still go by before the next. 0: every one */
  epx_course_place place[EPX_COURSE_PLACES];
  epx_course_place last; /* the latest that was added, kept or not */
} epx_course;

/** Adds a place: share and seconds that do not fall from one to the next, the first of share 0. */
void epx_course_add(epx_course *course, double share, double seconds);

/** Evaluates the seconds from the latest place to the end of the training, were the rest of it as slow as the
 * later half of what was done, or as its last quarter where that was slower: trainings begin at another pace
 * than they go on at, and to tell too little is worse than too much. NaN when nothing was done. */
double epx_course_eval_rest(const epx_course *course);

#endif
