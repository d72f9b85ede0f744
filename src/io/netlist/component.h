/** @internal @file
 * Components: what each component of a netlist is to a network of rings.
 */
#ifndef EPILUX_IO_NETLIST_COMPONENT_H
#define EPILUX_IO_NETLIST_COMPONENT_H

#include "io/yaml/tree.h"

typedef enum { EPX_COMPONENT_RING, EPX_COMPONENT_COUPLER, EPX_COMPONENT_MESH } epx_component_kind;

/** Ports of a component: two on each of two sides. */
enum { EPX_COMPONENT_PORTS = 4 };

/** A ring is a node: its sides are the buses or couplers below and above it. A coupler is a link: its sides are its
 * two guides, each a part of one ring. */
typedef struct {
  const char *name;
  epx_component_kind kind;
  const char *ports[EPX_COMPONENT_PORTS]; /* port p is of side p / 2; NULL: there is none */
  const char *coupling;                   /* COUPLER: the setting that is the rate of exchange J */
  const char *gap;    /* COUPLER: the setting that gives J = rate exp(-gap / decay) instead; NULL: none */
  double rate, decay; /* J at no gap, in the family's unit; in the netlist's unit of the gap */
} epx_component;

typedef struct {
  epx_component *components; /* [n], those of the file before those that are built in; free the array */
  int n;
} epx_component_table;

/** Reads the table: of a map NAME: {is: ring|coupler|mesh, ports: [[o1, o2], [o3, o4]], coupling: KEY, gap: KEY,
 * rate: J, decay: LENGTH}, or NULL, and what is built in. Texts are the tree's. Errors: EPX_EINPUT with FILE:LINE;
 * EPX_EMEMORY. */
epx_err epx_component_read(const epx_tree *map, epx_component_table *table);

/** Gets a component by its name for the instance at `where`. Errors: EPX_EINPUT with FILE:LINE: it is not in the
 * table, or is of a mesh. */
epx_err epx_component_get(const epx_component_table *table, const char *name, const epx_tree *where,
                          const epx_component **out);

/** Gets the index of a port, -1 where there is none of the name. */
int epx_component_get_port(const epx_component *component, const char *name);

#endif
