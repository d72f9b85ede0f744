/** @file
 * Fields, by HDF5 over MPI: every rank goes through all calls, and after each of them all know whether it
 * went well on all, so that none waits for another that has given up. Each column is one collective write.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/fields/fields.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "epilux/version.h"
#include "io/fields/fields_private.h"
#include "io/recovery/folder.h"
#include "io/recovery/output.h"
#include "io/results/archive.h"

#ifndef H5_HAVE_PARALLEL
#error "fields of distributed networks need HDF5 with MPI (Debian: libhdf5-openmpi-dev)"
#endif

/* The names of one of the two files. */
typedef struct {
  char *path, *temporary;
} names;

static epx_err agree(const epx_snapshot *snapshot, long long code, const char *what) {
  return epx_distributed_merge_codes(
      snapshot->distributed, code < 0 ? EPX_RAISE(EPX_EFILE, "%s: HDF5 cannot write it", what) : EPX_OK);
}

epx_err epx_fields_create_name(const char *results, int i_point, const char *suffix, char **name) {
  const size_t size = strlen(results) + strlen(suffix) + sizeof ".fields.2147483647.";
  EPX_TRY(EPX_ARRAY(*name, size));
  snprintf(*name, size, "%s.fields.%d.%s", results, i_point, suffix);
  return EPX_OK;
}

static epx_err create_names(const char *results, int i_point, int i_writer, const char *suffix, names *out) {
  EPX_TRY(epx_fields_create_name(results, i_point, suffix, &out->path));
  const size_t size = strlen(out->path) + sizeof ".part2147483647";
  EPX_TRY(EPX_ARRAY(out->temporary, size));
  snprintf(out->temporary, size, "%s.part%d", out->path, i_writer);
  return EPX_OK;
}

static const char *get_base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* ---- HDF5 */

static herr_t write_attribute(hid_t place, const char *name, hid_t type, const void *value) {
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(place, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  const herr_t code = attribute < 0 ? -1 : H5Awrite(attribute, type, value);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  return code;
}

/* Of fixed length: the same bytes of metadata on every rank. */
static herr_t write_text(hid_t place, const char *name, const char *text) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, strlen(text) + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const herr_t code = write_attribute(place, name, type, text);
  H5Tclose(type);
  return code;
}

static herr_t write_attributes(hid_t file, const epx_snapshot *snapshot) {
  const epx_family *family = snapshot->network->family;
  const int version = EPX_FIELDS_FORMAT_VERSION;
  const struct {
    const char *name, *text;
  } texts[] = {{"format", "epilux-fields"},
               {"epilux_version", epx_version_get()},
               {"family", family->name},
               {"family_units", family->units},
               {"outcome", epx_error_get_text(snapshot->outcome)}};
  const struct {
    const char *name;
    const int *value;
  } numbers[] = {{"format_version", &version},
                 {"point", &snapshot->i_point},
                 {"instance", &snapshot->i_instance},
                 {"sample", &snapshot->i_sample}};
  herr_t code = 0;
  for (size_t k = 0; k < sizeof texts / sizeof *texts && code >= 0; k++)
    code = write_text(file, texts[k].name, texts[k].text);
  for (size_t k = 0; k < sizeof numbers / sizeof *numbers && code >= 0; k++)
    code = write_attribute(file, numbers[k].name, H5T_NATIVE_INT, numbers[k].value);
  return code < 0 ? code : write_attribute(file, "residual", H5T_NATIVE_DOUBLE, &snapshot->residual);
}

/* Adds the nodes first … first + n - 1 to a selection of (plane, row, column): the rest of a row, the rest of
 * a plane, whole planes, and so down again. HDF5 goes through a selection in the order of the nodes. */
static herr_t select_run(hid_t space, const int *shape, int first, int n) {
  const int a_row = shape[2], a_plane = shape[1] * shape[2];
  herr_t code = 0;
  while (n > 0 && code >= 0) {
    const int row = first % a_plane / a_row, column = first % a_row;
    hsize_t start[3] = {(hsize_t)(first / a_plane), (hsize_t)row, (hsize_t)column}, count[3] = {1, 1, 1};
    int taken;
    if (column > 0 || n < a_row) {
      taken = a_row - column < n ? a_row - column : n;
      count[2] = (hsize_t)taken;
    } else if (row > 0 || n < a_plane) {
      const int rows = shape[1] - row < n / a_row ? shape[1] - row : n / a_row;
      taken = rows * a_row;
      count[1] = (hsize_t)rows;
      count[2] = (hsize_t)a_row;
    } else {
      taken = n / a_plane * a_plane;
      count[0] = (hsize_t)(n / a_plane);
      count[1] = (hsize_t)shape[1];
      count[2] = (hsize_t)a_row;
    }
    code = H5Sselect_hyperslab(space, H5S_SELECT_OR, start, NULL, count, NULL);
    first += taken;
    n -= taken;
  }
  return code;
}

