/** @file
 * Fields: where they lie. What is in them is a matter of several ranks: tests/mpi/test_fields.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/array.h"
#include "io/fields/fields.h"

static void names_follow_the_results_file(void **state) {
  (void)state;
  static const struct {
    const char *results, *suffix, *name;
    int i_point;
  } cases[] = {{"lattice.h5", "h5", "lattice.h5.fields.0.h5", 0},
               {"/scratch/a.b/run.h5", "xdmf", "/scratch/a.b/run.h5.fields.2147483647.xdmf", 2147483647},
               {"run", "h5", "run.fields.12.h5", 12},
               {"run.hdf5", "h5", "run.hdf5.fields.1.h5", 1},
               {".h5", "h5", ".h5.fields.3.h5", 3}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char *name;
    assert_int_equal(epx_fields_create_name(cases[k].results, cases[k].i_point, cases[k].suffix, &name),
                     EPX_OK);
    assert_string_equal(name, cases[k].name);
    epx_array_destroy(&name);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(names_follow_the_results_file)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
