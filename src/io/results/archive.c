/** @file
 * Archive, writing: the file is built in memory (HDF5's core driver) and written by plain write(), so that a
 * full disk is an error of ours, told once, and HDF5 never holds a file that it cannot flush.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/results/archive.h"

#include <errno.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

#include "base/array.h"
#include "io/recovery/folder.h"
#include "io/recovery/output.h"
#include "io/results/archive_private.h"

enum { CHUNK_VALUES = 1 << 17 }; /* 1 MiB of doubles */

static once_flag turn_is_made = ONCE_FLAG_INIT;
static mtx_t turn;

static void make_turn(void) {
  mtx_init(&turn, mtx_plain | mtx_recursive);
}

void epx_archive_set_turn(bool own) {
  call_once(&turn_is_made, make_turn);
  if (own)
    mtx_lock(&turn);
  else
    mtx_unlock(&turn);
}

static epx_err check(long long code, const char *what) {
  return code < 0 ? EPX_RAISE(EPX_EFILE, "%s: HDF5 cannot write it", what) : EPX_OK;
}

/* Groups remember the order of what is in them, as netCDF-4 wants it too. */
static hid_t create_group_properties(hid_t kind) {
  const hid_t properties = H5Pcreate(kind);
  H5Pset_link_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  return properties;
}

epx_err epx_archive_create(epx_archive **out) {
  *out = NULL;
  epx_archive *archive;
  EPX_TRY(EPX_ARRAY(archive, 1));
  epx_archive_set_turn(true);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), properties = create_group_properties(H5P_FILE_CREATE);
  H5Pset_fapl_core(access, 1 << 20, false);
  archive->path = "results";
  archive->file = H5Fcreate("in-memory", H5F_ACC_TRUNC, properties, access);
  H5Pclose(access);
  H5Pclose(properties);
  if (archive->file < 0) {
    epx_archive_destroy(&archive);
    return EPX_RAISE(EPX_EMEMORY, "HDF5 cannot make a file in memory");
  }
  *out = archive;
  return EPX_OK;
}

void epx_archive_destroy(epx_archive **address) {
  epx_archive *archive = *address;
  if (!archive) return;
  if (archive->file >= 0) H5Fclose(archive->file);
  epx_archive_set_turn(false);
  epx_array_destroy(&archive->owned_path);
  epx_array_destroy(address);
}

static hid_t create_text_type(void) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

static epx_err write_attribute(epx_archive *archive, const char *path, const char *name, hid_t type,
                               const void *value) {
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute =
      H5Acreate_by_name(archive->file, path, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const herr_t code = attribute < 0 ? -1 : H5Awrite(attribute, type, value);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  return check(code, name);
}

epx_err epx_archive_write_text(epx_archive *archive, const char *path, const char *name, const char *text) {
  const hid_t type = create_text_type();
  const int code = write_attribute(archive, path, name, type, &text);
  H5Tclose(type);
  return code;
}

epx_err epx_archive_write_number(epx_archive *archive, const char *path, const char *name, double value) {
  return write_attribute(archive, path, name, H5T_NATIVE_DOUBLE, &value);
}

epx_err epx_archive_write_count(epx_archive *archive, const char *path, const char *name, uint64_t value) {
  return write_attribute(archive, path, name, H5T_NATIVE_UINT64, &value);
}

/* Makes the groups on the way to an array. */
static epx_err create_groups(epx_archive *archive, const char *path) {
  char name[512] = "";
  for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    const size_t length = (size_t)(slash - path);
    if (length >= sizeof name) return EPX_RAISE(EPX_EFILE, "%s: too long a name", path);
    memcpy(name, path, length);
    name[length] = '\0';
    if (H5Lexists(archive->file, name, H5P_DEFAULT) > 0) continue;
    const hid_t properties = create_group_properties(H5P_GROUP_CREATE);
    const hid_t group = H5Gcreate2(archive->file, name, H5P_DEFAULT, properties, H5P_DEFAULT);
    H5Pclose(properties);
    EPX_TRY(check(group, name));
    H5Gclose(group);
  }
  return EPX_OK;
}

