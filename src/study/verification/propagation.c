/** @file
 * Equilibrium propagation in closed form: an energy of one variable, a field without an energy; and six phase
 * oscillators against an independent program.
 */
#include <math.h>
#include <string.h>

#include "study/verification/cases.h"
#include "study/verification/linear_family.h"
#include "study/verification/specimen.h"

static epx_err create_linear(const epx_family *family, int n, const epx_cost *cost, const double *force,
                             epx_specimen **out) {
  const epx_network_spec spec = {.family = family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = n},
                                 .n_outputs = n,
                                 .readout = EPX_READ_PHASE,
                                 .readout_scale = 1};
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.tolerance = 1e-14;
  EPX_TRY(epx_specimen_create(&spec, cost, &options, 1, 1, out));
  epx_specimen_set_label(*out, 1);
  epx_specimen_set_values(*out, 0, "own", 1);
  memcpy(epx_specimen_get_values(*out, 0, "force"), force, (size_t)n * sizeof *force);
  return EPX_OK;
}

/** E = s^2/2 - theta s, C = (s - t)^2/2: one-sided (theta - t)/(1 + beta), centred (theta - t)/(1 - beta^2),
 * true theta - t. */
static epx_err check_scalar(epx_specimen *scalar, epx_verify_report *report) {
  static const struct {
    const char *rule, *name;
    epx_scheme scheme;
    double expected;
  } rows[] = {{"plain", "one-sided", EPX_ONE_SIDED, 1 / 1.1},
              {"plain", "centred", EPX_CENTERED, 1 / 0.99},
              {"backprop", "exact", EPX_ONE_SIDED, 1}};
  double gradient[3];
  EPX_TRY(epx_specimen_solve(scalar));
  for (int i = 0; i < 3; i++) {
    EPX_TRY(epx_specimen_eval_gradient(scalar, rows[i].rule, 0.1, rows[i].scheme, gradient));
    epx_verify_add(report, EPX_VERIFY_EXACT, gradient[2], rows[i].expected, 1e-12,
                   "dC/dtheta, %s, beta = 0.1", rows[i].name);
  }
  return EPX_OK;
}

static epx_err solve_scalar(bool full, epx_verify_report *report) {
  static const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = -0.3};
  epx_specimen *scalar;
  (void)full;
  EPX_TRY(create_linear(&epx_family_linear_scalar, 1, &cost, &(double){0.7}, &scalar));
  const int code = check_scalar(scalar, report);
  epx_specimen_destroy(&scalar);
  return code;
}

const epx_verify_case epx_case_scalar_energy = {
    .name = "P3",
    .title = "equilibrium propagation on E = s^2/2 - theta s, one-sided and centred",
    .source = "closed form; Scellier2017, Laborieux2021",
    .solve = solve_scalar,
};

/** Sets J = [[-own_0, other_0], [other_1, -own_1]]. */
static void set_matrix(epx_specimen *pair, const double J[4]) {
  double *own = epx_specimen_get_values(pair, 0, "own"), *other = epx_specimen_get_values(pair, 0, "other");
  own[0] = -J[0];
  other[0] = J[1];
  other[1] = J[2];
  own[1] = -J[3];
}

/** J = [[-2, 1], [0, -1]]: the plain rule has one sign wrong. */
static epx_err check_triangle(epx_specimen *pair, epx_verify_report *report) {
  static const struct {
    const char *rule;
    double expected[2];
  } rows[] = {{"backprop", {0.225, -0.675}}, {"time-reversed", {0.225, -0.675}}, {"plain", {-0.225, -0.9}}};
  static const double J[] = {-2, 1, 0, -1}, free_state[] = {0.05, -0.2};
  double gradient[7];
  const size_t at = pair->network->offset[epx_family_get_parameter(pair->network->family, "force")];
  set_matrix(pair, J);
  EPX_TRY(epx_specimen_solve(pair));
  for (int i = 0; i < 2; i++)
    epx_verify_add(report, EPX_VERIFY_EXACT, pair->state[i * pair->lanes->n_lanes], free_state[i], 1e-12,
                   "free state, component %d", i);
  for (int k = 0; k < 3; k++) {
    EPX_TRY(epx_specimen_eval_gradient(pair, rows[k].rule, 1e-4, EPX_CENTERED, gradient));
    for (int i = 0; i < 2; i++)
      epx_verify_add(report, EPX_VERIFY_EXACT, gradient[at + (size_t)i], rows[k].expected[i], 1e-6,
                     "dC/dtheta_%d, %s", i, rows[k].rule);
  }
  return EPX_OK;
}

