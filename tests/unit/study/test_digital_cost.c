/** @file
 * Digital cost: one inference and one training of small models by hand, and the price of each memory.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "study/reference/digital_cost.h"
#include "unit/assert_close.h"

#define assert_relative(got, expected) assert_close((got) / (expected), 1, 1e-12)

static double price(epx_digital_work work, int kind) {
  epx_energy_spec spec;
  epx_energy_init(&spec);
  return epx_digital_work_eval(&work, &spec.cases[kind]);
}

/* 4 inputs, 3 outputs: 12 products, 15 parameters; 15 + 2 * 3 bytes moved of 22 that are held: registers. */
static void logistic_regression_of_iris(void **state) {
  (void)state;
  const epx_classifier_shape shape = {4, 0, 3};
  assert_relative(price(epx_digital_work_get_inference(shape), EPX_OPTIMISTIC),
                  12 * 25e-15 + 10.5 * 0.15e-12);
  assert_relative(price(epx_digital_work_get_inference(shape), EPX_BUDGETED), 12 * 150e-15 + 10.5 * 0.61e-12);
  assert_relative(price(epx_digital_work_get_input(EPX_REDUCE_NONE, 4, 4), EPX_BUDGETED), 4 * 0.61e-12);
  /* two epochs of 96 samples in batches of 32: 2 * 12 products a sample, 10 * 15 an update; 2 (8 + 9) bytes a sample,
     34 * 15 an update, of 18 * 15 + 4 * 32 * 7 = 1166: the buffer */
  const epx_fit_mark mark = {.epochs = 2, .forward = 192, .backward = 192, .updates = 6};
  assert_relative(price(epx_digital_work_get_training(shape, EPX_FIT_ADAM, 32, &mark), EPX_OPTIMISTIC),
                  (192 * 24 + 6 * 150) * 0.59e-12 + (192 * 17 + 6 * 17 * 15) * 0.92e-12);
}

/* 64 inputs, 10 hidden, 10 outputs: 740 products, 760 parameters. Back: the gradients' 740 and 100 to the hidden values. */
static void a_hidden_layer_goes_back_once_more(void **state) {
  (void)state;
  const epx_classifier_shape shape = {64, 10, 10};
  const epx_fit_mark mark = {.forward = 1, .backward = 1, .updates = 1};
  assert_relative(price(epx_digital_work_get_inference(shape), EPX_BUDGETED), 740 * 150e-15 + 400 * 0.61e-12);
  assert_relative(price(epx_digital_work_get_training(shape, EPX_FIT_ADAM, 32, &mark), EPX_BUDGETED),
                  (740 + 840 + 7600) * 2e-12 + (128 + 50 + 30 + 17 * 760 + 100) * 3.66e-12);
}

/* n = 100, d = 5, c = 3: 15 + 15 sums a sample, 125 / 6 + 75 for the solution; 4 * 30 bytes + 8 held: registers. */
static void ridge_is_one_pass(void **state) {
  (void)state;
  const epx_fit_mark mark = {.forward = 100, .updates = 1};
  assert_relative(
      price(epx_digital_work_get_training((epx_classifier_shape){4, 0, 3}, EPX_FIT_RIDGE, 100, &mark),
            EPX_OPTIMISTIC),
      (3000 + 125 / 6.0 + 75) * 0.59e-12 + (800 + 120) * 0.15e-12);
}

/* 784 * 40 products and bytes, 2 * 784 bytes of the sample, of some 32 kB. */
static void a_reduction_is_work(void **state) {
  (void)state;
  assert_relative(price(epx_digital_work_get_input(EPX_REDUCE_COMPONENTS, 784, 40), EPX_OPTIMISTIC),
                  31360 * 25e-15 + (31360 + 1568) / 2.0 * 0.92e-12);
  assert_relative(price(epx_digital_work_get_input(EPX_REDUCE_POOLING, 784, 49), EPX_OPTIMISTIC),
                  784 * 25e-15 + 784 * 0.15e-12);
}

/* 1 kB and 256 kB belong to the smaller memory. Memory that costs nothing does not undercut the buffer. */
static void memory_is_priced_by_its_size(void **state) {
  (void)state;
  const double set[] = {1024, 1025, 262144, 262145};
  const double best[] = {0.15e-12, 0.92e-12, 0.92e-12, 0.92e-12},
               real[] = {0.61e-12, 3.66e-12, 3.66e-12, 62e-12};
  for (int i = 0; i < 4; i++) {
    const epx_digital_work work = {.bytes = 2, .set = set[i]};
    assert_relative(price(work, EPX_OPTIMISTIC), best[i]);
    assert_relative(price(work, EPX_BUDGETED), real[i]);
  }
}

/* 55 parameters, 3 reads, batches of 4: 165 products and 137.5 of the update a sample; 440 bytes of 880. */
static void learning_in_situ_has_its_arithmetic(void **state) {
  (void)state;
  assert_relative(price(epx_digital_work_get_update(55, 3, true, 4), EPX_BUDGETED),
                  (165 + 137.5) * 2e-12 + 220 * 0.61e-12);
  assert_relative(price(epx_digital_work_get_update(55, 3, false, 4), EPX_BUDGETED),
                  (3 + 137.5) * 2e-12 + 220 * 0.61e-12);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(logistic_regression_of_iris),
      cmocka_unit_test(a_hidden_layer_goes_back_once_more),
      cmocka_unit_test(ridge_is_one_pass),
      cmocka_unit_test(a_reduction_is_work),
      cmocka_unit_test(memory_is_priced_by_its_size),
      cmocka_unit_test(learning_in_situ_has_its_arithmetic),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
