/** @file
 * Variation: adds random deviations to the nominal parameters of each instance.
 */
#ifndef EPILUX_PHOTONIC_FABRICATION_VARIATION_H
#define EPILUX_PHOTONIC_FABRICATION_VARIATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/numbers/distribution.h"
#include "photonic/network.h"

typedef enum { EPX_SCOPE_GLOBAL, EPX_SCOPE_LOCAL } epx_scope; /* one draw an instance / one a node or link */
typedef enum { EPX_EFFECT_ADD, EPX_EFFECT_SCALE } epx_effect; /* theta + draw / theta * draw */

/** One row of the deck's `variation`. */
typedef struct {
  int parameter;                 /* index in family->parameters */
  epx_distribution distribution; /* of the draw: normal, uniform, truncated-normal: added by default, mean 0;
                                    lognormal: multiplies by default, median 1 */
  epx_scope scope;
  epx_effect effect;
} epx_variation;

/** Evaluates the parameters of one fabricated instance: theta [n_theta] holds the nominal ones and is changed
 * row by row, in the order of the deck. A row draws from the stream (seed, "variation:NAME:NUMBER"), NAME its
 * parameter's and NUMBER its place among the rows of that parameter, so that a row added for one parameter
 * leaves the draws of others; at (i_point, i_instance, node, 0), of a link at (…, i, j) with i < j, in scope
 * global at (…, any, 0). `i_point`: EPX_RANDOM_ANY for common random numbers over design points. Values that
 * leave the parameter's range are clamped to it, row by row, and their numbers are written to n_clamped [n_rows]
 * (may be NULL). O(n_theta). */
void epx_variation_eval(const epx_variation *rows, int n_rows, const epx_network *network, uint64_t seed,
                        uint32_t i_point, uint32_t i_instance, double *theta, int *n_clamped);

#endif
