/** @file
 * Noise: covariances, hops, slips and means over a window against closed forms and exact integrals; draws that no place
 * changes.
 *
 *     test_noise [FACTOR]    with so many times the samples (default 1, which CI runs); 40: 80,000 and more of each
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "equilibrium/clock.h"
#include "io/deck/deck.h"
#include "study/point.h"
#include "unit/assert_close.h"

static int factor = 1;
static const double pi = 3.14159265358979323846;

typedef struct {
  epx_deck *deck;
  epx_settings *settings;
  epx_point *point;
  epx_ensemble *ensemble;
  epx_clock clock;
  int *samples;
  double *y;
  epx_certificate *certificate;
} made;

/* One instance with n samples, all dark, from rest, numbered from `first`. */
static made make(const char *network, const epx_noise_spec *noise, int n, int first) {
  made m = {0};
  char text[1024];
  double *features;
  snprintf(text, sizeof text, "network: {%s}\ntask: {name: xor}\nlearning: {epochs: 0}\nmetrics: [loss]\n",
           network);
  assert_int_equal(epx_deck_read_text("deck", text, &m.deck), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(m.deck, NULL, 0, &m.settings), EPX_OK);
  assert_int_equal(epx_point_create(m.settings, &m.point), EPX_OK);
  assert_int_equal(epx_ensemble_create(m.point->network, 1, n, &m.settings->equilibrium, &m.ensemble),
                   EPX_OK);
  const size_t n_lanes = (size_t)m.ensemble->max_lanes;
  assert_int_equal(EPX_ARRAY(features, (size_t)n * (size_t)m.point->network->n_inputs), EPX_OK);
  assert_int_equal(EPX_ARRAY(m.samples, (size_t)n), EPX_OK);
  for (int i = 0; i < n; i++)
    m.samples[i] = first + i;
  m.ensemble->functions->set_parameters(m.ensemble, m.point->nominal);
  m.ensemble->functions->set_samples(m.ensemble, n, features);
  epx_array_destroy(&features);
  assert_int_equal(epx_clock_init(m.ensemble, &m.clock), EPX_OK);
  assert_int_equal(epx_clock_set_noise(m.ensemble, noise, &m.clock), EPX_OK);
  m.clock.key = (epx_noise_key){.seed = 7, .point = EPX_RANDOM_ANY, .n_samples = n, .samples = m.samples};
  assert_int_equal(EPX_ARRAY(m.y, (size_t)m.ensemble->n_rows * n_lanes), EPX_OK);
  assert_int_equal(EPX_ARRAY(m.certificate, n_lanes), EPX_OK);
  return m;
}

static void destroy(made *m) {
  epx_array_destroy(&m->certificate);
  epx_array_destroy(&m->y);
  epx_array_destroy(&m->samples);
  epx_clock_destroy(&m->clock);
  epx_ensemble_destroy(&m->ensemble);
  epx_point_destroy(&m->point);
  epx_settings_destroy(&m->settings);
  epx_deck_destroy(&m->deck);
}

static void follow(made *m, double length) {
  m->ensemble->clock = &m->clock;
  m->clock.free = length;
  assert_int_equal(epx_ensemble_solve(m->ensemble, NULL, NULL, m->y, m->certificate), EPX_OK);
  assert_int_equal(m->certificate[0].outcome, EPX_OK);
}

static double eval_moment(const made *m, int row, int column) {
  const size_t n_lanes = (size_t)m->ensemble->n_lanes;
  double sum = 0;
  for (int lane = 0; lane < m->ensemble->n_used; lane++)
    sum += m->y[(size_t)row * n_lanes + (size_t)lane] * m->y[(size_t)column * n_lanes + (size_t)lane];
  return sum / m->ensemble->n_used;
}

/* ---- covariances: A S + S A' + 2 D = 0 */

enum { N = 4 };