/** J = -[[1, -w], [w, 1]]: the plain gradient is turned by twice atan w. */
static epx_err check_rotation(epx_specimen *pair, double w, epx_verify_report *report) {
  const double J[] = {-1, w, -w, -1};
  double exact[7], plain[7], reversed[7];
  const size_t at = pair->network->offset[epx_family_get_parameter(pair->network->family, "force")];
  set_matrix(pair, J);
  EPX_TRY(epx_specimen_solve(pair));
  EPX_TRY(epx_specimen_eval_gradient(pair, "backprop", 1e-4, EPX_CENTERED, exact));
  EPX_TRY(epx_specimen_eval_gradient(pair, "plain", 1e-4, EPX_CENTERED, plain));
  EPX_TRY(epx_specimen_eval_gradient(pair, "time-reversed", 1e-4, EPX_CENTERED, reversed));
  epx_verify_add(report, EPX_VERIFY_EXACT, epx_specimen_eval_cosine(2, plain + at, exact + at),
                 (1 - w * w) / (1 + w * w), 1e-6, "cosine plain with exact, rotation w = %g", w);
  epx_verify_add(report, EPX_VERIFY_EXACT, epx_specimen_eval_distance(2, reversed + at, exact + at), 0, 1e-6,
                 "relative error of time-reversed, w = %g", w);
  return EPX_OK;
}

static epx_err check_pair(epx_specimen *pair, epx_verify_report *report) {
  static const double rotations[] = {0.5, 1, 2};
  EPX_TRY(check_triangle(pair, report));
  for (int i = 0; i < 3; i++)
    EPX_TRY(check_rotation(pair, rotations[i], report));
  return EPX_OK;
}

static epx_err solve_pair(bool full, epx_verify_report *report) {
  static const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = -0.4, .on = 0.7};
  static const double force[] = {0.3, -0.2};
  epx_specimen *pair;
  (void)full;
  EPX_TRY(create_linear(&epx_family_linear_pair, 2, &cost, force, &pair));
  const int code = check_pair(pair, report);
  epx_specimen_destroy(&pair);
  return code;
}

const epx_verify_case epx_case_not_conservative = {
    .name = "P5",
    .title = "a field without an energy: the plain rule fails by a known angle, time reversal is exact",
    .source = "closed form; Scellier2018, Scurria2026",
    .solve = solve_pair,
};

static epx_err create_phases(epx_specimen **out) {
  static const int inputs[] = {0, 1}, outputs[] = {5};
  static const epx_cost cost = {.kind = EPX_PHASE_COSINE, .off = 0, .on = 0.9};
  const epx_network_spec spec = {.family = epx_family_get_by_name("phase"),
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 6},
                                 .n_inputs = 2,
                                 .input_nodes = inputs,
                                 .input_scale = 1,
                                 .n_outputs = 1,
                                 .output_nodes = outputs,
                                 .readout = EPX_READ_PHASE,
                                 .readout_scale = 1};
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.tolerance = 1e-13;
  EPX_TRY(epx_specimen_create(&spec, &cost, &options, 1, 1, out));
  epx_specimen *phases = *out;
  const epx_topology *topology = phases->network->topology;
  phases->features[0] = 1.5707963267948966;
  phases->features[1] = -1.5707963267948966;
  for (size_t l = 0; l < topology->n_links; l++) /* i < j here, i > j in the formula */
    epx_specimen_get_values(phases, 0, "coupling")[l] =
        cos(1.7 * topology->links[l].j + 2.3 * topology->links[l].i);
  for (int i = 0; i < 6; i++) {
    epx_specimen_get_values(phases, 0, "field")[i] = 0.5 + 0.1 * i;
    epx_specimen_get_values(phases, 0, "field_phase")[i] = 0.3 * i - 0.7;
  }
  for (int i = 0; i < 4; i++)
    epx_specimen_set_state(phases, i, 0, 0.1 * (i + 1));
  epx_specimen_set_label(phases, 1);
  return EPX_OK;
}

