/** @file
 * Agreement of the population with its judge, on many random networks of every family:
 *   bench_agreement [NETWORKS a family, 1000] [RTOL of the population's dynamics, 1e-6] [PLUGIN...]
 * A line a family, see unit/agreement.h for its columns. Exits with 1 where any network that settled by both
 * ways is neither the same equilibrium to 1e-9 nor another one, or where one that is certified to rest is
 * unstable.
 */
#include <stdio.h>
#include <stdlib.h>

#include "epilux/error.h"
#include "photonic/plugin.h"
#include "unit/agreement.h"

static agreement compare_family(const epx_family *family, int n, double rtol) {
  agreement a = {0};
  for (unsigned seed = 0; a.n < n; seed++)
    compare_network(family, seed, rtol, &a);
  printf("%-18s %9d %9d %9d %12.3g %9d %9d %9d %9d\n", family->name, a.n, a.n_both, a.n_agree, a.largest,
         a.n_other, a.n_one, a.n_wrong, a.n_unstable);
  fflush(stdout);
  return a;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? atoi(argv[1]) : 1000;
  const double rtol = argc > 2 ? atof(argv[2]) : 1e-6;
  const epx_family *family;
  int n_wrong = 0, n_all = 0;
  printf("%-18s %9s %9s %9s %12s %9s %9s %9s %9s\n", "family", "networks", "both", "agree", "largest",
         "other", "one way", "wrong", "unstable");
  for (int i = 0; (family = epx_family_get(i)) != NULL; i++) {
    const agreement a = compare_family(family, n, rtol);
    n_wrong += a.n_wrong + a.n_unstable;
    n_all += a.n;
  }
  for (int i = 3; i < argc; i++) {
    if (epx_plugin_read(argv[i], &family) != EPX_OK) {
      fprintf(stderr, "bench_agreement: %s\n", epx_error_get_message());
      return 2;
    }
    const agreement a = compare_family(family, n, rtol);
    n_wrong += a.n_wrong + a.n_unstable;
    n_all += a.n;
  }
  printf("%d networks, %d wrong\n", n_all, n_wrong);
  return n_wrong > 0;
}
