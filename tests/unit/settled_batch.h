/** @file
 * A batch of lanes at their free equilibrium, with everything an estimator needs, for the unit tests of
 * learning/.
 */
#ifndef EPILUX_TESTS_SETTLED_BATCH_H
#define EPILUX_TESTS_SETTLED_BATCH_H

#include "unit/random_network.h"

#include "equilibrium/population/population_ensemble.h"
#include "learning/estimators/estimator.h"

typedef struct {
  epx_network *network;
  epx_lanes *lanes;
  epx_population *population;
  epx_ensemble *ensemble;
  epx_estimator_work *work;
  epx_certificate *certificate;
  double *theta, *state, *weight, *gradient; /* theta, gradient [n_instances][n_theta] */
  int *label;
  epx_batch batch;
} settled_batch;

/** Creates lanes, workspaces and labels (sample k has label k modulo the classes); states are not solved yet.
 * theta [n_instances][n_theta], features [n_samples][n_inputs]. */
static inline settled_batch create_batch(const epx_network_spec *spec, const epx_cost *cost, double tolerance,
                                         int n_instances, int n_samples, int n_classes) {
  settled_batch b = {0};
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.tolerance = tolerance;
  assert_int_equal(epx_network_create(spec, &b.network), EPX_OK);
  assert_int_equal(epx_lanes_create(b.network, n_instances, n_samples, &b.lanes), EPX_OK);
  const size_t n_lanes = (size_t)b.lanes->n_lanes;
  assert_int_equal(epx_population_create(b.network, (int)n_lanes, &options, &b.population), EPX_OK);
  assert_int_equal(epx_population_ensemble_create(b.population, b.lanes, &b.ensemble), EPX_OK);
  assert_int_equal(epx_estimator_create_work(b.ensemble, &b.work), EPX_OK);
  assert_int_equal(EPX_ARRAY(b.certificate, n_lanes), EPX_OK);
  assert_int_equal(EPX_ARRAY(b.label, n_lanes), EPX_OK);
  b.state = create_numbers((size_t)b.network->n_state * n_lanes);
  b.weight = create_numbers(n_lanes);
  b.theta = create_numbers((size_t)n_instances * b.network->n_theta);
  b.gradient = create_numbers((size_t)n_instances * b.network->n_theta);
  for (int lane = 0; lane < (int)n_lanes; lane++)
    b.label[lane] = epx_lanes_get_sample(b.lanes, lane) % n_classes;
  b.batch = (epx_batch){.ensemble = b.ensemble,
                        .theta = b.theta,
                        .cost = cost,
                        .label = b.label,
                        .state = b.state,
                        .weight = b.weight};
  return b;
}

/** Solves the free phase from the state given; weights are 1 / n_samples where it settled, else 0.
 * Returns how many lanes settled. */
static inline int settle(settled_batch *b, const double *theta, const double *features) {
  epx_lanes_set_samples(b->lanes, b->lanes->n_samples, features);
  epx_lanes_set_parameters(b->lanes, theta);
  memcpy(b->theta, theta, (size_t)b->lanes->n_instances * b->network->n_theta * sizeof *theta);
  assert_int_equal(epx_population_solve(b->population, b->lanes, NULL, b->state, b->certificate), EPX_OK);
  int n_settled = 0;
  for (int lane = 0; lane < b->lanes->n_used; lane++) {
    b->weight[lane] = b->certificate[lane].outcome == EPX_OK ? 1.0 / b->lanes->n_samples : 0;
    n_settled += b->certificate[lane].outcome == EPX_OK;
  }
  return n_settled;
}

