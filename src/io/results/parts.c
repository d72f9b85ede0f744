/** @file
 * Parts: each part is read as the whole campaign, most of it pending, and adds what is finished in it.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/results/parts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "epilux/log.h"
#include "io/recovery/journal.h"
#include "io/recovery/lock.h"
#include "io/recovery/output.h"
#include "io/results/results.h"
#include "io/results/store_private.h"

typedef struct {
  epx_stored *total, *part; /* part: the one being read */
  epx_store *store;         /* of the total */
  const char *first;        /* the first part's path */
  bool any_version;
  int isa;       /* of the first part, with `first`; -1: none yet */
  char *created; /* the earliest of the parts' */
} merger;

static epx_err check_idle(const char *path) {
  char *lock, holder[256];
  EPX_TRY(epx_results_create_name(path, "lock", &lock));
  epx_lock_get_holder(lock, holder, sizeof holder);
  epx_array_destroy(&lock);
  if (!*holder) return EPX_OK;
  return EPX_RAISE(EPX_EBUSY, "%s: in use by %s; wait for that run, or stop it", path, holder);
}

/* Adds a trial, or compares it with the one that is there. Byte for byte: NaN is a number here. */
static epx_err add_record(merger *own, const char *path, int i_point, int i_instance, const double *record) {
  const size_t n = own->total->campaign->layout.size;
  double *kept = epx_campaign_get_record(own->total->campaign, i_point, i_instance);
  if (record[0] == EPX_STATE_PENDING) return EPX_OK;
  if (kept[0] == EPX_STATE_PENDING) {
    memcpy(kept, record, n * sizeof *kept);
    return EPX_OK;
  }
  if (kept[0] == record[0] && memcmp(kept + 2, record + 2, (n - 2) * sizeof *kept) == 0) return EPX_OK;
  return EPX_RAISE(EPX_EMISMATCH, "%s: point %d, instance %d has other numbers than in an earlier part", path,
                   i_point, i_instance);
}

static void take_record(void *context, int i_point, int i_instance, size_t size, const double *record) {
  merger *own = context;
  double *kept = epx_campaign_get_record(own->part->campaign, i_point, i_instance);
  if (kept[0] == EPX_STATE_PENDING) memcpy(kept, record, size * sizeof *kept);
}

static epx_err read_journal(merger *own, const char *path) {
  const epx_campaign *part = own->part->campaign;
  const epx_journal_key key = {part->digest, part->layout.size, part->n_points, part->n_instances};
  epx_journal_report report;
  char *name;
  EPX_TRY(epx_results_create_name(path, "journal", &name));
  const int code = epx_journal_read(name, &key, take_record, own, &report);
  epx_array_destroy(&name);
  return code;
}

static epx_err check_isa(merger *own, const char *path, const epx_store *store) {
  const int isa = epx_store_get_isa(store);
  if (own->isa < 0) own->isa = isa;
  if (isa == own->isa || own->any_version) return EPX_OK;
  return EPX_RAISE(EPX_EMISMATCH,
                   "%s: computed with %s, %s with %s: the last bits differ; run all parts with the same "
                   "EPILUX_ISA, or accept this with --any-version",
                   path, epx_isa_get_name((epx_isa)isa), own->first, epx_isa_get_name((epx_isa)own->isa));
}

static epx_err keep_created(merger *own, const epx_store *store) {
  const char *created = epx_store_get_created(store);
  if (own->created && strcmp(own->created, created) <= 0) return EPX_OK;
  epx_array_destroy(&own->created);
  return epx_array_create_text(&own->created, created);
}

/* What was done to the parts, one after the other. */
static epx_err keep_history(merger *own, const epx_store *store) {
  const char *before = epx_store_get_history(own->store), *more = epx_store_get_history(store);
  const size_t n = strlen(before) + strlen(more) + 2;
  char *all;
  EPX_TRY(EPX_ARRAY(all, n));
  snprintf(all, n, "%s%s%s", before, *before && *more ? "\n" : "", more);
  const int code = epx_store_set_history(own->store, all);
  epx_array_destroy(&all);
  return code;
}

