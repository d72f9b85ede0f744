/** @file
 * What is computed of a network does not depend on which others are computed beside it: equilibria, certificates, settling
 * times, learning phases and gradients have the same bits in blocks of any size, in any order of the instances.
 */
#include "equilibrium/ensemble.h"
#include "unit/random_network.h"

enum { N_INSTANCES = 8, N_NODES = 5, N_INPUTS = 2 };

/** What is computed of all samples of one instance. */
typedef struct {
  double *y[3];                    /* [n_state][n_samples]: free, and both learning phases */
  epx_certificate *certificate[3]; /* [n_samples] */
  double *gradient;                /* [n_theta] */
} answers;

static answers create_answers(const epx_network *network, int n_samples) {
  answers a = {.gradient = create_numbers(network->n_theta)};
  for (int phase = 0; phase < 3; phase++) {
    a.y[phase] = create_numbers((size_t)network->n_state * (size_t)n_samples);
    assert_int_equal(EPX_ARRAY(a.certificate[phase], (size_t)n_samples), EPX_OK);
  }
  return a;
}

static void destroy_answers(answers *a) {
  epx_array_destroy(&a->gradient);
  for (int phase = 0; phase < 3; phase++) {
    epx_array_destroy(&a->y[phase]);
    epx_array_destroy(&a->certificate[phase]);
  }
}

/** Copies the lanes of the instance in place k of an ensemble. */
static void keep(const epx_ensemble *e, int k, double *const *y, epx_certificate *const *certificate,
                 const double *gradient, answers *out) {
  const size_t n_samples = (size_t)e->n_samples, first = (size_t)k * n_samples, n_lanes = (size_t)e->n_lanes;
  memcpy(out->gradient, gradient + (size_t)k * e->network->n_theta,
         e->network->n_theta * sizeof *out->gradient);
  for (int phase = 0; phase < 3; phase++) {
    memcpy(out->certificate[phase], certificate[phase] + first, n_samples * sizeof **out->certificate);
    for (size_t row = 0; row < (size_t)e->network->n_state; row++)
      memcpy(out->y[phase] + row * n_samples, y[phase] + row * n_lanes + first, n_samples * sizeof(double));
  }
}

/** Sets a force on the first state, ever weaker from sample to sample. */
static double *create_held(const epx_ensemble *e) {
  double *held = create_numbers((size_t)e->network->n_state * (size_t)e->n_lanes);
  for (int lane = 0; lane < e->n_lanes; lane++)
    held[lane] = 1 / (1.0 + lane % e->n_samples);
  return held;
}

static void solve(epx_ensemble *e, double *const *y, epx_certificate *const *certificate, double *gradient) {
  const size_t size = (size_t)e->network->n_state * (size_t)e->n_lanes;
  double *start = create_numbers(size), *held = create_held(e), *weight = create_numbers((size_t)e->n_lanes);
  int samples[2 * EPX_LANE_WIDTH];
  for (int s = 0; s < e->n_samples; s++)
    samples[s] = s;
  assert_int_equal(e->functions->set_start(e, 3, samples, start), EPX_OK);
  memcpy(y[0], start, size * sizeof *start);
  assert_int_equal(e->functions->solve(e, NULL, NULL, y[0], certificate[0]), EPX_OK);
  assert_int_equal(e->functions->eval_settling(e, start, y[0], certificate[0]), EPX_OK);
  assert_int_equal(e->functions->eval_stability(e, y[0], certificate[0]), EPX_OK);
  const epx_phase phases[2] = {{.strength = 1e-3, .held = held, .origin = y[0]},
                               {.strength = -1e-3, .held = held, .origin = y[0]}};
  for (int side = 1; side < 3; side++)
    memcpy(y[side], y[0], size * sizeof *start);
  assert_int_equal(e->functions->solve_pair(e, phases, y + 1, certificate + 1), EPX_OK);
  for (int lane = 0; lane < e->n_used; lane++)
    weight[lane] = 1.0 + lane % e->n_samples;
  assert_int_equal(e->functions->add_force_gradient(e, y[0], y[1], weight, gradient), EPX_OK);
  epx_array_destroy(&start);
  epx_array_destroy(&held);
  epx_array_destroy(&weight);
}

/** Answers for n_instances of the network, in the order `which`, in blocks of `block`. */
static void answer(const random_network *r, int n_samples, const epx_equilibrium_options *options, int block,
                   const int *which, answers *out) {
  const size_t n_theta = r->network->n_theta;
  epx_ensemble *e = NULL;
  double *y[3], *theta = create_numbers((size_t)block * n_theta);
  epx_certificate *certificate[3] = {NULL};
  assert_int_equal(epx_ensemble_create(r->network, block, n_samples, options, &e), EPX_OK);
  e->functions->set_samples(e, n_samples, r->features);
  for (int phase = 0; phase < 3; phase++) {
    y[phase] = create_numbers((size_t)r->network->n_state * (size_t)e->n_lanes);
    assert_int_equal(EPX_ARRAY(certificate[phase], (size_t)e->n_lanes), EPX_OK);
  }
  for (int first = 0; first < N_INSTANCES; first += block) {
    double *gradient = create_numbers((size_t)block * n_theta);
    for (int k = 0; k < block; k++)
      memcpy(theta + (size_t)k * n_theta, r->theta + (size_t)which[first + k] * n_theta,
             n_theta * sizeof *theta);
    e->functions->set_parameters(e, theta);
    solve(e, y, certificate, gradient);
    for (int k = 0; k < block; k++)
      keep(e, k, y, certificate, gradient, &out[which[first + k]]);
    epx_array_destroy(&gradient);
  }
  epx_ensemble_destroy(&e);
  epx_array_destroy(&theta);
  for (int phase = 0; phase < 3; phase++) {
    epx_array_destroy(&y[phase]);
    epx_array_destroy(&certificate[phase]);
  }
}

