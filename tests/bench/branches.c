/** @file
 * Branch table: whether networks come to the equilibrium of their dynamics, in whatever units of rate and power:
 *   bench_branches [NETWORKS a family, 3000] [FAMILY...]
 * A line a family: networks over rates of 1e-6 to 1e6 (where a family leaves its unit of rate open) and drives of
 * 1e-4 to 10, each settled as by default and by pure dynamics at rtol 1e-9 from the same start; those at different
 * equilibria, those that settled by one of both alone, those too slow for pure dynamics, and those that are known to
 * have several. Of those at different equilibria it says how many no tolerance decides: pure dynamics at 1e-11 come to
 * yet another one, for the transient is chaotic (light that turns a modulator many times over). N networks without a
 * disagreement bound the share that disagrees by 3 / N (95 %). Exits with 1 where any disagrees.
 */
#include <stdio.h>
#include <stdlib.h>

#include "unit/branches.h"

static bool is_asked(const epx_family *family, int argc, char **argv) {
  for (int i = 2; i < argc; i++)
    if (strcmp(argv[i], family->name) == 0) return true;
  return argc < 3;
}

static branches compare_family(const epx_family *family, int n) {
  static const double rates[] = {1, 1e-6, 1e6, 1e-3, 0.005, 30, 1e4}, drives[] = {1, 1e-4, 10, 0.01, 0.3, 3};
  const size_t n_rates = branches_has_free_rates(family) ? sizeof rates / sizeof *rates : 1,
               n_drives = sizeof drives / sizeof *drives;
  branches b = {0};
  for (unsigned seed = 0; b.n < n; seed++)
    branches_compare(family, seed, rates[seed / n_drives % n_rates], drives[seed % n_drives], true, &b);
  printf("%-18s %9d %9d %9d %9d %9d %9d %9d %11.2g\n", family->name, b.n, b.n_both, b.n_apart, b.n_undecided,
         b.n_one, b.n_slow, b.n_several, 3.0 / b.n_both);
  fflush(stdout);
  return b;
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? atoi(argv[1]) : 3000;
  const epx_family *family;
  int n_apart = 0, n_one = 0, n_both = 0, n_several = 0;
  printf("%-18s %9s %9s %9s %9s %9s %9s %9s %11s\n", "family", "networks", "both", "apart", "undecided",
         "one way", "slow", "several", "3 / both");
  for (int i = 0; (family = epx_family_get(i)) != NULL; i++) {
    if (!is_asked(family, argc, argv)) continue;
    const branches b = compare_family(family, n);
    n_apart += b.n_apart;
    n_one += b.n_one;
    n_both += b.n_both;
    n_several += b.n_several;
  }
  printf("%d networks that settled, %d with several equilibria: %d disagree, %d settled by one way alone; 3 "
         "/ N = %.2g\n",
         n_both, n_several, n_apart, n_one, 3.0 / n_both);
  return n_apart > 0;
}
