/** @internal @file
 * The methods, and what they share: the making of the table of points.
 */
#ifndef EPILUX_DESIGN_METHOD_H
#define EPILUX_DESIGN_METHOD_H

#include <stddef.h>
#include <stdint.h>

#include "design/design.h"

#define EPX_DESIGN_METHOD(NAME) extern const epx_design_method epx_##NAME##_method;
#include "design/methods.def"
#undef EPX_DESIGN_METHOD

/** Sets design->n_points and creates its values. Errors: EPX_EINPUT for more than 2^31-2 points; EPX_EMEMORY.
 */
epx_err epx_design_set_n_points(epx_design *design, int64_t n_points);

#endif
