/** @internal @file
 * What training and measuring of a distributed network share: the learner's storage, and the settling of one
 * sample.
 */
#ifndef EPILUX_LEARNING_TRAINING_DISTRIBUTED_LEARNER_STATE_H
#define EPILUX_LEARNING_TRAINING_DISTRIBUTED_LEARNER_STATE_H

#include "learning/estimators/distributed_gradient.h"
#include "learning/training/distributed_learner.h"

/** Sums over the samples of an epoch or a part. */
typedef struct {
  int n_samples, n_settled;
  double loss, correct, norm;
  int n_norms;
} epx_distributed_tally;

struct epx_distributed_learner {
  const epx_network *network; /* borrowed */
  const epx_task *task;       /* borrowed */
  epx_learning_spec spec;
  uint64_t seed;
  int batch;        /* samples an update */
  double ignorance; /* what a sample costs that has no equilibrium */
  epx_distributed *distributed;
  epx_distributed_gradient *work;
  epx_optimizer *optimizer;
  double *features; /* [n_inputs] */
  int n_starts;
  double *start;              /* [n_starts][n_local][components] */
  double *state;              /* [n_local][components] */
  double *gradient, *partial; /* [n_theta] */
  unsigned char *trained;     /* [n_theta] */
  int *order;                 /* [n_train] */
  size_t n_local_state;
  epx_distributed_tally tally;
  long n_given, n_settled; /* of this training: samples, and those with an equilibrium */
  long n_asked, n_failed;  /* of this training: samples given to the rule, and left out by it */
  bool stopped;            /* in training: takes no more steps */
  double best_loss;        /* of the validation part */
  double *best_theta;      /* [n_theta]; NULL without patience */
  int n_worse;             /* epochs since then */
  epx_training_place place;
  const epx_checkpointer *checkpointer; /* NULL: nobody keeps trainings */
  const epx_restart *restart;           /* as what they are kept */
  bool restored;                        /* the next training goes on at `place` */
  epx_distributed_counts counts;        /* for the restart */
};

/** Solves for the free equilibrium of one sample, the parameters being set, from the start of
 * that place in a batch: state [n_local][components].
 * Collective. Errors: EPX_ESOLVER. */
epx_err epx_distributed_learner_solve_free(epx_distributed_learner *learner, int sample, int place,
                                           double *state, epx_certificate *certificate);

#endif
