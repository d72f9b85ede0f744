/** @file
 * One driven Kerr ring, in units of half its loss: da/dt = -(1 + i (D - |a|^2)) a + F. With Y = |a|^2 its
 * equilibria obey X = |F|^2 = Y (1 + (Y - D)^2).
 *
 * Turning points are where the Jacobian is singular: with a = sqrt(Y) real, the drive that holds it there is
 * what the field lacks, and the determinant is a function of Y alone, whose roots are bisected.
 */
#include <math.h>

#include "equilibrium/reference/reference.h"
#include "study/simulation/hysteresis.h"
#include "study/verification/cases.h"
#include "study/verification/specimen.h"

static const double onset_detuning = 1.7320508075688772; /* sqrt(3) */

static epx_err create_ring(double detuning, epx_specimen **out) {
  const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 1},
                                 .n_outputs = 1,
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 1};
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.method = EPX_NEWTON;
  options.tolerance = 1e-13;
  EPX_TRY(epx_specimen_create(&spec, NULL, &options, 1, 1, out));
  epx_specimen_set_values(*out, 0, "loss", 2);
  epx_specimen_set_values(*out, 0, "kerr", 1);
  epx_specimen_set_values(*out, 0, "detuning", -detuning);
  epx_specimen_set_lanes(*out);
  return EPX_OK;
}

/** Sets the drive F and lays it in the lanes. */
static void set_drive(epx_specimen *ring, double F) {
  epx_specimen_set_values(ring, 0, "bias", F);
  epx_specimen_set_lanes(ring);
}

static double get_intensity(const epx_specimen *ring) {
  const double x = ring->state[0], p = ring->state[ring->lanes->n_lanes];
  return x * x + p * p;
}

static void set_amplitude(epx_specimen *ring, double x, double p) {
  epx_specimen_set_state(ring, 0, 0, x);
  epx_specimen_set_state(ring, 1, 0, p);
}

/** Evaluates det dF/ds at intensity Y. */
static double eval_determinant(epx_specimen *ring, double Y) {
  double jacobian[4];
  set_amplitude(ring, sqrt(Y), 0);
  ring->network->family->eval_jacobian(ring->lanes, ring->state, 0, 1, jacobian);
  return jacobian[0] * jacobian[3] - jacobian[1] * jacobian[2];
}

/** Evaluates |F|^2 of the drive that holds intensity Y. */
static double eval_drive(epx_specimen *ring, double Y) {
  set_drive(ring, 0);
  set_amplitude(ring, sqrt(Y), 0);
  epx_specimen_eval_field(ring);
  const double x = ring->field[0], p = ring->field[ring->lanes->n_lanes];
  return x * x + p * p;
}

/** Finds Y of a turning point between two intensities, by bisection to the last bit. */
static double find_turning_point(epx_specimen *ring, double low, double high) {
  const double sign = eval_determinant(ring, low);
  for (int k = 0; k < 200; k++) {
    const double middle = 0.5 * (low + high);
    if (eval_determinant(ring, middle) * sign > 0)
      low = middle;
    else
      high = middle;
  }
  return 0.5 * (low + high);
}

static void check_onset(epx_specimen *ring, epx_verify_report *report) {
  const double D = onset_detuning, Y = 2 / sqrt(3), h = 1e-3;
  const double slope = (eval_determinant(ring, Y + h) - eval_determinant(ring, Y - h)) / (2 * h);
  epx_verify_add(report, EPX_VERIFY_EXACT, eval_drive(ring, Y), 8 / (3 * sqrt(3)), 1e-8,
                 "drive X at the onset of bistability, D = %.7g", D);
  epx_verify_add(report, EPX_VERIFY_EXACT, eval_determinant(ring, Y), 0, 1e-8,
                 "determinant of the Jacobian at the onset");
  epx_verify_add(report, EPX_VERIFY_EXACT, slope, 0, 1e-8, "its slope in Y at the onset");
}

static void check_turning_points(epx_specimen *ring, double D, epx_verify_report *report) {
  const double root = sqrt(D * D - 3);
  for (int upper = 0; upper < 2; upper++) {
    const double Y = (2 * D + (upper ? root : -root)) / 3, X = Y * (1 + (Y - D) * (Y - D));
    const double found = find_turning_point(ring, upper ? 2 * D / 3 : 0, upper ? D : 2 * D / 3);
    epx_verify_add(report, EPX_VERIFY_EXACT, found, Y, 1e-8, "Y where it jumps %s, D = %g",
                   upper ? "down" : "up", D);
    epx_verify_add(report, EPX_VERIFY_EXACT, eval_drive(ring, found), X, 1e-8, "X where it jumps %s, D = %g",
                   upper ? "down" : "up", D);
  }
}

