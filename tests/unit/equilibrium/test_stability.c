/** @file
 * Stability: what is asked of a bound, of a power method and of a spectrum, against the spectrum alone.
 */
#include "equilibrium/outcome/stability.h"

#include "unit/hopf_family.h"
#include "unit/ringing_network.h"

typedef struct {
  epx_linear *linear;
  epx_spectrum *spectrum;
  epx_stability *stability;
  epx_equilibrium_options options;
} parts;

static void create_parts(const random_network *r, parts *p) {
  const int n = r->network->n_state;
  *p = (parts){.options = get_options()};
  assert_int_equal(epx_linear_create(n, 1, &p->linear), EPX_OK);
  assert_int_equal(epx_spectrum_create(n, &p->spectrum), EPX_OK);
  assert_int_equal(epx_stability_create(r->network, r->lanes->n_lanes, &p->options, p->linear, 0, p->spectrum,
                                        &p->stability),
                   EPX_OK);
}

static void destroy_parts(parts *p) {
  epx_stability_destroy(&p->stability);
  epx_spectrum_destroy(&p->spectrum);
  epx_linear_destroy(&p->linear);
}

/** Rates of growth of a focus that turns at rate 3; rounding is neither. */
static const struct {
  double growth;
  bool unstable;
} foci[] = {{-1, false},     {1, true},  {-1e-2, false}, {1e-2, true}, {-1e-6, false}, {1e-6, true},
            {-1e-12, false}, {0, false}, {1e-12, false}, {40, true},   {-40, false}};
enum { N_FOCI = sizeof foci / sizeof *foci };

static random_network create_foci(void) {
  hopf each[N_FOCI];
  for (int k = 0; k < N_FOCI; k++)
    each[k] = (hopf){.growth = foci[k].growth, .rate = 3, .saturation = 1};
  return create_hopf_network(N_FOCI, each);
}

