/** @file
 * Lanes: storage is made once for the most lanes, then laid for as many as the samples need; rows always
 * stand n_lanes apart, so that a smaller batch is as dense in memory as a full one. theta and the features
 * are kept, so that laying anew needs nothing from the caller.
 */
#include "photonic/lanes.h"

#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "photonic/coupling_kernel.h"

EPX_KERNEL_TABLE(epx_coupling_eval_shared, (const epx_coupling_product *product));
EPX_KERNEL_TABLE(epx_coupling_eval_own, (const epx_coupling_product *product));
EPX_KERNEL_TABLE(epx_coupling_add_overlaps, (const epx_coupling_overlap *overlap));
EPX_KERNEL_TABLE(epx_coupling_eval_overlap, (const epx_coupling_overlap *overlap));

/** Sets how many lanes n_samples need. */
static void set_shape(epx_lanes *lanes, int n_samples) {
  lanes->n_samples = n_samples;
  lanes->n_used = lanes->n_instances * n_samples;
  lanes->n_lanes = (lanes->n_used + EPX_LANE_WIDTH - 1) / EPX_LANE_WIDTH * EPX_LANE_WIDTH;
}

/** Creates an array of rows × columns × depth numbers, refusing what no memory holds before the product
 * overflows. */
static epx_err create_block(double **array, size_t rows, size_t columns, size_t depth) {
  if ((double)rows * (double)columns * (double)depth > (double)(SIZE_MAX / sizeof(double) / 2)) {
    return EPX_RAISE(EPX_EMEMORY, "lanes: %zu × %zu × %zu numbers are more than memory can hold", rows,
                     columns, depth);
  }
  EPX_TRY(epx_array_create(array, rows * columns * depth, sizeof **array));
  return EPX_OK;
}

static epx_err create_arrays(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  const epx_family *family = network->family;
  const size_t n_nodes = (size_t)network->n_nodes, n_lanes = (size_t)lanes->max_lanes;
  EPX_TRY(create_block(&lanes->coupling, n_nodes, n_nodes, lanes->shared ? 1 : n_lanes));
  EPX_TRY(EPX_ARRAY(lanes->node, (size_t)family->n_parameters));
  for (int p = 0; p < family->n_parameters; p++) {
    if (family->parameters[p].site == EPX_SITE_NODE)
      EPX_TRY(create_block(&lanes->node[p], n_nodes, 1, n_lanes));
  }
  EPX_TRY(EPX_ARRAY(lanes->active, (size_t)family->n_parameters));
  EPX_TRY(create_block(&lanes->features, (size_t)lanes->max_samples, (size_t)network->n_inputs, 1));
  EPX_TRY(create_block(&lanes->input, n_nodes, (size_t)family->input_rows, n_lanes));
  if (family->count_derived)
    EPX_TRY(create_block(&lanes->derived, family->count_derived(network), 1, lanes->shared ? 1 : n_lanes));
  EPX_TRY(create_block(&lanes->theta, (size_t)lanes->n_instances, network->n_theta, 1));
  EPX_TRY(create_block(&lanes->scratch, EPX_LANES_SCRATCH, n_nodes, n_lanes));
  EPX_TRY(EPX_ARRAY(lanes->all_nodes, n_nodes));
  for (int i = 0; i < network->n_nodes; i++)
    lanes->all_nodes[i] = i;
  return EPX_OK;
}

void epx_lanes_destroy(epx_lanes **address) {
  epx_lanes *lanes = *address;
  if (!lanes) return;
  for (int p = 0; lanes->node && p < lanes->network->family->n_parameters; p++)
    epx_array_destroy(&lanes->node[p]);
  epx_array_destroy(&lanes->node);
  epx_array_destroy(&lanes->active);
  epx_array_destroy(&lanes->coupling);
  epx_array_destroy(&lanes->features);
  epx_array_destroy(&lanes->input);
  epx_array_destroy(&lanes->derived);
  epx_array_destroy(&lanes->theta);
  epx_array_destroy(&lanes->scratch);
  epx_array_destroy(&lanes->all_nodes);
  epx_array_destroy(address);
}

