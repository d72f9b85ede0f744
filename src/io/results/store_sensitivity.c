/** @file
 * Store, sensitivity: /sensitivity/<metric>/<index> (factor), with low and high, where the design supports
 * it.
 */
#include <stdio.h>

#include "base/array.h"
#include "io/results/store_private.h"
#include "study/influence.h"

static epx_err write_factors(const epx_store *store, epx_archive *archive) {
  const epx_campaign *campaign = store->campaign;
  const size_t n = (size_t)campaign->n_factors;
  const char **paths;
  EPX_TRY(EPX_ARRAY(paths, n));
  for (size_t f = 0; f < n; f++)
    paths[f] = campaign->factors[f].path;
  const epx_archive_array scale = {.path = "/factor",
                                   .unit = "1",
                                   .long_name = "factor of the design, by its path in the deck",
                                   .type = EPX_ARCHIVE_TEXT,
                                   .n_axes = 1,
                                   .n = {n}};
  const int code = epx_archive_write(archive, &scale, paths);
  epx_array_destroy(&paths);
  return code;
}

/* One index: its value, and the ends of its interval. */
static epx_err write_index(const epx_store *store, epx_archive *archive, epx_metric metric,
                           const epx_influence_index *index, double *column) {
  static const struct {
    const char *suffix, *of;
  } parts[] = {{"", ""},
               {"_low", "lower end of the 95 % interval of the "},
               {"_high", "upper end of the 95 % interval of the "}};
  const size_t n = (size_t)store->campaign->n_factors;
  for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
    char path[128], meaning[256], long_name[320];
    snprintf(path, sizeof path, "/sensitivity/%s/%s%s", epx_metric_get_name(metric), index->name,
             parts[p].suffix);
    snprintf(meaning, sizeof meaning, index->meaning, epx_metric_get_meaning(metric));
    snprintf(long_name, sizeof long_name, "%s%s", parts[p].of, meaning);
    for (size_t f = 0; f < n; f++) {
      const epx_sensitivity_index *of_factor = &index->factor[f];
      column[f] = p == 0 ? of_factor->value : p == 1 ? of_factor->low : of_factor->high;
    }
    const epx_archive_array array = {.path = path,
                                     .unit = index->in_unit ? epx_metric_get_unit(metric) : "1",
                                     .long_name = long_name,
                                     .n_axes = 1,
                                     .n = {n},
                                     .axis = {"/factor"}};
    EPX_TRY(epx_archive_write(archive, &array, column));
  }
  return EPX_OK;
}

static epx_err write_metric(const epx_store *store, epx_archive *archive, int i_metric, double *column) {
  const epx_campaign *campaign = store->campaign;
  const epx_metric metric = store->settings->metric[i_metric];
  epx_influence *influence;
  char group[96];
  EPX_TRY(epx_influence_create(epx_deck_get_design(campaign->deck), campaign->factors, campaign->n_factors,
                               &campaign->layout, i_metric, campaign->n_points, campaign->n_instances,
                               campaign->record, &influence));
  int code = EPX_OK;
  for (int i = 0; code == EPX_OK && i < influence->n_indices; i++)
    code = write_index(store, archive, metric, &influence->index[i], column);
  snprintf(group, sizeof group, "/sensitivity/%s", epx_metric_get_name(metric));
  if (code == EPX_OK)
    code = epx_archive_write_count(archive, group, "groups", (uint64_t)influence->counts.n_groups);
  if (code == EPX_OK)
    code = epx_archive_write_count(archive, group, "groups_dropped", (uint64_t)influence->counts.n_dropped);
  epx_influence_destroy(&influence);
  return code;
}

epx_err epx_store_write_sensitivity(const epx_store *store, epx_archive *archive) {
  const epx_campaign *campaign = store->campaign;
  double *column;
  if (campaign->n_factors == 0 || !epx_influence_is_supported(epx_deck_get_design(campaign->deck)))
    return EPX_OK;
  EPX_TRY(write_factors(store, archive));
  EPX_TRY(EPX_ARRAY(column, (size_t)campaign->n_factors));
  int code = EPX_OK;
  for (int m = 0; code == EPX_OK && m < campaign->layout.n_metrics; m++)
    code = write_metric(store, archive, m, column);
  epx_array_destroy(&column);
  return code;
}
