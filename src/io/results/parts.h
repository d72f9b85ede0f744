/** @file
 * Parts: joins the results files of the parts of one campaign (shards of a job array) into one.
 */
#ifndef EPILUX_IO_RESULTS_PARTS_H
#define EPILUX_IO_RESULTS_PARTS_H

#include "io/campaign.h"

/** Merges parts into a results file `out`, which is written whole or not at all. path [n]: each with the
 * journal beside it, if there is one. A trial that several parts have must have the same numbers in all, but
 * for the time it took. any_version: parts of other versions, libraries or instruction sets are taken too,
 * with a warning. *total: the campaign with all records, the caller's. Errors: EPX_EMISMATCH, naming the file
 * and what differs: of another deck, seed, version, libraries, instruction set; other numbers of the same
 * trial; EPX_EBUSY: a part is still running; EPX_EFORMAT; EPX_EFILE; EPX_EMEMORY. Memory: twice the
 * campaign's records. */
epx_err epx_parts_merge(const char *out, const char *const *path, int n, bool any_version,
                        epx_campaign **total);

#endif
