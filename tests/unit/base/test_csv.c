/** @file
 * CSV: the cells of RFC 4180 in the files that spreadsheets and other systems write, and one clear line for
 * what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/array.h"
#include "base/csv.h"
#include "base/file.h"

static const char name[] = "test_csv.tmp";

static void write_bytes(const void *bytes, size_t size, bool zipped) {
  gzFile file = gzopen(name, zipped ? "wb" : "wbT");
  assert_non_null(file);
  assert_int_equal(gzwrite(file, bytes, (unsigned)size), size);
  assert_int_equal(gzclose(file), Z_OK);
}

/* All rows of a file, a row a line, its cells between bars. */
static int read_rows(const char *text, size_t size, bool zipped, bool comments, char *rows) {
  epx_csv *csv;
  bool more = true;
  *rows = '\0';
  write_bytes(text, size, zipped);
  int code = epx_csv_create(name, comments, &csv);
  while (code == EPX_OK && more) {
    code = epx_csv_read_row(csv, &more);
    for (size_t k = 0; code == EPX_OK && k < csv->n_cells; k++)
      sprintf(rows + strlen(rows), "%s%s", csv->cells[k], k + 1 < csv->n_cells ? "|" : ";");
  }
  epx_csv_destroy(&csv);
  remove(name);
  return code;
}

static void rows_are_the_same_in_every_spelling(void **state) {
  (void)state;
  static const struct {
    const char *text, *rows;
  } cases[] = {
      {"a,b\n1,2\n", "a|b;1|2;"},
      {"a,b\r\n1,2\r\n", "a|b;1|2;"},
      {"a,b\r1,2", "a|b;1|2;"},
      {"\xEF\xBB\xBF"
       "a,b\n1,2",
       "a|b;1|2;"},
      {" a ,\tb\n\n  \n1 , 2 \n", "a|b;1|2;"},
      {"\"a\",\"b\"\n\"1\" , \"2\"\n", "a|b;1|2;"},
      {"\"x, mm\",\"say \"\"y\"\"\"\n1,2\n", "x, mm|say \"y\";1|2;"},
      {"\"two\nlines\",b\r\n1,\"\"\n", "two\nlines|b;1|;"},
      {"5\" pipe,\"a\"\n1,2\n", "5\" pipe|a;1|2;"},
      {"a\"b,\"x\ny\"\n,\n", "a\"b|x\ny;|;"},
      {"\" kept \",b\n", " kept |b;"},
      {",\n,,\n", "|;||;"},
      {"", ""},
      {"\n\n", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    for (int zipped = 0; zipped < 2; zipped++) {
      char rows[256];
      const int code = read_rows(cases[i].text, strlen(cases[i].text), zipped, false, rows);
      if (code != EPX_OK) fail_msg("%zu: %s", i, epx_error_get_message());
      assert_string_equal(rows, cases[i].rows);
    }
  }
}

static void comments_are_skipped_where_they_are_asked_for(void **state) {
  (void)state;
  static const char text[] = "# first\na,b\n  # \"not closed\n1,2\n";
  char rows[256];
  assert_int_equal(read_rows(text, sizeof text - 1, false, true, rows), EPX_OK);
  assert_string_equal(rows, "a|b;1|2;");
}

static void lines_are_counted_through_cells_that_span_them(void **state) {
  (void)state;
  static const char text[] = "\"a\nb\r\nc\",d\n\n1,2\r\n\"3\"x,4\n";
  epx_csv *csv;
  bool more;
  write_bytes(text, sizeof text - 1, false);
  assert_int_equal(epx_csv_create(name, false, &csv), EPX_OK);
  for (int pass = 0; pass < 2; pass++) {
    epx_csv_rewind(csv);
    assert_int_equal(epx_csv_read_row(csv, &more), EPX_OK);
    assert_int_equal(csv->line, 1);
    assert_int_equal(epx_csv_read_row(csv, &more), EPX_OK);
    assert_int_equal(csv->line, 5);
    assert_int_equal(epx_csv_read_row(csv, &more), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "test_csv.tmp:6: text after the closing quote"));
  }
  epx_csv_destroy(&csv);
  remove(name);
}

static void what_is_no_text_is_refused_at_its_line(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t size;
    const char *said;
  } cases[] = {{"1,2,a\n3,4,b\n\0", 13, ":3: contains a zero byte"},
               {"154,0\n\0\0\0\0\xB8\0?\xF9s,3\n", 18, ":2: contains a zero byte"},
               {"\xFF\xFE"
                "1\0,\0",
                6, ":1: a text in UTF-16"},
               {"1,2\n\"3,4\n5,6\n", 13, ":2: a quote that is not closed"},
               {"1,2\n\"3\" 4,5\n", 12, ":2: text after the closing quote"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char rows[256];
    assert_int_equal(read_rows(cases[i].text, cases[i].size, false, false, rows), EPX_EINPUT);
    if (!strstr(epx_error_get_message(), cases[i].said)) fail_msg("%s", epx_error_get_message());
  }
}

static void folders_and_devices_are_refused(void **state) {
  (void)state;
  static const char *const paths[] = {".", "/dev/zero", "/dev/null"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    unsigned char *bytes;
    size_t size;
    assert_int_equal(epx_file_read(paths[i], &bytes, &size), EPX_EINPUT);
    assert_null(bytes);
    assert_non_null(strstr(epx_error_get_message(), "not a regular file"));
  }
}

static void a_beginning_is_no_longer_than_asked_for(void **state) {
  (void)state;
  for (int zipped = 0; zipped < 2; zipped++) {
    unsigned char *bytes;
    size_t size;
    write_bytes("0123456789", 10, zipped);
    assert_int_equal(epx_file_read_beginning(name, 4, &bytes, &size), EPX_OK);
    assert_int_equal(size, 4);
    assert_string_equal((char *)bytes, "0123");
    epx_array_destroy(&bytes);
    assert_int_equal(epx_file_read_beginning(name, 40, &bytes, &size), EPX_OK);
    assert_int_equal(size, 10);
    epx_array_destroy(&bytes);
  }
  remove(name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_the_same_in_every_spelling),
      cmocka_unit_test(comments_are_skipped_where_they_are_asked_for),
      cmocka_unit_test(lines_are_counted_through_cells_that_span_them),
      cmocka_unit_test(what_is_no_text_is_refused_at_its_line),
      cmocka_unit_test(folders_and_devices_are_refused),
      cmocka_unit_test(a_beginning_is_no_longer_than_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
