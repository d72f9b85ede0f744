/** @file
 * Peak: arithmetic that nothing slows down, to measure what a core can do with the instruction set in use.
 */
#ifndef EPILUX_BASE_MACHINE_PEAK_H
#define EPILUX_BASE_MACHINE_PEAK_H

/** Evaluates n_rounds rounds of independent multiply-adds in registers. Returns how many floating-point
 * operations that was. *sink: out, what came of them. */
double epx_peak_eval(long n_rounds, double *sink);

#endif
