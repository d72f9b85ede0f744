/** @internal @file
 * What training, measuring and estimating share: the learner's storage, and the settling of one chunk of
 * samples.
 */
#ifndef EPILUX_LEARNING_TRAINING_LEARNER_STATE_H
#define EPILUX_LEARNING_TRAINING_LEARNER_STATE_H

#include "equilibrium/clock.h"
#include "learning/training/inspection.h"
#include "learning/training/learner.h"

/* Sums over samples of one instance. */
typedef struct {
  int n_samples, n_settled;
  double loss, correct; /* of the samples that settled */
} epx_learner_tally;

/* Sums over the epochs of a training of one instance. */
typedef struct {
  double n_samples, n_settled;
} epx_learner_coverage;

/* The chunk of samples that was settled last; arrays of lanes are laid by the ensemble's n_lanes. */
typedef struct {
  const double *theta;          /* [n_instances][n_theta] the parameters that are set; borrowed */
  double *features;             /* [chunk_size][n_inputs] */
  int *label;                   /* [n_lanes] */
  double *state;                /* [n_rows][n_lanes] */
  double *start;                /* [n_rows][n_lanes], where settling is measured; NULL before */
  epx_certificate *certificate; /* [n_lanes] */
  double *readout;              /* [n_outputs][n_lanes] */
  double *value, *correct;      /* [n_lanes] cost, and 1 where the class is right */
  double *weight;               /* [n_lanes] 1 where there is an equilibrium to learn from */
  double *power;                /* [n_lanes] */
  unsigned char *idle;          /* [n_lanes] lanes of stopped instances */
  int one_sample;               /* that epx_learner_solve_sample() settles */
  double *squares; /* [n_instances][n_outputs] sums over a part of squared errors; none with classes */
} epx_learner_chunk;

/* The gradient of a batch, and what a training left out of its gradients. */
typedef struct {
  double *gradient, *partial; /* [n_instances][n_theta] of the batch, and of a chunk */
  int *n_estimated;           /* [n_instances] samples the gradient is made of */
  double *n_asked, *failed;   /* [n_instances] samples given to the rule, and left out by it */
} epx_learner_sum;

/* How parameters are set. */
typedef struct {
  epx_tuning *tuning;
  epx_tuning *before;      /* what it was before probes were written; NULL: weights are ideal */
  epx_range_counts *range; /* [n_instances] of this training */
  unsigned char *trained;  /* [n_theta] */
  unsigned char *alive;    /* [n_instances][n_theta]; NULL: all */
  unsigned char *mask;     /* [n_instances][n_theta] which entries the next write sets */
  bool deployed;           /* the settings are those that training goes on from */
  double *rate;            /* [n_theta] factor on the rate of its layer; NULL: 1 */
  unsigned char *decays;   /* [n_theta] weights, which decay; NULL: none do */
} epx_learner_settings;

/* The epochs of a training. */
typedef struct {
  int *order;                     /* [n_train] */
  unsigned char *stopped;         /* [n_instances], during training: is not trained on */
  epx_learner_tally *tally;       /* [n_instances] of this epoch */
  epx_learner_coverage *coverage; /* [n_instances] of this training */
  double *norm;                   /* [n_instances] sum over updates of the gradient's norm */
  int *n_norms;                   /* [n_instances] */
  epx_learner_renewal renewal;
  void *renewal_context;
  epx_training_place place;
} epx_learner_epochs;

/* Looks at the validation part, and the best parameters so far. */
typedef struct {
  bool validated;              /* during training: epochs end with a look at the validation part */
  epx_performance *validation; /* [n_instances] */
  double *best_theta;          /* [n_instances][n_theta] at the smallest validation loss; NULL: no patience */
  double *best_loss;           /* [n_instances] */
  int *n_worse;                /* [n_instances] epochs since */
} epx_learner_patience;

