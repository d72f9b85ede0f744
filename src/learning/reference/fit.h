/** @file
 * Fit: trains digital classifiers of a task, and says what they took until their validation accuracy reached each of a
 * few goals. Not for networks of light: those learn in `training`.
 */
#ifndef EPILUX_LEARNING_REFERENCE_FIT_H
#define EPILUX_LEARNING_REFERENCE_FIT_H

#include "learning/reference/classifier.h"

/** How a classifier is trained. X(name, word, meaning) */
#define EPX_FITS(X)                                                                                          \
  X(EPX_FIT_ADAM, "adam", "batches, adaptive moments (Kingma2015), 32-bit sums; setting: the rate")          \
  X(EPX_FIT_BFGS, "bfgs",                                                                                    \
    "all training samples a step, GSL's vector_bfgs2; setting: size of the first step")                      \
  X(EPX_FIT_RIDGE, "ridge", "least squares on -1 and 1, in one pass; setting: penalty a sample")

typedef enum {
#define EPX_FIT_ENUM(name, word, meaning) name,
  EPX_FITS(EPX_FIT_ENUM)
#undef EPX_FIT_ENUM
      EPX_FIT_COUNT
} epx_fit_kind;

/** Gets the word of a kind. */
const char *epx_fit_get_name(epx_fit_kind kind);

enum { EPX_FIT_GOALS = 3 };

typedef struct {
  epx_fit_kind kind;
  int n_hidden;               /* ridge: 0 */
  double setting;             /* what each kind says, > 0 */
  int batch;                  /* adam: samples an update; more than there are: all */
  int epochs;                 /* most; bfgs: most iterations */
  double goal[EPX_FIT_GOALS]; /* validation accuracies, rising; a training ends at the last */
  uint64_t seed;
  uint32_t split; /* starts are keyed by it, and by n_hidden; the order of samples by it and the epoch */
} epx_fit_spec;

/** What it had taken when a goal was reached, or at the end of a training that did not reach it. */
typedef struct {
  bool reached;
  double accuracy;   /* of the held-out samples, in 8-bit words */
  double validation; /* of the validation samples, in 16-bit words */
  double epochs;     /* ridge: 1 */
  double forward, backward,
      updates; /* samples that went through the model, and back; changes of all parameters */
} epx_fit_mark;

/** Solves a training: mark [EPX_FIT_GOALS], and theta [size] at the first goal, or at the end where that was not reached.
 * The task needs a validation and a held-out part. bfgs ends early where its line search finds no better point: 16-bit
 * words are coarse. Pure. Errors: EPX_EMEMORY; EPX_ESOLVER: ridge's equations have no solution. */
epx_err epx_fit_solve(const epx_task *task, const epx_fit_spec *spec, epx_fit_mark *mark, double *theta);

#endif
