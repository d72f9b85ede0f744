/** @file
 * Seconds: a clock that no one sets.
 */
#ifndef EPILUX_PARALLEL_SECONDS_H
#define EPILUX_PARALLEL_SECONDS_H

/** Gets the time since some moment of this machine, s. */
double epx_seconds_get(void);

#endif
