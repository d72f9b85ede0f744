/** @file
 * Training: what an epoch of digits and a whole training of XOR take on one core.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "cli/bench/benchmark.h"
#include "learning/training/learner.h"

/** Networks, task, learner and parameters of one training: the context of a way. */
typedef struct {
  epx_task *task;
  epx_network *network;
  epx_learner *learner;
  int n_instances;
  double *initial, *theta; /* [n_instances][n_theta] */
} training;

/** What is trained: Kerr rings, phase-conjugate, centred, Adam. */
typedef struct {
  const char *what, *unit;
  epx_task_spec task;
  int n_nodes, n_inputs, n_outputs, n_instances;
  double loss, kerr, low, high; /* of the detuning */
  double spread, sigma;         /* of coupling and bias */
  double input_scale, readout_scale, beta, rate;
  int batch, epochs;
  double at_most; /* s */
} one_case;

static const one_case cases[] = {
    {.what = "digits, 74 rings, 1437 samples",
     .unit = "epoch",
     .task = {.name = "digits", .test_fraction = 0.2, .scaling = EPX_SCALE_UNIT},
     .n_nodes = 74,
     .n_inputs = 64,
     .n_outputs = 10,
     .n_instances = 1,
     .loss = 2,
     .kerr = 0.3,
     .low = -0.9,
     .high = -0.1,
     .spread = 0.3,
     .sigma = 0.3,
     .input_scale = 2,
     .readout_scale = 4,
     .beta = 0.01,
     .rate = 0.01,
     .batch = 100,
     .epochs = 1,
     .at_most = 0.2},
    {.what = "xor, 10 rings, 32 instances",
     .unit = "150 epochs",
     .task = {.name = "xor", .constant = true, .scaling = EPX_SCALE_SYMMETRIC},
     .n_nodes = 10,
     .n_inputs = 3,
     .n_outputs = 2,
     .n_instances = 32,
     .loss = 1,
     .kerr = 0.05,
     .low = -1.2,
     .high = -0.4,
     .spread = 0.6,
     .input_scale = 0.3,
     .readout_scale = 30,
     .beta = 0.002,
     .rate = 0.01,
     .batch = 0,
     .epochs = 150,
     .at_most = 1},
};

static epx_value get_uniform(double low, double high) {
  return (epx_value){.kind = EPX_VALUE_DISTRIBUTION,
                     .distribution = {.kind = EPX_UNIFORM, .low = low, .high = high}};
}

/** Sets the values that the case gives; borrowed ones stand in `number` [2]. */
static void set_values(const one_case *given, double *number, epx_network_spec *spec) {
  const epx_family *family = spec->family;
  number[0] = given->loss;
  number[1] = given->kerr;
  spec->value[epx_family_get_parameter(family, "loss")] =
      (epx_value){.kind = EPX_VALUE_LIST, .n_values = 1, .values = number};
  spec->value[epx_family_get_parameter(family, "kerr")] =
      (epx_value){.kind = EPX_VALUE_LIST, .n_values = 1, .values = number + 1};
  spec->value[epx_family_get_parameter(family, "detuning")] = get_uniform(given->low, given->high);
  spec->value[epx_family_get_coupling(family)] =
      (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = given->spread};
  if (given->sigma > 0) {
    spec->value[epx_family_get_parameter(family, "bias")] =
        (epx_value){.kind = EPX_VALUE_DISTRIBUTION,
                    .distribution = {.kind = EPX_NORMAL, .mean = 0, .sigma = given->sigma}};
  }
}

static epx_err create_network(const one_case *given, training *t) {
  double number[2];
  epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                           .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = given->n_nodes},
                           .n_inputs = given->n_inputs,
                           .input_scale = given->input_scale,
                           .n_outputs = given->n_outputs,
                           .readout = EPX_READ_INTENSITY,
                           .readout_scale = given->readout_scale};
  set_values(given, number, &spec);
  EPX_TRY(epx_network_create(&spec, &t->network));
  const size_t n_theta = t->network->n_theta, n = (size_t)given->n_instances * n_theta;
  EPX_TRY(EPX_ARRAY(t->initial, n));
  EPX_TRY(EPX_ARRAY(t->theta, n));
  for (int k = 0; k < given->n_instances; k++)
    EPX_TRY(
        epx_network_eval_nominal(t->network, &spec, 2026 + (uint64_t)k, t->initial + (size_t)k * n_theta));
  return EPX_OK;
}

static epx_err create_training(const one_case *given, training *t) {
  static const epx_cost cost = {.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 1};
  epx_equilibrium_options options;
  epx_learning_spec spec = {
      .estimator = epx_estimator_get_by_name("phase-conjugate"),
      .nudging = {.beta = given->beta, .scheme = EPX_CENTERED},
      .optimizer = {.kind = EPX_ADAM, .rate = given->rate, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
      .epochs = given->epochs,
      .batch = given->batch,
      .decay = 1};
  *t = (training){.n_instances = given->n_instances};
  epx_equilibrium_init(&options);
  EPX_TRY(epx_task_create(&given->task, 2026, &t->task));
  EPX_TRY(create_network(given, t));
  for (int p = 0; p < t->network->family->n_parameters; p++)
    spec.train[p] = t->network->family->parameters[p].trained;
  return epx_learner_create(t->network, t->task, &cost, &spec, &options, given->n_instances, 2026,
                            &t->learner);
}

static void destroy_training(training *t) {
  epx_learner_destroy(&t->learner);
  epx_network_destroy(&t->network);
  epx_task_destroy(&t->task);
  epx_array_destroy(&t->initial);
  epx_array_destroy(&t->theta);
}

static epx_err solve_training(void *context) {
  training *t = context;
  memcpy(t->theta, t->initial, (size_t)t->n_instances * t->network->n_theta * sizeof *t->theta);
  return epx_learner_solve_training(t->learner, t->theta, NULL);
}

static epx_err solve_case(epx_bench *bench, const one_case *given) {
  const epx_bench_goal goal = {NAN, given->at_most, false};
  training t;
  int code = create_training(given, &t);
  epx_way way = {"phase-conjugate, centered", &t, solve_training, 1, 0};
  if (code == EPX_OK) code = epx_way_solve(1, &way);
  const epx_bench_row row = {.what = given->what,
                             .way = way.name,
                             .unit = given->unit,
                             .seconds = way.seconds,
                             .operations = NAN,
                             .bytes = NAN,
                             .against = "one second",
                             .ratio = way.seconds,
                             .goal = &goal};
  if (code == EPX_OK) code = epx_bench_set_row(bench, &row);
  destroy_training(&t);
  return code;
}

static epx_err solve(epx_bench *bench) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    EPX_TRY(solve_case(bench, &cases[i]));
  return EPX_OK;
}

const epx_benchmark epx_benchmark_learning = {
    .name = "learning",
    .summary = "training with nudged equilibria, each with its certificate, on one core",
    .solve = solve,
};
