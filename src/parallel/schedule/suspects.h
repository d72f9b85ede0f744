/** @internal @file
 * Suspects: blocks that were under way when a job ended or a worker failed, and how often; any of them may
 * have been the cause.
 */
#ifndef EPILUX_PARALLEL_SCHEDULE_SUSPECTS_H
#define EPILUX_PARALLEL_SCHEDULE_SUSPECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"

typedef enum { EPX_SUSPECT_OPEN, EPX_SUSPECT_OUT, EPX_SUSPECT_OVER } epx_suspect_state;

typedef struct {
  int64_t block;
  int n_ends, n_errors; /* of jobs; of workers */
  epx_suspect_state state;
} epx_suspect;

/** Zeroed: none. */
typedef struct {
  epx_suspect *list; /* [n], by block */
  size_t n, capacity;
  int64_t n_open;
  int n_out;
  size_t first[2]; /* no open suspect that was ended once, oftener, stands before it */
} epx_suspects;

void epx_suspects_destroy(epx_suspects *suspects);

/** Gets the suspect of a block, NULL when it is none. O(log n). */
epx_suspect *epx_suspects_get(const epx_suspects *suspects, int64_t block);

/** Adds ends and errors to a block, which is open then. Errors: EPX_EMEMORY. O(n), at the end of the list O(1). */
epx_err epx_suspects_merge(epx_suspects *suspects, int64_t block, int n_ends, int n_errors,
                           epx_suspect **suspect);

/** Sets the state of a suspect. */
void epx_suspects_set_state(epx_suspects *suspects, epx_suspect *suspect, epx_suspect_state state);

/** Gets the first open suspect of one end or error, or (often) that of more which has fewest, so that each
 * has its turn; NULL when there is none. O(1) amortised; often: O(n). */
epx_suspect *epx_suspects_get_next(epx_suspects *suspects, bool often);

#endif
