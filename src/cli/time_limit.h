/** @internal @file
 * Time limit: how long a run may take, by its options and by the batch system.
 */
#ifndef EPILUX_CLI_TIME_LIMIT_H
#define EPILUX_CLI_TIME_LIMIT_H

#include "epilux/error.h"

/** Reads a time, s: "2h", "90 min", "1.5 days", "00:10:00", "1-12:00:00"; a bare number is in seconds.
 * Errors: EPX_EINPUT: none of these, or not above zero. */
epx_err epx_time_limit_read(const char *option, const char *text, double *seconds);

/** Gets the time until the batch job ends (SLURM_JOB_END_TIME), less what saving and leaving take; INFINITY
 * outside one. */
double epx_time_limit_get_from_job(void);

#endif