/* Chunks hold whole rows of the last axes as long as they fit. */
static hid_t create_layout(const epx_archive_array *array) {
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  hsize_t chunk[EPX_ARCHIVE_MAX_AXES];
  size_t room = CHUNK_VALUES, total = 1;
  for (int k = array->n_axes; k-- > 0;) {
    const size_t n = array->n[k] < room ? array->n[k] : room;
    chunk[k] = n > 0 ? n : 1;
    room /= chunk[k];
    if (room == 0) room = 1;
    total *= array->n[k];
  }
  if (total > CHUNK_VALUES) H5Pset_chunk(properties, array->n_axes, chunk);
  return properties;
}

/* Names the axes: by their scales, or the array is one. */
static herr_t attach_axes(epx_archive *archive, const epx_archive_array *array, hid_t data) {
  if (array->n_axes == 1 && !array->axis[0]) return H5DSset_scale(data, strrchr(array->path, '/') + 1);
  herr_t code = 0;
  for (int k = 0; k < array->n_axes && code >= 0; k++) {
    const hid_t scale = H5Dopen2(archive->file, array->axis[k], H5P_DEFAULT);
    code = scale < 0 ? -1 : H5DSattach_scale(data, scale, (unsigned)k);
    if (scale >= 0) H5Dclose(scale);
  }
  return code;
}

static epx_err write_values(epx_archive *archive, const epx_archive_array *array, hid_t memory, hid_t file,
                            const void *values) {
  hsize_t n[EPX_ARCHIVE_MAX_AXES];
  for (int k = 0; k < array->n_axes; k++)
    n[k] = array->n[k];
  const hid_t space = H5Screate_simple(array->n_axes, n, NULL), layout = create_layout(array);
  const hid_t data = H5Dcreate2(archive->file, array->path, file, space, H5P_DEFAULT, layout, H5P_DEFAULT);
  herr_t code = data < 0 ? -1 : H5Dwrite(data, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  if (code >= 0) code = attach_axes(archive, array, data);
  if (data >= 0) H5Dclose(data);
  H5Pclose(layout);
  H5Sclose(space);
  return check(code, array->path);
}

epx_err epx_archive_write(epx_archive *archive, const epx_archive_array *array, const void *values) {
  EPX_TRY(create_groups(archive, array->path));
  int code;
  if (array->type == EPX_ARCHIVE_TEXT) {
    const hid_t type = create_text_type();
    code = write_values(archive, array, type, type, values);
    H5Tclose(type);
  } else if (array->type == EPX_ARCHIVE_INT) {
    code = write_values(archive, array, H5T_NATIVE_INT, H5T_STD_I32LE, values);
  } else {
    code = write_values(archive, array, H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, values);
  }
  EPX_TRY(code);
  EPX_TRY(epx_archive_write_text(archive, array->path, "units", array->unit));
  return epx_archive_write_text(archive, array->path, "long_name", array->long_name);
}

epx_err epx_archive_write_link(epx_archive *archive, const char *path, const char *file) {
  EPX_TRY(create_groups(archive, path));
  return check(H5Lcreate_external(file, "/", archive->file, path, H5P_DEFAULT, H5P_DEFAULT), path);
}

static epx_err write_image(const char *path, const unsigned char *image, size_t n) {
  int file, reason = 0;
  EPX_TRY(epx_output_open(path, EPX_OUTPUT_ANY, 0, &file));
  while (n > 0 && reason == 0) {
    const ssize_t n_done = write(file, image, n);
    if (n_done < 0 && errno != EINTR) reason = errno;
    if (n_done == 0) reason = ENOSPC;
    if (n_done > 0) {
      image += n_done;
      n -= (size_t)n_done;
    }
  }
  if (reason == 0 && fsync(file) != 0) reason = errno;
  if (close(file) != 0 && reason == 0) reason = errno;
  if (reason == 0) return EPX_OK;
  unlink(path);
  return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", path, strerror(reason));
}

epx_err epx_archive_write_file(epx_archive *archive, const char *path, const char *temporary) {
  EPX_TRY(check(H5Fflush(archive->file, H5F_SCOPE_GLOBAL), path));
  const ssize_t n = H5Fget_file_image(archive->file, NULL, 0);
  EPX_TRY(check(n, path));
  unsigned char *image;
  EPX_TRY(EPX_ARRAY(image, (size_t)n));
  int code = check(H5Fget_file_image(archive->file, image, (size_t)n), path);
  if (code == EPX_OK) code = write_image(temporary, image, (size_t)n);
  epx_array_destroy(&image);
  EPX_TRY(code);
  return epx_output_replace(temporary, path);
}
