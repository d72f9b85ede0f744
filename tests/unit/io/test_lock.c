/** @file
 * Lock: excludes another process, and only while that one lives.
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/recovery/lock.h"

static char folder[64], path[96];

static int enter_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/epilux-lock-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/results.h5.lock", folder);
  return 0;
}

static int leave_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

/* Starts a process that holds the lock until it is killed; returns once it does. */
static pid_t start_holder(void) {
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    epx_lock *lock;
    const char code = (char)epx_lock_create(path, &lock);
    if (write(ready[1], &code, 1) == 1) pause();
    _exit(1);
  }
  char code = 1;
  assert_int_equal(read(ready[0], &code, 1), 1);
  assert_int_equal(code, EPX_OK);
  close(ready[0]);
  close(ready[1]);
  return child;
}

static void stop(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

static void a_held_lock_names_its_holder(void **state) {
  (void)state;
  const pid_t child = start_holder();
  epx_lock *lock;
  char holder[128], process[32];
  snprintf(process, sizeof process, "process %ld ", (long)child);
  assert_int_equal(epx_lock_create(path, &lock), EPX_EBUSY);
  assert_null(lock);
  assert_non_null(strstr(epx_error_get_message(), process));
  assert_true(epx_lock_get_holder(path, holder, sizeof holder) > 0);
  assert_non_null(strstr(holder, process));
  stop(child);
}

static void a_killed_process_holds_nothing(void **state) {
  (void)state;
  stop(start_holder());
  epx_lock *lock;
  char holder[128];
  assert_int_equal(epx_lock_get_holder(path, holder, sizeof holder), 0);
  assert_int_equal(epx_lock_create(path, &lock), EPX_OK);
  epx_lock_destroy(&lock);
  assert_null(lock);
}

static void a_lock_given_back_leaves_no_file(void **state) {
  (void)state;
  epx_lock *lock;
  assert_int_equal(epx_lock_create(path, &lock), EPX_OK);
  assert_int_equal(access(path, F_OK), 0);
  epx_lock_destroy(&lock);
  assert_int_equal(access(path, F_OK), -1);
  epx_lock_destroy(&lock);
}

static void a_folder_that_is_not_there_is_a_file_error(void **state) {
  (void)state;
  epx_lock *lock;
  assert_int_equal(epx_lock_create("/nowhere/at/all.lock", &lock), EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), "/nowhere/at/all.lock"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_held_lock_names_its_holder, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(a_killed_process_holds_nothing, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(a_lock_given_back_leaves_no_file, enter_folder, leave_folder),
      cmocka_unit_test(a_folder_that_is_not_there_is_a_file_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
