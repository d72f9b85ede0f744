/** @file
 * Meshes: one interferometer written out, every mesh unitary and universal in count, splitters and losses,
 * the field of both loops, and that what is passive never gains.
 */
#include <complex.h>

#include "photonic/families/interferometers/fidelity.h"
#include "photonic/families/interferometers/mesh.h"
#include "unit/random_network.h"

static const double pi = 3.14159265358979323846;

/** Gets A of a lane. */
static double complex get_entry(const random_network *r, int i, int j, int lane) {
  int step;
  size_t im;
  const double *A = epx_mesh_get_entry(r->lanes, i, j, lane, &step, &im);
  return CMPLX(A[0], A[im]);
}

static random_network create_mesh(const char *family, int n_nodes) {
  random_network r =
      create_random_network(epx_family_get_by_name(family), n_nodes, n_nodes > 2 ? 2 : 0, 2, 2);
  for (int p = 0; p < r.network->family->n_parameters; p++) {
    const char *name = r.network->family->parameters[p].name;
    if (strcmp(name, "loss") == 0 || strncmp(name, "splitter", 8) == 0) set_everywhere(&r, name, 0);
    if (strcmp(name, "gain") == 0) set_everywhere(&r, name, 1);
  }
  return r;
}

/** Two waveguides: T as it stands in Clements2016, its lower output read by node 0. */
static void one_interferometer_is_that_of_the_literature(void **state) {
  (void)state;
  random_network r = create_mesh("mesh", 2);
  for (int k = 0; k < 20; k++) {
    const double theta = pi * draw("theta", (size_t)k), phi = pi * draw("phi", (size_t)k);
    set_everywhere(&r, "theta", theta);
    set_everywhere(&r, "phi", phi);
    set_everywhere(&r, "phase", 0);
    const double complex all = I * cexp(I * theta / 2), turn = cexp(I * phi);
    const double complex T[2][2] = {{all * turn * sin(theta / 2), all * cos(theta / 2)},
                                    {all * turn * cos(theta / 2), -all * sin(theta / 2)}};
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++)
        assert_close(cabs(get_entry(&r, 1 - i, j, 0) - T[i][j]), 0, 1e-15);
    }
  }
  destroy_random_network(&r);
}

/** Evaluates the largest entry of A^+ A - share. */
static double eval_not_unitary(const random_network *r, int lane, double share) {
  const int n = r->network->n_nodes;
  double worst = 0;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      double complex sum = i == j ? -share : 0;
      for (int k = 0; k < n; k++)
        sum += conj(get_entry(r, k, i, lane)) * get_entry(r, k, j, lane);
      worst = fmax(worst, cabs(sum));
    }
  }
  return worst;
}

/** Imbalanced splitters are unitary too; equal losses scale, by one interferometer a column and less at the
 * edges.
 */
static void meshes_are_unitary_whatever_their_splitters(void **state) {
  (void)state;
  for (int n = 2; n < 8; n++) {
    random_network r = create_mesh("mesh", n);
    assert_int_equal(r.network->topology->n_links, n * (n - 1) / 2);
    for (int lane = 0; lane < 4; lane++)
      assert_true(eval_not_unitary(&r, lane, 1) < 1e-14);
    set_everywhere(&r, "splitter_in", 0.1);
    set_everywhere(&r, "splitter_out", -0.2);
    assert_true(eval_not_unitary(&r, 0, 1) < 1e-14);
    set_everywhere(&r, "gain", 0.5);
    assert_true(eval_not_unitary(&r, 0, 0.25) < 1e-14);
    destroy_random_network(&r);
  }
  random_network pair = create_mesh("mesh", 2);
  set_everywhere(&pair, "loss", 0.3);
  assert_true(eval_not_unitary(&pair, 0, exp(-0.3)) < 1e-14);
  destroy_random_network(&pair);
}

