/** @file
 * Output: nothing of somebody else's is written over, emptied or removed, whatever stands under the names that
 * results need.
 */
#define _XOPEN_SOURCE 700
#include "io/recovery/output.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "io/recovery/journal.h"
#include "io/recovery/lock.h"

static char folder[] = "/tmp/epx-output-XXXXXX";

static int enter_folder(void **state) {
  (void)state;
  return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state) {
  (void)state;
  return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void assert_text(const char *path, const char *text) {
  char read[128] = "";
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  (void)!fread(read, 1, sizeof read - 1, file);
  fclose(file);
  assert_string_equal(read, text);
}

static void assert_path(const char *path, const char *file) {
  char *found;
  assert_int_equal(epx_output_create_path(path, &found), EPX_OK);
  assert_string_equal(found, file);
  epx_array_destroy(&found);
}

static void links_lead_to_their_file(void **state) {
  (void)state;
  char *found;
  assert_int_equal(mkdir("far", 0700), 0);
  assert_int_equal(symlink("far/file.h5", "link.h5"), 0);
  assert_int_equal(symlink("link.h5", "second.h5"), 0);
  assert_int_equal(symlink("circle.h5", "circle.h5"), 0);
  assert_path("plain.h5", "plain.h5");
  assert_path("second.h5", "far/file.h5"); /* which is not there yet */
  assert_int_equal(epx_output_create_path("circle.h5", &found), EPX_EFILE);
  assert_null(found);
  write_text("far/file.h5", "");
  assert_true(epx_output_is_same("second.h5", "far/file.h5"));
  assert_true(epx_output_is_same("far/none.h5", "./far/none.h5"));
  assert_false(epx_output_is_same("far/none.h5", "none.h5"));
  static const char *const made[] = {"far/file.h5", "link.h5", "second.h5", "circle.h5"};
  for (size_t i = 0; i < sizeof made / sizeof *made; i++)
    assert_int_equal(unlink(made[i]), 0);
  assert_int_equal(rmdir("far"), 0);
}

static void names_that_cannot_be_results_are_refused(void **state) {
  (void)state;
  char longest[300];
  memset(longest, 'n', sizeof longest);
  longest[200] = '\0';
  const struct {
    const char *path, *words;
  } cases[] = {{"a\nb.h5", "control character (10, at byte 1)"},
               {"a.h5.lock", "beside the results of a campaign"},
               {"a.h5.journal", "beside the results of a campaign"},
               {"a.h5.attempts", "beside the results of a campaign"},
               {"a.h5.checkpoint.0.16", "beside the results of a campaign"},
               {"a.fields.0.h5", "beside the results of a campaign"},
               {"a.h5" EPX_OUTPUT_PART, "beside the results of a campaign"},
               {longest, "the name has 200 bytes"},
               {"/dev/null", "results need a regular file"},
               {".", "results need a regular file"},
               {"none/a.h5", "cannot be made"},
               {"none/", "cannot be made"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_true(epx_output_check(cases[i].path) < 0);
    if (!strstr(epx_error_get_message(), cases[i].words)) fail_msg("%s", epx_error_get_message());
  }
  static const char *const good[] = {"a.h5",      "fields.h5", "a.fields.h5", "checkpoint",
                                     "a.lock.h5", ".h5",       "ü.h5"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_int_equal(epx_output_check(good[i]), EPX_OK);
}

static void what_is_somebody_else_s_stays(void **state) {
  (void)state;
  const epx_journal_key key = {1, 3, 2, 2};
  epx_journal *journal;
  epx_lock *lock;
  write_text("notes", "notes\n");
  write_text("r.h5.journal", "notes\n");
  assert_int_equal(symlink("notes", "r.h5.lock"), 0);
  assert_int_equal(epx_journal_create("r.h5.journal", &key, &journal), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "is not a journal of this program"));
  assert_int_equal(epx_lock_create("r.h5.lock", &lock), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "is a link"));
  assert_int_equal(epx_output_check_replaceable("notes"), EPX_EINPUT);
  assert_text("notes", "notes\n");
  assert_text("r.h5.journal", "notes\n");
  assert_int_equal(unlink("notes") + unlink("r.h5.journal") + unlink("r.h5.lock"), 0);
}

/* Also of a name that a killed run left half written, and of a hard link to something else. */
static void new_file_is_none_of_before(void **state) {
  (void)state;
  int file;
  write_text("own", "EPXJ");
  assert_int_equal(link("own", "r.h5.journal"), 0);
  assert_int_equal(epx_output_open("r.h5.journal", EPX_OUTPUT_JOURNAL, 0, &file), EPX_OK);
  assert_int_equal(write(file, "new", 3), 3);
  close(file);
  assert_text("own", "EPXJ");
  assert_text("r.h5.journal", "new");
  assert_int_equal(unlink("own") + unlink("r.h5.journal"), 0);
}

static void mode_of_what_is_replaced_is_kept(void **state) {
  (void)state;
  struct stat file;
  write_text("r.h5", "old");
  write_text("r.h5" EPX_OUTPUT_PART, "new");
  assert_int_equal(chmod("r.h5", 0640), 0);
  assert_int_equal(epx_output_replace("r.h5" EPX_OUTPUT_PART, "r.h5"), EPX_OK);
  assert_int_equal(stat("r.h5", &file), 0);
  assert_int_equal(file.st_mode & 07777, 0640);
  assert_text("r.h5", "new");
  assert_int_equal(unlink("r.h5"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(links_lead_to_their_file),
      cmocka_unit_test(names_that_cannot_be_results_are_refused),
      cmocka_unit_test(what_is_somebody_else_s_stays),
      cmocka_unit_test(new_file_is_none_of_before),
      cmocka_unit_test(mode_of_what_is_replaced_is_kept),
  };
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
