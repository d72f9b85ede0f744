/** @file
 * Distributions of one real variable, drawn by inverting the distribution function.
 */
#ifndef EPILUX_BASE_DISTRIBUTION_H
#define EPILUX_BASE_DISTRIBUTION_H

#include "epilux/error.h"

/**
 *   constant          mean
 *   normal            mean, sigma
 *   lognormal         exp(normal(log(mean), sigma)): `mean` is the median, sigma that of the logarithm
 *   uniform           low … high
 *   truncated-normal  normal(mean, sigma) given low … high
 *   triangular        low … high, its density rising straight to `mean`, which is the mode, and falling straight
 */
typedef enum {
  EPX_CONSTANT,
  EPX_NORMAL,
  EPX_LOGNORMAL,
  EPX_UNIFORM,
  EPX_TRUNCATED_NORMAL,
  EPX_TRIANGULAR
} epx_distribution_kind;

typedef struct {
  epx_distribution_kind kind;
  double mean, sigma, low, high; /* in the unit of the variable */
} epx_distribution;

/** Gets the kind by its deck name. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_distribution_get_kind(const char *name, epx_distribution_kind *kind);

/** Gets the deck name of a kind. */
const char *epx_distribution_get_name(epx_distribution_kind kind);

/** Checks the parameters. Errors: EPX_EINPUT: sigma < 0, low >= high, a lognormal median <= 0, a not finite
 * number, a truncation interval that holds less than 1e-12 of the probability, a mode outside low … high. */
epx_err epx_distribution_check(const epx_distribution *distribution);

/** Evaluates the quantile function at u in (0, 1). */
double epx_distribution_eval(const epx_distribution *distribution, double u);

#endif
