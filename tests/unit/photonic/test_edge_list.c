/** @file
 * Edge lists: what a Matrix Market file gives, what is said of it, and what is refused at its line.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <zlib.h>

#include "unit/assert_close.h"

#include "base/array.h"
#include "epilux/log.h"
#include "io/deck/deck.h"
#include "photonic/network.h"

#define BANNER "%%MatrixMarket matrix coordinate real symmetric\n"
#define PATTERN "%%MatrixMarket matrix coordinate pattern symmetric\n"
#define GENERAL "%%MatrixMarket matrix coordinate real general\n"

static char logged[1024], path[] = "/tmp/epilux-edges-XXXXXX";

static void keep_log(void *context, epx_log_level level, const char *tag, const char *line) {
  (void)context, (void)level, (void)tag;
  strncat(logged, line, sizeof logged - strlen(logged) - 1);
}

/** Makes the topology of a file of this text; *code out. */
static epx_topology *read_text(const char *text, int *code) {
  epx_topology *topology = NULL;
  const epx_topology_spec spec = {.kind = EPX_EDGE_LIST, .path = path};
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
  logged[0] = '\0';
  *code = epx_topology_create(&spec, &topology);
  return topology;
}

static const struct {
  const char *text;
  int n_nodes;
  size_t n_links;
  epx_link links[4];
  double couplings[4];
  const char *said; /* in the log; NULL: nothing */
} good[] = {
    {BANNER "% a comment\n\n4 4 3\n2 1 .5\n3 2 -1e-1\n4 3 2\n",
     4,
     3,
     {{0, 1}, {1, 2}, {2, 3}},
     {.5, -.1, 2},
     NULL},
    {GENERAL "3 3 4\n1 2 1\n2 1 1\n2 3 4\n3 2 4\n", 3, 2, {{0, 1}, {1, 2}}, {1, 4}, NULL},
    {GENERAL "3 3 3\n1 2 1\n2 1 2\n2 3 4\n", 3, 2, {{0, 1}, {1, 2}}, {1.5, 4}, "2 of its 2 links"},
    {BANNER "2 2 2\n1 1 9\n2 1 3\n", 2, 1, {{0, 1}}, {3}, "1 entries of the diagonal are left out"},
    {BANNER "2 2 3\n2 1 1\n1 2 3\n2 1 2\n", 2, 1, {{0, 1}}, {2}, "1 of its 1 links are given more than once"},
    {GENERAL "3 3 5\n2 1 1\n2 1 3\n1 2 2\n3 2 1\n2 3 1\n",
     3,
     2,
     {{0, 1}, {1, 2}},
     {2, 1},
     "1 of its 2 links are given more than once"},
    {"%%MatrixMarket matrix coordinate real general\r\n% windows\r\n2 2 2\r\n1 2 1\r\n2 1 1",
     2,
     1,
     {{0, 1}},
     {1},
     NULL},
    {BANNER "5 5 2\n2 1 1\n5 4 1\n", 5, 2, {{0, 1}, {3, 4}}, {1, 1}, "falls into 3 parts"},
    {BANNER "1 1 0\n", 1, 0, {{0, 0}}, {0}, NULL},
};

static void entries_are_links_with_their_couplings(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
    int code;
    epx_topology *topology = read_text(good[k].text, &code);
    assert_int_equal(code, EPX_OK);
    assert_int_equal(topology->n_nodes, good[k].n_nodes);
    assert_int_equal(topology->n_links, good[k].n_links);
    for (size_t l = 0; l < good[k].n_links; l++) {
      assert_int_equal(topology->links[l].i, good[k].links[l].i);
      assert_int_equal(topology->links[l].j, good[k].links[l].j);
      assert_close(topology->couplings[l], good[k].couplings[l], 0);
    }
    if (good[k].said ? !strstr(logged, good[k].said) : logged[0] != '\0') fail_msg("said '%s'", logged);
    epx_topology_destroy(&topology);
  }
}

static void pattern_has_links_without_couplings(void **state) {
  (void)state;
  int code;
  epx_topology *topology = read_text(PATTERN "2 2 1\n2 1\n", &code);
  assert_int_equal(code, EPX_OK);
  assert_true(epx_topology_is_pattern(path));
  assert_int_equal(topology->n_links, 1);
  assert_null(topology->couplings);
  epx_topology_destroy(&topology);
  topology = read_text(good[0].text, &code);
  assert_false(epx_topology_is_pattern(path));
  assert_false(epx_topology_is_pattern("/nowhere/links.mtx"));
  epx_topology_destroy(&topology);
}

