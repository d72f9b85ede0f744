/** @file
 * The population: its equilibria are equilibria, its failures are told apart, no lane knows of another.
 */
#include <stdlib.h>

#include "epilux/equilibrium/population.h"
#include "unit/hopf_family.h"

typedef struct {
  epx_population *population;
  epx_certificate *certificate; /* [n_lanes] */
  double *y;                    /* [n_state][n_lanes] */
} solution;

static epx_equilibrium_options get_options(void) {
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  return options;
}

/** Creates a population for a network and solves from the family's start. */
static solution create_solution(const random_network *r, const epx_equilibrium_options *options) {
  solution s = {.y = create_numbers(count_state(r))};
  assert_int_equal(EPX_ARRAY(s.certificate, (size_t)r->lanes->n_lanes), EPX_OK);
  assert_int_equal(epx_population_create(r->network, r->lanes->n_lanes, options, &s.population), EPX_OK);
  r->network->family->set_start(r->lanes, 3, s.y);
  assert_int_equal(epx_population_solve(s.population, r->lanes, NULL, s.y, s.certificate), EPX_OK);
  return s;
}

static void destroy_solution(solution *s) {
  epx_population_destroy(&s->population);
  epx_array_destroy(&s->certificate);
  epx_array_destroy(&s->y);
}

static double get_theta(const random_network *r, int instance, const char *name, int i) {
  const int p = epx_family_get_parameter(r->network->family, name);
  return r->theta[(size_t)instance * r->network->n_theta + r->network->offset[p] + (size_t)i];
}

static double get_coupling(const random_network *r, int instance, int i, int j) {
  const long link = i == j ? -1 : epx_topology_get_link(r->network->topology, i, j);
  return link < 0 ? 0 : get_theta(r, instance, "coupling", (int)link);
}

/** The largest |da/dt| of one lane of a Kerr network, from its parameters and the equation. */
static double eval_kerr_residual(const random_network *r, int lane, const double *y) {
  const int n = r->network->n_nodes, instance = lane / r->lanes->n_samples,
            sample = lane % r->lanes->n_samples;
  const size_t n_lanes = (size_t)r->lanes->n_lanes;
  double worst = 0;
  for (int i = 0; i < n; i++) {
    const double x = y[2 * (size_t)i * n_lanes + (size_t)lane],
                 p = y[(2 * (size_t)i + 1) * n_lanes + (size_t)lane];
    const double loss = get_theta(r, instance, "loss", i);
    const double w =
        get_theta(r, instance, "detuning", i) + get_theta(r, instance, "kerr", i) * (x * x + p * p);
    double dx = -loss / 2 * x - w * p + get_theta(r, instance, "bias", i), dp = -loss / 2 * p + w * x;
    if (i < r->network->n_inputs) dx += 0.7 * r->features[sample * r->network->n_inputs + i];
    for (int j = 0; j < n; j++) {
      dx -= get_coupling(r, instance, i, j) * y[(2 * (size_t)j + 1) * n_lanes + (size_t)lane];
      dp += get_coupling(r, instance, i, j) * y[2 * (size_t)j * n_lanes + (size_t)lane];
    }
    worst = fmax(worst, fmax(fabs(dx), fabs(dp)));
  }
  return worst;
}

/** The largest |dphi/dt| of one lane of a phase network whose first nodes are clamped to its inputs. */
static double eval_phase_residual(const random_network *r, int lane, const double *y) {
  const int n = r->network->n_nodes, instance = lane / r->lanes->n_samples,
            sample = lane % r->lanes->n_samples;
  const int n_inputs = r->network->n_inputs;
  double phi[32], worst = 0;
  for (int i = 0; i < n; i++) {
    phi[i] = i < n_inputs ? 0.7 * r->features[sample * n_inputs + i]
                          : y[(i - n_inputs) * r->lanes->n_lanes + lane];
  }
  for (int i = n_inputs; i < n; i++) {
    double f = -get_theta(r, instance, "field", i) * sin(phi[i] - get_theta(r, instance, "field_phase", i));
    for (int j = 0; j < n; j++)
      f -= get_coupling(r, instance, i, j) * sin(phi[i] - phi[j]);
    worst = fmax(worst, fabs(f));
  }
  return worst;
}

static void kerr_equilibria_obey_the_equation(void **state) {
  (void)state;
  for (int n = 2; n < 20; n += 5) {
    random_network r = create_random_network(epx_family_get_by_name("kerr"), n, 1, n == 7 ? 1 : 3, 11);
    set_everywhere(&r, "loss", 1.5);
    const epx_equilibrium_options options = get_options();
    solution s = create_solution(&r, &options);
    for (int lane = 0; lane < r.lanes->n_used; lane++) {
      if (s.certificate[lane].outcome != EPX_OK) continue;
      assert_true(s.certificate[lane].residual <= options.tolerance);
      assert_close(eval_kerr_residual(&r, lane, s.y), s.certificate[lane].residual, 1e-13);
    }
    const epx_population_counts counts = epx_population_get_counts(s.population);
    assert_int_equal(counts.equilibria, r.lanes->n_used);
    assert_true(counts.failures < r.lanes->n_used / 10);
    destroy_solution(&s);
    destroy_random_network(&r);
  }
}

static void phase_equilibria_obey_the_equation(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("phase"), 9, 3, 2, 10);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    assert_int_equal(s.certificate[lane].outcome, EPX_OK);
    assert_close(eval_phase_residual(&r, lane, s.y), 0, 2e-10);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kerr_equilibria_obey_the_equation),
      cmocka_unit_test(phase_equilibria_obey_the_equation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
