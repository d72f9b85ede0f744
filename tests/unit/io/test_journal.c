/** @file
 * Journal: gives back what was written, cuts what was not, and takes nothing that was damaged.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
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

#include "io/recovery/checksum.h"

#include "io/recovery/journal.h"

enum { N_VALUES = 5, N_POINTS = 7, N_INSTANCES = 11, HEADER_BYTES = 64, RECORD_BYTES = 8 + 8 * N_VALUES + 8 };

static const epx_journal_key key = {0xfeed, N_VALUES, N_POINTS, N_INSTANCES};
static char folder[64], path[96];

static int enter_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/epilux-journal-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/results.h5.journal", folder);
  return 0;
}

static int leave_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static void fill_record(int k, double *record) {
  for (int v = 0; v < N_VALUES; v++)
    record[v] = 1.0 / (1 + v + N_VALUES * k);
}

static void write_records(int n) {
  epx_journal *journal;
  assert_int_equal(epx_journal_create(path, &key, &journal), EPX_OK);
  for (int k = 0; k < n; k++) {
    double record[N_VALUES];
    fill_record(k, record);
    assert_int_equal(epx_journal_write(journal, k / N_INSTANCES, k % N_INSTANCES, record), EPX_OK);
  }
  assert_int_equal(epx_journal_write_buffer(journal, true), EPX_OK);
  epx_journal_destroy(&journal);
}

typedef struct {
  int n_times[N_POINTS * N_INSTANCES];
} seen_records;

static void see(void *context, int i_point, int i_instance, size_t size, const double *record) {
  seen_records *seen = context;
  const int k = i_point * N_INSTANCES + i_instance;
  double expected[N_VALUES];
  fill_record(k, expected);
  assert_int_equal(size, N_VALUES);
  assert_memory_equal(record, expected, sizeof expected);
  seen->n_times[k]++;
}

/* Reads and checks that exactly the records of first … last-1 but `missing` come, once each. */
static epx_journal_report read_records(int n, int missing) {
  seen_records seen = {0};
  epx_journal_report report;
  assert_int_equal(epx_journal_read(path, &key, see, &seen, &report), EPX_OK);
  for (int k = 0; k < N_POINTS * N_INSTANCES; k++)
    assert_int_equal(seen.n_times[k], k < n && k != missing);
  assert_int_equal(report.n_records, n - (missing >= 0 && missing < n));
  return report;
}

static void overwrite(off_t place, const void *bytes, size_t n) {
  const int file = open(path, O_WRONLY);
  assert_true(pwrite(file, bytes, n, place) == (ssize_t)n);
  close(file);
}

static void records_come_back_bit_for_bit(void **state) {
  (void)state;
  write_records(50);
  const epx_journal_report report = read_records(50, -1);
  assert_true(report.exists && !report.torn);
  assert_int_equal(report.n_damaged, 0);
}

static void a_missing_or_empty_file_is_an_empty_journal(void **state) {
  (void)state;
  assert_false(read_records(0, -1).exists);
  close(open(path, O_CREAT | O_WRONLY, 0666));
  assert_false(read_records(0, -1).exists);
}

static void a_tail_torn_at_any_byte_loses_only_its_record(void **state) {
  (void)state;
  enum { N = 3 };
  write_records(N);
  for (off_t length = HEADER_BYTES + N * RECORD_BYTES; length-- > HEADER_BYTES;) {
    assert_int_equal(truncate(path, length), 0);
    const int n_whole = (int)((length - HEADER_BYTES) / RECORD_BYTES);
    const epx_journal_report report = read_records(n_whole, -1);
    assert_int_equal(report.torn, (length - HEADER_BYTES) % RECORD_BYTES != 0);
    assert_int_equal(report.n_damaged, 0);
  }
}

static void a_tail_of_zeros_is_torn(void **state) {
  (void)state;
  write_records(3);
  assert_int_equal(truncate(path, HEADER_BYTES + 9 * RECORD_BYTES), 0);
  const epx_journal_report report = read_records(3, -1);
  assert_true(report.torn);
  assert_int_equal(report.n_damaged, 0);
}

