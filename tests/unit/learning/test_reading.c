/** @file
 * Reading: noise has the variance of its formula, wherever it enters; averages and converters do what they
 * say.
 */
#include "unit/settled_batch.h"

#include "learning/estimators/estimator_work.h"
#include "unit/xor_learner.h"

static const epx_detector detector = {.responsivity = 0.8,
                                      .dark_current = 50e-9,
                                      .bandwidth = 10e9,
                                      .load = 50,
                                      .temperature = 300,
                                      .rin = -145};

/* Mean and variance of n reads of s by a network of two phases or rings: samples are what makes reads many.
 */
static void read_many(const epx_reading_spec *spec, double s, double *mean, double *variance) {
  enum { n_samples = 4000 };
  const epx_network_spec network_spec = {.family = epx_family_get_by_name("kerr"),
                                         .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 2},
                                         .n_inputs = 1,
                                         .input_scale = 1,
                                         .n_outputs = 1,
                                         .readout = EPX_READ_INTENSITY,
                                         .readout_scale = 1};
  epx_network *network;
  epx_lanes *lanes;
  assert_int_equal(epx_network_create(&network_spec, &network), EPX_OK);
  assert_int_equal(epx_lanes_create(network, 1, n_samples, &lanes), EPX_OK);
  const size_t n = (size_t)network->n_state * (size_t)lanes->n_lanes;
  double *y = create_numbers(n), sum = 0, squares = 0;
  for (size_t k = 0; k < n; k++)
    y[k] = s;
  const epx_reading_key key = {.seed = 7, .point = 1, .first = 3, .step = 5, .read = 2};
  const epx_ensemble ensemble = {.network = network,
                                 .n_rows = network->n_state,
                                 .n_samples = lanes->n_samples,
                                 .n_used = lanes->n_used,
                                 .n_lanes = lanes->n_lanes};
  epx_reading_eval(spec, &ensemble, &key, 1, y);
  for (int row = 0; row < network->n_state; row++)
    for (int lane = 0; lane < lanes->n_used; lane++) {
      const double d = y[row * lanes->n_lanes + lane] - s;
      sum += d;
      squares += d * d;
    }
  const double count = 4.0 * n_samples;
  *mean = s + sum / count;
  *variance = squares / count - (sum / count) * (sum / count);
  epx_array_destroy(&y);
  epx_lanes_destroy(&lanes);
  epx_network_destroy(&network);
}

static void noise_has_the_variance_of_its_formula(void **state) {
  (void)state;
  const double q = 1.602176634e-19, k = 1.380649e-23, K = 2 * 0.8 * sqrt(1e-3 * 1e-4), s = 0.7;
  const double light = 2 * s * s; /* both quadratures are s */
  const struct {
    epx_reading_spec spec;
    double variance;
  } cases[] = {
      {{.noise = 0.03}, 0.03 * 0.03},
      {{.noise = 0.03, .averages = 25}, 0.03 * 0.03 / 25},
      {{.shot = true}, 2 * q * (0.8 * (1e-3 + 1e-4 * light) + 2 * 50e-9) * 10e9 / (K * K)},
      {{.thermal = true}, 4 * k * 300 * 10e9 / 50 / (K * K)},
      {{.rin = true}, pow(10, -14.5) * 10e9 * s * s / 4},
      {{.rin = true, .noise = 0.01, .averages = 4}, (pow(10, -14.5) * 10e9 * s * s / 4 + 1e-4) / 4},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_reading_spec spec = cases[i].spec;
    spec.detector = detector;
    spec.power = 1e-4;
    spec.reference = 1e-3;
    assert_int_equal(epx_reading_check(&spec), EPX_OK);
    double mean, variance;
    read_many(&spec, s, &mean, &variance);
    assert_close(mean, s, 5 * sqrt(cases[i].variance / 16000));
    assert_close(variance / cases[i].variance, 1, 0.05); /* its own spread is 1.1 % */
    const double sigma = epx_reading_eval_sigma(&spec, false, s, light),
                 n = spec.averages > 1 ? spec.averages : 1;
    assert_close(sigma * sigma / n / cases[i].variance, 1, 1e-9);
  }
}

