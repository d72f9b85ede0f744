/** @internal @file
 * Distributed nudging: readout, cost, and the force of learning phases on the outputs of a distributed
 * network. All are those of lanes, taken for a network that has the outputs alone, in their order; the same
 * numbers on every rank.
 *
 * states, pull, force [n_outputs][components].
 */
#ifndef EPILUX_LEARNING_NUDGE_DISTRIBUTED_NUDGING_H
#define EPILUX_LEARNING_NUDGE_DISTRIBUTED_NUDGING_H

#include "equilibrium/distributed/distributed.h"
#include "learning/nudge/nudging.h"

typedef struct epx_distributed_nudging epx_distributed_nudging;

/** A learning phase: the context of an epx_distributed_nudge. */
typedef struct {
  epx_distributed_nudging *nudging;
  epx_nudge_kind kind; /* EPX_NUDGE_LIVE, _REVERSED, _CONJUGATED */
  double beta;         /* with its sign */
} epx_distributed_phase;

/** Creates what the outputs of `network` take. Memory: O(n_outputs^2). Errors: EPX_EMEMORY. */
epx_err epx_distributed_nudging_create(const epx_network *network, const epx_cost *cost,
                                       epx_distributed_nudging **out);

/** Destroys what is at *address. */
void epx_distributed_nudging_destroy(epx_distributed_nudging **address);

/** Sets the label of the sample. */
void epx_distributed_nudging_set_label(epx_distributed_nudging *nudging, int label);

/** Evaluates the cost, and whether the class is right, of the outputs' states; keeps c = dC/ds there. */
void epx_distributed_nudging_eval_cost(epx_distributed_nudging *nudging, const double *states, double *value,
                                       double *correct);

/** Gets c = dC/ds as last evaluated, by a cost or by a force. */
void epx_distributed_nudging_get_pull(const epx_distributed_nudging *nudging, double *pull);

/** Sets the held force of conjugated phases, Q K c, from c as last evaluated, which it overwrites. */
void epx_distributed_nudging_set_held(epx_distributed_nudging *nudging);

/** Inits the equilibrium layer's view of a phase, which is borrowed for its life; state: the free one,
 * borrowed likewise. The force's slope is that of the pull; a held force has none. */
void epx_distributed_nudging_init(const epx_distributed_phase *phase, const double *state,
                                  epx_distributed_nudge *nudge);

#endif
