/** @file
 * What certificates say of networks that ring, against the spectrum:
 *   bench_certificate [NETWORKS of each size, 10000]
 * A line a size: networks; settled; of those the ones with a direction that grows, of which there must be
 * none; how often what Newton found was left to the dynamics; the spectra that this took. Exits with 1 where
 * one is unstable.
 */
#include <stdio.h>
#include <stdlib.h>

#include "unit/ringing_network.h"

int main(int argc, char **argv) {
  static const int sizes[] = {3, 5, 8, 16};
  const int n = argc > 1 ? atoi(argv[1]) : 10000;
  int n_unstable = 0;
  printf("%6s %9s %9s %9s %11s %9s\n", "rings", "networks", "settled", "unstable", "departures", "spectra");
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    ringing_tally t = {0};
    for (unsigned seed = 0; t.n < n; seed++)
      count_ringing(sizes[k], seed, &t);
    printf("%6d %9d %9d %9d %11ld %9ld\n", sizes[k], t.n, t.n_settled, t.n_unstable, t.departures, t.spectra);
    fflush(stdout);
    n_unstable += t.n_unstable;
  }
  return n_unstable > 0;
}
