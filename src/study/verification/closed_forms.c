/** @file
 * Bifurcations of small networks that stand in closed form: of neurons on their own light, of a pair of
 * parametric oscillators, and Adler's equation.
 */
#include <math.h>

#include "study/verification/cases.h"
#include "study/verification/specimen.h"

enum { MOST = 4 };

/** A network without inputs and parameters, all 0. */
static epx_err create_network(const char *family, int n_nodes, epx_specimen **out) {
  const epx_family *of = epx_family_get_by_name(family);
  const epx_network_spec spec = {.family = of,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = n_nodes},
                                 .n_outputs = 1,
                                 .readout = of->readout,
                                 .readout_scale = 1};
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.method = EPX_NEWTON;
  options.tolerance = 1e-13;
  return epx_specimen_create(&spec, NULL, &options, 1, 1, out);
}

static void set(epx_specimen *s, const char *parameter, double value) {
  epx_specimen_set_values(s, 0, parameter, value);
  epx_specimen_set_lanes(s);
}

static void set_states(epx_specimen *s, const double *values) {
  for (int row = 0; row < s->network->n_state; row++)
    epx_specimen_set_state(s, row, 0, values[row]);
}

/** Evaluates the k-th largest real part of the spectrum at the state, and the imaginary part beside it. */
static double eval_rate(epx_specimen *s, int k, double *frequency) {
  double real[MOST], imaginary[MOST];
  epx_population_eval_spectrum(s->population, s->lanes, s->state, 0, real, imaginary);
  for (int i = 0; i <= k; i++) {
    for (int j = i + 1; j < s->network->n_state; j++) {
      if (real[j] <= real[i]) continue;
      const double kept = real[i], kept_too = imaginary[i];
      real[i] = real[j], imaginary[i] = imaginary[j];
      real[j] = kept, imaginary[j] = kept_too;
    }
  }
  if (frequency) *frequency = fabs(imaginary[k]);
  return real[k];
}

/** Finds where the k-th largest rate at the state changes sign, between two values of a parameter. */
static double find_threshold(epx_specimen *s, const char *parameter, int k, double low, double high) {
  for (int i = 0; i < 100; i++) {
    const double middle = 0.5 * (low + high);
    set(s, parameter, middle);
    if (eval_rate(s, k, NULL) > 0)
      high = middle;
    else
      low = middle;
  }
  return 0.5 * (low + high);
}

static epx_err check_pitchfork(epx_verify_report *report) {
  epx_specimen *s;
  const double w = 1.1;
  double expected = 0.7;
  EPX_TRY(create_network("broadcast", 1, &s));
  set(s, "time_constant", 2);
  epx_verify_add(report, EPX_VERIFY_EXACT, find_threshold(s, "self", 0, 0.5, 1.7), 1, 1e-12,
                 "one neuron: weight of its own light at the pitchfork");
  for (int i = 0; i < 50; i++) /* s = w sin s */
    expected -= (expected - w * sin(expected)) / (1 - w * cos(expected));
  set(s, "self", w);
  epx_specimen_set_state(s, 0, 0, 0.9);
  const int code = epx_specimen_solve(s);
  if (code == EPX_OK)
    epx_verify_add(report, EPX_VERIFY_EXACT, s->state[0], expected, 1e-10, "its state beyond, s = 1.1 sin s");
  epx_specimen_destroy(&s);
  EPX_TRY(code);
  return EPX_OK;
}

static epx_err check_hopf(epx_verify_report *report) {
  static const double k = 0.7, tau = 2;
  epx_specimen *s;
  double frequency;
  EPX_TRY(create_network("broadcast", 2, &s));
  set(s, "time_constant", tau);
  set(s, "skew", -k);
  epx_verify_add(report, EPX_VERIFY_EXACT, find_threshold(s, "self", 0, 0.5, 1.7), 1, 1e-12,
                 "two neurons that turn each other: own weight at the Hopf bifurcation");
  set(s, "self", 1);
  eval_rate(s, 0, &frequency);
  epx_verify_add(report, EPX_VERIFY_EXACT, frequency, k / tau, 1e-12, "their frequency there, k / tau");
  epx_specimen_destroy(&s);
  return EPX_OK;
}

/** Finds the amplitude at which a pair, in phase or in antiphase, stands still: where it would grow below,
 * and fall above. At pump 1.2 the antiphase pair is marginal in the other direction, so that nothing settles
 * there. */
