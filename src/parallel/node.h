/** @file
 * Node: memory that all ranks of a machine read and that is there once, in MPI's shared windows; and what ranks are told
 * before they work.
 */
#ifndef EPILUX_PARALLEL_NODE_H
#define EPILUX_PARALLEL_NODE_H

#include <mpi.h>
#include <stddef.h>

#include "io/campaign.h"

typedef struct epx_node epx_node;

/** Makes the ranks of a communicator ready to work on one campaign, which each has created from the same
 * deck. The first looks at all points, where it has not, and tells the others what it found. Where several
 * ranks are on a machine, one of them makes each task of more than EPX_NODE_LEAST bytes and the others read it
 * there; so are the values of the design points. Where a machine has no room for shared windows, or the points
 * have more tasks than are kept (io/tasks.h), every rank makes its own. The campaign's points may be used
 * until the node is destroyed. Collective. Errors: of epx_campaign_survey(), epx_campaign_create_task();
 * EPX_EMPI; EPX_EMEMORY. Ranks whose error another rank has the message of have none. */
epx_err epx_node_create(MPI_Comm communicator, epx_campaign *campaign, epx_node **out);

enum { EPX_NODE_LEAST = 1 << 20 };

/** Destroys the node at *address, and its memory. Collective. */
void epx_node_destroy(epx_node **address);

#endif
