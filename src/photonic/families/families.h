/** @internal @file
 * The built-in families, one file each; their contract is epilux/family.h.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_FAMILIES_H
#define EPILUX_PHOTONIC_FAMILIES_FAMILIES_H

#include "epilux/family.h"

#define EPX_FAMILY(NAME) extern const epx_family epx_family_##NAME;
#include "photonic/families/families.def"
#undef EPX_FAMILY

#endif
