/** @file
 * A published accuracy: Wine, learned by soft spins of a spatial photonic Ising machine with plain
 * equilibrium propagation, as its authors simulated it: thirteen clamped inputs, five hidden spins, three
 * outputs.
 *
 * Stiffness 2 and the one-sided nudge 0.9 are the paper's. Its weights are sums of 20 patterns of +-1; here
 * each weight is trained by itself, with Adam, and a seed draws the split and the first weights.
 */
#include "base/array.h"
#include "learning/training/learner.h"
#include "study/verification/cases.h"

enum { N_SEEDS_FULL = 50, N_SEEDS_SHORT = 10 };

static epx_network_spec get_network(void) {
  static const int layers[] = {13, 5, 3};
  epx_network_spec spec = {.family = epx_family_get_by_name("soft-spin"),
                           .topology = {.kind = EPX_LAYERED, .n_layers = 3, .layers = layers},
                           .n_inputs = 13,
                           .input_scale = 1,
                           .n_outputs = 3,
                           .readout = EPX_READ_AMPLITUDE,
                           .readout_scale = 1};
  spec.value[epx_family_get_coupling(spec.family)] =
      (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = 0.3844};
  return spec;
}

static epx_learning_spec get_learning(const epx_family *family) {
  epx_learning_spec learning = {
      .estimator = epx_estimator_get_by_name("plain"),
      .nudging = {.beta = 0.9, .scheme = EPX_ONE_SIDED},
      .optimizer = {.kind = EPX_ADAM, .rate = 0.02, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
      .epochs = 40,
      .batch = 20,
      .decay = 1};
  for (int p = 0; p < family->n_parameters; p++)
    learning.train[p] = family->parameters[p].trained;
  return learning;
}

static epx_err train(const epx_network *network, const epx_network_spec *spec, const epx_task *task,
                     uint64_t seed, double *theta, double *accuracy) {
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = 1};
  const epx_learning_spec learning = get_learning(spec->family);
  epx_equilibrium_options options;
  epx_learner *learner;
  epx_performance performance;
  epx_equilibrium_init(&options);
  EPX_TRY(epx_network_eval_nominal(network, spec, seed, theta));
  EPX_TRY(epx_learner_create(network, task, &cost, &learning, &options, 1, seed, &learner));
  int code = epx_learner_solve_training(learner, theta, NULL);
  if (code == EPX_OK) code = epx_learner_eval_performance(learner, theta, EPX_PART_TEST, false, &performance);
  if (code == EPX_OK) *accuracy = performance.accuracy;
  epx_learner_destroy(&learner);
  return code;
}

static epx_err eval_accuracy(uint64_t seed, double *accuracy) {
  const epx_task_spec wine = {.name = "wine", .test_fraction = 0.2, .scaling = EPX_SCALE_SYMMETRIC};
  const epx_network_spec spec = get_network();
  epx_network *network = NULL;
  epx_task *task = NULL;
  double *theta = NULL;
  int code = epx_network_create(&spec, &network);
  if (code == EPX_OK) code = epx_task_create(&wine, seed, &task);
  if (code == EPX_OK) code = EPX_ARRAY(theta, network->n_theta);
  if (code == EPX_OK) code = train(network, &spec, task, seed, theta, accuracy);
  epx_array_destroy(&theta);
  epx_task_destroy(&task);
  epx_network_destroy(&network);
  return code;
}

static epx_err solve_wine(bool full, epx_verify_report *report) {
  const int n_seeds = full ? N_SEEDS_FULL : N_SEEDS_SHORT;
  double mean = 0;
  for (int seed = 1; seed <= n_seeds; seed++) {
    double accuracy;
    EPX_TRY(eval_accuracy((uint64_t)seed, &accuracy));
    mean += accuracy / n_seeds;
  }
  epx_verify_add(report, EPX_VERIFY_PUBLISHED, mean, 0.982, 0.02,
                 "held-out accuracy on Wine, mean of %d seeds", n_seeds);
  return EPX_OK;
}

const epx_verify_case epx_case_soft_spins = {
    .name = "P12",
    .title =
        "Wine learned by soft spins of a spatial photonic Ising machine (digits: decks in inputs/studies)",
    .source = "VandenAbeele2026, its simulation",
    .short_form = "10 seeds, not 50",
    .solve = solve_wine,
};
