/** @file
 * Objective: one number of a design point, from what its instances came to: what a search makes small or large.
 */
#ifndef EPILUX_STUDY_OBJECTIVE_H
#define EPILUX_STUDY_OBJECTIVE_H

#include "study/record.h"

/** Of a metric over the instances: its mean, a quantile, or the mean of its worst share. X(name, deck name) */
#define EPX_OBJECTIVE_STATISTICS(X)                                                                          \
  X(EPX_OBJECTIVE_MEAN, "mean")                                                                              \
  X(EPX_OBJECTIVE_QUANTILE, "quantile")                                                                      \
  X(EPX_OBJECTIVE_TAIL, "tail")

enum {
#define EPX_OBJECTIVE_ENUM(name, text) name,
  EPX_OBJECTIVE_STATISTICS(EPX_OBJECTIVE_ENUM)
#undef EPX_OBJECTIVE_ENUM
};

/** What became of a point. */
typedef struct {
  double value; /* of the objective, over the instances that have the metric; NaN: none has it */
  double yield; /* share of good instances, failed ones not among them; NaN: the deck has no yield */
  int n_failed, n_pending; /* instances that are finished and have no metric; that are not finished */
} epx_objective_result;

/** Evaluates an objective over records [n_instances][layout->size]. The quantile is of probability `level` on the side where
 * the objective is bad, the tail the mean of the worst share 1 - level, the last of them in part (conditional value at risk).
 * Of `yield` the value is the share of good ones. Errors: EPX_EMEMORY. Source: Rockafellar2000. */
epx_err epx_objective_eval(const epx_objective *objective, const epx_settings *settings,
                           const epx_record_layout *layout, int n_instances, const double *record,
                           epx_objective_result *result);

/** Gets the place of a metric among the deck's, in the record; -1: it is none of them. */
int epx_objective_get_metric(const epx_settings *settings, int metric);

#endif
