/** @file
 * Results: what a results file holds, also while its campaign runs (the journal beside it is read too).
 */
#ifndef EPILUX_RESULTS_H
#define EPILUX_RESULTS_H

#include "epilux/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct epx_results epx_results;

/** Reads a results file and its journal. Errors: EPX_EFILE, EPX_EFORMAT: no results file; EPX_EMISMATCH: a
 * journal of another campaign; EPX_EMEMORY. */
epx_err epx_results_read(const char *path, epx_results **out);

/** Destroys the results at *address. */
void epx_results_destroy(epx_results **address);

/** Gets the number of design points, and of instances of each. */
int epx_results_get_n_points(const epx_results *results);
int epx_results_get_n_instances(const epx_results *results);

/** Gets the resolved deck, borrowed. */
const char *epx_results_get_deck(const epx_results *results);

/** Gets the name of metric i of the file, NULL past the last. */
const char *epx_results_get_metric(const epx_results *results, int i);

/** Gets the state of a trial: 0 pending, 1 done, or why it failed: EPX_SLOW, EPX_OSCILLATES, EPX_DIVERGED,
 * EPX_FAILED; -1: there is no such trial. */
int epx_results_get_state(const epx_results *results, int i_point, int i_instance);

/** Gets a metric of a trial; NaN where it is pending or has none. Errors: EPX_EINPUT: no such metric in the
 * file, no such trial. */
epx_err epx_results_get_value(const epx_results *results, const char *metric, int i_point, int i_instance,
                              double *value);

/** A metric over the instances of a design point. */
typedef struct {
  int count, failures;        /* trials with a value; finished trials without one */
  double mean, std, min, max; /* over `count`; std with n - 1; NaN where undefined */
  double yield, low, high;    /* share of good instances and its interval; failures are not good. NaN: not
                                  the metric of the deck's `yield` */
} epx_results_summary;

/** Evaluates a metric's summary at a design point; pending trials are left out. Errors: EPX_EINPUT: no such
 * metric in the file, no such design point; EPX_EMEMORY. */
epx_err epx_results_eval_summary(const epx_results *results, const char *metric, int i_point,
                                 epx_results_summary *summary);

#ifdef __cplusplus
}
#endif

#endif