enum { N_LINKS = 15, N_PHASES_THETA = N_LINKS + 3 * 6 };

static epx_err check_errors(epx_specimen *phases, const double *exact, epx_verify_report *report) {
  static const struct {
    double beta, expected[2]; /* one-sided, centred */
  } rows[] = {{0.1, {7.883e-2, 1.396e-2}},
              {0.05, {4.199e-2, 3.377e-3}},
              {0.025, {2.172e-2, 8.377e-4}},
              {0.0125, {1.105e-2, 2.090e-4}},
              {0.00625, {5.577e-3, 5.223e-5}}};
  double error[2][5], gradient[N_PHASES_THETA];
  for (int i = 0; i < 5; i++) {
    for (int scheme = 0; scheme < 2; scheme++) {
      EPX_TRY(epx_specimen_eval_gradient(phases, "plain", rows[i].beta, (epx_scheme)scheme, gradient));
      error[scheme][i] = epx_specimen_eval_distance(N_LINKS, gradient, exact);
      epx_verify_add(report, EPX_VERIFY_COMPUTED, error[scheme][i], rows[i].expected[scheme],
                     5e-4 * rows[i].expected[scheme], "relative error, %s, beta = %g",
                     scheme == EPX_CENTERED ? "centred" : "one-sided", rows[i].beta);
    }
  }
  for (int scheme = 0; scheme < 2; scheme++)
    epx_verify_add(report, EPX_VERIFY_EXACT, log2(error[scheme][3] / error[scheme][4]), scheme + 1, 0.03,
                   "slope in beta, %s", scheme == EPX_CENTERED ? "centred" : "one-sided");
  return EPX_OK;
}

static epx_err check_phases(epx_specimen *phases, epx_verify_report *report) {
  static const double expected[] = {-1.0401843, 1.7158041, 1.0280217, -0.6056409};
  double exact[N_PHASES_THETA];
  EPX_TRY(epx_specimen_solve(phases));
  for (int i = 0; i < 4; i++)
    epx_verify_add(report, EPX_VERIFY_COMPUTED, phases->state[i * phases->lanes->n_lanes], expected[i], 6e-8,
                   "free phase of node %d", i + 2);
  EPX_TRY(epx_specimen_eval_gradient(phases, "backprop", 0.1, EPX_CENTERED, exact));
  epx_verify_add(report, EPX_VERIFY_COMPUTED, epx_specimen_eval_norm(N_LINKS, exact), 1.3196021, 6e-8,
                 "|dC/dW|, implicit differentiation");
  EPX_TRY(check_errors(phases, exact, report));
  return EPX_OK;
}

static epx_err solve_phases(bool full, epx_verify_report *report) {
  epx_specimen *phases;
  (void)full;
  EPX_TRY(create_phases(&phases));
  const int code = check_phases(phases, report);
  epx_specimen_destroy(&phases);
  return code;
}

const epx_verify_case epx_case_phases = {
    .name = "P4",
    .title = "gradient check on six phase oscillators: state, gradient, errors and their orders in beta",
    .source = "equations of Wang2024; numbers of an independent Newton solve",
    .solve = solve_phases,
};
