/* Claims about the table of metrics, and what is measured for them. */
#include "study/metric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "study/measured.h"

static void every_metric_is_found_by_its_name(void **state) {
  (void)state;
  for (int m = 0; m < EPX_METRIC_COUNT; m++) {
    assert_int_equal(epx_metric_get(epx_metric_get_name((epx_metric)m)), m);
    assert_true(strlen(epx_metric_get_unit((epx_metric)m, NULL, false)) > 0);
    assert_true(strlen(epx_metric_get_meaning((epx_metric)m)) > 0);
  }
  assert_int_equal(epx_metric_get("acuracy"), -1);
}

static unsigned get_all_needs(void) {
  unsigned needs = 0;
  for (int m = 0; m < EPX_METRIC_COUNT; m++) {
    const epx_metric metric = (epx_metric)m;
    needs |= epx_metric_get_needs(&metric, 1);
  }
  return needs;
}

static void a_metric_is_what_was_measured_of_its_instance(void **state) {
  (void)state;
  epx_measured measured;
  assert_int_equal(epx_measured_create(get_all_needs(), 2, &measured), EPX_OK);
  measured.test[1] = (epx_performance){.accuracy = 0.25,
                                       .loss = 2,
                                       .settling_time = 3,
                                       .power = 5,
                                       .energy = 16,
                                       .residual = 1e-11,
                                       .abscissa = -0.5};
  measured.initial[1].accuracy = 0.125;
  measured.train[1].loss = 7;
  measured.cosine[1] = 0.5;
  measured.writes[1] = 9;
  measured.equilibria = 11;
  measured.energy[1].value[EPX_ENERGY_STEP_UPDATES][EPX_BUDGETED] = 13;
  const struct {
    epx_metric metric;
    double value;
  } expected[] = {{EPX_METRIC_ACCURACY, 0.25},       {EPX_METRIC_LOSS, 2},
                  {EPX_METRIC_SETTLING_TIME, 3},     {EPX_METRIC_ENERGY, 16},
                  {EPX_METRIC_RESIDUAL, 1e-11},      {EPX_METRIC_STABILITY, -0.5},
                  {EPX_METRIC_TRAIN_LOSS, 7},        {EPX_METRIC_INITIAL_ACCURACY, 0.125},
                  {EPX_METRIC_GRADIENT_COSINE, 0.5}, {EPX_METRIC_WRITES, 9},
                  {EPX_METRIC_EQUILIBRIA, 11},       {EPX_METRIC_STEP_UPDATES_BUDGETED, 13}};
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
    assert_true(epx_metric_eval(expected[i].metric, &measured, 1) == expected[i].value);
  assert_true(epx_metric_eval(EPX_METRIC_ACCURACY, &measured, 0) == 0);
  assert_true(isnan(epx_metric_eval(EPX_METRIC_NOMINAL_ACCURACY, &measured, 0)));
  epx_measured_destroy(&measured);
}

static void only_what_metrics_need_has_room(void **state) {
  (void)state;
  static const epx_metric metrics[] = {EPX_METRIC_LOSS, EPX_METRIC_STEP_ENERGY_BUDGETED};
  epx_measured measured;
  assert_int_equal(epx_metric_get_needs(metrics, 1), 0);
  assert_int_equal(epx_measured_create(epx_metric_get_needs(metrics, 2), 3, &measured), EPX_OK);
  assert_non_null(measured.test);
  assert_non_null(measured.energy);
  assert_non_null(measured.writes);
  assert_null(measured.worn_out);
  assert_null(measured.initial);
  assert_null(measured.cosine);
  epx_measured_destroy(&measured);
}

/* cos 60 degrees, |g| / |e| = 2; and what has no direction. */
static void gradients_are_compared_by_angle_and_length(void **state) {
  (void)state;
  const double g[] = {2, 0}, e[] = {0.5, sqrt(3) / 2}, none[] = {0, 0};
  double cosine, ratio;
  epx_measured_compare(g, e, 2, &cosine, &ratio);
  assert_true(fabs(cosine - 0.5) < 1e-15 && fabs(ratio - 2) < 1e-15);
  epx_measured_compare(none, e, 2, &cosine, &ratio);
  assert_true(isnan(cosine) && ratio == 0);
  epx_measured_compare(g, none, 2, &cosine, NULL);
  assert_true(isnan(cosine));
}

/* Of times, rates and energies the family's own, where it has some. */
static void units_of_time_are_the_family_s(void **state) {
  (void)state;
  const epx_family *rings = epx_family_get_by_name("silicon-ring"), *kerr = epx_family_get_by_name("kerr");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_SETTLING_TIME, rings, false), "us");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_STABILITY, rings, false), "1/us");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_ENERGY, rings, false), "uW us");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_SETTLING_TIME, kerr, false), "1");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_ENERGY, kerr, false), "1");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_SETTLING_TIME, kerr, true), "ns");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_STABILITY, kerr, true), "1/ns");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_ENERGY, kerr, true), "pJ");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_ACCURACY, kerr, true), "1");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_HEATER_POWER, rings, false), "W");
  assert_string_equal(epx_metric_get_unit(EPX_METRIC_ACCURACY, rings, false), "1");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_metric_is_found_by_its_name),
                                     cmocka_unit_test(a_metric_is_what_was_measured_of_its_instance),
                                     cmocka_unit_test(units_of_time_are_the_family_s),
                                     cmocka_unit_test(only_what_metrics_need_has_room),
                                     cmocka_unit_test(gradients_are_compared_by_angle_and_length)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