/** In the cross state all light returns to its own node; one link then mixes its two nodes alone. */
static void links_are_where_the_light_of_two_nodes_meets(void **state) {
  (void)state;
  enum { N = 6 };
  random_network r = create_mesh("mesh", N);
  set_everywhere(&r, "theta", 0);
  set_everywhere(&r, "phi", 0);
  set_everywhere(&r, "phase", 0);
  for (int i = 0; i < N; i++)
    assert_close(cabs(get_entry(&r, i, i, 0)), 1, 1e-14);
  for (size_t l = 0; l < r.network->topology->n_links; l++) {
    const epx_link link = r.network->topology->links[l];
    double *theta = r.theta + r.network->offset[EPX_MESH_THETA] + l;
    *theta = 0.8;
    epx_lanes_set_parameters(r.lanes, r.theta);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        const bool own = i == link.i || i == link.j, mixed = own && (j == link.i || j == link.j);
        const double expected = mixed ? (i == j ? cos(0.4) : sin(0.4)) : i == j;
        assert_close(cabs(get_entry(&r, i, j, 0)), expected, 1e-14);
      }
    }
    *theta = 0;
  }
  destroy_random_network(&r);
}

/** Nodes that are not linked cross: a chain has but its neighbours' interferometers, and stays unitary. */
static void meshes_may_lack_interferometers(void **state) {
  (void)state;
  const epx_family *family = epx_family_get_by_name("mesh");
  const epx_network_spec spec = {.family = family,
                                 .topology = {.kind = EPX_CHAIN, .n_nodes = 5},
                                 .n_outputs = 1,
                                 .readout = family->readout,
                                 .readout_scale = 1};
  random_network r = {0};
  assert_int_equal(epx_network_create(&spec, &r.network), EPX_OK);
  assert_int_equal(epx_lanes_create(r.network, 1, 1, &r.lanes), EPX_OK);
  r.theta = create_numbers(r.network->n_theta);
  assert_int_equal(epx_network_eval_nominal(r.network, &spec, 1, r.theta), EPX_OK);
  set_everywhere(&r, "theta", 1);
  assert_int_equal(r.network->topology->n_links, 4);
  assert_true(eval_not_unitary(&r, 0, 1) < 1e-14);
  destroy_random_network(&r);
}

static double complex eval_nonlinearity(const random_network *r, int i, int lane, double complex z) {
  const double *theta = r->theta + lane / r->lanes->n_samples * (int)r->network->n_theta;
  double own[3] = {0};
  for (int k = 0; k < 3 && EPX_MESH_N_PARAMETERS + k < r->network->family->n_parameters; k++)
    own[k] = theta[r->network->offset[EPX_MESH_N_PARAMETERS + k] + (size_t)i];
  const double light = creal(z * conj(z));
  if (strcmp(r->network->family->name, "mesh") == 0) return z * exp(-0.5 * own[0] / (1 + light));
  const double chi = (own[1] * light + own[2]) / 2;
  return I * sqrt(1 - own[0]) * cexp(-I * chi) * cos(chi) * z;
}

static void fields_are_their_equations(void **state) {
  (void)state;
  static const char *const names[] = {"mesh", "mesh-electro-optic"};
  for (int k = 0; k < 2; k++) {
    random_network r = create_random_network(epx_family_get_by_name(names[k]), 4, 2, 3, 2);
    const size_t n = (size_t)r.lanes->n_lanes;
    double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
    for (int lane = 0; lane < 6; lane++) {
      for (int i = 0; i < 4; i++) {
        const double *theta = r.theta + lane / 2 * (int)r.network->n_theta;
        double complex z = theta[r.network->offset[EPX_MESH_BIAS] + (size_t)i];
        if (i < 2) z += 0.7 * r.features[lane % 2 * 2 + i];
        for (int j = 0; j < 4; j++)
          z += get_entry(&r, i, j, lane) *
               CMPLX(y[2 * (size_t)j * n + (size_t)lane], y[(2 * (size_t)j + 1) * n + (size_t)lane]);
        const size_t at = 2 * (size_t)i * n + (size_t)lane;
        const double complex expected = eval_nonlinearity(&r, i, lane, z) - CMPLX(y[at], y[at + n]);
        assert_close(cabs(CMPLX(f[at], f[at + n]) - expected), 0, 1e-14);
      }
    }
    epx_array_destroy(&y);
    epx_array_destroy(&f);
    destroy_random_network(&r);
  }
}

/** Gains up to 1, no drive: the light in the loops falls at each step, whatever splitters, losses and states.
 */