/* The rank's own nodes, neighbours all. */
static hid_t create_selection(const epx_snapshot *snapshot) {
  const hsize_t n[3] = {(hsize_t)snapshot->shape[0], (hsize_t)snapshot->shape[1],
                        (hsize_t)snapshot->shape[2]};
  const hid_t space = H5Screate_simple(3, n, NULL);
  herr_t code = H5Sselect_none(space);
  if (code >= 0) code = select_run(space, snapshot->shape, snapshot->first_node, snapshot->n_own);
  if (code >= 0) return space;
  H5Sclose(space);
  return -1;
}

static const char *const axis_names[] = {"plane", "row", "column"};

/* Writes the scale of an axis: the numbers of its planes, rows or columns, from 0. */
static herr_t write_scale(hid_t file, const epx_snapshot *snapshot, int axis) {
  const hsize_t n = (hsize_t)snapshot->shape[axis];
  const hid_t space = H5Screate_simple(1, &n, NULL), together = H5Pcreate(H5P_DATASET_XFER);
  const hid_t data =
      H5Dcreate2(file, axis_names[axis], H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  int *number = NULL;
  herr_t code = data < 0 || EPX_ARRAY(number, (size_t)n) != EPX_OK ? -1 : 0;
  for (int k = 0; code >= 0 && k < snapshot->shape[axis]; k++)
    number[k] = k;
  if (snapshot->first > 0) H5Sselect_none(space); /* the first rank's to write */
  H5Pset_dxpl_mpio(together, H5FD_MPIO_COLLECTIVE);
  if (code >= 0) code = H5Dwrite(data, H5T_NATIVE_INT, space, space, together, number);
  if (code >= 0) code = write_text(data, "units", "1");
  if (code >= 0) code = write_text(data, "long_name", axis_names[axis]);
  if (code >= 0) code = H5DSset_scale(data, axis_names[axis]);
  epx_array_destroy(&number);
  if (data >= 0) H5Dclose(data);
  H5Pclose(together);
  H5Sclose(space);
  return code;
}

static herr_t attach_scales(hid_t file, hid_t data) {
  herr_t code = 0;
  for (unsigned axis = 0; axis < 3 && code >= 0; axis++) {
    const hid_t scale = H5Dopen2(file, axis_names[axis], H5P_DEFAULT);
    code = scale < 0 ? -1 : H5DSattach_scale(data, scale, axis);
    if (scale >= 0) H5Dclose(scale);
  }
  return code;
}

static hid_t create_dataset(hid_t file, const epx_snapshot *snapshot, const char *name) {
  const hsize_t n[3] = {(hsize_t)snapshot->shape[0], (hsize_t)snapshot->shape[1],
                        (hsize_t)snapshot->shape[2]};
  const hid_t space = H5Screate_simple(3, n, NULL), properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER); /* every node is written */
  const hid_t data = H5Dcreate2(file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  H5Pclose(properties);
  H5Sclose(space);
  return data;
}

static herr_t write_values(const epx_snapshot *snapshot, hid_t data, const double *values) {
  const hsize_t n_own = (hsize_t)snapshot->n_own;
  const hid_t own = create_selection(snapshot), memory = H5Screate_simple(1, &n_own, NULL);
  const hid_t together = H5Pcreate(H5P_DATASET_XFER);
  H5Pset_dxpl_mpio(together, H5FD_MPIO_COLLECTIVE);
  const herr_t code = own < 0 ? -1 : H5Dwrite(data, H5T_NATIVE_DOUBLE, memory, own, together, values);
  H5Pclose(together);
  H5Sclose(memory);
  if (own >= 0) H5Sclose(own);
  return code;
}

static epx_err write_column(hid_t file, const epx_snapshot *snapshot, const epx_snapshot_column *column) {
  const hid_t data = create_dataset(file, snapshot, column->name);
  int code = agree(snapshot, data, column->name);
  if (code == EPX_OK) code = agree(snapshot, write_values(snapshot, data, column->values), column->name);
  if (code == EPX_OK) code = agree(snapshot, write_text(data, "units", column->unit), column->name);
  if (code == EPX_OK) code = agree(snapshot, write_text(data, "long_name", column->long_name), column->name);
  if (code == EPX_OK) code = agree(snapshot, attach_scales(file, data), column->name);
  if (data >= 0) H5Dclose(data);
  return code;
}

static epx_err write_data(const epx_snapshot *snapshot, const char *path) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5Pset_fapl_mpio(access, epx_distributed_get_communicator(snapshot->distributed), MPI_INFO_NULL);
  const hid_t file = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, access);
  H5Pclose(access);
  int code = agree(snapshot, file, path);
  if (code == EPX_OK) code = agree(snapshot, write_attributes(file, snapshot), path);
  for (int axis = 0; axis < 3 && code == EPX_OK; axis++)
    code = agree(snapshot, write_scale(file, snapshot, axis), axis_names[axis]);
  for (int c = 0; code == EPX_OK && c < snapshot->n_columns; c++)
    code = write_column(file, snapshot, &snapshot->column[c]);
  if (code == EPX_OK) code = agree(snapshot, H5Fflush(file, H5F_SCOPE_GLOBAL), path);
  const herr_t closed = file < 0 ? -1 : H5Fclose(file);
  return code == EPX_OK ? agree(snapshot, closed, path) : code;
}

