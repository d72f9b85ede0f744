#include "photonic/convolution.h"

static int count_nodes(const epx_convolution_map *map) {
  return map->channels * map->rows * map->columns;
}

/* The entry of a list for map m: one stands for all. */
static int get_entry(int n, const int *list, int m) {
  return list[n == 1 ? 0 : m];
}

static epx_err check_lists(const epx_topology_spec *spec) {
  const struct {
    const char *name;
    int n;
    const int *list;
    int least;
  } lists[] = {{"kernels", spec->n_kernels, spec->kernels, 1},
               {"strides", spec->n_strides, spec->strides, 1},
               {"padding", spec->n_paddings, spec->paddings, 0}};
  if (spec->n_rows < 1 || spec->n_columns < 1 || spec->n_planes < 0)
    return EPX_RAISE(EPX_EINPUT, "network.topology.rows: an image of %d x %d pixels; at least 1 of each",
                     spec->n_rows, spec->n_columns);
  if (spec->n_maps < 1 || spec->n_maps > EPX_CONVOLUTION_MAX_MAPS)
    return EPX_RAISE(EPX_EINPUT, "network.topology.channels: %d maps; 1 to %d are possible", spec->n_maps,
                     EPX_CONVOLUTION_MAX_MAPS);
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    if (lists[i].n != 1 && lists[i].n != spec->n_maps)
      return EPX_RAISE(EPX_EINPUT, "network.topology.%s: %d entries for %d maps; give one, or one per map",
                       lists[i].name, lists[i].n, spec->n_maps);
    for (int m = 0; m < lists[i].n; m++)
      if (lists[i].list[m] < lists[i].least)
        return EPX_RAISE(EPX_EINPUT, "network.topology.%s[%d]: %d; must be at least %d", lists[i].name, m,
                         lists[i].list[m], lists[i].least);
  }
  for (int m = 0; m < spec->n_maps; m++)
    if (spec->channels[m] < 1)
      return EPX_RAISE(EPX_EINPUT, "network.topology.channels[%d]: %d; must be at least 1", m,
                       spec->channels[m]);
  return EPX_OK;
}

/* Pixels along one direction. */
static int count_steps(const epx_convolution_map *map, int pixels) {
  return (pixels + 2 * map->padding - map->kernel) / map->stride + 1;
}

static epx_err check_map(const epx_convolution_map *before, const epx_convolution_map *map, int m) {
  const long long rows = before->rows + 2LL * map->padding, columns = before->columns + 2LL * map->padding;
  const long long least = rows < columns ? rows : columns;
  if (map->padding >= map->kernel)
    return EPX_RAISE(
        EPX_EINPUT,
        "network.topology.padding[%d]: %d, but the kernel has %d x %d pixels and would see nothing "
        "but padding at the edge; less is wanted",
        m, map->padding, map->kernel, map->kernel);
  if (map->kernel > least)
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology.kernels[%d]: %d x %d pixels are larger than the %s, %lld x %lld with "
                     "padding; at most %lld",
                     m, map->kernel, map->kernel, m == 0 ? "image" : "map before", rows, columns, least);
  if (map->stride > least)
    return EPX_RAISE(
        EPX_EINPUT,
        "network.topology.strides[%d]: a step of %d leaves no second pixel of the %s, %lld x %lld "
        "with padding; at most %lld",
        m, map->stride, m == 0 ? "image" : "map before", rows, columns, least);
  return EPX_OK;
}

static epx_err init_maps(const epx_topology_spec *spec, epx_convolution *c, long long *n_nodes,
                         size_t *n_links) {
  int n_ties = 0;
  c->n_maps = spec->n_maps + 1;
  c->map[0] = (epx_convolution_map){
      .channels = spec->n_planes > 0 ? spec->n_planes : 1, .rows = spec->n_rows, .columns = spec->n_columns};
  *n_nodes = (long long)c->map[0].channels * spec->n_rows * spec->n_columns;
  for (int m = 0; m < spec->n_maps && *n_nodes <= EPX_TOPOLOGY_MAX_NODES; m++) {
    const epx_convolution_map *before = &c->map[m];
    epx_convolution_map *map = &c->map[m + 1];
    *map = (epx_convolution_map){.first = (int)*n_nodes,
                                 .channels = spec->channels[m],
                                 .kernel = get_entry(spec->n_kernels, spec->kernels, m),
                                 .stride = get_entry(spec->n_strides, spec->strides, m),
                                 .padding = get_entry(spec->n_paddings, spec->paddings, m),
                                 .first_tie = n_ties};
    EPX_TRY(check_map(before, map, m));
    map->rows = count_steps(map, before->rows);
    map->columns = count_steps(map, before->columns);
    const long long pixels = (long long)map->rows * map->columns;
    const double entries = (double)map->channels * before->channels * map->kernel * map->kernel;
    if (pixels * map->channels > EPX_TOPOLOGY_MAX_NODES || entries > EPX_TOPOLOGY_MAX_NODES)
      return EPX_RAISE(EPX_EINPUT,
                       "network.topology.channels[%d]: %d channels are more than %d nodes or links", m,
                       map->channels, EPX_TOPOLOGY_MAX_NODES);
    *n_nodes += pixels * map->channels;
    *n_links += (size_t)pixels * (size_t)entries;
    n_ties += (int)entries;
  }
  return EPX_OK;
}

