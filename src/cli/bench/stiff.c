/** @file
 * Stiff networks: silicon rings from cold to rest, 64 networks at once and one at a time: of 8 chips with 8 samples each, as
 * a training has them, and of 64 chips with one sample. Samples of a chip share the steps of the integrator, chips do not, so
 * that what a chip does is its own.
 *
 * The rings of VanVaerenbergh2012, each parameter within 5 % of the paper's, coupled by U(-1000, 1000)
 * rad/us, 0 to 60 pm off resonance, driven by some 20 uW each: from rest they settle in a few lifetimes of
 * the heat, 10^3 to 10^4 of the light.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "cli/bench/benchmark.h"
#include "equilibrium/population/population.h"
#include "equilibrium/reference/baseline.h"

enum { N_NETWORKS = 64, MAX_RINGS = 8, N_OWN = 4 };

static const double residual = 1e-6;

/** A ring's parameters as one would write them down for one network: in the order of the family. */
typedef struct {
  double detuning, bias, loss, coupling_loss, absorbed, kerr, two_photon, carrier_loss, carrier_shift,
      thermal_shift, carrier_decay, generation, thermal_decay, heating, wavelength;
} ring;

static const char *const names[] = {"detuning",      "bias",          "loss",          "coupling_loss",
                                    "absorbed",      "kerr",          "two_photon",    "carrier_loss",
                                    "carrier_shift", "thermal_shift", "carrier_decay", "carrier_generation",
                                    "thermal_decay", "heating",       "wavelength"};
enum { N_NAMES = sizeof names / sizeof *names };

/** One network by itself. */
typedef struct {
  int n;
  double offset[MAX_RINGS], coupling[MAX_RINGS][MAX_RINGS];
  ring rings[MAX_RINGS];
} alone;

typedef struct {
  epx_network *network;
  epx_lanes *lanes;
  double *theta;
  int n_samples; /* of a chip; N_NETWORKS / n_samples chips */
  alone *alone;  /* [N_NETWORKS] chip by chip */
  epx_population *population;
  epx_baseline *baseline;
  double *state;                /* [n_state][n_lanes] */
  epx_certificate *certificate; /* [n_lanes] */
} contest;

static double draw(const char *what, size_t k) {
  const epx_random stream = epx_random_init(2026, what);
  return epx_random_eval_uniform(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, 0, (uint32_t)k);
}

/** State of a ring: Re a, Im a, carriers, temperature. */
static void eval_field(const void *context, const double *y, double *f) {
  const alone *a = context;
  for (int i = 0; i < a->n; i++) {
    const ring *r = &a->rings[i];
    const double x = y[4 * i], p = y[4 * i + 1], N = y[4 * i + 2], T = y[4 * i + 3], I = x * x + p * p;
    const double shift = a->offset[i] + r->kerr * I + r->carrier_shift * N + r->thermal_shift * T;
    const double by_light = r->two_photon * I + r->carrier_loss * N;
    const double half = 0.5 * (r->loss + r->coupling_loss + by_light);
    double in_x = 0, in_p = 0;
    for (int j = 0; j < a->n; j++) {
      in_x += a->coupling[i][j] * y[4 * j];
      in_p += a->coupling[i][j] * y[4 * j + 1];
    }
    f[4 * i] = sqrt(r->coupling_loss) * r->bias - half * x - shift * p - in_p;
    f[4 * i + 1] = shift * x - half * p + in_x;
    f[4 * i + 2] = r->generation * I * I - r->carrier_decay * N;
    f[4 * i + 3] = r->heating * (r->absorbed * r->loss + by_light) * I - r->thermal_decay * T;
  }
}

