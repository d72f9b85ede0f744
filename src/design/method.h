/** @internal @file
 * What the methods share with design.c: their entries in its table, and the making of the table of points.
 */
#ifndef EPILUX_DESIGN_METHOD_H
#define EPILUX_DESIGN_METHOD_H

#include <stddef.h>
#include <stdint.h>

#include "design/design.h"

extern const epx_design_method epx_factorial_method;
extern const epx_design_method epx_latin_hypercube_method;
extern const epx_design_method epx_sobol_method;
extern const epx_design_method epx_one_at_a_time_method;
extern const epx_design_method epx_saltelli_method;
extern const epx_design_method epx_morris_method;

/** Sets design->n_points and creates its values. Errors: EPX_EINPUT for more than 2^31-2 points; EPX_EMEMORY.
 */
epx_err epx_design_set_n_points(epx_design *design, int64_t n_points);

#endif
