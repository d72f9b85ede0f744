/** @file
 * Engine: which networks are large, and what keeps one from being distributed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "equilibrium/engine.h"

static epx_network *create_encoded(const char *family, epx_topology_spec topology, epx_readout_kind readout,
                                   epx_encoding encoding) {
  const epx_network_spec spec = {.family = epx_family_get_by_name(family),
                                 .topology = topology,
                                 .encoding = encoding,
                                 .n_outputs = 1,
                                 .readout = readout,
                                 .readout_scale = 1};
  epx_network *network;
  assert_int_equal(epx_network_create(&spec, &network), EPX_OK);
  return network;
}

static epx_network *create(const char *family, epx_topology_spec topology, epx_readout_kind readout) {
  return create_encoded(family, topology, readout, EPX_ENCODE_AMPLITUDE);
}

static void large_and_sparse_networks_are_large(void **state) {
  (void)state;
  const struct {
    epx_topology_spec topology;
    bool large;
  } cases[] = {
      {{.kind = EPX_LATTICE, .n_rows = 20, .n_columns = 20}, true},
      {{.kind = EPX_LATTICE, .n_rows = 5, .n_columns = 25}, false},
      {{.kind = EPX_CHAIN, .n_nodes = 5000}, true},
      {{.kind = EPX_CHAIN, .n_nodes = 100}, false},
      {{.kind = EPX_ALL_TO_ALL, .n_nodes = 500}, false},
      {{.kind = EPX_RING, .n_nodes = EPX_ENGINE_LARGE}, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_network *network = create("kerr", cases[i].topology, EPX_READ_INTENSITY);
    assert_int_equal(epx_engine_is_large(network), cases[i].large);
    epx_network_destroy(&network);
  }
}

static void networks_that_cannot_be_distributed_are_refused_by_key(void **state) {
  (void)state;
  const struct {
    epx_readout_kind readout;
    epx_encoding encoding;
    int n_ranks;
    const char *words; /* NULL: accepted */
  } cases[] = {
      {EPX_READ_INTENSITY, EPX_ENCODE_AMPLITUDE, 6, NULL},
      {EPX_READ_INTENSITY, EPX_ENCODE_AMPLITUDE, 7,
       "population.ranks_per_network: 6 free nodes cannot be spread over 7 ranks; use at most 6"},
      {EPX_READ_PORT_INTENSITY, EPX_ENCODE_AMPLITUDE, 1,
       "network.outputs.readout: a distributed network cannot be read at ports"},
      {EPX_READ_BALANCED, EPX_ENCODE_AMPLITUDE, 1,
       "network.outputs.readout: a distributed network has no balanced pairs"},
      {EPX_READ_INTENSITY, EPX_ENCODE_PHASE, 1, "network.inputs.encoding"},
      {EPX_READ_INTENSITY, EPX_ENCODE_DETUNING, 1, "network.inputs.encoding"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_network *network = create_encoded("kerr", (epx_topology_spec){.kind = EPX_CHAIN, .n_nodes = 6},
                                          cases[i].readout, cases[i].encoding);
    const int code = epx_engine_check(network, cases[i].n_ranks);
    assert_int_equal(code, cases[i].words ? EPX_EINPUT : EPX_OK);
    if (cases[i].words && !strstr(epx_error_get_message(), cases[i].words))
      fail_msg("%s", epx_error_get_message());
    epx_network_destroy(&network);
  }
}

static void options_are_checked_as_text(void **state) {
  (void)state;
  static char many[4 * EPX_ENGINE_MAX_WORDS + 8], large[EPX_ENGINE_MAX_TEXT + 2];
  for (int k = 0; k <= EPX_ENGINE_MAX_WORDS; k++)
    memcpy(many + 3 * k, "-a ", 3);
  memset(large, 'a', sizeof large - 1);
  large[0] = '-';
  const struct {
    const char *options, *words; /* NULL: accepted */
  } cases[] = {
      {"", NULL},
      {"  -log_view ", NULL},
      {"-ksp_type bcgs -ksp_rtol 1e-3\n-pc_type asm", NULL},
      {"-a -1 -b -.5 --c -d", NULL},
      {"ksp_type bcgs", "petsc.options: 'ksp_type' is neither an option"},
      {"-ksp_type bcgs lu", "petsc.options: 'lu' is neither an option"},
      {"-", "petsc.options: '-' is neither an option"},
      {"-options_file /nowhere", "petsc.options: -options_file /nowhere: the file cannot be read"},
      {"-options_file_yaml /nowhere", "the file cannot be read"},
      {many, "words, at most"},
      {large, "characters, at most"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const int code = epx_engine_check_options(cases[i].options);
    assert_int_equal(code, cases[i].words ? EPX_EINPUT : EPX_OK);
    if (cases[i].words && !strstr(epx_error_get_message(), cases[i].words))
      fail_msg("%s", epx_error_get_message());
  }
}

static void only_the_coupling_may_act_along_links(void **state) {
  (void)state;
  epx_network *network =
      create("kerr", (epx_topology_spec){.kind = EPX_CHAIN, .n_nodes = 6}, EPX_READ_INTENSITY);
  const int cross = epx_family_get_parameter(network->family, "cross_kerr");
  double *theta;
  assert_int_equal(EPX_ARRAY(theta, network->n_theta), EPX_OK);
  assert_int_equal(epx_engine_check_parameters(network, theta), EPX_OK);
  theta[network->offset[network->coupling]] = 1;
  assert_int_equal(epx_engine_check_parameters(network, theta), EPX_OK);
  theta[network->offset[cross] + 3] = 0.1;
  assert_int_equal(epx_engine_check_parameters(network, theta), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "network.parameters.cross_kerr"));
  epx_array_destroy(&theta);
  epx_network_destroy(&network);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(large_and_sparse_networks_are_large),
      cmocka_unit_test(networks_that_cannot_be_distributed_are_refused_by_key),
      cmocka_unit_test(options_are_checked_as_text),
      cmocka_unit_test(only_the_coupling_may_act_along_links),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
