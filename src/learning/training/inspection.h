/** @internal @file
 * Inspection: checks of free equilibria: the audit by pure dynamics, and the search for coexisting
 * equilibria.
 */
#ifndef EPILUX_LEARNING_TRAINING_INSPECTION_H
#define EPILUX_LEARNING_TRAINING_INSPECTION_H

#include "learning/training/learner.h"

typedef struct epx_inspection epx_inspection;

/** Creates the workspaces for an ensemble, which is borrowed; those of more than one start only when the
 * options ask for them. Memory: O(starts n_rows n_lanes). Errors: EPX_EMEMORY. */
epx_err epx_inspection_create(epx_ensemble *ensemble, const epx_equilibrium_options *options,
                              epx_inspection **out);

/** Destroys the inspection at *address. */
void epx_inspection_destroy(epx_inspection **address);

/** Sets what was counted to zero. */
void epx_inspection_set_zero(epx_inspection *inspection);

/** Solves the audit of lanes that have just settled to state [n_rows][n_lanes] from the start of their
 * samples: each is drawn with probability options->audit, by the keyed stream (seed,
 * "equilibrium:audit") at (point, instance, step, sample). Idle lanes [n_lanes] are left out. samples
 * [n_samples]: their indices. Collective. Errors: of the ensemble. */
epx_err epx_inspection_solve_audit(epx_inspection *inspection, const epx_batch_key *key,
                                   const unsigned char *idle, const int *samples, const double *state,
                                   const epx_certificate *certificate);

/** Solves the lanes from further starts and adds the distinct equilibria of each to its instance's
 * n_found [n_instances]; state, certificate: what was reached from the family's start. Draws by (seed,
 * "equilibrium:starts") at (point, instance, sample EPX_MAX_STARTS + start, row). Collective. Errors: of the
 * ensemble. */
epx_err epx_inspection_solve_starts(epx_inspection *inspection, const epx_batch_key *key, const int *samples,
                                    const double *state, const epx_certificate *certificate, double *n_found);

/** Adds what was counted to a restart. Errors: EPX_EMEMORY. */
epx_err epx_inspection_add_to_restart(epx_inspection *inspection, epx_restart *restart);

/** Gets the audit of an instance. */
epx_audit epx_inspection_get_audit(const epx_inspection *inspection, int i_instance);

#endif