/* ---- names */

/* Brings a file to the disk, and gives it its name. */
static epx_err finish_file(const names *file) {
  const int opened = open(file->temporary, O_RDONLY | O_CLOEXEC);
  int reason = opened < 0 ? errno : 0;
  if (reason == 0 && fsync(opened) != 0) reason = errno;
  if (opened >= 0) close(opened);
  if (reason == 0 && rename(file->temporary, file->path) != 0) reason = errno;
  if (reason != 0) return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", file->path, strerror(reason));
  return epx_folder_write(file->path);
}

static epx_err finish(const epx_snapshot *snapshot, const names *data, const names *xdmf) {
  EPX_TRY(epx_fields_write_xdmf(xdmf->temporary, get_base_name(data->path), snapshot));
  EPX_TRY(finish_file(data));
  return finish_file(xdmf);
}

/* What was left half written goes, and nobody else's file is in the way. */
static epx_err begin(const names *data, const names *xdmf) {
  EPX_TRY(epx_output_check_kind(data->path, EPX_OUTPUT_HDF5));
  EPX_TRY(epx_output_check_kind(xdmf->path, EPX_OUTPUT_XDMF));
  EPX_TRY(epx_output_remove(data->temporary, EPX_OUTPUT_ANY));
  return epx_output_remove(xdmf->temporary, EPX_OUTPUT_ANY);
}

static epx_err write_both(const epx_snapshot *snapshot, const names *data, const names *xdmf) {
  const bool is_first = snapshot->first == 0;
  EPX_TRY(epx_distributed_merge_codes(snapshot->distributed, is_first ? begin(data, xdmf) : EPX_OK));
  epx_archive_set_turn(true);
  int code = write_data(snapshot, data->temporary);
  epx_archive_set_turn(false);
  if (code == EPX_OK)
    code =
        epx_distributed_merge_codes(snapshot->distributed, is_first ? finish(snapshot, data, xdmf) : EPX_OK);
  if (code == EPX_OK || !is_first) return code;
  unlink(data->temporary);
  unlink(xdmf->temporary);
  return code;
}

epx_err epx_fields_write(const char *results, int i_writer, const epx_snapshot *snapshot) {
  names data = {0}, xdmf = {0};
  int code = create_names(results, snapshot->i_point, i_writer, "h5", &data);
  if (code == EPX_OK) code = create_names(results, snapshot->i_point, i_writer, "xdmf", &xdmf);
  code = epx_distributed_merge_codes(snapshot->distributed, code);
  if (code == EPX_OK) code = write_both(snapshot, &data, &xdmf);
  char **const all[] = {&data.path, &data.temporary, &xdmf.path, &xdmf.temporary};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++)
    epx_array_destroy(all[k]);
  return code;
}
