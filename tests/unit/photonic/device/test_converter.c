/** @file
 * Converters and cells: levels, ends, errors of half a step, and the noise of a write.
 */
#include "base/numbers/random.h"
#include "photonic/device/converter.h"
#include "unit/assert_close.h"

static epx_converter create_converter(double bits) {
  epx_converter converter;
  epx_device_init(&epx_converter_device, &converter);
  converter.bits = bits;
  assert_int_equal(epx_converter_check(&converter), EPX_OK);
  return converter;
}

static void levels_are_met_and_nothing_is_further_than_half_a_step(void **state) {
  (void)state;
  const epx_converter converter = create_converter(4);
  const double step = epx_converter_eval_step(&converter);
  assert_close(step, 2.0 / 15, 1e-15);
  for (int i = 0; i < 16; i++)
    assert_close(epx_converter_eval(&converter, -1 + i * step), -1 + i * step, 1e-14);
  for (int i = 0; i <= 1000; i++) {
    const double value = -1 + i * 0.002;
    assert_close(epx_converter_eval(&converter, value), value, step / 2 + 1e-14);
  }
}

static void values_beyond_the_ends_get_the_ends(void **state) {
  (void)state;
  const epx_converter converter = create_converter(8);
  assert_close(epx_converter_eval(&converter, 7), 1, 0);
  assert_close(epx_converter_eval(&converter, -INFINITY), -1, 0);
}

/** Of a value anywhere between two levels the mean square error is step^2 / 12. */
static void error_has_the_variance_of_a_uniform_one(void **state) {
  (void)state;
  const epx_converter converter = create_converter(6);
  const double step = epx_converter_eval_step(&converter);
  const epx_random stream = epx_random_init(3, "test:converter");
  const uint32_t n = 20000;
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    const double value = 2 * epx_random_eval_uniform(&stream, 0, 0, 0, i) - 1;
    const double error = epx_converter_eval(&converter, value) - value;
    sum += error * error;
  }
  assert_close(sum / n, step * step / 12, 4 * step * step / 12 * sqrt(0.8 / n));
}

static void cell_is_written_with_noise_and_stays_in_its_range(void **state) {
  (void)state;
  epx_cell cell;
  epx_device_init(&epx_cell_device, &cell);
  assert_int_equal(epx_cell_check(&cell), EPX_OK);
  const double level = 10.0 / 31;
  assert_close(epx_cell_eval(&cell, level, 0), level, 1e-15);
  assert_close(epx_cell_eval(&cell, level, 1.5), level + 1.5 * 0.0075, 1e-15);
  assert_close(epx_cell_eval(&cell, 1, 3), 1, 0);
  assert_close(epx_cell_eval(&cell, 0, -3), 0, 0);
}

static void converters_that_cannot_be_are_refused(void **state) {
  (void)state;
  epx_converter converter = {.bits = 7.5, .low = 0, .high = 1};
  assert_refused(epx_converter_check(&converter), "bits 7.5");
  converter = (epx_converter){.bits = 8, .low = 1, .high = 1};
  assert_refused(epx_converter_check(&converter), "low 1 below high 1");
  converter.bits = 0;
  assert_refused(epx_converter_check(&converter), "from 1 to 32");
  epx_cell cell;
  epx_device_init(&epx_cell_device, &cell);
  cell.low = 2;
  assert_refused(epx_cell_check(&cell), "cell");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(levels_are_met_and_nothing_is_further_than_half_a_step),
      cmocka_unit_test(values_beyond_the_ends_get_the_ends),
      cmocka_unit_test(error_has_the_variance_of_a_uniform_one),
      cmocka_unit_test(cell_is_written_with_noise_and_stays_in_its_range),
      cmocka_unit_test(converters_that_cannot_be_are_refused),
  };
  return cmocka_run_group_tests_name("converter", tests, NULL, NULL);
}
