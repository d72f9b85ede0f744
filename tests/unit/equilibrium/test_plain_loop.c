/** @file
 * The plain loop: it comes to rest as close as the tolerance says, and says so when there is no rest.
 */
#define _POSIX_C_SOURCE 200809L
#include "equilibrium/reference/plain_loop.h"

#include <stdlib.h>

#include "base/machine/isa.h"
#include "unit/random_network.h"

/** y0' = a (y1 - y0), y1' = 1 - y1^2: rests at (1, 1). */
static void eval_field(const void *context, const double *y, double *f) {
  const double a = *(const double *)context;
  f[0] = a * (y[1] - y[0]);
  f[1] = 1 - y[1] * y[1];
}

static void eval_jacobian(const void *context, const double *y, double *jacobian) {
  const double a = *(const double *)context;
  jacobian[0] = -a;
  jacobian[2] = a;
  jacobian[3] = -2 * y[1];
}

static void eval_turning(const void *context, const double *y, double *f) {
  (void)context;
  f[0] = -y[1];
  f[1] = y[0];
}

static const epx_plain_loop_options options = {
    .rtol = 1e-3, .atol = 1e-3, .scale = 1, .handover = 1e-2, .tolerance = 1e-10, .max_time = 100};

static void one_network_after_another_comes_to_rest(void **state) {
  (void)state;
  const double rates[] = {2, 5, 1};
  const epx_baseline_system system = {.n_state = 2, .eval_field = eval_field, .eval_jacobian = eval_jacobian};
  for (int isa = 0; isa < EPX_ISA_COUNT; isa++) {
    epx_plain_loop *loop;
    setenv("EPILUX_ISA", epx_isa_get_name((epx_isa)isa), 1);
    if (epx_isa_set_from_environment() != EPX_OK) continue;
    assert_int_equal(epx_plain_loop_create(&system, &options, &loop), EPX_OK);
    for (int k = 0; k < 3; k++) {
      const epx_plain_loop_counts before = epx_plain_loop_get_counts(loop);
      double y[2] = {0, 0}, near[2] = {1.1, 0.9};
      assert_true(epx_plain_loop_solve(loop, &rates[k], y));
      for (int i = 0; i < 2; i++)
        assert_close(y[i], 1, 1e-9);
      const epx_plain_loop_counts after = epx_plain_loop_get_counts(loop);
      assert_true(after.evaluations > before.evaluations + 10 &&
                  after.factorisations > before.factorisations);
      assert_true(epx_plain_loop_finish(loop, &rates[k], near));
      assert_close(near[0], 1, 1e-9);
    }
    epx_plain_loop_destroy(&loop);
    assert_null(loop);
  }
  unsetenv("EPILUX_ISA");
  assert_int_equal(epx_isa_set_from_environment(), EPX_OK);
}

static void what_never_rests_is_said_to_have_no_rest(void **state) {
  (void)state;
  const epx_baseline_system system = {.n_state = 2, .eval_field = eval_turning};
  epx_plain_loop *loop;
  double y[2] = {1, 0};
  assert_int_equal(epx_plain_loop_create(&system, &options, &loop), EPX_OK);
  assert_false(epx_plain_loop_solve(loop, NULL, y));
  epx_plain_loop_destroy(&loop);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_network_after_another_comes_to_rest),
      cmocka_unit_test(what_never_rests_is_said_to_have_no_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
