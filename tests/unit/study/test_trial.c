/* Claims about the trial as a pure function. */
#include "study/trial.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"

enum { N_NODES = 6, BLOCK = 4 };

static epx_metric metrics[] = {EPX_METRIC_ACCURACY,      EPX_METRIC_LOSS,      EPX_METRIC_GRADIENT_COSINE,
                               EPX_METRIC_SETTLING_TIME, EPX_METRIC_STABILITY, EPX_METRIC_ENERGY,
                               EPX_METRIC_EPOCHS,        EPX_METRIC_EQUILIBRIA};
enum { ACCURACY, LOSS, COSINE, SETTLING, STABILITY, ENERGY, EPOCHS, EQUILIBRIA, N_METRICS };

static double ones[1] = {1.0}, kerr[1] = {0.3}, detuning[1] = {-0.8};

static int get_parameter(const char *name) {
  return epx_family_get_parameter(epx_family_get_by_name("kerr"), name);
}

/* XOR on six Kerr rings at loss 1, four instances with spread detunings. */
static epx_settings get_settings(const char *estimator, int epochs) {
  static epx_variation variation;
  epx_settings settings = {
      .seed = 7,
      .network = {.family = epx_family_get_by_name("kerr"),
                  .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = N_NODES},
                  .input_scale = 0.8,
                  .readout = EPX_READ_INTENSITY,
                  .readout_scale = 4},
      .task = {.name = "xor", .constant = true},
      .cost = {.kind = EPX_CROSS_ENTROPY},
      .learning =
          {.estimator = epx_estimator_get_by_name(estimator),
           .nudging = {.beta = 0.02, .scheme = EPX_CENTERED},
           .optimizer = {.kind = EPX_ADAM, .rate = 0.02, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
           .epochs = epochs,
           .decay = 1},
      .n_instances = BLOCK,
      .block = BLOCK,
      .n_metrics = N_METRICS,
      .metric = metrics,
      .keep_variation = true,
      .yield = {.metric = -1}};
  const struct {
    const char *name;
    double *value;
  } values[] = {{"loss", ones}, {"kerr", kerr}, {"detuning", detuning}};
  for (size_t i = 0; i < 3; i++)
    settings.network.value[get_parameter(values[i].name)] =
        (epx_value){.kind = EPX_VALUE_LIST, .n_values = 1, .values = values[i].value};
  settings.network.value[get_parameter("coupling")] =
      (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = 0.6};
  settings.learning.train[get_parameter("coupling")] = true;
  settings.learning.train[get_parameter("detuning")] = true;
  epx_equilibrium_init(&settings.equilibrium);
  variation = (epx_variation){.parameter = get_parameter("detuning"),
                              .distribution = {.kind = EPX_NORMAL, .sigma = 0.2},
                              .scope = EPX_SCOPE_LOCAL,
                              .effect = EPX_EFFECT_ADD};
  settings.variation = &variation;
  settings.n_variation = 1;
  settings.curve[EPX_CURVE_LOSS] = true;
  return settings;
}

/* The records of one block, for the caller to free. */
static double *solve(const epx_settings *settings, int i_point, int first, epx_record_layout *layout) {
  epx_point *point;
  assert_int_equal(epx_point_create(settings, &point), EPX_OK);
  *layout = point->layout;
  double *record;
  assert_int_equal(EPX_ARRAY(record, BLOCK * point->layout.size), EPX_OK);
  assert_int_equal(epx_trial_solve(point, i_point, first, record), EPX_OK);
  epx_point_destroy(&point);
  return record;
}

static void backprop_learns_xor_on_every_instance(void **state) {
  (void)state;
  const epx_settings settings = get_settings("backprop", 60);
  epx_record_layout layout;
  double *record = solve(&settings, 0, 0, &layout);
  for (int k = 0; k < BLOCK; k++) {
    const double *r = record + (size_t)k * layout.size, *m = r + layout.metric, *loss = r + layout.curve;
    assert_true(r[0] == EPX_STATE_DONE);
    assert_true(isnan(r[1]));
    assert_true(m[ACCURACY] == 1);
    assert_true(loss[59] < 0.6 * loss[0]);
    assert_true(fabs(m[COSINE] - 1) < 1e-12);
    assert_true(m[STABILITY] < 0);
    assert_true(m[SETTLING] > 0 && fabs(m[ENERGY] / m[SETTLING] - 3 * 0.8 * 0.8) < 1e-9);
    assert_true(m[EPOCHS] == 60);
  }
  epx_array_destroy(&record);
}

