/** @file
 * Attempts: what was under way at an end is known afterwards, and whose fault it was; what ended is not
 * suspected.
 */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <signal.h>
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

enum { N_UNITS = 1000, N_WORKERS = 3, N_RANKS = 4 };

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
  assert_int_equal(epx_attempts_read(path, 7, N_UNITS, &got, &n_got), EPX_OK);
  assert_int_equal(n_got, n);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(got[i].unit, expected[i].unit);
    assert_int_equal(got[i].n_ends, expected[i].n_ends);
    assert_int_equal(got[i].n_alone, expected[i].n_alone);
    assert_int_equal(got[i].share, expected[i].share);
    assert_int_equal(got[i].cause, expected[i].cause);
  }
  epx_array_destroy(&got);
}

static epx_attempts *create(const epx_attempts_suspect *suspects, size_t n) {
  epx_attempts *attempts;
  assert_int_equal(epx_attempts_create(path, 7, N_UNITS, suspects, n, N_WORKERS, N_RANKS, &attempts), EPX_OK);
  assert_true(epx_attempts_get_run(attempts) > 0);
  return attempts;
}

static void hand_out(epx_attempts *attempts, int worker, int64_t first, int64_t count, bool alone) {
  assert_int_equal(epx_attempts_write(attempts, worker, first, count, alone), EPX_OK);
}

static void note_alone(int run, int rank, int64_t unit, int cause, bool alone, bool expected) {
  bool noted;
  assert_int_equal(epx_attempts_note(path, run, rank, unit, cause, alone, &noted), EPX_OK);
  assert_true(noted == expected);
}

static void note(int run, int rank, int64_t unit, int cause, bool expected) {
  note_alone(run, rank, unit, cause, false, expected);
}

static void the_last_two_units_of_each_worker_are_suspected(void **state) {
  (void)state;
  const epx_attempts_suspect before[] = {{12, 1, 0, 0, 0}, {500, 1, 2, 730000, 0}};
  const epx_attempts_suspect after[] = {{11, 1, 0, 0, 0}, {12, 2, 0, 0, 0},       {13, 1, 0, 0, 0},
                                        {40, 1, 0, 0, 0}, {500, 1, 2, 730000, 0}, {999, 1, 0, 0, 0}};
  epx_attempts *attempts = create(before, 2);
  assert_reads(2, before);
  hand_out(attempts, 0, 0, 5, false); /* done when the third comes */
  hand_out(attempts, 0, 40, 1, false);
  hand_out(attempts, 0, 11, 3, false);
  hand_out(attempts, 2, 999, 1, false);
  hand_out(attempts, 1, 40, 1, false); /* a copy: one end all the same */
  assert_reads(6, after);
  epx_attempts_destroy(&attempts); /* as a kill would leave it */
  assert_reads(6, after);
}

static void who_was_alone_is_told(void **state) {
  (void)state;
  epx_attempts *attempts = create(&(epx_attempts_suspect){30, 2, 1, 0, 0}, 1);
  hand_out(attempts, 1, 30, 1, true);
  assert_reads(1, (epx_attempts_suspect[]){{30, 2, 2, 0, 0}});
  assert_int_equal(epx_attempts_set_over(attempts), EPX_OK);
  note_alone(epx_attempts_get_run(attempts), 1, 30, EPX_CAUSE_UNKNOWN, true, true);
  assert_reads(1, (epx_attempts_suspect[]){{30, 2, 2, 0, 0}});
  epx_attempts_destroy(&attempts);
}

static void ends_are_counted_whatever_the_campaign(void **state) {
  (void)state;
  assert_int_equal(epx_attempts_count_ends(path), 0);
  epx_attempts *attempts = create((epx_attempts_suspect[]){{12, 1, 0, 0, 0}, {30, 2, 1, 0, 0}}, 2);
  assert_int_equal(epx_attempts_count_ends(path), 4);
  hand_out(attempts, 1, 30, 2, false); /* were it to end now */
  assert_int_equal(epx_attempts_count_ends(path), 6);
  epx_attempts_destroy(&attempts);
  assert_int_equal(truncate(path, 20), 0);
  assert_int_equal(epx_attempts_count_ends(path), 0);
}

/* Whoever died of itself took the others down. */
static void a_note_clears_all_others(void **state) {
  (void)state;
  const epx_attempts_suspect before[] = {{12, 1, 0, 0, 0}};
  epx_attempts *attempts = create(before, 1);
  const int run = epx_attempts_get_run(attempts);
  hand_out(attempts, 0, 40, 1, false);
  hand_out(attempts, 1, 50, 3, false);
  note(run, 2, 51, 11, true);
  assert_reads(2, (epx_attempts_suspect[]){{12, 1, 0, 0, 0}, {51, 1, 0, 0, 11}});
  note(run, 3, 51, 11, true); /* a copy of it */
  assert_reads(2, (epx_attempts_suspect[]){{12, 1, 0, 0, 0}, {51, 1, 0, 0, 11}});
  note(run, 0, 40, EPX_CAUSE_UNKNOWN, true);
  assert_reads(3, (epx_attempts_suspect[]){{12, 1, 0, 0, 0}, {40, 1, 0, 0, 0}, {51, 1, 0, 0, 11}});
  epx_attempts_destroy(&attempts);
  note(run, 0, 12, EPX_CAUSE_EXIT + 7, true);
  assert_reads(2, (epx_attempts_suspect[]){{12, 2, 0, 0, EPX_CAUSE_EXIT + 7}, {51, 1, 0, 0, 11}});
}

