/** @file
 * Networks: ports, rows, the layout of theta, nominal parameters, and what is refused.
 */
#include "unit/random_network.h"

static epx_network_spec kerr(int n_nodes) {
  return (epx_network_spec){.family = epx_family_get_by_name("kerr"),
                            .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = n_nodes},
                            .n_inputs = 2,
                            .input_scale = 1,
                            .n_outputs = 2,
                            .readout = EPX_READ_INTENSITY,
                            .readout_scale = 1};
}

static epx_network_spec phase(int n_nodes) {
  epx_network_spec spec = kerr(n_nodes);
  spec.family = epx_family_get_by_name("phase");
  spec.readout = EPX_READ_PHASE;
  return spec;
}

static epx_network *create(const epx_network_spec *spec) {
  epx_network *network = NULL;
  assert_int_equal(epx_network_create(spec, &network), EPX_OK);
  return network;
}

static void ports_are_the_first_and_the_last_nodes_unless_given(void **state) {
  (void)state;
  const int inputs[] = {4, 1}, outputs[] = {0, 3};
  epx_network_spec spec = kerr(5);
  epx_network *network = create(&spec);
  assert_memory_equal(network->input_nodes, ((int[]){0, 1}), 2 * sizeof(int));
  assert_memory_equal(network->output_nodes, ((int[]){3, 4}), 2 * sizeof(int));
  epx_network_destroy(&network);
  spec.input_nodes = inputs;
  spec.output_nodes = outputs;
  network = create(&spec);
  assert_memory_equal(network->input_nodes, inputs, sizeof inputs);
  assert_memory_equal(network->output_nodes, outputs, sizeof outputs);
  epx_network_destroy(&network);
  assert_null(network);
}

static void driven_networks_have_all_nodes_free(void **state) {
  (void)state;
  const epx_network_spec spec = kerr(4);
  epx_network *network = create(&spec);
  assert_int_equal(network->n_free, 4);
  assert_int_equal(network->n_state, 8);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(network->free_nodes[i], i);
    assert_int_equal(network->row_of_node[i], i);
  }
  epx_network_destroy(&network);
}

static void clamped_inputs_have_no_rows(void **state) {
  (void)state;
  const int inputs[] = {3, 1}, outputs[] = {4, 0};
  epx_network_spec spec = phase(5);
  spec.input_nodes = inputs;
  spec.output_nodes = outputs;
  epx_network *network = create(&spec);
  assert_int_equal(network->n_free, 3);
  assert_int_equal(network->n_state, 3);
  assert_memory_equal(network->free_nodes, ((int[]){0, 2, 4}), 3 * sizeof(int));
  assert_memory_equal(network->row_of_node, ((int[]){0, -1, 1, -1, 2}), 5 * sizeof(int));
  epx_network_destroy(&network);
}

static void theta_holds_the_parameters_one_after_another(void **state) {
  (void)state;
  const epx_network_spec spec = kerr(4);
  epx_network *network = create(&spec);
  size_t next = 0;
  for (int p = 0; p < spec.family->n_parameters; p++) {
    assert_int_equal(network->offset[p], next);
    assert_int_equal(network->count[p], spec.family->parameters[p].site == EPX_SITE_LINK ? 6 : 4);
    next += network->count[p];
  }
  assert_int_equal(network->n_theta, next);
  assert_int_equal(spec.family->parameters[network->coupling].site, EPX_SITE_LINK);
  epx_network_destroy(&network);
}

static void bad_ports_are_refused_by_name(void **state) {
  (void)state;
  static const int beyond[] = {0, 5}, below[] = {-1, 2}, twice[] = {3, 3}, first_two[] = {0, 1};
  epx_network_spec spec[8];
  for (int k = 0; k < 8; k++)
    spec[k] = k < 5 ? kerr(5) : phase(5);
  const char *const says[8] = {
      "network.inputs.nodes[1]: there is no node 5, nodes are 0 to 4",
      "network.outputs.nodes[0]: there is no node -1",
      "network.outputs.nodes[1]: node 3 appears twice",
      "the task has 6 inputs, but the network has 5 nodes",
      "family kerr has no readout phase: intensity, quadrature, port-intensity, port-quadrature",
      "network.outputs.nodes[0]: node 0 is an input, and inputs of family phase are clamped",
      "none is free",
      "family phase has no readout intensity: phase, sine, cosine"};
  spec[0].input_nodes = beyond;
  spec[1].output_nodes = below;
  spec[2].output_nodes = twice;
  spec[3].n_inputs = 6;
  spec[4].readout = EPX_READ_PHASE;
  spec[5].output_nodes = first_two;
  spec[6].n_inputs = 5;
  spec[7].readout = EPX_READ_INTENSITY;
  for (int k = 0; k < 8; k++) {
    epx_network *network = NULL;
    assert_int_equal(epx_network_create(&spec[k], &network), EPX_EINPUT);
    assert_null(network);
    if (!strstr(epx_error_get_message(), says[k])) fail_msg("'%s' in '%s'", says[k], epx_error_get_message());
  }
}

