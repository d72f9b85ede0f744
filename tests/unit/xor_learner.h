/** @file
 * The exclusive-or study of random Kerr networks that tests of learning/ share: ten rings all to all, the two
 * inputs and a constant drive on the first three, the last two read by 4 |a|^2, cross-entropy, Adam 0.02.
 */
#ifndef EPILUX_TESTS_XOR_LEARNER_H
#define EPILUX_TESTS_XOR_LEARNER_H

#include "unit/random_network.h"

#include "learning/training/learner.h"

typedef struct {
  epx_task *task;
  epx_network *network;
  epx_learning_spec spec;
  epx_equilibrium_options options;
  epx_cost cost;
  double *theta; /* [n_instances][n_theta], initial */
  int n_instances;
} xor_study;

static inline xor_study create_xor_study(double loss, const char *rule, int n_instances) {
  xor_study x = {.n_instances = n_instances, .cost = {.kind = EPX_CROSS_ENTROPY}};
  const epx_task_spec task = {.name = "xor", .constant = true};
  const epx_family *family = epx_family_get_by_name("kerr");
  epx_network_spec network = {.family = family,
                              .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 10},
                              .n_inputs = 3,
                              .input_scale = 0.8 * fmax(loss, 0.5),
                              .n_outputs = 2,
                              .readout = EPX_READ_INTENSITY,
                              .readout_scale = 4};
  epx_value *value = network.value;
  const double kerr = 0.3;
  value[epx_family_get_parameter(family, "coupling")] =
      (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = 0.6};
  value[epx_family_get_parameter(family, "loss")] =
      (epx_value){.kind = EPX_VALUE_LIST, .n_values = 1, .values = &loss};
  value[epx_family_get_parameter(family, "kerr")] =
      (epx_value){.kind = EPX_VALUE_LIST, .n_values = 1, .values = &kerr};
  value[epx_family_get_parameter(family, "detuning")] = (epx_value){
      .kind = EPX_VALUE_DISTRIBUTION, .distribution = {.kind = EPX_UNIFORM, .low = -1.2, .high = -0.4}};
  assert_int_equal(epx_task_create(&task, 1, &x.task), EPX_OK);
  assert_int_equal(epx_network_create(&network, &x.network), EPX_OK);
  x.theta = create_numbers((size_t)n_instances * x.network->n_theta);
  for (int i = 0; i < n_instances; i++) {
    double *theta = x.theta + (size_t)i * x.network->n_theta;
    assert_int_equal(epx_network_eval_nominal(x.network, &network, (uint64_t)i, theta), EPX_OK);
  }
  x.spec = (epx_learning_spec){
      .estimator = epx_estimator_get_by_name(rule),
      .nudging = {.beta = 0.02, .scheme = EPX_CENTERED},
      .optimizer = {.kind = EPX_ADAM, .rate = 0.02, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
      .epochs = 150,
      .decay = 1};
  x.spec.train[epx_family_get_parameter(family, "coupling")] = true;
  x.spec.train[epx_family_get_parameter(family, "detuning")] = true;
  epx_equilibrium_init(&x.options);
  return x;
}

static inline epx_learner *create_xor_learner(const xor_study *x) {
  epx_learner *learner = NULL;
  assert_int_equal(
      epx_learner_create(x->network, x->task, &x->cost, &x->spec, &x->options, x->n_instances, 1, &learner),
      EPX_OK);
  return learner;
}

static inline void destroy_xor_study(xor_study *x) {
  epx_task_destroy(&x->task);
  epx_network_destroy(&x->network);
  epx_array_destroy(&x->theta);
}

#endif
