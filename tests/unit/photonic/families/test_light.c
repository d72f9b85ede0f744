/** @file
 * Light is conserved: what comes in by the ports of a passive network at rest goes out by them or is lost in the
 * rings, whether it is the inputs' light, the bias's or both.
 *
 *   sum |a_in|^2 = sum |a_out|^2 + sum (loss + two_photon |a|^2 + carrier_loss n) |a|^2
 */
#include "unit/settled_network.h"

enum { N_NODES = 5, N_INPUTS = 3, N_SAMPLES = 4 };

/** Sets a parameter of all nodes: middle + spread draws. */
static void set_values(random_network *r, const char *name, double middle, double spread) {
  const int p = epx_family_get_parameter(r->network->family, name);
  for (size_t k = 0; p >= 0 && k < r->network->count[p]; k++)
    r->theta[r->network->offset[p] + k] = middle + spread * draw(name, k);
}

/** A network of rings that all have ports, lit by inputs, by a bias or by both. */
static random_network create_lit(const epx_family *family, double bias, double scale) {
  random_network r = create_random_network(family, N_NODES, N_INPUTS, 1, N_SAMPLES);
  if (family->n_presets > 0) {
    for (int p = 0; p < family->n_parameters; p++)
      set_values(&r, family->parameters[p].name, family->presets[0].values[p],
                 0.1 * family->presets[0].values[p]);
    set_values(&r, "detuning", 5, 5);
    set_values(&r, "coupling", 0, 2000);
    bias *= 10;
    scale *= 10;
  } else {
    set_values(&r, "loss", 0.7, 0.5);
    set_values(&r, "coupling_loss", 0.8, 0.4);
  }
  set_values(&r, "bias", bias, 0.5 * bias);
  r.network->input_scale = scale;
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, N_SAMPLES, r.features);
  return r;
}

static double get_value(const random_network *r, const char *name, int node) {
  const int p = epx_family_get_parameter(r->network->family, name);
  return p < 0 ? 0 : r->theta[r->network->offset[p] + (size_t)node];
}

/** What is lost in a ring of one lane. */
static double eval_lost(const random_network *r, const solution *s, int node, int lane) {
  const int first = r->network->family->components * node;
  const double x = get_state(r, s, first, lane), p = get_state(r, s, first + 1, lane), I = x * x + p * p;
  const double n = r->network->family->components > 2 ? get_state(r, s, first + 2, lane) : 0;
  return (get_value(r, "loss", node) + get_value(r, "two_photon", node) * I +
          get_value(r, "carrier_loss", node) * n) *
         I;
}

/** What comes in and what goes out by the port of a node. */
static void eval_port(const random_network *r, const solution *s, int node, int lane, double *in,
                      double *out) {
  double gain, through[2];
  const int first = r->network->family->components * node;
  r->network->family->eval_port(r->lanes, node, lane, 1, &gain, through);
  const double re = gain * get_state(r, s, first, lane) + through[0],
               im = gain * get_state(r, s, first + 1, lane) + through[1];
  *in += through[0] * through[0] + through[1] * through[1];
  *out += re * re + im * im;
}

/** Sets all that takes light, and all that moves nothing but carriers and heat, to 0: those stay at 0. */
static void take_losses(random_network *r) {
  static const char *const names[] = {"loss",          "two_photon",         "carrier_loss",
                                      "carrier_shift", "carrier_generation", "thermal_shift",
                                      "heating"};
  for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
    set_values(r, names[k], 0, 0);
  epx_lanes_set_parameters(r->lanes, r->theta);
}

static void check_balance(const epx_family *family, double bias, double scale, bool lossless) {
  random_network r = create_lit(family, bias, scale);
  if (lossless) take_losses(&r);
  epx_equilibrium_options options = get_options();
  options.tolerance = 1e-13;
  solution s = create_solution(&r, &options);
  for (int lane = 0; lane < N_SAMPLES; lane++) {
    double in = 0, out = 0, lost = 0, power[EPX_LANE_WIDTH * N_SAMPLES];
    assert_int_equal(s.certificate[lane].outcome, EPX_OK);
    for (int i = 0; i < N_NODES; i++) {
      eval_port(&r, &s, i, lane, &in, &out);
      lost += eval_lost(&r, &s, i, lane);
    }
    assert_true(in > 0 && (lost > 0) == !lossless);
    assert_close((out + lost) / in, 1, 1e-10);
    if (family->drives_ports) { /* the power that is paid for is that of the ports */
      family->eval_power(r.lanes, s.y, power);
      assert_close(power[lane] / in, 1, 1e-12);
    }
  }
  destroy_solution(&s);
  destroy_random_network(&r);
}

static void light_that_comes_in_goes_out_or_is_lost(void **state) {
  (void)state;
  int n_families = 0;
  for (int f = 0; epx_family_get(f); f++) {
    const epx_family *family = epx_family_get(f);
    if (!family->eval_port) continue;
    n_families++;
    for (int lossless = 0; lossless < 2; lossless++) {
      check_balance(family, 0, 0.6, lossless);
      check_balance(family, 0.5, 0, lossless);
      check_balance(family, 0.5, 0.6, lossless);
    }
  }
  assert_true(n_families >= 2);
}

/** By differences: what leaves a port at a fixed state, with the bias. */
static void slope_of_a_port_is_that_of_its_bias(void **state) {
  (void)state;
  for (int f = 0; epx_family_get(f); f++) {
    const epx_family *family = epx_family_get(f);
    if (!family->eval_port) continue;
    random_network r = create_lit(family, 0.5, 0.6);
    const size_t at = r.network->offset[epx_family_get_parameter(family, "bias")] + 1;
    double slope, gain, above[2], below[2];
    const double step = 1e-3 * r.theta[at];
    family->eval_port_slope(r.lanes, 1, 0, 1, &slope);
    r.theta[at] += step;
    epx_lanes_set_parameters(r.lanes, r.theta);
    family->eval_port(r.lanes, 1, 0, 1, &gain, above);
    r.theta[at] -= 2 * step;
    epx_lanes_set_parameters(r.lanes, r.theta);
    family->eval_port(r.lanes, 1, 0, 1, &gain, below);
    assert_close((above[0] - below[0]) / (2 * step) / slope, 1, 1e-9);
    assert_true(above[1] == below[1]);
    destroy_random_network(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(light_that_comes_in_goes_out_or_is_lost),
                                     cmocka_unit_test(slope_of_a_port_is_that_of_its_bias)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
