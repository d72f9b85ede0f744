/** @file
 * Answers do not depend on the units of rate and power: the same bits where these are scaled by powers of two, and the
 * branch of the dynamics in whatever units. Short: the long form of the last is bench_branches.
 */
#include "equilibrium/reference/reference.h"
#include "unit/branches.h"

/** Scales all rates of a network, and time against them. */
static void scale_rates(random_network *r, double factor, epx_equilibrium_options *options) {
  const epx_family *family = r->network->family;
  for (int p = 0; p < family->n_parameters; p++) {
    for (int k = 0; strcmp(family->parameters[p].unit, "1") == 0 && k < r->lanes->n_instances; k++) {
      double *values = r->theta + (size_t)k * r->network->n_theta + r->network->offset[p];
      for (size_t i = 0; i < r->network->count[p]; i++)
        values[i] *= factor;
    }
  }
  if (!family->clamps_inputs) r->network->input_scale *= factor;
  options->max_time /= factor;
  epx_lanes_set_parameters(r->lanes, r->theta);
  epx_lanes_set_samples(r->lanes, r->lanes->n_samples, r->features);
}

/** Solves, and for the settling times, too. */
static solution solve_all(random_network *r, const epx_equilibrium_options *options) {
  solution s = create_start(r, options);
  double *start = create_numbers(count_state(r));
  memcpy(start, s.y, count_state(r) * sizeof *start);
  settle(r, NULL, &s);
  assert_int_equal(epx_population_eval_settling(s.population, r->lanes, start, s.y, s.certificate), EPX_OK);
  epx_array_destroy(&start);
  return s;
}

/** States, outcomes and periods are the same bits, times in proportion. */
static void check_scaled(const random_network *r, const solution *s, const solution *t, double by_time,
                         double by_state) {
  for (size_t k = 0; k < count_state(r); k++) {
    const int lane = (int)(k % (size_t)r->lanes->n_lanes);
    if (lane < r->lanes->n_used && t->y[k] != by_state * s->y[k])
      fail_msg("%s, lane %d, outcomes %d and %d: %.17g is not %g times %.17g", r->network->family->name, lane,
               s->certificate[lane].outcome, t->certificate[lane].outcome, t->y[k], by_state, s->y[k]);
  }
  for (int lane = 0; lane < r->lanes->n_used; lane++) {
    const epx_certificate *a = &s->certificate[lane], *b = &t->certificate[lane];
    assert_int_equal(a->outcome, b->outcome);
    assert_true(isnan(a->settling_time) == isnan(b->settling_time));
    if (!isnan(a->settling_time)) assert_true(b->settling_time == by_time * a->settling_time);
    if (!isnan(a->period)) assert_true(b->period == by_time * a->period);
  }
}

static void rates_times_a_power_of_two_give_the_same_bits(void **state) {
  (void)state;
  static const char *const names[] = {"kerr", "phase", "ising", "soft-spin"};
  static const int powers[] = {-20, -7, 1, 13, 20};
  for (size_t f = 0; f < sizeof names / sizeof *names; f++) {
    const epx_family *family = epx_family_get_by_name(names[f]);
    epx_equilibrium_options options = get_options();
    options.max_time = 512;
    random_network r = branches_create_network(family, 5, 1, 1);
    solution s = solve_all(&r, &options);
    for (size_t k = 0; k < sizeof powers / sizeof *powers; k++) {
      epx_equilibrium_options scaled = options;
      random_network other = branches_create_network(family, 5, 1, 1);
      scale_rates(&other, ldexp(1, powers[k]), &scaled);
      solution t = solve_all(&other, &scaled);
      check_scaled(&r, &s, &t, ldexp(1, -powers[k]), 1);
      destroy_solution(&t);
      destroy_random_network(&other);
    }
    destroy_solution(&s);
    destroy_random_network(&r);
  }
}

/** Linear networks, and Kerr rings whose nonlinearity is scaled against the light. */
static void drives_times_a_power_of_two_scale_the_states(void **state) {
  (void)state;
  static const int powers[] = {-20, -3, 1, 20};
  const epx_family *kerr = epx_family_get_by_name("kerr");
  for (int linear = 0; linear < 2; linear++) {
    const epx_equilibrium_options options = get_options();
    random_network r = branches_create_network(kerr, 9, 1, 1);
    if (linear) set_everywhere(&r, "kerr", 0);
    solution s = solve_all(&r, &options);
    for (size_t k = 0; k < sizeof powers / sizeof *powers; k++) {
      const double factor = ldexp(1, powers[k]);
      random_network other = branches_create_network(kerr, 9, 1, 1);
      const int bias = epx_family_get_parameter(kerr, "bias"), p = epx_family_get_parameter(kerr, "kerr");
      for (int i = 0; i < BRANCHES_INSTANCES; i++) {
        double *theta = other.theta + (size_t)i * other.network->n_theta;
        for (size_t node = 0; node < BRANCHES_NODES; node++) {
          theta[other.network->offset[bias] + node] *= factor;
          theta[other.network->offset[p] + node] *= linear ? 0 : 1 / (factor * factor);
        }
      }
      other.network->input_scale *= factor;
      epx_lanes_set_parameters(other.lanes, other.theta);
      epx_lanes_set_samples(other.lanes, BRANCHES_SAMPLES, other.features);
      solution t = solve_all(&other, &options);
      check_scaled(&r, &s, &t, 1, factor);
      destroy_solution(&t);
      destroy_random_network(&other);
    }
    destroy_solution(&s);
    destroy_random_network(&r);
  }
}

static void every_network_comes_to_the_equilibrium_of_its_dynamics(void **state) {
  (void)state;
  static const double rates[] = {1, 1e-6, 0.005, 1e6}, drives[] = {1, 1e-4, 10};
  const epx_family *wound = epx_family_get_by_name("mesh-electro-optic"); /* see below */
  for (int i = 0; epx_family_get(i); i++) {
    const epx_family *family = epx_family_get(i);
    const int n_rates = branches_has_free_rates(family) ? 4 : 1;
    branches b = {0};
    for (unsigned seed = 0; !family->stiff && seed < (unsigned)(3 * n_rates); seed++) {
      const double drive = drives[seed % 3];
      /* Driven so hard, its modulators turn by hundreds of radians, and no two tolerances of the dynamics agree. */
      if (family != wound || drive <= 1)
        branches_compare(family, seed, rates[seed / 3 % 4], drive, false, &b);
    }
    if (b.n_apart > 0 || b.n_one > 0)
      fail_msg("%s: of %d networks %d come to another equilibrium, %d settle by one way alone", family->name,
               b.n, b.n_apart, b.n_one);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rates_times_a_power_of_two_give_the_same_bits),
      cmocka_unit_test(drives_times_a_power_of_two_scale_the_states),
      cmocka_unit_test(every_network_comes_to_the_equilibrium_of_its_dynamics),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
