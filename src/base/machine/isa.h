/** @file
 * Instruction sets: hot kernels are compiled for several, one is picked at run time. The same bits are
 * promised within one of them.
 */
#ifndef EPILUX_SRC_BASE_ISA_H
#define EPILUX_SRC_BASE_ISA_H

#include "epilux/base/isa.h"
#include "epilux/error.h"

/** In rising order; EPX_ISA_PLAIN is portable C. */
typedef enum { EPX_ISA_PLAIN, EPX_ISA_V2, EPX_ISA_V3, EPX_ISA_V4, EPX_ISA_COUNT } epx_isa;

/** Sets the instruction set from the environment variable EPILUX_ISA (plain, x86-64-v2, x86-64-v3,
 * x86-64-v4), or to the highest of this processor. Errors: EPX_EINPUT for an unknown name or a set that this
 * processor does not have. */
epx_err epx_isa_set_from_environment(void);

/** Gets the instruction set in use; the highest this processor has before any was set. */
epx_isa epx_isa_get(void);

/** Gets the name: "plain", "x86-64-v2", "x86-64-v3" or "x86-64-v4". */
const char *epx_isa_get_name(epx_isa isa);

#endif
