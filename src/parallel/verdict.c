/** @file
 * Verdict.
 */
#include "parallel/verdict.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "epilux/log.h"
#include "parallel/schedule/blocks.h"

/* "point 2, instance 21", "point 2, instances 21 to 23" */
static void view_block(const epx_block *block, char *text, size_t size) {
  if (block->n == 1)
    snprintf(text, size, "point %d, instance %d", block->i_point, block->first);
  else
    snprintf(text, size, "point %d, instances %d to %d", block->i_point, block->first,
             block->first + block->n - 1);
}

static bool is_pending(const epx_campaign *campaign, const epx_block *block) {
  if (!epx_campaign_has_trial(campaign, block->i_point, block->first)) return false;
  for (int k = 0; k < block->n; k++)
    if (epx_campaign_get_record(campaign, block->i_point, block->first + k)[0] == EPX_STATE_PENDING)
      return true;
  return false;
}

static void set_state(epx_campaign *campaign, const epx_block *block, int state) {
  double *record = epx_campaign_get_record(campaign, block->i_point, block->first);
  epx_record_init(&campaign->layout, record);
  record[0] = state;
}

static void set_failed(epx_campaign *campaign, const epx_block *block, int cause) {
  char name[64], why[64];
  view_block(block, name, sizeof name);
  epx_attempts_view_cause(cause, why, sizeof why);
  set_state(campaign, block, EPX_FAILED);
  epx_log_write(EPX_LOG_WARNING, "verdict",
                "%s is recorded as failed: it ended its process (%s); --retry-failed runs it again", name,
                why);
}

static void set_lost(epx_campaign *campaign, const epx_block *block, int n_ends) {
  char name[64];
  view_block(block, name, sizeof name);
  set_state(campaign, block, EPX_LOST);
  epx_log_write(EPX_LOG_WARNING, "verdict",
                "%s is recorded as lost: %d jobs ended for an unknown reason while it ran alone; "
                "--retry-lost runs it again",
                name, n_ends);
}

/* Adds the instances of a block that are still pending: known: they may run side by side, for whichever ends
 * its process again is known then; else each runs alone. */
static void split(const epx_campaign *campaign, const epx_attempts_suspect *suspect, const epx_block *block,
                  epx_attempts_suspect *list, size_t *n) {
  char name[64], why[64] = "jobs ended while it ran alone";
  const bool known = suspect->cause != EPX_CAUSE_NONE;
  view_block(block, name, sizeof name);
  if (known) epx_attempts_view_cause(suspect->cause, why, sizeof why);
  epx_log_write(EPX_LOG_WARNING, "verdict",
                "%s: %s; now each of its instances runs alone, after all other trials", name, why);
  for (int k = 0; k < block->n; k++) {
    if (epx_campaign_get_record(campaign, block->i_point, block->first + k)[0] != EPX_STATE_PENDING) continue;
    list[(*n)++] = (epx_attempts_suspect){.unit = epx_blocks_get_single(campaign, suspect->unit, k),
                                          .n_ends = known ? 1 : 2};
  }
}

static void judge(epx_campaign *campaign, int attempts, const epx_attempts_suspect *suspect,
                  epx_attempts_suspect *list, size_t *n) {
  const epx_block block = epx_blocks_get(campaign, suspect->unit);
  const bool known = suspect->cause != EPX_CAUSE_NONE;
  const bool exhausted = attempts > 0 && suspect->n_alone >= attempts;
  if (!is_pending(campaign, &block)) return;
  if (!known && !exhausted)
    list[(*n)++] = *suspect;
  else if (block.n > 1)
    split(campaign, suspect, &block, list, n);
  else if (known)
    set_failed(campaign, &block, suspect->cause);
  else
    set_lost(campaign, &block, suspect->n_alone);
}

static int compare(const void *a, const void *b) {
  const epx_attempts_suspect *first = a, *second = b;
  return (first->unit > second->unit) - (first->unit < second->unit);
}

epx_err epx_verdict_apply(epx_campaign *campaign, int attempts, epx_attempts_suspect **suspects, size_t *n) {
  epx_attempts_suspect *list;
  size_t n_list = 0, most = 0;
  if (*n == 0) return EPX_OK;
  for (size_t i = 0; i < *n; i++)
    most += (size_t)epx_blocks_get(campaign, (*suspects)[i].unit).n;
  EPX_TRY(EPX_ARRAY(list, most));
  for (size_t i = 0; i < *n; i++)
    judge(campaign, attempts, &(*suspects)[i], list, &n_list);
  qsort(list, n_list, sizeof *list, compare);
  epx_array_destroy(suspects);
  *suspects = list;
  *n = n_list;
  return EPX_OK;
}
