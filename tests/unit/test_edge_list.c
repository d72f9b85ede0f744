/** @file
 * Edge lists: what a Matrix Market file gives, what is said of it, and what is refused at its line.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/assert_close.h"

#include "epilux/base/array.h"
#include "epilux/base/log.h"
#include "epilux/photonic/network.h"

#define BANNER "%%MatrixMarket matrix coordinate real symmetric\n"
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
  epx_topology *topology =
      read_text("%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n", &code);
  assert_int_equal(code, EPX_OK);
  assert_int_equal(topology->n_links, 1);
  assert_null(topology->couplings);
  epx_topology_destroy(&topology);
}

static const struct {
  const char *text, *says;
} bad[] = {
    {"", ":1: the first line"},
    {"1 2 3\n", ":1: the first line"},
    {"%%MatrixMarket matrix array real general\n", ":1: the first line"},
    {"%%MatrixMarket matrix coordinate complex general\n", ":1: values 'complex'"},
    {"%%MatrixMarket matrix coordinate real hermitian\n", ":1: symmetry 'hermitian'"},
    {BANNER "3 4 1\n", ":2: 3 rows and 4 columns"},
    {BANNER "3 3\n", ":2: the numbers of rows"},
    {BANNER "3 3 -1\n", ":2: -1 entries"},
    {BANNER "3 3 2\n2 1 1\n4 1 1\n", ":4: row 4 is out of range: nodes are 1 to 3"},
    {BANNER "3 3 1\n2 0 1\n", ":3: column 0 is out of range"},
    {BANNER "3 3 1\n2 99999999999999999999 1\n", ":3: column"},
    {BANNER "3 3 1\n2 x 1\n", ":3: a column belongs here"},
    {BANNER "3 3 1\n2 1\n", ":3: a finite number belongs"},
    {BANNER "3 3 1\n2 1 nan\n", ":3: a finite number belongs"},
    {BANNER "3 3 1\n2 1 1 7\n", ":3: ' 7' is more than row, value and column"},
    {BANNER "3 3 2\n2 1 1\n", "the file ends after 1 of 2 entries"},
    {BANNER "3 3 1\n2 1 1\n3 1 1\n", ":4: more than the 1 entries"},
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
      cmocka_unit_test(bad_lines_are_refused_at_their_place),
      cmocka_unit_test(couplings_of_the_file_are_nominal),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
