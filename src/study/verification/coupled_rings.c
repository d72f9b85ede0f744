/** @file
 * Linear coupled rings: the spectrum of two rings with loss, through their exceptional point, of a chain and
 * of a closed chain. With a ~ exp(-i w t), detuning = -w_i and coupling = -mu an eigenvalue of the Jacobian
 * is -i w, so that its real part is Im w; the real Jacobian has the conjugates too.
 */
#include <math.h>
#include <stdlib.h>

#include "study/verification/cases.h"
#include "study/verification/specimen.h"

enum { N_MAX = 6 };

typedef struct {
  epx_topology_kind topology;
  int n_rings;
  double detuning, loss[2]; /* w_0 = detuning = -w_1 of two rings; losses of the first and of the others */
} rings;

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/** Evaluates the parts of the eigenvalues: real and |imaginary| [2 n_rings], each sorted. */
static epx_err eval_spectrum(const rings *r, double *real, double *imaginary) {
  const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                 .topology = {.kind = r->topology, .n_nodes = r->n_rings},
                                 .n_outputs = 1,
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 1};
  epx_equilibrium_options options;
  epx_specimen *specimen;
  epx_equilibrium_init(&options);
  EPX_TRY(epx_specimen_create(&spec, NULL, &options, 1, 1, &specimen));
  epx_specimen_set_values(specimen, 0, "coupling", -1);
  epx_specimen_set_values(specimen, 0, "loss", r->loss[1]);
  epx_specimen_get_values(specimen, 0, "loss")[0] = r->loss[0];
  epx_specimen_get_values(specimen, 0, "detuning")[0] = -r->detuning;
  epx_specimen_get_values(specimen, 0, "detuning")[1] = r->detuning;
  epx_specimen_set_lanes(specimen);
  epx_population_eval_spectrum(specimen->population, specimen->lanes, specimen->state, 0, real, imaginary);
  epx_specimen_destroy(&specimen);
  for (int k = 0; k < 2 * r->n_rings; k++)
    imaginary[k] = fabs(imaginary[k]);
  qsort(real, (size_t)(2 * r->n_rings), sizeof *real, compare);
  qsort(imaginary, (size_t)(2 * r->n_rings), sizeof *imaginary, compare);
  return EPX_OK;
}

/** w = (w1 + w2)/2 - i (k1 + k2)/4 +- sqrt(mu^2 + [(w1 - w2)/2 - i (k1 - k2)/4]^2). */
static epx_err check_pair(epx_verify_report *report) {
  static const rings pair = {EPX_CHAIN, 2, 0.3, {0.5, 2.5}};
  double real[4], imaginary[4];
  EPX_TRY(eval_spectrum(&pair, real, imaginary));
  /* mu^2 + (0.3 + 0.5 i)^2 = 0.84 + 0.3 i, whose root is (re, 0.15 / re); (k1 + k2)/4 = 0.75 */
  const double re = sqrt((0.84 + sqrt(0.84 * 0.84 + 0.3 * 0.3)) / 2), im = 0.15 / re;
  epx_verify_add(report, EPX_VERIFY_EXACT, imaginary[0], re, 1e-10, "two lossy rings: |Re w| of one");
  epx_verify_add(report, EPX_VERIFY_EXACT, imaginary[3], re, 1e-10, "two lossy rings: |Re w| of the other");
  epx_verify_add(report, EPX_VERIFY_EXACT, real[3], im - 0.75, 1e-10, "two lossy rings: Im w of one");
  epx_verify_add(report, EPX_VERIFY_EXACT, real[0], -im - 0.75, 1e-10, "two lossy rings: Im w of the other");
  return EPX_OK;
}

/** |k1 - k2| = 4 mu: a double, defective eigenvalue, which rounding splits by its square root: what must hold
 * to rounding is their mean. */
static epx_err check_exceptional_point(epx_verify_report *report) {
  static const rings pair = {EPX_CHAIN, 2, 0, {4.5, 0.5}};
  double real[4], imaginary[4];
  EPX_TRY(eval_spectrum(&pair, real, imaginary));
  const double mean = (real[0] + real[1] + real[2] + real[3]) / 4;
  epx_verify_add(report, EPX_VERIFY_EXACT, mean, -1.25, 1e-10, "exceptional point: mean Im w");
  epx_verify_add(report, EPX_VERIFY_EXACT, real[3] - real[0], 0, 1e-6, "exceptional point: Im w apart");
  epx_verify_add(report, EPX_VERIFY_EXACT, imaginary[3], 0, 1e-6, "exceptional point: |Re w|");
  return EPX_OK;
}

static epx_err check_chain(epx_topology_kind topology, int n, const double *expected, const char *name,
                           epx_verify_report *report) {
  const rings chain = {topology, n, 0, {0, 0}};
  double real[2 * N_MAX], imaginary[2 * N_MAX];
  EPX_TRY(eval_spectrum(&chain, real, imaginary));
  for (int k = 0; k < n; k++)
    epx_verify_add(report, EPX_VERIFY_EXACT, 0.5 * (imaginary[2 * k] + imaginary[2 * k + 1]), expected[k],
                   1e-10, "%s: |w|, mode %d of %d", name, k + 1, n);
  return EPX_OK;
}

static epx_err solve(bool full, epx_verify_report *report) {
  static const double chain[] = {0, 1, 1, 1.7320508075688772, 1.7320508075688772};
  static const double closed[] = {1, 1, 1, 1, 2, 2};
  (void)full;
  EPX_TRY(check_pair(report));
  EPX_TRY(check_exceptional_point(report));
  EPX_TRY(check_chain(EPX_CHAIN, 5, chain, "open chain", report));
  EPX_TRY(check_chain(EPX_RING, 6, closed, "closed chain", report));
  return EPX_OK;
}

const epx_verify_case epx_case_coupled_rings = {
    .name = "P2",
    .title = "spectra of linear coupled rings: two lossy ones, their exceptional point, chains",
    .source = "eigenvalues of 2 x 2 and tridiagonal matrices in closed form",
    .solve = solve,
};
