/** @internal @file
 * Order: the order in which the parts of a rank go through the stages of a step.
 *
 * The stage of a part is formed from its own previous stage. Its rate needs the same stage of the parts that
 * it is linked to, exchanged if another rank owns their nodes. On a lattice these are two neighbours: the
 * stages move through the parts like waves, a few parts apart, and shared data stay in the cache; stage after
 * stage, they would be read from memory each time. Waves start at the parts that other ranks wait for. Where
 * most parts are linked to all others, the order is stage after stage.
 *
 * The order does not change the results, not even the last bit.
 */
#ifndef EPILUX_EQUILIBRIUM_DISTRIBUTED_ORDER_H
#define EPILUX_EQUILIBRIUM_DISTRIBUTED_ORDER_H

#include "equilibrium/distributed/nodes.h"

typedef enum { EPX_ORDER_FORM, EPX_ORDER_EVAL, EPX_ORDER_EXCHANGE } epx_order_kind;

typedef struct {
  epx_order_kind kind;
  int stage; /* 1 ... n_stages */
  int part;  /* of nodes from part * nodes->cache.part_length on; of an exchange, 0 */
} epx_order_task;

typedef struct {
  size_t n_tasks;
  epx_order_task *tasks;
} epx_order;

/** Creates the order of n_stages stages, exchanges in the same order on all ranks. Not collective.
 * O(n_parts n_stages + links). Errors: EPX_EMEMORY. */
epx_err epx_order_create(const epx_nodes *nodes, int n_stages, epx_order *out);

/** Destroys the tasks. */
void epx_order_destroy(epx_order *order);

#endif
