/** @file
 * Store and results: what is written comes back; what is not a results file of this campaign is refused.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "io/results/results.h"
#include "io/results/store.h"
#include "small_campaign.h"

enum { N_INSTANCES = 7, N_TRIALS = SMALL_POINTS * N_INSTANCES };

static char folder[64], path[96];

static int enter_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/epilux-store-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/small.h5", folder);
  return 0;
}

static int leave_folder(void **state) {
  (void)state;
  char journal[128];
  snprintf(journal, sizeof journal, "%s.journal", path);
  unlink(path);
  unlink(journal);
  return rmdir(folder);
}

static epx_campaign *create_campaign(int seed) {
  epx_campaign *campaign;
  assert_int_equal(small_campaign_create(seed, N_INSTANCES, &campaign), EPX_OK);
  assert_int_equal(campaign->n_points, SMALL_POINTS);
  assert_int_equal(campaign->layout.size, SMALL_SIZE);
  return campaign;
}

static void fill(epx_campaign *campaign, int n) {
  for (int k = 0; k < n; k++)
    small_record(k / N_INSTANCES, k % N_INSTANCES, SMALL_SIZE, campaign->record + k * SMALL_SIZE);
}

static void write_file(epx_campaign *campaign) {
  epx_store *store;
  assert_int_equal(epx_store_create(campaign, path, &store), EPX_OK);
  assert_int_equal(epx_store_write(store, 2, 12), EPX_OK);
  epx_store_destroy(&store);
}

/* The code that reading the file into a campaign of that seed gives. */
static int read_file(int seed, epx_campaign **campaign, bool *exists) {
  epx_store *store;
  *campaign = create_campaign(seed);
  assert_int_equal(epx_store_create(*campaign, path, &store), EPX_OK);
  const int code = epx_store_read(store, exists);
  if (code == EPX_OK && *exists) assert_int_equal(epx_store_get_isa(store), epx_isa_get());
  epx_store_destroy(&store);
  return code;
}

static void records_come_back_bit_for_bit(void **state) {
  (void)state;
  static const int numbers[] = {0, 1, 11, N_TRIALS};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    epx_campaign *written = create_campaign(1), *read;
    bool exists;
    fill(written, numbers[i]);
    write_file(written);
    assert_int_equal(read_file(1, &read, &exists), EPX_OK);
    assert_true(exists);
    assert_memory_equal(read->record, written->record, N_TRIALS * SMALL_SIZE * sizeof(double));
    epx_campaign_destroy(&written);
    epx_campaign_destroy(&read);
  }
}

static void a_file_that_is_not_there_reads_as_nothing(void **state) {
  (void)state;
  epx_campaign *campaign;
  bool exists = true;
  assert_int_equal(read_file(1, &campaign, &exists), EPX_OK);
  assert_false(exists);
  epx_campaign_destroy(&campaign);
}

static void results_of_another_deck_are_refused_by_the_line_that_differs(void **state) {
  (void)state;
  epx_campaign *campaign = create_campaign(1), *other;
  bool exists;
  write_file(campaign);
  epx_campaign_destroy(&campaign);
  assert_int_equal(read_file(2, &other, &exists), EPX_EMISMATCH);
  assert_non_null(strstr(epx_error_get_message(), "seed: 1"));
  assert_non_null(strstr(epx_error_get_message(), "seed: 2"));
  epx_campaign_destroy(&other);
}

static void a_file_cut_anywhere_is_refused(void **state) {
  (void)state;
  epx_campaign *campaign = create_campaign(1);
  fill(campaign, N_TRIALS);
  struct stat whole;
  write_file(campaign);
  assert_int_equal(stat(path, &whole), 0);
  for (int part = 0; part < 20; part++) {
    write_file(campaign);
    assert_int_equal(truncate(path, whole.st_size * part / 20), 0);
    epx_results *results;
    assert_int_equal(epx_results_read(path, &results), EPX_EFORMAT);
    assert_non_null(strstr(epx_error_get_message(), path));
    assert_null(strchr(epx_error_get_message(), '\n'));
  }
  epx_campaign_destroy(&campaign);
}

static void what_is_no_results_file_is_refused(void **state) {
  (void)state;
  epx_results *results;
  const int file = open(path, O_CREAT | O_WRONLY, 0666);
  assert_true(write(file, "study: {name: deck}\n", 20) == 20);
  close(file);
  assert_int_equal(epx_results_read(path, &results), EPX_EFORMAT);
  assert_int_equal(epx_results_read(folder, &results), EPX_EFILE);
  assert_int_equal(epx_results_read("/nowhere.h5", &results), EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), "/nowhere.h5"));
}

