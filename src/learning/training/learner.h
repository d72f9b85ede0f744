/** @file
 * Learner: a block of instances of one network that learn one task together: settle, measure, estimate,
 * train. Pure: what it gives depends on its arguments and the seed alone.
 */
#ifndef EPILUX_LEARNING_TRAINING_LEARNER_H
#define EPILUX_LEARNING_TRAINING_LEARNER_H

#include <stdbool.h>
#include <stdint.h>

#include "learning/estimators/estimator.h"
#include "learning/task/task.h"
#include "learning/training/checkpointer.h"
#include "learning/training/optimizer.h"
#include "learning/training/rate.h"

typedef struct {
  const epx_estimator *estimator;
  epx_nudging nudging;
  double nudge_decay; /* factor on beta after each epoch; 0 or 1: constant */
  epx_optimizer_spec optimizer;
  int n_layer_rates; /* 0: all layers learn alike */
  const double
      *layer_rates; /* [n_layer_rates] factors on the rate, of the links that lead into each layer but the
                                first, and of its nodes */
  int epochs;
  int batch;                             /* samples an update; 0: the whole training part */
  bool train[EPX_FAMILY_MAX_PARAMETERS]; /* which parameters are trained */
  double decay;                          /* rate factor after each epoch, 1: constant */
  epx_rate_spec rate;                    /* how the rate follows the epochs; zeros: by decay alone */
  int patience;                          /* epochs without a smaller validation loss after which an instance
                                            stops; it ends with the parameters of its smallest. 0: off */
  double target_accuracy;                /* an instance stops when its accuracy over the validation part is at
                                            least this; 0: never */
  double target_loss;                    /* an instance stops being trained when its epoch's training loss
                                            falls below this; exactly 0: never */
  epx_hardware_spec hardware;            /* all zero: ideal */
  bool deployed; /* settings are written before the training: epx_learner_write_settings() */
  bool
      tied; /* the first instance carries the parameters that all share and is not settled itself: all take one
                step, by the mean of the others' gradients, and stop together */
} epx_learning_spec;

/** Results of one part of the task on one instance. */
typedef struct {
  int outcome; /* EPX_OK, or the gravest cause among the samples: diverged > oscillates > slow > failed */
  int n_samples, n_settled;
  double loss; /* mean; a sample without an equilibrium costs what knowing nothing does (cost.h) */
  double
      accuracy; /* share classified right; a sample without an equilibrium counts as wrong; NaN: real targets */
  double
      mean_squared_error; /* over samples and outputs, in the targets' own unit squared; a sample without an equilibrium
                                counts as the training part's mean read for it; NaN: classes */
  double r_squared; /* 1 - sum of squared errors / sum about the part's own mean, mean over the outputs whose
                                targets differ; NaN: classes, or no such output */
  double settling_time; /* mean, family's unit of time */
  double residual;      /* largest */
  double abscissa;      /* largest; NaN when stability was not asked for */
  double power;         /* mean optical drive power, family's unit */
  double energy;        /* mean of power times settling time, family's units */
  int n_unstable; /* equilibria with an eigenvalue of positive real part, where stability was asked for */
} epx_performance;

/** Learning curves. Arrays [n_instances][epochs] (row-major), NaN after an instance stopped. Members
 * may be NULL: not recorded. */
typedef struct {
  double *loss, *accuracy; /* of the training part, as met during the epoch, before each update */
  double *gradient_norm;   /* mean over the epoch's updates */
  double *validation_loss, *validation_accuracy; /* of the validation part, after the epoch */
} epx_curves;

typedef struct epx_learner epx_learner;

/** Samples that are settled at once, at most: whatever the number of instances, for sums are made chunk by chunk. */
enum { EPX_LEARNER_SAMPLES = 128 };

/** Checks what a learner over an engine's ensemble would refuse, beside the options of optimiser and
 * equilibrium. Errors: EPX_EINPUT. */
epx_err epx_learner_check(epx_engine engine, const epx_network *network, const epx_task *task,
                          const epx_learning_spec *spec);

/** Creates a learner over a population of its own; network and task are borrowed for its life. Samples are
 * settled in chunks of EPX_LEARNER_SAMPLES, at most a batch. What few rules use is made
 * when they first do; nothing else is allocated later.
 * Errors: EPX_EINPUT: the estimator refuses the family, the task has more features than the network inputs
 * (inputs beyond the features stay dark), outputs do not fit the classes or targets, real targets with cross-entropy, batch < 0 or > training part, a
 * parameter to train that is not trainable, none to train, beta or decay not positive, a bad
 * schedule, rates of layers that are not as many as there are layers behind the first or are negative, patience < 0 or without a validation part, a target that is not
 * finite, options of the optimiser or the equilibrium; EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_learner_create(const epx_network *network, const epx_task *task, const epx_cost *cost,
                           const epx_learning_spec *spec, const epx_equilibrium_options *options,
                           int n_instances, uint64_t seed, epx_learner **out);

/** Creates a learner over an ensemble, which is borrowed: as many instances, and chunks of as many samples, as
 * that has. Of the options it takes the audit and the starts. Its functions that settle, measure, estimate or
 * train are collective where the ensemble is. Errors: as above. */
