/* Places are thinned out by halves: what is kept is even in the number of places added, and every other one
 * goes when the room is full. */
#include "epilux/study/course.h"

#include <math.h>

static void thin_out(epx_course *course) {
  for (int i = 0; 2 * i < course->n; i++)
    course->place[i] = course->place[2 * i];
  course->n = (course->n + 1) / 2;
  course->stride *= 2;
}

void epx_course_add(epx_course *course, double share, double seconds) {
  course->last = (epx_course_place){share, seconds};
  if (course->stride == 0) course->stride = 1;
  if (course->left-- > 0) return;
  if (course->n == EPX_COURSE_PLACES) thin_out(course);
  course->place[course->n++] = course->last;
  course->left = course->stride - 1;
}

double epx_course_eval_rest(const epx_course *course) {
  const epx_course_place *last = &course->last;
  if (course->n == 0 || !(last->share > course->place[0].share)) return NAN;
  const double half = (course->place[0].share + last->share) / 2;
  int i = 0;
  while (i + 1 < course->n && course->place[i + 1].share <= half)
    i++;
  const epx_course_place *from = &course->place[i];
  return (1 - last->share) * (last->seconds - from->seconds) / (last->share - from->share);
}