static void phase_conjugate_points_along_the_gradient_and_plain_does_not(void **state) {
  (void)state;
  static const struct {
    const char *estimator;
    double low, high;
  } cases[] = {{"phase-conjugate", 0.9, 1}, {"plain", -1, 0.8}, {"time-reversed", 0.999, 1}};
  for (size_t c = 0; c < 3; c++) {
    const epx_settings settings = get_settings(cases[c].estimator, 0);
    epx_record_layout layout;
    double *record = solve(&settings, 0, 0, &layout), sum = 0;
    for (int k = 0; k < BLOCK; k++)
      sum += record[(size_t)k * layout.size + layout.metric + COSINE];
    assert_true(sum / BLOCK >= cases[c].low && sum / BLOCK <= cases[c].high);
    epx_array_destroy(&record);
  }
}

static void a_trial_depends_on_its_indices_alone(void **state) {
  (void)state;
  const epx_settings settings = get_settings("phase-conjugate", 3);
  epx_record_layout layout;
  double *first = solve(&settings, 0, BLOCK, &layout);
  double *other = solve(&settings, 0, 0, &layout);
  double *again = solve(&settings, 0, BLOCK, &layout);
  const size_t bytes = BLOCK * layout.size * sizeof(double);
  assert_memory_equal(first, again, bytes);
  assert_memory_not_equal(first, other, bytes);
  epx_array_destroy(&first);
  epx_array_destroy(&other);
  epx_array_destroy(&again);
}

/** Solves instance k of a campaign whose trials are computed alone or side by side, into record. */
static void solve_in_blocks(const char *estimator, int block, epx_record_layout *layout, double **record) {
  epx_settings settings = get_settings(estimator, 4);
  settings.block = block;
  settings.n_metrics = N_METRICS - 1; /* equilibria are counted by the block */
  epx_point *point;
  assert_int_equal(epx_point_create(&settings, &point), EPX_OK);
  *layout = point->layout;
  assert_int_equal(EPX_ARRAY(*record, BLOCK * layout->size), EPX_OK);
  for (int first = 0; first < BLOCK; first += block)
    assert_int_equal(epx_trial_solve(point, 0, first, *record + (size_t)first * layout->size), EPX_OK);
  epx_point_destroy(&point);
}

static void a_trial_knows_nothing_of_its_block(void **state) {
  (void)state;
  static const char *const estimators[] = {"phase-conjugate", "time-reversed", "backprop"};
  for (int e = 0; e < 3; e++) {
    epx_record_layout layout;
    double *together, *alone;
    solve_in_blocks(estimators[e], BLOCK, &layout, &together);
    for (int block = 1; block < BLOCK; block *= 2) {
      solve_in_blocks(estimators[e], block, &layout, &alone);
      assert_memory_equal(together, alone, BLOCK * layout.size * sizeof *alone);
      epx_array_destroy(&alone);
    }
    epx_array_destroy(&together);
  }
}

static void points_share_their_fabricated_instances_unless_told_otherwise(void **state) {
  (void)state;
  epx_settings settings = get_settings("backprop", 0);
  epx_record_layout layout;
  double *zero = solve(&settings, 0, 0, &layout), *one = solve(&settings, 1, 0, &layout);
  settings.independent = true;
  double *own = solve(&settings, 1, 0, &layout);
  assert_int_equal(layout.n_varied, 1);
  assert_string_equal(layout.varied[0], "detuning");
  const size_t bytes = layout.n_values[0] * sizeof(double);
  assert_int_equal(layout.n_values[0], N_NODES);
  assert_memory_equal(zero + layout.value[0], one + layout.value[0], bytes);
  assert_memory_not_equal(zero + layout.value[0], own + layout.value[0], bytes);
  epx_array_destroy(&zero);
  epx_array_destroy(&one);
  epx_array_destroy(&own);
}

static void a_network_that_cannot_settle_is_a_failed_trial(void **state) {
  (void)state;
  epx_settings settings = get_settings("backprop", 2);
  settings.equilibrium.max_time = 1e-3;
  epx_record_layout layout;
  double *record = solve(&settings, 0, 0, &layout);
  for (int k = 0; k < BLOCK; k++) {
    const double *r = record + (size_t)k * layout.size;
    assert_true(r[0] == EPX_SLOW);
    for (int m = 0; m < N_METRICS; m++)
      assert_true(isnan(r[layout.metric + (size_t)m]));
  }
  epx_array_destroy(&record);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(backprop_learns_xor_on_every_instance),
      cmocka_unit_test(phase_conjugate_points_along_the_gradient_and_plain_does_not),
      cmocka_unit_test(a_trial_depends_on_its_indices_alone),
      cmocka_unit_test(a_trial_knows_nothing_of_its_block),
      cmocka_unit_test(points_share_their_fabricated_instances_unless_told_otherwise),
      cmocka_unit_test(a_network_that_cannot_settle_is_a_failed_trial),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
