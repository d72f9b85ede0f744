/** @file
 * Holomorphic: the nudge's bias falls with the power of the number of points; two points are a centred nudge.
 */
#include "unit/linear_family.h"
#include "unit/settled_batch.h"

static const epx_cost softmax = {.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 0},
                      squares = {.kind = EPX_SQUARED_ERROR, .off = -1, .on = 1};

static double eval_error(settled_batch *b, double beta, int n_points, const double *exact) {
  const epx_nudging nudging = {.beta = beta, .n_points = n_points};
  return eval_distance(2 * b->network->n_theta, estimate_by(b, "holomorphic", &nudging), exact);
}

static void error_is_of_the_order_of_the_number_of_points(void **state) {
  (void)state;
  static const struct {
    int n_points;
    double beta;
  } cases[] = {{2, 0.002}, {4, 0.004}, {6, 0.006}};
  settled_batch b = create_random_batch("phase", &squares, 0, 0);
  double *exact = create_numbers(2 * b.network->n_theta);
  estimate_into(&b, "backprop", 0, EPX_ONE_SIDED, exact);
  for (int i = 0; i < 3; i++) {
    const double large = eval_error(&b, cases[i].beta, cases[i].n_points, exact);
    const double small = eval_error(&b, cases[i].beta / 2, cases[i].n_points, exact);
    assert_close(log2(large / small), cases[i].n_points, 0.1 * cases[i].n_points);
  }
  assert_true(eval_error(&b, 0.003, 12, exact) < 1e-6);
  epx_array_destroy(&exact);
  destroy_batch(&b);
}

static void two_points_are_a_centred_nudge(void **state) {
  (void)state;
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0.2);
  const size_t n = b.network->offset[epx_family_get_parameter(b.network->family, "loss")];
  double *vector_field = create_numbers(2 * b.network->n_theta);
  epx_family fields = *b.network->family; /* the contrast of states rather than of energies, as holomorphic */
  fields.add_energy_gradient = NULL;
  b.network->family = &fields;
  estimate_into(&b, "plain", 0.02, EPX_CENTERED, vector_field);
  const epx_nudging nudging = {.beta = 0.02, .n_points = 2};
  assert_close(eval_distance(n, estimate_by(&b, "holomorphic", &nudging), vector_field), 0, 1e-7);
  epx_array_destroy(&vector_field);
  destroy_batch(&b);
}

/* s(beta) = (theta + beta t)/(1 + beta): s' by N points is s'(0) / (1 - beta^N). */
static void scalar_energy_gives_the_closed_form(void **state) {
  (void)state;
  const epx_family scalar = get_scalar_family();
  const epx_network_spec spec = {.family = &scalar,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 1},
                                 .n_outputs = 1,
                                 .readout = EPX_READ_PHASE,
                                 .readout_scale = 1};
  const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = -0.3};
  settled_batch b = create_batch(&spec, &cost, 1e-14, 1, 1, 1);
  for (int lane = 0; lane < b.lanes->n_lanes; lane++)
    b.label[lane] = 1;
  assert_int_equal(settle(&b, &(double){0.7}, &(double){0}), 1);
  for (int n_points = 2; n_points <= 6; n_points += 2) {
    const epx_nudging nudging = {.beta = 0.3, .n_points = n_points};
    assert_close(estimate_by(&b, "holomorphic", &nudging)[0], 1 / (1 - pow(0.3, n_points)), 1e-11);
  }
  destroy_batch(&b);
}

static void circle_beyond_the_analytic_disc_is_counted(void **state) {
  (void)state;
  settled_batch b = create_random_batch("kerr", &softmax, 0.8, 0.2);
  const epx_nudging nudging = {.beta = 50};
  estimate_by(&b, "holomorphic", &nudging);
  assert_true(epx_estimator_get_failures(b.work) > 0);
  destroy_batch(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(error_is_of_the_order_of_the_number_of_points),
      cmocka_unit_test(two_points_are_a_centred_nudge),
      cmocka_unit_test(scalar_energy_gives_the_closed_form),
      cmocka_unit_test(circle_beyond_the_analytic_disc_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