/** Longer than any buffer: as many as the entries were once read into. */
static void long_lines_are_lines(void **state) {
  (void)state;
  enum { LENGTH = 5000 };
  int code;
  char *text = NULL;
  assert_int_equal(EPX_ARRAY(text, LENGTH + 200), EPX_OK);
  const int n = snprintf(text, 200, "%s%% ", BANNER);
  for (int k = 0; k < LENGTH; k++)
    text[n + k] = k % 2 ? '7' : ' ';
  strcpy(text + n + LENGTH, "\n2 2 1\n2 1 .5\n");
  epx_topology *topology = read_text(text, &code);
  assert_int_equal(code, EPX_OK);
  assert_int_equal(topology->n_links, 1);
  assert_close(topology->couplings[0], .5, 0);
  epx_topology_destroy(&topology);
  epx_array_destroy(&text);
}

static void many_entries_find_room(void **state) {
  (void)state;
  enum { N = 3000, WORD = 16 };
  int code;
  char *text = NULL;
  assert_int_equal(EPX_ARRAY(text, N * WORD + 200), EPX_OK);
  char *at = text + sprintf(text, "%s%d %d %d\n", PATTERN, N, N, N - 1);
  for (int k = N; k > 1; k--)
    at += sprintf(at, "%d %d\n", k, k - 1);
  epx_topology *topology = read_text(text, &code);
  assert_int_equal(code, EPX_OK);
  assert_int_equal(topology->n_links, N - 1);
  for (int l = 0; l < N - 1; l++)
    assert_true(topology->links[l].i == l && topology->links[l].j == l + 1);
  epx_topology_destroy(&topology);
  epx_array_destroy(&text);
}

static void what_is_no_file_is_refused(void **state) {
  (void)state;
  static const char *const none[] = {"/nowhere/links.mtx", "/tmp", ""};
  for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
    epx_topology *topology = NULL;
    const epx_topology_spec spec = {.kind = EPX_EDGE_LIST, .path = none[k]};
    assert_int_equal(epx_topology_create(&spec, &topology), EPX_EINPUT);
    assert_non_null(strstr(epx_error_get_message(), "network.topology.path"));
  }
}

static const struct {
  const char *text, *says;
} bad[] = {
    {"", ":1: the first line"},
    {"1 2 3\n", ":1: the first line"},
    {"%%MatrixMarket matrix array real general\n", ":1: the first line"},
    {"%%MatrixMarket matrix coordinate complex general\n", ":1: values of kind 'complex'"},
    {"%%MatrixMarket matrix coordinate real hermitian\n", ":1: symmetry 'hermitian'"},
    {BANNER "3 4 1\n", ":2: 3 rows and 4 columns"},
    {BANNER "3 3\n", ":2: expected the numbers of rows"},
    {BANNER "3 3 -1\n", ":2: -1 entries"},
    {BANNER "3 3 2\n2 1 1\n4 1 1\n", ":4: row 4 is out of range: nodes are 1 to 3"},
    {BANNER "3 3 1\n2 0 1\n", ":3: column 0 is out of range"},
    {BANNER "3 3 1\n2 99999999999999999999 1\n", ":3: column"},
    {BANNER "3 3 1\n2 x 1\n", ":3: expected a column, not 'x'"},
    {BANNER "3 3 1\n2 1.5 1\n", ":3: expected a column, not '1.5'"},
    {BANNER "3 3 1\n2 1\n", ":3: expected a finite number"},
    {BANNER "3 3 1\n2 1 nan\n", ":3: expected a finite number, not 'nan'"},
    {BANNER "3 3 1\n2 1 1.0D-1\n", ":3: expected a finite number, not '1.0D-1'"},
    {BANNER "3 3 1\n2 1 1 7\n", ":3: unexpected '7' after row, column and value"},
    {PATTERN "3 3 1\n2 1 7\n", ":3: unexpected '7' after row and column; a pattern has no values"},
    {BANNER "3 3 1 1\n2 1 1\n", ":2: expected the numbers of rows"},
    {BANNER, ":2: expected the numbers of rows, columns and entries, but the file ends"},
    {BANNER "3 3 4000000000000000000\n2 1 1\n", ":3: the file ends after 1 of 4000000000000000000 entries"},
    {"%%MatrixMarket matrix coordinate real symmetric skew\n", ":1: the first line"},
    {BANNER "3 3 2\n2 1 1\n", "the file ends after 1 of 2 entries"},
    {BANNER "3 3 1\n2 1 1\n3 1 1\n", ":4: more entries than the 1"},
};

