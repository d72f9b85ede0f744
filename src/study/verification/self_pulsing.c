/** @file
 * A silicon ring that pulses by itself: light heats it into resonance, where carriers push it out again. Six
 * rings of VanVaerenbergh2012 settle side by side in one population; one of them, warmed before, pulses
 * where its cold twin rests.
 */
#include <math.h>
#include <string.h>

#include "equilibrium/reference/reference.h"
#include "study/verification/cases.h"
#include "study/verification/specimen.h"

typedef struct {
  double power, detuning, heat; /* mW, pm, K at the start */
  double period;                /* ns; NAN: comes to rest */
} pulse;

static const pulse pulses[] = {{0.6, 62, 0.7, 78.16}, {0.6, 62, 0, NAN}, {0.6, 40, 0.7, 82.40},
                               {0.6, 20, 0, 93.65},   {1, 62, 0, 84.16}, {0.3, 20, 0, 77.72}};
enum { N_PULSES = sizeof pulses / sizeof *pulses, N = 2, T = 3 };

static epx_err create_rings(const pulse *given, int n_rings, epx_specimen **out) {
  const epx_family *family = epx_family_get_by_name("silicon-ring");
  const epx_preset *preset = epx_family_get_preset(family, "van-vaerenbergh-2012");
  const epx_network_spec spec = {.family = family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 1},
                                 .n_outputs = 1,
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 1};
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  EPX_TRY(epx_specimen_create(&spec, NULL, &options, n_rings, 1, out));
  for (int k = 0; k < n_rings; k++) {
    for (int p = 0; p < family->n_parameters; p++)
      epx_specimen_set_values(*out, k, family->parameters[p].name, preset->values[p]);
    epx_specimen_set_values(*out, k, "bias", sqrt(1e3 * given[k].power));
    epx_specimen_set_values(*out, k, "detuning", given[k].detuning);
    epx_specimen_set_state(*out, T, k, given[k].heat);
  }
  epx_specimen_set_lanes(*out);
  return EPX_OK;
}

static void check_periods(const epx_specimen *rings, epx_verify_report *report) {
  for (int k = 0; k < N_PULSES; k++) {
    const epx_certificate *c = &rings->certificate[k];
    const pulse *given = &pulses[k];
    const bool rests = isnan(given->period);
    epx_verify_add(report, EPX_VERIFY_COMPUTED, c->outcome, rests ? EPX_OK : EPX_OSCILLATES, 0,
                   "%g mW, +%g pm, from %g K: outcome, %d: %s", given->power, given->detuning, given->heat,
                   rests ? EPX_OK : EPX_OSCILLATES, rests ? "rests" : "oscillates");
    if (rests) continue;
    epx_verify_add(report, EPX_VERIFY_COMPUTED, 1e3 * c->period, given->period, 0.01 * given->period,
                   "%g mW, +%g pm, from %g K: period [ns]", given->power, given->detuning, given->heat);
  }
}

static void check_rest(const epx_specimen *rings, epx_verify_report *report) {
  const size_t n_lanes = (size_t)rings->lanes->n_lanes, cold = 1;
  epx_verify_add(report, EPX_VERIFY_COMPUTED, rings->state[T * n_lanes + cold], 0.1871, 0.01 * 0.1871,
                 "0.6 mW, +62 pm, from 0 K: temperature at rest [K]");
  epx_verify_add(report, EPX_VERIFY_COMPUTED, 1e23 * rings->state[N * n_lanes + cold], 3.26e21,
                 0.01 * 3.26e21, "its carriers [m^-3]");
  epx_verify_add_bound(report, EPX_VERIFY_EXACT, rings->certificate[cold].abscissa, EPX_VERIFY_AT_MOST, 0,
                       "its largest eigenvalue [1/us]: stable");
}

/** The extremes of a transient's second half. */
typedef struct {
  double from, coldest, hottest, carriers;
  double low[2], high[2]; /* of Re a and Im a */
} extremes;

static int look(void *context, double time, int n_state, const double *state) {
  extremes *seen = context;
  (void)n_state;
  if (time < seen->from) return 0;
  seen->coldest = fmin(seen->coldest, state[T]);
  seen->hottest = fmax(seen->hottest, state[T]);
  seen->carriers = fmax(seen->carriers, state[N]);
  for (int c = 0; c < 2; c++) {
    seen->low[c] = fmin(seen->low[c], state[c]);
    seen->high[c] = fmax(seen->high[c], state[c]);
  }
  return 0;
}

/** The same pulse one network at a time, by the reference way. */
static epx_err check_reference(epx_verify_report *report) {
  epx_specimen *ring;
  epx_equilibrium_options options;
  epx_certificate certificate;
  extremes seen = {
      .from = 0.5, .coldest = INFINITY, .low = {INFINITY, INFINITY}, .high = {-INFINITY, -INFINITY}};
  double state[4] = {0, 0, 0, pulses[0].heat};
  EPX_TRY(create_rings(pulses, 1, &ring));
  epx_equilibrium_init(&options);
  const int code = epx_reference_solve(ring->lanes, NULL, &options, look, &seen, state, &certificate);
  epx_specimen_destroy(&ring);
  EPX_TRY(code);
  epx_verify_add(report, EPX_VERIFY_COMPUTED, 1e3 * certificate.period, 78.16, 0.01 * 78.16,
                 "the first alone, by the reference way: period [ns]");
  epx_verify_add(report, EPX_VERIFY_COMPUTED, seen.coldest, 1.172, 0.01 * 1.172, "its coldest [K]");
  epx_verify_add(report, EPX_VERIFY_COMPUTED, seen.hottest, 2.048, 0.01 * 2.048, "its hottest [K]");
  epx_verify_add(report, EPX_VERIFY_COMPUTED, 1e23 * seen.carriers, 1.29e23, 0.01 * 1.29e23,
                 "its most carriers [m^-3]");
  const double swing = 0.5 * fmax(seen.high[0] - seen.low[0], seen.high[1] - seen.low[1]);
  epx_verify_add(report, EPX_VERIFY_EXACT, certificate.amplitude, swing, 0.01 * swing,
                 "its amplitude, and half the swing of its light's quadratures [pJ^(1/2)]");
  return EPX_OK;
}

static epx_err solve(bool full, epx_verify_report *report) {
  epx_specimen *rings;
  (void)full;
  EPX_TRY(create_rings(pulses, N_PULSES, &rings));
  int code = epx_specimen_solve(rings);
  if (code == EPX_OK)
    code = epx_population_eval_stability(rings->population, rings->lanes, rings->state, rings->certificate);
  if (code == EPX_OK) {
    check_periods(rings, report);
    check_rest(rings, report);
  }
  epx_specimen_destroy(&rings);
  EPX_TRY(code);
  return check_reference(report);
}

const epx_verify_case epx_case_self_pulsing = {
    .name = "P10",
    .title = "a silicon ring that pulses by itself, and rests, by its start",
    .source = "model of VanVaerenbergh2012 without its Kerr term; numbers of an independent program",
    .solve = solve,
};
