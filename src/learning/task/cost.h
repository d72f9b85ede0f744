/** @file
 * Costs: how wrong a readout is, its slope, and whether the class is right.
 */
#ifndef EPILUX_LEARNING_TASK_COST_H
#define EPILUX_LEARNING_TASK_COST_H

#include <stdbool.h>

#include "epilux/error.h"

/** Of the readouts r of one sample with label k; t_o = on for the output of class k, off for the others. With
 * one output and two classes, t = on for class 1 and off for class 0. With real targets the label is the sample's number, and
 * t_o its target; cross-entropy has none.
 * X(name, deck name, meaning) */
#define EPX_COSTS(X)                                                                                         \
  X(EPX_SQUARED_ERROR, "squared-error", "1/2 sum (r - t)^2")                                                 \
  X(EPX_CROSS_ENTROPY, "cross-entropy", "-log softmax(r)_k; one output: logistic")                           \
  X(EPX_PHASE_COSINE, "phase-cosine",                                                                        \
    "-sum ln(1 + cos(r - t)), r and t phases in rad: repels the antiphase point")

typedef enum {
#define EPX_COST_ENUM(name, text, meaning) name,
  EPX_COSTS(EPX_COST_ENUM)
#undef EPX_COST_ENUM
      EPX_COST_COUNT
} epx_cost_kind;

typedef struct {
  epx_cost_kind kind;
  double off, on; /* targets: squared-error 0, 1; phase-cosine -pi/2, pi/2 rad; not used by cross-entropy */
  bool periodic;  /* readouts are phases in rad: targets are near or far on the circle */
  const double *targets; /* [n_samples][n_outputs] real targets, borrowed; NULL: classes */
} epx_cost;

/** Evaluates for each lane the cost, its slope in the readouts, and whether the predicted class is the label:
 * r, slope [n_outputs][n_lanes], label, value, correct [n_lanes]. slope, value, correct may be NULL.
 * Predicted class: the one whose targets are nearest, whatever their order (of phases, on the circle);
 * cross-entropy: the largest r, one output: class 1 where r > 0. Equally near to two, to 1e-9 of their distance, is
 * wrong. With real targets correct is 0. O(n_outputs n_lanes). */
void epx_cost_eval(const epx_cost *cost, int n_outputs, int n_lanes, const double *r, const int *label,
                   double *value, double *slope, double *correct);

/** Evaluates the second derivative d2C/dr2 of one lane: hessian [n_outputs][n_outputs]. */
void epx_cost_eval_hessian(const epx_cost *cost, int n_outputs, int n_lanes, int lane, const double *r,
                           const int *label, double *hessian);

/** Evaluates the cost of an answer without any knowledge, mean over samples [n] whose labels are
 * label[sample]: cross-entropy ln n_classes; the others the cost of reading the mean target of these samples,
 * at each output its own (of phases the mean direction). It is what a sample without an equilibrium counts
 * for. O(n_outputs n). */
double epx_cost_eval_ignorance(const epx_cost *cost, int n_outputs, int n_classes, int n, const int *samples,
                               const int *label);

/** Gets how far a readout of output o is from the real target of a sample; of phases on the circle, -pi ... pi. */
double epx_cost_eval_error(const epx_cost *cost, int n_outputs, int i_output, int sample, double r);

/** Gets the answer of one output without any knowledge of real targets: their mean over samples [n]; of phases its mean
 * direction. */
double epx_cost_eval_guess(const epx_cost *cost, int n_outputs, int i_output, int n, const int *samples);

/** Gets a kind by its deck name. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_cost_get_kind(const char *name, epx_cost_kind *kind);

/** Gets the deck name and the meaning of a kind. */
const char *epx_cost_get_name(epx_cost_kind kind);
const char *epx_cost_get_meaning(epx_cost_kind kind);

#endif