static void a_damaged_record_is_passed_over_and_told(void **state) {
  (void)state;
  for (int byte = 0; byte < RECORD_BYTES; byte++) {
    write_records(10);
    unsigned char bytes[HEADER_BYTES + 10 * RECORD_BYTES];
    const off_t place = HEADER_BYTES + 4 * RECORD_BYTES + byte;
    const int file = open(path, O_RDONLY);
    assert_true(read(file, bytes, sizeof bytes) == (ssize_t)sizeof bytes);
    close(file);
    bytes[place] ^= 1;
    overwrite(place, bytes + place, 1);
    const epx_journal_report report = read_records(10, 4);
    assert_int_equal(report.n_damaged, 1);
    assert_false(report.torn);
  }
}

static void a_journal_of_another_campaign_is_refused(void **state) {
  (void)state;
  write_records(2);
  const epx_journal_key others[] = {{0xbeef, N_VALUES, N_POINTS, N_INSTANCES},
                                    {0xfeed, N_VALUES + 1, N_POINTS, N_INSTANCES},
                                    {0xfeed, N_VALUES, N_POINTS + 1, N_INSTANCES},
                                    {0xfeed, N_VALUES, N_POINTS, N_INSTANCES + 1}};
  epx_journal_report report;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_int_equal(epx_journal_read(path, &others[i], see, NULL, &report), EPX_EMISMATCH);
  const epx_journal_key any_size = {0xfeed, 0, N_POINTS, N_INSTANCES};
  seen_records seen = {0};
  assert_int_equal(epx_journal_read(path, &any_size, see, &seen, &report), EPX_OK);
}

static void what_is_no_journal_is_refused(void **state) {
  (void)state;
  seen_records seen = {0};
  epx_journal_report report;
  for (off_t place = 0; place < HEADER_BYTES; place += 8) {
    unlink(path);
    write_records(2);
    overwrite(place, "?", 1);
    assert_int_equal(epx_journal_read(path, &key, see, &seen, &report), EPX_EFORMAT);
    assert_non_null(strstr(epx_error_get_message(), path));
  }
}

static void journal_of_another_format_says_how_to_finish_it(void **state) {
  (void)state;
  epx_journal_report report;
  uint64_t header[HEADER_BYTES / 8];
  epx_checksum_table table;
  epx_checksum_init(&table);
  write_records(2);
  const int file = open(path, O_RDONLY);
  assert_true(pread(file, header, sizeof header, 0) == (ssize_t)sizeof header);
  close(file);
  memcpy((char *)header + 7, "2", 1);
  header[7] = epx_checksum_eval(&table, 0, header, 7 * sizeof *header);
  overwrite(0, header, sizeof header);
  assert_int_equal(epx_journal_read(path, &key, see, NULL, &report), EPX_EFORMAT);
  assert_non_null(strstr(epx_error_get_message(), "a journal of format 2"));
  assert_non_null(strstr(epx_error_get_message(), "with the version that started it"));
}

static void journal_without_an_end_is_none(void **state) {
  (void)state;
  epx_journal_report report;
  seen_records seen = {0};
  write_records(2);
  assert_int_equal(truncate(path, (off_t)1 << 40), 0); /* holes, which take no room */
  assert_int_equal(epx_journal_read(path, &key, see, &seen, &report), EPX_EFORMAT);
  assert_non_null(strstr(epx_error_get_message(), path));
}

/* A header that is whole and right but for what it announces: no memory is asked for it. */
static void journal_that_announces_more_than_it_holds_has_no_record(void **state) {
  (void)state;
  epx_journal *journal;
  epx_journal_report report;
  const epx_journal_key any = {key.digest, 0, N_POINTS, N_INSTANCES};
  epx_journal_key large = key;
  write_records(2);
  uint64_t header[HEADER_BYTES / 8];
  epx_checksum_table table;
  epx_checksum_init(&table);
  const int file = open(path, O_RDONLY);
  assert_true(pread(file, header, sizeof header, 0) == (ssize_t)sizeof header);
  close(file);
  large.size = (size_t)1 << 60;
  header[3] = large.size;
  header[7] = epx_checksum_eval(&table, 0, header, 7 * sizeof *header);
  overwrite(0, header, sizeof header);
  assert_int_equal(epx_journal_read(path, &any, see, NULL, &report), EPX_OK);
  assert_true(report.torn && report.n_records == 0);
  assert_int_equal(epx_journal_read(path, &large, see, NULL, &report), EPX_OK);
  assert_int_equal(epx_journal_create(path, &key, &journal), EPX_OK);
  epx_journal_destroy(&journal);
}

