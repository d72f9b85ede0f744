/** @file
 * Trajectory: what is written is read again, every array with its unit and its axes.
 */
#include "io/fields/trajectory.h"

#include <stdio.h>
#include <unistd.h>

#include "io/deck/deck.h"
#include "io/results/archive.h"
#include "unit/random_network.h"

static const char path[] = "test_trajectory.h5";

/** A network of two nodes, and what names it. */
static epx_trajectory_subject create_subject(epx_network **network) {
  const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = 2},
                                 .n_outputs = 1,
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 1};
  assert_int_equal(epx_network_create(&spec, network), EPX_OK);
  return (epx_trajectory_subject){*network, "the: deck\n", 3, 1, 2};
}

static void check_array(epx_archive *archive, const char *name, int n_axes, const size_t *n,
                        const double *expected) {
  epx_archive_array array = {.path = name, .n_axes = n_axes};
  double got[64];
  size_t size = 1;
  char *text;
  for (int k = 0; k < n_axes; k++) {
    array.n[k] = n[k];
    size *= n[k];
  }
  assert_int_equal(epx_archive_read(archive, &array, got), EPX_OK);
  for (size_t k = 0; k < size; k++)
    assert_close(got[k], expected[k], 0);
  assert_int_equal(epx_archive_read_text(archive, name, "units", &text), EPX_OK);
  epx_array_destroy(&text);
  assert_int_equal(epx_archive_read_text(archive, name, "long_name", &text), EPX_OK);
  epx_array_destroy(&text);
}

static void transient_is_read_again(void **state) {
  (void)state;
  double time[] = {0, 1, 2}, residual[] = {3, 2, 1}, output[] = {5, 6, 7}, s[12], number;
  const size_t n_time[] = {3}, n_state[] = {3, 2, 2}, n_output[] = {3, 1};
  const epx_transient t = {.n_state = 4,
                           .n_outputs = 1,
                           .n_rows = 3,
                           .n_steps = 9,
                           .time = time,
                           .residual = residual,
                           .state = s,
                           .output = output,
                           .outcome = "oscillates",
                           .certificate = {.outcome = EPX_OSCILLATES, .period = 0.5, .abscissa = NAN}};
  epx_network *network;
  epx_archive *archive;
  char *text;
  const epx_trajectory_subject subject = create_subject(&network);
  fill("s", 12, s);
  assert_int_equal(epx_trajectory_write(path, &subject, &t), EPX_OK);
  assert_int_equal(epx_archive_create_from_file(path, &archive), EPX_OK);
  check_array(archive, "/time", 1, n_time, time);
  check_array(archive, "/residual", 1, n_time, residual);
  check_array(archive, "/state", 3, n_state, s);
  check_array(archive, "/readout", 2, n_output, output);
  assert_int_equal(epx_archive_read_number(archive, "/", "period", &number), EPX_OK);
  assert_close(number, 0.5, 0);
  assert_int_equal(epx_archive_read_text(archive, "/", "outcome", &text), EPX_OK);
  assert_string_equal(text, "oscillates");
  epx_array_destroy(&text);
  assert_int_equal(epx_archive_read_text(archive, "/", "deck", &text), EPX_OK);
  assert_string_equal(text, "the: deck\n");
  epx_array_destroy(&text);
  epx_archive_destroy(&archive);
  epx_network_destroy(&network);
  unlink(path);
}

static void both_ways_are_read_again(void **state) {
  (void)state;
  double value[] = {1, 2}, up[8], down[8], jump[] = {1.5}, out_up[] = {1, 2}, out_down[] = {3, 4};
  const double outcome[] = {EPX_OK, EPX_OSCILLATES};
  epx_certificate certificate[] = {{.outcome = EPX_OK}, {.outcome = EPX_OSCILLATES}};
  const size_t n_value[] = {2}, n_state[] = {2, 2, 2}, n_jump[] = {1}, n_output[] = {2, 1};
  const epx_hysteresis h = {.n_values = 2,
                            .n_state = 4,
                            .value = value,
                            .up = {up, certificate, 1, jump},
                            .down = {down, certificate, 0, jump}};
  epx_network *network;
  epx_archive *archive;
  size_t lengths[1];
  const epx_trajectory_subject subject = create_subject(&network);
  fill("up", 8, up);
  fill("down", 8, down);
  assert_int_equal(epx_trajectory_write_hysteresis(path, &subject, "a.b", &h, out_up, out_down), EPX_OK);
  assert_int_equal(epx_archive_create_from_file(path, &archive), EPX_OK);
  check_array(archive, "/value", 1, n_value, value);
  check_array(archive, "/state_up", 3, n_state, up);
  check_array(archive, "/state_down", 3, n_state, down);
  check_array(archive, "/readout_down", 2, n_output, out_down);
  check_array(archive, "/outcome_up", 1, n_value, outcome);
  check_array(archive, "/jump_up", 1, n_jump, jump);
  assert_int_equal(epx_archive_read_lengths(archive, "/jump_down", 1, lengths), EPX_EFORMAT);
  epx_error_reset();
  epx_archive_destroy(&archive);
  epx_network_destroy(&network);
  unlink(path);
}

static void folder_that_is_not_there_is_an_error(void **state) {
  (void)state;
  epx_network *network;
  const epx_trajectory_subject subject = create_subject(&network);
  double time[] = {0}, s[4] = {0};
  const epx_transient t = {
      .n_state = 4, .n_outputs = 1, .n_rows = 1, .time = time, .residual = time, .state = s, .output = time};
  assert_int_equal(epx_trajectory_write("no/such/folder/t.h5", &subject, &t), EPX_EFILE);
  epx_error_reset();
  epx_network_destroy(&network);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(transient_is_read_again),
      cmocka_unit_test(both_ways_are_read_again),
      cmocka_unit_test(folder_that_is_not_there_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
