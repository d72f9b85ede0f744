/** @file
 * Arrays: alignment, zeros, overflow, ownership.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/array.h"

static void array_is_aligned_and_zero_to_the_end_of_its_last_vector(void **state) {
  (void)state;
  for (size_t count = 0; count < 40; count++) {
    double *array = NULL;
    assert_int_equal(EPX_ARRAY(array, count), EPX_OK);
    assert_non_null(array);
    assert_int_equal((uintptr_t)array % EPX_ALIGNMENT, 0);
    const size_t n_padded = (count + 7) / 8 * 8;
    for (size_t i = 0; i < n_padded; i++)
      assert_true(array[i] == 0);
    epx_array_destroy(&array);
  }
}

static void size_that_overflows_is_refused(void **state) {
  (void)state;
  static const size_t counts[][2] = {
      {SIZE_MAX, 8}, {SIZE_MAX / 8 + 1, 8}, {(size_t)PTRDIFF_MAX, 1}, {2, SIZE_MAX / 2 + 1}};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    int here = 0;
    void *array = &here;
    assert_int_equal(epx_array_create(&array, counts[i][0], counts[i][1]), EPX_EMEMORY);
    assert_null(array);
  }
}

static void destroy_nulls_and_accepts_null(void **state) {
  (void)state;
  int *array = NULL;
  assert_int_equal(EPX_ARRAY(array, 3), EPX_OK);
  epx_array_destroy(&array);
  assert_null(array);
  epx_array_destroy(&array);
  epx_array_destroy(NULL);
  assert_null(array);
}

static void copied_text_is_equal_and_apart(void **state) {
  (void)state;
  static const char *const texts[] = {"", "a", "network.parameters.loss"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    char *copy = NULL;
    assert_int_equal(epx_array_create_text(&copy, texts[i]), EPX_OK);
    assert_string_equal(copy, texts[i]);
    assert_ptr_not_equal(copy, texts[i]);
    epx_array_destroy(&copy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(array_is_aligned_and_zero_to_the_end_of_its_last_vector),
      cmocka_unit_test(size_that_overflows_is_refused),
      cmocka_unit_test(destroy_nulls_and_accepts_null),
      cmocka_unit_test(copied_text_is_equal_and_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
