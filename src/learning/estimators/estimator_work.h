/** @internal @file
 * Shared code of the estimators: their workspaces, and how they skip lanes.
 */
#ifndef EPILUX_LEARNING_ESTIMATORS_ESTIMATOR_WORK_H
#define EPILUX_LEARNING_ESTIMATORS_ESTIMATOR_WORK_H

#include "learning/estimators/estimator.h"

/* A learning phase: its two states, the force it holds, the response y, [n_rows][n_lanes] each. */
typedef struct {
  double *plus, *minus, *response;
  double *held, *further;       /* the force, and a further array; NULL until a rule needs them */
  epx_certificate *certificate; /* [2][n_lanes] of both states */
  double *way, *size;           /* [n_lanes]: how far a phase went, how large the free state is */
} epx_estimator_phase;

/* Usable lanes of a batch: a lane whose phase fails is frozen, and its weight is shared by the others. */
typedef struct {
  double *weight;        /* [n_lanes] */
  unsigned char *frozen; /* [n_lanes] there is no free equilibrium, or a phase found none */
  int *n_lanes;          /* [n_instances] lanes the last gradient is made of */
  long failures;
} epx_estimator_left;

/* Parameters that a rule shifts, [n_instances][n_theta] each; NULL until a rule needs them. */
typedef struct {
  double *theta, *drifted; /* as they are shifted, and as they drifted */
  double *set, *settings;  /* what weights make of shifted parameters; what the trainer wants of them */
  const double *laid;      /* the parameters that the ensemble has; NULL: the batch's */
} epx_estimator_shifted;

/* States as non-ideal hardware reads them. */
typedef struct {
  const epx_hardware_spec *hardware; /* NULL: it is ideal */
  double *read;                      /* what was read of the free state [n_rows][n_lanes]; NULL until then */
  bool is_read;
  uint32_t n_reads, n_drifts; /* states that were read, and phases that drifted */
  double *reads; /* [n_instances][2]: components that a converter read, and those beyond its range */
} epx_estimator_reading;

/* All arrays of lanes are laid by the batch's n_lanes, at most that of creation. */
struct epx_estimator_work {
  const epx_ensemble *ensemble; /* borrowed, for its shape */

  double *readout, *slope;         /* [n_outputs][n_lanes] r and dC/dr at the free state */
  double *value, *contrast, *cost; /* [n_lanes]: of perturbed parameters, and at the free state */
  double *path, *circle; /* the way of unrolled, the complex states of holomorphic; NULL until needed */

  epx_estimator_phase phase;
  epx_estimator_left left;
  epx_estimator_shifted shifted;
  epx_estimator_reading reading;
};

#define EPX_ESTIMATOR(NAME, text, kind) extern const epx_estimator epx_estimator_##NAME;
#include "learning/estimators/estimators.def"
#undef EPX_ESTIMATOR

/** Sets frozen and weight from the batch's weights: the start of every rule. */
void epx_estimator_set_lanes(const epx_batch *batch, epx_estimator_work *work);

/** Skips one lane: freezes it for the further phases of the rule and counts one failure per lane. */
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

/** Adds weight y' dG/dtheta at the free state that is read, y = work->phase.response, to the gradient. Errors: as
 * above. */
epx_err epx_estimator_add_response(const epx_batch *batch, epx_estimator_work *work, double *gradient);

/** Sets the gradient of all instances to zero. */
void epx_estimator_set_zero(const epx_batch *batch, double *gradient);

#endif
