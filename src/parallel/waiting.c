/** @file
 * Waiting: who wakes from a nap is given the processor at once, who gave it away gets it back in turn.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/waiting.h"

#include <math.h>
#include <sched.h>

#include "parallel/seconds.h"

enum { N_YIELDS = 100 };

static const double longest_yielding = 5e-4, crowded_for = 0.1;                /* s */
static const double nap_share = 0.01, shortest_nap = 1e-5, longest_nap = 5e-3; /* s */

void epx_waiting_set_begun(epx_waiting *waiting, double now) {
  waiting->since = now;
  waiting->n_looks = 0;
}

double epx_waiting_eval_nap(epx_waiting *waiting, double now) {
  if (waiting->n_looks == 0 && waiting->since == 0) waiting->since = now;
  const double waited = now - waiting->since;
  if (waiting->n_looks++ < N_YIELDS && waited < longest_yielding && now >= waiting->crowded) {
    const double given = epx_seconds_get();
    sched_yield();
    const double away = epx_seconds_get() - given;
    if (away > longest_yielding) waiting->crowded = now + away + crowded_for;
    return 0;
  }
  return fmin(longest_nap, fmax(shortest_nap, nap_share * waited));
}
