/** @file
 * Deck: network.start, the parameters of a trained network as another one's nominal values.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/npz.h"
#include "io/deck/private.h"
#include "io/deck/reader.h"
#include "io/deck/resolve.h"
#include "io/results/archive.h"

typedef struct {
  epx_archive *archive;
  const char *path; /* of the file */
  size_t i_point, i_instance;
} trained;

/* What the archive says is wrong is said at the key's line. */
static epx_err raise_at(const epx_reader *r, const char *key, int code) {
  if (code == EPX_OK || code == EPX_EMEMORY) return code;
  return epx_tree_raise(epx_reader_get(r, key), "%s: %s", key, epx_error_get_message());
}

static epx_err check_indices(const epx_reader *r, const trained *t, const size_t *lengths) {
  if (t->i_point >= lengths[0])
    return epx_tree_raise(epx_reader_get(r, "network.start.point"),
                          "network.start.point: %zu, but %s has design points 0 to %zu", t->i_point, t->path,
                          lengths[0] - 1);
  if (t->i_instance >= lengths[1])
    return epx_tree_raise(epx_reader_get(r, "network.start.instance"),
                          "network.start.instance: %zu, but %s has instances 0 to %zu", t->i_instance,
                          t->path, lengths[1] - 1);
  return EPX_OK;
}

/* Reads one parameter's values [n], the trial's row of /parameters/NAME. */
static epx_err read_parameter(epx_reader *r, const trained *t, const epx_parameter *parameter,
                              epx_value *value) {
  char path[128];
  size_t lengths[3];
  double *all, *own;
  snprintf(path, sizeof path, "/parameters/%s", parameter->name);
  if (epx_archive_read_lengths(t->archive, path, 3, lengths) != EPX_OK)
    return epx_tree_raise(epx_reader_get(r, "network.start.parameters"),
                          "network.start.parameters: %s contains no %s; it must come from a deck of the same "
                          "family with `keep_parameters: true`",
                          t->path, parameter->name);
  EPX_TRY(check_indices(r, t, lengths));
  EPX_TRY(epx_settings_create_owned(r->settings, lengths[0] * lengths[1] * lengths[2], sizeof *all, &all));
  const epx_archive_array array = {
      .path = path, .type = EPX_ARCHIVE_DOUBLE, .n_axes = 3, .n = {lengths[0], lengths[1], lengths[2]}};
  EPX_TRY(raise_at(r, "network.start.parameters", epx_archive_read(t->archive, &array, all)));
  own = all + (t->i_point * lengths[1] + t->i_instance) * lengths[2];
  if (own[0] != own[0])
    return epx_tree_raise(
        epx_reader_get(r, "network.start.parameters"),
        "network.start.parameters: instance %zu of design point %zu in %s is not done: it has no %s",
        t->i_instance, t->i_point, t->path, parameter->name);
  *value = (epx_value){.kind = EPX_VALUE_LIST, .n_values = (int)lengths[2], .values = own};
  return EPX_OK;
}

/* Takes a copy of an array [n] or [1][n] for the settings' life. */
static epx_err take_array(epx_reader *r, const char *path, const char *name, const epx_npz_array *array,
                          epx_value *value) {
  double *own;
  const size_t n = array->n_values;
  if (!array->values || n == 0)
    return epx_tree_raise(epx_reader_get(r, "network.start.parameters"),
                          "network.start.parameters: array '%s' of %s has no numbers", name, path);
  for (size_t i = 0; i < n; i++)
    if (!isfinite(array->values[i]))
      return epx_tree_raise(
          epx_reader_get(r, "network.start.parameters"),
          "network.start.parameters: array '%s' of %s: value %zu is %g; every value must be finite", name,
          path, i, array->values[i]);
  EPX_TRY(epx_settings_create_owned(r->settings, n, sizeof *own, &own));
  memcpy(own, array->values, n * sizeof *own);
  *value = (epx_value){.kind = EPX_VALUE_LIST, .n_values = (int)n, .values = own};
  return EPX_OK;
}

static epx_err read_arrays(epx_reader *r, const char *path, const epx_npz *npz) {
  epx_network_spec *network = &r->settings->network;
  for (int p = 0; p < network->family->n_parameters; p++) {
    const char *name = network->family->parameters[p].name;
    epx_npz_array array;
    EPX_TRY(raise_at(r, "network.start.parameters", epx_npz_read(npz, name, &array)));
    const int code = take_array(r, path, name, &array, &network->value[p]);
    epx_npz_reset_array(&array);
    EPX_TRY(code);
  }
  return EPX_OK;
}

/* One network's parameters by their names, as `epilux.export` writes them. */
static epx_err read_npz(epx_reader *r, const char *path) {
  epx_npz *npz;
  EPX_TRY(raise_at(r, "network.start.parameters", epx_npz_create(path, &npz)));
  const int code = read_arrays(r, path, npz);
  epx_npz_destroy(&npz);
  return code;
}

static bool is_npz(const char *path) {
  const size_t n = strlen(path);
  return n > 4 && strcmp(path + n - 4, ".npz") == 0;
}

static epx_err read_all(epx_reader *r, const trained *t) {
  epx_network_spec *network = &r->settings->network;
  EPX_TRY(raise_at(r, "network.start.parameters", epx_archive_check_format(t->archive)));
  for (int p = 0; p < network->family->n_parameters; p++)
    EPX_TRY(read_parameter(r, t, &network->family->parameters[p], &network->value[p]));
  return EPX_OK;
}

epx_err epx_reader_read_start(epx_reader *r) {
  trained t = {.i_point = (size_t)epx_reader_get_integer(r, "network.start.point"),
               .i_instance = (size_t)epx_reader_get_integer(r, "network.start.instance")};
  EPX_TRY(epx_reader_read_text(r, "network.start.parameters", &t.path));
  if (!t.path || epx_resolve_is_stored(r->root)) return EPX_OK;
  if (is_npz(t.path)) {
    const char *key = t.i_point > 0 ? "network.start.point" : "network.start.instance";
    if (t.i_point > 0 || t.i_instance > 0)
      return epx_tree_raise(epx_reader_get(r, key),
                            "%s: an npz file has the parameters of one network; leave it out", key);
    return read_npz(r, t.path);
  }
  EPX_TRY(raise_at(r, "network.start.parameters", epx_archive_create_from_file(t.path, &t.archive)));
  const int code = read_all(r, &t);
  epx_archive_destroy(&t.archive);
  return code;
}
