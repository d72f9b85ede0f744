/** @file
 * Checkpointer: saves the state of a running training, so that it can continue after a kill. A training knows
 * neither clock nor file: between two updates it calls the checkpointer, which may save its state.
 *
 * What is kept is the training's restart: parameters, moments of the optimiser, place in the epoch, what the
 * epoch has added up, best parameters so far, curves, counts. Random numbers are keyed by what is drawn, so
 * that the position in the training is enough to draw them again. A restored training ends with the same bits.
 */
#ifndef EPILUX_LEARNING_TRAINING_CHECKPOINTER_H
#define EPILUX_LEARNING_TRAINING_CHECKPOINTER_H

#include <stdbool.h>

#include "base/restart.h"

typedef struct {
  void *context; /* borrowed; NULL functions: nobody keeps */
  /** Reads what was kept of the computation that the restart is of, its places and kind; *found: false, and
   * nothing changed, where there is none. Called by all ranks of a distributed network together. Errors:
   * EPX_EMPI. */
  epx_err (*read)(void *context, const epx_restart *restart, bool *found);
  /** Shown the training after an update, `share` of it done. Called by all ranks of a distributed network
   * together. Errors: EPX_EINTERRUPTED: the training is to be left here, and it is kept; EPX_EMPI. */
  epx_err (*show)(void *context, double share, const epx_restart *restart);
} epx_checkpointer;

/** Where a training stands: `first` samples of the epoch's order are behind it; beta is the epoch's. */
typedef struct {
  int epoch, first;
  double beta;
} epx_training_place;

#endif