static void a_damaged_byte_never_crashes_the_reader(void **state) {
  (void)state;
#ifdef __SANITIZE_ADDRESS__
  skip(); /* of a damaged file, HDF5 itself asks for absurd sizes and leaks a little */
#endif
  epx_campaign *campaign = create_campaign(1);
  fill(campaign, N_TRIALS);
  struct stat whole;
  write_file(campaign);
  assert_int_equal(stat(path, &whole), 0);
  for (off_t place = 0; place < whole.st_size; place += 997) {
    write_file(campaign);
    const int file = open(path, O_WRONLY);
    assert_true(pwrite(file, "\xa5", 1, place) == 1);
    close(file);
    epx_results *results;
    const int code = epx_results_read(path, &results);
    assert_true(code == EPX_OK || code == EPX_EFORMAT || code == EPX_EMEMORY || code == EPX_EMISMATCH);
    epx_results_destroy(&results);
  }
  epx_campaign_destroy(&campaign);
}

static void reports_see_file_and_journal(void **state) {
  (void)state;
  epx_campaign *campaign = create_campaign(1);
  char *name;
  fill(campaign, 10);
  write_file(campaign);
  const epx_journal_key key = {campaign->digest, SMALL_SIZE, SMALL_POINTS, N_INSTANCES};
  epx_journal *journal;
  assert_int_equal(epx_results_create_name(path, "journal", &name), EPX_OK);
  assert_int_equal(epx_journal_create(name, &key, &journal), EPX_OK);
  fill(campaign, 20);
  for (int k = 5; k < 20; k++)
    assert_int_equal(
        epx_journal_write(journal, k / N_INSTANCES, k % N_INSTANCES, campaign->record + k * SMALL_SIZE),
        EPX_OK);
  assert_int_equal(epx_journal_write_buffer(journal, false), EPX_OK);
  epx_journal_destroy(&journal);
  epx_results *results;
  assert_int_equal(epx_results_read(path, &results), EPX_OK);
  assert_int_equal(results->layout.n_metrics, 3);
  assert_int_equal(results->metric[1], EPX_METRIC_ACCURACY);
  assert_true(results->run_seconds == 2 && results->run_trials == 12);
  for (int k = 0; k < N_TRIALS; k++) {
    const double *got = results->record + (size_t)k * results->layout.size;
    assert_memory_equal(got, campaign->record + k * SMALL_SIZE, results->layout.size * sizeof *got);
  }
  epx_results_destroy(&results);
  epx_array_destroy(&name);
  epx_campaign_destroy(&campaign);
}

static void a_full_disk_leaves_the_file_of_before(void **state) {
  (void)state;
  epx_campaign *campaign = create_campaign(1);
  fill(campaign, 3);
  write_file(campaign);
  struct rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_IGN);
  epx_store *store;
  assert_int_equal(epx_store_create(campaign, path, &store), EPX_OK);
  fill(campaign, N_TRIALS);
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, before.rlim_max});
  const int code = epx_store_write(store, 1, 1);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_int_equal(code, EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), path));
  epx_store_destroy(&store);
  epx_campaign *read;
  bool exists;
  assert_int_equal(read_file(1, &read, &exists), EPX_OK);
  assert_true(read->record[2 * SMALL_SIZE] != EPX_STATE_PENDING);
  assert_true(read->record[3 * SMALL_SIZE] == EPX_STATE_PENDING);
  epx_campaign_destroy(&read);
  epx_campaign_destroy(&campaign);
}

static void a_folder_that_cannot_be_written_is_told(void **state) {
  (void)state;
  epx_campaign *campaign = create_campaign(1);
  epx_store *store;
  assert_int_equal(epx_store_create(campaign, "/nowhere/small.h5", &store), EPX_OK);
  assert_int_equal(epx_store_write(store, 0, 0), EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), "/nowhere/small.h5"));
  epx_store_destroy(&store);
  epx_campaign_destroy(&campaign);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_FOLDER(records_come_back_bit_for_bit),
      IN_FOLDER(a_file_that_is_not_there_reads_as_nothing),
      IN_FOLDER(results_of_another_deck_are_refused_by_the_line_that_differs),
      IN_FOLDER(a_file_cut_anywhere_is_refused),
      IN_FOLDER(what_is_no_results_file_is_refused),
      IN_FOLDER(a_damaged_byte_never_crashes_the_reader),
      IN_FOLDER(reports_see_file_and_journal),
      IN_FOLDER(a_full_disk_leaves_the_file_of_before),
      IN_FOLDER(a_folder_that_cannot_be_written_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