static void records_of_a_journal_with_another_header_are_none(void **state) {
  (void)state;
  write_records(5);
  unsigned char bytes[5 * RECORD_BYTES];
  const int file = open(path, O_RDONLY);
  assert_true(pread(file, bytes, sizeof bytes, HEADER_BYTES) == (ssize_t)sizeof bytes);
  close(file);
  const epx_journal_key other = {0xbeef, N_VALUES, N_POINTS, N_INSTANCES};
  epx_journal *journal;
  assert_int_equal(epx_journal_create(path, &other, &journal), EPX_OK);
  epx_journal_destroy(&journal);
  overwrite(HEADER_BYTES, bytes, sizeof bytes);
  epx_journal_report report;
  assert_int_equal(epx_journal_read(path, &other, see, NULL, &report), EPX_OK);
  assert_int_equal(report.n_records, 0);
}

static void an_emptied_journal_takes_new_records(void **state) {
  (void)state;
  epx_journal *journal;
  double record[N_VALUES];
  fill_record(0, record);
  assert_int_equal(epx_journal_create(path, &key, &journal), EPX_OK);
  for (int turn = 0; turn < 3; turn++) {
    assert_int_equal(epx_journal_write(journal, 0, 0, record), EPX_OK);
    assert_int_equal(epx_journal_write_buffer(journal, turn == 1), EPX_OK);
    read_records(1, -1);
    assert_int_equal(epx_journal_set_empty(journal), EPX_OK);
    read_records(0, -1);
  }
  epx_journal_destroy(&journal);
}

static void a_full_disk_is_told_and_keeps_whole_records(void **state) {
  (void)state;
  struct rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  const struct rlimit tight = {HEADER_BYTES + 20 * RECORD_BYTES + 13, before.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  epx_journal *journal;
  assert_int_equal(epx_journal_create(path, &key, &journal), EPX_OK);
  setrlimit(RLIMIT_FSIZE, &tight);
  int code = EPX_OK, n = 0;
  for (; code == EPX_OK && n < 50; n++) {
    double record[N_VALUES];
    fill_record(n, record);
    assert_int_equal(epx_journal_write(journal, n / N_INSTANCES, n % N_INSTANCES, record), EPX_OK);
    code = epx_journal_write_buffer(journal, false);
  }
  setrlimit(RLIMIT_FSIZE, &before);
  assert_int_equal(code, EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), path));
  epx_journal_destroy(&journal);
  assert_false(read_records(20, -1).torn);
}

static void a_journal_removed_under_its_writer_is_told(void **state) {
  (void)state;
  epx_journal *journal;
  assert_int_equal(epx_journal_create(path, &key, &journal), EPX_OK);
  unlink(path);
  assert_int_equal(epx_journal_write_buffer(journal, true), EPX_EFILE);
  assert_non_null(strstr(epx_error_get_message(), "removed"));
  epx_journal_destroy(&journal);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_FOLDER(records_come_back_bit_for_bit),
      IN_FOLDER(a_missing_or_empty_file_is_an_empty_journal),
      IN_FOLDER(a_tail_torn_at_any_byte_loses_only_its_record),
      IN_FOLDER(a_tail_of_zeros_is_torn),
      IN_FOLDER(a_damaged_record_is_passed_over_and_told),
      IN_FOLDER(a_journal_of_another_campaign_is_refused),
      IN_FOLDER(what_is_no_journal_is_refused),
      IN_FOLDER(journal_of_another_format_says_how_to_finish_it),
      IN_FOLDER(journal_without_an_end_is_none),
      IN_FOLDER(journal_that_announces_more_than_it_holds_has_no_record),
      IN_FOLDER(records_of_a_journal_with_another_header_are_none),
      IN_FOLDER(an_emptied_journal_takes_new_records),
      IN_FOLDER(a_full_disk_is_told_and_keeps_whole_records),
      IN_FOLDER(a_journal_removed_under_its_writer_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