/** Lays value[instance * n_theta] out over a row of lanes. */
static void lay_row(const epx_lanes *lanes, const double *value, double *row) {
  int lane = 0;
  for (int k = 0; k < lanes->n_instances; k++) {
    const double here = value[(size_t)k * lanes->network->n_theta];
    for (int s = 0; s < lanes->n_samples; s++)
      row[lane++] = here;
  }
  for (; lane < lanes->n_lanes; lane++)
    row[lane] = row[lanes->n_used - 1];
}

/** Adds the skew of link l to the coupling into i, and takes it from that into j. */
static void add_skew(const epx_lanes *lanes, size_t l, size_t depth, double *there, double *back) {
  const size_t n_theta = lanes->network->n_theta;
  const double *value = lanes->theta + lanes->network->offset[lanes->network->skew] + l;
  for (size_t lane = 0; lane < depth; lane++) {
    const size_t used = lane < (size_t)lanes->n_used ? lane : (size_t)lanes->n_used - 1;
    const double here = value[used / (size_t)lanes->n_samples * n_theta];
    there[lane] += here;
    back[lane] -= here;
  }
}

static void lay_coupling(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)network->n_nodes, depth = lanes->shared ? 1 : (size_t)lanes->n_lanes;
  memset(lanes->coupling, 0, n * n * depth * sizeof *lanes->coupling);
  for (size_t l = 0; l < network->topology->n_links; l++) {
    const size_t i = (size_t)network->topology->links[l].i, j = (size_t)network->topology->links[l].j;
    const double *value = lanes->theta + network->offset[network->coupling] + l;
    double *there = lanes->coupling + (i * n + j) * depth, *back = lanes->coupling + (j * n + i) * depth;
    if (lanes->shared) {
      *there = *value;
    } else {
      lay_row(lanes, value, there);
    }
    memcpy(back, there, depth * sizeof *back);
    if (network->skew >= 0) add_skew(lanes, l, depth, there, back);
  }
}

/** Tells whether any instance has a value other than 0 of parameter p. */
static bool is_active(const epx_lanes *lanes, int p) {
  const epx_network *network = lanes->network;
  for (int k = 0; k < lanes->n_instances; k++) {
    const double *values = lanes->theta + (size_t)k * network->n_theta + network->offset[p];
    for (size_t i = 0; i < network->count[p]; i++) {
      if (values[i] != 0) return true;
    }
  }
  return false;
}

static void lay_parameters(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  lay_coupling(lanes);
  for (int p = 0; p < network->family->n_parameters; p++) {
    lanes->active[p] = is_active(lanes, p);
    for (size_t i = 0; lanes->node[p] && i < network->count[p]; i++) {
      lay_row(lanes, lanes->theta + network->offset[p] + i, lanes->node[p] + i * (size_t)lanes->n_lanes);
    }
  }
  if (network->family->set_derived) network->family->set_derived(lanes);
}

epx_err epx_lanes_create(const epx_network *network, int n_instances, int n_samples, epx_lanes **out) {
  *out = NULL;
  if (n_instances < 1 || n_samples < 1 || (long long)n_instances * n_samples > INT32_MAX - EPX_LANE_WIDTH) {
    return EPX_RAISE(EPX_EINPUT,
                     "lanes: %d instances of %d samples, at least 1 of each and fewer than 2^31 lanes are "
                     "needed",
                     n_instances, n_samples);
  }
  epx_lanes *lanes = NULL;
  EPX_TRY(EPX_ARRAY(lanes, 1));
  lanes->network = network;
  lanes->n_instances = n_instances;
  lanes->max_samples = n_samples;
  set_shape(lanes, n_samples);
  lanes->max_lanes = lanes->n_lanes;
  lanes->shared = n_instances == 1 && n_samples >= EPX_LANE_WIDTH;
  const int code = create_arrays(lanes);
  if (code != EPX_OK) epx_lanes_destroy(&lanes);
  EPX_TRY(code);
  if (network->family->set_derived) network->family->set_derived(lanes);
  network->family->set_input(lanes);
  *out = lanes;
  return EPX_OK;
}

