/** @file
 * Layout: which devices a network is made of, and where they lie on the chip.
 *
 * Devices come kind after kind, in the order of the family's table, and of one kind node after node or link after
 * link. Guides are what is placed, and what deviations are drawn for: one a device, two of a paired one.
 */
#ifndef EPILUX_PHOTONIC_FABRICATION_LAYOUT_H
#define EPILUX_PHOTONIC_FABRICATION_LAYOUT_H

#include "photonic/device/ring.h"
#include "photonic/network.h"
#include "photonic/process/placement.h"

/** Where in its die each guide lies. */
typedef struct {
  const char *path;   /* CSV; NULL: a grid of devices */
  int n_columns;      /* of the grid; 0: as many as rows */
  double pitch, x, y; /* of the grid [m] */
  double arms;        /* how far below its device the second guide of a pair lies [m] */
} epx_placement_spec;

typedef struct {
  int n_kinds;
  bool paired[EPX_FAMILY_MAX_DEVICES];
  int first_device[EPX_FAMILY_MAX_DEVICES + 1]; /* of kind k; [n_kinds]: of all */
  int first_guide[EPX_FAMILY_MAX_DEVICES + 1];
  int n_tuned;  /* devices, the first ones, whose shift a parameter follows */
  bool by_node; /* one device a node, of one guide: its number is the node's */
} epx_layout;

/** Inits the layout of a network. */
void epx_layout_init(const epx_network *network, epx_layout *layout);

/** Gets the number of devices, and of guides. */
int epx_layout_get_n_devices(const epx_layout *layout);
int epx_layout_get_n_guides(const epx_layout *layout);

/** Gets the first guide of a device, and the second of a pair: else the same. */
void epx_layout_get_guides(const epx_layout *layout, int device, int *first, int *second);

/** Creates the placement of all guides: resonators are circles as long as `ring` is, phase shifters straight guides
 * of that length, splitters points. Errors: as epx_placement_read() and epx_placement_create(); EPX_EINPUT: a file
 * with another number of guides, the message says which are wanted. */
epx_err epx_layout_create_placement(const epx_network *network, const epx_placement_spec *spec,
                                    const epx_ring_spec *ring, epx_placement **out);

/** Tells whether a family's rows have one of these ways to follow, EPX_BY_… in a mask. */
bool epx_layout_follows(const epx_family *family, unsigned by);

/** Gets what moves a parameter that follows so, EPX_BY_…, and how, one line. */
unsigned epx_layout_get_movers(epx_follow follow);
const char *epx_layout_get_equation(epx_follow follow);

#endif
