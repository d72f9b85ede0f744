/** @file
 * Convolution: its maps against a plain product with a kernel, what is tied, what is refused, skip links.
 */
#include "base/array.h"
#include "photonic/network.h"
#include "unit/assert_close.h"

static const int one[] = {1}, none[] = {0}, three[] = {3}, outputs[] = {2};
static const int channels[] = {3, 2}, strides[] = {2, 1}, paddings[] = {1, 0}, kernels[] = {3, 2};

/* Two planes of 5 x 4 pixels; three channels by 3 x 3 at every second pixel, a pixel of padding: 3 x 2; two channels by 2 x 2:
 * 2 x 1; two outputs. */
static epx_network_spec get_spec(void) {
  return (epx_network_spec){.family = epx_family_get_by_name("soft-spin"),
                            .topology = {.kind = EPX_CONVOLUTION,
                                         .n_rows = 5,
                                         .n_columns = 4,
                                         .n_planes = 2,
                                         .n_maps = 2,
                                         .channels = channels,
                                         .n_kernels = 2,
                                         .kernels = kernels,
                                         .n_strides = 2,
                                         .strides = strides,
                                         .n_paddings = 2,
                                         .paddings = paddings,
                                         .n_layers = 1,
                                         .layers = outputs},
                            .n_inputs = 40,
                            .n_outputs = 2,
                            .input_scale = 1,
                            .readout = EPX_READ_AMPLITUDE,
                            .readout_scale = 1};
}

static epx_network *create(const epx_network_spec *spec) {
  epx_network *network = NULL;
  assert_int_equal(epx_network_create(spec, &network), EPX_OK);
  return network;
}

/* What node (channel o, row r, column c) of the first map gets of pixel values x by kernels w [3][2][3][3]. */
static double convolve(const double *x, const double *w, int o, int r, int c) {
  double sum = 0;
  for (int p = 0; p < 2; p++)
    for (int y = 0; y < 3; y++)
      for (int z = 0; z < 3; z++) {
        const int row = 2 * r - 1 + y, column = 2 * c - 1 + z;
        if (row >= 0 && row < 5 && column >= 0 && column < 4)
          sum += w[((o * 2 + p) * 3 + y) * 3 + z] * x[(p * 5 + row) * 4 + column];
      }
  return sum;
}

/* With the coupling of a link that of the kernel entry it is tied to, nodes get what the kernels make of the image. */
static void links_are_the_product_with_the_kernels(void **state) {
  (void)state;
  const epx_network_spec spec = get_spec();
  epx_network *network = create(&spec);
  const epx_topology *topology = network->topology;
  double x[40], w[54], got[18] = {0};
  assert_int_equal(network->n_nodes, 40 + 3 * 6 + 2 * 2 + 2);
  for (int k = 0; k < 40; k++)
    x[k] = sin(1.3 * k);
  for (int k = 0; k < 54; k++)
    w[k] = cos(0.7 * k);
  for (size_t l = 0; l < topology->n_links; l++) {
    const epx_link link = topology->links[l];
    if (link.i < 40) got[link.j - 40] += w[topology->tie[l]] * x[link.i];
  }
  for (int o = 0; o < 3; o++)
    for (int r = 0; r < 3; r++)
      for (int c = 0; c < 2; c++)
        assert_close(got[(o * 3 + r) * 2 + c], convolve(x, w, o, r, c), 1e-14);
  epx_network_destroy(&network);
}

static void kernels_and_channels_are_tied(void **state) {
  (void)state;
  epx_network_spec spec = get_spec();
  const epx_family *family = spec.family;
  const int coupling = epx_family_get_parameter(family, "coupling"),
            bias = epx_family_get_parameter(family, "bias");
  epx_network *loose = create(&spec);
  assert_null(loose->tie);
  epx_network_destroy(&loose);
  spec.tied[coupling] = spec.tied[bias] = true;
  epx_network *network = create(&spec);
  size_t n_learnt = 0;
  for (size_t k = 0; k < network->n_theta; k++) {
    assert_true(network->tie[k] <= k && network->tie[network->tie[k]] == network->tie[k]);
    n_learnt += network->tie[k] == k;
  }
  /* kernels 3 2 9 + 2 3 4 and the layer's 4 2; channels 2 + 3 + 2 and outputs 2; stiffness of each node */
  assert_int_equal(n_learnt, 54 + 24 + 8 + 7 + 2 + network->n_nodes);
  const size_t stiffness = network->offset[epx_family_get_parameter(family, "stiffness")];
  for (int i = 0; i < network->n_nodes; i++)
    assert_int_equal(network->tie[stiffness + (size_t)i], stiffness + (size_t)i);
  epx_network_destroy(&network);
}