/* The system takes the largest process, whoever fills the memory. */
static void want_of_memory_is_a_cause_only_of_who_was_alone(void **state) {
  (void)state;
  epx_attempts *attempts = create(NULL, 0);
  hand_out(attempts, 0, 40, 1, false);
  note(epx_attempts_get_run(attempts), 1, 40, EPX_CAUSE_MEMORY, true);
  assert_reads(1, (epx_attempts_suspect[]){{40, 2, 0, 0, 0}});
  epx_attempts_destroy(&attempts);
  attempts = create(NULL, 0);
  note_alone(epx_attempts_get_run(attempts), 1, 40, EPX_CAUSE_MEMORY, true, true);
  assert_reads(1, (epx_attempts_suspect[]){{40, 0, 1, 0, EPX_CAUSE_MEMORY}});
  epx_attempts_destroy(&attempts);
}

static void a_run_that_is_told_to_stop_suspects_nobody(void **state) {
  (void)state;
  const epx_attempts_suspect before[] = {{12, 1, 0, 0, 0}};
  epx_attempts *attempts = create(before, 1);
  hand_out(attempts, 1, 30, 4, false);
  assert_int_equal(epx_attempts_set_over(attempts), EPX_OK);
  epx_attempts_destroy(&attempts);
  assert_reads(1, before);
  attempts = create(NULL, 0);
  hand_out(attempts, 1, 30, 4, false);
  assert_int_equal(epx_attempts_set_over(attempts), EPX_OK);
  epx_attempts_destroy(&attempts);
  assert_int_not_equal(access(path, F_OK), 0);
  assert_reads(0, NULL);
}

/* A rank crashes, the launcher tells the others to stop, and the run saves and ends: what is known stays. */
static void a_note_outlives_the_end_of_its_run(void **state) {
  (void)state;
  epx_attempts *attempts = create(NULL, 0);
  hand_out(attempts, 1, 30, 4, false);
  note(epx_attempts_get_run(attempts), 2, 31, 6, true);
  assert_int_equal(epx_attempts_set_over(attempts), EPX_OK);
  epx_attempts_destroy(&attempts);
  assert_reads(1, (epx_attempts_suspect[]){{31, 1, 0, 0, 6}});
}

static void notes_of_other_runs_are_not_written(void **state) {
  (void)state;
  note(1, 0, 5, 11, false); /* there is no file */
  epx_attempts *attempts = create(NULL, 0);
  const int run = epx_attempts_get_run(attempts);
  note(run == 1 ? 2 : run - 1, 0, 5, 11, false);
  note(run, N_RANKS, 5, 11, false);
  assert_reads(0, NULL);
  epx_attempts_destroy(&attempts);
}

static void what_is_damaged_or_of_another_campaign_holds_nothing(void **state) {
  (void)state;
  epx_attempts_suspect *got;
  size_t n;
  epx_attempts *attempts = create(&(epx_attempts_suspect){5, 1, 0, 0, 0}, 1);
  hand_out(attempts, 1, 30, 1, false);
  note(epx_attempts_get_run(attempts), 1, 30, 11, true);
  epx_attempts_destroy(&attempts);
  assert_int_equal(epx_attempts_read(path, 8, N_UNITS, &got, &n), EPX_OK);
  assert_int_equal(n, 0);
  assert_int_equal(epx_attempts_read(path, 7, N_UNITS + 1, &got, &n), EPX_OK);
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
    assert_int_equal(epx_attempts_read(path, 7, N_UNITS, &got, &n), EPX_OK);
    assert_true(n <= 2);
    epx_array_destroy(&got);
    fseek(file, at, SEEK_SET);
    fputc(byte, file);
  }
  fclose(file);
  assert_reads(2, (epx_attempts_suspect[]){{5, 1, 0, 0, 0}, {30, 1, 0, 0, 11}});
  for (long at = 0; at < length; at++) {
    assert_int_equal(truncate(path, length - at), 0);
    assert_int_equal(epx_attempts_read(path, 7, N_UNITS, &got, &n), EPX_OK);
    epx_array_destroy(&got);
  }
}

static void causes_have_names(void **state) {
  (void)state;
  static const struct {
    int cause;
    const char *name;
  } causes[] = {{SIGSEGV, "SIGSEGV"},
                {SIGABRT, "SIGABRT"},
                {EPX_CAUSE_EXIT, "exit status 0"},
                {EPX_CAUSE_EXIT + 255, "exit status 255"},
                {EPX_CAUSE_MEMORY, "want of memory"},
                {SIGPIPE, "signal 13"}};
  for (size_t k = 0; k < sizeof causes / sizeof *causes; k++) {
    char text[32];
    epx_attempts_view_cause(causes[k].cause, text, sizeof text);
    assert_string_equal(text, causes[k].name);
  }
}

static void a_folder_that_is_not_there_is_told(void **state) {
  (void)state;
  epx_attempts *attempts;
  assert_int_equal(epx_attempts_create("/nowhere/a.attempts", 7, N_UNITS, NULL, 0, 1, 1, &attempts),
                   EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), "/nowhere/a.attempts"));
  assert_null(attempts);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_last_two_units_of_each_worker_are_suspected, enter_folder,
                                      leave_folder),
      cmocka_unit_test_setup_teardown(who_was_alone_is_told, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(ends_are_counted_whatever_the_campaign, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(a_note_clears_all_others, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(want_of_memory_is_a_cause_only_of_who_was_alone, enter_folder,
                                      leave_folder),
      cmocka_unit_test_setup_teardown(a_run_that_is_told_to_stop_suspects_nobody, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(a_note_outlives_the_end_of_its_run, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(notes_of_other_runs_are_not_written, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(what_is_damaged_or_of_another_campaign_holds_nothing, enter_folder,
                                      leave_folder),
      cmocka_unit_test(causes_have_names),
      cmocka_unit_test(a_folder_that_is_not_there_is_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
