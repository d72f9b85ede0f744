/** @file
 * Model, equilibrium and gradient, as a program outside calls them: the same numbers as the library's own, and what is
 * refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "epilux/epilux.h"

enum { N_THETA_MAX = 200, N_STATE_MAX = 40 };

static const char *const deck_text = "network: {family: kerr, topology: {nodes: 5}, inputs: {scale: 0.4},\n"
                                     "          parameters: {loss: 1, kerr: 0.2, coupling_spread: 0.5}}\n"
                                     "task: {name: xor}\n"
                                     "learning: {train: [coupling]}\n"
                                     "variation: [{parameter: detuning, sigma: 0.1}]\n"
                                     "design: {factors: {network.parameters.loss: {values: [0.5, 2]}}}\n"
                                     "population: {instances: 3}\n";

typedef struct {
  epx_deck *deck;
  epx_model *model;
  double theta[N_THETA_MAX];
} fixture;

static void create(fixture *f, int i_point, int i_instance) {
  assert_int_equal(epx_deck_read_text("deck", deck_text, &f->deck), EPX_OK);
  assert_int_equal(epx_model_create(f->deck, i_point, &f->model), EPX_OK);
  assert_int_equal(epx_model_eval_parameters(f->model, i_instance, f->theta), EPX_OK);
}

static void destroy(fixture *f) {
  epx_model_destroy(&f->model);
  epx_deck_destroy(&f->deck);
}

static void sizes_are_those_of_the_deck(void **state) {
  fixture f;
  (void)state;
  create(&f, EPX_MODEL_BASE, EPX_MODEL_NOMINAL);
  const epx_model_size size = epx_model_get_size(f.model);
  assert_int_equal(size.n_nodes, 5);
  assert_int_equal(size.n_state, 10);
  assert_int_equal(size.n_links, 10);
  assert_int_equal(size.n_features, 2);
  assert_int_equal(size.n_samples, 4);
  assert_int_equal(size.n_instances, 3);
  assert_string_equal(epx_model_get_time_unit(f.model), "1");
  destroy(&f);
}

static void factors_are_applied_at_design_points_alone(void **state) {
  static const double wanted[] = {1, 0.5, 2};
  (void)state;
  for (int i_point = EPX_MODEL_BASE; i_point < 2; i_point++) {
    fixture f;
    size_t first, n;
    create(&f, i_point, EPX_MODEL_NOMINAL);
    assert_int_equal(epx_model_get_parameter(f.model, "loss", &first, &n), EPX_OK);
    assert_int_equal(n, 5);
    assert_true(f.theta[first] == wanted[i_point + 1]);
    destroy(&f);
  }
}

static void instances_differ_in_what_varies_alone(void **state) {
  fixture f;
  double other[N_THETA_MAX];
  size_t first, n;
  (void)state;
  create(&f, 0, 0);
  assert_int_equal(epx_model_eval_parameters(f.model, 1, other), EPX_OK);
  assert_int_equal(epx_model_get_parameter(f.model, "detuning", &first, &n), EPX_OK);
  for (size_t k = 0; k < epx_model_get_size(f.model).n_theta; k++)
    assert_true((f.theta[k] != other[k]) == (k >= first && k < first + n));
  destroy(&f);
}

static void state_at_rest_is_read_as_the_outputs_of_the_network(void **state) {
  fixture f;
  double s[N_STATE_MAX], outputs[2];
  epx_equilibrium_report report;
  (void)state;
  create(&f, 0, EPX_MODEL_NOMINAL);
  assert_int_equal(epx_equilibrium_solve(f.model, f.theta, 1, s, &report), EPX_OK);
  assert_int_equal(report.outcome, EPX_OK);
  assert_true(report.residual < 1e-9);
  assert_true(report.abscissa < 0);
  assert_int_equal(epx_equilibrium_eval_outputs(f.model, f.theta, 1, s, outputs), EPX_OK);
  for (int k = 0; k < 2; k++) { /* the last nodes, 4 |a|^2 */
    const double *a = s + 2 * (3 + k), intensity = 4 * (a[0] * a[0] + a[1] * a[1]);
    assert_true(outputs[k] - intensity < 1e-15 && intensity - outputs[k] < 1e-15);
  }
  destroy(&f);
}

static void gradient_is_zero_where_nothing_is_trained(void **state) {
  fixture f;
  double gradient[N_THETA_MAX], cost;
  int n_settled;
  (void)state;
  create(&f, 0, EPX_MODEL_NOMINAL);
  assert_int_equal(epx_gradient_eval_cost(f.model, f.theta, &cost, &n_settled), EPX_OK);
  assert_int_equal(n_settled, 4);
  assert_true(cost > 0);
  assert_int_equal(epx_gradient_eval(f.model, NULL, f.theta, gradient), EPX_OK);
  for (size_t k = 0; k < epx_model_get_size(f.model).n_theta; k++)
    assert_true((gradient[k] != 0) == epx_model_is_trained(f.model, k));
  destroy(&f);
}

static void assert_refused(int code, const char *said) {
  assert_int_equal(code, EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), said));
}

static void what_is_not_there_is_refused_by_name(void **state) {
  fixture f;
  epx_model *none;
  const double *features;
  double gradient[N_THETA_MAX];
  size_t first, n;
  (void)state;
  create(&f, 1, EPX_MODEL_NOMINAL);
  assert_refused(epx_model_create(f.deck, 2, &none), "no design point 2: the deck has points 0 to 1");
  assert_null(none);
  assert_refused(epx_model_eval_parameters(f.model, 3, f.theta), "no instance 3");
  assert_refused(epx_model_get_sample(f.model, 4, &features, NULL), "no sample 4");
  assert_refused(epx_model_get_parameter(f.model, "mass", &first, &n), "family kerr has no parameter mass");
  assert_refused(epx_gradient_eval(f.model, "guess", f.theta, gradient), "no estimator is named 'guess'");
  destroy(&f);
}

static void network_over_ranks_is_refused(void **state) {
  epx_deck *deck;
  epx_model *model;
  (void)state;
  assert_int_equal(epx_deck_read_text("deck", deck_text, &deck), EPX_OK);
  assert_int_equal(epx_deck_set(deck, "equilibrium.engine=distributed"), EPX_OK);
  assert_refused(epx_model_create(deck, EPX_MODEL_BASE, &model), "equilibrium.engine: population");
  epx_deck_destroy(&deck);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes_are_those_of_the_deck),
      cmocka_unit_test(factors_are_applied_at_design_points_alone),
      cmocka_unit_test(instances_differ_in_what_varies_alone),
      cmocka_unit_test(state_at_rest_is_read_as_the_outputs_of_the_network),
      cmocka_unit_test(gradient_is_zero_where_nothing_is_trained),
      cmocka_unit_test(what_is_not_there_is_refused_by_name),
      cmocka_unit_test(network_over_ranks_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
