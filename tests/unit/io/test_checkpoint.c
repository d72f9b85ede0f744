/** @file
 * Checkpoint: what was written is read, whole or not at all, and by nobody else.
 */
#define _POSIX_C_SOURCE 200809L
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
#include "epilux/log.h"
#include "io/recovery/checkpoint.h"

static char folder[64], results[96], file[128];
static int n_lines;
static char line[1024];

static void take_line(void *context, epx_log_level level, const char *tag, const char *text) {
  (void)context, (void)level, (void)tag;
  n_lines++;
  snprintf(line, sizeof line, "%s", text);
}

static int enter_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/epilux-checkpoint-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(results, sizeof results, "%s/r.h5", folder);
  snprintf(file, sizeof file, "%s.checkpoint.3.8", results);
  n_lines = 0;
  epx_log_set_sink(take_line, NULL, EPX_LOG_INFO);
  return 0;
}

static int leave_folder(void **state) {
  (void)state;
  epx_checkpoint_destroy_all(results);
  return rmdir(folder);
}

static epx_checkpoint_key get_key(void) {
  return (epx_checkpoint_key){
      .results = results, .digest = 77, .i_point = 3, .first = 8, .block = 4, .n_ranks = 1};
}

enum { N = 20000 }; /* more than a chunk of reading */

static struct contents {
  int number;
  double many[N];
} kept, other;

static epx_restart create_memento(struct contents *at) {
  epx_restart restart = {.kind = 2};
  assert_int_equal(EPX_RESTART_ADD(&restart, at->number), EPX_OK);
  assert_int_equal(EPX_RESTART_ADD(&restart, at->many), EPX_OK);
  return restart;
}

static void write_kept(void) {
  const epx_checkpoint_key key = get_key();
  const epx_restart restart = create_memento(&kept);
  kept.number = 12;
  for (int k = 0; k < N; k++)
    kept.many[k] = 1.0 / (k + 1);
  assert_int_equal(epx_checkpoint_write(&key, 0, 0.25, &restart), EPX_OK);
}

/* Reads into `other`; the share. Nothing changes where there is none. */
static double read_by(const epx_checkpoint_key *key, int kind) {
  epx_restart restart = create_memento(&other);
  double share = 7;
  restart.kind = kind;
  memset(&other, 0, sizeof other);
  assert_int_equal(epx_checkpoint_read(key, &restart, &share), EPX_OK);
  if (share < 0)
    for (size_t k = 0; k < sizeof other; k++)
      assert_int_equal(((unsigned char *)&other)[k], 0);
  return share;
}

static void what_was_written_is_read(void **state) {
  (void)state;
  const epx_checkpoint_key key = get_key();
  assert_true(read_by(&key, 2) < 0);
  write_kept();
  write_kept(); /* in place of the first */
  double shares;
  assert_int_equal(epx_checkpoint_get_count(results, &shares), 1);
  assert_true(shares == 0.25);
  assert_int_equal(epx_checkpoint_get_share(&key), 250000);
  assert_true(read_by(&key, 2) == 0.25);
  assert_int_equal(other.number, kept.number);
  assert_memory_equal(other.many, kept.many, sizeof kept.many);
  assert_true(read_by(&key, 1) < 0); /* another kind of training: not this one's */
  assert_int_equal(n_lines, 0);
  epx_checkpoint_destroy(&key);
  assert_int_equal(epx_checkpoint_get_count(results, NULL), 0);
}

