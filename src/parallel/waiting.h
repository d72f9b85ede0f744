/** @file
 * Waiting: how one who waits for a message passes the time between two looks, on a core that others may want.
 */
#ifndef EPILUX_PARALLEL_WAITING_H
#define EPILUX_PARALLEL_WAITING_H

#include <stdbool.h>

/** Zeroed: nothing has come yet. Times are on epx_seconds_get(). */
typedef struct {
  double since; /* when it began */
  double
      crowded; /* until when it is known that the processor does not come back soon once it is given away */
  int n_looks; /* in vain */
} epx_waiting;

/** Sets that something has come: the next wait begins at `now`. */
void epx_waiting_set_begun(epx_waiting *waiting, double now);

/** Evaluates how long to sleep now, s, after a look in vain; 0: not at all, the processor was given away for
 * a moment instead. That is done up to a hundred times and for 0.5 ms, for an answer that is under way is
 * faster than the shortest nap; not while another program keeps the processor when it is given away. Then
 * come naps of a hundredth of what was waited, 10 us to 5 ms. */
double epx_waiting_eval_nap(epx_waiting *waiting, double now);

#endif
