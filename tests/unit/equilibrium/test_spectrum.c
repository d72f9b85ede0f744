/** @file
 * Spectra known in closed form: two coupled rings of different detuning and loss, and an exceptional point.
 */
#include <complex.h>

#include "equilibrium/outcome/spectrum.h"
#include "unit/random_network.h"

typedef struct {
  double detuning[2], loss[2], coupling;
  double tolerance;
} pair;

/** At |k1 - k2| = 4 mu the two frequencies meet, and a double eigenvalue is known to the root of rounding
 * only. */
static const pair pairs[] = {
    {{0.3, -0.3}, {0.5, 2.5}, 1, 1e-12},
    {{0, 0}, {4.5, 0.5}, 1, 1e-7},
    {{0.4, 0.4}, {1, 1}, 0.7, 1e-12},
};

/** Evaluates the larger imaginary part of (w1 + w2) / 2 - i (k1 + k2) / 4 +- sqrt(mu^2 + ((w1 - w2) / 2 - i
 * (k1 - k2) / 4)^2), the rates of exp(i w t). */
static double eval_abscissa(const pair *p) {
  const double complex half = (p->detuning[0] - p->detuning[1]) / 2 - I * (p->loss[0] - p->loss[1]) / 4;
  return -(p->loss[0] + p->loss[1]) / 4 + fabs(cimag(csqrt(p->coupling * p->coupling + half * half)));
}

static void set_parameter(random_network *r, const char *name, int i, double value) {
  const int p = epx_family_get_parameter(r->network->family, name);
  r->theta[r->network->offset[p] + (size_t)i] = value;
}

static void coupled_rings_have_their_analytic_abscissa(void **state) {
  (void)state;
  epx_spectrum *spectrum = NULL;
  assert_int_equal(epx_spectrum_create(4, &spectrum), EPX_OK);
  for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
    random_network r = create_random_network(epx_family_get_by_name("kerr"), 2, 1, 1, 1);
    set_everywhere(&r, "kerr", 0);
    leave_out_further(&r);
    for (int i = 0; i < 2; i++) {
      set_parameter(&r, "detuning", i, pairs[k].detuning[i]);
      set_parameter(&r, "loss", i, pairs[k].loss[i]);
    }
    set_parameter(&r, "coupling", 0, pairs[k].coupling);
    epx_lanes_set_parameters(r.lanes, r.theta);
    double *y = create_random_state(&r, "state");
    assert_close(epx_spectrum_eval_abscissa(spectrum, r.lanes, NULL, y, 0), eval_abscissa(&pairs[k]),
                 pairs[k].tolerance);
    y[0] = NAN;
    assert_true(isnan(epx_spectrum_eval_abscissa(spectrum, r.lanes, NULL, y, 0)));
    epx_array_destroy(&y);
    destroy_random_network(&r);
  }
  assert_close(eval_abscissa(&pairs[0]), -0.58881048, 5e-9);
  epx_spectrum_destroy(&spectrum);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(coupled_rings_have_their_analytic_abscissa),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