static double find_amplitude(epx_specimen *s, bool anti) {
  double low = 1e-3, high = 2;
  for (int i = 0; i < 100; i++) {
    const double x = 0.5 * (low + high);
    set_states(s, (double[]){x, anti ? -x : x});
    epx_specimen_eval_field(s);
    if (s->field[0] > 0)
      low = x;
    else
      high = x;
  }
  return 0.5 * (low + high);
}

static epx_err check_pair(epx_verify_report *report) {
  epx_specimen *s;
  EPX_TRY(create_network("opo", 2, &s));
  set(s, "coupling", 0.1);
  set(s, "pump", 1.2);
  for (int anti = 0; anti < 2; anti++) {
    epx_verify_add(report, EPX_VERIFY_EXACT, find_amplitude(s, anti), sqrt(anti ? 0.1 : 0.3), 1e-12,
                   "parametric pair, %s: amplitude at pump 1.2", anti ? "antiphase" : "in phase");
  }
  set_states(s, (double[]){0, 0});
  for (int anti = 0; anti < 2; anti++) {
    epx_verify_add(report, EPX_VERIFY_EXACT, find_threshold(s, "pump", anti, 0.5, 1.5), anti ? 1.1 : 0.9,
                   1e-12, "threshold of its pump, %s", anti ? "antiphase" : "in phase");
  }
  epx_specimen_destroy(&s);
  return EPX_OK;
}

/** Evaluates the beat 2 pi / T, T the integral of dphi / (dphi/dt) over a turn: equal steps, for it is
 * periodic. */
static double eval_beat(epx_specimen *s) {
  enum { STEPS = 200 };
  double sum = 0;
  for (int i = 0; i < STEPS; i++) {
    epx_specimen_set_state(s, 0, 0, 2 * 3.14159265358979323846 * i / STEPS);
    epx_specimen_eval_field(s);
    sum += 1 / s->field[0];
  }
  return STEPS / sum;
}

static epx_err check_adler(epx_verify_report *report) {
  static const double locking = 0.4;
  epx_specimen *s;
  EPX_TRY(create_network("phase", 1, &s));
  set(s, "field", locking);
  set(s, "detuning", 0.5 * locking);
  epx_specimen_set_state(s, 0, 0, 0.1);
  const int code = epx_specimen_solve(s);
  epx_verify_add(report, EPX_VERIFY_EXACT, s->state[0], 3.14159265358979323846 / 6, 1e-10,
                 "injected oscillator, detuning half of the locking range: phase");
  set(s, "detuning", 2 * locking);
  epx_verify_add(report, EPX_VERIFY_EXACT, eval_beat(s) / locking, sqrt(3), 1e-12,
                 "detuning twice the locking range: beat over it");
  epx_specimen_destroy(&s);
  EPX_TRY(code);
  return EPX_OK;
}

static epx_err solve(bool full, epx_verify_report *report) {
  (void)full;
  EPX_TRY(check_pitchfork(report));
  EPX_TRY(check_hopf(report));
  EPX_TRY(check_pair(report));
  EPX_TRY(check_adler(report));
  return EPX_OK;
}

const epx_verify_case epx_case_oscillators = {
    .name = "P11",
    .title = "bifurcations of neurons, a parametric pair's states and thresholds, injection locking",
    .source = "Tait2017, Wang2013, Adler1946",
    .solve = solve,
};

/** A pair of class-A lasers: threshold pump = -K, |a|^2 = pump + K in phase. */
static epx_err check_lasers(epx_verify_report *report) {
  epx_specimen *s;
  EPX_TRY(create_network("laser", 2, &s));
  set(s, "coupling", 0.3);
  epx_verify_add(report, EPX_VERIFY_EXACT, find_threshold(s, "pump", 0, -1, 1), -0.3, 1e-12,
                 "laser: pump at the threshold of a pair, -coupling");
  set(s, "pump", 0.5);
  set_states(s, (double[]){sqrt(0.8), 0, sqrt(0.8), 0});
  epx_specimen_eval_field(s);
  epx_verify_add(report, EPX_VERIFY_EXACT, fabs(s->field[0]) + fabs(s->field[s->lanes->n_lanes]), 0, 1e-12,
                 "laser: field of the pair in phase at |a|^2 = pump + coupling");
  epx_specimen_destroy(&s);
  return EPX_OK;
}

