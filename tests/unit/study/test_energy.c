/** @file
 * Energy: each part by hand, what each depends on, and that the two cases stand in the order of their names.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "study/energy/energy.h"
#include "study/metric.h"
#include "unit/assert_close.h"

static const epx_energy_work ten_rings = {
    .inference_time = 1e-9,
    .free_time = 1e-9,
    .nudged_time = 1e-9,
    .optical_power = 2e-3,
    .ring_heaters = NAN,
    .n_nodes = 10,
    .components = 2,
    .n_inputs = 3,
    .n_outputs = 2,
    .detectors = 1,
    .machine = {.splitters = 1, .division = 1, .locked = 10, .shifters = 55, .lasers = 1},
    .nudged = true,
    .n_links = 45,
    .n_trained = 55,
    .reads_states = true,
    .phases = 2,
    .input = {1e-12, 2e-12, 1e-12},
    .arithmetic = {3e-12, 5e-12, 3e-12},
    .averages = 1,
    .batch = 4,
    .steps = 400,
    .writes = 100};

static epx_energy eval(epx_energy_work work) {
  epx_energy_spec spec;
  epx_energy energy;
  epx_energy_init(&spec);
  epx_energy_eval(&spec, &work, &energy);
  return energy;
}

#define GET(energy, entry, kind) (energy).value[EPX_ENERGY_##entry][EPX_##kind]
#define assert_relative(got, expected) assert_close((got) / (expected), 1, 1e-9)

static void each_part_is_what_the_equation_says(void **state) {
  (void)state;
  const epx_energy e = eval(ten_rings);
  const double T = 1e-9 + 1e-10;
  assert_relative(GET(e, INFERENCE_LASER, OPTIMISTIC), T * 2e-3 * pow(10, 0.168) / 0.2);
  assert_relative(GET(e, INFERENCE_LASER, BUDGETED), T * 2e-3 * pow(10, 1.01) / 0.1);
  assert_relative(GET(e, INFERENCE_HEATERS, OPTIMISTIC), T * 10 * 2.4e-3);
  assert_relative(GET(e, INFERENCE_HEATERS, BUDGETED), T * (10 * 4.6e-3 + 55 * 2.8e-3));
  assert_relative(GET(e, INFERENCE_MODULATORS, BUDGETED), 3 * (T * 1.2e-3 + 419e-15));
  assert_relative(GET(e, INFERENCE_RECEIVERS, OPTIMISTIC), T * 2 * 3e-3);
  assert_relative(GET(e, INFERENCE_CONVERTERS, OPTIMISTIC), 3 * 3.6e-12 + 2 * 1.1e-12);
  assert_relative(GET(e, STEP_RECEIVERS, BUDGETED), 3 * T * 20 * 85e-3);
  assert_relative(GET(e, STEP_MODULATORS, BUDGETED),
                  3 * (3 * T * 1.2e-3 + 419e-15) + 2 * 4 * (T * 1.2e-3 + 419e-15));
  assert_relative(GET(e, STEP_CONVERTERS, BUDGETED), (3 + 8) * 3.6e-12 + 3 * 10 * 2 * 1.48e-12);
  assert_relative(GET(e, STEP_CONVERTERS, OPTIMISTIC), (3 + 8) * 3.6e-12 + 3 * 2 * 2 * 1.1e-12);
  assert_relative(GET(e, STEP_UPDATES, OPTIMISTIC), 55 * 100 / 400.0 * 0.96e-12);
  assert_relative(GET(e, DIGITAL_INFERENCE_MACS, OPTIMISTIC), 10 * 2 * 100 * 25e-15);
  assert_relative(GET(e, DIGITAL_INFERENCE_MEMORY, BUDGETED), 40 * 110 * 3.66e-12 + 55 * 62e-12);
  assert_relative(GET(e, DIGITAL_STEP_MEMORY, BUDGETED),
                  3 * GET(e, DIGITAL_INFERENCE_MEMORY, BUDGETED) + 6 * 55 / 4.0 * (3.66e-12 + 62e-12));
}

static void totals_are_sums_of_their_parts(void **state) {
  (void)state;
  const epx_energy e = eval(ten_rings);
  for (int k = 0; k < EPX_ENERGY_CASES; k++) {
    double inference = 0, step = 0;
    for (int i = EPX_ENERGY_INFERENCE_LASER; i < EPX_ENERGY_INFERENCE_ENERGY; i++)
      inference += e.value[i][k];
    for (int i = EPX_ENERGY_STEP_LASER; i < EPX_ENERGY_STEP_ENERGY; i++)
      step += e.value[i][k];
    assert_relative(e.value[EPX_ENERGY_INFERENCE_ENERGY][k], inference);
    assert_relative(e.value[EPX_ENERGY_STEP_ENERGY][k], step);
    assert_relative(e.value[EPX_ENERGY_TRAINING_ENERGY][k], 400 * step);
    assert_relative(e.value[EPX_ENERGY_DIGITAL_TRAINING_ENERGY][k],
                    400 * e.value[EPX_ENERGY_DIGITAL_STEP_ENERGY][k]);
  }
}

static void budgets_and_bought_parts_cost_more_in_every_entry(void **state) {
  (void)state;
  const epx_energy e = eval(ten_rings);
  for (int i = 0; i < EPX_ENERGY_LATENCY; i++) {
    assert_true(e.value[i][EPX_OPTIMISTIC] > 0);
    assert_true(e.value[i][EPX_BUDGETED] > e.value[i][EPX_OPTIMISTIC]);
    if (i < EPX_ENERGY_DIGITAL_INFERENCE_MACS)
      assert_true(e.value[i][EPX_TODAY] >= e.value[i][EPX_BUDGETED] / 2);
  }
}

/* Today's digital part is a whole board: its memory is in the price of a multiplication. */
static void bought_parts_by_hand(void **state) {
  (void)state;
  const epx_energy e = eval(ten_rings);
  const double T = 1e-9 + 2.5e-10;
  assert_relative(GET(e, INFERENCE_LASER, TODAY), T * 2e-3 * pow(10, (3 + 5 + 2 + 5 + 0.3) / 10) / 0.05);
  assert_relative(GET(e, INFERENCE_HEATERS, TODAY), T * (10 + 55) * 12.5e-3);
  assert_relative(GET(e, INFERENCE_MODULATORS, TODAY), 3 * (T * 1.2e-3 + 50e-12));
  assert_relative(GET(e, INFERENCE_RECEIVERS, TODAY), T * 2 * 0.1);
  assert_relative(GET(e, INFERENCE_CONVERTERS, TODAY), 3 * 0.64e-9 + 2 * 0.5e-9);
  assert_relative(GET(e, DIGITAL_INFERENCE_ENERGY, TODAY), 40 * 2 * 100 * 0.71e-12 + 1e-12);
  assert_true(GET(e, DIGITAL_INFERENCE_MEMORY, TODAY) == 0);
}

