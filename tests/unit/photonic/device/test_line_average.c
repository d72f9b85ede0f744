/** @file
 * Line averages: quadrature against brute force, and what an average does to a rough field.
 */
#include "photonic/device/line_average.h"
#include "unit/assert_close.h"

static const double pi = 3.14159265358979323846;

/** Covariance of two rings (or of one with itself), by n × n points; the points of the two never coincide. */
static double eval_brute(const epx_correlation *c, const epx_placed *a, const epx_placed *b, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      const double s = 2 * pi * i / n, t = 2 * pi * (j + 0.5) / n;
      sum += epx_correlation_eval(c, hypot(a->x + a->radius * cos(s) - b->x - b->radius * cos(t),
                                           a->y + a->radius * sin(s) - b->y - b->radius * sin(t)));
    }
  }
  return sum / ((double)n * n);
}

static void average_over_rings_is_that_of_brute_force(void **state) {
  (void)state;
  static const epx_correlation_kind kinds[] = {EPX_CORRELATION_EXPONENTIAL, EPX_CORRELATION_MATERN,
                                               EPX_CORRELATION_GAUSSIAN};
  const epx_placed a = {.radius = 10e-6}, near = {.x = 20.3e-6, .radius = 10e-6},
                   far = {.x = 90e-6, .radius = 10e-6};
  for (int k = 0; k < 3; k++) {
    for (double length = 15e-6; length < 5e-3; length *= 17) {
      const epx_correlation c = {.kind = kinds[k], .length = length};
      assert_close(epx_line_average_eval_variance(&c, &a), eval_brute(&c, &a, &a, 800), 2e-6);
      assert_close(epx_line_average_eval_covariance(&c, &a, &near), eval_brute(&c, &a, &near, 800), 5e-6);
      assert_close(epx_line_average_eval_covariance(&c, &a, &far), eval_brute(&c, &a, &far, 800), 1e-8);
    }
  }
}

/** 2 int_0^1 (1 - u) exp(-u s) du = 2 (exp(-s) - 1 + s) / s^2, and two guides end to end. */
static void average_over_a_straight_guide_is_the_integral(void **state) {
  (void)state;
  const epx_correlation c = {.kind = EPX_CORRELATION_EXPONENTIAL, .length = 1e-3};
  const epx_placed guide = {.length = 2e-3, .angle = 0.7};
  const double s = 2;
  assert_close(epx_line_average_eval_variance(&c, &guide), 2 * (exp(-s) - 1 + s) / (s * s), 1e-13);
  const epx_placed next = {.x = 2e-3 * cos(0.7), .y = 2e-3 * sin(0.7), .length = 2e-3, .angle = 0.7};
  assert_close(epx_line_average_eval_covariance(&c, &guide, &next), (1 - exp(-s)) * (1 - exp(-s)) / (s * s),
               1e-13);
}

static void points_see_the_field_itself(void **state) {
  (void)state;
  const epx_correlation c = {.kind = EPX_CORRELATION_MATERN, .length = 1e-3};
  const epx_placed a = {0}, b = {.x = 3e-4, .y = 4e-4};
  assert_close(epx_line_average_eval_variance(&c, &a), 1, 0);
  assert_close(epx_line_average_eval_covariance(&c, &a, &b), epx_correlation_eval(&c, 5e-4), 1e-15);
}

/** Of a field that changes within a ring, the ring sees less. */
static void long_devices_average_a_rough_field_away(void **state) {
  (void)state;
  const epx_correlation c = {.kind = EPX_CORRELATION_EXPONENTIAL, .length = 50e-6};
  double last = 1;
  for (double radius = 5e-6; radius < 200e-6; radius *= 2) {
    const epx_placed ring = {.radius = radius};
    const double variance = epx_line_average_eval_variance(&c, &ring);
    assert_true(variance < last && variance > 0);
    last = variance;
  }
  assert_true(last < 0.15);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(average_over_rings_is_that_of_brute_force),
      cmocka_unit_test(average_over_a_straight_guide_is_the_integral),
      cmocka_unit_test(points_see_the_field_itself),
      cmocka_unit_test(long_devices_average_a_rough_field_away),
  };
  return cmocka_run_group_tests_name("line_average", tests, NULL, NULL);
}
