/** @file
 * Tuning: levels, steps, errors, wear and crosstalk are what the header says, by the numbers.
 */
#include "unit/xor_learner.h"

#include "photonic/device/heater.h"

enum { N = 2 };

typedef struct {
  xor_study x;
  epx_tuning *tuning;
  size_t n; /* N n_theta */
  double *theta;
  unsigned char *mask;
} bench;

static bench create_bench(const epx_tuning_spec *spec) {
  bench b = {.x = create_xor_study(1, "backprop", N)};
  b.n = N * b.x.network->n_theta;
  assert_int_equal(epx_tuning_create(spec, b.x.network, N, 3, true, &b.tuning), EPX_OK);
  b.theta = create_numbers(b.n);
  memcpy(b.theta, b.x.theta, b.n * sizeof *b.theta);
  assert_int_equal(EPX_ARRAY(b.mask, b.n), EPX_OK);
  memset(b.mask, 1, b.n);
  epx_tuning_set_instances(b.tuning, 0, 0);
  epx_tuning_set_origin(b.tuning, b.theta);
  return b;
}

static void destroy_bench(bench *b) {
  epx_tuning_destroy(&b->tuning);
  epx_array_destroy(&b->theta);
  epx_array_destroy(&b->mask);
  destroy_xor_study(&b->x);
}

static void write_all(bench *b, double wanted) {
  for (size_t k = 0; k < b->n; k++)
    epx_tuning_get_wanted(b->tuning)[k] = wanted;
  epx_tuning_write(b->tuning, b->mask);
  epx_tuning_eval(b->tuning, b->theta);
}

/* Mean and variance of theta - origin over all entries. */
static void measure(const bench *b, double *mean, double *variance) {
  double sum = 0, squares = 0;
  for (size_t k = 0; k < b->n; k++) {
    const double d = b->theta[k] - b->x.theta[k];
    sum += d / (double)b->n;
    squares += d * d / (double)b->n;
  }
  *mean = sum;
  *variance = squares - sum * sum;
}

static void settings_are_the_nearest_levels(void **state) {
  (void)state;
  const epx_tuning_spec spec = {.bits = 3, .range = 7}; /* -7, -5 ... 7 */
  static const double cases[][2] = {{0.1, 1}, {1.9, 1}, {2.1, 3}, {-2.8, -3}, {50, 7}, {-50, -7}};
  bench b = create_bench(&spec);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double mean, variance;
    write_all(&b, cases[i][0]);
    measure(&b, &mean, &variance);
    assert_close(mean, cases[i][1], 1e-12);
    assert_close(variance, 0, 1e-12);
  }
  destroy_bench(&b);
}

/* Within a level nothing is written; each error of a write is another. */
static void only_another_level_is_written(void **state) {
  (void)state;
  const epx_tuning_spec spec = {.bits = 4, .range = 1, .noise = 0.01};
  bench b = create_bench(&spec);
  const unsigned char *all = b.mask;
  static const double wanted[] = {0.25, 0.26, 0.24, 0.375, 0.25};
  static const double writes[] = {1, 1, 1, 2, 3};
  double mean, variance, first = 0;
  for (int i = 0; i < 5; i++) {
    write_all(&b, wanted[i]);
    assert_close(epx_tuning_eval_writes(b.tuning, 1, all), writes[i], 1e-12);
    measure(&b, &mean, &variance);
    assert_close(variance / (0.02 * 0.02), 1, 0.4); /* over 170 entries: its own spread is 11 % */
    if (i == 0) first = b.theta[0];
    if (i < 3) assert_true(b.theta[0] == first);
  }
  assert_true(b.theta[0] != first);
  destroy_bench(&b);
}

/* A step of a tenth of the granularity is lost when it is rounded to the nearest, and right on average when
 * at random: after 40 of them the mean is 4, its variance that of 40 trials. */
static void small_steps_survive_random_rounding_alone(void **state) {
  (void)state;
  for (int stochastic = 0; stochastic < 2; stochastic++) {
    const epx_tuning_spec spec = {.range = 100, .granularity = 1, .stochastic = stochastic};
    bench b = create_bench(&spec);
    double mean, variance;
    for (int k = 0; k < 40; k++) {
      double *wanted = epx_tuning_get_wanted(b.tuning);
      for (size_t i = 0; i < b.n; i++)
        wanted[i] += 0.1;
      epx_tuning_write(b.tuning, b.mask);
    }
    epx_tuning_eval(b.tuning, b.theta);
    measure(&b, &mean, &variance);
    assert_close(mean, stochastic ? 4 : 0, 0.6);
    assert_close(variance, stochastic ? 40 * 0.1 * 0.9 : 0, 1.5);
    for (size_t i = 0; i < b.n; i++) {
      const double d = b.theta[i] - b.x.theta[i];
      assert_close(d, nearbyint(d), 1e-9);
    }
    assert_close(epx_tuning_eval_writes(b.tuning, 0, b.mask), stochastic ? 4 : 0, 0.8);
    destroy_bench(&b);
  }
}