static void sizes_by_hand(void **state) {
  (void)state;
  epx_energy_work mesh = ten_rings, read = ten_rings;
  mesh.machine =
      (epx_machine){.interferometers = 45, .shifters = 100, .lasers = 1, .drivers = 10, .receivers = 10};
  mesh.ring_heaters = 0;
  read.steps = 0;
  const epx_energy e = eval(ten_rings), m = eval(mesh), r = eval(read);
  assert_relative(GET(e, LATENCY, OPTIMISTIC), 1.1e-9);
  assert_relative(GET(e, THROUGHPUT, TODAY), 1 / 1.25e-9);
  assert_relative(GET(e, TOPS, BUDGETED), 2 * 100 / 1.1e-9 * 1e-12);
  assert_relative(GET(e, FOOTPRINT, OPTIMISTIC), 10 * 4e-4 + 0.01 + 3 * 4e-4 + 2 * 2 * 4e-4);
  assert_relative(GET(e, FOOTPRINT, BUDGETED), 10 * 0.01 + 0.25 + 3 * 0.01 + 2 * 10 * 0.01);
  assert_relative(GET(r, FOOTPRINT, BUDGETED), 10 * 0.01 + 0.25 + 3 * 0.01 + 2 * 0.01);
  assert_relative(GET(m, FOOTPRINT, TODAY), 45 * 0.2 + 0.25 + 13 * 0.9 + (20 + 10) * 0.04);
  assert_relative(GET(e, HEATERS, OPTIMISTIC), 10);
  assert_relative(GET(e, HEATERS, BUDGETED), 65);
  assert_relative(GET(m, HEATERS, TODAY), 100);
}

