/** @internal @file
 * Suspects: blocks that were under way when a worker died or failed, and how often; any of them may have been
 * the cause.
 */
#ifndef EPILUX_PARALLEL_SCHEDULE_SUSPECTS_H
#define EPILUX_PARALLEL_SCHEDULE_SUSPECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"

typedef enum { EPX_SUSPECT_OPEN, EPX_SUSPECT_OUT, EPX_SUSPECT_OVER, EPX_SUSPECT_GIVEN_UP } epx_suspect_state;

typedef struct {
  int64_t block;
  int n_deaths;
  epx_suspect_state state;
} epx_suspect;

/** Zeroed: none. */
typedef struct {
  epx_suspect *list; /* [n], by block */
  size_t n, capacity;
  int64_t n_open;
  int n_out;
  size_t first[2]; /* no open suspect of one death, of more, stands before it */
} epx_suspects;

void epx_suspects_destroy(epx_suspects *suspects);

/** Gets the suspect of a block, NULL when it is none. O(log n). */
epx_suspect *epx_suspects_get(const epx_suspects *suspects, int64_t block);

/** Adds deaths to a block, which is open then. Errors: EPX_EMEMORY. O(n), at the end of the list O(1). */
epx_err epx_suspects_merge(epx_suspects *suspects, int64_t block, int n_deaths, epx_suspect **suspect);

/** Sets where a suspect is. */
void epx_suspects_set_state(epx_suspects *suspects, epx_suspect *suspect, epx_suspect_state state);

/** Gets the first open suspect that died once, or (often) more often; NULL when there is none. */
epx_suspect *epx_suspects_get_next(epx_suspects *suspects, bool often);

#endif