static void tied_values_are_drawn_once(void **state) {
  (void)state;
  epx_network_spec spec = get_spec();
  const int coupling = epx_family_get_parameter(spec.family, "coupling"),
            bias = epx_family_get_parameter(spec.family, "bias");
  spec.tied[coupling] = spec.tied[bias] = true;
  spec.value[coupling] = (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = 0.8};
  epx_network *network = create(&spec);
  double *theta = NULL, squares = 0;
  int n = 0;
  assert_int_equal(EPX_ARRAY(theta, network->n_theta), EPX_OK);
  for (uint64_t seed = 0; seed < 60; seed++) {
    assert_int_equal(epx_network_eval_nominal(network, &spec, seed, theta), EPX_OK);
    for (size_t l = 0; l < network->count[coupling]; l++) {
      const size_t at = network->offset[coupling] + l;
      assert_true(theta[at] == theta[network->tie[at]]);
      if (network->tie[at] != at || network->topology->links[l].j >= 58) continue;
      squares += theta[at] * theta[at];
      n++;
    }
  }
  /* sigma^2 = 0.8^2 / 18, 60 x 54 draws: to three standard errors */
  assert_int_equal(n, 60 * 54);
  assert_close(squares / n * 18 / 0.64, 1, 3 * sqrt(2.0 / n));
  double biases[64] = {0};
  biases[45] = 1; /* alone in its channel */
  spec.value[bias] = (epx_value){.kind = EPX_VALUE_LIST, .n_values = 64, .values = biases};
  assert_refused(epx_network_eval_nominal(network, &spec, 1, theta),
                 "network.parameters.bias: entries 40 and 45 are tied, but are 0 and 1");
  epx_array_destroy(&theta);
  epx_network_destroy(&network);
}

static void what_leaves_no_map_is_refused(void **state) {
  (void)state;
  static const int nothing[] = {0, 0}, six[] = {6}, many[] = {7, 1}, far[] = {5, 1}, wide[] = {3, 0};
  static const struct {
    int n;
    const int *kernels, *strides, *paddings, *layers;
    const char *message;
  } cases[] = {
      {1, six, one, none, outputs, "kernels[0]: 6 x 6 pixels are larger than the image, 5 x 4 with padding"},
      {2, many, strides, paddings, outputs, "kernels[0]: 7 x 7 pixels are larger than the image, 7 x 6"},
      {1, three, one, none, outputs, "kernels[1]: 3 x 3 pixels are larger than the map before, 3 x 2"},
      {2, kernels, far, nothing, outputs, "strides[0]: a step of 5 leaves no second pixel"},
      {2, kernels, strides, wide, outputs, "padding[0]: 3, but the kernel has 3 x 3 pixels"},
      {2, kernels, strides, paddings, none, "layers[0]: 0 nodes"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_network_spec spec = get_spec();
    epx_network *network = NULL;
    spec.topology.n_kernels = spec.topology.n_strides = spec.topology.n_paddings = cases[i].n;
    spec.topology.kernels = cases[i].kernels;
    spec.topology.strides = cases[i].strides;
    spec.topology.paddings = cases[i].paddings;
    spec.topology.layers = cases[i].layers;
    assert_refused(epx_network_create(&spec, &network), cases[i].message);
  }
  epx_network_spec spec = get_spec();
  epx_network *network = NULL;
  spec.topology.n_maps = 1;
  assert_refused(epx_network_create(&spec, &network), "kernels: 2 entries for 1 maps");
}

static void skips_link_layers_beside_neighbours(void **state) {
  (void)state;
  static const int layers[] = {2, 3, 1, 2}, skips[] = {0, 2, 1, 3}, near[] = {0, 1}, twice[] = {0, 2, 0, 2};
  epx_topology_spec spec = {
      .kind = EPX_LAYERED, .n_layers = 4, .layers = layers, .n_skips = 2, .skips = skips};
  epx_topology *topology = NULL;
  assert_int_equal(epx_topology_create(&spec, &topology), EPX_OK);
  assert_int_equal(topology->n_links, 6 + 3 + 2 + 2 + 6);
  assert_true(epx_topology_get_link(topology, 0, 5) >= 0 && epx_topology_get_link(topology, 2, 7) >= 0);
  assert_true(epx_topology_get_link(topology, 0, 6) < 0);
  epx_topology_destroy(&topology);
  spec.n_skips = 1;
  spec.skips = near;
  assert_refused(epx_topology_create(&spec, &topology), "a skip leads over one at least");
  spec.n_skips = 2;
  spec.skips = twice;
  assert_refused(epx_topology_create(&spec, &topology), "from layer 0 to layer 2 appears twice");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(links_are_the_product_with_the_kernels),
      cmocka_unit_test(kernels_and_channels_are_tied), cmocka_unit_test(tied_values_are_drawn_once),
      cmocka_unit_test(what_leaves_no_map_is_refused), cmocka_unit_test(skips_link_layers_beside_neighbours)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
