/** @file
 * Store, fields: links to what distributed lattices left beside the results file, or beside the results that it was
 * merged from.
 */
#define _XOPEN_SOURCE 700
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "io/fields/fields.h"
#include "io/results/store_private.h"

static size_t get_folder_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? (size_t)(slash - path) + 1 : 0;
}

enum { LINK_BYTES = 64 };

static void eval_link_path(int i_point, char *path) {
  snprintf(path, LINK_BYTES, "/fields/point_%d", i_point);
}

epx_err epx_store_read_fields(epx_store *store, epx_archive *archive) {
  char path[LINK_BYTES], *file;
  for (int i = 0; store->settings->keep_fields && i < store->campaign->n_points; i++) {
    eval_link_path(i, path);
    EPX_TRY(epx_archive_read_link(archive, path, &file));
    if (!file) continue;
    const size_t n_folder = file[0] == '/' ? 0 : get_folder_length(store->path),
                 size = n_folder + strlen(file) + 1;
    epx_array_destroy(&store->link[i]);
    const int code = EPX_ARRAY(store->link[i], size);
    if (code == EPX_OK) snprintf(store->link[i], size, "%.*s%s", (int)n_folder, store->path, file);
    epx_array_destroy(&file);
    EPX_TRY(code);
  }
  return EPX_OK;
}

epx_err epx_store_merge_fields(epx_store *store, const epx_store *other) {
  for (int i = 0; i < store->campaign->n_points; i++)
    if (!store->link[i] && other->link[i]) EPX_TRY(epx_array_create_text(&store->link[i], other->link[i]));
  return EPX_OK;
}

/* What a link says of a file: its name alone where it lies beside the results, so that they move together; else where it
 * is. */
static epx_err write_kept(const epx_store *store, epx_archive *archive, const char *path, const char *file) {
  char whole[PATH_MAX];
  const size_t n = get_folder_length(file);
  if (n == get_folder_length(store->path) && strncmp(file, store->path, n) == 0)
    return epx_archive_write_link(archive, path, file + n);
  return epx_archive_write_link(archive, path, realpath(file, whole) ? whole : file);
}

static epx_err write_link(const epx_store *store, epx_archive *archive, int i_point) {
  char *name, path[LINK_BYTES];
  eval_link_path(i_point, path);
  EPX_TRY(epx_fields_create_name(store->path, i_point, "h5", &name));
  const char *file = access(name, F_OK) == 0 ? name : store->link[i_point];
  if (file && access(file, F_OK) != 0) file = NULL;
  const int code = file ? write_kept(store, archive, path, file) : EPX_OK;
  epx_array_destroy(&name);
  return code;
}

epx_err epx_store_write_fields(const epx_store *store, epx_archive *archive) {
  const epx_campaign *campaign = store->campaign;
  for (int i = 0; store->settings->keep_fields && i < campaign->n_points; i++)
    if (epx_campaign_get_record(campaign, i, 0)[0] != EPX_STATE_PENDING)
      EPX_TRY(write_link(store, archive, i));
  return EPX_OK;
}