static epx_err read_part(merger *own, const char *path, epx_store *store) {
  const epx_campaign *part = own->part->campaign;
  bool exists;
  epx_store_set_tolerance(store, own->any_version, true);
  EPX_TRY(epx_store_read(store, &exists));
  if (!exists) return EPX_RAISE(EPX_EFILE, "%s: is not there", path);
  EPX_TRY(check_isa(own, path, store));
  EPX_TRY(keep_created(own, store));
  EPX_TRY(keep_history(own, store));
  EPX_TRY(epx_store_merge_fields(own->store, store));
  EPX_TRY(read_journal(own, path));
  for (int i = 0; i < part->n_points; i++)
    for (int k = 0; k < part->n_instances; k++)
      EPX_TRY(add_record(own, path, i, k, epx_campaign_get_record(part, i, k)));
  return EPX_OK;
}

static epx_err add_file(merger *own, const char *path) {
  epx_store *store;
  EPX_TRY(check_idle(path));
  const epx_campaign *part = own->part->campaign;
  for (size_t i = 0; i < (size_t)part->n_points * (size_t)part->n_instances; i++)
    epx_record_init(&part->layout, part->record + i * part->layout.size);
  EPX_TRY(epx_store_create_stored(own->part, path, &store));
  const int code = read_part(own, path, store);
  epx_store_destroy(&store);
  return code;
}

/* A link's journal and lock are those of the file. */
static epx_err add_part(merger *own, const char *path) {
  char *file;
  EPX_TRY(epx_output_create_path(path, &file));
  const int code = add_file(own, file);
  epx_array_destroy(&file);
  return code;
}

/* A journal of what the file held before is of no use to the new one. */
static epx_err remove_journal(const char *out) {
  char *name;
  EPX_TRY(epx_results_create_name(out, "journal", &name));
  const int code = epx_output_remove(name, EPX_OUTPUT_JOURNAL);
  epx_array_destroy(&name);
  return code;
}

static epx_err write_total(merger *own, const char *out) {
  EPX_TRY(epx_store_set_created(own->store, own->created));
  epx_store_set_isa(own->store, own->isa);
  EPX_TRY(epx_store_write(own->store, 0, 0));
  return remove_journal(out);
}

static epx_err lock_output(const char *out, epx_lock **lock) {
  char *name;
  EPX_TRY(epx_results_create_name(out, "lock", &name));
  const int code = epx_lock_create(name, lock);
  epx_array_destroy(&name);
  return code;
}

static epx_err check_output(const char *out, const char *const *path, int n, bool force) {
  EPX_TRY(epx_output_check(out));
  for (int i = 0; i < n; i++)
    if (epx_output_is_same(out, path[i]))
      return EPX_RAISE(EPX_EINPUT, "%s: is one of the parts, but the first file is the one to write", out);
  if (access(out, F_OK) != 0) return EPX_OK;
  if (force) return epx_output_check_replaceable(out);
  return EPX_RAISE(EPX_EINPUT,
                   "%s: exists already; the first file is the one to write; overwrite it with --force", out);
}

static epx_err merge(merger *own, const char *out, const char *const *path, int n) {
  own->first = path[0];
  EPX_TRY(epx_stored_create(path[0], &own->total));
  EPX_TRY(epx_stored_create(path[0], &own->part));
  EPX_TRY(epx_store_create_stored(own->total, out, &own->store));
  for (int i = 0; i < n; i++)
    EPX_TRY(add_part(own, path[i]));
  return write_total(own, out);
}

/* Nobody runs the output, and nobody can begin to. */
static epx_err merge_locked(merger *own, const char *out, const char *const *path, int n) {
  epx_lock *lock;
  EPX_TRY(lock_output(out, &lock));
  const int code = merge(own, out, path, n);
  epx_lock_destroy(&lock);
  return code;
}

epx_err epx_parts_merge(const char *out, const char *const *path, int n, const epx_parts_options *options,
                        epx_campaign **total) {
  merger own = {.any_version = options->any_version, .isa = -1};
  char *file;
  *total = NULL;
  EPX_TRY(epx_output_create_path(out, &file));
  int code = check_output(file, path, n, options->force);
  if (code == EPX_OK) code = merge_locked(&own, file, path, n);
  epx_array_destroy(&file);
  epx_store_destroy(&own.store);
  epx_stored_destroy(&own.part);
  epx_array_destroy(&own.created);
  if (code == EPX_OK) {
    *total = own.total->campaign;
    own.total->campaign = NULL;
  }
  epx_stored_destroy(&own.total);
  return code;
}