static void topology_errors_pass_through(void **state) {
  (void)state;
  const epx_network_spec spec = kerr(0);
  epx_network *network = NULL;
  assert_int_equal(epx_network_create(&spec, &network), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "network.topology.nodes: 0"));
}

static void readouts_are_known_by_their_names(void **state) {
  (void)state;
  epx_readout_kind kind;
  for (int k = 0; k < EPX_READ_COUNT; k++) {
    assert_int_equal(epx_network_get_readout(epx_network_get_readout_name((epx_readout_kind)k), &kind),
                     EPX_OK);
    assert_int_equal(kind, k);
    assert_true(strlen(epx_network_get_readout_meaning(kind)) > 0);
  }
  assert_int_equal(epx_network_get_readout("heterodyne", &kind), EPX_EINPUT);
}

/** Evaluates the nominal values of one parameter of a network of four nodes. */
static int eval_nominal(const epx_network_spec *spec, const char *name, uint64_t seed, double values[6]) {
  epx_network *network = create(spec);
  double *theta = create_numbers(network->n_theta);
  const int code = epx_network_eval_nominal(network, spec, seed, theta),
            p = epx_family_get_parameter(spec->family, name);
  if (code == EPX_OK) memcpy(values, theta + network->offset[p], network->count[p] * sizeof *values);
  epx_array_destroy(&theta);
  epx_network_destroy(&network);
  return code;
}

static epx_value *get_value(epx_network_spec *spec, const char *name) {
  return &spec->value[epx_family_get_parameter(spec->family, name)];
}

static void nominal_values_are_those_of_the_deck(void **state) {
  (void)state;
  static const double one[] = {0.3}, four[] = {1, 2, 3, 4};
  static const double J[] = {0, 1, 2, 3, /**/ 1, 0, 4, 5, /**/ 2, 4, 0, 6, /**/ 3, 5, 6, 0};
  double got[6];
  epx_network_spec spec = kerr(4);
  *get_value(&spec, "kerr") = (epx_value){.kind = EPX_VALUE_LIST, .n_values = 1, .values = one};
  *get_value(&spec, "detuning") = (epx_value){.kind = EPX_VALUE_LIST, .n_values = 4, .values = four};
  *get_value(&spec, "coupling") = (epx_value){.kind = EPX_VALUE_MATRIX, .n_values = 16, .values = J};
  assert_int_equal(eval_nominal(&spec, "loss", 1, got), EPX_OK);
  for (int i = 0; i < 4; i++)
    assert_close(got[i], 1, 0);
  assert_int_equal(eval_nominal(&spec, "kerr", 1, got), EPX_OK);
  for (int i = 0; i < 4; i++)
    assert_close(got[i], 0.3, 0);
  assert_int_equal(eval_nominal(&spec, "detuning", 1, got), EPX_OK);
  for (int i = 0; i < 4; i++)
    assert_close(got[i], i + 1, 0);
  assert_int_equal(eval_nominal(&spec, "coupling", 1, got), EPX_OK);
  for (int l = 0; l < 6; l++)
    assert_close(got[l], l + 1, 0);
}

static void drawn_values_depend_on_the_seed_and_the_pair_alone(void **state) {
  (void)state;
  static const epx_value_kind kinds[] = {EPX_VALUE_DISTRIBUTION, EPX_VALUE_SYMMETRISED};
  for (int k = 0; k < 2; k++) {
    double first[6], again[6], other[6], chain[6];
    epx_network_spec spec = kerr(4);
    *get_value(&spec, "coupling") =
        (epx_value){.kind = kinds[k], .spread = 0.6, .distribution = {.kind = EPX_NORMAL, .sigma = 1}};
    assert_int_equal(eval_nominal(&spec, "coupling", 1, first), EPX_OK);
    assert_int_equal(eval_nominal(&spec, "coupling", 1, again), EPX_OK);
    assert_int_equal(eval_nominal(&spec, "coupling", 2, other), EPX_OK);
    spec.topology.kind = EPX_CHAIN;
    assert_int_equal(eval_nominal(&spec, "coupling", 1, chain), EPX_OK);
    assert_memory_equal(first, again, sizeof first);
    for (int l = 0; l < 6; l++)
      assert_true(first[l] != other[l]);
    /* symmetrised: over the root of 1 and the mean number of links of a node, 1.5 of the chain, 3 of all pairs */
    const double factor = kinds[k] == EPX_VALUE_SYMMETRISED ? sqrt(4 / 2.5) : 1;
    assert_close(chain[0], factor * first[0], 1e-15); /* 0–1 */
    assert_close(chain[1], factor * first[3], 1e-15); /* 1–2 */
    assert_close(chain[2], factor * first[5], 1e-15); /* 2–3 */
  }
}