/** A class-B laser in the dark has N = pump and lases above 0, where it clamps N at 0 and |a|^2 at pump. */
static epx_err check_class_b(epx_verify_report *report) {
  epx_specimen *s;
  EPX_TRY(create_network("laser-b", 1, &s));
  set(s, "lifetime", 50);
  set(s, "pump", 0.3);
  epx_specimen_set_state(s, 2, 0, 0.3);
  epx_verify_add(report, EPX_VERIFY_EXACT, eval_rate(s, 0, NULL), 0.3, 1e-12,
                 "laser-b: rate at which light grows in the dark, pump");
  set_states(s, (double[]){sqrt(0.3), 0, 0});
  double frequency = 0, largest = 0;
  for (int k = 0; k < 3; k++) {
    eval_rate(s, k, &frequency);
    largest = fmax(largest, frequency);
  }
  /* |a| and N: [[0, |a|], [-2 |a| / T, -(1 + 2 pump) / T]] */
  const double damping = 1.6 / 50, expected = sqrt(2 * 0.3 / 50 - damping * damping / 4);
  epx_verify_add(report, EPX_VERIFY_EXACT, largest, expected, 1e-12, "laser-b: its relaxation oscillation");
  epx_specimen_destroy(&s);
  return EPX_OK;
}

/** Two phases at 0 and pi, pulled together by W = 1: stable above binarisation 1. */
static epx_err check_ising(epx_verify_report *report) {
  epx_specimen *s;
  EPX_TRY(create_network("ising", 2, &s));
  set(s, "coupling", 1);
  set_states(s, (double[]){0, 3.14159265358979323846});
  set(s, "binarisation", 1.3);
  epx_verify_add(report, EPX_VERIFY_EXACT, eval_rate(s, 0, NULL), 2 - 2 * 1.3, 1e-12,
                 "ising: rate of a frustrated pair, 2 coupling - 2 binarisation");
  epx_specimen_destroy(&s);
  return EPX_OK;
}

/** Two soft spins at rest, J between them: the even one leaves it above stiffness. */
static epx_err check_soft_spin(epx_verify_report *report) {
  epx_specimen *s;
  EPX_TRY(create_network("soft-spin", 2, &s));
  set(s, "stiffness", 2);
  set(s, "coupling", 2.3);
  set_states(s, (double[]){0, 0});
  epx_verify_add(report, EPX_VERIFY_EXACT, eval_rate(s, 0, NULL), 0.3, 1e-12,
                 "soft-spin: rate at which a pair leaves rest, coupling - stiffness");
  epx_specimen_destroy(&s);
  return EPX_OK;
}

/** A mesh of two: what of node j's light reaches node i without drive and absorber is T of Clements2016. */
static epx_err check_mesh(epx_verify_report *report) {
  static const double theta = 1.1, phi = 0.4;
  epx_specimen *s;
  EPX_TRY(create_network("mesh", 2, &s));
  set(s, "gain", 1);
  set(s, "theta", theta);
  set(s, "phi", phi);
  set_states(s, (double[]){1, 0, 0, 0});
  epx_specimen_eval_field(s);
  const size_t n = (size_t)s->lanes->n_lanes;
  const double x[] = {s->field[0] + 1, s->field[n], s->field[2 * n], s->field[3 * n]};
  /* i e^(i theta / 2 + i phi) (cos(theta/2), sin(theta/2)): node 0 is what crosses */
  const double turn = theta / 2 + phi, c = cos(theta / 2), e = sin(theta / 2);
  epx_verify_add(report, EPX_VERIFY_EXACT, hypot(x[0] + c * sin(turn), x[1] - c * cos(turn)), 0, 1e-14,
                 "mesh: error of what crosses an interferometer");
  epx_verify_add(report, EPX_VERIFY_EXACT, hypot(x[2] + e * sin(turn), x[3] - e * cos(turn)), 0, 1e-14,
                 "mesh: error of what passes it straight");
  set(s, "splitter_in", 0.1);
  epx_specimen_eval_field(s);
  epx_verify_add(report, EPX_VERIFY_EXACT,
                 hypot(hypot(s->field[0] + 1, s->field[n]), hypot(s->field[2 * n], s->field[3 * n])), 1,
                 1e-14, "mesh: light that leaves it, with an imbalanced splitter");
  epx_specimen_destroy(&s);
  return EPX_OK;
}

static epx_err solve_families(bool full, epx_verify_report *report) {
  (void)full;
  EPX_TRY(check_lasers(report));
  EPX_TRY(check_class_b(report));
  EPX_TRY(check_ising(report));
  EPX_TRY(check_soft_spin(report));
  EPX_TRY(check_mesh(report));
  return EPX_OK;
}

const epx_verify_case epx_case_families = {
    .name = "families",
    .title = "what stands in closed form of the families that no other case has",
    .source = "HonariLatifpour2020, LangKobayashi1980, Gower2025, VandenAbeele2026, Clements2016",
    .solve = solve_families,
};