/** Column by column. */
static void eval_jacobian(const void *context, const double *y, double *jacobian) {
  const alone *a = context;
  const int n = 4 * a->n;
  for (int i = 0; i < a->n; i++) {
    const ring *r = &a->rings[i];
    const double x = y[4 * i], p = y[4 * i + 1], N = y[4 * i + 2], T = y[4 * i + 3], I = x * x + p * p;
    const double shift = a->offset[i] + r->kerr * I + r->carrier_shift * N + r->thermal_shift * T;
    const double half = 0.5 * (r->loss + r->coupling_loss + r->two_photon * I + r->carrier_loss * N);
    const double warmed =
        2 * r->heating * (r->absorbed * r->loss + 2 * r->two_photon * I + r->carrier_loss * N);
    const double block[4][4] = {
        {-half - r->two_photon * x * x - 2 * r->kerr * x * p,
         -shift - r->two_photon * x * p - 2 * r->kerr * p * p,
         -0.5 * r->carrier_loss * x - r->carrier_shift * p, -r->thermal_shift * p},
        {shift - r->two_photon * x * p + 2 * r->kerr * x * x,
         -half - r->two_photon * p * p + 2 * r->kerr * x * p,
         -0.5 * r->carrier_loss * p + r->carrier_shift * x, r->thermal_shift * x},
        {4 * r->generation * I * x, 4 * r->generation * I * p, -r->carrier_decay, 0},
        {warmed * x, warmed * p, r->heating * r->carrier_loss * I, -r->thermal_decay}};
    for (int row = 0; row < 4; row++) {
      for (int column = 0; column < 4; column++)
        jacobian[(4 * i + column) * n + 4 * i + row] = block[row][column];
    }
    for (int j = 0; j < a->n; j++) {
      if (j == i) continue;
      jacobian[(4 * j + 1) * n + 4 * i] = -a->coupling[i][j];
      jacobian[4 * j * n + 4 * i + 1] = a->coupling[i][j];
    }
  }
}

/* Every ring is driven, by as much of a sample as its feature says. */
static epx_err create_network(int n, epx_network **out) {
  const epx_network_spec spec = {.family = epx_family_get_by_name("silicon-ring"),
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = n},
                                 .n_inputs = n,
                                 .input_scale = 1,
                                 .n_outputs = 1,
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 1};
  return epx_network_create(&spec, out);
}

/** Gets what a parameter of ring i of network k is. */
static double get_value(const contest *c, int k, int q, int i) {
  const epx_family *family = c->network->family;
  const size_t at = ((size_t)k * MAX_RINGS + (size_t)i) * N_NAMES + (size_t)q;
  const double share = draw("bench:ring", at);
  if (strcmp(names[q], "detuning") == 0) return 60 * share;
  if (strcmp(names[q], "bias") == 0) return 4 + share;
  const double nominal = family->presets[0].values[epx_family_get_parameter(family, names[q])];
  return strcmp(names[q], "wavelength") == 0 ? nominal : nominal * (0.95 + 0.1 * share);
}

static double get_feature(int sample, int i) {
  return 0.5 * draw("bench:feature", (size_t)sample * MAX_RINGS + (size_t)i);
}

static void set_chip(const contest *c, int k) {
  const epx_network *network = c->network;
  alone *a = &c->alone[k * c->n_samples];
  double *theta = c->theta + (size_t)k * network->n_theta;
  a->n = network->n_nodes;
  for (int i = 0; i < a->n; i++) {
    double *values = &a->rings[i].detuning;
    for (int q = 0; q < N_NAMES; q++) {
      values[q] = get_value(c, k, q, i);
      theta[network->offset[epx_family_get_parameter(network->family, names[q])] + (size_t)i] = values[q];
    }
    /* -2 pi c detuning / wavelength^2 in rad/us, of pm and nm */
    a->offset[i] = -1883651567.308853 * a->rings[i].detuning / pow(a->rings[i].wavelength, 2);
  }
  for (size_t l = 0; l < network->topology->n_links; l++) {
    const epx_link link = network->topology->links[l];
    const double J = 2000 * (draw("bench:link", (size_t)k * network->topology->n_links + l) - 0.5);
    theta[network->offset[network->coupling] + l] = J;
    a->coupling[link.i][link.j] = a->coupling[link.j][link.i] = J;
  }
  for (int sample = c->n_samples - 1; sample >= 0; sample--) {
    a[sample] = a[0];
    for (int i = 0; i < a->n; i++)
      a[sample].rings[i].bias += get_feature(sample, i);
  }
}

static void set_samples(const contest *c) {
  double features[N_NETWORKS * MAX_RINGS];
  const int n = c->network->n_nodes;
  for (int sample = 0; sample < c->n_samples; sample++)
    for (int i = 0; i < n; i++)
      features[sample * n + i] = get_feature(sample, i);
  epx_lanes_set_samples(c->lanes, c->n_samples, features);
}