static void of_another_run_it_is_none(void **state) {
  (void)state;
  write_kept();
  epx_checkpoint_key keys[6];
  for (int k = 0; k < 6; k++)
    keys[k] = get_key();
  keys[0].digest++;
  keys[1].n_ranks = 2;
  keys[2].block = 8;
  static const char *const said[] = {"another deck or seed", "number of ranks", "another size"};
  for (int k = 0; k < 3; k++) {
    assert_true(read_by(&keys[k], 2) < 0);
    assert_int_equal(n_lines, k + 1);
    assert_non_null(strstr(line, said[k]));
  }
  /* In the place of another trial's. */
  char name[128];
  keys[3].first = 12;
  snprintf(name, sizeof name, "%s.checkpoint.3.12", results);
  assert_int_equal(rename(file, name), 0);
  assert_true(read_by(&keys[3], 2) < 0);
  assert_non_null(strstr(line, "another trial"));
  /* A training with other places. */
  assert_int_equal(rename(name, file), 0);
  epx_restart restart = {.kind = 2};
  double share;
  assert_int_equal(EPX_RESTART_ADD(&restart, other.number), EPX_OK);
  assert_int_equal(epx_checkpoint_read(&keys[4], &restart, &share), EPX_OK);
  assert_true(share < 0);
  assert_non_null(strstr(line, "another layout"));
}

static void any_damage_is_found(void **state) {
  (void)state;
  const epx_checkpoint_key key = get_key();
  write_kept();
  struct stat before;
  assert_int_equal(stat(file, &before), 0);
  unsigned char *bytes;
  const size_t n = (size_t)before.st_size;
  assert_int_equal(EPX_ARRAY(bytes, n + 1), EPX_OK);
  FILE *in = fopen(file, "rb");
  assert_int_equal(fread(bytes, 1, n, in), n);
  fclose(in);
  /* Cut, grown, and one bit anywhere. */
  for (size_t place = 0; place < n + 2; place += place < 160 ? 5 : 6007) {
    const size_t size = place == 5 ? n / 2 : place == 10 ? n + 1 : place == 15 ? 40 : n;
    n_lines = 0;
    if (place < n) bytes[place] ^= 4;
    FILE *out = fopen(file, "wb");
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    fclose(out);
    if (place < n) bytes[place] ^= 4;
    assert_true(read_by(&key, 2) < 0);
    assert_int_equal(n_lines, 1);
  }
  epx_array_destroy(&bytes);
}

static void only_own_files_are_counted_and_removed(void **state) {
  (void)state;
  static const char *const names[] = {"r.h5.checkpoint.0.0.part3", "r.h5.checkpoint.notes", "r.h5.journal",
                                      "other.h5.checkpoint.3.8", "r.h5.checkpoint.3.8.old"};
  char name[192];
  write_kept();
  for (size_t k = 0; k < 5; k++) {
    snprintf(name, sizeof name, "%s/%s", folder, names[k]);
    fclose(fopen(name, "w"));
  }
  assert_int_equal(epx_checkpoint_get_count(results, NULL), 1);
  epx_checkpoint_destroy_all(results);
  assert_int_equal(epx_checkpoint_get_count(results, NULL), 0);
  for (size_t k = 0; k < 5; k++) {
    snprintf(name, sizeof name, "%s/%s", folder, names[k]);
    assert_int_equal(access(name, F_OK) == 0, k > 0);
    unlink(name);
  }
}

static void what_cannot_be_written_leaves_what_was_there(void **state) {
  (void)state;
  epx_checkpoint_key key = get_key();
  const epx_restart restart = create_memento(&kept);
  char name[192];
  write_kept();
  snprintf(name, sizeof name, "%s.part5", file);
  assert_int_equal(mkdir(name, 0777), 0);
  assert_int_equal(epx_checkpoint_write(&key, 5, 0.5, &restart), EPX_EINPUT);
  assert_int_equal(rmdir(name), 0);
  assert_true(read_by(&key, 2) == 0.25);
  key.results = "/nowhere/r.h5";
  assert_int_equal(epx_checkpoint_write(&key, 0, 0.5, &restart), EPX_EFILE);
  assert_int_equal(epx_checkpoint_get_count(key.results, NULL), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_was_written_is_read, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(of_another_run_it_is_none, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(any_damage_is_found, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(only_own_files_are_counted_and_removed, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(what_cannot_be_written_leaves_what_was_there, enter_folder,
                                      leave_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
