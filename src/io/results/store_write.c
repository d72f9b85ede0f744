/** @file
 * Store, writing: a column a field, gathered from the records and written at once.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "epilux/version.h"
#include "io/proposals.h"
#include "io/results/store_private.h"

epx_archive_array epx_store_get_column(const epx_store *store, const epx_field *field) {
  return (epx_archive_array){
      .path = field->path,
      .unit = field->unit,
      .long_name = field->long_name,
      .type = EPX_ARCHIVE_DOUBLE,
      .n_axes = field->axis == EPX_AXIS_NONE ? 2 : 3,
      .n = {(size_t)store->campaign->n_points, (size_t)store->campaign->n_instances, field->length},
      .axis = {"/point", "/instance", epx_field_get_axis(field->axis)}};
}

static epx_err write_scale(epx_archive *archive, const char *path, const char *long_name, int n, int first) {
  int *index;
  EPX_TRY(EPX_ARRAY(index, (size_t)n));
  for (int i = 0; i < n; i++)
    index[i] = first + i;
  const epx_archive_array scale = {.path = path,
                                   .unit = "1",
                                   .long_name = long_name,
                                   .type = EPX_ARCHIVE_INT,
                                   .n_axes = 1,
                                   .n = {(size_t)n}};
  const int code = epx_archive_write(archive, &scale, index);
  epx_array_destroy(&index);
  return code;
}

static epx_err write_scales(const epx_store *store, epx_archive *archive) {
  static const char *const long_name[EPX_AXIS_COUNT] = {NULL,
                                                        "epoch of training, from 1",
                                                        "node of the network",
                                                        "link of the network",
                                                        "guide of a device, as placed",
                                                        "device, kind after kind"};
  const epx_campaign *campaign = store->campaign;
  EPX_TRY(write_scale(archive, "/point", "design point", campaign->n_points, 0));
  EPX_TRY(write_scale(archive, "/instance", "fabricated instance", campaign->n_instances, 0));
  for (int axis = EPX_AXIS_EPOCH; axis < EPX_AXIS_COUNT; axis++) {
    const epx_field *field = store->fields, *end = field + store->n_fields;
    while (field < end && (int)field->axis != axis)
      field++;
    if (field < end)
      EPX_TRY(write_scale(archive, epx_field_get_axis((epx_axis)axis), long_name[axis], (int)field->length,
                          axis == EPX_AXIS_EPOCH));
  }
  if (store->settings->n_quantiles == 0) return EPX_OK;
  const epx_archive_array scale = {.path = "/probability",
                                   .unit = "1",
                                   .long_name = "probability of a quantile",
                                   .n_axes = 1,
                                   .n = {(size_t)store->settings->n_quantiles}};
  return epx_archive_write(archive, &scale, store->settings->quantile);
}

/* Which way to equilibria was chosen; by point where points differ. */
static epx_err write_engine(const epx_store *store, epx_archive *archive) {
  const epx_campaign *campaign = store->campaign;
  const size_t n = (size_t)campaign->n_points;
  bool same = true;
  for (size_t i = 0; i < n; i++)
    same &= campaign->engine[i] == campaign->engine[0];
  EPX_TRY(epx_archive_write_text(archive, "/", "engine",
                                 same ? epx_engine_get_name(campaign->engine[0]) : "see /engine"));
  EPX_TRY(epx_archive_write_count(archive, "/", "ranks_per_network",
                                  campaign->distributed ? (uint64_t)campaign->n_ranks : 1));
  if (same) return EPX_OK;
  const char *names[EPX_ENGINE_COUNT];
  for (int e = 0; e < EPX_ENGINE_COUNT; e++)
    names[e] = epx_engine_get_name((epx_engine)e);
  for (size_t i = 0; i < n; i++)
    store->column[i] = campaign->engine[i];
  const epx_archive_array array = {.path = "/engine",
                                   .unit = "1",
                                   .long_name = "way to the equilibria of each design point's networks",
                                   .n_axes = 1,
                                   .n = {n},
                                   .axis = {"/point"}};
  EPX_TRY(epx_store_write_integers(store, archive, &array, n));
  return epx_archive_write_flags(archive, "/engine", EPX_ENGINE_COUNT, names);
}

