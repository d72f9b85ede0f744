/** @file
 * Variation: draws belong to what they vary, have the moments they were asked for, and stay in range.
 */
#include "photonic/fabrication/variation.h"
#include "unit/random_network.h"

enum { N_NODES = 6, N_INSTANCES = 1500 };

static const epx_distribution narrow = {.kind = EPX_NORMAL, .sigma = 0.1};

static random_network create_kerr(void) {
  return create_random_network(epx_family_get_by_name("kerr"), N_NODES, 2, 1, 1);
}

static epx_variation vary(const random_network *r, const char *name, epx_scope scope, epx_effect effect,
                          epx_distribution distribution) {
  return (epx_variation){epx_family_get_parameter(r->network->family, name), distribution, scope, effect};
}

/** Creates the parameters of an instance. */
static double *create_instance(const random_network *r, const epx_variation *rows, int n_rows,
                               uint32_t i_point, uint32_t i_instance) {
  double *theta = create_numbers(r->network->n_theta);
  memcpy(theta, r->theta, r->network->n_theta * sizeof *theta);
  epx_variation_eval(rows, n_rows, r->network, 11, i_point, i_instance, theta, NULL);
  return theta;
}

static const double *get_values(const random_network *r, const double *theta, const char *name) {
  return theta + r->network->offset[epx_family_get_parameter(r->network->family, name)];
}

static void local_draws_differ_and_global_draws_do_not(void **state) {
  (void)state;
  random_network r = create_kerr();
  const epx_variation rows[] = {vary(&r, "detuning", EPX_SCOPE_LOCAL, EPX_EFFECT_ADD, narrow),
                                vary(&r, "kerr", EPX_SCOPE_GLOBAL, EPX_EFFECT_ADD, narrow),
                                vary(&r, "coupling", EPX_SCOPE_LOCAL, EPX_EFFECT_ADD, narrow)};
  double *theta = create_instance(&r, rows, 3, 0, 0);
  const double *local = get_values(&r, theta, "detuning"), *global = get_values(&r, theta, "kerr");
  const double *local_0 = get_values(&r, r.theta, "detuning"), *global_0 = get_values(&r, r.theta, "kerr");
  for (int i = 1; i < N_NODES; i++) {
    assert_true(fabs((local[i] - local_0[i]) - (local[0] - local_0[0])) > 1e-6);
    assert_close(global[i] - global_0[i], global[0] - global_0[0], 1e-15);
  }
  assert_true(fabs(global[0] - global_0[0]) > 1e-6);
  const double *link = get_values(&r, theta, "coupling"), *link_0 = get_values(&r, r.theta, "coupling");
  for (int l = 1; l < 15; l++)
    assert_true(fabs((link[l] - link_0[l]) - (link[0] - link_0[0])) > 1e-6);
  const double *loss = get_values(&r, theta, "loss"), *loss_0 = get_values(&r, r.theta, "loss");
  for (int i = 0; i < N_NODES; i++)
    assert_close(loss[i], loss_0[i], 0);
  epx_array_destroy(&theta);
  destroy_random_network(&r);
}

static void row_of_another_parameter_leaves_draws_as_they_are(void **state) {
  (void)state;
  random_network r = create_kerr();
  const epx_variation detuning = vary(&r, "detuning", EPX_SCOPE_LOCAL, EPX_EFFECT_ADD, narrow);
  const epx_variation kerr = vary(&r, "kerr", EPX_SCOPE_LOCAL, EPX_EFFECT_ADD, narrow);
  const epx_variation one[] = {detuning}, two[] = {kerr, detuning}, twice[] = {detuning, detuning};
  double *a = create_instance(&r, one, 1, 3, 4), *b = create_instance(&r, two, 2, 3, 4);
  double *c = create_instance(&r, twice, 2, 3, 4);
  const double *nominal = get_values(&r, r.theta, "detuning");
  for (int i = 0; i < N_NODES; i++) {
    const double draw_a = get_values(&r, a, "detuning")[i] - nominal[i];
    assert_close(get_values(&r, b, "detuning")[i] - nominal[i], draw_a, 0);
    assert_true(fabs(get_values(&r, c, "detuning")[i] - nominal[i] - 2 * draw_a) > 1e-6);
  }
  epx_array_destroy(&a);
  epx_array_destroy(&b);
  epx_array_destroy(&c);
  destroy_random_network(&r);
}

