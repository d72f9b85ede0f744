/** @file
 * Counts what a program allocates, in every library it links: glibc's allocator with a counter in front.
 * Include it in one source of a test. Under a sanitizer or valgrind, which have an allocator of their own,
 * COUNTS_ALLOCATIONS is false.
 */
#ifndef EPILUX_TESTS_ALLOCATION_COUNTER_H
#define EPILUX_TESTS_ALLOCATION_COUNTER_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS counts_allocations()

static long n_allocations;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  n_allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  n_allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  n_allocations++;
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  n_allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **address, size_t alignment, size_t size); /* not in C11 */

int posix_memalign(void **address, size_t alignment, size_t size) {
  n_allocations++;
  *address = __libc_memalign(alignment, size);
  return *address ? 0 : ENOMEM;
}

/** Tells whether the allocator is this one. */
static inline bool counts_allocations(void) {
  void *(*volatile allocate)(size_t) = malloc; /* volatile: neither inlined nor left out */
  const long before = n_allocations;
  free(allocate(1));
  return n_allocations > before;
}

#else
#define COUNTS_ALLOCATIONS false
static long n_allocations;
#endif

#endif