static epx_err write_attributes(const epx_store *store, epx_archive *archive) {
  char host[128] = "", version[16], digest[32], now[32];
  const time_t t = time(NULL);
  struct tm utc;
  gethostname(host, sizeof host - 1);
  strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &utc));
  snprintf(version, sizeof version, "%d", EPX_STORE_FORMAT_VERSION);
  snprintf(digest, sizeof digest, "%016llx", (unsigned long long)store->campaign->digest);
  const char *name = epx_deck_get_text(store->campaign->deck, "study.name");
  const struct {
    const char *name, *text;
  } attributes[] = {{"format", "epilux-results"},
                    {"format_version", version},
                    {"epilux_version", epx_version_get()},
                    {"revision", epx_version_get_revision()},
                    {"compiler", epx_version_get_compiler()},
                    {"compiler_flags", epx_version_get_flags()},
                    {"libraries", epx_version_get_libraries()},
                    {"isa", epx_isa_get_name(store->made_isa < 0 ? epx_isa_get() : (epx_isa)store->made_isa)},
                    {"host", host},
                    {"Conventions", "CF-1.11"},
                    {"title", name},
                    {"history", store->history},
                    {"mpi", store->mpi},
                    {"created", store->created},
                    {"written", now},
                    {"digest", digest},
                    {"deck", store->deck}};
  for (size_t k = 0; k < sizeof attributes / sizeof *attributes; k++)
    if (attributes[k].text)
      EPX_TRY(epx_archive_write_text(archive, "/", attributes[k].name, attributes[k].text));
  EPX_TRY(epx_archive_write_count(archive, "/", "seed", store->settings->seed));
  const epx_campaign *campaign = store->campaign;
  EPX_TRY(epx_archive_write_count(archive, "/", "block", (uint64_t)campaign->block));
  if (campaign->n_shards == 0) return EPX_OK;
  EPX_TRY(epx_archive_write_count(archive, "/", "shard", (uint64_t)campaign->shard));
  return epx_archive_write_count(archive, "/", "shards", (uint64_t)campaign->n_shards);
}

/* A factor's value at a point; NaN where a search has not come to it. */
static double eval_column(const epx_campaign *campaign, int i_point, int i_column) {
  if (!campaign->proposals || !epx_proposals_is_search(campaign->proposals))
    return epx_deck_eval_column(campaign->deck, campaign->design, i_point, i_column);
  const double *row = epx_proposals_get_row(campaign->proposals, i_point);
  if (!row) return NAN;
  epx_design one = {.n_points = 1, .n_factors = campaign->n_factors};
  memcpy(&one.value, &row, sizeof row); /* read only */
  return epx_deck_eval_column(campaign->deck, &one, 0, i_column);
}

/* A column of the design: a factor, or a path that takes its values along with one. */
static epx_err write_column(const epx_store *store, epx_archive *archive, int i_column) {
  const epx_campaign *campaign = store->campaign;
  const epx_deck_column column = epx_deck_get_column(campaign->deck, i_column);
  const epx_factor *factor = column.factor;
  const size_t n = (size_t)campaign->n_points;
  char path[256], long_name[256];
  snprintf(path, sizeof path, "/design/%s", factor->path);
  if (column.along)
    snprintf(long_name, sizeof long_name, "%.110s, along with %.110s", factor->path,
             campaign->factors[column.i_factor].path);
  else
    snprintf(long_name, sizeof long_name, "factor %s", factor->path);
  epx_archive_array array = {.path = path,
                             .unit = factor->unit ? factor->unit : "1",
                             .long_name = long_name,
                             .n_axes = 1,
                             .n = {n},
                             .axis = {"/point"}};
  if (!factor->categorical) {
    for (size_t i = 0; i < n; i++)
      store->column[i] = eval_column(campaign, (int)i, i_column);
    return epx_archive_write(archive, &array, store->column);
  }
  const char **names;
  EPX_TRY(EPX_ARRAY(names, n));
  for (size_t i = 0; i < n; i++) {
    const double value = eval_column(campaign, (int)i, i_column);
    names[i] = value >= 0 ? factor->names[(size_t)value] : "";
  }
  array.type = EPX_ARCHIVE_TEXT;
  const int code = epx_archive_write(archive, &array, names);
  epx_array_destroy(&names);
  return code;
}

epx_err epx_store_write_integers(const epx_store *store, epx_archive *archive, const epx_archive_array *array,
                                 size_t n) {
  int *values;
  EPX_TRY(EPX_ARRAY(values, n));
  for (size_t i = 0; i < n; i++)
    values[i] = (int)store->column[i];
  epx_archive_array integers = *array;
  integers.type = EPX_ARCHIVE_INT;
  const int code = epx_archive_write(archive, &integers, values);
  epx_array_destroy(&values);
  return code;
}

static epx_err write_field(const epx_store *store, epx_archive *archive, const epx_field *field) {
  const epx_campaign *campaign = store->campaign;
  const size_t n = (size_t)campaign->n_points * (size_t)campaign->n_instances, size = campaign->layout.size;
  for (size_t i = 0; i < n; i++)
    memcpy(store->column + i * field->length, campaign->record + i * size + field->start,
           field->length * sizeof *store->column);
  const epx_archive_array array = epx_store_get_column(store, field);
  if (field->integer) return epx_store_write_integers(store, archive, &array, n);
  EPX_TRY(epx_archive_write(archive, &array, store->column));
  return epx_archive_write_fill(archive, array.path);
}

