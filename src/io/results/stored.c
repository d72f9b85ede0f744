/** @file
 * Stored: groups and arrays stand in the file in the order of the record (field.h), so that a record is put together as the
 * campaign did that wrote it; journals beside the file have the same one.
 */
#include "io/results/stored.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "io/results/archive.h"

enum { N_FIELDS_MAX = 4096, NAME_BYTES = 96 };

/* More than any campaign: what a damaged length would ask for. */
static const size_t most_trials = (size_t)1 << 40;

static const char *const groups[] = {"/trials",    "/timing",      "/curves",
                                     "/variation", "/fabrication", "/parameters"};
enum { TRIALS, N_GROUPS = sizeof groups / sizeof *groups };

static epx_err count_fields(epx_archive *archive, int *n) {
  char name[NAME_BYTES];
  *n = 0;
  for (int g = 0; g < N_GROUPS; g++) {
    if (!epx_archive_has(archive, groups[g])) continue;
    for (int i = 0;; i++) {
      EPX_TRY(epx_archive_read_name(archive, groups[g], i, name, sizeof name));
      if (!*name) break;
      if (++*n > N_FIELDS_MAX)
        return EPX_RAISE(EPX_EFORMAT, "%s: more arrays than any campaign has", groups[g]);
    }
  }
  return EPX_OK;
}

static epx_err read_axis(epx_archive *archive, epx_field *field) {
  char name[NAME_BYTES];
  EPX_TRY(epx_archive_read_axis(archive, field->path, 2, name, sizeof name));
  for (int axis = EPX_AXIS_EPOCH; axis < EPX_AXIS_COUNT; axis++)
    if (strcmp(name, epx_field_get_axis((epx_axis)axis)) == 0) field->axis = (epx_axis)axis;
  if (field->axis != EPX_AXIS_NONE) return EPX_OK;
  return EPX_RAISE(EPX_EFORMAT, "%s: its last axis is '%s', which is none of a record", field->path, name);
}

/* A field, but for its place in the record. */
static epx_err read_field(epx_archive *archive, epx_stored *own, const char *group, const char *name) {
  const epx_campaign *campaign = own->campaign;
  epx_field *field = &own->fields[own->n_fields];
  char **texts = own->texts + 2 * own->n_fields;
  size_t n[EPX_ARCHIVE_MAX_AXES] = {0};
  int n_axes;
  own->n_fields++;
  snprintf(field->path, sizeof field->path, "%.24s/%.95s", group, name);
  EPX_TRY(epx_archive_read_n_axes(archive, field->path, &n_axes));
  if (n_axes == 2 || n_axes == EPX_ARCHIVE_MAX_AXES)
    EPX_TRY(epx_archive_read_lengths(archive, field->path, n_axes, n));
  if (n[0] != (size_t)campaign->n_points || n[1] != (size_t)campaign->n_instances ||
      (n_axes > 2 && n[2] == 0))
    return EPX_RAISE(EPX_EFORMAT, "%s: it is no array of %d points by %d instances", field->path,
                     campaign->n_points, campaign->n_instances);
  field->length = n_axes > 2 ? n[2] : 1;
  if (n_axes > 2) EPX_TRY(read_axis(archive, field));
  EPX_TRY(epx_archive_read_line(archive, field->path, "units", &texts[0]));
  EPX_TRY(epx_archive_read_line(archive, field->path, "long_name", &texts[1]));
  field->unit = texts[0];
  field->long_name = texts[1];
  field->integer = strcmp(field->path, "/trials/state") == 0;
  return EPX_OK;
}

