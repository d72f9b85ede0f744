/** @file
 * Peak: arithmetic without memory access, to measure the peak speed of a core with the instruction set in use.
 */
#ifndef EPILUX_BASE_MACHINE_PEAK_H
#define EPILUX_BASE_MACHINE_PEAK_H

/** Evaluates n_rounds rounds of independent multiply-adds in registers. Returns the number of floating-point
 * operations. *sink: out, their result (so that they are not optimised away). */
double epx_peak_eval(long n_rounds, double *sink);

#endif