static void foci_that_grow_are_unstable(void **state) {
  (void)state;
  random_network r = create_foci();
  bool asked[2 * EPX_LANE_WIDTH] = {false};
  double *y = create_numbers(count_state(&r));
  parts p;
  create_parts(&r, &p);
  for (int k = 0; k < N_FOCI; k++)
    asked[k] = k != 1;
  epx_stability_eval(p.stability, r.lanes, NULL, y, asked);
  for (int k = 0; k < N_FOCI; k++)
    assert_int_equal(asked[k], k != 1 && foci[k].unstable);
  destroy_parts(&p);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

static void add_nothing(const void *context, const epx_lanes *lanes, const double *y, int lane, int width,
                        double *jacobian) {
  (void)context, (void)lanes, (void)y, (void)lane, (void)width, (void)jacobian;
}

static void reversed_time_turns_the_answer_round(void **state) {
  (void)state;
  random_network r = create_foci();
  const epx_nudge nudge = {.add_jacobian = add_nothing, .direction = -1};
  bool asked[2 * EPX_LANE_WIDTH] = {false};
  double *y = create_numbers(count_state(&r));
  parts p;
  create_parts(&r, &p);
  for (int k = 0; k < N_FOCI; k++)
    asked[k] = true;
  epx_stability_eval(p.stability, r.lanes, &nudge, y, asked);
  for (int k = 0; k < N_FOCI; k++)
    assert_int_equal(asked[k], foci[k].growth < -1e-7);
  destroy_parts(&p);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** At random states, of which some are stable and some not. */
static void answer_is_that_of_the_spectrum(void **state) {
  (void)state;
  static const char *const families[] = {"kerr", "laser", "opo", "silicon-ring"};
  for (size_t k = 0; k < sizeof families / sizeof *families; k++) {
    random_network r = create_random_network(epx_family_get_by_name(families[k]), 4, 2, 60, 4);
    bool *asked = NULL;
    int n_unstable = 0;
    double *y = create_random_state(&r, "state");
    parts p;
    create_parts(&r, &p);
    assert_int_equal(EPX_ARRAY(asked, (size_t)r.lanes->n_lanes), EPX_OK);
    for (int lane = 0; lane < r.lanes->n_used; lane++)
      asked[lane] = true;
    epx_stability_eval(p.stability, r.lanes, NULL, y, asked);
    for (int lane = 0; lane < r.lanes->n_used; lane++) {
      assert_int_equal(asked[lane], epx_spectrum_eval_abscissa(p.spectrum, r.lanes, NULL, y, lane) > 0);
      n_unstable += asked[lane];
    }
    assert_in_range(n_unstable, 1, (unsigned long)r.lanes->n_used - 1);
    destroy_parts(&p);
    epx_array_destroy(&asked);
    epx_array_destroy(&y);
    destroy_random_network(&r);
  }
}

/** Where spectra take seconds, what is left of the vector decides alone: lasers below and above threshold,
 * and one that would take some 10^5 steps to tell. */
static void large_networks_are_judged_without_a_spectrum(void **state) {
  (void)state;
  static const double pumps[] = {-0.5, 0.5, -1e-4, 1e-4};
  random_network r = create_random_network(epx_family_get_by_name("laser"), 260, 1, 4, 1);
  bool asked[EPX_LANE_WIDTH] = {true, true, true, true};
  const int pump = epx_family_get_parameter(r.network->family, "pump");
  set_everywhere(&r, "coupling", 0);
  set_everywhere(&r, "dispersive", 0);
  for (size_t k = 0; k < 4; k++) {
    for (size_t i = 0; i < 260; i++)
      r.theta[k * r.network->n_theta + r.network->offset[pump] + i] = pumps[k];
  }
  epx_lanes_set_parameters(r.lanes, r.theta);
  double *y = create_numbers(count_state(&r));
  parts p;
  create_parts(&r, &p);
  epx_stability_eval(p.stability, r.lanes, NULL, y, asked);
  for (size_t k = 0; k < 4; k++)
    assert_int_equal(asked[k], pumps[k] > 0);
  assert_int_equal(epx_stability_get_counts(p.stability).spectra, 0);
  destroy_parts(&p);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

/** A Jacobian that is not a number is nobody's equilibrium. */
static void what_is_not_finite_is_unstable(void **state) {
  (void)state;
  random_network r = create_foci();
  bool asked[2 * EPX_LANE_WIDTH] = {true, true, true};
  double *y = create_numbers(count_state(&r));
  parts p;
  create_parts(&r, &p);
  y[2] = NAN;
  epx_stability_eval(p.stability, r.lanes, NULL, y, asked);
  assert_false(asked[0]);
  assert_true(asked[1]);
  assert_true(asked[2]);
  destroy_parts(&p);
  epx_array_destroy(&y);
  destroy_random_network(&r);
}

static void what_begins_at_an_unstable_focus_leaves_it(void **state) {
  (void)state;
  static const epx_method methods[] = {EPX_DYNAMICS, EPX_DYNAMICS_NEWTON};
  for (size_t k = 0; k < 2; k++) {
    const hopf each[] = {{.growth = 0.1, .rate = 1, .saturation = 1},
                         {.growth = -0.1, .rate = 1, .saturation = 1}};
    random_network r = create_hopf_network(2, each);
    epx_equilibrium_options options = get_options();
    options.method = methods[k];
    solution s = create_start(&r, &options);
    memset(s.y, 0, count_state(&r) * sizeof *s.y);
    settle(&r, NULL, &s);
    assert_int_equal(s.certificate[0].outcome, EPX_OSCILLATES);
    assert_close(s.certificate[0].period, 2 * acos(-1), 0.02);
    assert_close(s.certificate[0].amplitude, sqrt(0.1), 0.01);
    assert_int_equal(s.certificate[1].outcome, EPX_OK);
    assert_true(get_state(&r, &s, 0, 1) == 0 && get_state(&r, &s, 1, 1) == 0);
    destroy_solution(&s);
    destroy_random_network(&r);
  }
}

/** x = 0 is an equilibrium of oscillators above threshold that nothing seeds; they leave it for +-sqrt(pump -
 * 1). */
static void oscillators_above_threshold_leave_zero(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("opo"), 1, 1, 2, 1);
  const epx_equilibrium_options options = get_options();
  r.features[0] = 0;
  set_everywhere(&r, "bias", 0);
  set_everywhere(&r, "pump", 1.5);
  epx_lanes_set_samples(r.lanes, 1, r.features);
  solution s = create_start(&r, &options);
  memset(s.y, 0, count_state(&r) * sizeof *s.y);
  settle(&r, NULL, &s);
  for (int lane = 0; lane < 2; lane++) {
    assert_int_equal(s.certificate[lane].outcome, EPX_OK);
    assert_close(fabs(get_state(&r, &s, 0, lane)), sqrt(0.5), 1e-9);
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

/** Among the first 1200 networks are some that Newton would take to an unstable focus. */
static void networks_that_ring_are_not_certified_at_unstable_foci(void **state) {
  (void)state;
  ringing_tally t = {0};
  for (unsigned seed = 0; seed < 12; seed++)
    count_ringing(8, seed, &t);
  assert_int_equal(t.n, 1200);
  assert_in_range(t.n_settled, 1100, 1200);
  assert_int_equal(t.n_unstable, 0);
  assert_true(t.departures > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(foci_that_grow_are_unstable),
      cmocka_unit_test(reversed_time_turns_the_answer_round),
      cmocka_unit_test(answer_is_that_of_the_spectrum),
      cmocka_unit_test(large_networks_are_judged_without_a_spectrum),
      cmocka_unit_test(what_is_not_finite_is_unstable),
      cmocka_unit_test(what_begins_at_an_unstable_focus_leaves_it),
      cmocka_unit_test(oscillators_above_threshold_leave_zero),
      cmocka_unit_test(networks_that_ring_are_not_certified_at_unstable_foci),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
