/** @file
 * The population agrees with its judge to 1e-9 on random networks of every family, a plugin's among them.
 * Short: the long form is bench_agreement, of 10^4 networks.
 */
#include "photonic/plugin.h"
#include "unit/agreement.h"

/** A stiff family's reference takes its time. */
enum { N_NETWORKS = 40, N_STIFF = 20 };

static void check_family(const epx_family *family) {
  agreement a = {0};
  for (unsigned seed = 0; a.n < (family->stiff ? N_STIFF : N_NETWORKS); seed++)
    compare_network(family, seed, 1e-6, &a);
  if (a.n_wrong > 0 || a.n_unstable > 0)
    fail_msg("%s: of %d networks %d disagree, %d are unstable", family->name, a.n_both, a.n_wrong,
             a.n_unstable);
  assert_in_range(a.n_agree, 2 * a.n / 3, a.n);
  assert_in_range(a.n_other + a.n_one, 0, a.n / 20);
}

static void population_and_reference_agree_in_every_family(void **state) {
  (void)state;
  for (int i = 0; epx_family_get(i); i++)
    check_family(epx_family_get(i));
}

static void they_agree_in_a_family_of_ones_own(void **state) {
  (void)state;
  const epx_family *family;
  assert_int_equal(epx_plugin_read(EPX_PLUGINS "/plugin_anharmonic.so", &family), EPX_OK);
  check_family(family);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(population_and_reference_agree_in_every_family),
      cmocka_unit_test(they_agree_in_a_family_of_ones_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
