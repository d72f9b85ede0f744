/** @file
 * Log: what reaches the sink.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "epilux/log.h"

typedef struct {
  int n_lines;
  epx_log_level level;
  char tag[32], line[2048];
} heard;

static void hear(void *context, epx_log_level level, const char *tag, const char *line) {
  heard *ear = context;
  ear->n_lines++;
  ear->level = level;
  strncpy(ear->tag, tag, sizeof ear->tag - 1);
  strncpy(ear->line, line, sizeof ear->line - 1);
}

static void line_reaches_the_sink_with_its_level_and_tag(void **state) {
  (void)state;
  heard ear = {0};
  epx_log_set_sink(hear, &ear, EPX_LOG_INFO);
  epx_log_write(EPX_LOG_WARNING, "store", "%s: %d points", "disk", 3);
  assert_int_equal(ear.n_lines, 1);
  assert_int_equal(ear.level, EPX_LOG_WARNING);
  assert_string_equal(ear.tag, "store");
  assert_string_equal(ear.line, "disk: 3 points");
}

static void lines_above_the_highest_level_are_dropped(void **state) {
  (void)state;
  for (int highest = EPX_LOG_ERROR; highest <= EPX_LOG_DEBUG; highest++) {
    heard ear = {0};
    epx_log_set_sink(hear, &ear, (epx_log_level)highest);
    for (int level = EPX_LOG_ERROR; level <= EPX_LOG_DEBUG; level++)
      epx_log_write((epx_log_level)level, "log", "x");
    assert_int_equal(ear.n_lines, highest + 1);
    assert_int_equal(ear.level, highest);
  }
}

static void without_a_sink_lines_are_dropped(void **state) {
  (void)state;
  heard ear = {0};
  epx_log_set_sink(hear, &ear, EPX_LOG_DEBUG);
  epx_log_set_sink(NULL, &ear, EPX_LOG_DEBUG);
  epx_log_write(EPX_LOG_ERROR, "log", "x");
  assert_int_equal(ear.n_lines, 0);
}

static void long_line_is_cut_at_1023_characters(void **state) {
  (void)state;
  heard ear = {0};
  epx_log_set_sink(hear, &ear, EPX_LOG_INFO);
  epx_log_write(EPX_LOG_INFO, "log", "%05000d", 1);
  assert_int_equal(strlen(ear.line), 1023);
}

static void what_is_said_once_is_not_said_again(void **state) {
  (void)state;
  heard ear = {0};
  epx_log_set_sink(hear, &ear, EPX_LOG_INFO);
  for (int k = 0; k < 6; k++)
    epx_log_write_once(EPX_LOG_INFO, "log", "part %d", k % 3);
  assert_int_equal(ear.n_lines, 3);
  assert_string_equal(ear.line, "part 2");
  epx_log_set_sink(hear, &ear, EPX_LOG_INFO);
  epx_log_write_once(EPX_LOG_INFO, "log", "part %d", 2);
  assert_int_equal(ear.n_lines, 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(line_reaches_the_sink_with_its_level_and_tag),
      cmocka_unit_test(lines_above_the_highest_level_are_dropped),
      cmocka_unit_test(without_a_sink_lines_are_dropped),
      cmocka_unit_test(what_is_said_once_is_not_said_again),
      cmocka_unit_test(long_line_is_cut_at_1023_characters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