static void worn_out_settings_stay(void **state) {
  (void)state;
  const epx_tuning_spec spec = {.bits = 6, .range = 63, .endurance = 3}; /* -63, -61 ... 63 */
  bench b = create_bench(&spec);
  double mean, variance;
  for (int k = 1; k <= 6; k++) {
    write_all(&b, 2 * k + 1);
    measure(&b, &mean, &variance);
    assert_close(mean, 2 * fmin(k, 3) + 1, 1e-12);
    assert_true(epx_tuning_eval_worn(b.tuning, 0, b.mask) == (k >= 3));
  }
  destroy_bench(&b);
}

/* Heater i warms ring j by the share of its distance; what is no setting of heaters keeps its own. */
static void heaters_warm_their_neighbours(void **state) {
  (void)state;
  epx_tuning_spec spec = {.pitch = 20e-6, .n_columns = 10, .isolation = 1};
  spec.parameter = epx_family_get_parameter(epx_family_get_by_name("kerr"), "detuning");
  bench b = create_bench(&spec);
  const size_t detuning = b.x.network->offset[spec.parameter];
  double share;
  epx_tuning_get_wanted(b.tuning)[detuning + 4] = 0.5;
  epx_tuning_write(b.tuning, b.mask);
  epx_tuning_eval(b.tuning, b.theta);
  for (int j = 0; j < 10; j++) {
    share = 1;
    if (j != 4) assert_int_equal(epx_heater_eval_crosstalk(20e-6 * fabs(j - 4.0), &share), EPX_OK);
    assert_close(b.theta[detuning + (size_t)j] - b.x.theta[detuning + (size_t)j], 0.5 * share, 1e-12);
  }
  for (size_t k = 0; k < b.n; k++)
    if (k < detuning || k >= detuning + 10) assert_true(b.theta[k] == b.x.theta[k]);
  destroy_bench(&b);
}

static void what_is_masked_is_left_alone(void **state) {
  (void)state;
  const epx_tuning_spec spec = {.bits = 8, .range = 1};
  bench b = create_bench(&spec);
  for (size_t k = 0; k < b.n; k += 2)
    b.mask[k] = 0;
  write_all(&b, 0.5);
  for (size_t k = 0; k < b.n; k++)
    assert_true((b.theta[k] == b.x.theta[k]) == (k % 2 == 0));
  destroy_bench(&b);
}

/* Training through levels that are finer than what doubles tell apart is training without them. */
static void fine_levels_are_no_levels(void **state) {
  (void)state;
  xor_study plain = create_xor_study(1, "backprop", N), levels = create_xor_study(1, "backprop", N);
  plain.spec.epochs = levels.spec.epochs = 10;
  levels.spec.hardware.tuning = (epx_tuning_spec){.bits = 32, .range = 8};
  epx_learner *a = create_xor_learner(&plain), *b = create_xor_learner(&levels);
  const size_t n = N * plain.network->n_theta;
  assert_int_equal(epx_learner_solve_training(a, plain.theta, NULL), EPX_OK);
  assert_int_equal(epx_learner_solve_training(b, levels.theta, NULL), EPX_OK);
  for (size_t k = 0; k < n; k++)
    assert_close(levels.theta[k], plain.theta[k], 1e-6);
  const unsigned char *trained = epx_learner_get_trained(a);
  assert_close(epx_tuning_eval_writes(epx_learner_get_tuning(a), 0, trained), 10, 1e-12);
  assert_close(epx_tuning_eval_writes(epx_learner_get_tuning(b), 0, trained), 10, 0.5);
  epx_learner_destroy(&a);
  epx_learner_destroy(&b);
  destroy_xor_study(&plain);
  destroy_xor_study(&levels);
}

static void bad_descriptions_are_refused(void **state) {
  (void)state;
  const epx_tuning_spec bad[] = {{.bits = 33, .range = 1}, {.bits = 8},
                                 {.noise = 0.1},           {.noise = NAN, .range = 1},
                                 {.granularity = -1},      {.bits = 3, .granularity = 1, .range = 1},
                                 {.stochastic = true},     {.pitch = 5e-6}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(epx_tuning_check(&bad[i]), EPX_EINPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(settings_are_the_nearest_levels),
      cmocka_unit_test(only_another_level_is_written),
      cmocka_unit_test(small_steps_survive_random_rounding_alone),
      cmocka_unit_test(worn_out_settings_stay),
      cmocka_unit_test(heaters_warm_their_neighbours),
      cmocka_unit_test(what_is_masked_is_left_alone),
      cmocka_unit_test(fine_levels_are_no_levels),
      cmocka_unit_test(bad_descriptions_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
