/** @file
 * Search: what the runs of an Ising machine have found, task ground-state: energies reached, success probability and time to
 * solution. A run is a sample of that task, read at the end of its free phase, of which the signs are the spins
 * (photonic/spins.h); the problem is that of the nominal parameters, whatever fabrication makes of them.
 */
#ifndef EPILUX_STUDY_SEARCH_SEARCH_H
#define EPILUX_STUDY_SEARCH_SEARCH_H

#include "learning/training/learner.h"

/** Of one instance. Intervals are Wilson's, of 95 %. */
typedef struct {
  int n_runs, n_found;    /* and those that reached the ground state */
  double least, sum, cut; /* least energy, sum of energies, largest cut */
  double probability, low, high;
  /** T max(1, ln 0.01 / ln(1 - p)): how long runs of T go on until one has succeeded with 99 % (Ronnow2014); NaN at p = 0 */
  double time, time_low, time_high;
} epx_search;

struct epx_point;

/** Tells whether a task is the search for a ground state. */
bool epx_search_is_wanted(const epx_task_spec *task);

/** Checks what a search needs at a point, of needs of metrics: task ground-state, a family of spins, and for a success
 * probability a known ground state. Errors: EPX_EINPUT, which names the key. */
epx_err epx_search_check(const struct epx_point *point, unsigned needs);

/** Solves the runs of the learner's instances with parameters theta [n_instances][n_theta], as the learner's evaluation of
 * the held-out part does, whose performance it leaves in `performance` [n_instances]: search [n_instances]. Errors: of
 * the learner; EPX_EMEMORY. */
epx_err epx_search_eval(const struct epx_point *point, epx_learner *learner, const double *theta,
                        bool stability, epx_performance *performance, epx_search *search);

#endif
