/** @internal @file
 * The methods, and what they share: the making of the table of points, from places to correlated values, and the ends of
 * factors.
 */
#ifndef EPILUX_DESIGN_METHOD_H
#define EPILUX_DESIGN_METHOD_H

#include <stddef.h>
#include <stdint.h>

#include "design/design.h"

#define EPX_DESIGN_METHOD(NAME) extern const epx_design_method epx_##NAME##_method;
#include "design/methods.def"
#undef EPX_DESIGN_METHOD

/** Sets design->n_points and creates its values. Errors: EPX_EINPUT for more than EPX_DESIGN_MAX_POINTS; EPX_EMEMORY.
 */
epx_err epx_design_set_n_points(epx_design *design, int64_t n_points);

/** Evaluates the factors' values from places u in [0, 1) that stand in design->value. With spec->correlation R = L L'
 * they first become those of a Gaussian copula: z = Phi^-1(u), u' = Phi(L z), u no nearer to 0 or 1 than 2^-33; the
 * first factor's places stay. Errors: EPX_EINPUT: R is not positive definite; EPX_EMEMORY. Cost O(n_points n_factors^2). Source: Nelsen2006.
 */
epx_err epx_design_eval_places(const epx_design_spec *spec, const epx_factor *factors, epx_design *design);

/** Evaluates the product of the spec's method over the outer factors and of spec->inner over the others; `place` fills the
 * design of one method. Errors: as `place`; EPX_EINPUT: no inner or no outer factor; too many points. EPX_EMEMORY. */
epx_err epx_design_eval_product(const epx_design_spec *spec, const epx_factor *factors,
                                epx_err (*place)(const epx_design_spec *, const epx_factor *, epx_design *),
                                epx_design *design);

/** Checks that all factors are even ranges, or, with n_levels > 0, lists of that many values; `what` begins the message.
 * Errors: EPX_EINPUT. */
epx_err epx_design_check_corners(const char *what, const epx_factor *factors, int n_factors, int n_levels);

/** Evaluates the value at x from -1 (low) to 1 (high): of a range, exactly at its ends; of a list of two or three
 * values, the nearest of them in its order. */
double epx_design_eval_corner(const epx_factor *factor, double x);

#endif
