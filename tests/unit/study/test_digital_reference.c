/** @file
 * Reference: who is chosen, that it does not depend on the network of light, and what is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "study/reference/digital_reference.h"
#include "unit/assert_close.h"

static const int widths[] = {1, 2};
static const epx_digital_reference_spec easy = {.asked = true,
                                                .target = 0.8,
                                                .margin = 0.02,
                                                .confidence = 0.5,
                                                .splits = 3,
                                                .batch = 32,
                                                .n_widths = 2,
                                                .widths = widths};
static const epx_task_spec iris = {
    .name = "iris", .test_fraction = 0.2, .validation_fraction = 0.2, .scaling = EPX_SCALE_STANDARD};

static epx_digital_reference *make(const epx_digital_reference_spec *spec, const epx_task_spec *task) {
  epx_energy_spec energy;
  epx_digital_reference *reference;
  epx_energy_init(&energy);
  assert_int_equal(epx_digital_reference_create(spec, task, 20, 1, &energy, &reference), EPX_OK);
  return reference;
}

static void the_cheapest_that_reach_the_target_are_chosen(void **state) {
  (void)state;
  epx_digital_reference *r = make(&easy, &iris);
  for (int k = 0; k < EPX_ENERGY_CASES; k++) {
    const epx_digital_reference_candidate *one = &r->candidates[r->cheapest_inference[k]],
                                          *all = &r->candidates[r->cheapest_training[k]];
    assert_true(one->reaches && all->reaches);
    for (int i = 0; i < r->n_candidates; i++) {
      const epx_digital_reference_candidate *c = &r->candidates[i];
      assert_true(c->reaches == (c->lowest - 0.8 >= -0.02));
      if (!c->reaches) continue;
      assert_true(one->inference[k] <= c->inference[k] && all->training[k] <= c->training[k]);
    }
  }
  epx_digital_reference_destroy(&r);
}

/* Nothing of a network enters; copies of features and a constant one are no work and no information. */
static void copies_of_features_change_nothing(void **state) {
  (void)state;
  epx_task_spec copied = iris;
  copied.n_copies = 3;
  copied.constant = true;
  epx_digital_reference *a = make(&easy, &iris), *b = make(&easy, &copied);
  assert_int_equal(a->n_candidates, b->n_candidates);
  assert_memory_equal(a->candidates, b->candidates, (size_t)a->n_candidates * sizeof *a->candidates);
  epx_digital_reference_destroy(&a);
  epx_digital_reference_destroy(&b);
}

static void a_reduced_task_has_raw_rivals(void **state) {
  (void)state;
  epx_task_spec reduced = iris;
  reduced.reduction = EPX_REDUCE_COMPONENTS;
  reduced.n_ports = 2;
  epx_digital_reference *plain = make(&easy, &iris), *r = make(&easy, &reduced);
  int n_raw = 0;
  for (int i = 0; i < r->n_candidates; i++)
    n_raw += r->candidates[i].input == EPX_DIGITAL_REFERENCE_RAW;
  assert_int_equal(n_raw, plain->n_candidates);
  epx_digital_reference_destroy(&plain);
  epx_digital_reference_destroy(&r);
}

static void a_target_beyond_reach_has_no_reference(void **state) {
  (void)state;
  epx_digital_reference_spec hard = easy;
  hard.target = 1;
  hard.margin = 1e-6;
  hard.confidence = 0.99;
  const epx_task_spec blurred = {.name = "moons",
                                 .noise = 0.5,
                                 .test_fraction = 0.3,
                                 .validation_fraction = 0.2,
                                 .scaling = EPX_SCALE_STANDARD};
  epx_digital_reference *r = make(&hard, &blurred);
  for (int k = 0; k < EPX_ENERGY_CASES; k++)
    assert_true(r->cheapest_inference[k] == -1 && r->cheapest_training[k] == -1);
  epx_digital_reference_destroy(&r);
}

static void one_is_kept_for_points_that_share_it(void **state) {
  (void)state;
  epx_energy_spec energy;
  epx_digital_reference_store store = {0};
  const epx_digital_reference *a, *b, *c;
  epx_digital_reference_spec other = easy;
  other.target = 0.7;
  epx_energy_init(&energy);
  assert_int_equal(epx_digital_reference_store_get(&store, &easy, &iris, 20, 1, &energy, &a), EPX_OK);
  const double kept = a->candidates[0].training[0];
  assert_int_equal(epx_digital_reference_store_get(&store, &easy, &iris, 20, 1, &energy, &b), EPX_OK);
  assert_ptr_equal(a, b);
  energy.cases[0].mac16_energy *= 2;
  assert_int_equal(epx_digital_reference_store_get(&store, &easy, &iris, 20, 1, &energy, &c), EPX_OK);
  assert_true(c->candidates[0].training[0] > kept);
  const double dearer = c->candidates[0].training[0];
  assert_int_equal(epx_digital_reference_store_get(&store, &other, &iris, 20, 1, &energy, &c), EPX_OK);
  assert_true(c->candidates[0].training[0] <= dearer && c->candidates[0].goal == 0.7);
  epx_digital_reference_store_reset(&store);
}

static void what_cannot_be_told_is_refused(void **state) {
  (void)state;
  epx_energy_spec energy;
  epx_digital_reference *r;
  epx_digital_reference_spec single = easy;
  epx_task_spec blind = iris, all = iris;
  epx_energy_init(&energy);
  single.splits = 1;
  blind.validation_fraction = 0;
  all.test_fraction = 0;
  assert_int_equal(epx_digital_reference_create(&single, &iris, 20, 1, &energy, &r), EPX_EINPUT);
  assert_int_equal(epx_digital_reference_create(&easy, &blind, 20, 1, &energy, &r), EPX_EINPUT);
  assert_int_equal(epx_digital_reference_create(&easy, &all, 20, 1, &energy, &r), EPX_EINPUT);
  epx_task_spec few = iris; /* one of 20 samples is held out: of one class */
  few.n_samples = 20;
  few.test_fraction = 0.05;
  assert_int_equal(epx_digital_reference_create(&easy, &few, 20, 1, &energy, &r), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "one class"));
  assert_null(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_cheapest_that_reach_the_target_are_chosen),
      cmocka_unit_test(copies_of_features_change_nothing),
      cmocka_unit_test(a_reduced_task_has_raw_rivals),
      cmocka_unit_test(a_target_beyond_reach_has_no_reference),
      cmocka_unit_test(one_is_kept_for_points_that_share_it),
      cmocka_unit_test(what_cannot_be_told_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