/* Gaussian elimination with pivots, of the 16 equations for S. */
static void solve_lyapunov(double A[N][N], const double D[N], double S[N][N]) {
  double M[N * N][N * N + 1] = {{0}};
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      double *row = M[i * N + j];
      for (int k = 0; k < N; k++) {
        row[k * N + j] += A[i][k];
        row[i * N + k] += A[j][k];
      }
      row[N * N] = i == j ? -2 * D[i] : 0;
    }
  for (int c = 0; c < N * N; c++) {
    int pivot = c;
    for (int r = c + 1; r < N * N; r++)
      if (fabs(M[r][c]) > fabs(M[pivot][c])) pivot = r;
    for (int k = 0; k <= N * N; k++) {
      const double kept = M[c][k];
      M[c][k] = M[pivot][k];
      M[pivot][k] = kept;
    }
    for (int r = 0; r < N * N; r++) {
      const double share = r == c ? 0 : M[r][c] / M[c][c];
      for (int k = c; k <= N * N; k++)
        M[r][k] -= share * M[c][k];
    }
  }
  for (int k = 0; k < N * N; k++)
    S[k / N][k % N] = M[k][N * N] / M[k][k];
}

/* Every entry within 3 standard errors, which are those of products of normal numbers. */
static void assert_covariance(const made *m, double S[N][N], const char *name) {
  double largest = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j <= i; j++) {
      const double error = sqrt((S[i][i] * S[j][j] + S[i][j] * S[i][j]) / m->ensemble->n_used);
      largest = fmax(largest, fabs(eval_moment(m, i, j) - S[i][j]) / error);
    }
  printf("%s: %d samples, largest deviation of the covariance %.2f standard errors\n", name,
         m->ensemble->n_used, largest);
  assert_true(largest < 3);
}

/* Two rings a = x + i p of da/dt = (-loss/2 + i detuning) a + i J b: normal where their losses are equal. */
static void check_rings(const char *name, const double loss[2], const double detuning[2], double J,
                        const epx_noise_spec *noise) {
  char network[256];
  double A[N][N] = {{0}}, D[N], S[N][N];
  for (int i = 0; i < 2; i++) {
    A[2 * i][2 * i] = A[2 * i + 1][2 * i + 1] = -loss[i] / 2;
    A[2 * i][2 * i + 1] = -detuning[i];
    A[2 * i + 1][2 * i] = detuning[i];
    A[2 * i][3 - 2 * i] = -J;
    A[2 * i + 1][2 - 2 * i] = J;
    D[2 * i] = D[2 * i + 1] = noise->diffusion + (noise->photons > 0 ? loss[i] / 8 / noise->photons : 0);
  }
  solve_lyapunov(A, D, S);
  snprintf(
      network, sizeof network,
      "family: kerr, topology: {nodes: 2}, parameters: {coupling: %g, loss: [%g, %g], detuning: [%g, %g]}", J,
      loss[0], loss[1], detuning[0], detuning[1]);
  made m = make(network, noise, 2000 * factor, 0);
  follow(&m, 10);
  assert_covariance(&m, S, name);
  if (noise->photons > 0) assert_close(S[0][0], 1 / (4 * noise->photons), 1e-12); /* half a photon each */
  destroy(&m);
}

static void covariances_solve_the_equation_of_lyapunov(void **state) {
  (void)state;
  const double step = factor > 1 ? 0.02 : 0.05;
  const epx_noise_spec field = {.step = step, .diffusion = 0.02}, vacuum = {.step = step, .photons = 50};
  check_rings("normal", (double[]){2, 2}, (double[]){0.5, -1}, 0.8, &field);
  check_rings("non-normal", (double[]){1, 5}, (double[]){0.5, -1}, 2, &field);
  check_rings("vacuum", (double[]){1, 3}, (double[]){0.5, -1}, 0.8, &vacuum);
}

/* ---- weak order: the variance of dx = -x dt + xi is 2 D / 2; steps of 1 and 1/2 leave a third and 8 % of it out */

