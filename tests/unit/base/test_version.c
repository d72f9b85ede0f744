/** @file
 * Claims about the version texts and the data folders.
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "epilux/version.h"

static void version_is_three_numbers(void **state) {
  (void)state;
  int major, minor, patch, end = 0;
  assert_int_equal(sscanf(epx_version_get(), "%d.%d.%d%n", &major, &minor, &patch, &end), 3);
  assert_int_equal(end, strlen(epx_version_get()));
}

static void revision_is_a_commit_or_unknown(void **state) {
  (void)state;
  const char *revision = epx_version_get_revision();
  if (strcmp(revision, "unknown") == 0) return;
  const size_t n_digits = strspn(revision, "0123456789abcdef");
  assert_true(n_digits >= 12);
  assert_true(revision[n_digits] == '\0' || strcmp(revision + n_digits, "-dirty") == 0);
}

static void build_names_its_compiler_flags_and_libraries(void **state) {
  (void)state;
  assert_non_null(strpbrk(epx_version_get_compiler(), "0123456789"));
  assert_non_null(strstr(epx_version_get_flags(), "-ffp-contract=off"));
  assert_null(strstr(epx_version_get_flags(), "-ffast-math"));
  assert_true(strlen(epx_version_get_build_type()) > 0);
  assert_non_null(strstr(epx_version_get_libraries(), "SUNDIALS 6."));
  assert_null(strstr(epx_version_get_libraries(), " ,"));
}

static void data_dirs_end_in_the_source_tree_which_has_the_data(void **state) {
  (void)state;
  const char *dirs[EPX_VERSION_MAX_DATA_DIRS];
  const int n = epx_version_get_data_dirs(dirs);
  assert_in_range(n, 2, EPX_VERSION_MAX_DATA_DIRS);
  for (int i = n - 2; i < n; i++)
    assert_int_equal(dirs[i][0], '/');
  char path[4096];
  snprintf(path, sizeof path, "%s/iris.csv", dirs[n - 1]);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  fclose(file);
}

static void data_dirs_begin_with_the_environment_when_it_names_one(void **state) {
  (void)state;
  const char *dirs[EPX_VERSION_MAX_DATA_DIRS];
  assert_int_equal(setenv("EPILUX_DATA", "/somewhere/else", 1), 0);
  assert_int_equal(epx_version_get_data_dirs(dirs), EPX_VERSION_MAX_DATA_DIRS);
  assert_string_equal(dirs[0], "/somewhere/else");
  assert_int_equal(setenv("EPILUX_DATA", "", 1), 0);
  assert_int_equal(epx_version_get_data_dirs(dirs), EPX_VERSION_MAX_DATA_DIRS - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(version_is_three_numbers),
      cmocka_unit_test(revision_is_a_commit_or_unknown),
      cmocka_unit_test(build_names_its_compiler_flags_and_libraries),
      cmocka_unit_test(data_dirs_end_in_the_source_tree_which_has_the_data),
      cmocka_unit_test(data_dirs_begin_with_the_environment_when_it_names_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
