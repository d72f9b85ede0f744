/** @file
 * Netlists: networks of rings from the YAML that gdsfactory and SAX share.
 */
#ifndef EPILUX_IO_NETLIST_NETLIST_H
#define EPILUX_IO_NETLIST_NETLIST_H

#include "epilux/family.h"
#include "io/netlist/component.h"

/** A ring (a node) or a coupler (a link) of the netlist. */
typedef struct {
  const char *name;
  const epx_tree *where, *settings, *placement; /* the last two NULL where there are none */
  const epx_component *component;
  int node;                               /* RING: its number, in the order of the file */
  int peer[EPX_COMPONENT_PORTS];          /* the instance that each port is joined with, -1: none */
  const char *given[EPX_COMPONENT_PORTS]; /* the netlist's name of a port; NULL: none */
  double coupling;                        /* COUPLER: J, in the family's unit */
} epx_netlist_instance;

typedef struct {
  epx_tree_store *store; /* of all texts */
  const char *path;
  const epx_family *family;
  epx_component_table table;
  int n, n_rings, n_links;
  epx_netlist_instance *instances; /* [n], in the order of the file */
  double *values;                  /* [family's parameters][n_rings], fallbacks where nothing is set */
  bool *set;                       /* [family's parameters], a ring sets it */
  bool placed;                     /* every ring has a place */
} epx_netlist;

/** Reads a netlist: `instances` (component, settings), `connections`, `placements` (x, y, rotation, mirror) and
 * `ports`. A ring's settings that have the name of a parameter of the family's nodes are its values; its
 * coupling_loss, the rate into the bus, is above 0 where one side has ports of the netlist, and only there. A
 * coupler is the link of two rings, each joined to one of its guides, at one end or both. components: the path
 * of the user's table, or NULL. Free with epx_netlist_destroy(), also after an error. Errors: EPX_EFILE,
 * EPX_EINPUT: of epx_file_read(), epx_tree_read(); EPX_EINPUT with FILE:LINE: an unknown component, instance,
 * port or section; a port joined or named twice, or left dangling; a coupler that does not join two rings, or
 * rings joined twice; a bus from ring to ring; a value that is none or out of range; no coupler at all;
 * EPX_EMEMORY. */
epx_err epx_netlist_read(const char *path, const char *components, const epx_family *family,
                         epx_netlist *netlist);
void epx_netlist_destroy(epx_netlist *netlist);

/** Gets the node that a coupler's side (0, 1) is a part of. */
int epx_netlist_get_node(const epx_netlist *netlist, const epx_netlist_instance *coupler, int side);

/** Writes a deck whose couplings are those of the file `links`, or a matrix within it when NULL, and whose placement
 * is that of the file `placement`, none when NULL. Its inputs are the first two rings with ports. */
void epx_netlist_write_deck(const epx_netlist *netlist, const char *links, const char *placement,
                            epx_text *text);

/** Writes the couplings as Matrix Market, and the rings' places as CSV (name, x_um, y_um, radius_um). */
void epx_netlist_write_links(const epx_netlist *netlist, epx_text *text);
void epx_netlist_write_placement(const epx_netlist *netlist, epx_text *text);

#endif