/* Who is shown the training between two updates. */
typedef struct {
  const epx_checkpointer *checkpointer; /* NULL: nobody keeps trainings */
  const epx_restart *restart;           /* as what they are kept */
  bool restored;                        /* the next training goes on at `place` */
} epx_learner_keeping;

struct epx_learner {
  const epx_network *network; /* borrowed */
  const epx_task *task;       /* borrowed */
  epx_cost cost;
  epx_learning_spec spec;
  uint64_t seed;
  epx_batch_key key; /* of the batch at hand */
  int n_instances;
  int batch, chunk_size;   /* samples an update; samples settled at once */
  double ignorance;        /* what a sample costs that has no equilibrium */
  double drive_saturation; /* share of the task's features beyond the drive's converter */
  bool measures_settling;
  epx_learner_observer observer; /* of chunks that are evaluated; NULL: nobody */
  void *observer_context;
  double max_time; /* of a trajectory that is followed */

  epx_ensemble *ensemble;
  bool owns_ensemble;
  epx_clock clock; /* its workspaces are made when it is first needed */
  bool clocked;    /* phases are as long as the deck says */
  epx_estimator_work *work;
  epx_optimizer *optimizer;
  epx_inspection *inspection; /* a second look at free equilibria */

  epx_learner_chunk last;
  epx_learner_sum sum;
  epx_learner_settings settings;
  epx_learner_epochs epochs;
  epx_learner_patience patience;
  epx_learner_keeping keeping;
};

/** Sets the parameters of all instances, theta [n_instances][n_theta], which is borrowed until the next. */
void epx_learner_set_parameters(epx_learner *learner, const double *theta);

/** Solves the free phase of `n` samples (at most chunk) for all instances, the parameters being set: state,
 * certificate, readout, value, correct and weight. Errors: of the ensemble. */
epx_err epx_learner_solve_chunk(epx_learner *learner, int n, const int *samples);

/** Gets the samples of a part, and how many they are. */
const int *epx_learner_get_samples(const epx_learner *learner, epx_part part, int *n);

/** Adds the chunk solved last to the tally of each instance. */
void epx_learner_add_tally(epx_learner *learner);

/** Tells whether training can set an entry, `at` in [n_instances][n_theta]: it is trained, and not dead. */
static inline bool epx_learner_can_set(const epx_learner *learner, size_t at) {
  return learner->settings.trained[at % learner->network->n_theta] &&
         (!learner->settings.alive || learner->settings.alive[at]);
}

/** Shows the training to its checkpointer, if there is one, `share` of it done. Errors: of the checkpointer. */
epx_err epx_learner_show(epx_learner *learner, double share);

/** Tells whether epochs end with a look at the validation part. */
bool epx_learner_is_validated(const epx_learner *learner, const epx_curves *curves);

/** Solves the validation part after an epoch: its curves, and, where there is patience, the best parameters
 * so far; stops the instances whose patience is over. theta [n_instances][n_theta]. Errors: EPX_ESOLVER. */
epx_err epx_learner_solve_validation(epx_learner *learner, int epoch, const double *theta,
                                     epx_curves *curves);

/** Sets the parameters of each instance to its best, where there is patience and a best. */
void epx_learner_set_best(epx_learner *learner, double *theta);

/** Evaluates the gradient of the mean cost of `n` samples, in chunks, the parameters being set:
 * learner->sum.gradient, zero where not trained, and n_estimated; adds the samples to the tally. Errors:
 * EPX_ESOLVER. */
epx_err epx_learner_eval_batch_gradient(epx_learner *learner, const epx_estimator *estimator,
                                        const epx_nudging *nudging, int n, const int *samples);

/** Makes sums over samples means: of the loss over all, those that did not settle at `ignorance` each; of the
 * accuracy over all; of the rest over those that settled, NaN where none did. */
void epx_performance_finish(epx_performance *performance, double ignorance, bool stability);

/** Gets how grave an outcome is, 0 for EPX_OK: diverged > oscillates > slow > failed. */
int epx_learner_get_gravity(int outcome);

#endif