/** (A + A')/2 with A_ij of variance spread²/n has the variance spread²/(2n) off its diagonal. */
static void symmetrised_coupling_has_its_spread(void **state) {
  (void)state;
  epx_network_spec spec = kerr(60);
  *get_value(&spec, "coupling") = (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = 0.6};
  epx_network *network = create(&spec);
  double *theta = create_numbers(network->n_theta), sum = 0, squares = 0;
  assert_int_equal(epx_network_eval_nominal(network, &spec, 5, theta), EPX_OK);
  const double n = (double)network->topology->n_links, variance = 0.36 / 120;
  for (size_t l = 0; l < network->topology->n_links; l++) {
    sum += theta[network->offset[network->coupling] + l];
    squares += pow(theta[network->offset[network->coupling] + l], 2);
  }
  assert_close(sum / n, 0, 4 * sqrt(variance / n));
  assert_close(squares / n, variance, 4 * variance * sqrt(2 / n));
  epx_array_destroy(&theta);
  epx_network_destroy(&network);
}

static void bad_values_are_refused_by_name(void **state) {
  (void)state;
  static const double three[] = {1, 2, 3}, negative[] = {1, 1, -0.5, 1}, not_a_number[] = {NAN};
  static const double asymmetric[] = {0, 1, 2, 3, /**/ 1, 0, 4, 5, /**/ 2, 4, 0, 6, /**/ 3, 5, 7, 0};
  static const double diagonal[] = {0, 1, 2, 3, /**/ 1, 9, 4, 5, /**/ 2, 4, 0, 6, /**/ 3, 5, 6, 0};
  static const struct {
    const char *name;
    epx_value value;
    epx_topology_kind kind;
    const char *says;
  } cases[] = {
      {"loss",
       {EPX_VALUE_LIST, 3, three, {0}, 0},
       EPX_ALL_TO_ALL,
       "network.parameters.loss: 3 values; give one, or one for each of the 4 nodes"},
      {"loss",
       {EPX_VALUE_LIST, 4, negative, {0}, 0},
       EPX_ALL_TO_ALL,
       "network.parameters.loss of node 2: -0.5, it must be finite and from 0"},
      {"kerr",
       {EPX_VALUE_LIST, 1, not_a_number, {0}, 0},
       EPX_ALL_TO_ALL,
       "network.parameters.kerr of node 0: nan"},
      {"kerr",
       {EPX_VALUE_MATRIX, 16, diagonal, {0}, 0},
       EPX_ALL_TO_ALL,
       "this parameter takes one value per node"},
      {"kerr", {EPX_VALUE_SYMMETRISED, 0, NULL, {0}, 1}, EPX_ALL_TO_ALL, "of a link parameter"},
      {"coupling",
       {EPX_VALUE_SYMMETRISED, 0, NULL, {0}, -1},
       EPX_ALL_TO_ALL,
       "network.parameters.coupling_spread: -1"},
      {"coupling", {EPX_VALUE_MATRIX, 9, diagonal, {0}, 0}, EPX_ALL_TO_ALL, "a matrix of 9 entries"},
      {"coupling",
       {EPX_VALUE_MATRIX, 16, asymmetric, {0}, 0},
       EPX_ALL_TO_ALL,
       "coupling[2][3] is 6 but [3][2] is 7"},
      {"coupling",
       {EPX_VALUE_MATRIX, 16, diagonal, {0}, 0},
       EPX_ALL_TO_ALL,
       "coupling[1][1]: 9, but a node has no link with itself"},
      {"coupling",
       {EPX_VALUE_MATRIX, 16, asymmetric, {0}, 0},
       EPX_CHAIN,
       "coupling[0][2]: 2, but the topology does not link nodes 0 and 2"},
      {"loss",
       {EPX_VALUE_DISTRIBUTION, 0, NULL, {.kind = EPX_NORMAL, .mean = -1}, 0},
       EPX_ALL_TO_ALL,
       "network.parameters.loss of node 0: drawn as -1"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    double got[6];
    epx_network_spec spec = kerr(4);
    spec.topology.kind = cases[k].kind;
    *get_value(&spec, cases[k].name) = cases[k].value;
    assert_int_equal(eval_nominal(&spec, cases[k].name, 1, got), EPX_EINPUT);
    if (!strstr(epx_error_get_message(), cases[k].says))
      fail_msg("'%s' in '%s'", cases[k].says, epx_error_get_message());
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ports_are_the_first_and_the_last_nodes_unless_given),
      cmocka_unit_test(driven_networks_have_all_nodes_free),
      cmocka_unit_test(clamped_inputs_have_no_rows),
      cmocka_unit_test(theta_holds_the_parameters_one_after_another),
      cmocka_unit_test(bad_ports_are_refused_by_name),
      cmocka_unit_test(topology_errors_pass_through),
      cmocka_unit_test(readouts_are_known_by_their_names),
      cmocka_unit_test(nominal_values_are_those_of_the_deck),
      cmocka_unit_test(drawn_values_depend_on_the_seed_and_the_pair_alone),
      cmocka_unit_test(symmetrised_coupling_has_its_spread),
      cmocka_unit_test(bad_values_are_refused_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
