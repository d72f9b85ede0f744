/** @file
 * Peak: calls the kernel of the instruction set in use.
 */
#include "base/machine/peak.h"

#include "base/machine/peak_kernel.h"

EPX_KERNEL_TABLE(epx_peak_multiply_add, EPX_PEAK_ARGUMENTS);

double epx_peak_eval(long n_rounds, double *sink) {
  double n_operations;
  EPX_KERNEL_CALL(epx_peak_multiply_add)(n_rounds, &n_operations, sink);
  return n_operations;
}