static void phases_know_no_intensity_noise(void **state) {
  (void)state;
  const epx_reading_spec spec = {.rin = true, .detector = detector, .power = 1e-4, .reference = 1e-3};
  assert_true(epx_reading_eval_sigma(&spec, false, 1, 1) > 0);
  assert_true(epx_reading_eval_sigma(&spec, true, 1, 1) == 0);
}

/* Without noise a converter of 2^bits levels is at most half a step off, however often it is asked; noise of
 * about a step lets averages see between the levels. */
static void converter_rounds_and_noise_dithers(void **state) {
  (void)state;
  epx_reading_spec spec = {.bits = 4, .range = 2, .averages = 64};
  double mean, variance;
  read_many(&spec, 0.36, &mean, &variance); /* levels 4/15 apart */
  assert_close(mean, 0.4, 1e-12);
  assert_close(variance, 0, 1e-12);
  spec.noise = 0.25;
  read_many(&spec, 0.36, &mean, &variance);
  assert_close(mean, 0.36, 0.003);
  assert_close(variance * 64, 0.25 * 0.25 + pow(4.0 / 15, 2) / 12, 0.004);
}

static void switches_off_leave_every_bit(void **state) {
  (void)state;
  const epx_reading_spec none = {.detector = detector, .power = 1, .reference = 1, .range = 2, .averages = 9};
  double mean, variance;
  assert_true(epx_reading_is_ideal(&none));
  read_many(&none, 0.1, &mean, &variance);
  assert_true(mean == 0.1 && variance == 0);
}