static double eval_missing(double step) {
  const epx_noise_spec noise = {.step = step, .diffusion = 0.001};
  made m = make("family: opo, topology: {nodes: 4}, parameters: {coupling: 0, pump: -3}", &noise,
                4000 * factor, 0);
  double missing = 0;
  follow(&m, 4);
  for (int row = 0; row < 4; row++)
    missing += (1 - eval_moment(&m, row, row) / (0.001 / 4)) / 4;
  destroy(&m);
  return missing;
}

static void errors_of_moments_fall_as_the_square_of_the_step(void **state) {
  (void)state;
  const double coarse = eval_missing(0.25), fine = eval_missing(0.125),
               finer = factor > 1 ? eval_missing(0.0625) : 0;
  printf("variance too small by %.4f and %.4f at steps of 1 and 1/2 lifetimes: slope %.3f\n", coarse, fine,
         log2(coarse / fine));
  if (factor > 1) printf("and by %.4f at 1/4: slope %.3f\n", finer, log2(fine / finer));
  assert_close(coarse, 1 - 0.25 / 0.375,
               0.02); /* (1 - z + z^2/4) / (1 - z + z^2/2 - z^3/8), z = step over lifetime */
  assert_close(log2(coarse / fine), 2.1, 0.3);
}

/* ---- hops: the mean first-passage time from one well to the other's bottom */

typedef struct {
  const made *m;
  double *time; /* [n_used] of the first passage; 0: not yet */
  double goal;
} passage;

static bool watch_passage(void *context, double time, const double *y) {
  passage *p = context;
  int left = 0;
  for (int lane = 0; lane < p->m->ensemble->n_used; lane++) {
    if (p->time[lane] == 0 && y[lane] >= p->goal) p->time[lane] = time;
    left += p->time[lane] == 0;
  }
  return left > 0;
}

/* (1/D) int_-a^goal dy e^(V(y)/D) int_-inf^y dz e^(-V(z)/D), V = -(p - 1) x^2/2 + x^4/4, by the rule of the middle. */
static double eval_passage(double pump, double D, double goal) {
  enum { CELLS = 40000 };
  const double a = sqrt(pump - 1), low = -4 * a, width = (goal - low) / CELLS;
  double inner = 0, outer = 0;
  for (int k = 0; k < CELLS; k++) {
    const double x = low + (k + 0.5) * width, V = -(pump - 1) * x * x / 2 + x * x * x * x / 4;
    inner += exp(-V / D) * width;
    if (x > -a) outer += exp(V / D) * (inner - 0.5 * exp(-V / D) * width) * width;
  }
  return outer / D;
}

/* Seen at steps of h alone, a passage is as late as if its goal were 0.5826 sqrt(2 D h) further, 0.5826 = -zeta(1/2) /
 * sqrt(2 pi). */
static void check_hops(double barrier, int n) {
  const double D = 0.25 / barrier, step = 0.02, exact = eval_passage(2, D, 1),
               expected = eval_passage(2, D, 1 + 0.5826 * sqrt(2 * D * step));
  const epx_noise_spec noise = {.step = step, .diffusion = D};
  made m = make("family: opo, topology: {nodes: 2}, parameters: {coupling: 0, pump: 2}", &noise, n, 0);
  double *time, mean = 0, squares = 0;
  assert_int_equal(EPX_ARRAY(time, (size_t)n), EPX_OK);
  passage p = {.m = &m, .time = time, .goal = 1};
  for (int lane = 0; lane < m.ensemble->n_lanes; lane++)
    m.y[lane] = -1;
  assert_int_equal(epx_clock_follow(m.ensemble, &m.clock, NULL, NULL, 40 * expected, watch_passage, &p, m.y,
                                    m.certificate),
                   EPX_OK);
  for (int lane = 0; lane < n; lane++) {
    assert_true(time[lane] > 0);
    mean += time[lane] / n;
    squares += time[lane] * time[lane] / n;
  }
  const double error = sqrt((squares - mean * mean) / n);
  printf("opo, barrier %g D: %d passages, mean %.4g +- %.2g, exact %.4g, %.4g seen at steps (%.2f standard "
         "errors; "
         "Kramers %.4g)\n",
         barrier, n, mean, error, exact, expected, (mean - expected) / error, pi * sqrt(2) * exp(barrier));
  assert_true(fabs(mean - expected) < 3 * error);
  epx_array_destroy(&time);
  destroy(&m);
}