/** A random network of a built-in family with all its parameters drawn, `loss` of kerr as given. */
static inline settled_batch create_random_batch(const char *name, const epx_cost *cost, double loss,
                                                double kerr) {
  const epx_family *family = epx_family_get_by_name(name);
  const epx_network_spec spec = {.family = family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 7},
                                 .n_inputs = 2,
                                 .input_scale = 0.7,
                                 .n_outputs = 2,
                                 .readout = family->readout,
                                 .readout_scale = 1.5};
  settled_batch b = create_batch(&spec, cost, 1e-13, 2, 5, 2);
  double *theta = create_numbers(2 * b.network->n_theta), features[10];
  fill("theta", 2 * b.network->n_theta, theta);
  fill("features", 10, features);
  for (int k = 0; k < 2; k++) {
    for (int p = 0; p < family->n_parameters; p++) {
      const char *parameter = family->parameters[p].name;
      double *values = theta + (size_t)k * b.network->n_theta + b.network->offset[p];
      for (size_t i = 0; i < b.network->count[p]; i++)
        values[i] = strcmp(parameter, "loss") == 0       ? loss
                    : strcmp(parameter, "kerr") == 0     ? kerr
                    : strcmp(parameter, "coupling") == 0 ? 0.4 * values[i]
                    : strcmp(parameter, "detuning") == 0
                        ? (family->conjugation ? values[i] - 1 : 0.1 * values[i])
                    : strcmp(parameter, "cross_kerr") == 0    ? 0.3 * kerr * values[i]
                    : strcmp(parameter, "coupling_loss") == 0 ? 0
                                                              : values[i];
    }
  }
  family->set_start(b.lanes, 1, b.state);
  assert_int_equal(settle(&b, theta, features), 10);
  epx_array_destroy(&theta);
  b.batch.key.seed = 1;
  return b;
}

/** Evaluates a rule into a gradient that the caller owns. */
static inline void estimate_into(settled_batch *b, const char *name, double beta, epx_scheme scheme,
                                 double *gradient) {
  const epx_estimator *estimator = epx_estimator_get_by_name(name);
  const epx_nudging nudging = {.beta = beta, .scheme = scheme};
  assert_non_null(estimator);
  assert_int_equal(estimator->eval(&b->batch, &nudging, b->work, gradient), EPX_OK);
}

/** Evaluates a rule; the gradient is the batch's. */
static inline const double *estimate(settled_batch *b, const char *name, double beta, epx_scheme scheme) {
  estimate_into(b, name, beta, scheme, b->gradient);
  return b->gradient;
}

/** Evaluates a rule with all its settings; the gradient is the batch's. */
static inline const double *estimate_by(settled_batch *b, const char *name, const epx_nudging *nudging) {
  const epx_estimator *estimator = epx_estimator_get_by_name(name);
  assert_non_null(estimator);
  assert_int_equal(estimator->eval(&b->batch, nudging, b->work, b->gradient), EPX_OK);
  return b->gradient;
}

static inline void destroy_batch(settled_batch *b) {
  epx_estimator_destroy_work(&b->work);
  epx_ensemble_destroy(&b->ensemble);
  epx_population_destroy(&b->population);
  epx_lanes_destroy(&b->lanes);
  epx_network_destroy(&b->network);
  epx_array_destroy(&b->certificate);
  epx_array_destroy(&b->label);
  epx_array_destroy(&b->theta);
  epx_array_destroy(&b->state);
  epx_array_destroy(&b->weight);
  epx_array_destroy(&b->gradient);
}

static inline double eval_norm(size_t n, const double *a) {
  double squares = 0;
  for (size_t i = 0; i < n; i++)
    squares += a[i] * a[i];
  return sqrt(squares);
}

/** |a - b| / |b| */
static inline double eval_distance(size_t n, const double *a, const double *b) {
  double squares = 0;
  for (size_t i = 0; i < n; i++)
    squares += (a[i] - b[i]) * (a[i] - b[i]);
  return sqrt(squares) / eval_norm(n, b);
}

static inline double eval_cosine(size_t n, const double *a, const double *b) {
  double dot = 0;
  for (size_t i = 0; i < n; i++)
    dot += a[i] * b[i];
  return dot / eval_norm(n, a) / eval_norm(n, b);
}

#endif