static void bad_descriptions_are_refused(void **state) {
  (void)state;
  const epx_reading_spec bad[] = {{.noise = -1},
                                  {.noise = NAN},
                                  {.averages = -1},
                                  {.bits = 33, .range = 1},
                                  {.bits = 8},
                                  {.shot = true, .detector = detector},
                                  {.thermal = true, .power = 1, .reference = 1}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(epx_reading_check(&bad[i]), EPX_EINPUT);
}

/* Variance of the entries of the gradient over repeated updates, next to the variance of the noise. */
static double eval_gradient_variance(settled_batch *b, const char *rule, epx_scheme scheme, double beta,
                                     int averages) {
  enum { n_repeats = 400 };
  const size_t n = 2 * b->network->n_theta;
  const double sigma = 1e-5;
  const epx_hardware_spec hardware = {.reading = {.noise = sigma, .averages = averages}};
  double *sum = create_numbers(n), *squares = create_numbers(n), total = 0;
  memset(sum, 0, n * sizeof *sum);
  memset(squares, 0, n * sizeof *squares);
  for (uint32_t k = 0; k < n_repeats; k++) {
    b->batch.key.step = k;
    epx_estimator_set_hardware(b->work, &hardware);
    const double *g = estimate(b, rule, beta, scheme);
    for (size_t i = 0; i < n; i++) {
      sum[i] += g[i] / n_repeats;
      squares[i] += g[i] * g[i] / n_repeats;
    }
  }
  for (size_t i = 0; i < n; i++)
    total += squares[i] - sum[i] * sum[i];
  epx_estimator_set_hardware(b->work, NULL);
  epx_array_destroy(&sum);
  epx_array_destroy(&squares);
  return total / (sigma * sigma);
}

/* The contrast of two reads has variance 2 sigma^2, over beta^2 or (2 beta)^2; N points on a circle sigma^2 /
 * N over beta^2; the second state of dyadic is itself what is read, sigma^2 over beta^2. */
static void gradient_noise_is_that_of_the_contrast(void **state) {
  (void)state;
  const epx_cost cost = {.kind = EPX_CROSS_ENTROPY};
  settled_batch b = create_random_batch("kerr", &cost, 1, 0.2);
  const double beta = 0.02;
  const double one = eval_gradient_variance(&b, "time-reversed", EPX_CENTERED, beta, 1);
  const struct {
    const char *rule;
    epx_scheme scheme;
    double beta;
    int averages;
    double ratio; /* to a centred nudge: sigma^2 / 2 beta^2 */
  } cases[] = {{"time-reversed", EPX_CENTERED, beta / 2, 1, 4},
               {"time-reversed", EPX_CENTERED, beta, 10, 0.1},
               {"time-reversed", EPX_ONE_SIDED, beta, 1, 4},
               {"phase-conjugate", EPX_CENTERED, beta, 1, 1},
               {"plain", EPX_CENTERED, beta, 1, 1},
               {"holomorphic", EPX_CENTERED, beta, 1, 0.5}, /* 4 points */
               {"dyadic", EPX_CENTERED, beta, 1, 2}};
  assert_true(one > 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const double variance =
        eval_gradient_variance(&b, cases[i].rule, cases[i].scheme, cases[i].beta, cases[i].averages);
    assert_close(variance / one / cases[i].ratio, 1, 0.12);
  }
  destroy_batch(&b);
}

static void rules_that_are_computed_read_nothing(void **state) {
  (void)state;
  xor_study quiet = create_xor_study(1, "backprop", 2), noisy = create_xor_study(1, "backprop", 2);
  noisy.spec.hardware.reading.noise = 0.1;
  epx_learner *a = create_xor_learner(&quiet), *b = create_xor_learner(&noisy);
  const size_t n = 2 * quiet.network->n_theta;
  double *g = create_numbers(n), *h = create_numbers(n);
  const epx_nudging nudging = {.beta = 0.02};
  static const char *const rules[] = {"backprop", "unrolled", "plain"};
  for (int i = 0; i < 3; i++) {
    const epx_estimator *rule = epx_estimator_get_by_name(rules[i]);
    assert_int_equal(epx_learner_eval_gradient(a, rule, &nudging, quiet.theta, g), EPX_OK);
    assert_int_equal(epx_learner_eval_gradient(b, rule, &nudging, quiet.theta, h), EPX_OK);
    assert_true((memcmp(g, h, n * sizeof *g) == 0) == rule->computed);
  }
  epx_array_destroy(&g);
  epx_array_destroy(&h);
  epx_learner_destroy(&a);
  epx_learner_destroy(&b);
  destroy_xor_study(&quiet);
  destroy_xor_study(&noisy);
}

/* A converter whose range holds every state cuts none off, one that holds none all, and in between it is a share. */
static void reads_beyond_the_range_are_counted(void **state) {
  (void)state;
  static const double ranges[] = {1e3, 1e-6, 0.3};
  double share[3];
  for (int k = 0; k < 3; k++) {
    xor_study x = create_xor_study(1, "phase-conjugate", 1);
    epx_curves curves = {0};
    x.spec.epochs = 1;
    x.spec.hardware.reading.bits = 12;
    x.spec.hardware.reading.range = ranges[k];
    epx_learner *learner = create_xor_learner(&x);
    assert_int_equal(epx_learner_eval_saturation(learner, &share[k]), EPX_OK);
    assert_true(isnan(share[k]));
    assert_int_equal(epx_learner_solve_training(learner, x.theta, &curves), EPX_OK);
    assert_int_equal(epx_learner_eval_saturation(learner, &share[k]), EPX_OK);
    epx_learner_destroy(&learner);
    destroy_xor_study(&x);
  }
  assert_true(share[0] == 0 && share[1] == 1 && share[2] > 0 && share[2] < 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_beyond_the_range_are_counted),
      cmocka_unit_test(noise_has_the_variance_of_its_formula),
      cmocka_unit_test(phases_know_no_intensity_noise),
      cmocka_unit_test(converter_rounds_and_noise_dithers),
      cmocka_unit_test(switches_off_leave_every_bit),
      cmocka_unit_test(bad_descriptions_are_refused),
      cmocka_unit_test(gradient_noise_is_that_of_the_contrast),
      cmocka_unit_test(rules_that_are_computed_read_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