epx_err epx_convolution_init(const epx_topology_spec *spec, epx_convolution *c, int *n_nodes,
                             size_t *n_links) {
  long long n = 0;
  *c = (epx_convolution){0};
  *n_links = 0;
  EPX_TRY(check_lists(spec));
  EPX_TRY(init_maps(spec, c, &n, n_links));
  if (spec->n_layers < 1)
    return EPX_RAISE(EPX_EINPUT, "network.topology.layers: missing; give the sizes of the fully connected "
                                 "layers behind the maps, the outputs' last, such as [10]");
  c->first_layer = (int)(n <= EPX_TOPOLOGY_MAX_NODES ? n : 0);
  c->n_layers = spec->n_layers;
  c->layers = spec->layers;
  size_t before = (size_t)count_nodes(&c->map[c->n_maps - 1]);
  for (int k = 0; k < spec->n_layers && n <= EPX_TOPOLOGY_MAX_NODES; k++) {
    if (spec->layers[k] < 1)
      return EPX_RAISE(EPX_EINPUT, "network.topology.layers[%d]: %d nodes; must be at least 1", k,
                       spec->layers[k]);
    *n_links += before * (size_t)spec->layers[k];
    before = (size_t)spec->layers[k];
    n += spec->layers[k];
  }
  if (n > EPX_TOPOLOGY_MAX_NODES)
    return EPX_RAISE(EPX_EINPUT, "network.topology: %lld nodes, at most %d are possible", n,
                     EPX_TOPOLOGY_MAX_NODES);
  *n_nodes = (int)n;
  return EPX_OK;
}

/* The links of one node of a map with what lies before it. */
static epx_link *link_node(const epx_convolution_map *before, const epx_convolution_map *map, int node,
                           epx_link *next) {
  const int at = node - map->first, column = at % map->columns * map->stride - map->padding,
            row = at / map->columns % map->rows * map->stride - map->padding;
  for (int channel = 0; channel < before->channels; channel++) {
    for (int r = row < 0 ? 0 : row; r < row + map->kernel && r < before->rows; r++) {
      for (int c = column < 0 ? 0 : column; c < column + map->kernel && c < before->columns; c++)
        *next++ = (epx_link){before->first + (channel * before->rows + r) * before->columns + c, node};
    }
  }
  return next;
}

size_t epx_convolution_link(const epx_convolution *c, epx_link *links) {
  epx_link *next = links;
  for (int m = 1; m < c->n_maps; m++) {
    const epx_convolution_map *map = &c->map[m];
    for (int node = map->first; node < map->first + count_nodes(map); node++)
      next = link_node(&c->map[m - 1], map, node, next);
  }
  int from = c->map[c->n_maps - 1].first, to = c->first_layer;
  for (int k = 0; k < c->n_layers; k++) {
    for (int i = from; i < to; i++) {
      for (int j = to; j < to + c->layers[k]; j++)
        *next++ = (epx_link){i, j};
    }
    from = to;
    to += c->layers[k];
  }
  return (size_t)(next - links);
}

/* Gets the map of a node, -1 behind all maps. */
static int get_map(const epx_convolution *c, int node) {
  int m = c->n_maps - 1;
  if (node >= c->first_layer) return -1;
  while (node < c->map[m].first)
    m--;
  return m;
}

int epx_convolution_get_tie(const epx_convolution *c, epx_link link) {
  const int m = get_map(c, link.j);
  if (m < 1) return -1;
  const epx_convolution_map *map = &c->map[m], *before = &c->map[m - 1];
  const int at = link.j - map->first, from = link.i - before->first, pixels = map->rows * map->columns;
  const int row =
      from / before->columns % before->rows - at / map->columns % map->rows * map->stride + map->padding;
  const int column = from % before->columns - at % map->columns * map->stride + map->padding;
  const int channels = at / pixels * before->channels + from / (before->rows * before->columns);
  return map->first_tie + (channels * map->kernel + row) * map->kernel + column;
}

int epx_convolution_get_channel(const epx_convolution *c, int node) {
  const int own = get_map(c, node);
  if (own < 0) return -1;
  int channel = (node - c->map[own].first) / (c->map[own].rows * c->map[own].columns);
  for (int m = 0; m < own; m++)
    channel += c->map[m].channels;
  return channel;
}

int epx_convolution_get_layer(const epx_convolution *c, int node) {
  const int own = get_map(c, node);
  int layer = c->n_maps, end = c->first_layer + c->layers[0];
  if (own >= 0) return own;
  for (int k = 1; node >= end; k++) {
    end += c->layers[k];
    layer++;
  }
  return layer;
}
