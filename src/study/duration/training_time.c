/* Places are thinned out by halves: what is kept is even in the number of places added, and every other one
 * goes when the room is full. */
#include "study/duration/training_time.h"

#include <math.h>

static void thin_out(epx_training_time *course) {
  for (int i = 0; 2 * i < course->n; i++)
    course->place[i] = course->place[2 * i];
  course->n = (course->n + 1) / 2;
  course->stride *= 2;
}

void epx_training_time_add(epx_training_time *course, double share, double seconds) {
  course->last = (epx_training_time_place){share, seconds};
  if (course->stride == 0) course->stride = 1;
  if (course->left-- > 0) return;
  if (course->n == EPX_TRAINING_TIME_PLACES) thin_out(course);
  course->place[course->n++] = course->last;
  course->left = course->stride - 1;
}

/* s of a whole training at the pace of that last share of what was done, or a little more of it. */
static double eval_pace(const epx_training_time *course, double share) {
  const epx_training_time_place *last = &course->last, *place = course->place;
  const double from = last->share - share * (last->share - place[0].share);
  int i = 0;
  while (i + 1 < course->n && place[i + 1].share <= from && place[i + 1].share < last->share)
    i++;
  return (last->seconds - place[i].seconds) / (last->share - place[i].share);
}

double epx_training_time_eval_rest(const epx_training_time *course) {
  if (course->n == 0 || !(course->last.share > course->place[0].share)) return NAN;
  return (1 - course->last.share) * fmax(eval_pace(course, 0.5), eval_pace(course, 0.25));
}
