/** @file
 * Consumption: the units of a network in seconds and watts, and the same trial's parts in joules.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "epilux/log.h"
#include "io/deck/deck.h"
#include "study/energy/consumption.h"
#include "unit/assert_close.h"

typedef struct {
  epx_deck *deck;
  epx_settings *settings;
  epx_point *point;
} made;

static const epx_duration eight = {.inference = 8, .free = 8, .nudged = 8};

static made make_with(const char *network, const char *more, const char *metrics) {
  made m = {0};
  char text[1024];
  snprintf(text, sizeof text, "network: {topology: {nodes: 6}, %s}\ntask: {name: xor}\nmetrics: [%s]\n%s",
           network, metrics, more);
  assert_int_equal(epx_deck_read_text("deck", text, &m.deck), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(m.deck, NULL, 0, &m.settings), EPX_OK);
  assert_int_equal(epx_point_create(m.settings, &m.point), EPX_OK);
  return m;
}

static made make(const char *network, const char *more) {
  return make_with(network, more, "accuracy, inference_energy_budgeted");
}

static void destroy(made *m) {
  epx_point_destroy(&m->point);
  epx_settings_destroy(&m->settings);
  epx_deck_destroy(&m->deck);
}

/* A silicon nitride ring of 100 um in its own loss: P_1 = hbar omega N Gamma^2 / kappa_c, N = kerr Gamma / g.
 */
static void units_are_the_deck_s_then_the_device_s(void **state) {
  (void)state;
  double rate, power;
  made bare = make_with("family: kerr", "", "accuracy"),
       given = make("family: kerr", "energy: {rate_unit: 2 GHz, power_unit: 3 uW}\n");
  made device =
      make("family: kerr, parameters: {loss: 2, kerr: 0.1}, device: {material: silicon-nitride, radius: "
           "100 um, gap: 500 nm}",
           "");
  assert_int_equal(epx_consumption_eval_units(bare.point, &rate, &power), EPX_OK);
  assert_true(isnan(rate) && isnan(power));
  assert_int_equal(epx_consumption_eval_units(given.point, &rate, &power), EPX_OK);
  assert_close(rate, 2e9, 1);
  assert_close(power, 3e-6, 1e-15);
  assert_int_equal(epx_consumption_eval_units(device.point, &rate, &power), EPX_OK);
  epx_ring ring;
  assert_int_equal(epx_ring_eval(&device.settings->fabrication.ring, &ring), EPX_OK);
  const double photons = 0.1 * rate / ring.kerr_rate,
               omega = 2 * 3.14159265358979323846 * 299792458 / 1550e-9;
  assert_close(rate / (ring.loss_rate / 2), 1, 1e-12);
  assert_close(power / (1.054571817e-34 * omega * photons * rate * rate / ring.coupling_rate), 1, 1e-3);
  double time, light;
  assert_int_equal(epx_consumption_eval_metric_units(bare.point, &time, &light), EPX_OK);
  assert_true(time == 1 && light == 1);
  assert_int_equal(epx_consumption_eval_metric_units(device.point, &time, &light), EPX_OK);
  assert_close(time * 1e-9 * ring.loss_rate / 2, 1, 1e-12);             /* ns */
  assert_close(light * 1e-12 / (power * 2 / ring.loss_rate), 1, 1e-12); /* pJ */
  destroy(&bare);
  destroy(&given);
  destroy(&device);
}

/* Twice the rate is half the time, and half of what runs as long as light is on. */
static void time_comes_from_the_rate(void **state) {
  (void)state;
  const epx_performance performance = {.settling_time = 8, .power = 0.5};
  epx_energy slow, fast;
  made a = make("family: kerr", "energy: {rate_unit: 1 GHz, power_unit: 1 mW, budgeted: {read_time: 0 s}}\n"),
       b = make("family: kerr", "energy: {rate_unit: 2 GHz, power_unit: 1 mW, budgeted: {read_time: 0 s}}\n");
  assert_int_equal(epx_consumption_eval(a.point, &performance, &eight, 0, 600, 0, 150, &slow), EPX_OK);
  assert_int_equal(epx_consumption_eval(b.point, &performance, &eight, 0, 600, 0, 150, &fast), EPX_OK);
  static const int halved[] = {EPX_ENERGY_INFERENCE_LASER, EPX_ENERGY_INFERENCE_HEATERS,
                               EPX_ENERGY_STEP_RECEIVERS};
  static const int same[] = {EPX_ENERGY_INFERENCE_CONVERTERS, EPX_ENERGY_STEP_UPDATES,
                             EPX_ENERGY_DIGITAL_STEP_MACS};
  for (int i = 0; i < 3; i++) {
    assert_close(slow.value[halved[i]][EPX_BUDGETED] / fast.value[halved[i]][EPX_BUDGETED], 2, 1e-9);
    assert_close(slow.value[same[i]][EPX_BUDGETED] / fast.value[same[i]][EPX_BUDGETED], 1, 1e-9);
  }
  destroy(&a);
  destroy(&b);
}

