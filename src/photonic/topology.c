/** @file
 * Topologies: links are written down pair by pair, each joined as i < j, then sorted and made unique, so that
 * small periodic lattices and rings, where a neighbour is met twice, need no special case.
 */
#include "epilux/photonic/topology.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "epilux/base/array.h"

#define KIND_NAME(name, text, meaning) text,
#define KIND_MEANING(name, text, meaning) meaning,
static const char *const names[EPX_TOPOLOGY_COUNT] = {EPX_TOPOLOGIES(KIND_NAME)};
static const char *const meanings[EPX_TOPOLOGY_COUNT] = {EPX_TOPOLOGIES(KIND_MEANING)};

/** Adds a link, in either order; a node is not linked with itself. */
static void add_link(epx_topology *topology, int i, int j) {
  if (i == j) return;
  topology->links[topology->n_links++] = (epx_link){i < j ? i : j, i < j ? j : i};
}

static int compare_links(const void *a, const void *b) {
  const epx_link *p = a, *q = b;
  if (p->i != q->i) return p->i < q->i ? -1 : 1;
  return (p->j > q->j) - (p->j < q->j);
}

static void sort_links(epx_topology *topology) {
  if (topology->n_links < 2) return;
  qsort(topology->links, topology->n_links, sizeof *topology->links, compare_links);
  size_t n = 1;
  for (size_t l = 1; l < topology->n_links; l++) {
    if (compare_links(&topology->links[n - 1], &topology->links[l]) != 0) {
      topology->links[n++] = topology->links[l];
    }
  }
  topology->n_links = n;
}

static epx_err check_matrix(const epx_topology_spec *spec) {
  const size_t n = (size_t)spec->n_nodes;
  if (!spec->matrix) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.topology: kind matrix takes its links from network.parameters.coupling, "
                     "which must be given as a matrix");
  }
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) {
      const double there = spec->matrix[i * n + j], back = spec->matrix[j * n + i];
      if (!isfinite(there)) {
        return EPX_RAISE(EPX_EINPUT, "network.parameters.coupling[%zu][%zu]: %g is not a finite number", i, j,
                         there);
      }
      if (there != back) {
        return EPX_RAISE(
            EPX_EINPUT,
            "network.parameters.coupling[%zu][%zu] is %.17g but [%zu][%zu] is %.17g: couplers are "
            "reciprocal, the matrix must be symmetric",
            i, j, there, j, i, back);
      }
    }
  }
  return EPX_OK;
}

static epx_err check_layers(const epx_topology_spec *spec, long long *n_nodes) {
  if (spec->n_layers < 1 || !spec->layers) {
    return EPX_RAISE(EPX_EINPUT, "network.topology.layers: a layered network needs the sizes of its layers, "
                                 "such as [4, 8, 2]");
  }
  for (int k = 0; k < spec->n_layers; k++) {
    if (spec->layers[k] < 1) {
      return EPX_RAISE(EPX_EINPUT, "network.topology.layers[%d]: %d nodes, at least 1 is needed", k,
                       spec->layers[k]);
    }
    *n_nodes += spec->layers[k];
  }
  return EPX_OK;
}

/** Checks what the deck says and counts the nodes. */
static epx_err count_nodes(const epx_topology_spec *spec, int *n_nodes) {
  long long n = 0;
  if (spec->kind == EPX_LAYERED) {
    EPX_TRY(check_layers(spec, &n));
  } else if (spec->kind == EPX_LATTICE) {
    if (spec->n_rows < 1 || spec->n_columns < 1) {
      return EPX_RAISE(EPX_EINPUT,
                       "network.topology: a lattice of %d rows and %d columns, at least 1 of each is needed",
                       spec->n_rows, spec->n_columns);
    }
    n = (long long)spec->n_rows * spec->n_columns;
  } else {
    if (spec->n_nodes < 1) {
      return EPX_RAISE(EPX_EINPUT, "network.topology.nodes: %d, at least 1 is needed", spec->n_nodes);
    }
    n = spec->n_nodes;
  }
  if (n > EPX_TOPOLOGY_MAX_NODES) {
    return EPX_RAISE(EPX_EINPUT, "network.topology: %lld nodes, at most %d are possible", n,
                     EPX_TOPOLOGY_MAX_NODES);
  }
  if (spec->kind == EPX_MATRIX) EPX_TRY(check_matrix(spec));
  *n_nodes = (int)n;
  return EPX_OK;
}

