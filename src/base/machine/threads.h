/** @file
 * Threads: linear algebra on one thread. Ranks are the parallelism, and a library that splits a product over
 * threads sums in an order that depends on how many there are: other bits on another machine.
 */
#ifndef EPILUX_BASE_MACHINE_THREADS_H
#define EPILUX_BASE_MACHINE_THREADS_H

/** Sets the linear algebra library that this process has loaded (OpenBLAS, BLIS or MKL) to one thread; others
 * are left as they are. Returns how many such libraries were found. */
int epx_threads_set_single(void);

#endif
