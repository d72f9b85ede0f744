/** @internal @file
 * What the estimators share: their workspaces and how they leave lanes out.
 */
#ifndef EPILUX_LEARNING_ESTIMATORS_ESTIMATOR_WORK_H
#define EPILUX_LEARNING_ESTIMATORS_ESTIMATOR_WORK_H

#include "learning/estimators/estimator.h"

/* All arrays of lanes are laid by the batch's n_lanes, at most that of creation. */
struct epx_estimator_work {
  const epx_network *network; /* borrowed */

  /* At the free state: dC/dr [n_outputs][n_lanes], dC/ds [n_state][n_lanes]. */
  double *readout, *slope, *pull;

  /* Of a learning phase: its two states, their certificates, the response y, the held force;
   * [n_state][n_lanes]. */
  double *plus, *minus, *response, *held;
  epx_certificate *certificate; /* [2][n_lanes] */

  /* Of the lanes: what is left of the batch's weights, whether a lane is frozen (it has no free equilibrium).
   */
  double *weight;        /* [n_lanes] */
  unsigned char *frozen; /* [n_lanes] */
  double *way, *size;    /* [n_lanes]: how far a phase went, how large the free state is */

  /* Inside the force of a learning phase, at the state of the moment. */
  double *live_readout, *live_slope, *live_pull; /* as above */
  double *jacobian;                              /* [n_state][n_state][EPX_LANE_WIDTH] */
  double *curvature;                             /* [n_outputs^2 + 2 n_probes components], one lane */

  /* Of perturbed parameters. */
  double *original, *theta; /* [n_instances][n_theta]: as found, and shifted */
  double *value, *contrast; /* [n_lanes] */

  /* Of rules that need more, made when they are first used: the way of unrolled to the free state, the
   * complex states of holomorphic. */
  double *path, *circle;

  /* Hardware that is not ideal; NULL: it is. What was read of the free state [n_state][n_lanes], the
   * parameters as found and as they drifted [n_instances][n_theta], and how many states were read and phases
   * drifted. */
  const epx_hardware_spec *hardware;
  double *read, *undrifted, *drifted;
  bool is_read;
  uint32_t n_reads, n_drifts;

  int *n_lanes; /* [n_instances] lanes the last gradient is made of */
  long failures;
};

extern const epx_estimator epx_estimator_plain, epx_estimator_random_sign, epx_estimator_holomorphic,
    epx_estimator_homeostasis, epx_estimator_phase_conjugate, epx_estimator_scattering,
    epx_estimator_time_reversed, epx_estimator_dyadic, epx_estimator_backprop, epx_estimator_unrolled,
    epx_estimator_finite_difference, epx_estimator_spsa, epx_estimator_multiplexed,
    epx_estimator_direct_feedback;

/** Sets frozen and weight from the batch's weights: the start of every rule. */
void epx_estimator_set_lanes(const epx_batch *batch, epx_estimator_work *work);

/** Leaves one lane out, freezes it for the rule's further phases and counts a failure, once a lane. */
void epx_estimator_set_failure(const epx_batch *batch, epx_estimator_work *work, int lane);

/** Raises the weights so that each instance's sum is the batch's again, times `factor`, and counts its lanes.
 */
void epx_estimator_set_weights(const epx_batch *batch, double factor, epx_estimator_work *work);

/** Reads the free state, once an update: what rules know of it. The batch's own where hardware is ideal. */
const double *epx_estimator_read_state(const epx_batch *batch, epx_estimator_work *work);

/** Reads a state in place, [n_state][n_lanes]; `copies` times as often as the hardware says. */
void epx_estimator_read(const epx_batch *batch, int copies, epx_estimator_work *work, double *state);

/** Sets the lanes' parameters to those of the next learning phase, if they drift. Tells whether they do: then
 * epx_estimator_restore_drift() must follow. */
bool epx_estimator_set_drift(const epx_batch *batch, epx_estimator_work *work);
void epx_estimator_restore_drift(const epx_batch *batch, epx_estimator_work *work);

/** Evaluates readout, slope and pull = dC/ds at the free state that is read. */
void epx_estimator_eval_pull(const epx_batch *batch, epx_estimator_work *work);

/** Adds weight y' dG/dtheta at the free state that is read, y = work->response, to the gradient. */
void epx_estimator_add_response(const epx_batch *batch, epx_estimator_work *work, double *gradient);

/** Sets the gradient of all instances to zero. */
void epx_estimator_set_zero(const epx_batch *batch, double *gradient);

#endif
