/** @file
 * Plan: the design points of a deck: one row per point, one column per factor, as `epilux plan` prints them.
 */
#ifndef EPILUX_PLAN_H
#define EPILUX_PLAN_H

#include "epilux/deck.h"
#include "epilux/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct epx_plan epx_plan;

/** Creates the plan of a deck, which is borrowed for its life. A deck without factors has one point. Errors:
 * EPX_EINPUT: a factor that cannot be, at its line; EPX_EMEMORY. */
epx_err epx_plan_create(const epx_deck *deck, epx_plan **out);

/** Destroys the plan at *address. */
void epx_plan_destroy(epx_plan **address);

/** Gets the number of design points, and of factors. */
int epx_plan_get_n_points(const epx_plan *plan);
int epx_plan_get_n_factors(const epx_plan *plan);

/** Gets the path of a factor in the deck, such as "network.parameters.loss", and its unit; NULL: there is no
 * such factor. The unit of words is NULL too. */
const char *epx_plan_get_path(const epx_plan *plan, int i_factor);
const char *epx_plan_get_unit(const epx_plan *plan, int i_factor);

/** Gets the value of a factor at a design point: a number in its unit, NaN of words and of a point or factor
 * that does not exist; and its word, NULL of numbers. */
double epx_plan_get_number(const epx_plan *plan, int i_point, int i_factor);
const char *epx_plan_get_word(const epx_plan *plan, int i_point, int i_factor);

#ifdef __cplusplus
}
#endif

#endif