static void bad_lines_are_refused_at_their_place(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
    int code;
    assert_null(read_text(bad[k].text, &code));
    assert_int_equal(code, EPX_EINPUT);
    if (!strstr(epx_error_get_message(), bad[k].says)) {
      fail_msg("'%s' is not in '%s'", bad[k].says, epx_error_get_message());
    }
  }
}

static void couplings_of_the_file_are_nominal(void **state) {
  (void)state;
  int code;
  epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                           .topology = {.kind = EPX_EDGE_LIST, .path = path},
                           .readout = EPX_READ_INTENSITY,
                           .readout_scale = 1};
  epx_topology *topology = read_text(good[0].text, &code);
  epx_network *network = NULL;
  double *theta = NULL;
  epx_topology_destroy(&topology);
  assert_int_equal(epx_network_create(&spec, &network), EPX_OK);
  assert_int_equal(EPX_ARRAY(theta, network->n_theta), EPX_OK);
  assert_int_equal(epx_network_eval_nominal(network, &spec, 1, theta), EPX_OK);
  for (size_t l = 0; l < 3; l++)
    assert_close(theta[network->offset[network->coupling] + l], good[0].couplings[l], 0);
  epx_array_destroy(&theta);
  epx_network_destroy(&network);
}

/** Reads a deck of the file at `path`; *code out. */
static epx_settings *read_deck_of(const char *parameters, int *code) {
  char text[512];
  epx_deck *deck;
  epx_settings *settings = NULL;
  snprintf(text, sizeof text,
           "network:\n  family: kerr\n  topology:\n    kind: edge-list\n    path: %s\n"
           "  parameters: {%s}\ntask: {name: xor}\n",
           path, parameters);
  *code = epx_deck_read_text("deck", text, &deck);
  if (*code == EPX_OK) *code = epx_deck_eval_settings(deck, NULL, 0, &settings);
  epx_deck_destroy(&deck);
  return settings;
}

/** A pattern says nothing of couplings: then they are random, as in any topology. Where the file has them, the
 * deck may not. */
static void couplings_come_from_the_file_or_from_the_deck(void **state) {
  (void)state;
  static const struct {
    const char *banner, *line, *parameters;
    epx_value_kind kind;
    int code;
  } decks[] = {{PATTERN, "2 1\n", "", EPX_VALUE_SYMMETRISED, EPX_OK},
               {PATTERN, "2 1\n", "coupling: 0.5", EPX_VALUE_LIST, EPX_OK},
               {BANNER, "2 1 .5\n", "", EPX_VALUE_FALLBACK, EPX_OK},
               {BANNER, "2 1 .5\n", "coupling: 0.5", 0, EPX_EINPUT},
               {BANNER, "2 1 .5\n", "coupling_spread: 2", 0, EPX_EINPUT}};
  for (size_t k = 0; k < sizeof decks / sizeof *decks; k++) {
    char text[256];
    int code;
    snprintf(text, sizeof text, "%s6 6 1\n%s", decks[k].banner, decks[k].line);
    epx_topology *topology = read_text(text, &code);
    epx_topology_destroy(&topology);
    epx_settings *settings = read_deck_of(decks[k].parameters, &code);
    assert_int_equal(code, decks[k].code);
    if (code != EPX_OK) {
      assert_non_null(strstr(epx_error_get_message(), "the couplings come from network.topology.path"));
      continue;
    }
    const epx_value *coupling = &settings->network.value[epx_family_get_coupling(settings->network.family)];
    assert_int_equal(coupling->kind, decks[k].kind);
    if (k == 0) assert_close(coupling->spread, settings->network.family->coupling_spread, 0);
    epx_settings_destroy(&settings);
  }
}

/** As spreadsheets and other systems write them, and gzipped. */
static void files_of_other_systems_are_read(void **state) {
  (void)state;
  static const char *const texts[] = {"\xEF\xBB\xBF" BANNER "3 3 2\n2 1 0.5\n3 2 0.25\n",
                                      BANNER "3 3 2\r\n2 1 0.5\r\n3 2 0.25",
                                      BANNER "3 3 2\r2 1 0.5\r3 2 0.25\r"};
  for (size_t k = 0; k < 2 * sizeof texts / sizeof *texts; k++) {
    int code;
    gzFile file = gzopen(path, k % 2 ? "wb" : "wbT");
    assert_non_null(file);
    assert_true(gzputs(file, texts[k / 2]) > 0);
    assert_int_equal(gzclose(file), Z_OK);
    epx_topology *topology = NULL;
    code = epx_topology_create(&(epx_topology_spec){.kind = EPX_EDGE_LIST, .path = path}, &topology);
    if (code != EPX_OK) fail_msg("%s", epx_error_get_message());
    assert_int_equal(topology->n_links, 2);
    assert_close(topology->couplings[1], 0.25, 0);
    epx_topology_destroy(&topology);
  }
}

