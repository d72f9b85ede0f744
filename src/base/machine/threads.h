/** @file
 * Threads: sets linear algebra libraries to one thread. Parallelism comes from ranks; a library that splits a
 * product over threads would sum in an order that depends on their number, and give other bits.
 */
#ifndef EPILUX_BASE_MACHINE_THREADS_H
#define EPILUX_BASE_MACHINE_THREADS_H

/** Sets the linear algebra library that this process has loaded (OpenBLAS, BLIS or MKL) to one thread; others
 * are left as they are. Returns how many such libraries were found. */
int epx_threads_set_single(void);

#endif
