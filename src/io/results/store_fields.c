/** @file
 * Store, fields: links to what distributed lattices left beside the results file.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "io/fields/fields.h"
#include "io/results/store_private.h"

static epx_err write_link(const epx_store *store, epx_archive *archive, int i_point) {
  char *name, path[64];
  EPX_TRY(epx_fields_create_name(store->path, i_point, "h5", &name));
  const char *slash = strrchr(name, '/');
  snprintf(path, sizeof path, "/fields/point_%d", i_point);
  const int code =
      access(name, F_OK) == 0 ? epx_archive_write_link(archive, path, slash ? slash + 1 : name) : EPX_OK;
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
