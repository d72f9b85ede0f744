/** @file
 * The baseline: it ends where the field is small, whatever the method, and says so when it does not.
 */
#include "equilibrium/reference/baseline.h"
#include "unit/random_network.h"

/** y0' = a (y1 - y0), y1' = 1 - y1: rests at (1, 1). */
static void eval_field(const void *context, const double *y, double *f) {
  const double a = *(const double *)context;
  f[0] = a * (y[1] - y[0]);
  f[1] = 1 - y[1];
}

static void eval_jacobian(const void *context, const double *y, double *jacobian) {
  const double a = *(const double *)context;
  (void)y;
  jacobian[0] = -a;
  jacobian[2] = a;
  jacobian[3] = -1;
}

static void eval_turning(const void *context, const double *y, double *f) {
  (void)context;
  f[0] = -y[1];
  f[1] = y[0];
}

static void both_methods_end_at_rest_one_network_after_another(void **state) {
  (void)state;
  const double rates[] = {2, 1e4, 3};
  for (int method = EPX_BASELINE_ADAMS; method <= EPX_BASELINE_BDF; method++) {
    for (int given = 0; given < 2; given++) {
      const epx_baseline_system system = {
          .n_state = 2, .eval_field = eval_field, .eval_jacobian = given ? eval_jacobian : NULL};
      const epx_baseline_options options = {(epx_baseline_method)method, 1e-6, 1e-9, 1e-6, 1000};
      epx_baseline *baseline;
      assert_int_equal(epx_baseline_create(&system, &options, &baseline), EPX_OK);
      for (int k = 0; k < 3; k++) {
        if (method == EPX_BASELINE_ADAMS && rates[k] > 100) continue;
        double y[2] = {0, 0}, f[2];
        bool settled = false;
        const long before = epx_baseline_get_evaluations(baseline);
        assert_int_equal(epx_baseline_solve(baseline, &rates[k], y, &settled), EPX_OK);
        assert_true(settled);
        eval_field(&rates[k], y, f);
        assert_true(fabs(f[0]) <= 1e-6 && fabs(f[1]) <= 1e-6);
        assert_close(y[0], 1, 1e-5);
        assert_true(epx_baseline_get_evaluations(baseline) > before);
      }
      epx_baseline_destroy(&baseline);
      assert_null(baseline);
    }
  }
}

static void what_never_rests_is_said_to_have_no_rest(void **state) {
  (void)state;
  const epx_baseline_system system = {.n_state = 2, .eval_field = eval_turning};
  const epx_baseline_options options = {EPX_BASELINE_ADAMS, 1e-6, 1e-9, 1e-6, 20};
  epx_baseline *baseline;
  double y[2] = {1, 0};
  bool settled = true;
  assert_int_equal(epx_baseline_create(&system, &options, &baseline), EPX_OK);
  assert_int_equal(epx_baseline_solve(baseline, NULL, y, &settled), EPX_OK);
  assert_false(settled);
  epx_baseline_destroy(&baseline);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_methods_end_at_rest_one_network_after_another),
      cmocka_unit_test(what_never_rests_is_said_to_have_no_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
