/** @internal @file
 * Archive: an HDF5 file as this program writes and reads it: groups, arrays with units and named axes,
 * attributes.
 */
#ifndef EPILUX_IO_RESULTS_ARCHIVE_H
#define EPILUX_IO_RESULTS_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"

typedef struct epx_archive epx_archive;

typedef enum { EPX_ARCHIVE_DOUBLE, EPX_ARCHIVE_INT, EPX_ARCHIVE_TEXT } epx_archive_type;

enum { EPX_ARCHIVE_MAX_AXES = 3 };

/** An array: its place, what it means, its axes. */
typedef struct {
  const char *path;             /* "/trials/accuracy"; groups are made as needed */
  const char *unit, *long_name; /* attributes `units` and `long_name` */
  epx_archive_type type;        /* of the file's values; in memory double, int or const char * */
  int n_axes;
  size_t n[EPX_ARCHIVE_MAX_AXES];         /* along each axis, the last the fastest */
  const char *axis[EPX_ARCHIVE_MAX_AXES]; /* path of each axis's scale, which must be there; NULL: none */
} epx_archive_array;

/** Creates an empty archive in memory. Errors: EPX_EMEMORY, EPX_EFILE when HDF5 refuses. */
epx_err epx_archive_create(epx_archive **out);

/** Creates an archive from a file, to read. Nothing of another file is read: links that lead elsewhere are refused,
 * but for those to field files, which are not followed, and so are arrays that are stored elsewhere, when they are
 * read. Filters that HDF5 would load are not. Errors: EPX_EFILE: cannot be read; EPX_EFORMAT: not HDF5, or cut short,
 * or a link. */
epx_err epx_archive_create_from_file(const char *path, epx_archive **out);
void epx_archive_destroy(epx_archive **address);

/** Writes an array; texts as texts of one length, that of the longest, ASCII where they are. One of one axis that has no scale is made a scale itself, of its own name. Arrays above 1
 * MiB are chunked by about that. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_archive_write(epx_archive *archive, const epx_archive_array *array, const void *values);

/** Writes an attribute of what is at `path`, a group or an array. Errors: as epx_archive_write(). */
epx_err epx_archive_write_text(epx_archive *archive, const char *path, const char *name, const char *text);
epx_err epx_archive_write_number(epx_archive *archive, const char *path, const char *name, double value);
epx_err epx_archive_write_count(epx_archive *archive, const char *path, const char *name, uint64_t value);

/** Writes the attributes by which the CF conventions name the codes 0 … n - 1 of an array: flag_values, and flag_meanings,
 * words between blanks, in which `_` stands for other blanks. Errors: as epx_archive_write(). */
epx_err epx_archive_write_flags(epx_archive *archive, const char *path, int n, const char *const *names);

/** Writes the attribute _FillValue of an array of numbers, NaN: what stands where there is no value. Errors: as
 * epx_archive_write(). */
epx_err epx_archive_write_fill(epx_archive *archive, const char *path);

/** Gives an array a second name: a hard link, for the same values. Errors: as epx_archive_write(). */
epx_err epx_archive_write_alias(epx_archive *archive, const char *path, const char *alias);

/** Writes a link to all of another file: `file`, found in the folder of the one that is written. It need not
 * be there. Errors: as epx_archive_write(). */
epx_err epx_archive_write_link(epx_archive *archive, const char *path, const char *file);

/** Writes the whole to a temporary name beside `path`, to the disk, and gives it the name `path`: a reader
 * finds the file of before or this one. `temporary`: that name. On error the file of before stays and the
 * temporary one is removed. Errors: EPX_EFILE: disk full and the like; EPX_EMEMORY. */
epx_err epx_archive_write_file(epx_archive *archive, const char *path, const char *temporary);

/** Checks that this is a results file of a format that this program reads. Errors: EPX_EFORMAT. */
epx_err epx_archive_check_format(epx_archive *archive);

/** Names the file `path` in the message of `code`, an error EPX_EFORMAT or EPX_EINPUT, that does not begin with it; returns code. */
epx_err epx_archive_name_file(const char *path, int code);

/** Reads an attribute; *text is the caller's, to be freed by epx_array_destroy().
 * Errors: EPX_EFORMAT: it is not there or no text; EPX_EMEMORY. */
epx_err epx_archive_read_text(epx_archive *archive, const char *path, const char *name, char **text);

/** Reads an attribute as epx_archive_read_text() does, which is one line. Errors: also EPX_EFORMAT: it has control
 * characters. */
epx_err epx_archive_read_line(epx_archive *archive, const char *path, const char *name, char **text);
epx_err epx_archive_read_number(epx_archive *archive, const char *path, const char *name, double *value);

/** Tells whether what is at `path` has an attribute. */
bool epx_archive_has_attribute(epx_archive *archive, const char *path, const char *name);

/** Tells whether something is at `path`, a group or an array, whose groups are all there. */
bool epx_archive_has(epx_archive *archive, const char *path);

/** Reads the number of an array's axes. Errors: as epx_archive_read_lengths(). */
epx_err epx_archive_read_n_axes(epx_archive *archive, const char *path, int *n_axes);

/** Reads the path of the scale of an array's axis: name [size], out; empty where it has none. Errors: as
 * epx_archive_read_lengths(). */
epx_err epx_archive_read_axis(epx_archive *archive, const char *path, int axis, char *name, size_t size);

/** Reads the lengths of an array's axes: n [n_axes], out. Errors: EPX_EFORMAT: not there, of other axes, stored in
 * another file, or longer than the file holds. */
epx_err epx_archive_read_lengths(epx_archive *archive, const char *path, int n_axes, size_t *n);

/** Reads an array of numbers as doubles, values [product of array->n]. Of `array` path, n_axes and n count.
 * Errors: EPX_EFORMAT: not there, or of other axes or lengths, or damaged. */
epx_err epx_archive_read(epx_archive *archive, const epx_archive_array *array, double *values);

/** Reads an array of codes, or of texts that are words of a list, names [n_names]: choice [n], out, the index of each. Errors: as
 * epx_archive_read(); EPX_EFORMAT: a code or a text that is none of them. */
epx_err epx_archive_read_choices(epx_archive *archive, const char *path, size_t n, const char *const *names,
                                 int n_names, int *choice);

/** Reads /trials/state, [n_points][n_instances]. Errors: as epx_archive_read(); EPX_EFORMAT: a number that is
 * no state. */
epx_err epx_archive_read_states(epx_archive *archive, size_t n_points, size_t n_instances, double *state);

/** Reads where the link at `path` to all of another file leads, as epx_archive_write_link() had it: *file, the caller's, to
 * be freed by epx_array_destroy(); NULL: there is no such link. Errors: EPX_EMEMORY. */
epx_err epx_archive_read_link(epx_archive *archive, const char *path, char **file);

/** Reads the name of the i-th thing in a group, in the order in which they were written: name [size], out;
 * empty past the last. Errors: EPX_EFORMAT: no such group. */
epx_err epx_archive_read_name(epx_archive *archive, const char *group, int i, char *name, size_t size);

/** HDF5 serves one thread at a time, and in a run two of rank 0 have need of it, the coordinator and a worker: sets whether
 * it is this thread's turn, and waits for it. A thread whose turn it is may take it again. An archive has the turn from its
 * creation to its end. */
void epx_archive_set_turn(bool own);

#endif