/* Ten reads cost ten conversions and nine read times more; the light of a dim network is what its detectors
 * need. */
static void averages_and_dim_light_have_their_price(void **state) {
  (void)state;
  epx_energy_work more = ten_rings, dim = ten_rings;
  more.averages = 10;
  dim.optical_power = 1e-9;
  const epx_energy one = eval(ten_rings), ten = eval(more), weak = eval(dim);
  const double drive = (3 + 8) * 3.6e-12;
  assert_relative(GET(ten, STEP_CONVERTERS, BUDGETED) - drive,
                  10 * (GET(one, STEP_CONVERTERS, BUDGETED) - drive));
  assert_relative(GET(ten, STEP_LASER, BUDGETED), GET(one, STEP_LASER, BUDGETED) * 2e-9 / 1.1e-9);
  assert_relative(GET(ten, INFERENCE_ENERGY, BUDGETED), GET(one, INFERENCE_ENERGY, BUDGETED));
  assert_relative(GET(weak, INFERENCE_LASER, BUDGETED),
                  GET(one, INFERENCE_LASER, BUDGETED) * 2 * 28e-6 / 2e-3);
}

static void rules_cost_what_they_need(void **state) {
  (void)state;
  epx_energy_work computed = ten_rings, blind = ten_rings, none = ten_rings;
  computed.computed = true;
  blind.reads_states = false;
  none.steps = 0;
  none.writes = 1;
  const epx_energy c = eval(computed), b = eval(blind), n = eval(none), e = eval(ten_rings);
  assert_true(GET(c, STEP_LASER, BUDGETED) == 0);
  assert_relative(GET(c, STEP_ENERGY, BUDGETED),
                  GET(e, DIGITAL_STEP_ENERGY, BUDGETED) + GET(e, STEP_UPDATES, BUDGETED));
  assert_true(GET(b, STEP_CONVERTERS, BUDGETED) < GET(e, STEP_CONVERTERS, BUDGETED));
  assert_true(isnan(GET(n, STEP_ENERGY, BUDGETED)));
  assert_relative(GET(n, TRAINING_ENERGY, BUDGETED), 55 * 3.6e-12);
}

/* A metric of each entry and case, in the order that the trial counts on. */
static void every_entry_is_a_metric_of_each_case(void **state) {
  (void)state;
  assert_int_equal(EPX_METRIC_REFERENCE_ACCURACY_OPTIMISTIC - EPX_METRIC_INFERENCE_LASER_OPTIMISTIC,
                   EPX_ENERGY_ENTRY_COUNT * EPX_ENERGY_CASES);
  for (int m = EPX_METRIC_INFERENCE_LASER_OPTIMISTIC; m < EPX_METRIC_REFERENCE_ACCURACY_OPTIMISTIC; m++) {
    const char *name = epx_metric_get_name((epx_metric)m);
    const int i = m - EPX_METRIC_INFERENCE_LASER_OPTIMISTIC;
    assert_non_null(strstr(name, epx_energy_device[i % EPX_ENERGY_CASES].name));
    if (i / EPX_ENERGY_CASES < EPX_ENERGY_LATENCY)
      assert_string_equal(epx_metric_get_unit((epx_metric)m, NULL, false), "J");
  }
}

static void defaults_have_sources_and_lie_in_their_ranges(void **state) {
  (void)state;
  epx_energy_spec spec;
  epx_energy_init(&spec);
  for (int k = 0; k < EPX_ENERGY_CASES; k++) {
    assert_int_equal(epx_device_check(&epx_energy_device[k], &spec.cases[k]), EPX_OK);
    for (int i = 0; i < epx_energy_device[k].n_quantities; i++)
      assert_true(strlen(epx_energy_device[k].quantities[i].source) > 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_part_is_what_the_equation_says),
      cmocka_unit_test(totals_are_sums_of_their_parts),
      cmocka_unit_test(budgets_and_bought_parts_cost_more_in_every_entry),
      cmocka_unit_test(bought_parts_by_hand),
      cmocka_unit_test(sizes_by_hand),
      cmocka_unit_test(averages_and_dim_light_have_their_price),
      cmocka_unit_test(rules_cost_what_they_need),
      cmocka_unit_test(every_entry_is_a_metric_of_each_case),
      cmocka_unit_test(defaults_have_sources_and_lie_in_their_ranges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
