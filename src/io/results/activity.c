/** @file
 * Activity: adds up the time of each rank, interval by interval.
 */
#include "io/results/activity.h"

#include <math.h>
#include <string.h>

#include "base/array.h"

enum { BINS_MAX = 240, BINS_MIN = 8, CELLS_MAX = 1 << 20 };

static const double first_bin = 0.01; /* s */

epx_err epx_activity_create(int n_ranks, epx_activity **out) {
  epx_activity *activity;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(activity, 1));
  activity->n_ranks = n_ranks;
  activity->bin = first_bin;
  activity->n_bins = CELLS_MAX / (n_ranks > 0 ? n_ranks : 1) / 2 * 2;
  if (activity->n_bins > BINS_MAX) activity->n_bins = BINS_MAX;
  if (activity->n_bins < BINS_MIN) activity->n_bins = BINS_MIN;
  int code = EPX_ARRAY(activity->ranks, (size_t)n_ranks);
  if (code == EPX_OK) code = EPX_ARRAY(activity->share, (size_t)n_ranks * (size_t)activity->n_bins);
  if (code == EPX_OK)
    *out = activity;
  else
    epx_activity_destroy(&activity);
  return code;
}

void epx_activity_destroy(epx_activity **address) {
  epx_activity *activity = *address;
  if (!activity) return;
  epx_array_destroy(&activity->ranks);
  epx_array_destroy(&activity->share);
  epx_array_destroy(address);
}

/* Halves the number of bins in use: each two become one. */
static void double_bins(epx_activity *activity) {
  const int n = activity->n_bins;
  for (int i = 0; i < activity->n_ranks; i++) {
    double *share = activity->share + (size_t)i * (size_t)n;
    for (int b = 0; b < n / 2; b++)
      share[b] = 0.5 * (share[2 * b] + share[2 * b + 1]);
    memset(share + n / 2, 0, sizeof *share * (size_t)(n / 2));
  }
  activity->bin *= 2;
}

void epx_activity_set_span(epx_activity *activity, int i, double end, double seconds) {
  epx_activity_rank *rank = &activity->ranks[i];
  const double start = fmax(rank->last, end - seconds);
  rank->busy += fmax(0, end - start);
  while (end > activity->bin * activity->n_bins)
    double_bins(activity);
  double *share = activity->share + (size_t)i * (size_t)activity->n_bins;
  const double bin = activity->bin;
  for (int b = (int)(start / bin); b < activity->n_bins && b * bin < end; b++)
    share[b] += fmax(0, fmin(end, (b + 1) * bin) - fmax(start, b * bin)) / bin;
  rank->last = fmax(rank->last, end);
}

/* Puts a block among the slowest, if it is. */
static void set_slowest(epx_activity *activity, const epx_activity_block *block) {
  int k = EPX_ACTIVITY_SLOWEST;
  for (; k > 0 && block->seconds > activity->slowest[k - 1].seconds; k--)
    if (k < EPX_ACTIVITY_SLOWEST) activity->slowest[k] = activity->slowest[k - 1];
  if (k < EPX_ACTIVITY_SLOWEST) activity->slowest[k] = *block;
}

void epx_activity_set_block(epx_activity *activity, int i, int i_point, int i_instance, double seconds, int n,
                            size_t size, const double *record) {
  epx_activity_rank *rank = &activity->ranks[i];
  const epx_activity_block block = {rank->rank, i_point, i_instance, seconds};
  set_slowest(activity, &block);
  rank->n_trials += n;
  for (int k = 0; k < n; k++)
    rank->ended[(int)record[(size_t)k * size]]++;
}

void epx_activity_set_time(epx_activity *activity, double seconds, double drained) {
  const double dry = isnan(drained) ? seconds : drained;
  activity->seconds = seconds;
  for (int i = 0; i < activity->n_ranks; i++) {
    epx_activity_rank *rank = &activity->ranks[i];
    rank->tail = fmax(0, seconds - fmax(dry, rank->last));
    rank->waiting = fmax(0, seconds - rank->busy - rank->tail);
  }
}

void epx_activity_eval_sums(const epx_activity *activity, double *busy, double *waiting, double *tail) {
  *busy = *waiting = *tail = 0;
  for (int i = 0; i < activity->n_ranks; i++) {
    *busy += activity->ranks[i].busy;
    *waiting += activity->ranks[i].waiting;
    *tail += activity->ranks[i].tail;
  }
}
