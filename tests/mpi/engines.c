/** @file
 * One learner over both engines, run by mpirun on 1, 2, 3 and 4: a distributed network trains, measures and estimates
 * as a population does.
 */
#include <mpi.h>

#include "unit/xor_learner.h"

#include "base/array.h"
#include "equilibrium/distributed/distributed_ensemble.h"
#include "learning/training/comparison.h"

enum { EPOCHS = 5 };

typedef struct {
  xor_study x;
  epx_learner *population;
  epx_ensemble *ensemble;
  epx_learner *distributed;
} pair;

/** Creates both learners anew: what the study asks for has changed. */
static void create_learners(pair *p) {
  const xor_study *x = &p->x;
  assert_int_equal(
      epx_learner_create(x->network, x->task, &x->cost, &x->spec, &x->options, 1, 7, &p->population), EPX_OK);
  assert_int_equal(
      epx_ensemble_create_distributed(x->network, MPI_COMM_WORLD, &x->options, NULL, &p->ensemble), EPX_OK);
  assert_int_equal(
      epx_learner_create_over(p->ensemble, x->task, &x->cost, &x->spec, &x->options, 7, &p->distributed),
      EPX_OK);
}

static void destroy_learners(pair *p) {
  epx_learner_destroy(&p->population);
  epx_learner_destroy(&p->distributed);
  epx_ensemble_destroy(&p->ensemble);
}

static pair create_pair(const char *rule, int batch) {
  pair p = {.x = create_xor_study(1, rule, 1)};
  p.x.spec.batch = batch;
  p.x.spec.epochs = EPOCHS;
  p.x.spec.decay = 0.95;
  p.x.options.tolerance = 1e-12;
  create_learners(&p);
  return p;
}

static void destroy_pair(pair *p) {
  destroy_learners(p);
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
    double loss[2][EPOCHS], accuracy[2][EPOCHS], norm[2][EPOCHS], validation[2][EPOCHS],
        *theta = create_numbers(n);
    epx_curves wanted = {loss[0], accuracy[0], norm[0], validation[0], NULL};
    epx_curves got = {loss[1], accuracy[1], norm[1], validation[1], NULL};
    memcpy(theta, p.x.theta, n * sizeof *theta);
    assert_int_equal(epx_learner_solve_training(p.population, p.x.theta, &wanted), EPX_OK);
    assert_int_equal(epx_learner_solve_training(p.distributed, theta, &got), EPX_OK);
    assert_all_close(n, theta, p.x.theta, 1e-7);
    assert_all_close(EPOCHS, loss[1], loss[0], 1e-7);
    assert_all_close(EPOCHS, accuracy[1], accuracy[0], 0);
    assert_all_close(EPOCHS, norm[1], norm[0], 1e-7);
    assert_all_close(EPOCHS, validation[1], validation[0], 1e-7);
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
    destroy_learners(&p);
    p.x.options.max_newton = cases[k].max_newton;
    create_learners(&p);
    assert_int_equal(epx_learner_solve_training(p.distributed, p.x.theta, NULL), EPX_OK);
    assert_close(epx_learner_get_failures(p.distributed, 0), cases[k].failures, 0);
    assert_int_equal(memcmp(p.x.theta, before, n * sizeof *before) == 0, cases[k].failures == 1);
    epx_array_destroy(&before);
    destroy_pair(&p);
  }
}

/** Nothing settles within three steps of the dynamics: a training stops after its first epoch, by either engine. */
static void a_hopeless_training_stops_after_its_first_epoch(void **state) {
  (void)state;
  pair p = create_pair("plain", 0);
  destroy_learners(&p);
  p.x.options.max_steps = 3;
  create_learners(&p);
  epx_learner *const learners[] = {p.population, p.distributed};
  for (int i = 0; i < 2; i++) {
    double accuracy[EPOCHS];
    epx_curves curves = {.accuracy = accuracy};
    assert_int_equal(epx_learner_solve_training(learners[i], p.x.theta, &curves), EPX_OK);
    assert_true(accuracy[0] == 0);
    for (int e = 1; e < EPOCHS; e++)
      assert_true(isnan(accuracy[e]));
    assert_int_equal(epx_learner_get_counts(learners[i]).equilibria, p.x.task->n_train);
  }
  destroy_pair(&p);
}

