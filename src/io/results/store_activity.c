/** @file
 * Store, what a run did: /run.
 */
#include <math.h>
#include <stddef.h>

#include "base/array.h"
#include "io/results/store_private.h"

/* A number of each rank that computes. */
static epx_err write_ranks(epx_archive *archive, const epx_activity *activity, const char *path,
                           const char *unit, const char *long_name, size_t offset) {
  double *column;
  const size_t n = (size_t)activity->n_ranks;
  EPX_TRY(EPX_ARRAY(column, n));
  for (size_t i = 0; i < n; i++)
    column[i] = *(const double *)(const void *)((const char *)&activity->ranks[i] + offset);
  const epx_archive_array array = {
      .path = path, .unit = unit, .long_name = long_name, .n_axes = 1, .n = {n}, .axis = {"/run/rank"}};
  const int code = epx_archive_write(archive, &array, column);
  epx_array_destroy(&column);
  return code;
}

/* The ranks, an axis; and how many trials of each ended in each state. */
static epx_err write_counts(epx_archive *archive, const epx_activity *activity) {
  int *values;
  const size_t n = (size_t)activity->n_ranks, n_states = EPX_STATES;
  EPX_TRY(EPX_ARRAY(values, n * n_states));
  const epx_archive_array rank = {.path = "/run/rank",
                                  .unit = "1",
                                  .long_name = "rank that computes",
                                  .type = EPX_ARCHIVE_INT,
                                  .n_axes = 1,
                                  .n = {n}};
  const epx_archive_array state = {.path = "/run/state",
                                   .unit = "1",
                                   .long_name = "state of a trial, as in /trials/state",
                                   .type = EPX_ARCHIVE_INT,
                                   .n_axes = 1,
                                   .n = {n_states}};
  const epx_archive_array ended = {.path = "/run/ended",
                                   .unit = "1",
                                   .long_name = "trials of the rank that ended in the state",
                                   .type = EPX_ARCHIVE_INT,
                                   .n_axes = 2,
                                   .n = {n, n_states},
                                   .axis = {"/run/rank", "/run/state"}};
  for (size_t i = 0; i < n; i++)
    values[i] = activity->ranks[i].rank;
  int code = epx_archive_write(archive, &rank, values);
  for (size_t k = 0; k < n_states; k++)
    values[k] = (int)k;
  if (code == EPX_OK) code = epx_archive_write(archive, &state, values);
  for (size_t i = 0; i < n * n_states; i++)
    values[i] = (int)activity->ranks[i / n_states].ended[i % n_states];
  if (code == EPX_OK) code = epx_archive_write(archive, &ended, values);
  epx_array_destroy(&values);
  return code;
}

static epx_err write_hosts(epx_archive *archive, const epx_activity *activity) {
  const char **names;
  const size_t n = (size_t)activity->n_ranks;
  EPX_TRY(EPX_ARRAY(names, n));
  for (size_t i = 0; i < n; i++)
    names[i] = activity->ranks[i].host;
  const epx_archive_array array = {.path = "/run/host",
                                   .unit = "1",
                                   .long_name = "host of the rank",
                                   .type = EPX_ARCHIVE_TEXT,
                                   .n_axes = 1,
                                   .n = {n},
                                   .axis = {"/run/rank"}};
  const int code = epx_archive_write(archive, &array, names);
  epx_array_destroy(&names);
  return code;
}

/* The share of each bin; and its beginnings, an axis. Bins beyond the end of the run are left out. */
static epx_err write_bins(epx_archive *archive, const epx_activity *activity) {
  const size_t n_all = (size_t)activity->n_bins, n_ranks = (size_t)activity->n_ranks;
  size_t n = (size_t)fmin(ceil(activity->seconds / activity->bin), activity->n_bins);
  if (n < 1) n = 1;
  double *values;
  EPX_TRY(EPX_ARRAY(values, n * n_ranks + n));
  const epx_archive_array time = {
      .path = "/run/time", .unit = "s", .long_name = "beginning of a part of the run", .n_axes = 1, .n = {n}};
  const epx_archive_array share = {.path = "/run/busy_share",
                                   .unit = "1",
                                   .long_name = "share of the part that the rank was inside blocks",
                                   .n_axes = 2,
                                   .n = {n_ranks, n},
                                   .axis = {"/run/rank", "/run/time"}};
  for (size_t b = 0; b < n; b++)
    values[b] = (double)b * activity->bin;
  int code = epx_archive_write(archive, &time, values);
  for (size_t i = 0; i < n_ranks * n; i++)
    values[i] = activity->share[i / n * n_all + i % n];
  /* The last part ends with the run. */
  const double width = activity->seconds - (double)(n - 1) * activity->bin;
  for (size_t i = 0; i < n_ranks && width > 0 && width < activity->bin; i++)
    values[i * n + n - 1] = fmin(1, values[i * n + n - 1] * activity->bin / width);
  if (code == EPX_OK) code = epx_archive_write(archive, &share, values);
  epx_array_destroy(&values);
  return code;
}

static epx_err write_slowest(epx_archive *archive, const epx_activity *activity) {
  double seconds[EPX_ACTIVITY_SLOWEST];
  int numbers[3][EPX_ACTIVITY_SLOWEST];
  static const struct {
    const char *path, *long_name;
  } what[] = {{"/run/slowest_point", "design point of a block that took long"},
              {"/run/slowest_instance", "instance with which it begins"},
              {"/run/slowest_rank", "rank that solved it"}};
  size_t n = 0;
  for (; n < EPX_ACTIVITY_SLOWEST && activity->slowest[n].seconds > 0; n++) {
    const epx_activity_block *block = &activity->slowest[n];
    seconds[n] = block->seconds;
    numbers[0][n] = block->i_point;
    numbers[1][n] = block->i_instance;
    numbers[2][n] = block->rank;
  }
  if (n == 0) return EPX_OK;
  epx_archive_array array = {
      .path = "/run/slowest_seconds", .unit = "s", .long_name = "that it took", .n_axes = 1, .n = {n}};
  EPX_TRY(epx_archive_write(archive, &array, seconds));
  array.unit = "1";
  array.type = EPX_ARCHIVE_INT;
  array.axis[0] = "/run/slowest_seconds";
  for (size_t k = 0; k < sizeof what / sizeof *what; k++) {
    array.path = what[k].path;
    array.long_name = what[k].long_name;
    EPX_TRY(epx_archive_write(archive, &array, numbers[k]));
  }
  return EPX_OK;
}

epx_err epx_store_write_activity(const epx_store *store, epx_archive *archive) {
  const epx_activity *activity = store->activity;
  if (!activity || activity->n_ranks == 0) return EPX_OK;
  EPX_TRY(write_counts(archive, activity));
  EPX_TRY(write_hosts(archive, activity));
  EPX_TRY(write_ranks(archive, activity, "/run/busy", "s", "time inside blocks",
                      offsetof(epx_activity_rank, busy)));
  EPX_TRY(write_ranks(archive, activity, "/run/waiting", "s", "time waiting for work",
                      offsetof(epx_activity_rank, waiting)));
  EPX_TRY(write_ranks(archive, activity, "/run/tail", "s",
                      "time idle at the end, with nothing left to hand out",
                      offsetof(epx_activity_rank, tail)));
  EPX_TRY(write_bins(archive, activity));
  EPX_TRY(write_slowest(archive, activity));
  EPX_TRY(epx_archive_write_number(archive, "/run", "seconds", activity->seconds));
  return epx_archive_write_number(archive, "/run", "handing_out", activity->handing_out);
}
