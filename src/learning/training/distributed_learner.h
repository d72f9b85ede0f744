/** @file
 * Distributed learner: one instance of one large network, spread over the ranks of a communicator, that
 * learns a task: as learning/learner.h, sample by sample. Every rank holds theta and its gradient whole
 * (16 bytes a parameter, and the optimiser's moments) and takes the same step; states are spread.
 *
 * All ranks call every function with the same arguments, and all get the same numbers. These are the same
 * bits for equal numbers of ranks, and agree to the solvers' tolerance between different ones. Errors other
 * than EPX_EMEMORY are found by every rank.
 */
#ifndef EPILUX_LEARNING_TRAINING_DISTRIBUTED_LEARNER_H
#define EPILUX_LEARNING_TRAINING_DISTRIBUTED_LEARNER_H

#include "equilibrium/distributed/distributed.h"
#include "learning/training/learner.h"

typedef struct epx_distributed_learner epx_distributed_learner;

/** Checks, without MPI, what create would refuse of a network over n_ranks. Errors: EPX_EINPUT: as
 * epx_learner_create(), epx_engine_check(); a rule that is none of plain, phase-conjugate, time-reversed and
 * backprop. */
epx_err epx_distributed_learner_check(const epx_network *network, const epx_task *task,
                                      const epx_learning_spec *spec, int n_ranks);

/** Creates a learner; network and task are borrowed for its life, the communicator is duplicated. Collective.
 * petsc_options: as for epx_distributed_create(). Errors: as the check, and of epx_distributed_create(),
 * epx_optimizer_create(). */
epx_err epx_distributed_learner_create(const epx_network *network, const epx_task *task, const epx_cost *cost,
                                       const epx_learning_spec *spec, const epx_equilibrium_options *options,
                                       uint64_t seed, MPI_Comm communicator, const char *petsc_options,
                                       epx_distributed_learner **out);

/** Destroys the learner at *address. Collective. */
void epx_distributed_learner_destroy(epx_distributed_learner **address);

/** Solves the training of theta [n_theta], in place: batches, order, targets and curves as
 * epx_learner_solve_training(). Collective. Errors: EPX_ESOLVER, EPX_EMPI; EPX_EINTERRUPTED: it was left. */
epx_err epx_distributed_learner_solve_training(epx_distributed_learner *learner, double *theta,
                                               epx_curves *curves);

/** Gets the share of the samples of the last training that had no equilibrium; NaN when there was none. */
double epx_distributed_learner_get_skipped(const epx_distributed_learner *learner);

/** Gets the share of the samples given to the rule by the last training that it left out: their learning phases
 * found no equilibrium. */
double epx_distributed_learner_get_failures(const epx_distributed_learner *learner);

/** As epx_learner_add_to_restart(), of theta [n_theta], epx_learner_set_checkpointer() and
 * epx_learner_set_restored(). The restart of every rank has the same places, with the same contents.
 * Restoring is collective. Errors: EPX_EMEMORY; EPX_ESOLVER. */
epx_err epx_distributed_learner_add_to_restart(epx_distributed_learner *learner, double *theta,
                                               const epx_curves *curves, epx_restart *restart);
void epx_distributed_learner_set_checkpointer(epx_distributed_learner *learner,
                                              const epx_checkpointer *checkpointer,
                                              const epx_restart *restart);
epx_err epx_distributed_learner_set_restored(epx_distributed_learner *learner);

/** Evaluates the performance on a part; with the rightmost eigenvalue of every equilibrium when `stability`.
 * *n_unstable: out, equilibria with an eigenvalue of positive real part; may be NULL. Collective. Errors:
 * EPX_ESOLVER, EPX_EMPI. */
epx_err epx_distributed_learner_eval_performance(epx_distributed_learner *learner, const double *theta,
                                                 epx_part part, bool stability, epx_performance *performance,
                                                 int *n_unstable);

/** Evaluates a rule's gradient of the training part's mean cost: gradient [n_theta]; entries of parameters
 * that are not trained are zero, samples without an equilibrium are left out. Collective. Errors: EPX_EINPUT:
 * a rule that does not apply; EPX_ESOLVER, EPX_EMPI. */
epx_err epx_distributed_learner_eval_gradient(epx_distributed_learner *learner,
                                              const epx_estimator *estimator, const epx_nudging *nudging,
                                              const double *theta, double *gradient);

/** Solves for the free equilibrium of one sample of the task, by its index: state [n_local][components],
 * the rank's own rows. Collective. Errors: EPX_ESOLVER. */
epx_err epx_distributed_learner_solve_sample(epx_distributed_learner *learner, const double *theta,
                                             int sample, double *state, epx_certificate *certificate);

/** Gets the network that is distributed. Borrowed. */
epx_distributed *epx_distributed_learner_get_network(const epx_distributed_learner *learner);

#endif