/** Lays the detunings of inputs anew and shifts them by their features. */
static void shift_detunings(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  const int p = epx_family_get_parameter(network->family, "detuning");
  for (int k = 0; k < network->n_inputs; k++) {
    const size_t node = (size_t)network->input_nodes[k];
    double *row = lanes->node[p] + node * (size_t)lanes->n_lanes;
    lay_row(lanes, lanes->theta + network->offset[p] + node, row);
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const size_t sample = (size_t)epx_lanes_get_sample(lanes, lane);
      row[lane] += network->input_scale * lanes->features[sample * (size_t)network->n_inputs + (size_t)k];
    }
    lanes->active[p] = true;
  }
}

static void set_input(epx_lanes *lanes) {
  if (lanes->network->encoding == EPX_ENCODE_DETUNING) shift_detunings(lanes);
  lanes->network->family->set_input(lanes);
}

void epx_lanes_set_parameters(epx_lanes *lanes, const double *theta) {
  memcpy(lanes->theta, theta, (size_t)lanes->n_instances * lanes->network->n_theta * sizeof *theta);
  lay_parameters(lanes);
  set_input(lanes);
}

void epx_lanes_set_samples(epx_lanes *lanes, int n_samples, const double *features) {
  const bool anew = n_samples != lanes->n_samples;
  lanes->sample_keys = NULL;
  const size_t n_features = (size_t)n_samples * (size_t)lanes->network->n_inputs;
  if (n_features > 0) memcpy(lanes->features, features, n_features * sizeof *features);
  if (anew) {
    set_shape(lanes, n_samples);
    lay_parameters(lanes);
  }
  set_input(lanes);
}

int epx_lanes_get_sample(const epx_lanes *lanes, int lane) {
  return lane < lanes->n_used ? lane % lanes->n_samples : lanes->n_samples - 1;
}

int epx_lanes_get_sample_key(const epx_lanes *lanes, int lane) {
  const int sample = epx_lanes_get_sample(lanes, lane);
  return lanes->sample_keys ? lanes->sample_keys[sample] : sample;
}

void epx_lanes_lay_link(const epx_lanes *lanes, int p, size_t l, int lane, int width, double *row) {
  const double *value = lanes->theta + lanes->network->offset[p] + l;
  const int n_samples = lanes->n_samples, last = lanes->n_instances - 1;
  for (int w = 0; w < width;) {
    const int k = (lane + w) / n_samples < last ? (lane + w) / n_samples : last;
    const int end = k < last && (k + 1) * n_samples < lane + width ? (k + 1) * n_samples - lane : width;
    const double here = value[(size_t)k * lanes->network->n_theta];
    for (; w < end; w++)
      row[w] = here;
  }
}

const double *epx_lanes_get_coupling(const epx_lanes *lanes, int i, int j, int lane, int *step) {
  const size_t at = (size_t)i * (size_t)lanes->network->n_nodes + (size_t)j;
  *step = lanes->shared ? 0 : 1;
  return lanes->shared ? lanes->coupling + at : lanes->coupling + at * (size_t)lanes->n_lanes + (size_t)lane;
}

void epx_lanes_eval_coupling_between(const epx_lanes *lanes, int n_into, const int *into, int n_from,
                                     const int *from, int n_fields, const double *x, double *out) {
  const epx_coupling_product product = {.n_nodes = (size_t)lanes->network->n_nodes,
                                        .n_lanes = (size_t)lanes->n_lanes,
                                        .n_fields = (size_t)n_fields,
                                        .n_into = (size_t)n_into,
                                        .n_from = (size_t)n_from,
                                        .into = into,
                                        .from = from,
                                        .coupling = lanes->coupling,
                                        .x = x,
                                        .out = out};
  if (lanes->shared) {
    EPX_KERNEL_CALL(epx_coupling_eval_shared)(&product);
  } else {
    EPX_KERNEL_CALL(epx_coupling_eval_own)(&product);
  }
}

