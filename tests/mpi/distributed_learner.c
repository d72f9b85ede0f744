/** @file
 * A learner over ranks, run by mpirun on 1, 2, 3 and 4: trains, measures and estimates as a population's
 * does.
 */
#include <mpi.h>

#include "unit/xor_learner.h"

#include "base/array.h"
#include "learning/training/distributed_comparison.h"

typedef struct {
  xor_study x;
  epx_learner *population;
  epx_distributed_learner *distributed;
} pair;

static pair create_pair(const char *rule, int batch) {
  pair p = {.x = create_xor_study(1, rule, 1)};
  xor_study *x = &p.x;
  x->spec.batch = batch;
  x->spec.epochs = 12;
  x->spec.decay = 0.95;
  x->options.tolerance = 1e-12;
  assert_int_equal(
      epx_learner_create(x->network, x->task, &x->cost, &x->spec, &x->options, 1, 7, &p.population), EPX_OK);
  assert_int_equal(epx_distributed_learner_create(x->network, x->task, &x->cost, &x->spec, &x->options, 7,
                                                  MPI_COMM_WORLD, NULL, &p.distributed),
                   EPX_OK);
  return p;
}

static void destroy_pair(pair *p) {
  epx_learner_destroy(&p->population);
  epx_distributed_learner_destroy(&p->distributed);
  destroy_xor_study(&p->x);
}

static void assert_all_close(size_t n, const double *a, const double *b, double tolerance) {
  for (size_t k = 0; k < n; k++)
    assert_close(a[k], b[k], tolerance);
}

static void trains_as_a_population(void **state) {
  (void)state;
  static const struct {
    const char *rule;
    int batch;
  } cases[] = {{"phase-conjugate", 0}, {"time-reversed", 1}, {"plain", 2}, {"backprop", 3}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    pair p = create_pair(cases[i].rule, cases[i].batch);
    const size_t n = p.x.network->n_theta;
    double loss[2][12], accuracy[2][12], norm[2][12], validation[2][12], *theta = create_numbers(n);
    epx_curves wanted = {loss[0], accuracy[0], norm[0], validation[0], NULL};
    epx_curves got = {loss[1], accuracy[1], norm[1], validation[1], NULL};
    memcpy(theta, p.x.theta, n * sizeof *theta);
    assert_int_equal(epx_learner_solve_training(p.population, p.x.theta, &wanted), EPX_OK);
    assert_int_equal(epx_distributed_learner_solve_training(p.distributed, theta, &got), EPX_OK);
    assert_all_close(n, theta, p.x.theta, 1e-7);
    assert_all_close(12, loss[1], loss[0], 1e-7);
    assert_all_close(12, accuracy[1], accuracy[0], 0);
    assert_all_close(12, norm[1], norm[0], 1e-7);
    assert_all_close(12, validation[1], validation[0], 1e-7);
    epx_array_destroy(&theta);
    destroy_pair(&p);
  }
}

/** Where Newton may take one iteration, the dynamics go on to the free equilibria, and no phase is found: all
 * samples are left out, and nothing is learnt. */
static void left_out_samples_are_counted(void **state) {
  (void)state;
  static const struct {
    int max_newton;
    double failures;
  } cases[] = {{20, 0}, {1, 1}};
  for (int k = 0; k < 2; k++) {
    pair p = create_pair("plain", 0);
    const size_t n = p.x.network->n_theta;
    double *before = create_numbers(n);
    memcpy(before, p.x.theta, n * sizeof *before);
    epx_distributed_learner_destroy(&p.distributed);
    p.x.options.max_newton = cases[k].max_newton;
    assert_int_equal(epx_distributed_learner_create(p.x.network, p.x.task, &p.x.cost, &p.x.spec, &p.x.options,
                                                    7, MPI_COMM_WORLD, NULL, &p.distributed),
                     EPX_OK);
    assert_int_equal(epx_distributed_learner_solve_training(p.distributed, p.x.theta, NULL), EPX_OK);
    assert_close(epx_distributed_learner_get_failures(p.distributed), cases[k].failures, 0);
    assert_int_equal(memcmp(p.x.theta, before, n * sizeof *before) == 0, cases[k].failures == 1);
    epx_array_destroy(&before);
    destroy_pair(&p);
  }
}

