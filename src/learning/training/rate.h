/** @file
 * Rate: how the learning rate changes from epoch to epoch.
 */
#ifndef EPILUX_LEARNING_TRAINING_RATE_H
#define EPILUX_LEARNING_TRAINING_RATE_H

#include "epilux/error.h"

/** X(name, deck name, meaning) */
#define EPX_RATES(X)                                                                                         \
  X(EPX_RATE_EXPONENTIAL, "exponential", "times learning.decay after each epoch; 1: constant")               \
  X(EPX_RATE_STEP, "step", "times learning.decay after every learning.schedule.every epochs")                \
  X(EPX_RATE_COSINE, "cosine", "down to learning.schedule.floor of itself along half a cosine")

typedef enum {
#define EPX_RATE_ENUM(name, text, meaning) name,
  EPX_RATES(EPX_RATE_ENUM)
#undef EPX_RATE_ENUM
      EPX_RATE_COUNT
} epx_rate_kind;

typedef struct {
  epx_rate_kind kind;
  int every;    /* step: epochs between steps; 0: 1 */
  double floor; /* cosine: share of the rate that is left in the last epoch, 0 ... 1 */
  int warm_up; /* epochs over which the rate rises to its value, as 1/warm_up, 2/warm_up, ...; 0 or 1: none */
} epx_rate_spec;

/** Checks a schedule. Errors: EPX_EINPUT: every or warm_up < 0, a floor outside 0 ... 1. */
epx_err epx_rate_check(const epx_rate_spec *spec);

/** Evaluates the factor on the rate in an epoch, 0 ... n_epochs - 1: that of the kind,
 *
 *   exponential  decay^epoch;   step  decay^floor(epoch / every)
 *   cosine       floor + (1 - floor) (1 + cos(pi epoch / (n_epochs - 1))) / 2
 *
 * times min(1, (epoch + 1) / warm_up). O(epoch). */
double epx_rate_eval(const epx_rate_spec *spec, double decay, int epoch, int n_epochs);

#endif
