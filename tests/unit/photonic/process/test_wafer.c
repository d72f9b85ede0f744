/** @file
 * Wafers: which dies there are, and what instances share.
 */
#include "photonic/process/wafer.h"

#include <limits.h>

#include "unit/assert_close.h"

static epx_wafer *create_wafer(double diameter, double die) {
  epx_wafer_spec spec;
  epx_wafer *wafer = NULL;
  epx_device_init(&epx_wafer_device, &spec);
  spec.diameter = diameter;
  spec.die_width = spec.die_height = die;
  assert_int_equal(epx_wafer_create(&spec, &wafer), EPX_OK);
  return wafer;
}

static void every_die_lies_whole_within_the_edge(void **state) {
  (void)state;
  epx_wafer *w = create_wafer(0.1, 5e-3);
  const double radius = 0.05 - 3e-3;
  int n = 0;
  for (int row = -20; row <= 20; row++) {
    for (int column = -20; column <= 20; column++) {
      const double x = (fabs((double)column) + 0.5) * 5e-3, y = (fabs((double)row) + 0.5) * 5e-3;
      if (hypot(x, y) > radius) continue;
      assert_int_equal(w->dies[n].column, column);
      assert_int_equal(w->dies[n].row, row);
      assert_true(column >= w->column_low && column <= w->column_high && row >= w->row_low &&
                  row <= w->row_high);
      n++;
    }
  }
  assert_int_equal(w->n_dies, n);
  assert_true(n * 25e-6 < 3.15 * radius * radius && n * 25e-6 > 0.8 * 3.14 * radius * radius);
  epx_wafer_destroy(&w);
}

static void samplings_say_what_instances_share(void **state) {
  (void)state;
  const epx_sampling process = {.kind = EPX_SAMPLING_PROCESS}, lots = {EPX_SAMPLING_NESTED, 4, 3},
                     lot = {EPX_SAMPLING_NESTED, 1, 3}, wafer = {.kind = EPX_SAMPLING_WAFER};
  assert_int_equal(epx_sampling_get_cluster(&process, 7), 7);
  assert_int_equal(epx_sampling_get_cluster(&lots, 7), 3);
  assert_int_equal(epx_sampling_get_cluster(&lot, 7), 1);
  assert_int_equal(epx_sampling_get_n_clusters(&lots, 3), 3);
  assert_int_equal(epx_sampling_get_n_clusters(&lots, 100), 4);
  assert_int_equal(epx_sampling_get_n_clusters(&lot, 100), 3);
  assert_int_equal(epx_sampling_get_capacity(&process, 241), INT_MAX);
  assert_int_equal(epx_sampling_get_capacity(&lots, 241), 4 * 3 * 241);
  assert_int_equal(epx_sampling_get_capacity(&wafer, 241), 241);
}

static void the_middle_of_the_middle_die_is_that_of_the_wafer(void **state) {
  (void)state;
  epx_wafer *w = create_wafer(0.1, 5e-3);
  const epx_placed device = {.x = 2.5e-3, .y = 2.5e-3};
  for (int i = 0; i < w->n_dies; i++) {
    double x, y;
    epx_wafer_eval_position(w, i, &device, &x, &y);
    assert_close(x, w->dies[i].column * 5e-3, 1e-15);
    assert_close(y, w->dies[i].row * 5e-3, 1e-15);
  }
  epx_wafer_destroy(&w);
}

static void device_outside_its_die_is_named(void **state) {
  (void)state;
  epx_wafer *w = create_wafer(0.1, 5e-3);
  const double x[] = {1e-3, 4.995e-3}, y[] = {1e-3, 1e-3}, radius[] = {10e-6, 10e-6};
  epx_placement *p = NULL;
  assert_int_equal(epx_placement_create(2, x, y, radius, &p), EPX_OK);
  assert_refused(epx_wafer_check_placement(w, p), "device '1' at (4995, 1000) um");
  p->devices[1].x = 4.99e-3;
  assert_int_equal(epx_wafer_check_placement(w, p), EPX_OK);
  epx_placement_destroy(&p);
  epx_wafer_destroy(&w);
}

static void wafers_that_cannot_be_are_refused(void **state) {
  (void)state;
  epx_wafer_spec spec;
  epx_wafer *w = NULL;
  epx_device_init(&epx_wafer_device, &spec);
  spec.die_width = 0.099;
  assert_refused(epx_wafer_create(&spec, &w), "no die of 99 × 5 mm");
  spec.die_width = 5e-3;
  spec.reticle_columns = 1.5;
  assert_refused(epx_wafer_create(&spec, &w), "whole numbers");
  spec.reticle_columns = 1;
  spec.diameter = -0.1;
  assert_refused(epx_wafer_create(&spec, &w), "diameter is -0.1");
  spec.diameter = 0.3;
  spec.die_width = spec.die_height = 1e-5;
  assert_refused(epx_wafer_create(&spec, &w), "more than 1e7 dies");
  assert_null(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_die_lies_whole_within_the_edge),
      cmocka_unit_test(samplings_say_what_instances_share),
      cmocka_unit_test(the_middle_of_the_middle_die_is_that_of_the_wafer),
      cmocka_unit_test(device_outside_its_die_is_named),
      cmocka_unit_test(wafers_that_cannot_be_are_refused),
  };
  return cmocka_run_group_tests_name("wafer", tests, NULL, NULL);
}