static void measures_as_a_population(void **state) {
  (void)state;
  pair p = create_pair("plain", 0);
  epx_performance wanted, got;
  int n_unstable;
  assert_int_equal(epx_learner_eval_performance(p.population, p.x.theta, EPX_PART_TEST, true, &wanted),
                   EPX_OK);
  assert_int_equal(epx_distributed_learner_eval_performance(p.distributed, p.x.theta, EPX_PART_TEST, true,
                                                            &got, &n_unstable),
                   EPX_OK);
  assert_int_equal(n_unstable, 0);
  assert_int_equal(got.n_samples, wanted.n_samples);
  assert_int_equal(got.n_settled, wanted.n_settled);
  assert_close(got.loss, wanted.loss, 1e-9);
  assert_close(got.accuracy, wanted.accuracy, 0);
  assert_close(got.power, wanted.power, 1e-12);
  assert_close(got.abscissa, wanted.abscissa, 1e-6);
  assert_close(got.settling_time, wanted.settling_time, 2);
  assert_true(got.residual <= 1e-12);
  destroy_pair(&p);
}

static void gradients_leave_out_what_is_not_trained(void **state) {
  (void)state;
  pair p = create_pair("phase-conjugate", 0);
  const size_t n = p.x.network->n_theta;
  double *wanted = create_numbers(n), *got = create_numbers(n);
  const epx_nudging nudging = {.beta = 0.02, .scheme = EPX_CENTERED};
  assert_int_equal(epx_learner_eval_gradient(p.population, p.x.spec.estimator, &nudging, p.x.theta, wanted),
                   EPX_OK);
  assert_int_equal(
      epx_distributed_learner_eval_gradient(p.distributed, p.x.spec.estimator, &nudging, p.x.theta, got),
      EPX_OK);
  assert_all_close(n, got, wanted, 1e-8);
  const int loss = epx_family_get_parameter(p.x.network->family, "loss");
  assert_true(got[p.x.network->offset[loss]] == 0);
  epx_array_destroy(&wanted);
  epx_array_destroy(&got);
  destroy_pair(&p);
}

static void a_reached_target_stops_training(void **state) {
  (void)state;
  pair p = create_pair("plain", 0);
  epx_distributed_learner_destroy(&p.distributed);
  p.x.spec.target_loss = 1e6;
  assert_int_equal(epx_distributed_learner_create(p.x.network, p.x.task, &p.x.cost, &p.x.spec, &p.x.options,
                                                  7, MPI_COMM_WORLD, NULL, &p.distributed),
                   EPX_OK);
  double loss[12];
  epx_curves curves = {.loss = loss};
  assert_int_equal(epx_distributed_learner_solve_training(p.distributed, p.x.theta, &curves), EPX_OK);
  assert_false(isnan(loss[0]));
  for (int e = 1; e < 12; e++)
    assert_true(isnan(loss[e]));
  destroy_pair(&p);
}

static void rules_compare_as_in_a_population(void **state) {
  (void)state;
  pair p = create_pair("plain", 0);
  const epx_nudging nudging = {.beta = 0.02};
  epx_comparison wanted[EPX_COMPARISON_MAX_ROWS], got[EPX_COMPARISON_MAX_ROWS];
  int n_wanted, n_got, n_compared = 0;
  assert_int_equal(epx_comparison_eval(p.population, p.x.theta, &nudging, wanted, &n_wanted), EPX_OK);
  assert_int_equal(
      epx_distributed_comparison_eval(p.distributed, p.x.network, p.x.theta, &nudging, got, &n_got), EPX_OK);
  for (int i = 0; i < n_got; i++) {
    if (got[i].refusal) continue;
    for (int k = 0; k < n_wanted; k++) {
      if (wanted[k].estimator != got[i].estimator || wanted[k].scheme != got[i].scheme) continue;
      n_compared++;
      assert_int_equal(got[i].n_betas, wanted[k].n_betas);
      assert_int_equal(got[i].equilibria, wanted[k].equilibria);
      assert_int_equal(got[i].failures, 0);
      assert_all_close((size_t)got[i].n_betas, got[i].error, wanted[k].error, 1e-6);
      assert_all_close((size_t)got[i].n_betas, got[i].cosine, wanted[k].cosine, 1e-6);
      if (!got[i].estimator->nudged) assert_true(got[i].difference_error < 1e-4); /* of order h^2 */
    }
  }
  assert_int_equal(n_compared, 7); /* three nudged rules by two schemes, and backprop */
  destroy_pair(&p);
}

int main(int n_arguments, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trains_as_a_population),
      cmocka_unit_test(left_out_samples_are_counted),
      cmocka_unit_test(measures_as_a_population),
      cmocka_unit_test(gradients_leave_out_what_is_not_trained),
      cmocka_unit_test(a_reached_target_stops_training),
      cmocka_unit_test(rules_compare_as_in_a_population),
  };
  MPI_Init(&n_arguments, &arguments);
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  MPI_Finalize();
  return failed;
}
