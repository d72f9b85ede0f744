/** @file
 * THE trial: (settings, point, instance) -> record. A pure function: no MPI, no file, no clock.
 */
#ifndef EPILUX_STUDY_TRIAL_H
#define EPILUX_STUDY_TRIAL_H

#include "epilux/study/record.h"

/** A design point made ready: its task, network and nominal parameters. */
typedef struct epx_point epx_point;

/** Creates a point from its settings, which are borrowed for its life; reads the task's files.
 * Errors: EPX_EINPUT, EPX_EFILE as the layers below say, EPX_EMEMORY. */
epx_err epx_point_create(const epx_settings *settings, epx_point **out);
void epx_point_destroy(epx_point **address);

/** Gets the layout of the point's records, borrowed. */
const epx_record_layout *epx_point_get_layout(const epx_point *point);

/** Gets the instances that a population advances together at this point: settings->block, or chosen so that a batch
 * fills a few vectors of lanes. Trials are always computed in whole blocks [k block, (k+1) block). */
int epx_point_get_block(const epx_point *point);

/** Gets what a trial costs: equilibria a trial asks for at most, bytes a block's workspaces take, and what it is made
 * of: n_nodes, n_theta (parameters), n_samples. */
typedef struct {
  double equilibria, bytes;
  int n_nodes, n_links, n_trained, n_train, n_test, n_features, n_classes;
} epx_point_size;
epx_point_size epx_point_get_size(const epx_point *point);

/** Solves one block of trials: instances first … first + block - 1 of design point i_point (first is a multiple of the
 * block). record [block][layout->size]: out; instances beyond the campaign's count are computed all the same (shared
 * steps) and dropped by the caller. A trial's failure is a state in its record. record[.][1] (seconds) is left NaN:
 * the caller has the clock.
 * Errors: only those of a broken run (< 0). */
epx_err epx_trial_solve(const epx_point *point, int i_point, int first, double *record);

#endif
