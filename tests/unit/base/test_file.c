/** @file
 * Files: only what has an end is opened, and no opening waits.
 */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/epx-file-XXXXXX";

static int enter_folder(void **state) {
  (void)state;
  return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state) {
  (void)state;
  return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void regular_file_is_opened_with_its_length(void **state) {
  (void)state;
  FILE *file = fopen("plain", "w");
  uint64_t length = 0;
  fputs("seven..", file);
  fclose(file);
  assert_int_equal(symlink("plain", "link"), 0);
  assert_int_equal(epx_file_open("link", &file, &length), EPX_OK);
  assert_int_equal(length, 7);
  assert_int_equal(fgetc(file), 's');
  fclose(file);
  assert_int_equal(unlink("link") + unlink("plain"), 0);
}

static void what_has_no_end_is_refused_at_once(void **state) {
  (void)state;
  static const char *const paths[] = {"/dev/zero", "pipe", "."};
  FILE *file;
  uint64_t length;
  unsigned char *bytes;
  size_t size;
  assert_int_equal(mkfifo("pipe", 0600), 0);
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    assert_int_equal(epx_file_open(paths[i], &file, &length), EPX_EINPUT);
    assert_null(file);
    assert_int_equal(epx_file_read(paths[i], &bytes, &size), EPX_EINPUT);
    assert_null(bytes);
  }
  assert_int_equal(unlink("pipe"), 0);
}

static void missing_file_is_told_by_errno(void **state) {
  (void)state;
  FILE *file;
  uint64_t length;
  assert_int_equal(epx_file_open("none", &file, &length), EPX_EFILE);
  assert_int_equal(errno, ENOENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(regular_file_is_opened_with_its_length),
      cmocka_unit_test(what_has_no_end_is_refused_at_once),
      cmocka_unit_test(missing_file_is_told_by_errno),
  };
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
