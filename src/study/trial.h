/** @file
 * THE trial: (point, instance) -> record. A pure function: no file, no clock, and no MPI but what solves one
 * distributed network together; its snapshot goes to the point's sink.
 */
#ifndef EPILUX_STUDY_TRIAL_H
#define EPILUX_STUDY_TRIAL_H

#include "study/point.h"

/** Checks that an engine can settle a point's networks and do all that its trials ask: network, task, nominal values,
 * rule and protocol. Errors: EPX_EINPUT: as epx_learner_check(); of a distributed network epx_engine_check() and
 * epx_engine_check_parameters(); what the engine lacks, by name (epx_ensemble_get_refusal()). */
epx_err epx_trial_check(const epx_point *point, epx_engine engine);

/** Creates a learner of n_instances instances of a point's network, by the point's engine: of a distributed one over
 * the ranks of point->communicator, with one instance and an *ensemble that the caller destroys after the learner; else
 * *ensemble is NULL. Collective where it is. Errors: as epx_learner_create() and epx_ensemble_create_distributed(). */
epx_err epx_trial_create_learner(const epx_point *point, const epx_learning_spec *learning, int n_instances,
                                 epx_ensemble **ensemble, epx_learner **out);

/** Solves one block of trials: instances first … first + block - 1 of design point i_point, `first` a
 * multiple of point->block. record [block][layout.size]: out; instances beyond the campaign's count are
 * computed all the same (their block shares its steps) and are for the caller to drop. record[.][1] (seconds)
 * is left NaN: the caller has the clock. A trial whose evaluation leaves more than half of the samples
 * without an equilibrium ends in the state of the gravest cause, its metrics NaN; a lesser share counts as
 * wrong answers. Of a distributed point (point->engine) a block is one trial: the ranks of
 * point->communicator call it together, with equal arguments, and get equal records, the same bits for equal
 * numbers of ranks. Trainings are shown to point->checkpointer, and go on from what it kept: the record is the same
 * bits. Errors: only those of a broken run (< 0); EPX_EINTERRUPTED: the checkpointer, or who set a question
 * (base/interrupt.h), had it left. */
epx_err epx_trial_solve(const epx_point *point, int i_point, int first, double *record);

#endif