static void points_have_common_draws_when_asked_and_their_own_otherwise(void **state) {
  (void)state;
  random_network r = create_kerr();
  const epx_variation rows[] = {vary(&r, "coupling", EPX_SCOPE_LOCAL, EPX_EFFECT_SCALE, narrow)};
  static const struct {
    uint32_t point, instance;
    bool same;
  } cases[] = {{EPX_RANDOM_ANY, 2, true}, {0, 2, false}, {1, 2, false}, {EPX_RANDOM_ANY, 3, false}};
  double *first = create_instance(&r, rows, 1, EPX_RANDOM_ANY, 2);
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    double *theta = create_instance(&r, rows, 1, cases[k].point, cases[k].instance);
    const int differ = memcmp(theta, first, r.network->n_theta * sizeof *theta);
    assert_int_equal(differ == 0, cases[k].same);
    epx_array_destroy(&theta);
  }
  epx_array_destroy(&first);
  destroy_random_network(&r);
}

/** A pair of nodes keeps its draw when the topology loses other links. */
static void draw_of_a_link_belongs_to_its_nodes(void **state) {
  (void)state;
  random_network r = create_kerr();
  epx_network *chain = NULL;
  const epx_network_spec spec = {
      .family = r.network->family, .topology = {.kind = EPX_CHAIN, .n_nodes = N_NODES}, .n_outputs = 1};
  assert_int_equal(epx_network_create(&spec, &chain), EPX_OK);
  const epx_variation rows[] = {vary(&r, "coupling", EPX_SCOPE_LOCAL, EPX_EFFECT_ADD, narrow)};
  double *full = create_numbers(r.network->n_theta), *few = create_numbers(chain->n_theta);
  epx_variation_eval(rows, 1, r.network, 11, 0, 0, full, NULL);
  epx_variation_eval(rows, 1, chain, 11, 0, 0, few, NULL);
  for (int i = 0; i + 1 < N_NODES; i++) {
    assert_close(
        few[chain->offset[chain->coupling] + (size_t)epx_topology_get_link(chain->topology, i, i + 1)],
        full[r.network->offset[r.network->coupling] +
             (size_t)epx_topology_get_link(r.network->topology, i, i + 1)],
        0);
  }
  epx_array_destroy(&full);
  epx_array_destroy(&few);
  epx_network_destroy(&chain);
  destroy_random_network(&r);
}

