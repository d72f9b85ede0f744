/** @file
 * The kernel of peak: as many chains of dependent multiply-adds as hide their latency, in the registers of
 * the instruction set. Where it has no fused multiply-add, a multiplication and an addition count as they
 * stand.
 */
#include "base/machine/peak_kernel.h"

#if defined(__AVX512F__)
enum { WIDTH = 8, CHAINS = 16 };
#elif defined(__AVX__)
enum { WIDTH = 4, CHAINS = 12 };
#else
enum { WIDTH = 2, CHAINS = 12 };
#endif
typedef double vector __attribute__((vector_size(WIDTH * sizeof(double)), may_alias));

enum { UNROLLED = 8 };

void EPX_KERNEL(epx_peak_multiply_add) EPX_PEAK_ARGUMENTS;

void EPX_KERNEL(epx_peak_multiply_add) EPX_PEAK_ARGUMENTS {
  vector chain[CHAINS];
  /* The compiler must not know the factors, or it may do without the loop. */
  volatile double factor_ = 0.999, term_ = 0.001;
  const vector factor = factor_ - (vector){0}, term = term_ - (vector){0};
  for (int c = 0; c < CHAINS; c++)
    chain[c] = (double)c - (vector){0};
  for (long round = 0; round < n_rounds; round++) {
    for (int u = 0; u < UNROLLED; u++) {
      for (int c = 0; c < CHAINS; c++)
        chain[c] = chain[c] * factor + term;
    }
  }
  double sum = 0;
  for (int c = 0; c < CHAINS; c++) {
    for (int w = 0; w < WIDTH; w++)
      sum += chain[c][w];
  }
  *sink = sum;
  *n_operations = 2.0 * WIDTH * CHAINS * UNROLLED * (double)n_rounds;
}
