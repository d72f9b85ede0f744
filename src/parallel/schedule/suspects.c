/** @file
 * Suspects: a sorted list; there are few, and most come in order.
 */
#include "parallel/schedule/suspects.h"

#include <string.h>

#include "base/array.h"

void epx_suspects_destroy(epx_suspects *suspects) {
  epx_array_destroy(&suspects->list);
  *suspects = (epx_suspects){0};
}

/* The place of a block, or where it would stand. */
static size_t find(const epx_suspects *suspects, int64_t block) {
  size_t low = 0, high = suspects->n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (suspects->list[middle].block < block)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

epx_suspect *epx_suspects_get(const epx_suspects *suspects, int64_t block) {
  const size_t i = find(suspects, block);
  return i < suspects->n && suspects->list[i].block == block ? &suspects->list[i] : NULL;
}

static epx_err grow(epx_suspects *suspects) {
  if (suspects->n < suspects->capacity) return EPX_OK;
  epx_suspect *larger;
  const size_t capacity = suspects->capacity ? 2 * suspects->capacity : 16;
  EPX_TRY(EPX_ARRAY(larger, capacity));
  if (suspects->n > 0) memcpy(larger, suspects->list, suspects->n * sizeof *larger);
  epx_array_destroy(&suspects->list);
  suspects->list = larger;
  suspects->capacity = capacity;
  return EPX_OK;
}

epx_err epx_suspects_merge(epx_suspects *suspects, int64_t block, int n_ends, int n_errors,
                           epx_suspect **suspect) {
  const size_t i = find(suspects, block);
  if (i == suspects->n || suspects->list[i].block != block) {
    EPX_TRY(grow(suspects));
    memmove(suspects->list + i + 1, suspects->list + i, (suspects->n - i) * sizeof *suspects->list);
    suspects->list[i] = (epx_suspect){.block = block, .state = EPX_SUSPECT_OVER};
    suspects->n++;
  }
  *suspect = &suspects->list[i];
  (*suspect)->n_ends += n_ends;
  (*suspect)->n_errors += n_errors;
  suspects->first[0] = suspects->first[1] = 0;
  epx_suspects_set_state(suspects, *suspect, EPX_SUSPECT_OPEN);
  return EPX_OK;
}

void epx_suspects_set_state(epx_suspects *suspects, epx_suspect *suspect, epx_suspect_state state) {
  suspects->n_open += (state == EPX_SUSPECT_OPEN) - (suspect->state == EPX_SUSPECT_OPEN);
  suspects->n_out += (state == EPX_SUSPECT_OUT) - (suspect->state == EPX_SUSPECT_OUT);
  if (state == EPX_SUSPECT_OPEN) suspects->first[0] = suspects->first[1] = 0;
  suspect->state = state;
}

epx_suspect *epx_suspects_get_next(epx_suspects *suspects, bool often) {
  epx_suspect *fewest = NULL;
  size_t *first = &suspects->first[often];
  for (size_t i = *first; i < suspects->n; i++) {
    epx_suspect *suspect = &suspects->list[i];
    const int n = suspect->n_ends + suspect->n_errors;
    if (suspect->state != EPX_SUSPECT_OPEN || (n > 1) != often) continue;
    if (!fewest) *first = i;
    if (!often) return suspect;
    if (!fewest || n < fewest->n_ends + fewest->n_errors) fewest = suspect;
  }
  if (!fewest) *first = suspects->n;
  return fewest;
}
