/** @file
 * Threads: what the linear algebra library itself says of its threads.
 */
#include "base/machine/threads.h"

#include <dlfcn.h>
#include <lapacke.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void linear_algebra_has_one_thread(void **state) {
  (void)state;
  double one = 1;
  lapack_int pivot;
  assert_int_equal(LAPACKE_dgetrf(LAPACK_COL_MAJOR, 1, 1, &one, 1, &pivot), 0); /* it is loaded */
  const int n_found = epx_threads_set_single();
  void *process = dlopen(NULL, RTLD_LAZY), *symbol = dlsym(process, "openblas_get_num_threads");
  if (!symbol) skip();
  int (*get_threads)(void);
  memcpy(&get_threads, &symbol, sizeof get_threads);
  assert_true(n_found >= 1);
  assert_int_equal(get_threads(), 1);
  dlclose(process);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(linear_algebra_has_one_thread)};
  return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
