/** @file
 * Store: what the deck says is taken once, so that writing needs the records alone.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/results/store.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "io/deck/points.h"
#include "io/recovery/output.h"
#include "io/results/store_private.h"

static epx_err eval_yields(epx_store *store) {
  const epx_campaign *campaign = store->campaign;
  EPX_TRY(EPX_ARRAY(store->yield, (size_t)campaign->n_points));
  for (int i = 0; i < campaign->n_points; i++) {
    epx_settings *settings;
    const int like = i < campaign->n_begun ? i : 0; /* the others are not found yet */
    EPX_TRY(epx_points_eval_settings(campaign->points, like, &settings));
    store->yield[i] = settings->yield;
    epx_settings_destroy(&settings);
  }
  return EPX_OK;
}

static void set_now(char *text, size_t size) {
  const time_t t = time(NULL);
  struct tm utc;
  strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &utc));
}

/* All but the deck's text and the fields. */
static epx_err init(const char *path, epx_store *store) {
  const epx_campaign *campaign = store->campaign;
  const size_t n = strlen(path);
  EPX_TRY(epx_array_create_text(&store->path, path));
  EPX_TRY(EPX_ARRAY(store->temporary, n + sizeof EPX_OUTPUT_PART));
  snprintf(store->temporary, n + sizeof EPX_OUTPUT_PART, "%s" EPX_OUTPUT_PART, path);
  char now[32];
  set_now(now, sizeof now);
  EPX_TRY(epx_array_create_text(&store->created, now));
  EPX_TRY(epx_deck_eval_settings(campaign->deck, campaign->design, 0, &store->settings));
  EPX_TRY(eval_yields(store));
  return EPX_ARRAY(store->link, (size_t)campaign->n_points);
}

static epx_err create_column(epx_store *store) {
  const epx_campaign *campaign = store->campaign;
  for (int f = 0; f < store->n_fields; f++)
    if (store->fields[f].length > store->longest) store->longest = store->fields[f].length;
  return EPX_ARRAY(store->column,
                   (size_t)campaign->n_points * (size_t)campaign->n_instances * store->longest);
}

static epx_err create(const char *path, epx_store *store) {
  const epx_campaign *campaign = store->campaign;
  EPX_TRY(init(path, store));
  EPX_TRY(epx_deck_create_text(campaign->deck, &store->deck));
  EPX_TRY(epx_field_create_table(&campaign->layout, store->settings, &store->fields, &store->n_fields));
  return create_column(store);
}

static epx_err create_stored(const epx_stored *stored, const char *path, epx_store *store) {
  EPX_TRY(init(path, store));
  EPX_TRY(epx_array_create_text(&store->deck, stored->deck));
  EPX_TRY(EPX_ARRAY(store->fields, (size_t)stored->n_fields));
  memcpy(store->fields, stored->fields, (size_t)stored->n_fields * sizeof *store->fields);
  store->n_fields = stored->n_fields;
  return create_column(store);
}

static epx_err allocate(const epx_campaign *campaign, epx_store **out) {
  EPX_TRY(EPX_ARRAY(*out, 1));
  (*out)->campaign = campaign;
  (*out)->isa = (*out)->made_isa = -1;
  return EPX_OK;
}

epx_err epx_store_create(const epx_campaign *campaign, const char *path, epx_store **out) {
  EPX_TRY(allocate(campaign, out));
  const int code = create(path, *out);
  if (code != EPX_OK) epx_store_destroy(out);
  return code;
}

epx_err epx_store_create_stored(const epx_stored *stored, const char *path, epx_store **out) {
  EPX_TRY(allocate(stored->campaign, out));
  const int code = create_stored(stored, path, *out);
  if (code != EPX_OK) epx_store_destroy(out);
  return code;
}

void epx_store_destroy(epx_store **address) {
  epx_store *store = *address;
  if (!store) return;
  epx_array_destroy(&store->path);
  epx_array_destroy(&store->temporary);
  epx_array_destroy(&store->deck);
  epx_array_destroy(&store->created);
  epx_array_destroy(&store->history);
  epx_array_destroy(&store->mpi);
  epx_settings_destroy(&store->settings);
  epx_array_destroy(&store->yield);
  for (int i = 0; store->link && i < store->campaign->n_points; i++)
    epx_array_destroy(&store->link[i]);
  epx_array_destroy(&store->link);
  epx_array_destroy(&store->fields);
  epx_array_destroy(&store->column);
  epx_array_destroy(address);
}

