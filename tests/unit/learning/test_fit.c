/** @file
 * Fit: what trainings count, when they stop, and that equal arguments give equal bits.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "learning/reference/fit.h"
#include "unit/assert_close.h"

static epx_task *make_iris(void) {
  const epx_task_spec spec = {
      .name = "iris", .test_fraction = 0.2, .validation_fraction = 0.2, .scaling = EPX_SCALE_STANDARD};
  epx_task *task;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_OK);
  return task;
}

static const epx_fit_spec adam = {
    .kind = EPX_FIT_ADAM, .setting = 0.03, .batch = 32, .epochs = 40, .goal = {0.6, 0.8, 1.5}, .seed = 1};

static void goals_are_reached_in_their_order_and_the_cap_ends(void **state) {
  (void)state;
  epx_task *task = make_iris();
  epx_fit_mark mark[EPX_FIT_GOALS];
  double theta[15];
  assert_int_equal(epx_fit_solve(task, &adam, mark, theta), EPX_OK);
  assert_true(mark[0].reached && mark[1].reached && !mark[2].reached);
  assert_true(mark[0].epochs <= mark[1].epochs && mark[1].epochs < 40);
  assert_true(mark[0].validation >= 0.6 && mark[1].validation >= 0.8);
  assert_true(mark[2].epochs == 40);
  assert_true(mark[2].accuracy > 0.85);
  for (int g = 0; g < EPX_FIT_GOALS; g++) { /* 96 samples are three batches */
    assert_true(mark[g].forward == 96 * mark[g].epochs && mark[g].backward == mark[g].forward);
    assert_true(mark[g].updates == 3 * mark[g].epochs);
  }
  epx_task_destroy(&task);
}

static void equal_arguments_give_equal_bits(void **state) {
  (void)state;
  epx_task *task = make_iris();
  for (int kind = 0; kind < EPX_FIT_COUNT; kind++) {
    epx_fit_spec spec = adam;
    epx_fit_mark a[EPX_FIT_GOALS], b[EPX_FIT_GOALS];
    double one[64], two[64];
    spec.kind = (epx_fit_kind)kind;
    spec.n_hidden = kind == EPX_FIT_RIDGE ? 0 : 4;
    const size_t size = epx_classifier_get_size(epx_classifier_get_shape(task, spec.n_hidden));
    assert_int_equal(epx_fit_solve(task, &spec, a, one), EPX_OK);
    assert_int_equal(epx_fit_solve(task, &spec, b, two), EPX_OK);
    assert_memory_equal(one, two, size * sizeof *one);
    for (int g = 0; g < EPX_FIT_GOALS; g++)
      assert_true(a[g].accuracy == b[g].accuracy && a[g].forward == b[g].forward);
  }
  epx_task_destroy(&task);
}

/* The penalised normal equations, X'X W + penalty n W = X'T, hold to the rounding of 16-bit products in 32-bit sums. */
static void ridge_solves_its_equations(void **state) {
  (void)state;
  epx_task *task = make_iris();
  epx_fit_spec spec = adam;
  epx_fit_mark mark[EPX_FIT_GOALS];
  double w[5][3];
  spec.kind = EPX_FIT_RIDGE;
  spec.setting = 0.01;
  assert_int_equal(epx_fit_solve(task, &spec, mark, &w[0][0]), EPX_OK);
  for (int i = 0; i < 5; i++)
    for (int o = 0; o < 3; o++) {
      double left = i < 4 ? 0.01 * task->n_train * w[i][o] : 0;
      for (int k = 0; k < task->n_train; k++) {
        const double *x = task->features + 4 * (size_t)task->train[k];
        double answer = w[4][o];
        for (int j = 0; j < 4; j++)
          answer += epx_classifier_round((float)x[j]) * w[j][o];
        left += (i < 4 ? epx_classifier_round((float)x[i]) : 1) *
                (answer - (task->labels[task->train[k]] == o ? 1 : -1));
      }
      assert_close(left / task->n_train, 0, 1e-5);
    }
  assert_true(mark[0].updates == 1 && mark[0].forward == task->n_train);
  epx_task_destroy(&task);
}

/* A full batch goes through the model once a value that the line search asks for. */
static void bfgs_counts_whole_passes(void **state) {
  (void)state;
  epx_task *task = make_iris();
  epx_fit_spec spec = adam;
  epx_fit_mark mark[EPX_FIT_GOALS];
  double theta[15];
  spec.kind = EPX_FIT_BFGS;
  spec.setting = 0.1;
  assert_int_equal(epx_fit_solve(task, &spec, mark, theta), EPX_OK);
  assert_true(mark[1].reached && mark[1].accuracy > 0.75);
  assert_true(fmod(mark[1].forward, task->n_train) == 0 && mark[1].forward >= mark[1].backward);
  assert_true(mark[1].forward >= mark[1].updates * task->n_train);
  epx_task_destroy(&task);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(goals_are_reached_in_their_order_and_the_cap_ends),
      cmocka_unit_test(equal_arguments_give_equal_bits),
      cmocka_unit_test(ridge_solves_its_equations),
      cmocka_unit_test(bfgs_counts_whole_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
