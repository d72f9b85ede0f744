/** @internal What process.c asks of process_spec.c. */
#ifndef EPILUX_PHOTONIC_PROCESS_PROCESS_SPEC_H
#define EPILUX_PHOTONIC_PROCESS_PROCESS_SPEC_H

#include <stdbool.h>

#include "photonic/process/process.h"

/** Checks a description and makes the terms that are switched off 0. Errors: EPX_EINPUT as
 * epx_process_create(). */
epx_err epx_process_check(epx_process_spec *spec);

/** Evaluates the sigma of a local field, also of a random walk. */
double epx_process_eval_local(const epx_process_terms *terms);

#endif