static void passive_meshes_never_gain(void **state) {
  (void)state;
  static const char *const names[] = {"mesh", "mesh-electro-optic"};
  for (int k = 0; k < 2; k++) {
    random_network r = create_random_network(epx_family_get_by_name(names[k]), 5, 0, 2, 2);
    const size_t n = (size_t)r.lanes->n_lanes;
    double before[16] = {0}, *y = create_random_state(&r, "state");
    set_everywhere(&r, "bias", 0);
    set_everywhere(&r, "gain", 1);
    for (int step = 0; step < 100; step++) {
      double light[16] = {0};
      for (size_t at = 0; at < count_state(&r); at++)
        light[at % n] += y[at] * y[at];
      for (int lane = 0; lane < 4; lane++) {
        assert_true(step == 0 || light[lane] < before[lane]);
        before[lane] = light[lane];
      }
      take_step(&r, 0.05, y);
    }
    epx_array_destroy(&y);
    destroy_random_network(&r);
  }
}

/** -ln of |tr U^+ V|^2 / N^2, U of the first instance and V of the k-th. */
static double eval_lost(const random_network *r, int k) {
  const int n = r->network->n_nodes;
  double complex trace = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      trace += conj(get_entry(r, i, j, 0)) * get_entry(r, i, j, k);
  return -2 * log(cabs(trace) / n);
}

/** That of each instance beyond the first: mean, and error of the mean. */
static void eval_infidelity(const random_network *r, double *mean, double *error) {
  const int n_instances = r->lanes->n_instances;
  double sum = 0, squares = 0;
  for (int k = 1; k < n_instances; k++) {
    const double lost = eval_lost(r, k);
    sum += lost;
    squares += lost * lost;
  }
  const int m = n_instances - 1;
  *mean = sum / m;
  *error = sqrt((squares / m - *mean * *mean) / (m - 1));
}

/** Draws errors of a parameter for all instances but the first, which keeps the nominal values of all. */
static void add_errors(random_network *r, const char *name, double sigma) {
  const epx_network *network = r->network;
  const int p = epx_family_get_parameter(network->family, name);
  const epx_random stream = epx_random_init(11, name);
  for (int k = 1; k < r->lanes->n_instances; k++) {
    double *values = r->theta + (size_t)k * network->n_theta + network->offset[p];
    for (size_t i = 0; i < network->count[p]; i++)
      values[i] += sigma * epx_random_eval_normal(&stream, 0, (uint32_t)k, (uint32_t)i, 0);
  }
}

/** Rectangular meshes with random phases, ideal splitters and no loss; every instance alike. */
static random_network create_alike(int n_nodes, int n_instances) {
  random_network r = create_random_network(epx_family_get_by_name("mesh"), n_nodes, 1, n_instances, 1);
  const epx_network *network = r.network;
  for (int p = 0; p < network->family->n_parameters; p++) {
    const bool phase = p == EPX_MESH_THETA || p == EPX_MESH_PHI || p == EPX_MESH_PHASE;
    for (size_t i = 0; i < network->count[p]; i++) {
      double *value = r.theta + network->offset[p] + i;
      *value = phase ? pi * *value : p == EPX_MESH_GAIN ? 1 : 0;
    }
  }
  for (int k = 1; k < n_instances; k++)
    memcpy(r.theta + (size_t)k * network->n_theta, r.theta, network->n_theta * sizeof *r.theta);
  return r;
}

/** Small errors of all N^2 phases, each of one arm, and of all splitters, as angles: -ln F = (N - 1) sigma_PS^2 + 2 (N - 1)
 * sigma_BS^2 within 3 standard errors; an independent program found 13.3, 30.5, 131 and 7.1, 15.4, 62 times sigma^2. */
static void fidelity_falls_as_the_squares_of_the_errors(void **state) {
  (void)state;
  static const struct { int n_nodes, n_instances; } cases[] = {{8, 128}, {16, 64}, {64, 8}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    for (int splitters = 0; splitters < 2; splitters++) {
      random_network r = create_alike(cases[c].n_nodes, cases[c].n_instances);
      const double sigma = 1e-3, n = cases[c].n_nodes;
      const char *const names[2][3] = {{"theta", "phi", "phase"}, {"splitter_in", "splitter_out", NULL}};
      for (int k = 0; k < 3 && names[splitters][k]; k++)
        add_errors(&r, names[splitters][k], sigma);
      epx_lanes_set_parameters(r.lanes, r.theta);
      double mean, error;
      eval_infidelity(&r, &mean, &error);
      print_message("N %g, %s: %.3g (%.2g) sigma^2\n", n, splitters ? "splitters" : "phases",
                    mean / sigma / sigma, error / sigma / sigma);
      assert_close(mean, (splitters ? 2 : 1) * (n - 1) * sigma * sigma, 3 * error);
      destroy_random_network(&r);
    }
  }
}

