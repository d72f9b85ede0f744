/** @file
 * Checkpointer: saves the state of a running training, so that it can continue after a kill. A training knows
 * neither clock nor file: between two updates it calls the checkpointer, which may save its state.
 *
 * The saved state is the training's restart: parameters, moments of the optimiser, position in the epoch, the
 * sums of the epoch so far, best parameters so far, curves, counts. Random numbers are keyed by what is drawn, so
 * that the position in the training is enough to draw them again. A restored training ends with the same bits.
 */
#ifndef EPILUX_LEARNING_TRAINING_CHECKPOINTER_H
#define EPILUX_LEARNING_TRAINING_CHECKPOINTER_H

#include <stdbool.h>

#include "base/restart.h"

typedef struct {
  void *context; /* borrowed; NULL functions: nothing is saved */
  /** Reads the saved state of the computation into the memory of the restart; *found: false, and nothing
   * changed, if there is none. Called by all ranks of a distributed network together. Errors:
   * EPX_EMPI. */
  epx_err (*read)(void *context, const epx_restart *restart, bool *found);
  /** Is called after an update, when `share` of the training is done. Called by all ranks of a distributed network
   * together. Errors: EPX_EINTERRUPTED: the training must stop here, and is saved; EPX_EMPI. */
  epx_err (*show)(void *context, double share, const epx_restart *restart);
} epx_checkpointer;

/** Position in a training: `first` samples of the epoch's order are done; beta is that of the epoch. */
typedef struct {
  int epoch, first;
  double beta;
} epx_training_place;

#endif
