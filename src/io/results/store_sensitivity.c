/** @file
 * Store, sensitivity: /sensitivity/<metric, yield or failures>/<index> (factor), with low and high, where the
 * design supports it.
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

/* What the indices are of: its name in the file, its meaning and its unit. */
typedef struct {
  epx_outcome outcome;
  const char *name, *meaning, *unit;
} subject;

/* One index: its value, and the ends of its interval. */
static epx_err write_index(const epx_store *store, epx_archive *archive, const subject *of,
                           const epx_influence_index *index, double *column) {
  static const struct {
    const char *suffix, *of;
  } parts[] = {{"", ""},
               {"_low", "lower end of the 95 % interval of the "},
               {"_high", "upper end of the 95 % interval of the "}};
  const size_t n = (size_t)store->campaign->n_factors;
  for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
    char path[128], meaning[256], long_name[320];
    snprintf(path, sizeof path, "/sensitivity/%s/%s%s", of->name, index->name, parts[p].suffix);
    snprintf(meaning, sizeof meaning, index->meaning, of->meaning);
    snprintf(long_name, sizeof long_name, "%s%s", parts[p].of, meaning);
    for (size_t f = 0; f < n; f++) {
      const epx_sensitivity_index *of_factor = &index->factor[f];
      column[f] = p == 0 ? of_factor->value : p == 1 ? of_factor->low : of_factor->high;
    }
    const epx_archive_array array = {.path = path,
                                     .unit = index->in_unit ? of->unit : "1",
                                     .long_name = long_name,
                                     .n_axes = 1,
                                     .n = {n},
                                     .axis = {"/factor"}};
    EPX_TRY(epx_archive_write(archive, &array, column));
  }
  return EPX_OK;
}

static epx_err write_subject(const epx_store *store, epx_archive *archive, const subject *of,
                             double *column) {
  const epx_campaign *campaign = store->campaign;
  epx_influence *influence;
  char group[96];
  EPX_TRY(epx_influence_create(epx_deck_get_design(campaign->deck), campaign->factors, campaign->n_factors,
                               &campaign->layout, &of->outcome, campaign->n_points, campaign->n_instances,
                               campaign->record, &influence));
  int code = EPX_OK;
  for (int i = 0; code == EPX_OK && i < influence->n_indices; i++)
    code = write_index(store, archive, of, &influence->index[i], column);
  snprintf(group, sizeof group, "/sensitivity/%s", of->name);
  if (code == EPX_OK)
    code = epx_archive_write_count(archive, group, "groups", (uint64_t)influence->counts.n_groups);
  if (code == EPX_OK)
    code = epx_archive_write_count(archive, group, "groups_dropped", (uint64_t)influence->counts.n_dropped);
  if (code == EPX_OK)
    code = epx_archive_write_count(archive, group, "rows", (uint64_t)influence->counts.n_rows);
  epx_influence_destroy(&influence);
  return code;
}

/* Of every metric, of the yield where the deck sets one, and of the share of trials that fail. */
static epx_err write_subjects(const epx_store *store, epx_archive *archive, double *column) {
  const epx_settings *settings = store->settings;
  const int n_metrics = store->campaign->layout.n_metrics;
  for (int m = 0; m < n_metrics; m++) {
    const epx_metric metric = settings->metric[m];
    const subject of = {{EPX_OUTCOME_METRIC, m, NULL},
                        epx_metric_get_name(metric),
                        epx_metric_get_meaning(metric),
                        epx_field_get(store->fields, store->campaign->layout.metric + (size_t)m)->unit};
    EPX_TRY(write_subject(store, archive, &of, column));
    if (settings->yield.metric != (int)metric) continue;
    const subject yield = {{EPX_OUTCOME_YIELD, m, &settings->yield}, "yield", "share of good devices", "1"};
    EPX_TRY(write_subject(store, archive, &yield, column));
  }
  const subject failures = {{EPX_OUTCOME_FAILURES, 0, NULL}, "failures", "share of trials that fail", "1"};
  return n_metrics > 0 ? write_subject(store, archive, &failures, column) : EPX_OK;
}

epx_err epx_store_write_sensitivity(const epx_store *store, epx_archive *archive) {
  const epx_campaign *campaign = store->campaign;
  double *column;
  if (campaign->n_factors == 0 || !epx_influence_is_supported(epx_deck_get_design(campaign->deck)))
    return EPX_OK;
  EPX_TRY(write_factors(store, archive));
  EPX_TRY(EPX_ARRAY(column, (size_t)campaign->n_factors));
  const int code = write_subjects(store, archive, column);
  epx_array_destroy(&column);
  return code;
}
