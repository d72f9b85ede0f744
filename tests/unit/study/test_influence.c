/** @file
 * Influence: records of a campaign to the indices that their design supports.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "study/influence.h"

enum { FACTORS = 2, ROWS = 64, INSTANCES = 3, SIZE = 4 };

static const epx_factor factors[FACTORS] = {{.path = "a", .low = 0, .high = 1},
                                            {.path = "b", .low = 0, .high = 1}};
static const epx_record_layout layout = {.n_metrics = 2, .metric = 2, .size = SIZE};

/* Records of metric 1 = 3 a + b; the last instance of the first point did not settle, that of the second is
 * pending. */
static double *create_records(const epx_design *design) {
  double *record = malloc((size_t)design->n_points * INSTANCES * SIZE * sizeof *record);
  assert_non_null(record);
  for (int p = 0; p < design->n_points; p++)
    for (int k = 0; k < INSTANCES; k++) {
      double *r = record + (p * INSTANCES + k) * SIZE;
      r[0] = EPX_STATE_DONE;
      r[1] = r[2] = 0;
      r[3] = 3 * design->value[p * FACTORS] + design->value[p * FACTORS + 1] + k;
    }
  record[(INSTANCES - 1) * SIZE] = EPX_SLOW;
  record[(INSTANCES - 1) * SIZE + 3] = NAN;
  record[(2 * INSTANCES - 1) * SIZE] = EPX_STATE_PENDING;
  return record;
}

static const epx_yield_spec yield = {.limit = 2}; /* good: 3 a + b + k at least 2 */

static epx_influence *create_of(const char *method, epx_outcome_kind kind) {
  const epx_outcome outcome = {kind, 1, &yield};
  const epx_design_spec spec = {.method = method, .n_points = ROWS, .levels = 4, .seed = 1, .scramble = true};
  epx_design *design;
  epx_influence *influence;
  assert_true(epx_influence_is_supported(&spec));
  assert_int_equal(epx_design_create(&spec, factors, FACTORS, &design), EPX_OK);
  double *record = create_records(design);
  assert_int_equal(epx_influence_create(&spec, factors, FACTORS, &layout, &outcome, design->n_points,
                                        INSTANCES, record, &influence),
                   EPX_OK);
  free(record);
  epx_design_destroy(&design);
  return influence;
}

static epx_influence *create(const char *method) {
  return create_of(method, EPX_OUTCOME_METRIC);
}

static void pick_freeze_rows_give_sobols_indices(void **state) {
  (void)state;
  epx_influence *influence = create("saltelli");
  assert_int_equal(influence->n_indices, 2);
  assert_string_equal(influence->index[0].name, "first_order");
  assert_string_equal(influence->index[1].name, "total_order");
  assert_true(fabs(influence->index[1].factor[0].value - 0.9) < 0.1);
  assert_true(fabs(influence->index[1].factor[1].value - 0.1) < 0.05);
  assert_int_equal(influence->counts.n_groups, ROWS * INSTANCES);
  assert_int_equal(influence->counts.n_dropped, 1); /* both are of the first row's last instance */
  epx_influence_destroy(&influence);
}

static void trajectories_give_effects(void **state) {
  (void)state;
  epx_influence *influence = create("morris");
  assert_int_equal(influence->n_indices, 3);
  assert_string_equal(influence->index[1].name, "mu_star");
  assert_true(influence->index[1].in_unit);
  assert_true(fabs(influence->index[0].factor[0].value - 3) < 1e-12);
  assert_true(fabs(influence->index[1].factor[1].value - 1) < 1e-12);
  assert_true(influence->index[2].factor[0].value < 1e-6);
  assert_int_equal(influence->counts.n_dropped, 1);
  epx_influence_destroy(&influence);
}

/* A trial that failed is not good, and is no reason to drop its group; one that is pending is. */
static void yield_and_failures_drop_no_group_for_a_failed_trial(void **state) {
  (void)state;
  for (epx_outcome_kind kind = EPX_OUTCOME_YIELD; kind <= EPX_OUTCOME_FAILURES; kind++) {
    epx_influence *influence = create_of("morris", kind);
    assert_int_equal(influence->counts.n_dropped, 1); /* the pending one's, in the same group */
    epx_influence_destroy(&influence);
  }
  epx_influence *of_yield = create_of("saltelli", EPX_OUTCOME_YIELD);
  assert_true(of_yield->index[1].factor[0].value > 3 * of_yield->index[1].factor[1].value);
  epx_influence_destroy(&of_yield);
}

static void an_interval_that_holds_everything_is_useless(void **state) {
  (void)state;
  epx_influence *influence = create("saltelli");
  assert_false(epx_influence_is_thinned(influence));
  assert_false(epx_influence_is_useless(influence, 1, 0));
  influence->index[1].factor[0] = (epx_sensitivity_index){0.6, -0.2, 1.4};
  influence->index[0].factor[0] = influence->index[0].factor[1] = influence->index[1].factor[1] =
      (epx_sensitivity_index){0.5, 0.4, 0.6};
  assert_true(epx_influence_is_useless(influence, 1, 0));
  assert_true(epx_influence_eval_rows(influence) == 4096); /* 64 (1.6 / 0.2)^2 */
  influence->counts.n_dropped = influence->counts.n_groups / 2 + 1;
  assert_true(epx_influence_is_thinned(influence) && epx_influence_is_useless(influence, 1, 1));
  epx_influence_destroy(&influence);
}

static void other_designs_support_none(void **state) {
  (void)state;
  static const char *const methods[] = {"grid", "latin-hypercube", "sobol", "one-at-a-time"};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    assert_false(epx_influence_is_supported(&(epx_design_spec){.method = methods[i]}));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(pick_freeze_rows_give_sobols_indices),
                                     cmocka_unit_test(trajectories_give_effects),
                                     cmocka_unit_test(yield_and_failures_drop_no_group_for_a_failed_trial),
                                     cmocka_unit_test(an_interval_that_holds_everything_is_useless),
                                     cmocka_unit_test(other_designs_support_none)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
