/** @file
 * Which nudge suits which loss: the phase-conjugate rule on lossy Kerr networks, and the plain rule as the
 * loss goes to zero, each as means over random networks.
 */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "study/verification/cases.h"
#include "study/verification/specimen.h"

/** What a set of random Kerr networks is drawn from: one an instance. */
typedef struct {
  epx_topology_kind topology;
  int n_nodes, n_networks;
  double loss, kerr;
  double detuning, detuning_spread; /* uniform, or normal where the couplings are drawn */
  double coupling;                  /* of every link; 0: drawn, normal of detuning_spread / sqrt 2 */
  int n_driven;                     /* the first nodes, each by 1 */
  epx_readout_kind readout;         /* of the last node */
  bool turned;                      /* the driven nodes' drives are inputs of random phases */
  epx_quadrature quadrature;        /* of the rule scattering */
} ensemble;

static double draw(const char *what, bool normal, int i, int k) {
  const epx_random stream = epx_random_init(8, what);
  return normal ? epx_random_eval_normal(&stream, 0, (uint32_t)i, (uint32_t)k, 0)
                : 2 * epx_random_eval_uniform(&stream, 0, (uint32_t)i, (uint32_t)k, 0) - 1;
}

static void set_parameters(const ensemble *e, epx_specimen *specimen, int i) {
  const bool drawn = e->coupling == 0;
  double *detuning = epx_specimen_get_values(specimen, i, "detuning");
  double *coupling = epx_specimen_get_values(specimen, i, "coupling");
  double *bias = epx_specimen_get_values(specimen, i, "bias");
  epx_specimen_set_values(specimen, i, "loss", e->loss);
  epx_specimen_set_values(specimen, i, "kerr", e->kerr);
  for (int k = 0; k < e->n_nodes; k++) {
    detuning[k] = e->detuning + e->detuning_spread * draw("verify:detuning", drawn, i, k);
    bias[k] = !e->turned && k < e->n_driven;
  }
  for (int l = 0; l < (int)specimen->network->topology->n_links; l++)
    coupling[l] = drawn ? e->detuning_spread / sqrt(2) * draw("verify:coupling", true, i, l) : e->coupling;
}

static epx_err create_ensemble(const ensemble *e, epx_specimen **out) {
  static const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = 0.3};
  const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                 .topology = {.kind = e->topology, .n_nodes = e->n_nodes},
                                 .n_inputs = e->turned ? e->n_driven : 0,
                                 .encoding = e->turned ? EPX_ENCODE_PHASE : EPX_ENCODE_AMPLITUDE,
                                 .input_scale = 1,
                                 .n_outputs = 1,
                                 .readout = e->readout,
                                 .readout_scale = 1};
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.method = e->kerr == 0 ? EPX_NEWTON : EPX_DYNAMICS_NEWTON;
  options.tolerance = 1e-14; /* contrasts are divided by a nudge of 1e-4 */
  EPX_TRY(epx_specimen_create(&spec, &cost, &options, e->n_networks, 1, out));
  for (int i = 0; i < e->n_networks; i++)
    set_parameters(e, *out, i);
  for (int k = 0; e->turned && k < e->n_driven; k++)
    (*out)->features[k] = 2 * draw("verify:phase", false, 0, k);
  (*out)->quadrature = e->quadrature;
  epx_specimen_set_label(*out, 1);
  return EPX_OK;
}

/** Means over the networks that have both gradients, of couplings and detunings. */
typedef struct {
  double cosine, error; /* with the exact gradient; relative */
  int n;
} agreement;

static epx_err compare_rule(epx_specimen *specimen, const char *rule, double *exact, double *estimate,
                            agreement *mean) {
  const size_t n_theta = specimen->network->n_theta;
  const size_t n = specimen->network->count[0] + specimen->network->count[1]; /* couplings, then detunings */
  *mean = (agreement){0};
  EPX_TRY(epx_specimen_solve(specimen));
  EPX_TRY(epx_specimen_eval_gradient(specimen, "backprop", 1e-4, EPX_CENTERED, exact));
  EPX_TRY(epx_specimen_eval_gradient(specimen, rule, 1e-4, EPX_CENTERED, estimate));
  for (int i = 0; i < specimen->lanes->n_instances; i++) {
    const size_t at = (size_t)i * n_theta;
    if (epx_estimator_get_lanes(specimen->work, i) == 0) continue;
    mean->cosine += epx_specimen_eval_cosine(n, estimate + at, exact + at);
    mean->error += epx_specimen_eval_distance(n, estimate + at, exact + at);
    mean->n++;
  }
  mean->cosine /= mean->n;
  mean->error /= mean->n;
  return EPX_OK;
}

static epx_err eval_agreement(const ensemble *e, const char *rule, agreement *mean) {
  epx_specimen *specimen;
  double *exact = NULL, *estimate = NULL;
  EPX_TRY(create_ensemble(e, &specimen));
  const size_t n = (size_t)e->n_networks * specimen->network->n_theta;
  int code = EPX_ARRAY(exact, n);
  if (code == EPX_OK) code = EPX_ARRAY(estimate, n);
  if (code == EPX_OK) code = compare_rule(specimen, rule, exact, estimate, mean);
  epx_array_destroy(&estimate);
  epx_array_destroy(&exact);
  epx_specimen_destroy(&specimen);
  return code;
}