epx_err epx_learner_create_over(epx_ensemble *ensemble, const epx_task *task, const epx_cost *cost,
                                const epx_learning_spec *spec, const epx_equilibrium_options *options,
                                uint64_t seed, epx_learner **out);

/** Destroys the learner at *address. */
void epx_learner_destroy(epx_learner **address);

/** Gets the ensemble that the learner settles. Borrowed. */
epx_ensemble *epx_learner_get_ensemble(const epx_learner *learner);

/** Sets which instances of which design point the learner's are: the keys of what rules and hardware draw.
 * EPX_RANDOM_ANY and 0 without. */
void epx_learner_set_instances(epx_learner *learner, uint32_t i_point, uint32_t first);

/** Changes theta [n_instances][n_theta] in place before an epoch. */
typedef void (*epx_learner_renewal)(void *context, int epoch, double *theta);

/** Sets what changes the parameters before each epoch of a training; NULL: nothing. context is borrowed. */
void epx_learner_set_renewal(epx_learner *learner, epx_learner_renewal renewal, void *context);

/** Sets the dead devices of the instances: the links of what is dead are set to 0 in theta
 * [n_instances][n_theta], and training leaves what is dead alone, until epx_learner_set_instances(). */
void epx_learner_set_dead(epx_learner *learner, double *theta);

/** Writes settings into the hardware before any training, for a learner whose spec says `deployed`: wanted
 * [n_instances][n_theta] holds those of the trained parameters (tuning.h). shift [n_instances][n_theta]: out,
 * the change of the parameters. The next training starts from them. */
void epx_learner_write_settings(epx_learner *learner, const double *wanted, double *shift);

/** Gets the settings: how often each was written, what is worn out. */
const epx_tuning *epx_learner_get_tuning(const epx_learner *learner);

/** Gets which entries of the parameters are trained [n_theta]. */
const unsigned char *epx_learner_get_trained(const epx_learner *learner);

/** Gets which entries of an instance's parameters training can set [n_theta]: trained ones that are not dead. Until
 * the next call of a learner's function. */
const unsigned char *epx_learner_get_settable(epx_learner *learner, int i_instance);

/** Gets the share of an instance's settings, by updates and drifts of its last training, that would have left their
 * parameter's range and ended at its end; NaN when nothing was set. */
double epx_learner_get_out_of_range(const epx_learner *learner, int i_instance);

/** Evaluates of each instance the share of the components that a converter read in its last training whose value lay
 * beyond its range, share [n_instances]; NaN when it read none. Collective where the ensemble is. Errors: of the
 * engine. */
epx_err epx_learner_eval_saturation(epx_learner *learner, double *share);

/** Gets the share of the features of all the task's samples that lie beyond the range of the drive's converter and are
 * cut off there; NaN without one. */
double epx_learner_get_drive_saturation(const epx_learner *learner);

/** Gets the share of an instance's learning phases in the last training that were left out: they had no
 * equilibrium, or had left the free state's basin. 0 when there were none. */
double epx_learner_get_failures(const epx_learner *learner, int i_instance);

/** Gets the share of the samples of an instance's last training that were left out, having no equilibrium;
 * NaN when there was no training. */
double epx_learner_get_skipped(const epx_learner *learner, int i_instance);

/** Solves the training: theta [n_instances][n_theta], in: initial, out: trained. Batches are shuffled each
 * epoch by keyed streams (seed, "learning:shuffle", epoch), the same for every instance; a batch of the whole
 * training part is not shuffled. The gradient of an instance is the mean over the samples of the batch that
 * have an equilibrium. If none has one, the instance keeps its parameters for that update; after a whole epoch
 * without one it stops. It reaches its target only when all its samples settled. The bits depend on the whole
 * block of instances, because they share the steps of the integrator. Errors: EPX_ESOLVER; EPX_EINTERRUPTED:
 * the training was stopped. */
epx_err epx_learner_solve_training(epx_learner *learner, double *theta, epx_curves *curves);

/** Adds curves of n numbers each, those that are kept, to a restart. Errors: EPX_EMEMORY. */
epx_err epx_curves_add_to_restart(const epx_curves *curves, size_t n, epx_restart *restart);

/** Adds a training of theta [n_instances][n_theta] with its curves (NULL: none) to a restart: all that it is
 * between two updates, dead devices and settings too. Errors: EPX_EMEMORY. */
epx_err epx_learner_add_to_restart(epx_learner *learner, double *theta, const epx_curves *curves,
                                   epx_restart *restart);

/** Sets the checkpointer of the trainings, and the restart that it saves: one that epx_learner_add_to_restart()
 * has filled, possibly with further memory. Both borrowed; NULL: none. */