static epx_err write_all(const epx_store *store, epx_archive *archive, double seconds, long n_solved) {
  EPX_TRY(epx_store_write_records(store, archive));
  EPX_TRY(epx_store_write_statistics(store, archive));
  EPX_TRY(epx_store_write_decision(store, archive));
  EPX_TRY(epx_store_write_sensitivity(store, archive));
  EPX_TRY(epx_store_write_activity(store, archive));
  EPX_TRY(epx_store_write_fields(store, archive));
  EPX_TRY(epx_archive_write_number(archive, "/timing", "run_seconds", seconds));
  EPX_TRY(epx_archive_write_number(archive, "/timing", "run_trials", (double)n_solved));
  return epx_archive_write_file(archive, store->path, store->temporary);
}

void epx_store_set_activity(epx_store *store, const epx_activity *activity) {
  store->activity = activity;
}

epx_err epx_store_write(epx_store *store, double seconds, long n_solved) {
  epx_archive *archive;
  EPX_TRY(epx_archive_create(&archive));
  const int code = write_all(store, archive, seconds, n_solved);
  epx_archive_destroy(&archive);
  return code;
}

static epx_err read_field(epx_store *store, epx_archive *archive, const epx_field *field) {
  const epx_campaign *campaign = store->campaign;
  const size_t n = (size_t)campaign->n_points * (size_t)campaign->n_instances, size = campaign->layout.size;
  const epx_archive_array array = epx_store_get_column(store, field);
  if (field->integer)
    EPX_TRY(epx_archive_read_states(archive, array.n[0], array.n[1], store->column));
  else
    EPX_TRY(epx_archive_read(archive, &array, store->column));
  for (size_t i = 0; i < n; i++)
    memcpy(campaign->record + i * size + field->start, store->column + i * field->length,
           field->length * sizeof *store->column);
  return EPX_OK;
}

void epx_store_set_tolerance(epx_store *store, bool any_version, bool any_shard) {
  store->any_version = any_version;
  store->any_shard = any_shard;
}

const char *epx_store_get_created(const epx_store *store) {
  return store->created;
}

/* Takes a copy in the place of what was there. */
static epx_err replace_text(char **text, const char *other) {
  char *copy;
  EPX_TRY(epx_array_create_text(&copy, other));
  epx_array_destroy(text);
  *text = copy;
  return EPX_OK;
}

epx_err epx_store_set_created(epx_store *store, const char *created) {
  return replace_text(&store->created, created);
}

const char *epx_store_get_history(const epx_store *store) {
  return store->history ? store->history : "";
}

epx_err epx_store_set_history(epx_store *store, const char *history) {
  return replace_text(&store->history, history);
}

epx_err epx_store_set_maker(epx_store *store, const char *command, const char *mpi) {
  EPX_TRY(replace_text(&store->mpi, mpi));
  if (!command) return EPX_OK;
  const char *before = epx_store_get_history(store);
  const size_t n = strlen(before) + strlen(command) + 64;
  char now[32], *history;
  set_now(now, sizeof now);
  EPX_TRY(EPX_ARRAY(history, n));
  snprintf(history, n, "%s%s%s: epilux %s", before, *before ? "\n" : "", now, command);
  epx_array_destroy(&store->history);
  store->history = history;
  return EPX_OK;
}

void epx_store_set_isa(epx_store *store, int isa) {
  store->made_isa = isa;
}

int epx_store_get_isa(const epx_store *store) {
  return store->isa;
}

epx_err epx_store_read(epx_store *store, bool *exists) {
  *exists = access(store->path, F_OK) == 0;
  if (!*exists) return EPX_OK;
  epx_archive *archive;
  EPX_TRY(epx_archive_create_from_file(store->path, &archive));
  int code = epx_store_read_identity(store, archive);
  for (int f = 0; code == EPX_OK && f < store->n_fields; f++)
    code = read_field(store, archive, &store->fields[f]);
  if (code == EPX_OK) code = epx_store_read_fields(store, archive);
  epx_archive_destroy(&archive);
  return code;
}
