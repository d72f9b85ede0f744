/** @file
 * Archive. Writing: the file is built in memory (HDF5's core driver) and written by plain write(), so that a full disk is
 * an error of ours, told once, and HDF5 never holds a file that it cannot flush. Reading: files are replaced, never changed
 * in place: so no lock is taken, which some file systems lack.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/results/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/line.h"
#include "io/recovery/output.h"
#include "io/results/store.h"

struct epx_archive {
  hid_t file;
  uint64_t n_bytes; /* of the file that is read */
  const char *path; /* for messages */
  char *owned_path; /* the same, or NULL */
};

enum { CHUNK_VALUES = 1 << 17 }; /* 1 MiB of doubles */

static pthread_once_t turn_is_made = PTHREAD_ONCE_INIT;
static pthread_mutex_t turn;

static void make_turn(void) {
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&turn, &kind);
  pthread_mutexattr_destroy(&kind);
}

void epx_archive_set_turn(bool own) {
  pthread_once(&turn_is_made, make_turn);
  if (own)
    pthread_mutex_lock(&turn);
  else
    pthread_mutex_unlock(&turn);
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

/* n: 0 of a scalar. */
static epx_err write_attribute(epx_archive *archive, const char *path, const char *name, hid_t type,
                               hsize_t n, const void *value) {
  const hid_t space = n > 0 ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
  const hid_t attribute =
      H5Acreate_by_name(archive->file, path, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const herr_t code = attribute < 0 ? -1 : H5Awrite(attribute, type, value);
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space);
  return check(code, name);
}

epx_err epx_archive_write_text(epx_archive *archive, const char *path, const char *name, const char *text) {
  const hid_t type = create_text_type();
  const int code = write_attribute(archive, path, name, type, 0, &text);
  H5Tclose(type);
  return code;
}

epx_err epx_archive_write_number(epx_archive *archive, const char *path, const char *name, double value) {
  return write_attribute(archive, path, name, H5T_NATIVE_DOUBLE, 0, &value);
}

epx_err epx_archive_write_count(epx_archive *archive, const char *path, const char *name, uint64_t value) {
  return write_attribute(archive, path, name, H5T_NATIVE_UINT64, 0, &value);
}

epx_err epx_archive_write_fill(epx_archive *archive, const char *path) {
  const double value = NAN;
  return write_attribute(archive, path, "_FillValue", H5T_NATIVE_DOUBLE, 1, &value);
}

static epx_err write_flags(epx_archive *archive, const char *path, int n, const char *const *names,
                           int *values, char *meanings) {
  char *end = meanings;
  for (int k = 0; k < n; k++) {
    values[k] = k;
    if (k > 0) *end++ = ' ';
    for (const char *at = names[k]; *at; at++)
      *end++ = *at == ' ' ? '_' : *at;
  }
  EPX_TRY(write_attribute(archive, path, "flag_values", H5T_NATIVE_INT, (hsize_t)n, values));
  return epx_archive_write_text(archive, path, "flag_meanings", meanings);
}

epx_err epx_archive_write_flags(epx_archive *archive, const char *path, int n, const char *const *names) {
  size_t length = 1;
  int *values = NULL;
  char *meanings = NULL;
  for (int k = 0; k < n; k++)
    length += strlen(names[k]) + 1;
  int code = EPX_ARRAY(values, (size_t)n);
  if (code == EPX_OK) code = EPX_ARRAY(meanings, length);
  if (code == EPX_OK) code = write_flags(archive, path, n, names, values, meanings);
  epx_array_destroy(&values);
  epx_array_destroy(&meanings);
  return code;
}

epx_err epx_archive_write_alias(epx_archive *archive, const char *path, const char *alias) {
  return check(H5Lcreate_hard(archive->file, path, archive->file, alias, H5P_DEFAULT, H5P_DEFAULT), alias);
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

/* Texts [n] of one length, that of the longest, ASCII where they can be: programs that know no others read them, such as
 * Octave. */
static epx_err write_texts(epx_archive *archive, const epx_archive_array *array, const char *const *texts) {
  size_t n = 1, size = 1;
  char *rows;
  for (int k = 0; k < array->n_axes; k++)
    n *= array->n[k];
  for (size_t i = 0; i < n; i++)
    size = strlen(texts[i]) > size ? strlen(texts[i]) : size;
  EPX_TRY(epx_array_create(&rows, n, size));
  for (size_t i = 0; i < n; i++)
    memcpy(rows + i * size, texts[i], strlen(texts[i]));
  bool ascii = true;
  for (size_t i = 0; i < n * size; i++)
    ascii &= (unsigned char)rows[i] < 128;
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, ascii ? H5T_CSET_ASCII : H5T_CSET_UTF8);
  const int code = write_values(archive, array, type, type, rows);
  H5Tclose(type);
  epx_array_destroy(&rows);
  return code;
}

epx_err epx_archive_write(epx_archive *archive, const epx_archive_array *array, const void *values) {
  EPX_TRY(create_groups(archive, array->path));
  int code;
  if (array->type == EPX_ARCHIVE_TEXT) {
    code = write_texts(archive, array, values);
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

/* ---- reading */

enum { NAME_BYTES = 256 };
static const double MOST_PACKING = 1100; /* deflate makes at most 1032 bytes of one */

/* Tells what is wrong with a file before HDF5 only says that something is. */
static epx_err check_file(const char *path, uint64_t *n_bytes) {
  unsigned char start[8] = {0};
  struct stat state;
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", path, strerror(errno));
  const bool regular = fstat(file, &state) == 0 && S_ISREG(state.st_mode);
  const ssize_t n = regular ? read(file, start, sizeof start) : 0;
  close(file);
  if (!regular) return EPX_RAISE(EPX_EFILE, "%s: not a file", path);
  if (n < (ssize_t)sizeof start || memcmp(start, "\211HDF\r\n\032\n", sizeof start) != 0)
    return EPX_RAISE(EPX_EFORMAT, "%s: not an HDF5 file", path);
  *n_bytes = (uint64_t)state.st_size;
  return EPX_OK;
}

/* Stops at a link that leads elsewhere. The links to field files are for other programs, and none is followed. */
static herr_t find_link(hid_t group, const char *name, const H5L_info_t *link, void *found) {
  (void)group;
  if (link->type == H5L_TYPE_HARD) return 0;
  if (link->type == H5L_TYPE_EXTERNAL && strncmp(name, "fields/point_", 13) == 0 && !strchr(name + 13, '/'))
    return 0;
  snprintf(found, NAME_BYTES, "%s", name);
  return 1;
}

/* A file that somebody else made may send a reader to any other file: nothing of another one is read. */
static epx_err check_links(const epx_archive *archive) {
  char found[NAME_BYTES] = "";
  if (H5Lvisit(archive->file, H5_INDEX_NAME, H5_ITER_NATIVE, find_link, found) < 0)
    return EPX_RAISE(EPX_EFORMAT, "%s: its groups are damaged", archive->path);
  if (!*found) return EPX_OK;
  return EPX_RAISE(EPX_EFORMAT, "%s: /%s is a link that leads elsewhere, and results have none",
                   archive->path, found);
}

static epx_err create(const char *path, epx_archive *archive) {
  EPX_TRY(epx_array_create_text(&archive->owned_path, path));
  archive->path = archive->owned_path;
  EPX_TRY(check_file(path, &archive->n_bytes));
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state(0); /* filters are code, and a file does not choose it */
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, false, true);
#endif
  archive->file = H5Fopen(path, H5F_ACC_RDONLY, access);
  H5Pclose(access);
  if (archive->file < 0) return EPX_RAISE(EPX_EFORMAT, "%s: an HDF5 file that is cut short or damaged", path);
  return check_links(archive);
}

epx_err epx_archive_create_from_file(const char *path, epx_archive **out) {
  *out = NULL;
  epx_archive *archive;
  EPX_TRY(EPX_ARRAY(archive, 1));
  epx_archive_set_turn(true);
  archive->file = -1;
  const int code = create(path, archive);
  if (code == EPX_OK)
    *out = archive;
  else
    epx_archive_destroy(&archive);
  return code;
}

static epx_err raise_unfit(const epx_archive *archive, const char *name, const char *what) {
  return EPX_RAISE(EPX_EFORMAT, "%s: not a results file of Epilux: %s %s", archive->path, name, what);
}

epx_err epx_archive_name_file(const char *path, int code) {
  if ((code != EPX_EFORMAT && code != EPX_EINPUT) ||
      strncmp(epx_error_get_message(), path, strlen(path)) == 0)
    return code;
  return EPX_RAISE(code, "%s: %s", path, epx_error_get_message());
}

bool epx_archive_has_attribute(epx_archive *archive, const char *path, const char *name) {
  return H5Aexists_by_name(archive->file, path, name, H5P_DEFAULT) > 0;
}

static epx_err read_attribute(epx_archive *archive, const char *path, const char *name, hid_t type,
                              bool is_text, void *value) {
  if (H5Aexists_by_name(archive->file, path, name, H5P_DEFAULT) <= 0)
    return raise_unfit(archive, name, "is not there");
  const hid_t attribute = H5Aopen_by_name(archive->file, path, name, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute < 0) return raise_unfit(archive, name, "cannot be read");
  const hid_t stored = H5Aget_type(attribute), space = H5Aget_space(attribute);
  const bool fits = (is_text ? H5Tis_variable_str(stored) > 0 : H5Tget_class(stored) != H5T_STRING) &&
                    H5Sget_simple_extent_npoints(space) == 1;
  const herr_t code = fits ? H5Aread(attribute, type, value) : -1;
  H5Sclose(space);
  H5Tclose(stored);
  H5Aclose(attribute);
  return code < 0 ? raise_unfit(archive, name, "cannot be read") : EPX_OK;
}

epx_err epx_archive_read_text(epx_archive *archive, const char *path, const char *name, char **text) {
  *text = NULL;
  char *stored = NULL;
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  int code = read_attribute(archive, path, name, type, true, &stored);
  H5Tclose(type);
  if (code == EPX_OK) code = epx_array_create_text(text, stored ? stored : "");
  if (stored) H5free_memory(stored);
  return code;
}

epx_err epx_archive_read_line(epx_archive *archive, const char *path, const char *name, char **text) {
  char *line;
  EPX_TRY(epx_archive_read_text(archive, path, name, text));
  int code = epx_array_create_text(&line, *text);
  if (code == EPX_OK) epx_line_set_printable(line);
  if (code == EPX_OK && strcmp(line, *text) != 0) code = raise_unfit(archive, name, "has control characters");
  epx_array_destroy(&line);
  if (code != EPX_OK) epx_array_destroy(text);
  return code;
}

epx_err epx_archive_read_number(epx_archive *archive, const char *path, const char *name, double *value) {
  return read_attribute(archive, path, name, H5T_NATIVE_DOUBLE, false, value);
}

/* Checks that an array is stored in this file, all of it: no more is then asked for than the file is long, or, where
 * it is packed, than it can unpack to. */
static epx_err check_storage(const epx_archive *archive, const char *path, hid_t data) {
  const hid_t properties = H5Dget_create_plist(data), space = H5Dget_space(data), type = H5Dget_type(data);
  const bool elsewhere = H5Pget_layout(properties) == H5D_VIRTUAL || H5Pget_external_count(properties) != 0;
  const double packing = H5Pget_nfilters(properties) > 0 ? MOST_PACKING : 1;
  const double n_asked = (double)H5Sget_simple_extent_npoints(space) * (double)H5Tget_size(type);
  const double n_stored = fmin((double)H5Dget_storage_size(data), (double)archive->n_bytes);
  H5Tclose(type);
  H5Sclose(space);
  H5Pclose(properties);
  if (elsewhere)
    return EPX_RAISE(EPX_EFORMAT, "%s: %s is stored in another file, and nothing of another one is read",
                     archive->path, path);
  if (n_asked <= packing * n_stored) return EPX_OK;
  return EPX_RAISE(EPX_EFORMAT, "%s: %s announces %.0f bytes, and the file holds %.0f of them", archive->path,
                   path, n_asked, n_stored);
}

static epx_err open_array(epx_archive *archive, const char *path, hid_t *data) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info1_t info;
#else
  H5O_info_t info;
#endif
  const bool there = H5Oget_info_by_name2(archive->file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
                     info.type == H5O_TYPE_DATASET;
  *data = there ? H5Dopen2(archive->file, path, H5P_DEFAULT) : -1;
  if (*data < 0) return raise_unfit(archive, path, "is not there");
  const int code = check_storage(archive, path, *data);
  if (code != EPX_OK) H5Dclose(*data);
  return code;
}

static epx_err read_lengths(epx_archive *archive, const char *path, hid_t data, int n_axes, size_t *n) {
  hsize_t lengths[EPX_ARCHIVE_MAX_AXES] = {0};
  const hid_t space = H5Dget_space(data);
  const bool fits = H5Sget_simple_extent_ndims(space) == n_axes;
  if (fits) H5Sget_simple_extent_dims(space, lengths, NULL);
  H5Sclose(space);
  for (int k = 0; k < n_axes; k++)
    n[k] = (size_t)lengths[k];
  return fits ? EPX_OK : raise_unfit(archive, path, "has other axes");
}

bool epx_archive_has(epx_archive *archive, const char *path) {
  return H5Lexists(archive->file, path, H5P_DEFAULT) > 0;
}

epx_err epx_archive_read_n_axes(epx_archive *archive, const char *path, int *n_axes) {
  hid_t data;
  EPX_TRY(open_array(archive, path, &data));
  const hid_t space = H5Dget_space(data);
  *n_axes = H5Sget_simple_extent_ndims(space);
  H5Sclose(space);
  H5Dclose(data);
  return *n_axes >= 0 ? EPX_OK : raise_unfit(archive, path, "has no axes that can be read");
}

typedef struct {
  char *name;
  size_t size;
} scale_name;

static herr_t take_scale(hid_t data, unsigned axis, hid_t scale, void *context) {
  const scale_name *taken = context;
  (void)data, (void)axis;
  return H5Iget_name(scale, taken->name, taken->size) < 0 ? -1 : 1;
}

epx_err epx_archive_read_axis(epx_archive *archive, const char *path, int axis, char *name, size_t size) {
  hid_t data;
  scale_name taken = {name, size};
  *name = '\0';
  EPX_TRY(open_array(archive, path, &data));
  const herr_t code = H5DSiterate_scales(data, (unsigned)axis, NULL, take_scale, &taken);
  H5Dclose(data);
  return code < 0 ? raise_unfit(archive, path, "has axes that cannot be read") : EPX_OK;
}

epx_err epx_archive_read_lengths(epx_archive *archive, const char *path, int n_axes, size_t *n) {
  hid_t data;
  EPX_TRY(open_array(archive, path, &data));
  const int code = read_lengths(archive, path, data, n_axes, n);
  H5Dclose(data);
  return code;
}

static epx_err read_values(epx_archive *archive, const epx_archive_array *array, hid_t data, double *values) {
  size_t n[EPX_ARCHIVE_MAX_AXES];
  EPX_TRY(read_lengths(archive, array->path, data, array->n_axes, n));
  for (int k = 0; k < array->n_axes; k++)
    if (n[k] != array->n[k]) return raise_unfit(archive, array->path, "has other lengths");
  if (H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    return EPX_RAISE(EPX_EFORMAT, "%s: %s is damaged", archive->path, array->path);
  return EPX_OK;
}

epx_err epx_archive_read(epx_archive *archive, const epx_archive_array *array, double *values) {
  hid_t data;
  EPX_TRY(open_array(archive, array->path, &data));
  const int code = read_values(archive, array, data, values);
  H5Dclose(data);
  return code;
}

static int get_choice(const char *text, const char *const *names, int n_names) {
  for (int k = 0; text && k < n_names; k++)
    if (strcmp(text, names[k]) == 0) return k;
  return -1;
}

/* Texts of one length [n], each read with an end of its own. */
static epx_err read_fixed(hid_t data, hid_t stored, size_t n, const char *const *names, int n_names,
                          int *choice) {
  const size_t size = H5Tget_size(stored) + 1;
  char *texts;
  EPX_TRY(epx_array_create(&texts, n, size));
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  H5Tset_cset(type, H5Tget_cset(stored));
  const herr_t code = H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts);
  H5Tclose(type);
  for (size_t i = 0; i < n; i++)
    choice[i] = code < 0 ? -1 : get_choice(texts + i * size, names, n_names);
  epx_array_destroy(&texts);
  return EPX_OK;
}

/* Texts that stand elsewhere in the file, each of a length of its own, as the oldest files have them; of a right file they
 * take no more than the file does. */
static epx_err read_variable(const epx_archive *archive, hid_t data, hid_t stored, size_t n,
                             const char *const *names, int n_names, int *choice) {
  const hid_t space = H5Dget_space(data);
  hsize_t n_bytes = 0;
  char **texts = NULL;
  bool reads = H5Dvlen_get_buf_size(data, stored, space, &n_bytes) >= 0 && n_bytes <= archive->n_bytes;
  const int code = EPX_ARRAY(texts, n);
  reads = reads && code == EPX_OK && H5Dread(data, stored, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0;
  for (size_t i = 0; i < n; i++)
    choice[i] = reads ? get_choice(texts[i], names, n_names) : -1;
  if (reads) H5Dvlen_reclaim(stored, space, H5P_DEFAULT, texts);
  epx_array_destroy(&texts);
  H5Sclose(space);
  return code;
}

/* Codes, which are choices themselves. */
static epx_err read_codes(hid_t data, size_t n, int n_names, int *choice) {
  const herr_t code = H5Dread(data, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, choice);
  for (size_t i = 0; i < n; i++)
    if (code < 0 || choice[i] >= n_names) choice[i] = -1;
  return EPX_OK;
}

epx_err epx_archive_read_choices(epx_archive *archive, const char *path, size_t n, const char *const *names,
                                 int n_names, int *choice) {
  hid_t data;
  size_t length = 0;
  EPX_TRY(open_array(archive, path, &data));
  const hid_t stored = H5Dget_type(data);
  int code = read_lengths(archive, path, data, 1, &length);
  const H5T_class_t kind = H5Tget_class(stored);
  if (code == EPX_OK && (length != n || (kind != H5T_STRING && kind != H5T_INTEGER)))
    code = raise_unfit(archive, path, "has other lengths, or neither codes nor texts");
  if (code == EPX_OK)
    code = kind == H5T_INTEGER              ? read_codes(data, n, n_names, choice)
           : H5Tis_variable_str(stored) > 0 ? read_variable(archive, data, stored, n, names, n_names, choice)
                                            : read_fixed(data, stored, n, names, n_names, choice);
  H5Tclose(stored);
  H5Dclose(data);
  EPX_TRY(code);
  for (size_t i = 0; i < n; i++)
    if (choice[i] < 0) return raise_unfit(archive, path, "holds a word that is none of its own");
  return EPX_OK;
}

epx_err epx_archive_read_states(epx_archive *archive, size_t n_points, size_t n_instances, double *state) {
  const epx_archive_array array = {.path = "/trials/state", .n_axes = 2, .n = {n_points, n_instances}};
  EPX_TRY(epx_archive_read(archive, &array, state));
  for (size_t i = 0; i < n_points * n_instances; i++)
    if (!(state[i] >= 0 && state[i] < EPX_STATES))
      return EPX_RAISE(EPX_EFORMAT, "%s: /trials/state is damaged: it holds %g", archive->path, state[i]);
  return EPX_OK;
}

epx_err epx_archive_read_link(epx_archive *archive, const char *path, char **file) {
  H5L_info_t link;
  char *value;
  const char *name, *object;
  *file = NULL;
  if (H5Lexists(archive->file, "/fields", H5P_DEFAULT) <= 0 ||
      H5Lexists(archive->file, path, H5P_DEFAULT) <= 0 ||
      H5Lget_info(archive->file, path, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_EXTERNAL)
    return EPX_OK;
  EPX_TRY(EPX_ARRAY(value, link.u.val_size));
  int code = EPX_OK;
  if (H5Lget_val(archive->file, path, value, link.u.val_size, H5P_DEFAULT) >= 0 &&
      H5Lunpack_elink_val(value, link.u.val_size, NULL, &name, &object) >= 0)
    code = epx_array_create_text(file, name);
  epx_array_destroy(&value);
  return code;
}

epx_err epx_archive_read_name(epx_archive *archive, const char *group, int i, char *name, size_t size) {
  H5G_info_t info;
  *name = '\0';
  if (H5Gget_info_by_name(archive->file, group, &info, H5P_DEFAULT) < 0)
    return raise_unfit(archive, group, "is not there");
  if ((hsize_t)i >= info.nlinks) return EPX_OK;
  const H5_index_t order =
      info.storage_type == H5G_STORAGE_TYPE_SYMBOL_TABLE ? H5_INDEX_NAME : H5_INDEX_CRT_ORDER;
  if (H5Lget_name_by_idx(archive->file, group, order, H5_ITER_INC, (hsize_t)i, name, size, H5P_DEFAULT) < 0)
    return raise_unfit(archive, group, "cannot be listed");
  return EPX_OK;
}

static epx_err check_format(const epx_archive *archive, const char *format, const char *version) {
  if (strcmp(format, "epilux-results") != 0)
    return raise_unfit(archive, "its attribute format", "is another");
  if (atoi(version) < EPX_STORE_FORMAT_OLDEST || atoi(version) > EPX_STORE_FORMAT_VERSION)
    return EPX_RAISE(EPX_EFORMAT, "%s: results of format version %s; this program reads versions %d to %d",
                     archive->path, version, EPX_STORE_FORMAT_OLDEST, EPX_STORE_FORMAT_VERSION);
  return EPX_OK;
}

epx_err epx_archive_check_format(epx_archive *archive) {
  char *format = NULL, *version = NULL;
  int code = epx_archive_read_text(archive, "/", "format", &format);
  if (code == EPX_OK) code = epx_archive_read_text(archive, "/", "format_version", &version);
  if (code == EPX_OK) code = check_format(archive, format, version);
  epx_array_destroy(&format);
  epx_array_destroy(&version);
  return code;
}
