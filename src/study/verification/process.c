/** @file
 * The process layer: what is drawn against what was asked for. All draws are keyed, so a number is the same
 * on every machine; each tolerance is three standard errors of so many draws, beside the digits in which the
 * expected number is known.
 */
#include <math.h>

#include "base/numbers/random.h"
#include "photonic/device/ring.h"
#include "photonic/process/process.h"
#include "study/verification/cases.h"

enum { N_DISTANCES = 10, N_DEVICES = N_DISTANCES + 1, N_DRAWS = 1000, N_DRAWS_FULL = 20000 };

/** A die of points along a line, or of one ring. */
typedef struct {
  epx_process_spec spec;
  epx_placement *placement;
  epx_process *process;
} chip;

static epx_err init_chip(int n, const double *x, double radius, chip *c) {
  static const double y[N_DEVICES];
  double radii[N_DEVICES];
  for (int k = 0; k < n; k++)
    radii[k] = radius;
  *c = (chip){0};
  EPX_TRY(epx_placement_create(n, x, y, radii, &c->placement));
  epx_process_init(&c->spec);
  c->spec.placement = c->placement;
  c->spec.wafer.origin_x = c->spec.wafer.origin_y = -50e-6;
  c->spec.wafer.diameter = 0.03; /* few dies a wafer */
  c->spec.seed = 2026;
  c->spec.sampling.kind =
      EPX_SAMPLING_WAFER; /* so that the wafer's field is drawn where a case asks for it */
  return EPX_OK;
}

static epx_err make_chip(chip *c) {
  epx_process_destroy(&c->process);
  EPX_TRY(epx_process_create(&c->spec, &c->process));
  return EPX_OK;
}

static void destroy_chip(chip *c) {
  epx_process_destroy(&c->process);
  epx_placement_destroy(&c->placement);
}

/** Draws the i-th independent chip: deviation [EPX_DEVIATION_COUNT * n_devices]. */
static void draw(const chip *c, int i, double *deviation) {
  const epx_origin from = {.lot = (uint32_t)i, .wafer = (uint32_t)i}; /* wafers are what is independent */
  epx_process_eval_at(c->process, EPX_RANDOM_ANY, from, deviation);
}

static void set_local(chip *c, epx_correlation_kind kind, double length, double sigma) {
  c->spec.terms[EPX_DEVIATION_WIDTH].local = sigma;
  c->spec.terms[EPX_DEVIATION_WIDTH].local_kernel = (epx_correlation){.kind = kind, .length = length};
}

/** Half the mean square of the difference, in units of the variance: 1 - rho(d), a mean of chi-squares. */
static epx_err add_semivariogram(chip *c, epx_correlation_kind kind, int n_draws, epx_verify_report *report) {
  double x[EPX_DEVIATION_COUNT * N_DEVICES], half[N_DEVICES] = {0};
  set_local(c, kind, 3e-3, 1);
  EPX_TRY(make_chip(c));
  for (int i = 0; i < n_draws; i++) {
    draw(c, i, x);
    for (int k = 1; k < N_DEVICES; k++)
      half[k] += (x[0] - x[k]) * (x[0] - x[k]) / (2 * n_draws);
  }
  for (int k = 1; k < N_DEVICES; k++) {
    const double d = c->placement->devices[k].x;
    const double expected = 1 - epx_correlation_eval(&c->spec.terms[EPX_DEVIATION_WIDTH].local_kernel, d);
    epx_verify_add(report, EPX_VERIFY_EXACT, half[k], expected, 3 * expected * sqrt(2.0 / n_draws),
                   "semivariogram over variance, %s, L 3 mm, at %g mm", epx_correlation_get_name(kind),
                   d * 1e3);
  }
  return EPX_OK;
}

static epx_err check_kernels(int n_draws, epx_verify_report *report) {
  static const double x[N_DEVICES] = {0,      0.02e-3, 0.05e-3, 0.1e-3, 0.2e-3, 0.4e-3,
                                      0.7e-3, 1.2e-3,  2e-3,    3e-3,   4e-3};
  chip c;
  EPX_TRY(init_chip(N_DEVICES, x, 0, &c));
  c.spec.sampler = EPX_SAMPLE_WAFER;
  int code = add_semivariogram(&c, EPX_CORRELATION_EXPONENTIAL, n_draws, report);
  if (code == EPX_OK) code = add_semivariogram(&c, EPX_CORRELATION_MATERN, n_draws, report);
  destroy_chip(&c);
  return code;
}

/** Width and thickness of one device: sums over the terms wafer (5, 3), local (5, 2) and white (1, 1) nm. */
static epx_err add_cross_correlation(chip *c, double coefficient, int n_draws, epx_verify_report *report) {
  double x[EPX_DEVIATION_COUNT], width = 0, thickness = 0, both = 0;
  EPX_TRY(epx_process_set_preset("siepic", &c->spec));
  c->spec.terms[EPX_DEVIATION_WIDTH].white = c->spec.terms[EPX_DEVIATION_THICKNESS].white = 1e-9;
  c->spec.correlation = coefficient;
  EPX_TRY(make_chip(c));
  for (int i = 0; i < n_draws; i++) {
    draw(c, i, x);
    width += x[EPX_DEVIATION_WIDTH] * x[EPX_DEVIATION_WIDTH];
    thickness += x[EPX_DEVIATION_THICKNESS] * x[EPX_DEVIATION_THICKNESS];
    both += x[EPX_DEVIATION_WIDTH] * x[EPX_DEVIATION_THICKNESS];
  }
  const double expected = coefficient * (5 * 3 + 5 * 2 + 1) / sqrt((25 + 25 + 1) * (9.0 + 4 + 1));
  epx_verify_add(report, EPX_VERIFY_EXACT, both / sqrt(width * thickness), expected,
                 3 * (1 - expected * expected) / sqrt(n_draws),
                 "correlation of width and thickness, each term %g", coefficient);
  return EPX_OK;
}