static void values_of_integer_files_are_whole_decimal_numbers(void **state) {
  (void)state;
  static const struct {
    const char *value;
    int code;
  } cases[] = {{"2", EPX_OK}, {"-3", EPX_OK}, {"1.5", EPX_EINPUT}, {"0x10", EPX_EINPUT}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char text[128];
    int code;
    snprintf(text, sizeof text, "%%%%MatrixMarket matrix coordinate integer symmetric\n2 2 1\n2 1 %s\n",
             cases[k].value);
    epx_topology *topology = read_text(text, &code);
    assert_int_equal(code, cases[k].code);
    if (code != EPX_OK) assert_non_null(strstr(epx_error_get_message(), ":3: "));
    epx_topology_destroy(&topology);
  }
}

static void decks_are_told_the_line_of_the_path(void **state) {
  (void)state;
  int code;
  epx_topology *topology = read_text(BANNER "6 6 1\n7 1 1\n", &code);
  assert_null(topology);
  assert_null(read_deck_of("", &code));
  assert_int_equal(code, EPX_EINPUT);
  const char *message = epx_error_get_message();
  if (strncmp(message, "deck:5: ", 8) != 0 || !strstr(message, ":3: row 7 is out of range"))
    fail_msg("%s", message);
}

/** The checksum of the file: "" where the deck's reading fails. Deck with `key` beside the path. */
static int read_checksum(const char *key, const char *more, char checksum[64]) {
  char text[512];
  epx_deck *deck = NULL;
  snprintf(text, sizeof text,
           "network:\n  family: kerr\n  topology:\n    kind: edge-list\n    path: %s\n%s"
           "task: {name: xor}\n%s",
           path, key, more);
  const int code = epx_deck_read_text("deck", text, &deck);
  const char *found = code == EPX_OK ? epx_deck_get_text(deck, "network.topology.checksum") : NULL;
  snprintf(checksum, 64, "%s", found ? found : "");
  epx_deck_destroy(&deck);
  return code;
}

static void what_the_file_holds_is_part_of_the_deck(void **state) {
  (void)state;
  char first[64], second[64], key[128];
  int code;
  epx_topology *topology = read_text(BANNER "6 6 1\n2 1 .5\n", &code);
  epx_topology_destroy(&topology);
  assert_int_equal(read_checksum("", "", first), EPX_OK);
  assert_int_equal(strncmp(first, "crc64-", 6), 0);
  snprintf(key, sizeof key, "    checksum: %s\n", first);
  assert_int_equal(read_checksum(key, "", second), EPX_OK);
  topology = read_text(BANNER "6 6 1\n2 1 .6\n", &code);
  epx_topology_destroy(&topology);
  assert_int_equal(read_checksum("", "", second), EPX_OK);
  assert_string_not_equal(first, second);
  assert_int_equal(read_checksum(key, "", second), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "deck:6: network.topology.checksum: "));
  snprintf(key, sizeof key, "design: {factors: {network.topology.path: {values: [%s]}}}\n", path);
  if (read_checksum("", key, second) != EPX_OK) fail_msg("%s", epx_error_get_message());
  assert_string_equal(second, "");
}

static int remove_file(void **state) {
  (void)state;
  return unlink(path);
}

static int make_file(void **state) {
  (void)state;
  const int file = mkstemp(path);
  epx_log_set_sink(keep_log, NULL, EPX_LOG_WARNING);
  return file < 0 ? -1 : close(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(entries_are_links_with_their_couplings),
      cmocka_unit_test(pattern_has_links_without_couplings),
      cmocka_unit_test(long_lines_are_lines),
      cmocka_unit_test(many_entries_find_room),
      cmocka_unit_test(what_is_no_file_is_refused),
      cmocka_unit_test(couplings_come_from_the_file_or_from_the_deck),
      cmocka_unit_test(files_of_other_systems_are_read),
      cmocka_unit_test(values_of_integer_files_are_whole_decimal_numbers),
      cmocka_unit_test(decks_are_told_the_line_of_the_path),
      cmocka_unit_test(what_the_file_holds_is_part_of_the_deck),
      cmocka_unit_test(bad_lines_are_refused_at_their_place),
      cmocka_unit_test(couplings_of_the_file_are_nominal),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
