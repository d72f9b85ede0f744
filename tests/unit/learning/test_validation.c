/** @file
 * Validation: what stops an instance, and which parameters it ends with.
 */
#include "unit/xor_learner.h"

enum { N = 3, N_EPOCHS = 60 };

/* Moons on ten rings, a third of the training samples to validate. */
static xor_study create_moons_study(void) {
  xor_study x = create_xor_study(1, "backprop", N);
  const epx_task_spec task = {.name = "moons",
                              .n_samples = 60,
                              .noise = 0.3,
                              .test_fraction = 0.2,
                              .validation_fraction = 0.33,
                              .scaling = EPX_SCALE_SYMMETRIC,
                              .constant = true};
  epx_task_destroy(&x.task);
  assert_int_equal(epx_task_create(&task, 1, &x.task), EPX_OK);
  x.spec.epochs = N_EPOCHS;
  x.spec.batch = 10;
  x.spec.optimizer.rate = 0.1;
  return x;
}

static double *train(const xor_study *x, epx_curves *curves) {
  epx_learner *learner = create_xor_learner(x);
  double *theta = create_numbers(N * x->network->n_theta);
  memcpy(theta, x->theta, N * x->network->n_theta * sizeof *theta);
  assert_int_equal(epx_learner_solve_training(learner, theta, curves), EPX_OK);
  epx_learner_destroy(&learner);
  return theta;
}

static int find_smallest(const double *loss, int n) {
  int best = 0;
  for (int e = 1; e < n; e++)
    if (loss[e] < loss[best]) best = e;
  return best;
}

/* What watches changes nothing: the same losses with and without a look at the validation part. */
static void watching_changes_nothing(void **state) {
  (void)state;
  xor_study x = create_moons_study();
  double loss[2][N * N_EPOCHS], validation[N * N_EPOCHS];
  double *alone = train(&x, &(epx_curves){.loss = loss[0]});
  double *watched = train(&x, &(epx_curves){.loss = loss[1], .validation_loss = validation});
  assert_memory_equal(loss[0], loss[1], sizeof loss[0]);
  assert_memory_equal(alone, watched, N * x.network->n_theta * sizeof *alone);
  epx_array_destroy(&alone);
  epx_array_destroy(&watched);
  destroy_xor_study(&x);
}

/* An instance stops `patience` epochs after its smallest validation loss and ends with the parameters it had
 * there: measured again they give that loss. */
static void impatient_instance_ends_with_its_best_parameters(void **state) {
  (void)state;
  enum { PATIENCE = 5 };
  xor_study x = create_moons_study();
  x.spec.patience = PATIENCE;
  double loss[N * N_EPOCHS], validation[N * N_EPOCHS], accuracy[N * N_EPOCHS];
  double *theta =
      train(&x, &(epx_curves){.loss = loss, .validation_loss = validation, .validation_accuracy = accuracy});
  epx_learner *learner = create_xor_learner(&x);
  epx_performance performance[N];
  assert_int_equal(epx_learner_eval_performance(learner, theta, EPX_PART_VALIDATION, false, performance),
                   EPX_OK);
  int n_stopped = 0;
  for (int i = 0; i < N; i++) {
    int n = 0;
    while (n < N_EPOCHS && !isnan(loss[i * N_EPOCHS + n]))
      n++;
    const int best = find_smallest(validation + i * N_EPOCHS, n);
    assert_true(n == N_EPOCHS || best == n - 1 - PATIENCE);
    for (int e = 0; e < N_EPOCHS; e++)
      assert_true(isnan(validation[i * N_EPOCHS + e]) == (e >= n) &&
                  isnan(accuracy[i * N_EPOCHS + e]) == (e >= n));
    assert_close(performance[i].loss, validation[i * N_EPOCHS + best], 1e-9);
    assert_close(performance[i].accuracy, accuracy[i * N_EPOCHS + best], 1e-12);
    assert_int_equal(performance[i].n_samples, x.task->n_validation);
    n_stopped += n < N_EPOCHS;
  }
  assert_in_range(n_stopped, 1, N);
  epx_learner_destroy(&learner);
  epx_array_destroy(&theta);
  destroy_xor_study(&x);
}

static void patience_without_a_validation_part_is_refused(void **state) {
  (void)state;
  xor_study x = create_xor_study(1, "backprop", 1);
  epx_learner *learner = NULL;
  x.spec.patience = 3;
  assert_int_equal(epx_learner_create(x.network, x.task, &x.cost, &x.spec, &x.options, 1, 1, &learner),
                   EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "set task.validation_fraction"));
  x.spec.patience = -1;
  assert_int_equal(epx_learner_create(x.network, x.task, &x.cost, &x.spec, &x.options, 1, 1, &learner),
                   EPX_EINPUT);
  destroy_xor_study(&x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(watching_changes_nothing),
      cmocka_unit_test(impatient_instance_ends_with_its_best_parameters),
      cmocka_unit_test(patience_without_a_validation_part_is_refused),
  };
  return cmocka_run_group_tests_name("validation", tests, NULL, NULL);
}