/* What the numbers mean: in words, and as the CF conventions have it, where a meaning is one word. */
static epx_err write_meaning(epx_archive *archive) {
  char meaning[256] = "";
  const char *names[EPX_STATES];
  size_t used = 0;
  for (int state = 0; state < EPX_STATES; state++) {
    names[state] = epx_record_get_state_name(state);
    used += (size_t)snprintf(meaning + used, sizeof meaning - used, "%s%d %s", state ? ", " : "", state,
                             names[state]);
  }
  EPX_TRY(epx_archive_write_flags(archive, "/trials/state", EPX_STATES, names));
  return epx_archive_write_text(archive, "/trials/state", "meaning", meaning);
}

/* ---- the root, where programs look that know no groups */

/* A category is there by codes with their meanings: netCDF's library reads no arrays of texts of one length. */
static epx_err write_codes(const epx_store *store, epx_archive *archive, int i_column, const char *alias) {
  const epx_campaign *campaign = store->campaign;
  const epx_factor *factor = epx_deck_get_column(campaign->deck, i_column).factor;
  const size_t n = (size_t)campaign->n_points;
  for (size_t i = 0; i < n; i++)
    store->column[i] = epx_deck_eval_column(campaign->deck, campaign->design, (int)i, i_column);
  const epx_archive_array array = {
      .path = alias, .unit = "1", .long_name = alias + 1, .n_axes = 1, .n = {n}, .axis = {"/point"}};
  EPX_TRY(epx_store_write_integers(store, archive, &array, n));
  return epx_archive_write_flags(archive, alias, factor->n_levels, (const char *const *)factor->names);
}

/* Factors by their own names. */
static epx_err write_root_factors(const epx_store *store, epx_archive *archive) {
  for (int k = 0; k < epx_deck_get_n_columns(store->campaign->deck); k++) {
    const epx_factor *factor = epx_deck_get_column(store->campaign->deck, k).factor;
    char path[256], alias[256];
    snprintf(path, sizeof path, "/design/%s", factor->path);
    snprintf(alias, sizeof alias, "/%s", factor->path);
    if (epx_archive_has(archive, alias)) continue;
    EPX_TRY(factor->categorical ? write_codes(store, archive, k, alias)
                                : epx_archive_write_alias(archive, path, alias));
  }
  return EPX_OK;
}

/* Trials by their own names; `coordinates` says that the factors tell where they are. */
static epx_err write_root_trials(const epx_store *store, epx_archive *archive, const char *coordinates) {
  static const char group[] = "/trials";
  for (int f = 0; f < store->n_fields; f++) {
    const char *path = store->fields[f].path, *alias = path + strlen(group);
    if (strncmp(path, group, strlen(group)) != 0 || epx_archive_has(archive, alias)) continue;
    EPX_TRY(epx_archive_write_alias(archive, path, alias));
    if (*coordinates) EPX_TRY(epx_archive_write_text(archive, path, "coordinates", coordinates));
  }
  return EPX_OK;
}

static epx_err write_root(const epx_store *store, epx_archive *archive) {
  const epx_deck *deck = store->campaign->deck;
  const int n = epx_deck_get_n_columns(deck);
  size_t length = 1;
  char *coordinates;
  for (int k = 0; k < n; k++)
    length += strlen(epx_deck_get_column(deck, k).factor->path) + 1;
  EPX_TRY(EPX_ARRAY(coordinates, length));
  char *end = coordinates;
  for (int k = 0; k < n; k++)
    end += sprintf(end, "%s%s", k ? " " : "", epx_deck_get_column(deck, k).factor->path);
  int code = write_root_factors(store, archive);
  if (code == EPX_OK) code = write_root_trials(store, archive, coordinates);
  epx_array_destroy(&coordinates);
  return code;
}

epx_err epx_store_write_records(const epx_store *store, epx_archive *archive) {
  EPX_TRY(write_attributes(store, archive));
  EPX_TRY(write_scales(store, archive));
  EPX_TRY(write_engine(store, archive));
  for (int k = 0; k < epx_deck_get_n_columns(store->campaign->deck); k++)
    EPX_TRY(write_column(store, archive, k));
  for (int f = 0; f < store->n_fields; f++)
    EPX_TRY(write_field(store, archive, &store->fields[f]));
  EPX_TRY(write_meaning(archive));
  return write_root(store, archive);
}
