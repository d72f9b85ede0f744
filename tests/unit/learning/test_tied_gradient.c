/** @file
 * Tied parameters: one gradient, the sum over their links; one step, whatever fabrication made of them; and machines that
 * are updated in steps.
 */
#include "base/array.h"
#include "learning/training/learner.h"
#include "unit/assert_close.h"

enum { n_instances = 2 };

/* Digits on a small convolution of soft spins, of their two largest classes' worth of samples. */
typedef struct {
  epx_task *task;
  epx_network *tied, *loose;
  epx_learning_spec spec;
  epx_equilibrium_options options;
  double *theta, *own, *sum; /* [n_instances][n_theta] */
} study;

static const int channels[] = {2}, kernels[] = {3}, strides[] = {2}, paddings[] = {1}, layers[] = {2};

static study create_study(void) {
  study x;
  static const int classes[] = {0, 1};
  const epx_task_spec task = {
      .name = "digits", .n_classes = 2, .classes = classes, .n_samples = 12, .scaling = EPX_SCALE_RANGE};
  const epx_family *family = epx_family_get_by_name("soft-spin");
  const int coupling = epx_family_get_parameter(family, "coupling"),
            bias = epx_family_get_parameter(family, "bias");
  epx_network_spec network = {.family = family,
                              .topology = {.kind = EPX_CONVOLUTION,
                                           .n_rows = 8,
                                           .n_columns = 8,
                                           .n_maps = 1,
                                           .channels = channels,
                                           .n_kernels = 1,
                                           .kernels = kernels,
                                           .n_strides = 1,
                                           .strides = strides,
                                           .n_paddings = 1,
                                           .paddings = paddings,
                                           .n_layers = 1,
                                           .layers = layers},
                              .n_inputs = 64,
                              .n_outputs = 2,
                              .input_scale = 1,
                              .readout = EPX_READ_AMPLITUDE,
                              .readout_scale = 4};
  network.value[coupling] = (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = 0.8};
  assert_int_equal(epx_task_create(&task, 1, &x.task), EPX_OK);
  assert_int_equal(epx_network_create(&network, &x.loose), EPX_OK);
  network.tied[coupling] = network.tied[bias] = true;
  assert_int_equal(epx_network_create(&network, &x.tied), EPX_OK);
  const size_t n = x.tied->n_theta;
  assert_int_equal(EPX_ARRAY(x.theta, n_instances * n), EPX_OK);
  assert_int_equal(EPX_ARRAY(x.own, n_instances * n), EPX_OK);
  assert_int_equal(EPX_ARRAY(x.sum, n_instances * n), EPX_OK);
  for (int i = 0; i < n_instances; i++) { /* fabrication hits every link by itself */
    assert_int_equal(epx_network_eval_nominal(x.tied, &network, 3, x.theta + (size_t)i * n), EPX_OK);
    for (size_t k = 0; k < n; k++)
      x.theta[(size_t)i * n + k] += 0.02 * sin(17.0 * (double)k + i);
  }
  x.spec = (epx_learning_spec){
      .estimator = epx_estimator_get_by_name("plain"),
      .nudging = {.beta = 0.02, .scheme = EPX_CENTERED},
      .optimizer = {.kind = EPX_ADAM, .rate = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
      .epochs = 2,
      .batch = 6,
      .decay = 1};
  x.spec.train[coupling] = x.spec.train[bias] = true;
  epx_equilibrium_init(&x.options);
  return x;
}

static void destroy_study(study *x) {
  epx_task_destroy(&x->task);
  epx_network_destroy(&x->tied);
  epx_network_destroy(&x->loose);
  epx_array_destroy(&x->theta);
  epx_array_destroy(&x->own);
  epx_array_destroy(&x->sum);
}

static epx_learner *create(const study *x, const epx_network *network) {
  static const epx_cost cost = {.kind = EPX_CROSS_ENTROPY};
  epx_learner *learner = NULL;
  assert_int_equal(
      epx_learner_create(network, x->task, &cost, &x->spec, &x->options, n_instances, 1, &learner), EPX_OK);
  return learner;
}

static void eval(const study *x, const epx_network *network, const char *rule, double *gradient) {
  epx_learner *learner = create(x, network);
  assert_int_equal(epx_learner_eval_gradient(learner, epx_estimator_get_by_name(rule), &x->spec.nudging,
                                             x->theta, gradient),
                   EPX_OK);
  epx_learner_destroy(&learner);
}

/* By each rule, against the links' own gradients of the same network without ties. */
static void gradients_are_sums_over_links(void **state) {
  (void)state;
  static const char *const rules[] = {"plain", "backprop"};
  study x = create_study();
  const size_t n = x.tied->n_theta;
  for (int r = 0; r < 2; r++) {
    eval(&x, x.loose, rules[r], x.own);
    eval(&x, x.tied, rules[r], x.sum);
    for (size_t i = 0; i < n_instances; i++)
      for (size_t k = 0; k < n; k++) {
        double sum = 0, size = 0;
        for (size_t other = k; x.tied->tie[k] == k && other < n; other++) {
          const double one = x.tied->tie[other] == k ? x.own[i * n + other] : 0;
          sum += one;
          size += fabs(one);
        }
        assert_close(x.sum[i * n + k], sum, 1e-12 * (size + 1e-3));
      }
  }
  destroy_study(&x);
}

/* All links of an entry take one step, and keep what fabrication made of each. */
static void steps_are_equal_and_deviations_stay(void **state) {
  (void)state;
  study x = create_study();
  const size_t n = x.tied->n_theta;
  epx_learner *learner = create(&x, x.tied);
  memcpy(x.own, x.theta, n_instances * n * sizeof *x.own);
  assert_int_equal(epx_learner_solve_training(learner, x.theta, NULL), EPX_OK);
  size_t n_moved = 0;
  for (size_t k = 0; k < n_instances * n; k++) {
    const size_t first = k / n * n + x.tied->tie[k % n];
    assert_close(x.theta[k] - x.own[k], x.theta[first] - x.own[first], 1e-14);
    n_moved += x.theta[k] != x.own[k];
  }
  assert_true(n_moved > n);
  epx_learner_destroy(&learner);
  destroy_study(&x);
}

/* Phases in Euler's steps end, after enough of them, at the equilibrium: gradients by both agree. */
static void steps_of_a_machine_reach_the_equilibrium(void **state) {
  (void)state;
  study x = create_study();
  const size_t n = n_instances * x.tied->n_theta;
  eval(&x, x.tied, "plain", x.own);
  x.options.duration_free = x.options.duration_nudged = 30;
  x.options.duration_step = 0.3;
  eval(&x, x.tied, "plain", x.sum);
  double distance = 0, size = 0;
  for (size_t k = 0; k < n; k++) {
    distance = fmax(distance, fabs(x.sum[k] - x.own[k]));
    size = fmax(size, fabs(x.own[k]));
  }
  assert_true(size > 1e-2);
  assert_true(distance < 1e-6 * size);
  destroy_study(&x);
}

/* The slope of the training loss in all entries that are tied to `first`, by central differences. */
static double eval_difference(const study *x, epx_learner *learner, size_t first) {
  const double h = 1e-5;
  epx_performance performance[2][n_instances];
  for (int side = 0; side < 2; side++) {
    memcpy(x->own, x->theta, n_instances * x->tied->n_theta * sizeof *x->own);
    for (size_t k = 0; k < x->tied->n_theta; k++)
      if (x->tied->tie[k] == first) x->own[k] += side ? h : -h;
    assert_int_equal(epx_learner_eval_performance(learner, x->own, EPX_PART_TRAIN, false, performance[side]),
                     EPX_OK);
  }
  return (performance[1][0].loss - performance[0][0].loss) / (2 * h);
}

/* After few steps nothing is at rest: the gradient through these steps is that of the differences, where implicit
 * differentiation of the state that is read is not. */
static void gradients_through_the_steps_are_the_differences(void **state) {
  (void)state;
  study x = create_study();
  const size_t n = x.tied->n_theta, bias = x.tied->offset[epx_family_get_parameter(x.tied->family, "bias")];
  double *at_rest = NULL, wrong = 0, size = 0;
  assert_int_equal(EPX_ARRAY(at_rest, n_instances * n), EPX_OK);
  x.options.duration_free = x.options.duration_nudged = 0.9;
  x.options.duration_step = 0.3;
  eval(&x, x.tied, "unrolled", x.sum);
  eval(&x, x.tied, "backprop", at_rest);
  epx_learner *learner = create(&x, x.tied);
  const size_t entries[] = {0, 7, 400, bias + 64, bias + (size_t)x.tied->n_nodes - 1};
  for (size_t k = 0; k < sizeof entries / sizeof *entries; k++) {
    const size_t first = x.tied->tie[entries[k]];
    const double slope = eval_difference(&x, learner, first);
    assert_close(x.sum[first], slope, 1e-8);
    wrong = fmax(wrong, fabs(at_rest[first] - slope));
    size = fmax(size, fabs(slope));
  }
  assert_true(size > 1e-3 && wrong > 0.1 * size);
  epx_array_destroy(&at_rest);
  epx_learner_destroy(&learner);
  destroy_study(&x);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(gradients_are_sums_over_links),
                                     cmocka_unit_test(steps_are_equal_and_deviations_stay),
                                     cmocka_unit_test(steps_of_a_machine_reach_the_equilibrium),
                                     cmocka_unit_test(gradients_through_the_steps_are_the_differences)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