static double eval_difference(size_t n, const double *a, const double *b) {
  double squares = 0, size = 0;
  for (size_t k = 0; k < n; k++) {
    squares += (a[k] - b[k]) * (a[k] - b[k]);
    size += b[k] * b[k];
  }
  return size > 0 ? sqrt(squares / size) : squares;
}

/** The detunings alone are trained: rules that shift every parameter in turn have less to do. */
static pair create_small_pair(void) {
  pair p = create_pair("plain", 0);
  destroy_learners(&p);
  p.x.spec.train[p.x.network->coupling] = false;
  create_learners(&p);
  return p;
}

/** Every rule of the table gives the gradient of a population, or is refused by name. */
static void every_rule_estimates_as_in_a_population_or_is_refused(void **state) {
  (void)state;
  pair p = create_small_pair();
  const size_t n = p.x.network->n_theta;
  double *wanted = create_numbers(n), *got = create_numbers(n);
  int n_refused = 0;
  for (int i = 0; epx_estimator_get(i); i++) {
    const epx_estimator *rule = epx_estimator_get(i);
    const epx_nudging nudging = {.beta = 0.02, .scheme = EPX_CENTERED, .penalty = 0.1};
    assert_int_equal(epx_learner_eval_gradient(p.population, rule, &nudging, p.x.theta, wanted), EPX_OK);
    const char *refusal = epx_estimator_get_refusal(rule, EPX_ENGINE_DISTRIBUTED, p.x.network);
    const int code = epx_learner_eval_gradient(p.distributed, rule, &nudging, p.x.theta, got);
    assert_int_equal(code, refusal ? EPX_EINPUT : EPX_OK);
    n_refused += refusal != NULL;
    if (refusal)
      assert_non_null(strstr(epx_error_get_message(), rule->name));
    else
      assert_close(eval_difference(n, got, wanted), 0, 1e-7); /* differences of equilibria 1e-4 apart */
    epx_error_reset();
  }
  assert_int_equal(n_refused, 2); /* dyadic and unrolled look at whole networks */
  epx_array_destroy(&wanted);
  epx_array_destroy(&got);
  destroy_pair(&p);
}

/** Noise, drift, writes and dead links are drawn by what is drawn, an audit and further starts find the same. */
static void trains_on_hardware_as_a_population(void **state) {
  (void)state;
  static const int epochs[] = {1, EPOCHS};
  for (int e = 0; e < 2; e++) {
    pair p = create_pair("phase-conjugate", 0);
    const size_t n = p.x.network->n_theta;
    const int detuning = epx_family_get_parameter(p.x.network->family, "detuning");
    epx_learning_spec *spec = &p.x.spec;
    destroy_learners(&p);
    spec->epochs = epochs[e];
    spec->optimizer = (epx_optimizer_spec){.kind = EPX_SGD, .rate = 0.05};
    spec->hardware = (epx_hardware_spec){.drive_bits = 6,
                                         .reading = {.noise = 1e-3},
                                         .drift = {.parameter = detuning, .common = 1e-3, .local = 1e-3},
                                         .tuning = {.noise = 1e-3, .range = 4},
                                         .dead = {.links = 0.1}};
    p.x.options.audit = 0.5;
    p.x.options.starts = 3;
    p.x.options.tolerance = 1e-13;
    create_learners(&p);
    epx_learner *const learners[] = {p.population, p.distributed};
    double *theta[2], found[2];
    for (int i = 0; i < 2; i++) {
      theta[i] = create_numbers(n);
      memcpy(theta[i], p.x.theta, n * sizeof **theta);
      epx_learner_set_instances(learners[i], 3, 2);
      epx_learner_set_dead(learners[i], theta[i]);
      assert_int_equal(epx_learner_solve_training(learners[i], theta[i], NULL), EPX_OK);
      assert_int_equal(epx_learner_eval_multiplicity(learners[i], theta[i], EPX_PART_TEST, &found[i]),
                       EPX_OK);
    }
    assert_true(eval_difference(n, p.x.theta, theta[0]) > 1e-4);
    assert_close(eval_difference(n, theta[1], theta[0]), 0, epochs[e] == 1 ? 1e-8 : 1e-6);
    assert_true(found[0] == found[1]);
    const epx_audit audits[] = {epx_learner_get_audit(p.population, 0),
                                epx_learner_get_audit(p.distributed, 0)};
    assert_true(audits[0].n_audited > 0);
    assert_int_equal(audits[1].n_audited, audits[0].n_audited);
    assert_int_equal(audits[1].n_disagreements, 0);
    const unsigned char *trained = epx_learner_get_trained(p.population);
    assert_true(epx_tuning_eval_writes(epx_learner_get_tuning(p.distributed), 0, trained) ==
                epx_tuning_eval_writes(epx_learner_get_tuning(p.population), 0, trained));
    epx_array_destroy(&theta[0]);
    epx_array_destroy(&theta[1]);
    destroy_pair(&p);
  }
}