/** Moments over instances of node 0 and between nodes 0 and 1; each within 4 standard errors. */
static void draws_have_the_moments_asked_for(void **state) {
  (void)state;
  static const struct {
    epx_effect effect;
    epx_distribution distribution;
    double mean, sigma, kurtosis; /* of the change (add) or the logarithm of the ratio (scale) */
  } cases[] = {{EPX_EFFECT_ADD, {.kind = EPX_NORMAL, .mean = 0.02, .sigma = 0.1}, 0.02, 0.1, 3},
               {EPX_EFFECT_ADD, {.kind = EPX_UNIFORM, .low = -0.3, .high = 0.3}, 0, 0.17320508075688773, 1.8},
               {EPX_EFFECT_SCALE, {.kind = EPX_LOGNORMAL, .mean = 1, .sigma = 0.2}, 0, 0.2, 3}};
  random_network r = create_kerr();
  const double *nominal = get_values(&r, r.theta, "detuning");
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    const epx_variation row = vary(&r, "detuning", EPX_SCOPE_LOCAL, cases[k].effect, cases[k].distribution);
    double sum = 0, squares = 0, product = 0;
    for (uint32_t instance = 0; instance < N_INSTANCES; instance++) {
      double *theta = create_instance(&r, &row, 1, EPX_RANDOM_ANY, instance), change[2];
      for (int i = 0; i < 2; i++) {
        const double now = get_values(&r, theta, "detuning")[i];
        change[i] =
            (cases[k].effect == EPX_EFFECT_ADD ? now - nominal[i] : log(now / nominal[i])) - cases[k].mean;
      }
      sum += change[0];
      squares += change[0] * change[0];
      product += change[0] * change[1];
      epx_array_destroy(&theta);
    }
    const double n = N_INSTANCES, variance = cases[k].sigma * cases[k].sigma;
    assert_close(sum / n, 0, 4 * cases[k].sigma / sqrt(n));
    assert_close(squares / n, variance, 4 * variance * sqrt((cases[k].kurtosis - 1) / n));
    assert_close(product / n, 0, 4 * variance / sqrt(n));
  }
  destroy_random_network(&r);
}

static void truncated_draws_stay_inside(void **state) {
  (void)state;
  random_network r = create_kerr();
  const epx_distribution truncated = {.kind = EPX_TRUNCATED_NORMAL, .sigma = 1, .low = -0.2, .high = 0.5};
  const epx_variation row = vary(&r, "detuning", EPX_SCOPE_LOCAL, EPX_EFFECT_ADD, truncated);
  double least = 1, most = -1;
  for (uint32_t instance = 0; instance < 300; instance++) {
    double *theta = create_instance(&r, &row, 1, EPX_RANDOM_ANY, instance);
    for (int i = 0; i < N_NODES; i++) {
      const double change = get_values(&r, theta, "detuning")[i] - get_values(&r, r.theta, "detuning")[i];
      least = fmin(least, change);
      most = fmax(most, change);
    }
    epx_array_destroy(&theta);
  }
  assert_in_range((least + 0.2 + 1e-15) * 1e4, 0, 100);
  assert_in_range((0.5 - most + 1e-15) * 1e4, 0, 100);
  destroy_random_network(&r);
}

static void values_out_of_range_are_clamped_and_counted(void **state) {
  (void)state;
  random_network r = create_kerr();
  const epx_distribution fall = {.kind = EPX_UNIFORM, .low = -10, .high = -5};
  const epx_variation rows[] = {vary(&r, "loss", EPX_SCOPE_LOCAL, EPX_EFFECT_ADD, fall),
                                vary(&r, "detuning", EPX_SCOPE_LOCAL, EPX_EFFECT_ADD, fall)};
  double *theta = create_numbers(r.network->n_theta);
  int n_clamped[] = {-1, -1};
  memcpy(theta, r.theta, r.network->n_theta * sizeof *theta);
  epx_variation_eval(rows, 2, r.network, 11, 0, 0, theta, n_clamped);
  assert_int_equal(n_clamped[0], N_NODES);
  assert_int_equal(n_clamped[1], 0);
  for (int i = 0; i < N_NODES; i++) {
    assert_close(get_values(&r, theta, "loss")[i], 0, 0);
    assert_true(get_values(&r, theta, "detuning")[i] < -4);
  }
  epx_array_destroy(&theta);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(local_draws_differ_and_global_draws_do_not),
      cmocka_unit_test(row_of_another_parameter_leaves_draws_as_they_are),
      cmocka_unit_test(points_have_common_draws_when_asked_and_their_own_otherwise),
      cmocka_unit_test(draw_of_a_link_belongs_to_its_nodes),
      cmocka_unit_test(draws_have_the_moments_asked_for),
      cmocka_unit_test(truncated_draws_stay_inside),
      cmocka_unit_test(values_out_of_range_are_clamped_and_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