static epx_err create_contest(int n, int n_samples, const epx_equilibrium_options *options, contest *c) {
  const int n_chips = N_NETWORKS / n_samples;
  const epx_baseline_system system = {4 * n, NULL, eval_field, eval_jacobian};
  const epx_baseline_options own = {EPX_BASELINE_BDF, 1e-6, 1e-8, residual, 2000};
  *c = (contest){.n_samples = n_samples};
  EPX_TRY(create_network(n, &c->network));
  EPX_TRY(epx_lanes_create(c->network, n_chips, n_samples, &c->lanes));
  EPX_TRY(EPX_ARRAY(c->theta, (size_t)n_chips * c->network->n_theta));
  EPX_TRY(EPX_ARRAY(c->alone, N_NETWORKS));
  EPX_TRY(EPX_ARRAY(c->state, (size_t)c->network->n_state * (size_t)c->lanes->n_lanes));
  EPX_TRY(EPX_ARRAY(c->certificate, (size_t)c->lanes->n_lanes));
  for (int k = 0; k < n_chips; k++)
    set_chip(c, k);
  epx_lanes_set_parameters(c->lanes, c->theta);
  set_samples(c);
  EPX_TRY(epx_population_create(c->network, c->lanes->n_lanes, options, &c->population));
  return epx_baseline_create(&system, &own, &c->baseline);
}

static void destroy_contest(contest *c) {
  epx_population_destroy(&c->population);
  epx_baseline_destroy(&c->baseline);
  epx_lanes_destroy(&c->lanes);
  epx_network_destroy(&c->network);
  epx_array_destroy(&c->theta);
  epx_array_destroy(&c->alone);
  epx_array_destroy(&c->state);
  epx_array_destroy(&c->certificate);
}

static epx_err solve_many(void *context) {
  contest *c = context;
  c->network->family->set_start(c->lanes, 1, c->state);
  EPX_TRY(epx_population_solve(c->population, c->lanes, NULL, c->state, c->certificate));
  for (int lane = 0; lane < N_NETWORKS; lane++) {
    if (c->certificate[lane].outcome != EPX_OK)
      return EPX_RAISE(EPX_ESOLVER, "bench: network %d of silicon rings found no equilibrium", lane);
  }
  return EPX_OK;
}

static epx_err solve_alone(void *context) {
  contest *c = context;
  for (int k = 0; k < N_NETWORKS; k++) {
    double state[4 * MAX_RINGS] = {0};
    bool settled;
    EPX_TRY(epx_baseline_solve(c->baseline, &c->alone[k], state, &settled));
    if (!settled) return EPX_RAISE(EPX_ESOLVER, "bench: network %d did not settle by CVODE", k);
    for (int i = 0; i < c->network->n_state; i++) {
      const double there = c->state[(size_t)i * (size_t)c->lanes->n_lanes + (size_t)k];
      if (!(fabs(state[i] - there) <= 1e-5))
        return EPX_RAISE(EPX_ESOLVER, "bench: network %d is %g one at a time, %g in the population", k,
                         state[i], there);
    }
  }
  return EPX_OK;
}

static epx_err set_rows(epx_bench *bench, const char *what, const epx_way *ways, const epx_bench_goal *goal) {
  for (int i = 0; i < 2; i++) {
    const epx_bench_row row = {.what = what,
                               .way = ways[i].name,
                               .unit = "equilibrium",
                               .seconds = ways[i].seconds,
                               .operations = NAN,
                               .bytes = NAN,
                               .against = i == 0 ? NULL : ways[0].name,
                               .ratio = ways[0].seconds / ways[i].seconds,
                               .goal = i == 0 ? NULL : goal};
    EPX_TRY(epx_bench_set_row(bench, &row));
  }
  return EPX_OK;
}

static epx_err solve(epx_bench *bench) {
  static const struct {
    int n, n_samples;
    const char *what;
  } cases[] = {{1, 8, "1 ring, 8 samples x 8 chips"},
               {4, 8, "4 rings, 8 samples x 8 chips"},
               {1, 1, "1 ring, 64 chips"},
               {4, 1, "4 rings, 64 chips"}};
  static const epx_bench_goal goal = {15, NAN, true};
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    contest c;
    int code = create_contest(cases[i].n, cases[i].n_samples, &options, &c);
    if (code == EPX_OK) code = solve_many(&c); /* what the other way is compared with */
    epx_way ways[] = {{"one by one, CVODE BDF", &c, solve_alone, N_NETWORKS, 0},
                      {"population", &c, solve_many, N_NETWORKS, 0}};
    if (code == EPX_OK) code = epx_way_solve(2, ways);
    if (code == EPX_OK) code = set_rows(bench, cases[i].what, ways, &goal);
    destroy_contest(&c);
    EPX_TRY(code);
  }
  return EPX_OK;
}

const epx_benchmark epx_benchmark_stiff = {
    .name = "stiff",
    .summary = "silicon rings with carriers and heat from cold to rest, many at once and one at a time",
    .solve = solve,
};