/* Where the field stands in the record: state, seconds, the metrics in the deck's order, all others one after the other. */
static epx_err add_to_layout(epx_record_layout *layout, epx_field *field, const epx_settings *settings) {
  if (field->integer) return EPX_OK;
  if (strcmp(field->path, "/timing/seconds") == 0) {
    field->start = 1;
    return EPX_OK;
  }
  if (strncmp(field->path, "/trials/", 8) != 0) {
    field->start = layout->size;
    layout->size += field->length;
    return EPX_OK;
  }
  for (int m = 0; m < settings->n_metrics && field->start == 0; m++)
    if (strcmp(field->path + 8, epx_metric_get_name(settings->metric[m])) == 0)
      field->start = layout->metric + (size_t)m;
  layout->n_metrics++;
  if (field->start > 0 && field->length == 1) return EPX_OK;
  return EPX_RAISE(EPX_EFORMAT, "%s: no metric of the deck in the file", field->path);
}

static epx_err read_layout(epx_archive *archive, epx_stored *own, const epx_settings *settings) {
  epx_record_layout *layout = &own->campaign->layout;
  char name[NAME_BYTES];
  int n_state = 0, n_seconds = 0;
  layout->metric = 2;
  layout->size = layout->metric + (size_t)settings->n_metrics;
  for (int g = 0; g < N_GROUPS; g++) {
    for (int i = 0; epx_archive_has(archive, groups[g]); i++) {
      EPX_TRY(epx_archive_read_name(archive, groups[g], i, name, sizeof name));
      if (!*name) break;
      epx_field *field = &own->fields[own->n_fields];
      EPX_TRY(read_field(archive, own, groups[g], name));
      EPX_TRY(add_to_layout(layout, field, settings));
      n_state += field->integer;
      n_seconds += field->start == 1;
    }
    if (g == TRIALS) layout->curve = layout->size;
  }
  layout->variation = layout->fabricated = layout->parameters = layout->size;
  if (n_state == 1 && n_seconds == 1 && layout->n_metrics == settings->n_metrics) return EPX_OK;
  return EPX_RAISE(EPX_EFORMAT, "its deck has %d metrics, its trials %d", settings->n_metrics,
                   layout->n_metrics);
}

/* What the oldest files do not say stays 1. */
static epx_err read_number(epx_archive *archive, const char *name, int *number) {
  double value;
  *number = 1;
  if (!epx_archive_has_attribute(archive, "/", name)) return EPX_OK;
  EPX_TRY(epx_archive_read_number(archive, "/", name, &value));
  if (!(value >= 1 && value <= INT_MAX)) return EPX_RAISE(EPX_EFORMAT, "its attribute %s is %g", name, value);
  *number = (int)value;
  return EPX_OK;
}

/* By which way each point's equilibria were found. */
static epx_err read_engines(epx_archive *archive, epx_campaign *campaign) {
  const char *names[EPX_ENGINE_COUNT];
  char *engine;
  int all = -1;
  for (int e = 0; e < EPX_ENGINE_COUNT; e++)
    names[e] = epx_engine_get_name((epx_engine)e);
  EPX_TRY(epx_archive_read_text(archive, "/", "engine", &engine));
  for (int e = 0; e < EPX_ENGINE_COUNT; e++)
    if (strcmp(engine, names[e]) == 0) all = e;
  epx_array_destroy(&engine);
  const size_t n = (size_t)campaign->n_points;
  int *of_point;
  EPX_TRY(EPX_ARRAY(of_point, n));
  const int code =
      all >= 0 ? EPX_OK : epx_archive_read_choices(archive, "/engine", n, names, EPX_ENGINE_COUNT, of_point);
  for (size_t i = 0; i < n; i++) {
    campaign->engine[i] = (epx_engine)(all >= 0 ? all : of_point[i]);
    campaign->distributed |= campaign->engine[i] == EPX_ENGINE_DISTRIBUTED;
  }
  epx_array_destroy(&of_point);
  return code;
}