/** Room for the links before they are made unique. */
static size_t count_links(const epx_topology_spec *spec, int n_nodes) {
  const size_t n = (size_t)n_nodes;
  size_t n_links = 0;
  switch (spec->kind) {
  case EPX_ALL_TO_ALL:
  case EPX_MATRIX:
    return n * (n - 1) / 2;
  case EPX_LAYERED:
    for (int k = 0; k + 1 < spec->n_layers; k++)
      n_links += (size_t)spec->layers[k] * (size_t)spec->layers[k + 1];
    return n_links;
  default:
    return 2 * n;
  }
}

static void link_layers(const epx_topology_spec *spec, epx_topology *topology) {
  int first = 0;
  for (int k = 0; k + 1 < spec->n_layers; k++) {
    const int next = first + spec->layers[k];
    for (int i = first; i < next; i++) {
      for (int j = next; j < next + spec->layers[k + 1]; j++)
        add_link(topology, i, j);
    }
    first = next;
  }
}

static void link_lattice(const epx_topology_spec *spec, epx_topology *topology) {
  const int rows = spec->n_rows, columns = spec->n_columns;
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c++) {
      const int node = r * columns + c;
      if (c + 1 < columns || spec->periodic) add_link(topology, node, r * columns + (c + 1) % columns);
      if (r + 1 < rows || spec->periodic) add_link(topology, node, (r + 1) % rows * columns + c);
    }
  }
}

static void link_nodes(const epx_topology_spec *spec, epx_topology *topology) {
  const int n = topology->n_nodes;
  switch (spec->kind) {
  case EPX_LAYERED:
    link_layers(spec, topology);
    return;
  case EPX_LATTICE:
    link_lattice(spec, topology);
    return;
  case EPX_RING:
  case EPX_CHAIN:
    for (int i = 0; i + 1 < n; i++)
      add_link(topology, i, i + 1);
    if (spec->kind == EPX_RING) add_link(topology, n - 1, 0);
    return;
  default:
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        if (spec->kind != EPX_MATRIX || spec->matrix[(size_t)i * (size_t)n + (size_t)j] != 0)
          add_link(topology, i, j);
      }
    }
  }
}

epx_err epx_topology_create(const epx_topology_spec *spec, epx_topology **out) {
  int n_nodes = 0;
  *out = NULL;
  EPX_TRY(count_nodes(spec, &n_nodes));
  epx_topology *topology = NULL;
  EPX_TRY(EPX_ARRAY(topology, 1));
  topology->n_nodes = n_nodes;
  const int code = EPX_ARRAY(topology->links, count_links(spec, n_nodes));
  if (code != EPX_OK) {
    epx_topology_destroy(&topology);
    EPX_TRY(code);
  }
  link_nodes(spec, topology);
  sort_links(topology);
  *out = topology;
  return EPX_OK;
}

void epx_topology_destroy(epx_topology **address) {
  if (!*address) return;
  epx_array_destroy(&(*address)->links);
  epx_array_destroy(address);
}

long epx_topology_get_link(const epx_topology *topology, int i, int j) {
  if (topology->n_links == 0) return -1;
  const epx_link wanted = {i < j ? i : j, i < j ? j : i};
  const epx_link *found = bsearch(&wanted, topology->links, topology->n_links, sizeof wanted, compare_links);
  return found ? (long)(found - topology->links) : -1;
}

epx_err epx_topology_get_kind(const char *name, epx_topology_kind *kind) {
  for (int k = 0; k < EPX_TOPOLOGY_COUNT; k++) {
    if (strcmp(name, names[k]) == 0) {
      *kind = (epx_topology_kind)k;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT, "'%s' is not a topology: all-to-all, layered, lattice, ring, chain or matrix",
                   name);
}

const char *epx_topology_get_name(epx_topology_kind kind) {
  return names[kind];
}

const char *epx_topology_get_meaning(epx_topology_kind kind) {
  return meanings[kind];
}