void epx_lanes_eval_coupling(const epx_lanes *lanes, int n_fields, const double *x, double *out) {
  const int n = lanes->network->n_nodes;
  if (n == 1) { /* a lone node, as those of distributed networks are: none reaches it, and it not itself */
    memset(out, 0, (size_t)n_fields * (size_t)lanes->n_lanes * sizeof *out);
    return;
  }
  epx_lanes_eval_coupling_between(lanes, n, lanes->all_nodes, n, lanes->all_nodes, n_fields, x, out);
}

/** Sums n numbers: EPX_LANE_WIDTH running sums, then those in order. The order depends on n alone. */
static double eval_sum(const double *row, int n) {
  double part[EPX_LANE_WIDTH] = {0}, sum = 0;
  int at = 0;
  for (; at + EPX_LANE_WIDTH <= n; at += EPX_LANE_WIDTH) {
    for (int k = 0; k < EPX_LANE_WIDTH; k++)
      part[k] += row[at + k];
  }
  for (int k = 0; at > 0 && k < EPX_LANE_WIDTH; k++)
    sum += part[k];
  for (; at < n; at++)
    sum += row[at];
  return sum;
}

/** Adds each instance's sum over a row of lanes to at[instance * n_theta]. */
static void add_row(const epx_lanes *lanes, const double *row, double *at) {
  for (int k = 0; k < lanes->n_instances; k++) {
    at[(size_t)k * lanes->network->n_theta] +=
        eval_sum(row + (size_t)k * (size_t)lanes->n_samples, lanes->n_samples);
  }
}

static void add_link_gradient(const epx_lanes *lanes, int p, int n_fields, double back, const double *u,
                              const double *x, double *row, double *gradient) {
  const epx_network *network = lanes->network;
  const epx_topology *topology = network->topology;
  gradient += network->offset[p];
  epx_coupling_overlap overlap = {.n_lanes = (size_t)lanes->n_lanes,
                                  .n_used = (size_t)lanes->n_used,
                                  .n_fields = (size_t)n_fields,
                                  .n_links = topology->n_links,
                                  .links = topology->links,
                                  .back = back,
                                  .u = u,
                                  .x = x,
                                  .out = gradient};
  if (lanes->n_instances == 1) {
    EPX_KERNEL_CALL(epx_coupling_add_overlaps)(&overlap);
    return;
  }
  overlap.out = row;
  for (size_t l = 0; l < topology->n_links; l++) {
    overlap.links = topology->links + l;
    EPX_KERNEL_CALL(epx_coupling_eval_overlap)(&overlap);
    add_row(lanes, row, gradient + l);
  }
}

void epx_lanes_add_link_gradient(const epx_lanes *lanes, int p, int n_fields, const double *u,
                                 const double *x, double *row, double *gradient) {
  add_link_gradient(lanes, p, n_fields, 1, u, x, row, gradient);
}

void epx_lanes_add_skew_gradient(const epx_lanes *lanes, int p, int n_fields, const double *u,
                                 const double *x, double *row, double *gradient) {
  add_link_gradient(lanes, p, n_fields, -1, u, x, row, gradient);
}

void epx_lanes_add_node_gradient(const epx_lanes *lanes, int p, int i, const double *weight, double *row,
                                 double *gradient) {
  for (int lane = 0; lane < lanes->n_used; lane++)
    row[lane] = weight[lane] != 0 ? weight[lane] * row[lane] : 0;
  add_row(lanes, row, gradient + lanes->network->offset[p] + (size_t)i);
}
