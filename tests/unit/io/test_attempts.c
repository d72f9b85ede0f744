/** @file
 * Attempts: what was under way at a death is known afterwards; what ended is not suspected.
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "io/recovery/attempts.h"

enum { N_BLOCKS = 1000, N_WORKERS = 3 };

static char folder[64], path[96];

static int enter_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/epilux-attempts-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/small.attempts", folder);
  return 0;
}

static int leave_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static void assert_reads(size_t n, const epx_attempts_suspect *expected) {
  epx_attempts_suspect *got;
  size_t n_got;
  assert_int_equal(epx_attempts_read(path, 7, N_BLOCKS, &got, &n_got), EPX_OK);
  assert_int_equal(n_got, n);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(got[i].block, expected[i].block);
    assert_int_equal(got[i].n_deaths, expected[i].n_deaths);
    assert_int_equal(got[i].share, expected[i].share);
  }
  epx_array_destroy(&got);
}

static epx_attempts *create(const epx_attempts_suspect *suspects, size_t n) {
  epx_attempts *attempts;
  assert_int_equal(epx_attempts_create(path, 7, N_BLOCKS, suspects, n, N_WORKERS, &attempts), EPX_OK);
  return attempts;
}

static void the_last_two_units_of_each_worker_are_suspected(void **state) {
  (void)state;
  const epx_attempts_suspect before[] = {{12, 1, 0}, {500, 2, 730000}};
  const epx_attempts_suspect after[] = {{11, 1, 0}, {12, 2, 0},       {13, 1, 0},
                                        {40, 1, 0}, {500, 2, 730000}, {999, 1, 0}};
  epx_attempts *attempts = create(before, 2);
  assert_reads(2, before);
  assert_int_equal(epx_attempts_write(attempts, 0, 0, 5), EPX_OK); /* done when the third comes */
  assert_int_equal(epx_attempts_write(attempts, 0, 40, 1), EPX_OK);
  assert_int_equal(epx_attempts_write(attempts, 0, 11, 3), EPX_OK);
  assert_int_equal(epx_attempts_write(attempts, 2, 999, 1), EPX_OK);
  assert_int_equal(epx_attempts_write(attempts, 1, 40, 1), EPX_OK); /* a copy: one death all the same */
  assert_reads(6, after);
  epx_attempts_destroy(&attempts); /* as a death would leave it */
  assert_reads(6, after);
}

static void a_run_that_ends_suspects_nobody(void **state) {
  (void)state;
  const epx_attempts_suspect before[] = {{12, 1, 0}};
  epx_attempts *attempts = create(before, 1);
  assert_int_equal(epx_attempts_write(attempts, 1, 30, 4), EPX_OK);
  assert_int_equal(epx_attempts_set_over(attempts), EPX_OK);
  epx_attempts_destroy(&attempts);
  assert_reads(1, before);
  attempts = create(NULL, 0);
  assert_int_equal(epx_attempts_write(attempts, 1, 30, 4), EPX_OK);
  assert_int_equal(epx_attempts_set_over(attempts), EPX_OK);
  epx_attempts_destroy(&attempts);
  assert_int_not_equal(access(path, F_OK), 0);
  assert_reads(0, NULL);
}

static void what_is_damaged_or_of_another_campaign_holds_nothing(void **state) {
  (void)state;
  epx_attempts_suspect *got;
  size_t n;
  epx_attempts *attempts = create(&(epx_attempts_suspect){5, 1, 0}, 1);
  assert_int_equal(epx_attempts_write(attempts, 1, 30, 1), EPX_OK);
  epx_attempts_destroy(&attempts);
  assert_int_equal(epx_attempts_read(path, 8, N_BLOCKS, &got, &n), EPX_OK);
  assert_int_equal(n, 0);
  assert_int_equal(epx_attempts_read(path, 7, N_BLOCKS + 1, &got, &n), EPX_OK);
  assert_int_equal(n, 0);
  FILE *file = fopen(path, "r+b");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  const long length = ftell(file);
  for (long at = 0; at < length; at++) { /* every byte counts, and none is fatal */
    fseek(file, at, SEEK_SET);
    const int byte = fgetc(file);
    fseek(file, at, SEEK_SET);
    fputc(byte ^ 0x41, file);
    fflush(file);
    assert_int_equal(epx_attempts_read(path, 7, N_BLOCKS, &got, &n), EPX_OK);
    assert_true(n <= 2);
    epx_array_destroy(&got);
    fseek(file, at, SEEK_SET);
    fputc(byte, file);
  }
  fclose(file);
  assert_reads(2, (epx_attempts_suspect[]){{5, 1, 0}, {30, 1, 0}});
  for (long at = 0; at < length; at++) {
    assert_int_equal(truncate(path, length - at), 0);
    assert_int_equal(epx_attempts_read(path, 7, N_BLOCKS, &got, &n), EPX_OK);
    epx_array_destroy(&got);
  }
}

static void a_folder_that_is_not_there_is_told(void **state) {
  (void)state;
  epx_attempts *attempts;
  assert_int_equal(epx_attempts_create("/nowhere/a.attempts", 7, N_BLOCKS, NULL, 0, 1, &attempts), EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), "/nowhere/a.attempts"));
  assert_null(attempts);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_last_two_units_of_each_worker_are_suspected, enter_folder,
                                      leave_folder),
      cmocka_unit_test_setup_teardown(a_run_that_ends_suspects_nobody, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(what_is_damaged_or_of_another_campaign_holds_nothing, enter_folder,
                                      leave_folder),
      cmocka_unit_test(a_folder_that_is_not_there_is_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