/* Sizes and numbers in the root. */
static epx_err read_campaign(epx_archive *archive, epx_campaign *campaign) {
  char *digest;
  size_t n[2];
  EPX_TRY(epx_archive_read_text(archive, "/", "digest", &digest));
  campaign->digest = strtoull(digest, NULL, 16);
  epx_array_destroy(&digest);
  EPX_TRY(epx_archive_read_lengths(archive, "/trials/state", 2, n));
  if (n[0] != (size_t)campaign->design->n_points || n[1] == 0 || n[1] > INT_MAX || n[0] * n[1] > most_trials)
    return EPX_RAISE(EPX_EFORMAT, "its deck has %d design points, its trials %zu by %zu",
                     campaign->design->n_points, n[0], n[1]);
  campaign->n_points = (int)n[0];
  campaign->n_instances = (int)n[1];
  EPX_TRY(read_number(archive, "block", &campaign->block));
  EPX_TRY(read_number(archive, "ranks_per_network", &campaign->n_ranks));
  EPX_TRY(EPX_ARRAY(campaign->engine, n[0]));
  return read_engines(archive, campaign);
}

static epx_err create_records(const char *path, epx_campaign *campaign) {
  const size_t n = (size_t)campaign->n_points * (size_t)campaign->n_instances, size = campaign->layout.size;
  char what[256];
  snprintf(what, sizeof what, "%.160s: %zu trials of %zu numbers each", path, n, size);
  EPX_TRY(epx_memory_check(2.0 * sizeof(double) * (double)n * (double)size, what,
                           "a host of more memory is wanted"));
  EPX_TRY(epx_array_create(&campaign->record, n, size * sizeof *campaign->record));
  for (size_t i = 0; i < n; i++)
    epx_record_init(&campaign->layout, campaign->record + i * size);
  return EPX_OK;
}

static epx_err read_fields(epx_archive *archive, const char *path, epx_stored *own) {
  epx_settings *settings;
  int n;
  EPX_TRY(count_fields(archive, &n));
  EPX_TRY(EPX_ARRAY(own->fields, (size_t)n));
  EPX_TRY(EPX_ARRAY(own->texts, 2 * (size_t)n));
  EPX_TRY(epx_deck_eval_settings(own->campaign->deck, own->campaign->design, 0, &settings));
  const int code =
      settings->yield.decide.kind == EPX_STOPPING_NONE
          ? read_layout(archive, own, settings)
          : EPX_RAISE(EPX_EINPUT, "its campaign decides while it runs, and has no parts to be joined");
  epx_settings_destroy(&settings);
  EPX_TRY(code);
  return create_records(path, own->campaign);
}

static epx_err read_all(epx_archive *archive, const char *path, epx_stored *own) {
  epx_deck *deck;
  EPX_TRY(epx_archive_check_format(archive));
  EPX_TRY(epx_archive_read_text(archive, "/", "deck", &own->deck));
  EPX_TRY(epx_deck_read_stored(path, own->deck, &deck));
  EPX_TRY(epx_campaign_create_unsurveyed(deck, &own->campaign));
  EPX_TRY(read_campaign(archive, own->campaign));
  return read_fields(archive, path, own);
}

epx_err epx_stored_create(const char *path, epx_stored **out) {
  *out = NULL;
  epx_stored *own;
  epx_archive *archive;
  EPX_TRY(epx_archive_create_from_file(path, &archive));
  int code = EPX_ARRAY(own, 1);
  if (code == EPX_OK) code = read_all(archive, path, own);
  epx_archive_destroy(&archive);
  code = epx_archive_name_file(path, code);
  if (code == EPX_OK)
    *out = own;
  else
    epx_stored_destroy(&own);
  return code;
}

void epx_stored_destroy(epx_stored **address) {
  epx_stored *own = *address;
  if (!own) return;
  for (int i = 0; own->texts && i < 2 * own->n_fields; i++)
    epx_array_destroy(&own->texts[i]);
  epx_array_destroy(&own->texts);
  epx_array_destroy(&own->fields);
  epx_array_destroy(&own->deck);
  epx_campaign_destroy(&own->campaign);
  epx_array_destroy(address);
}
