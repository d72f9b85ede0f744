/** @file
 * Parts: joins the results files of the parts of one campaign (shards of a job array) into one.
 */
#ifndef EPILUX_IO_RESULTS_PARTS_H
#define EPILUX_IO_RESULTS_PARTS_H

#include <stdbool.h>

#include "io/campaign.h"

/** What merging allows. Zeroed: neither. */
typedef struct {
  bool any_version; /* parts of other versions, libraries or instruction sets are taken too, with a warning */
  bool force;       /* results that are there are overwritten */
} epx_parts_options;

/** Merges parts into a results file `out`, which is written whole or not at all, under its lock. path [n]: each
 * with the journal beside it, if there is one; of links, that of the file. A trial that several parts have must
 * have the same numbers in all, but for the time it took. *total: the campaign with all records, the caller's.
 * Errors: EPX_EMISMATCH, naming the file and what differs: of another deck, seed, version, libraries, instruction
 * set; other numbers of the same trial; EPX_EBUSY: a part is still running, or the output is; EPX_EINPUT: the
 * output is there and not to be overwritten, or is a part, or cannot be results (epx_output_check()); EPX_EFORMAT;
 * EPX_EFILE; EPX_EMEMORY. Memory: twice the campaign's records. */
epx_err epx_parts_merge(const char *out, const char *const *path, int n, const epx_parts_options *options,
                        epx_campaign **total);

#endif
