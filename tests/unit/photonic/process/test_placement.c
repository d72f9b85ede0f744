/** @file
 * Placements: grids, and CSV with its ways to be wrong.
 */
#include "photonic/process/placement.h"

#include <stdio.h>

#include "unit/assert_close.h"

static const char *const path = "test_placement.csv";

static int read_text(const char *text, epx_placement **out) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
  const int status = epx_placement_read(path, out);
  remove(path);
  return status;
}

static void columns_may_stand_in_any_order(void **state) {
  (void)state;
  epx_placement *p = NULL;
  assert_int_equal(
      read_text("# a layout\ny_um, name ,x_um,radius_um\n\n20,left,10.5,8\n 40 , right,1e3,0\n", &p), EPX_OK);
  assert_int_equal(p->n_devices, 2);
  assert_string_equal(p->names[1], "right");
  assert_close(p->devices[0].x, 10.5e-6, 1e-18);
  assert_close(p->devices[0].y, 20e-6, 1e-18);
  assert_close(p->devices[0].radius, 8e-6, 1e-18);
  assert_close(p->devices[1].x, 1e-3, 1e-15);
  assert_close(epx_placement_get_length(&p->devices[0]), 2 * 3.14159265358979323846 * 8e-6, 1e-15);
  epx_placement_destroy(&p);
  assert_int_equal(read_text("name,x_um,y_um,length_um,angle_deg\na,0,0,100,90", &p), EPX_OK);
  assert_close(p->devices[0].angle, 3.14159265358979323846 / 2, 1e-15);
  assert_close(epx_placement_get_length(&p->devices[0]), 1e-4, 1e-18);
  epx_placement_destroy(&p);
}

static void mistakes_are_named_with_their_line(void **state) {
  (void)state;
  static const struct {
    const char *text, *part;
  } cases[] = {
      {"", "empty"},
      {"name,x_um\na,1\n", "test_placement.csv:1: no column y_um"},
      {"name,x_um,y_um,radius\na,1,2,3\n", "unknown column 'radius', nearest is radius_um"},
      {"name,x_um,y_um,x_um\na,1,2,3\n", "repeated column 'x_um'"},
      {"name,x_um,y_um\na,1\n", "test_placement.csv:2: 2 cells, the header has 3"},
      {"name,x_um,y_um\na,1,here\n", "test_placement.csv:2: y_um is 'here'"},
      {"name,x_um,y_um\na,1,nan\n", "test_placement.csv:2: y_um is 'nan'"},
      {"name,x_um,y_um\na,1,2\nb,1,2\na,3,4\n", "the name 'a' stands twice"},
      {"name,x_um,y_um\n", "no devices"},
      {"name,x_um,y_um,radius_um,length_um\na,0,0,5,5\n", "only one of them"},
      {"name,x_um,y_um,radius_um\na,0,0,-5\n", "radius_um -5"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    epx_placement *p = NULL;
    assert_refused(read_text(cases[k].text, &p), cases[k].part);
    assert_null(p);
  }
}

static void missing_file_is_a_file_error(void **state) {
  (void)state;
  epx_placement *p = NULL;
  assert_int_equal(epx_placement_read("no/such/file.csv", &p), EPX_EFILE);
}

static void grid_is_laid_row_by_row(void **state) {
  (void)state;
  epx_placement *p = NULL;
  assert_int_equal(epx_placement_create_grid(7, 3, 50e-6, 1e-4, 2e-4, 10e-6, &p), EPX_OK);
  assert_close(p->devices[5].x, 1e-4 + 2 * 50e-6, 1e-18);
  assert_close(p->devices[5].y, 2e-4 + 50e-6, 1e-18);
  assert_close(p->devices[5].radius, 10e-6, 0);
  epx_placement_destroy(&p);
}

static void arrays_that_cannot_be_are_refused(void **state) {
  (void)state;
  const double x[] = {0, NAN}, y[] = {0, 0}, radius[] = {0, -1};
  epx_placement *p = NULL;
  assert_refused(epx_placement_create(0, x, y, NULL, &p), "at least one");
  assert_refused(epx_placement_create(2, x, y, NULL, &p), "device 1");
  assert_refused(epx_placement_create(2, y, y, radius, &p), "radius -1");
  assert_refused(epx_placement_create_grid(2, 0, 1, 0, 0, 0, &p), "0 columns");
  assert_null(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_may_stand_in_any_order),
      cmocka_unit_test(mistakes_are_named_with_their_line),
      cmocka_unit_test(missing_file_is_a_file_error),
      cmocka_unit_test(grid_is_laid_row_by_row),
      cmocka_unit_test(arrays_that_cannot_be_are_refused),
  };
  return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
