/** @file
 * Gradients of networks that are read at their ports: light of a trained bias goes past its node, too, and the cost's
 * slope in it has a part that moves no state. The exact rule agrees with differences of the cost.
 */
#include "unit/xor_learner.h"

static xor_study create_port_study(epx_readout_kind readout) {
  xor_study x = create_xor_study(1, "backprop", 2);
  const epx_family *family = x.network->family;
  x.network->readout = readout;
  x.spec.train[epx_family_get_parameter(family, "bias")] = true;
  for (size_t i = 0; i < 2; i++) {
    double *theta = x.theta + i * x.network->n_theta;
    for (size_t k = 0; k < 10; k++) {
      theta[x.network->offset[epx_family_get_parameter(family, "coupling_loss")] + k] =
          0.5 + 0.05 * (double)k;
      theta[x.network->offset[epx_family_get_parameter(family, "bias")] + k] = 0.1 * (double)(k % 4) - 0.1;
    }
  }
  return x;
}

static double *create_gradient(const xor_study *x, const char *rule) {
  double *gradient = create_numbers(2 * x->network->n_theta);
  epx_learner *learner = create_xor_learner(x);
  epx_nudging nudging = x->spec.nudging;
  nudging.shift = 1e-4;
  assert_int_equal(
      epx_learner_eval_gradient(learner, epx_estimator_get_by_name(rule), &nudging, x->theta, gradient),
      EPX_OK);
  epx_learner_destroy(&learner);
  return gradient;
}

static void trained_light_that_goes_past_its_node_counts(void **state) {
  (void)state;
  static const epx_readout_kind readouts[] = {EPX_READ_PORT_INTENSITY, EPX_READ_PORT_QUADRATURE};
  for (int k = 0; k < 2; k++) {
    xor_study x = create_port_study(readouts[k]);
    double *exact = create_gradient(&x, "backprop"), *measured = create_gradient(&x, "finite-difference");
    double largest = 0;
    for (size_t i = 0; i < 2 * x.network->n_theta; i++)
      largest = fmax(largest, fabs(measured[i]));
    assert_true(largest > 0.01);
    for (size_t i = 0; i < 2 * x.network->n_theta; i++)
      assert_close(exact[i], measured[i], 1e-5 * largest);
    epx_array_destroy(&exact);
    epx_array_destroy(&measured);
    destroy_xor_study(&x);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(trained_light_that_goes_past_its_node_counts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