static void hops_take_the_mean_first_passage_time(void **state) {
  (void)state;
  check_hops(2, 400);
  if (factor > 1) check_hops(3, 4000);
  if (factor > 1) check_hops(5, 1500);
}

/* ---- slips of a phase: dphi = (detuning - field sin phi) dt + xi, <xi xi> = linewidth delta */

/* Stratonovich's mean rate, 2 pi D (1 - e^(-2 pi detuning / D)) over the integral of e^((V(psi) - V(phi)) / D) over phi in
 * 0 ... 2 pi and psi in phi ... phi + 2 pi, V = -detuning phi - field cos phi. */
static double eval_slips(double detuning, double field, double D) {
  enum { CELLS = 400 };
  const double width = 2 * pi / CELLS;
  double sum = 0;
  for (int i = 0; i < CELLS; i++)
    for (int j = 0; j < CELLS; j++) {
      const double phi = (i + 0.5) * width, psi = phi + (j + 0.5) * width;
      sum += exp((-detuning * (psi - phi) - field * (cos(psi) - cos(phi))) / D) * width * width;
    }
  return 2 * pi * D * (1 - exp(-2 * pi * detuning / D)) / sum;
}

static void phases_slip_at_stratonovichs_rate(void **state) {
  (void)state;
  const epx_noise_spec noise = {.step = 0.04, .linewidth = 0.4};
  const double expected = eval_slips(0.7, 1, 0.2);
  const int n = 500 * factor;
  made m =
      make("family: phase, topology: {nodes: 3}, outputs: {nodes: [2]}, parameters: {coupling: 0, field: 1, "
           "detuning: 0.7}",
           &noise, n, 0);
  double *before, mean = 0, squares = 0;
  follow(&m, 20);
  assert_int_equal(EPX_ARRAY(before, (size_t)n), EPX_OK);
  memcpy(before, m.y, (size_t)n * sizeof *before);
  follow(&m, 60); /* of other draws: it is another phase */
  for (int lane = 0; lane < n; lane++) {
    const double rate = (m.y[lane] - before[lane]) / 60;
    mean += rate / n;
    squares += rate * rate / n;
  }
  const double error = sqrt((squares - mean * mean) / n);
  printf("phase: %d oscillators for 60, slips at %.5f +- %.5f, Stratonovich %.5f (%.2f standard errors)\n", n,
         mean, error, expected, (mean - expected) / error);
  assert_true(fabs(mean - expected) < 3 * error);
  epx_array_destroy(&before);
  destroy(&m);
}

/* ---- means over a window */

/* Of dx = -a x dt + xi over w: 2 (D/a) (a w - 1 + e^(-a w)) / (a w)^2; and detectors add up light, not states: the mean of
 * scale |a|^2 is scale times both quadratures' variance, however long it is. */
static void reads_are_means_over_the_window(void **state) {
  (void)state;
  const epx_noise_spec noise = {.step = 0.02, .diffusion = 0.5, .window = 3};
  made m = make(
      "family: kerr, topology: {nodes: 2}, parameters: {coupling: 0, loss: 2}, outputs: {count: 1, readout: "
      "intensity, scale: "
      "1}",
      &noise, 1000 * factor, 0);
  const double expected = 2 * 0.5 * (3 - 1 + exp(-3)) / 9;
  double light = 0, *reads;
  follow(&m, 9);
  const int n = m.ensemble->n_used;
  for (int row = 0; row < 2; row++)
    assert_close(eval_moment(&m, row, row), expected, 3 * expected * sqrt(2.0 / n));
  assert_int_equal(EPX_ARRAY(reads, (size_t)m.ensemble->n_lanes), EPX_OK);
  assert_int_equal(epx_ensemble_eval_reads(m.ensemble, m.y, reads), EPX_OK);
  for (int lane = 0; lane < n; lane++)
    light += reads[lane] / n;
  assert_close(light, 1,
               3 * sqrt(2.0 / 3 / n)); /* variance of a mean of |a|^2: (2/w) (1/2) at most, here below 2/3 */
  assert_true(epx_ensemble_get_left(m.ensemble, m.y) == m.clock.left);
  epx_array_destroy(&reads);
  destroy(&m);
}

