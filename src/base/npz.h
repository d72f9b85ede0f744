/** @file
 * NPZ: named arrays as NumPy's savez and savez_compressed write them, a zip file of .npy members.
 *
 * Source: NEP 1 of NumPy (the format of .npy, versions 1 to 3) and APPNOTE 6.3 of PKWARE, of which stored and deflated
 * members are read.
 */
#ifndef EPILUX_BASE_NPZ_H
#define EPILUX_BASE_NPZ_H

#include <stddef.h>

#include "epilux/error.h"

enum { EPX_NPZ_MAX_AXES = 4 };

typedef struct epx_npz epx_npz;

/** An array in C order; zeroed: none. One of numbers has values, one of texts has words. */
typedef struct {
  int n_axes; /* 0: one number */
  size_t n[EPX_NPZ_MAX_AXES], n_values;
  double *values; /* [n_values], NULL: texts */
  char *words;    /* [n_values][width], UTF-8, each closed by a zero; NULL: numbers */
  size_t width;
} epx_npz_array;

/** Creates a reader: the file is read, and its directory checked against its length. path is borrowed. Errors: of
 * epx_file_read(); EPX_EINPUT with FILE: no npz, damaged, several disks, encrypted, packed in another way. */
epx_err epx_npz_create(const char *path, epx_npz **out);
void epx_npz_destroy(epx_npz **address);

/** Reads the array `name` (member NAME.npy). Memory is asked for by what the file holds: of a packed member at most what its
 * bytes can unpack to. Numbers are Booleans, whole numbers of 1 to 8 bytes and reals of 2, 4 and 8 bytes, of either order
 * of bytes. Free with epx_npz_reset_array(). Errors: EPX_EINPUT with FILE: no such array, and which there are; objects,
 * complex numbers, dates or records; more axes than EPX_NPZ_MAX_AXES; damaged, cut short; EPX_EMEMORY. */
epx_err epx_npz_read(const epx_npz *npz, const char *name, epx_npz_array *array);
void epx_npz_reset_array(epx_npz_array *array);

#endif
