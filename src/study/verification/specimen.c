/** @file
 * Specimen: creates networks, lanes and workspaces for the reference cases.
 */
#include "study/verification/specimen.h"

#include <math.h>

#include "base/array.h"

static epx_err create_parts(epx_specimen *s, const epx_network_spec *spec,
                            const epx_equilibrium_options *options, int n_instances, int n_samples) {
  EPX_TRY(epx_network_create(spec, &s->network));
  EPX_TRY(epx_lanes_create(s->network, n_instances, n_samples, &s->lanes));
  const size_t n_lanes = (size_t)s->lanes->n_lanes;
  EPX_TRY(epx_population_create(s->network, (int)n_lanes, options, &s->population));
  EPX_TRY(epx_population_ensemble_create(s->population, s->lanes, &s->ensemble));
  EPX_TRY(epx_estimator_create_work(s->ensemble, &s->work));
  EPX_TRY(EPX_ARRAY(s->certificate, n_lanes));
  EPX_TRY(EPX_ARRAY(s->theta, (size_t)n_instances * s->network->n_theta));
  EPX_TRY(EPX_ARRAY(s->features, (size_t)n_samples * (size_t)s->network->n_inputs));
  EPX_TRY(EPX_ARRAY(s->state, (size_t)s->network->n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(s->field, (size_t)s->network->n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(s->room, 4 * (size_t)s->network->n_nodes * (size_t)spec->family->components * n_lanes));
  EPX_TRY(EPX_ARRAY(s->weight, n_lanes));
  EPX_TRY(EPX_ARRAY(s->label, n_lanes));
  return EPX_OK;
}

epx_err epx_specimen_create(const epx_network_spec *spec, const epx_cost *cost,
                            const epx_equilibrium_options *options, int n_instances, int n_samples,
                            epx_specimen **out) {
  epx_specimen *specimen = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(specimen, 1));
  if (cost) specimen->cost = *cost;
  const int code = create_parts(specimen, spec, options, n_instances, n_samples);
  if (code != EPX_OK) epx_specimen_destroy(&specimen);
  *out = specimen;
  EPX_TRY(code);
  return EPX_OK;
}

void epx_specimen_destroy(epx_specimen **address) {
  if (!address || !*address) return;
  epx_specimen *specimen = *address;
  epx_estimator_destroy_work(&specimen->work);
  epx_ensemble_destroy(&specimen->ensemble);
  epx_population_destroy(&specimen->population);
  epx_lanes_destroy(&specimen->lanes);
  epx_network_destroy(&specimen->network);
  epx_array_destroy(&specimen->certificate);
  epx_array_destroy(&specimen->theta);
  epx_array_destroy(&specimen->features);
  epx_array_destroy(&specimen->state);
  epx_array_destroy(&specimen->field);
  epx_array_destroy(&specimen->room);
  epx_array_destroy(&specimen->weight);
  epx_array_destroy(&specimen->label);
  epx_array_destroy(address);
}

double *epx_specimen_get_values(epx_specimen *specimen, int i_instance, const char *parameter) {
  const epx_network *network = specimen->network;
  const int p = epx_family_get_parameter(network->family, parameter);
  return specimen->theta + (size_t)i_instance * network->n_theta + network->offset[p];
}

void epx_specimen_set_values(epx_specimen *specimen, int i_instance, const char *parameter, double value) {
  const size_t n = specimen->network->count[epx_family_get_parameter(specimen->network->family, parameter)];
  double *values = epx_specimen_get_values(specimen, i_instance, parameter);
  for (size_t k = 0; k < n; k++)
    values[k] = value;
}

void epx_specimen_set_label(epx_specimen *specimen, int label) {
  for (int lane = 0; lane < specimen->lanes->n_lanes; lane++)
    specimen->label[lane] = label;
}

void epx_specimen_set_state(epx_specimen *specimen, int row, int lane, double value) {
  const epx_lanes *lanes = specimen->lanes;
  const int end = lane == lanes->n_used - 1 ? lanes->n_lanes : lane + 1;
  for (int k = lane; k < end; k++)
    specimen->state[(size_t)row * (size_t)lanes->n_lanes + (size_t)k] = value;
}

void epx_specimen_set_lanes(epx_specimen *specimen) {
  epx_lanes_set_samples(specimen->lanes, specimen->lanes->n_samples, specimen->features);
  epx_lanes_set_parameters(specimen->lanes, specimen->theta);
}

void epx_specimen_eval_field(epx_specimen *specimen) {
  specimen->network->family->eval_field(specimen->lanes, specimen->state, specimen->field, specimen->room);
}

epx_err epx_specimen_solve(epx_specimen *specimen) {
  epx_lanes *lanes = specimen->lanes;
  epx_specimen_set_lanes(specimen);
  EPX_TRY(epx_population_solve(specimen->population, lanes, NULL, specimen->state, specimen->certificate));
  for (int lane = 0; lane < lanes->n_used; lane++)
    specimen->weight[lane] = specimen->certificate[lane].outcome == EPX_OK ? 1.0 / lanes->n_samples : 0;
  return EPX_OK;
}

epx_err epx_specimen_eval_gradient(epx_specimen *specimen, const char *rule, double beta, epx_scheme scheme,
                                   double *gradient) {
  const epx_batch batch = {.ensemble = specimen->ensemble,
                           .theta = specimen->theta,
                           .cost = &specimen->cost,
                           .label = specimen->label,
                           .state = specimen->state,
                           .weight = specimen->weight};
  const epx_nudging nudging = {.beta = beta, .scheme = scheme, .quadrature = specimen->quadrature};
  EPX_TRY(epx_estimator_get_by_name(rule)->eval(&batch, &nudging, specimen->work, gradient));
  return EPX_OK;
}

static double eval_product(size_t n, const double *a, const double *b) {
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

double epx_specimen_eval_norm(size_t n, const double *a) {
  return sqrt(eval_product(n, a, a));
}

double epx_specimen_eval_distance(size_t n, const double *a, const double *b) {
  double squares = 0;
  for (size_t i = 0; i < n; i++)
    squares += (a[i] - b[i]) * (a[i] - b[i]);
  return sqrt(squares) / epx_specimen_eval_norm(n, b);
}

double epx_specimen_eval_cosine(size_t n, const double *a, const double *b) {
  return eval_product(n, a, b) / (epx_specimen_eval_norm(n, a) * epx_specimen_eval_norm(n, b));
}