void epx_learner_set_checkpointer(epx_learner *learner, const epx_checkpointer *checkpointer,
                                  const epx_restart *restart);

/** Sets the next training to continue from the restart, whose memory has been filled again: theta and curves
 * must be the arrays of the restart. Counts since creation are restored, too.
 */
epx_err epx_learner_set_restored(epx_learner *learner);

typedef enum {
  EPX_PART_TRAIN,
  EPX_PART_VALIDATION, /* the training part when there is none */
  EPX_PART_TEST        /* the training part when nothing is held out */
} epx_part;

/** Solves for the free equilibria of one sample of the task, by its index: state [n_rows][n_lanes] and certificate
 * [n_lanes] of the ensemble. Errors: of the ensemble. */
epx_err epx_learner_solve_sample(epx_learner *learner, const double *theta, int sample, double *state,
                                 epx_certificate *certificate);

/** Is shown each chunk of samples that an evaluation has solved: state [n_rows][n_lanes], weight [n_lanes], 0 of what has
 * no state to read. */
typedef void (*epx_learner_observer)(void *context, const epx_ensemble *ensemble, const double *state,
                                     const double *weight);

/** Sets who is shown the chunks of evaluations from now on; NULL: nobody. */
void epx_learner_set_observer(epx_learner *learner, epx_learner_observer observer, void *context);

/** Sets whether performances say how long networks take to settle: then each sample's dynamics are followed twice. Not,
 * after create: settling_time is NaN. */
void epx_learner_set_settling(epx_learner *learner, bool measured);

/** How long the phases of an instance have to be, in the family's unit of time. */
typedef struct {
  double free,
      nudged; /* of a training step; 0 where the gradient vanishes; NaN: no length that was tried is enough, or
                          the rule is computed */
} epx_phase_lengths;

/** Gets how many samples epx_learner_eval_inference() follows: those of the test part, or the first 100. */
int epx_learner_count_followed(const epx_learner *learner);

/** Evaluates how long each sample's outputs take, from the dark, until every one stays within 1 % of its
 * spread over these samples (largest less smallest equilibrium): time [n_instances][n_followed]; NaN where
 * there is no equilibrium. With a deck's clock, its length. Errors: EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_learner_eval_inference(epx_learner *learner, const double *theta, double *time);

/** Evaluates how long the phases of a training step have to be: lengths [n_instances]. From gradients g of one batch (the
 * first samples of the training part, at most 64), formed from states read at a time T by the rule of the spec:
 *
 *   nudged  the smallest T for which |g(T) - g(inf)| <= 0.1 |g(inf)| from then on, the free phase at rest
 *   free    likewise, the nudged phase of that length: what has not settled drifts into the contrast
 *
 * T = scale 2^(k/2) is tried downwards from 8 scale, upwards to 64 scale where that is not enough, and interpolated where the
 * error passes 0.1, logarithms in both. Phases in which a rule shifts parameters count as nudged ones. With a deck's
 * clock: its lengths. scale > 0: about as long as the network settles. Errors: EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_learner_eval_lengths(epx_learner *learner, const double *theta, double scale,
                                 epx_phase_lengths *lengths);

/** Evaluates performance [n_instances] on a part; with the spectrum when `stability`. Errors: EPX_ESOLVER. */
epx_err epx_learner_eval_performance(epx_learner *learner, const double *theta, epx_part part, bool stability,
                                     epx_performance *performance);

/** Evaluates a rule's gradient of the training part's mean cost: gradient [n_instances][n_theta]; entries of
 * parameters that are not trained are zero. Over the whole training part, in chunks, samples that do not
 * settle left out. Of entries that are tied the first has the sum over all, the others are zero. Errors: EPX_EINPUT: the
 * estimator refuses the family; EPX_ESOLVER. */
epx_err epx_learner_eval_gradient(epx_learner *learner, const epx_estimator *estimator,
                                  const epx_nudging *nudging, const double *theta, double *gradient);

/** Evaluates how many equilibria coexist: multiplicity [n_instances], the mean over the part's samples of the
 * distinct ones that the dynamics reach from options->starts states, the family's own and random ones of up
 * to twice the size of the first equilibrium (phases: any). 0 where there is none. Errors: EPX_ESOLVER. */
epx_err epx_learner_eval_multiplicity(epx_learner *learner, const double *theta, epx_part part,
                                      double *multiplicity);

/** Audit of the free equilibria of one instance that were drawn for it: if pure dynamics find another state, or
 * none, this is a disagreement. */
typedef struct {
  long n_audited, n_disagreements;
} epx_audit;

/** Gets the audit since creation or the last epx_learner_set_instances(). */
epx_audit epx_learner_get_audit(const epx_learner *learner, int i_instance);

/** Gets the counts of equilibria and steps so far. */
epx_ensemble_counts epx_learner_get_counts(const epx_learner *learner);

#endif