static bool are_same(size_t n, const double *x, const double *y) {
  return memcmp(x, y, n * sizeof *x) == 0;
}

static bool are_same_certificates(int n, const epx_certificate *all, const epx_certificate *own) {
  for (int s = 0; s < n; s++) {
    const double x[] = {all[s].outcome,  all[s].residual, all[s].settling_time,
                        all[s].abscissa, all[s].period,   all[s].amplitude};
    const double y[] = {own[s].outcome,  own[s].residual, own[s].settling_time,
                        own[s].abscissa, own[s].period,   own[s].amplitude};
    if (!are_same(sizeof x / sizeof *x, x, y)) return false;
  }
  return true;
}

static void compare(const epx_network *network, int n_samples, int block, const answers *all,
                    const answers *own) {
  const size_t size = (size_t)network->n_state * (size_t)n_samples;
  for (int k = 0; k < N_INSTANCES; k++) {
    const char *other = are_same(network->n_theta, all[k].gradient, own[k].gradient) ? NULL : "gradient";
    for (int phase = 2; phase >= 0; phase--) {
      if (!are_same_certificates(n_samples, all[k].certificate[phase], own[k].certificate[phase]))
        other = "certificate";
      if (!are_same(size, all[k].y[phase], own[k].y[phase]))
        other = phase > 0 ? "learning phase" : "equilibrium";
    }
    if (other)
      fail_msg("%s, %d samples, instance %d: another %s in blocks of %d\n", network->family->name, n_samples,
               k, other, block);
  }
}

/** Tells how many of all phases have an equilibrium. */
static int count_settled(const answers *all, int n_samples) {
  int n = 0;
  for (int k = 0; k < 3 * N_INSTANCES * n_samples; k++)
    n += all[k / (3 * n_samples)].certificate[k % 3][k / 3 % n_samples].outcome == EPX_OK;
  return n;
}

static void check_family(const epx_family *family, int n_samples, const epx_equilibrium_options *options) {
  static const int blocks[] = {1, 2, 4, N_INSTANCES};
  static const int order[] = {0, 1, 2, 3, 4, 5, 6, 7}, turned[] = {5, 2, 7, 0, 3, 6, 1, 4};
  random_network r = create_random_network(family, N_NODES, N_INPUTS, N_INSTANCES, n_samples);
  answers all[N_INSTANCES], own[N_INSTANCES];
  for (int k = 0; k < N_INSTANCES; k++) {
    set_instance_to_defaults(&r, k, (uint64_t)k);
    all[k] = create_answers(r.network, n_samples);
    own[k] = create_answers(r.network, n_samples);
  }
  answer(&r, n_samples, options, N_INSTANCES, order, all);
  assert_in_range(count_settled(all, n_samples), N_INSTANCES * n_samples, 3 * N_INSTANCES * n_samples);
  for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
    answer(&r, n_samples, options, blocks[b], turned, own);
    compare(r.network, n_samples, blocks[b], all, own);
  }
  for (int k = 0; k < N_INSTANCES; k++) {
    destroy_answers(&all[k]);
    destroy_answers(&own[k]);
  }
  destroy_random_network(&r);
}

static epx_equilibrium_options get_options(void) {
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  return options;
}

static void few_samples(void **state) {
  (void)state;
  const epx_equilibrium_options options = get_options();
  for (int i = 0; epx_family_get(i); i++)
    check_family(epx_family_get(i), 3, &options);
}

/** One instance alone has a coupling that is shared by its samples. */
static void more_samples_than_a_vector_of_lanes(void **state) {
  (void)state;
  const epx_equilibrium_options options = get_options();
  for (int i = 0; epx_family_get(i); i++)
    check_family(epx_family_get(i), EPX_LANE_WIDTH + 3, &options);
}

static void pure_dynamics_and_close_tolerances(void **state) {
  (void)state;
  epx_equilibrium_options options = get_options();
  options.method = EPX_DYNAMICS;
  options.tolerance = 1e-6;
  check_family(epx_family_get_by_name("kerr"), 3, &options);
  check_family(epx_family_get_by_name("silicon-ring"), 3, &options);
  options.rtol = 1e-6;
  check_family(epx_family_get_by_name("laser"), 3, &options);
}

static void newton_from_the_start(void **state) {
  (void)state;
  epx_equilibrium_options options = get_options();
  options.method = EPX_NEWTON;
  check_family(epx_family_get_by_name("kerr"), 3, &options);
  check_family(epx_family_get_by_name("soft-spin"), 3, &options);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(few_samples),
      cmocka_unit_test(more_samples_than_a_vector_of_lanes),
      cmocka_unit_test(pure_dynamics_and_close_tolerances),
      cmocka_unit_test(newton_from_the_start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