/** J = (R + R')/N with R normal, its diagonal as detunings: 2/N and sqrt 2/N. Two modes are driven by 1, one
 * is read by homodyne detection. */
static const ensemble scattering = {.topology = EPX_ALL_TO_ALL,
                                    .n_nodes = 10,
                                    .n_networks = 200,
                                    .loss = 1,
                                    .detuning_spread = 0.2,
                                    .n_driven = 2,
                                    .readout = EPX_READ_QUADRATURE};

/** Checks one quadrature over the Kerr shift; `expected` at 0.2. */
static epx_err check_quadrature(epx_quadrature quadrature, double expected, double tolerance,
                                epx_verify_report *report) {
  static const double kerr[] = {0.05, 0.1, 0.2};
  const char *name = epx_estimator_get_quadrature_name(quadrature);
  double before = 1;
  agreement mean;
  for (int i = 0; i < 3; i++) {
    ensemble e = scattering;
    e.kerr = -kerr[i];
    e.quadrature = quadrature;
    EPX_TRY(eval_agreement(&e, "scattering", &mean));
    epx_verify_add_bound(report, EPX_VERIFY_COMPUTED, mean.cosine, EPX_VERIFY_AT_MOST, before,
                         "%s: mean cosine falls with the Kerr shift: %g", name, kerr[i]);
    before = mean.cosine;
  }
  epx_verify_add(report, EPX_VERIFY_COMPUTED, before, expected, tolerance, "%s: mean cosine, Kerr shift 0.2",
                 name);
  return EPX_OK;
}

static epx_err solve_scattering(bool full, epx_verify_report *report) {
  static const double losses[] = {0.1, 1, 2, 10};
  agreement mean;
  (void)full;
  for (int i = 0; i < 8; i++) {
    ensemble e = scattering;
    e.loss = losses[i % 4];
    e.quadrature = i < 4 ? EPX_SIGMA_Y : EPX_SIGMA_X;
    EPX_TRY(eval_agreement(&e, "scattering", &mean));
    epx_verify_add(report, EPX_VERIFY_EXACT, mean.cosine, 1, 1e-8, "%s: cosine, linear network, loss %g",
                   epx_estimator_get_quadrature_name(e.quadrature), e.loss);
  }
  EPX_TRY(check_quadrature(EPX_SIGMA_Y, 0.990, 0.005, report));
  return check_quadrature(EPX_SIGMA_X, 0.980, 0.01, report);
}

const epx_verify_case epx_case_scattering = {
    .name = "P8",
    .title = "scattering backpropagation: exact for linear networks at any loss, worse with the Kerr shift",
    .source = "DalCin2025; means of 200 networks by an independent program",
    .solve = solve_scattering,
};

/** A chain of nine with |detuning| well above the band's edge, driven in phase on four sites. */
static const ensemble weak_loss = {.topology = EPX_CHAIN,
                                   .n_nodes = 9,
                                   .n_networks = 200,
                                   .detuning = -1.6,
                                   .detuning_spread = 0.2,
                                   .coupling = 0.5,
                                   .n_driven = 4,
                                   .readout = EPX_READ_INTENSITY};

static epx_err eval_slope(bool turned, double *slope) {
  static const double losses[] = {0.001, 0.01};
  double error[2];
  agreement mean;
  for (int i = 0; i < 2; i++) {
    ensemble e = weak_loss;
    e.loss = 2 * losses[i]; /* of energy */
    e.turned = turned;
    EPX_TRY(eval_agreement(&e, "plain", &mean));
    error[i] = mean.error;
  }
  *slope = log(error[1] / error[0]) / log(losses[1] / losses[0]);
  return EPX_OK;
}

/* What is left of time reversal's error is the tolerance of the equilibria over the nudge, largest in the
 * chains that are nearest to resonance. */
static epx_err solve_weak_loss(bool full, epx_verify_report *report) {
  static const double losses[] = {0.01, 0.1, 0.3};
  double slope;
  agreement mean;
  (void)full;
  EPX_TRY(eval_slope(false, &slope));
  epx_verify_add(report, EPX_VERIFY_EXACT, slope, 2, 0.05, "slope of the error in the loss, in-phase drive");
  EPX_TRY(eval_slope(true, &slope));
  epx_verify_add(report, EPX_VERIFY_EXACT, slope, 1, 0.05, "slope of the error in the loss, random phases");
  for (int i = 0; i < 3; i++) {
    ensemble e = weak_loss;
    e.loss = 2 * losses[i];
    e.turned = true;
    EPX_TRY(eval_agreement(&e, "time-reversed", &mean));
    epx_verify_add(report, EPX_VERIFY_EXACT, mean.error, 0, 1e-6,
                   "relative error of time-reversed, amplitude loss %g", losses[i]);
  }
  return EPX_OK;
}

const epx_verify_case epx_case_weak_loss = {
    .name = "P9",
    .title = "the plain rule on a nearly lossless chain: how its error falls with the loss; time reversal",
    .source = "Sajnok2025; order of the response in the loss, over 200 chains",
    .solve = solve_weak_loss,
};
