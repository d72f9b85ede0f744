/** @internal @file
 * Efficiency: prints in a few lines where the time of a run went, and on which hosts trials failed.
 */
#ifndef EPILUX_CLI_PRINT_EFFICIENCY_H
#define EPILUX_CLI_PRINT_EFFICIENCY_H

#include "io/results/activity.h"

/** Prints to standard output the shares of the ranks' time, the ranks that were least and most busy, the
 * slowest blocks and the failures of each host, most first; nothing of a run in which nothing was solved.
 * Errors: EPX_EMEMORY. */
epx_err epx_efficiency_view(const epx_activity *activity);

#endif
