/** @internal @file
 * Two families of one or two nodes whose equilibria and gradients are known in closed form:
 *   pair    ds_0/dt = -own_0 s_0 + other_0 s_1 + force_0,  ds_1/dt = other_1 s_0 - own_1 s_1 + force_1
 *           (no energy unless other_0 = other_1: EPX_FRAME_FIELD)
 *   scalar  ds/dt = -dE/ds = -own s + force, E = own s^2 / 2 - force s (EPX_FRAME_GRADIENT; `other` is not
 * used)
 */
#ifndef EPILUX_STUDY_VERIFICATION_LINEAR_FAMILY_H
#define EPILUX_STUDY_VERIFICATION_LINEAR_FAMILY_H

#include "epilux/family.h"

extern const epx_family epx_family_linear_pair, epx_family_linear_scalar;

#endif
