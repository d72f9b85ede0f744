/** @file
 * Yield line: the yield of a campaign that has just been run, in one line.
 */
#ifndef EPILUX_SRC_CLI_YIELD_LINE_H
#define EPILUX_SRC_CLI_YIELD_LINE_H

#include "io/campaign.h"

/** Prints the yield of the only design point with its interval, or the best and the worst of several. Prints
 * nothing where the deck asks for no yield or no trial is finished. Errors: EPX_EMEMORY. */
epx_err epx_yield_line_view(const epx_campaign *campaign);

#endif