/** Where tolerances are quoted for amplitudes, a splitter's error sigma is one of cos b = 1/sqrt2 + sigma, an angle of sqrt2
 * sigma; with as large an error of every phase -ln F = 5 (N - 1) sigma^2. Fidelities of .9685, .880 and .600 at N = 256 for
 * .005, .01 and .02 are these; as angles the same errors would leave .981, .926 and .736. */
static void fidelities_quoted_for_amplitudes_are_those_of_larger_angles(void **state) {
  (void)state;
  static const double sigma[] = {0, 0.005, 0.01, 0.02}, quoted[] = {1, 0.9685, 0.880, 0.600};
  static const char *const phases[] = {"theta", "phi", "phase"}, *const splitters[] = {"splitter_in",
                                                                                       "splitter_out"};
  random_network r = create_alike(256, 4);
  for (int k = 0; k < 3; k++)
    add_errors(&r, phases[k], 1);
  for (int k = 0; k < 2; k++)
    add_errors(&r, splitters[k], sqrt(2));
  for (int k = 1; k < 4; k++)
    for (size_t i = 0; i < r.network->n_theta; i++) {
      double *value = r.theta + (size_t)k * r.network->n_theta + i;
      *value = r.theta[i] + sigma[k] * (*value - r.theta[i]);
    }
  epx_lanes_set_parameters(r.lanes, r.theta);
  for (int k = 1; k < 4; k++) {
    const double fidelity = exp(-eval_lost(&r, k));
    print_message("N 256, amplitudes off by %g: fidelity %.4f\n", sigma[k], fidelity);
    assert_close(fidelity, quoted[k], 0.012);
  }
  destroy_random_network(&r);
}

/** The same of two parameter vectors alone; loss of every interferometer is loss of the light, 0.434 dB for 0.1 nepers
 * a column where every path goes through one in each; other families have none. */
static void fidelity_and_loss_are_those_of_the_matrices(void **state) {
  (void)state;
  random_network r = create_alike(8, 2);
  double fidelity, loss, mean, error;
  add_errors(&r, "theta", 0.1);
  epx_lanes_set_parameters(r.lanes, r.theta);
  eval_infidelity(&r, &mean, &error);
  assert_int_equal(epx_fidelity_eval(r.network, r.theta, &fidelity, &loss), EPX_OK);
  assert_close(-log(fidelity), mean, 1e-12);
  assert_close(loss, 0, 1e-12);
  destroy_random_network(&r);
  r = create_alike(2, 2);
  r.theta[r.network->n_theta + r.network->offset[EPX_MESH_LOSS]] = 0.1;
  assert_int_equal(epx_fidelity_eval(r.network, r.theta, &fidelity, &loss), EPX_OK);
  assert_close(fidelity, 1, 1e-12);
  assert_close(loss, 1 / log(10), 1e-12);
  destroy_random_network(&r);
  r = create_random_network(epx_family_get_by_name("kerr"), 3, 1, 2, 1);
  assert_int_equal(epx_fidelity_eval(r.network, r.theta, &fidelity, &loss), EPX_OK);
  assert_true(isnan(fidelity) && isnan(loss));
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_interferometer_is_that_of_the_literature),
      cmocka_unit_test(meshes_are_unitary_whatever_their_splitters),
      cmocka_unit_test(links_are_where_the_light_of_two_nodes_meets),
      cmocka_unit_test(meshes_may_lack_interferometers),
      cmocka_unit_test(fields_are_their_equations),
      cmocka_unit_test(passive_meshes_never_gain),
      cmocka_unit_test(fidelity_and_loss_are_those_of_the_matrices),
      cmocka_unit_test(fidelity_falls_as_the_squares_of_the_errors),
      cmocka_unit_test(fidelities_quoted_for_amplitudes_are_those_of_larger_angles),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