static epx_err check_cross_correlation(int n_draws, epx_verify_report *report) {
  static const double x[1] = {0};
  chip c;
  EPX_TRY(init_chip(1, x, 0, &c));
  int code = add_cross_correlation(&c, 0, n_draws, report);
  if (code == EPX_OK) code = add_cross_correlation(&c, 0.6, n_draws, report);
  destroy_chip(&c);
  return code;
}

/** Two rings: sigma of the difference over sigma; half a digit of the expected number is let pass too. */
static epx_err check_pair(epx_correlation_kind kind, double apart, double expected, double digit, int n_draws,
                          epx_verify_report *report) {
  const double x[2] = {0, apart};
  double deviation[2 * EPX_DEVIATION_COUNT], squares = 0;
  chip c;
  EPX_TRY(init_chip(2, x, 0, &c));
  set_local(&c, kind, 4.5e-3, 1);
  const int code = make_chip(&c);
  for (int i = 0; code == EPX_OK && i < n_draws; i++) {
    draw(&c, i, deviation);
    squares += (deviation[0] - deviation[1]) * (deviation[0] - deviation[1]) / n_draws;
  }
  destroy_chip(&c);
  EPX_TRY(code);
  epx_verify_add(
      report, EPX_VERIFY_COMPUTED, sqrt(squares), expected, digit / 2 + 3 * expected / sqrt(2.0 * n_draws),
      "mismatch of a pair over sigma, %s, L 4.5 mm, at %g mm", epx_correlation_get_name(kind), apart * 1e3);
  return EPX_OK;
}

static epx_err check_pairs(int n_draws, epx_verify_report *report) {
  static const struct {
    epx_correlation_kind kind;
    double expected[3];
  } rows[] = {{EPX_CORRELATION_GAUSSIAN, {0.006, 0.031, 0.31}},
              {EPX_CORRELATION_MATERN, {0.008, 0.038, 0.34}},
              {EPX_CORRELATION_EXPONENTIAL, {0.094, 0.21, 0.63}}};
  static const double apart[3] = {20e-6, 100e-6, 1e-3};
  for (int k = 0; k < 3; k++) {
    for (int j = 0; j < 3; j++) {
      const double expected = rows[k].expected[j], digit = expected < 0.1 ? 1e-3 : 1e-2;
      EPX_TRY(check_pair(rows[k].kind, apart[j], expected, digit, n_draws, report));
    }
  }
  return EPX_OK;
}

/** Resonances of rings of the default cross-section, without the terms that are `off`. */
static epx_err check_resonances(const char *preset, epx_material_kind core, unsigned off, double expected,
                                int n_draws, epx_verify_report *report) {
  static const double x[1] = {0};
  epx_ring_spec spec;
  epx_ring ring;
  chip c;
  double squares = 0;
  epx_ring_init(core, &spec);
  EPX_TRY(epx_ring_eval(&spec, &ring));
  EPX_TRY(init_chip(1, x, 0, &c));
  int code = epx_process_set_preset(preset, &c.spec);
  c.spec.off = off;
  if (code == EPX_OK) code = make_chip(&c);
  for (int i = 0; code == EPX_OK && i < n_draws; i++) {
    double deviation[EPX_DEVIATION_COUNT];
    epx_ring_change change;
    draw(&c, i, deviation);
    epx_ring_eval_change(&spec, &ring, deviation, &change);
    squares += change.shift * change.shift / n_draws;
  }
  destroy_chip(&c);
  EPX_TRY(code);
  epx_verify_add(report, EPX_VERIFY_COMPUTED, sqrt(squares) * 1e9, expected, 0.05 * expected,
                 "sigma of a resonance, %s on %s, nm", preset, epx_material_get(core)->name);
  return EPX_OK;
}

static epx_err solve(bool full, epx_verify_report *report) {
  const int n_draws = full ? N_DRAWS_FULL : N_DRAWS;
  EPX_TRY(check_kernels(n_draws, report));
  EPX_TRY(check_cross_correlation(n_draws, report));
  EPX_TRY(check_pairs(n_draws, report));
  EPX_TRY(check_resonances("siepic", EPX_SILICON, 1u << EPX_TERM_WAFER, 4.75, 4 * n_draws, report));
  EPX_TRY(check_resonances("nitride-2023", EPX_SILICON_NITRIDE, 0, 3.4, 4 * n_draws, report));
  return EPX_OK;
}

const epx_verify_case epx_case_process = {
    .name = "process",
    .title = "fabrication: kernels, width against thickness, mismatch of a pair, spread of resonances",
    .source = "the kernels' formulas; of a pair and of resonances, a mode solver and kernels evaluated apart "
              "from this program",
    .short_form = "1,000 draws a number, not 20,000",
    .solve = solve,
};
