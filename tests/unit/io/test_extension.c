/** @file
 * Extension: the larger campaign keeps what there was; what would not is refused.
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

#include "io/results/extension.h"
#include "io/results/store.h"
#include "small_campaign.h"

enum { N_INSTANCES = 7 };

static char folder[64], path[96];

static int enter_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/epilux-extension-XXXXXX");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/small.h5", folder);
  return 0;
}

static int leave_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static void write_file(const char *text) {
  epx_deck *deck;
  epx_campaign *campaign;
  epx_store *store;
  assert_int_equal(epx_deck_read_text("small.yaml", text, &deck), EPX_OK);
  assert_int_equal(epx_campaign_create(deck, &campaign), EPX_OK);
  assert_int_equal(epx_store_create(campaign, path, &store), EPX_OK);
  assert_int_equal(epx_store_write(store, 0, 0), EPX_OK);
  epx_store_destroy(&store);
  epx_campaign_destroy(&campaign);
}

static void write_small_file(void) {
  char text[2048];
  snprintf(text, sizeof text, SMALL_DECK, 1, N_INSTANCES);
  write_file(text);
}

static void write_design(const char *method) {
  char text[2048], *design;
  snprintf(text, sizeof text, SMALL_DECK, 1, N_INSTANCES);
  design = strstr(text, "design:");
  *design = '\0';
  snprintf(design, sizeof text - (size_t)(design - text),
           "design: {%s, factors: {network.parameters.loss: {low: 0.5, high: 1}}}\n"
           "population: {instances: 2}\nmetrics: [loss]\n",
           method);
  write_file(text);
}

static void more_instances_leave_earlier_records_where_they_belong(void **state) {
  (void)state;
  epx_extension extension;
  write_small_file();
  assert_int_equal(epx_extension_create(path, 11, 0, &extension), EPX_OK);
  const epx_campaign *larger = extension.larger;
  assert_int_equal(larger->n_points, SMALL_POINTS);
  assert_int_equal(larger->n_instances, 11);
  for (int i = 0; i < SMALL_POINTS; i++)
    for (int k = 0; k < N_INSTANCES; k++)
      small_record(i, k, SMALL_SIZE, epx_campaign_get_record(extension.earlier, i, k));
  epx_extension_merge_records(&extension);
  for (int i = 0; i < SMALL_POINTS; i++)
    for (int k = 0; k < 11; k++) {
      const double *record = epx_campaign_get_record(larger, i, k);
      if (k < N_INSTANCES)
        assert_memory_equal(record, epx_campaign_get_record(extension.earlier, i, k),
                            SMALL_SIZE * sizeof(double));
      else
        assert_true(record[0] == EPX_STATE_PENDING);
    }
  epx_extension_destroy(&extension);
}

static void nothing_asked_for_is_the_same_campaign(void **state) {
  (void)state;
  epx_extension extension;
  write_small_file();
  assert_int_equal(epx_extension_create(path, 0, 0, &extension), EPX_OK);
  assert_true(extension.larger->digest == extension.earlier->digest);
  epx_extension_destroy(&extension);
}

static void only_nested_designs_take_more_points(void **state) {
  (void)state;
  static const struct {
    const char *method, *refusal;
    int n_points;
  } cases[] = {{"method: sobol, points: 4", NULL, 16},
               {"method: sobol, points: 4", "fewer", 2},
               {"method: sobol, points: 4", "power of two", 6},
               {"method: latin-hypercube, points: 4", "does not begin with", 8},
               {"method: grid", "has no number of points", 8}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_extension extension;
    write_design(cases[i].method);
    const int code = epx_extension_create(path, 0, cases[i].n_points, &extension);
    assert_int_equal(code, cases[i].refusal ? EPX_EINPUT : EPX_OK);
    if (cases[i].refusal) {
      assert_non_null(strstr(epx_error_get_message(), cases[i].refusal));
      assert_null(extension.larger);
    } else {
      assert_int_equal(extension.larger->n_points, cases[i].n_points);
    }
    epx_extension_destroy(&extension);
  }
}

static void fewer_instances_are_refused(void **state) {
  (void)state;
  epx_extension extension;
  write_small_file();
  assert_int_equal(epx_extension_create(path, N_INSTANCES - 1, 0, &extension), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "fewer"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(more_instances_leave_earlier_records_where_they_belong, enter_folder,
                                      leave_folder),
      cmocka_unit_test_setup_teardown(nothing_asked_for_is_the_same_campaign, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(only_nested_designs_take_more_points, enter_folder, leave_folder),
      cmocka_unit_test_setup_teardown(fewer_instances_are_refused, enter_folder, leave_folder)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