/* A laser's pump raises its energy: 6 lasers of 1 + pump thresholds of 0.1 mW each, for 8 ns. */
static void pumps_are_paid_for(void **state) {
  (void)state;
  const epx_performance performance = {.settling_time = 8};
  epx_energy cold, hot;
  const char *const units = "energy: {rate_unit: 1 GHz, power_unit: 1 mW, optimistic: {read_time: 0 s}}\n";
  made a = make("family: laser, parameters: {pump: 0}", units),
       b = make("family: laser, parameters: {pump: 2}", units);
  assert_int_equal(epx_consumption_eval(a.point, &performance, &eight, 0, 1, 0, 1, &cold), EPX_OK);
  assert_int_equal(epx_consumption_eval(b.point, &performance, &eight, 0, 1, 0, 1, &hot), EPX_OK);
  const int laser = EPX_ENERGY_INFERENCE_LASER;
  assert_close((hot.value[laser][EPX_OPTIMISTIC] - cold.value[laser][EPX_OPTIMISTIC]) /
                   (8e-9 * 6 * 2 * 0.1e-3 / 0.2),
               1, 1e-9);
  destroy(&a);
  destroy(&b);
}

static void joules_that_nobody_knows_are_refused(void **state) {
  (void)state;
  made m = make("family: mesh", "energy: {rate_unit: 1 GHz, power_unit: 1 mW}\n");
  assert_int_equal(epx_consumption_check(m.point), EPX_OK);
  m.settings->energy.power = 0;
  assert_refused(epx_consumption_check(m.point), "energy.power_unit");
  m.settings->energy.rate = 0;
  assert_refused(epx_consumption_check(m.point), "energy.rate_unit");
  destroy(&m);
  made other = make_with("family: phase", "", "accuracy");
  assert_refused(epx_consumption_check(other.point), "family phase has no table");
  destroy(&other);
}

static void keep_line(void *context, epx_log_level level, const char *tag, const char *line) {
  char *all = context;
  (void)level;
  (void)tag;
  snprintf(all + strlen(all), 1024 - strlen(all), "%s\n", line);
}

static void units_that_are_assumed_are_said(void **state) {
  (void)state;
  char said[1024] = "";
  double energy[2];
  made m[2] = {make("family: kerr", ""),
               make("family: kerr", "energy: {rate_unit: 1e10 1/s, power_unit: 1 mW}\n")};
  epx_log_set_sink(keep_line, said, EPX_LOG_WARNING);
  for (int k = 0; k < 2; k++) {
    const epx_duration duration = {.inference = 3, .free = 3, .nudged = 2};
    const epx_performance performance = {.power = 1.5};
    epx_energy e;
    assert_int_equal(epx_consumption_check(m[k].point), EPX_OK);
    assert_int_equal(epx_consumption_eval(m[k].point, &performance, &duration, 0, 1, 0, 1, &e), EPX_OK);
    energy[k] = e.value[EPX_ENERGY_INFERENCE_ENERGY][EPX_BUDGETED];
    destroy(&m[k]);
  }
  epx_log_set_sink(NULL, NULL, EPX_LOG_WARNING);
  assert_true(energy[0] == energy[1] && energy[0] > 0);
  assert_string_equal(said,
                      "energies assume that a rate of 1 of family kerr is 1e+10 1/s; set energy.rate_unit\n"
                      "energies assume that a power of 1 of family kerr is 0.001 W; set energy.power_unit\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(units_are_the_deck_s_then_the_device_s),
      cmocka_unit_test(time_comes_from_the_rate),
      cmocka_unit_test(pumps_are_paid_for),
      cmocka_unit_test(joules_that_nobody_knows_are_refused),
      cmocka_unit_test(units_that_are_assumed_are_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
