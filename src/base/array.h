/** @file
 * Arrays: zeroed, aligned to whole vectors, with an overflow check. The creator destroys them.
 */
#ifndef EPILUX_BASE_ARRAY_H
#define EPILUX_BASE_ARRAY_H

#include <stddef.h>

#include "epilux/error.h"

/** Bytes every array is aligned to: one AVX-512 vector, one cache line. */
#define EPX_ALIGNMENT 64

/** Creates a zeroed array of `count` elements of `size` bytes at *out, a pointer variable of any type.
 * count = 0 gives a valid pointer that may not be read.
 * Errors: EPX_EMEMORY when count * size overflows or is not available; *out is then NULL. */
epx_err epx_array_create(void *out, size_t count, size_t size);

/** Frees the array at *address (the address of the pointer) and nulls it. NULL arrays are accepted. */
void epx_array_destroy(void *address);

/** EPX_ARRAY(pointer, count): creates an array of what `pointer` points to. */
#define EPX_ARRAY(pointer, count) epx_array_create(&(pointer), (count), sizeof *(pointer))

/** Creates a copy of a text at *out. Errors: EPX_EMEMORY. Free with epx_array_destroy(). */
epx_err epx_array_create_text(char **out, const char *text);

#endif
