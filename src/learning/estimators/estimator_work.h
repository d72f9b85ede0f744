/** @internal @file
 * What the estimators share: their workspaces and how they leave lanes out.
 */
#ifndef EPILUX_LEARNING_ESTIMATORS_ESTIMATOR_WORK_H
#define EPILUX_LEARNING_ESTIMATORS_ESTIMATOR_WORK_H

#include "learning/estimators/estimator.h"

/* All arrays of lanes are laid by the batch's n_lanes, at most that of creation. */
struct epx_estimator_work {
  const epx_ensemble *ensemble; /* borrowed, for its shape */

  double *readout, *slope; /* [n_outputs][n_lanes] r and dC/dr at the free state */

  /* Of a learning phase: its two states, the response y; [n_rows][n_lanes]. */
  double *plus, *minus, *response;
  epx_certificate *certificate; /* [2][n_lanes] of both states */

  /* Of the lanes: what is left of the batch's weights, whether a lane is frozen (it has no free equilibrium).
   */
  double *weight;        /* [n_lanes] */
  unsigned char *frozen; /* [n_lanes] */
  double *way, *size;    /* [n_lanes]: how far a phase went, how large the free state is */

  double *value, *contrast, *cost; /* [n_lanes]: of perturbed parameters, and at the free state */

  /* NULL until a rule first needs them, epx_estimator_need(): the force that a phase holds and a further room
   * [n_rows][n_lanes]; parameters as they are shifted, and as they drifted [n_instances][n_theta]; the way of
   * unrolled to the free state, the complex states of holomorphic. */
  double *held, *further;
  double *theta, *drifted;
  double *set, *settings; /* what weights make of shifted parameters; what the trainer wants of them */
  double *path, *circle;
  const double *laid; /* the parameters that the ensemble has; NULL: the batch's */

  /* Hardware that is not ideal; NULL: it is. What was read of the free state [n_rows][n_lanes], NULL until
   * then, and how many states were read and phases drifted. */
  const epx_hardware_spec *hardware;
  double *read;
  bool is_read;
  uint32_t n_reads, n_drifts;

  double *reads; /* [n_instances][2]: components that a converter read, and those beyond its range */

  int *n_lanes; /* [n_instances] lanes the last gradient is made of */
  long failures;
};

#define EPX_ESTIMATOR(NAME, text, kind) extern const epx_estimator epx_estimator_##NAME;
#include "learning/estimators/estimators.def"
#undef EPX_ESTIMATOR

/** Sets frozen and weight from the batch's weights: the start of every rule. */
void epx_estimator_set_lanes(const epx_batch *batch, epx_estimator_work *work);

/** Leaves one lane out, freezes it for the rule's further phases and counts a failure, once a lane. */
void epx_estimator_set_failure(const epx_batch *batch, epx_estimator_work *work, int lane);

/** Raises the weights so that each instance's sum is the batch's again, times `factor`, and counts its lanes.
 */
void epx_estimator_set_weights(const epx_batch *batch, double factor, epx_estimator_work *work);

/** Creates an array of `n` numbers unless it is there already. Errors: EPX_EMEMORY. */
epx_err epx_estimator_need(double **array, size_t n);

/** Gets the numbers of a state's array, n_rows n_lanes: of the batch, and of the largest batch. */
size_t epx_estimator_count(const epx_batch *batch);
size_t epx_estimator_count_most(const epx_estimator_work *work);

/** Reads the free state, once an update: what rules know of it. The batch's own where hardware is ideal. */
epx_err epx_estimator_read_state(const epx_batch *batch, epx_estimator_work *work, const double **state);

/** Reads a state in place, [n_rows][n_lanes]; `copies` times as often as the hardware says. */
void epx_estimator_read(const epx_batch *batch, int copies, epx_estimator_work *work, double *state);

/** Sets the ensemble's parameters to those of the next learning phase, if they drift: then
 * epx_estimator_restore_drift() must follow, which else does nothing. Errors: EPX_EMEMORY. */
epx_err epx_estimator_set_drift(const epx_batch *batch, epx_estimator_work *work);
void epx_estimator_restore_drift(const epx_batch *batch, const epx_estimator_work *work);

/** Evaluates readout and slope at the free state that is read, and pull = dC/ds [n_rows][n_lanes]. Errors: of
 * the ensemble; EPX_EMEMORY. */
epx_err epx_estimator_eval_cost_slope(const epx_batch *batch, epx_estimator_work *work, double *pull);

/** Adds weight y' dG/dtheta at the free state that is read, y = work->response, to the gradient. Errors: as
 * above. */
epx_err epx_estimator_add_response(const epx_batch *batch, epx_estimator_work *work, double *gradient);

/** Sets the gradient of all instances to zero. */
void epx_estimator_set_zero(const epx_batch *batch, double *gradient);

#endif
