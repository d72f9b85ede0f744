/** @file
 * Classifier: a feedforward digital model of a task, the rival that networks of light are held against. It trains in
 * 16-bit words and answers in 8-bit ones. It is no photonic network and knows nothing of equilibria.
 *
 *   z = W2' max(0, W1' x + b1) + b2   with n_hidden > 0;   z = W' x + b   with none: logistic regression
 *
 * The class is the largest output's; of two classes with one output, the second's where z > 0. Outputs that tie for the
 * largest are wrong. Parameters theta: W1 [n_inputs][n_hidden], b1 [n_hidden], W2 [n_hidden][n_outputs], b2 [n_outputs];
 * without a hidden layer W [n_inputs][n_outputs], b [n_outputs].
 */
#ifndef EPILUX_LEARNING_REFERENCE_CLASSIFIER_H
#define EPILUX_LEARNING_REFERENCE_CLASSIFIER_H

#include <stddef.h>
#include <stdint.h>

#include "learning/task/task.h"

typedef struct {
  int n_inputs, n_hidden, n_outputs; /* n_hidden 0: no hidden layer */
} epx_classifier_shape;

/** Gets the shape for a task: one output of two classes, else one a class. */
epx_classifier_shape epx_classifier_get_shape(const epx_task *task, int n_hidden);

/** Gets the number of parameters. */
size_t epx_classifier_get_size(epx_classifier_shape shape);

/** Rounds to the nearest 16-bit word: bfloat16, 8 significant bits, ties to even. */
float epx_classifier_round(float x);

typedef struct epx_classifier epx_classifier;

/** Creates a model of a task, which is borrowed. Its parameters are all 0. Errors: EPX_EMEMORY. */
epx_err epx_classifier_create(const epx_task *task, int n_hidden, epx_classifier **out);

/** Destroys the model at *address. */
void epx_classifier_destroy(epx_classifier **address);

epx_classifier_shape epx_classifier_get_own_shape(const epx_classifier *model);

/** Draws parameters at which a training begins: normal, of variance 2 / n_inputs in W1, 1 / n_hidden in W2; biases and
 * W 0. Keyed by (seed, "reference:weights"; split, n_hidden, index in theta). theta [size]. */
void epx_classifier_eval_start(const epx_classifier *model, uint64_t seed, uint32_t split, double *theta);

/** Evaluates the mean cross-entropy (one output: logistic) over n samples and its gradient [size], may be NULL: operands
 * are 16-bit words, sums 32-bit floats in the order of the samples. theta [size] holds 32-bit floats. */
void epx_classifier_eval_cost(epx_classifier *model, const double *theta, int n, const int *samples,
                              double *cost, double *gradient);

/** Evaluates the share of n samples that the model in 16-bit words classifies right. */
double epx_classifier_eval_accuracy(epx_classifier *model, const double *theta, int n, const int *samples);

/** Evaluates the share of n samples that the model in 8-bit words classifies right: inputs, weights and hidden values are
 * integers of -127 … 127 times the scale of their array, sums and biases 32-bit integers. The scale of inputs and of
 * hidden values is the largest magnitude over the training part, 127; beyond it they are cut off. */
double epx_classifier_eval_quantised(epx_classifier *model, const double *theta, int n, const int *samples);

#endif