/** D = 3, X = 4: intensities 2 - sqrt 2, 2 and 2 + sqrt 2, the middle one a saddle. */
static epx_err check_states(epx_specimen *ring, epx_verify_report *report) {
  static const struct {
    double start, shift, real, imaginary; /* Y = 2 + shift; the eigenvalue of largest real part */
  } states[] = {{0.5, -1.4142135623730951, -1, 1.7320508075688772},
                {2.01, 0, 0.7320508075688772, 0},
                {3.5, 1.4142135623730951, -1, 1.7320508075688772}};
  const double F = 2, D = 3;
  set_drive(ring, F);
  for (int i = 0; i < 3; i++) {
    /* a = F / (1 + i (D - Y)) */
    const double Y = states[i].start, below = 1 + (D - Y) * (D - Y);
    double real[2], imaginary[2];
    set_amplitude(ring, F / below, -F * (D - Y) / below);
    EPX_TRY(epx_specimen_solve(ring));
    epx_population_eval_spectrum(ring->population, ring->lanes, ring->state, 0, real, imaginary);
    const int k = real[1] > real[0];
    epx_verify_add(report, EPX_VERIFY_EXACT, get_intensity(ring), 2 + states[i].shift, 1e-8,
                   "state %d of 3 at D = 3, X = 4: Y", i + 1);
    epx_verify_add(report, EPX_VERIFY_EXACT, real[k], states[i].real, 1e-8,
                   "its largest eigenvalue: real part");
    epx_verify_add(report, EPX_VERIFY_EXACT, fabs(imaginary[k]), states[i].imaginary, 1e-8,
                   "its largest eigenvalue: imaginary part");
  }
  return EPX_OK;
}

/** Where the ring comes to at X, by its dynamics. */
static epx_err solve_at(void *context, double X, double *state, epx_certificate *certificate) {
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  set_drive(context, sqrt(X));
  return epx_reference_solve(((epx_specimen *)context)->lanes, NULL, &options, NULL, NULL, state,
                             certificate);
}

/** X from 2 to 6 and back: one jump on each way. */
static epx_err check_hysteresis(epx_specimen *ring, epx_verify_report *report) {
  static const double expected[] = {5.088662, 2.911338}, start[] = {0, 0};
  const epx_hysteresis_spec spec = {.from = 2,
                                    .to = 6,
                                    .n_values = 21,
                                    .n_state = 2,
                                    .n_components = 2,
                                    .context = ring,
                                    .solve_at = solve_at};
  epx_hysteresis *h;
  EPX_TRY(epx_hysteresis_create(&spec, start, &h));
  for (int down = 0; down < 2; down++) {
    const epx_branch *branch = down ? &h->down : &h->up;
    const char *way = down ? "down" : "up";
    epx_verify_add(report, EPX_VERIFY_EXACT, branch->n_jumps, 1, 0, "jumps when X is moved %s, D = 3", way);
    epx_verify_add(report, EPX_VERIFY_EXACT, branch->n_jumps > 0 ? branch->jump[0] : NAN, expected[down],
                   0.01 * expected[down], "X of the jump when moved %s, D = 3", way);
  }
  epx_hysteresis_destroy(&h);
  return EPX_OK;
}

static epx_err check_ring(epx_specimen *ring, double D, epx_verify_report *report) {
  if (D < 1.9) {
    check_onset(ring, report);
    return EPX_OK;
  }
  check_turning_points(ring, D, report);
  if (D < 3 || D > 3) return EPX_OK;
  EPX_TRY(check_states(ring, report));
  EPX_TRY(check_hysteresis(ring, report));
  return EPX_OK;
}

static epx_err solve(bool full, epx_verify_report *report) {
  const double detunings[] = {onset_detuning, 2, 3, 4};
  (void)full;
  for (int i = 0; i < 4; i++) {
    epx_specimen *ring;
    EPX_TRY(create_ring(detunings[i], &ring));
    const int code = check_ring(ring, detunings[i], report);
    epx_specimen_destroy(&ring);
    EPX_TRY(code);
  }
  return EPX_OK;
}

const epx_verify_case epx_case_kerr_ring = {
    .name = "P1",
    .title = "bistability of one Kerr ring: onset, turning points, states, spectrum, hysteresis",
    .source = "closed form of X = Y (1 + (Y - D)^2)",
    .solve = solve,
};
