/** @file
 * Parts: shards that are merged give every trial once; what contradicts itself is refused.
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
#include "io/recovery/journal.h"
#include "io/results/parts.h"
#include "io/results/results.h"
#include "io/results/store.h"
#include "small_campaign.h"

enum { N_INSTANCES = 7, N_TRIALS = SMALL_POINTS * N_INSTANCES, N_PARTS = 3 };

static char folder[64], out[96], path[N_PARTS][96];
static const char *paths[N_PARTS];

static int enter_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/epilux-parts-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(out, sizeof out, "%s/out.h5", folder);
  for (int k = 0; k < N_PARTS; k++) {
    snprintf(path[k], sizeof path[k], "%s/%d.h5", folder, k);
    paths[k] = path[k];
  }
  return 0;
}

static int leave_folder(void **state) {
  (void)state;
  char journal[320];
  unlink(out);
  for (int k = 0; k < N_PARTS; k++) {
    snprintf(journal, sizeof journal, "%s.journal", path[k]);
    unlink(journal);
    unlink(path[k]);
  }
  return rmdir(folder);
}

/* A part with the trials of shard k + 1 of N_PARTS; the last of them changed by `error`. Returns how many it
 * has. */
static int write_part(int seed, int k, double error) {
  epx_campaign *campaign;
  epx_store *store;
  double *last = NULL;
  int n = 0;
  assert_int_equal(small_campaign_create(seed, N_INSTANCES, &campaign), EPX_OK);
  campaign->shard = k + 1;
  campaign->n_shards = N_PARTS;
  for (int i = 0; i < SMALL_POINTS; i++)
    for (int j = 0; j < N_INSTANCES; j++)
      if (epx_campaign_has_trial(campaign, i, j)) {
        last = epx_campaign_get_record(campaign, i, j);
        small_record(i, j, SMALL_SIZE, last);
        n++;
      }
  last[3] += error;
  assert_int_equal(epx_store_create(campaign, path[k], &store), EPX_OK);
  assert_int_equal(epx_store_write(store, 0, 0), EPX_OK);
  epx_store_destroy(&store);
  epx_campaign_destroy(&campaign);
  return n;
}

static const epx_parts_options options = {0}, over = {.force = true};

static void each_trial_is_in_one_shard_and_all_are_in_the_whole(void **state) {
  (void)state;
  epx_campaign *total;
  int n = 0;
  for (int k = 0; k < N_PARTS; k++)
    n += write_part(1, k, 0);
  assert_int_equal(n, N_TRIALS);
  assert_int_equal(epx_parts_merge(out, paths, N_PARTS, &options, &total), EPX_OK);
  for (int i = 0; i < N_TRIALS; i++) {
    double expected[SMALL_SIZE];
    small_record(i / N_INSTANCES, i % N_INSTANCES, SMALL_SIZE, expected);
    assert_memory_equal(total->record + i * SMALL_SIZE, expected, sizeof expected);
  }
  epx_campaign_destroy(&total);
}

static void a_part_may_be_given_twice_but_not_contradict_itself(void **state) {
  (void)state;
  epx_campaign *total;
  write_part(1, 0, 0);
  const char *const twice[] = {path[0], path[0]};
  assert_int_equal(epx_parts_merge(out, twice, 2, &options, &total), EPX_OK);
  epx_campaign_destroy(&total);
  assert_int_equal(rename(path[0], path[1]), 0);
  write_part(1, 0, 1e-12);
  assert_int_equal(epx_parts_merge(out, paths, 2, &options, &total), EPX_EINPUT); /* it is there */
  assert_int_equal(epx_parts_merge(out, paths, 2, &over, &total), EPX_EMISMATCH);
  assert_non_null(strstr(epx_error_get_message(), path[1]));
  assert_null(total);
}

static void a_part_of_another_seed_is_refused_by_name(void **state) {
  (void)state;
  epx_campaign *total;
  write_part(1, 0, 0);
  write_part(2, 1, 0);
  assert_int_equal(epx_parts_merge(out, paths, 2, &over, &total), EPX_EMISMATCH);
  assert_non_null(strstr(epx_error_get_message(), path[1]));
  assert_non_null(strstr(epx_error_get_message(), "seed: 2"));
  assert_int_not_equal(access(out, F_OK), 0);
}

static void what_a_parts_journal_holds_is_merged_too(void **state) {
  (void)state;
  epx_campaign *total;
  epx_journal *journal;
  char *name;
  double record[SMALL_SIZE];
  write_part(1, 0, 0);
  epx_results *results;
  assert_int_equal(epx_results_read(path[0], &results), EPX_OK);
  const epx_journal_key key = {results->digest, SMALL_SIZE, SMALL_POINTS, N_INSTANCES};
  epx_results_destroy(&results);
  assert_int_equal(epx_results_create_name(path[0], "journal", &name), EPX_OK);
  assert_int_equal(epx_journal_create(name, &key, &journal), EPX_OK);
  small_record(0, 4, SMALL_SIZE, record); /* of shard 2: its block is the second */
  assert_int_equal(epx_journal_write(journal, 0, 4, record), EPX_OK);
  assert_int_equal(epx_journal_write_buffer(journal, true), EPX_OK);
  epx_journal_destroy(&journal);
  epx_array_destroy(&name);
  assert_int_equal(epx_parts_merge(out, paths, 1, &options, &total), EPX_OK);
  assert_memory_equal(epx_campaign_get_record(total, 0, 4), record, sizeof record);
  epx_campaign_destroy(&total);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(each_trial_is_in_one_shard_and_all_are_in_the_whole, enter_folder,
                                      leave_folder),
      cmocka_unit_test_setup_teardown(a_part_may_be_given_twice_but_not_contradict_itself, enter_folder,
                                      leave_folder),
      cmocka_unit_test_setup_teardown(a_part_of_another_seed_is_refused_by_name, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(what_a_parts_journal_holds_is_merged_too, enter_folder, leave_folder)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
