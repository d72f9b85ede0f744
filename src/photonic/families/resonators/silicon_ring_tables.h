/** @internal @file
 * The parameters of the family silicon-ring, and published rings in their terms.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_RESONATORS_SILICON_RING_TABLES_H
#define EPILUX_PHOTONIC_FAMILIES_RESONATORS_SILICON_RING_TABLES_H

#include "epilux/family.h"
#include "photonic/families/resonators/silicon_ring_kernel.h"

enum { EPX_RING_PRESETS = 3 };

extern const epx_parameter epx_silicon_ring_parameters[EPX_RING_PARAMETERS];

/** The first holds the parameters' fallbacks. */
extern const epx_preset epx_silicon_ring_presets[EPX_RING_PRESETS];

#endif