/* ---- places change no bit */

static void a_sample_has_the_same_bits_in_any_lane(void **state) {
  (void)state;
  static const char network[] =
      "family: kerr, topology: {nodes: 3}, parameters: {kerr: 0.3, coupling_spread: 0.6}";
  const epx_noise_spec noise = {.step = 0.02, .diffusion = 0.1, .window = 0.5};
  made many = make(network, &noise, 21, 0), few = make(network, &noise, 3, 17);
  follow(&many, 2);
  follow(&few, 2);
  for (int row = 0; row < many.ensemble->n_rows; row++)
    for (int k = 0; k < 3; k++) {
      const double a = many.y[(size_t)row * (size_t)many.ensemble->n_lanes + (size_t)(17 + k)],
                   b = few.y[(size_t)row * (size_t)few.ensemble->n_lanes + (size_t)k];
      assert_memory_equal(&a, &b, sizeof a);
    }
  destroy(&many);
  destroy(&few);
}

static void phases_steps_and_instances_have_other_draws(void **state) {
  (void)state;
  const int samples[] = {4, 5};
  epx_noise_key key = {.seed = 1, .point = 0, .first = 0, .step = 3, .n_samples = 2, .samples = samples};
  epx_random a[4], b[4];
  epx_noise_eval_streams(&key, 0, 4, a);
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < i; j++)
      assert_true(memcmp(&a[i], &a[j], sizeof *a) != 0);
  key.first = 1;
  epx_noise_eval_streams(&key, 0, 2, b);
  assert_memory_equal(b, a + 2, 2 * sizeof *a);
  epx_noise_eval_streams(&key, 1, 2, b);
  assert_true(memcmp(b, a + 2, sizeof *a) != 0);
  key.step = 4;
  epx_noise_eval_streams(&key, 0, 2, b);
  assert_true(memcmp(b, a + 2, sizeof *a) != 0);
}

static void a_lane_that_diverges_takes_no_other_with_it(void **state) {
  (void)state;
  const epx_noise_spec noise = {.step = 0.1, .diffusion = 0.01};
  made m = make("family: opo, topology: {nodes: 3}, parameters: {coupling: 0, pump: 2}", &noise, 8, 0);
  m.y[1] = 1e200;
  m.clock.free = 3;
  m.ensemble->clock = &m.clock;
  assert_int_equal(epx_ensemble_solve(m.ensemble, NULL, NULL, m.y, m.certificate), EPX_OK);
  assert_int_equal(m.certificate[1].outcome, EPX_DIVERGED);
  assert_int_equal(m.certificate[0].outcome, EPX_OK);
  assert_int_equal(m.certificate[2].outcome, EPX_OK);
  destroy(&m);
}

int main(int n_arguments, char **arguments) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(covariances_solve_the_equation_of_lyapunov),
      cmocka_unit_test(errors_of_moments_fall_as_the_square_of_the_step),
      cmocka_unit_test(hops_take_the_mean_first_passage_time),
      cmocka_unit_test(phases_slip_at_stratonovichs_rate),
      cmocka_unit_test(reads_are_means_over_the_window),
      cmocka_unit_test(a_sample_has_the_same_bits_in_any_lane),
      cmocka_unit_test(phases_steps_and_instances_have_other_draws),
      cmocka_unit_test(a_lane_that_diverges_takes_no_other_with_it),
  };
  if (n_arguments > 1) factor = atoi(arguments[1]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
