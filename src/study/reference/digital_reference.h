/** @file
 * Reference: the cheapest digital model that is as accurate as a network of light is asked to be. What networks
 * of light are held against, not the same network computed: that is `digital_…` of energy.h.
 *
 * Candidates are trained by backprop, once a split and not once a chip: logistic regression and networks of one
 * hidden layer, wider and wider until the target is passed, and ridge; each with three settings, on the features
 * that the network of light gets (ports) and, where the task makes them fewer, on those before (raw). Copies of features
 * and the constant one are left out. Candidates stop at the first epoch whose validation accuracy reaches the target, or one of two
 * stricter goals, target + margin and target + 2 margin: a model may be trained on to be safe.
 *
 * Every candidate is trained on J splits: the task's own (j = 0), and others of the same sizes, keyed by (seed,
 * "reference:split", j). With a_j its accuracy over the held-out samples of split j, in 8-bit words, it reaches the target A when
 *
 *   mean(a) - A - t(confidence, J - 1) s sqrt(1 / J + n_test / n_train) >= -margin,
 *
 * s the standard deviation of a, the root Nadeau and Bengio's correction for splits that overlap (Nadeau2003). Of those that do, the cheapest by one
 * inference is the reference of an inference, the cheapest by its training (on the task's own split) that of a training; ties go to the earlier.
 */
#ifndef EPILUX_STUDY_REFERENCE_DIGITAL_REFERENCE_H
#define EPILUX_STUDY_REFERENCE_DIGITAL_REFERENCE_H

#include "study/reference/digital_cost.h"

enum { EPX_DIGITAL_REFERENCE_SETTINGS = 3 };

typedef struct {
  bool asked;        /* the deck has the section */
  double target;     /* A */
  double margin;     /* share, > 0 */
  double confidence; /* one-sided, 0.5: the mean decides */
  int splits;        /* J >= 2 */
  int batch;         /* samples an update */
  int n_widths;
  const int *widths; /* [n_widths] of the hidden layer, rising; none: logistic regression and ridge alone */
} epx_digital_reference_spec;

/** Which of a candidate's features. */
typedef enum { EPX_DIGITAL_REFERENCE_PORTS, EPX_DIGITAL_REFERENCE_RAW } epx_digital_reference_input;

typedef struct {
  epx_fit_kind kind;
  epx_digital_reference_input input;
  int n_hidden;
  double setting, goal;
  double accuracy, lowest; /* mean over splits, lower end of its interval */
  double own_accuracy;     /* on the task's own split */
  double epochs;           /* likewise */
  epx_digital_work way, one,
      all;        /* of a sample's way, of an inference behind it, and of the training behind all ways */
  double forward; /* samples that went through in that training */
  double inference[EPX_ENERGY_CASES], training[EPX_ENERGY_CASES]; /* [J]; the training of the own split */
  bool reaches;
} epx_digital_reference_candidate;

typedef struct {
  int n_candidates;
  epx_digital_reference_candidate *candidates;
  int cheapest_inference[EPX_ENERGY_CASES],
      cheapest_training[EPX_ENERGY_CASES]; /* -1: none reaches the target */
} epx_digital_reference;

/** Creates the reference of a task. epochs: most of a training, as of the network of light. The same bits on any rank: nothing but the
 * arguments has a say. Errors: EPX_EINPUT: no validation part, nothing held out, a held-out part of one class, less than 2 splits; as
 * epx_task_create(), epx_fit_solve(). */
epx_err epx_digital_reference_create(const epx_digital_reference_spec *spec, const epx_task_spec *task,
                                     int epochs, uint64_t seed, const epx_energy_spec *energy,
                                     epx_digital_reference **out);

void epx_digital_reference_destroy(epx_digital_reference **address);

/** The last reference that was made, and of what: points that differ in their network alone share it. */
typedef struct epx_digital_reference_store {
  char *key;
  epx_digital_reference *made;
} epx_digital_reference_store;

/** Gets the reference, training it only where the store holds another one; other prices need no training. It is the store's until the next call. Errors: as
 * epx_digital_reference_create(). */
epx_err epx_digital_reference_store_get(epx_digital_reference_store *store,
                                        const epx_digital_reference_spec *spec, const epx_task_spec *task,
                                        int epochs, uint64_t seed, const epx_energy_spec *energy,
                                        const epx_digital_reference **out);

/** Resets the store to hold none. */
void epx_digital_reference_store_reset(epx_digital_reference_store *store);

#endif