static void measures_as_a_population(void **state) {
  (void)state;
  pair p = create_pair("plain", 0);
  epx_performance wanted, got;
  epx_learner_set_settling(p.population, true);
  epx_learner_set_settling(p.distributed, true);
  assert_int_equal(epx_learner_eval_performance(p.population, p.x.theta, EPX_PART_TEST, true, &wanted),
                   EPX_OK);
  assert_int_equal(epx_learner_eval_performance(p.distributed, p.x.theta, EPX_PART_TEST, true, &got), EPX_OK);
  assert_int_equal(got.n_unstable, 0);
  assert_int_equal(got.n_samples, wanted.n_samples);
  assert_int_equal(got.n_settled, wanted.n_settled);
  assert_close(got.loss, wanted.loss, 1e-9);
  assert_close(got.accuracy, wanted.accuracy, 0);
  assert_close(got.power, wanted.power, 1e-12);
  assert_close(got.abscissa, wanted.abscissa, 1e-6);
  assert_close(got.settling_time / wanted.settling_time, 1, 0.02);
  assert_true(got.residual <= 1e-11);
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
  assert_int_equal(epx_learner_eval_gradient(p.distributed, p.x.spec.estimator, &nudging, p.x.theta, got),
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
  destroy_learners(&p);
  p.x.spec.target_loss = 1e6;
  create_learners(&p);
  double loss[EPOCHS];
  epx_curves curves = {.loss = loss};
  assert_int_equal(epx_learner_solve_training(p.distributed, p.x.theta, &curves), EPX_OK);
  assert_false(isnan(loss[0]));
  for (int e = 1; e < EPOCHS; e++)
    assert_true(isnan(loss[e]));
  destroy_pair(&p);
}

static void rules_compare_as_in_a_population(void **state) {
  (void)state;
  pair p = create_small_pair();
  const epx_nudging nudging = {.beta = 0.02};
  epx_comparison wanted[EPX_COMPARISON_MAX_ROWS], got[EPX_COMPARISON_MAX_ROWS];
  int n_wanted, n_got, n_compared = 0;
  assert_int_equal(epx_comparison_eval(p.population, p.x.theta, &nudging, wanted, &n_wanted, NULL), EPX_OK);
  assert_int_equal(epx_comparison_eval(p.distributed, p.x.theta, &nudging, got, &n_got, NULL), EPX_OK);
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
      if (got[i].estimator->computed) assert_true(got[i].difference_error < 1e-6);
    }
  }
  assert_true(n_compared >= 14);
  destroy_pair(&p);
}

int main(int n_arguments, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trains_as_a_population),
      cmocka_unit_test(left_out_samples_are_counted),
      cmocka_unit_test(a_hopeless_training_stops_after_its_first_epoch),
      cmocka_unit_test(every_rule_estimates_as_in_a_population_or_is_refused),
      cmocka_unit_test(trains_on_hardware_as_a_population),
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
