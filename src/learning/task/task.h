/** @file
 * Tasks: samples with labels, scaled for the network's inputs, split into a training and a test part by the
 * seed.
 */
#ifndef EPILUX_LEARNING_TASK_TASK_H
#define EPILUX_LEARNING_TASK_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "epilux/error.h"

/** X(name, deck name, meaning) */
#define EPX_SCALINGS(X)                                                                                      \
  X(EPX_SCALE_NONE, "none", "as in the data")                                                                \
  X(EPX_SCALE_UNIT, "unit", "each feature to 0 … 1 over the training part")                                  \
  X(EPX_SCALE_SYMMETRIC, "symmetric", "each feature to -1 … 1 over the training part")                       \
  X(EPX_SCALE_STANDARD, "standard", "each feature to mean 0 and variance 1 over the training part")          \
  X(EPX_SCALE_RANGE, "range", "all features divided by the largest magnitude in the training part")

typedef enum {
#define EPX_SCALING_ENUM(name, text, meaning) name,
  EPX_SCALINGS(EPX_SCALING_ENUM)
#undef EPX_SCALING_ENUM
      EPX_SCALE_COUNT
} epx_scaling;

/** What the outputs are to say of a sample. X(name, deck name, meaning) */
#define EPX_GOALS(X)                                                                                         \
  X(EPX_GOAL_CLASSES, "classes", "the sample's class")                                                       \
  X(EPX_GOAL_NUMBERS, "numbers", "one real target per output: regression")                                   \
  X(EPX_GOAL_FEATURES, "features", "the sample's own features, as they enter: autoencoding")

typedef enum {
#define EPX_GOAL_ENUM(name, text, meaning) name,
  EPX_GOALS(EPX_GOAL_ENUM)
#undef EPX_GOAL_ENUM
      EPX_GOAL_COUNT
} epx_goal;

/** Whether a CSV file's first line names its columns. X(name, deck name, meaning) */
#define EPX_CSV_HEADERS(X)                                                                                   \
  X(EPX_CSV_AUTO, "auto", "decided from the first line and the lines below it")                              \
  X(EPX_CSV_PRESENT, "present", "the first line names the columns")                                          \
  X(EPX_CSV_ABSENT, "absent", "the first line is a sample")

typedef enum {
#define EPX_CSV_HEADER_ENUM(name, text, meaning) name,
  EPX_CSV_HEADERS(EPX_CSV_HEADER_ENUM)
#undef EPX_CSV_HEADER_ENUM
      EPX_CSV_HEADER_COUNT
} epx_csv_header;

/** How many features are made fewer. X(name, deck name, meaning) */
#define EPX_REDUCTIONS(X)                                                                                    \
  X(EPX_REDUCE_NONE, "none", "every feature has an input")                                                   \
  X(EPX_REDUCE_COMPONENTS, "pca", "principal components of the training part")                               \
  X(EPX_REDUCE_POOLING, "mean-pooling", "means over windows of an image")

typedef enum {
#define EPX_REDUCTION_ENUM(name, text, meaning) name,
  EPX_REDUCTIONS(EPX_REDUCTION_ENUM)
#undef EPX_REDUCTION_ENUM
      EPX_REDUCTION_COUNT
} epx_reduction;

/** A built-in task, for `epilux list tasks`. */
typedef struct {
  const char *name, *summary, *source;
  double test_fraction; /* default */
  epx_scaling scaling;  /* default */
  unsigned goals;       /* the sum of 1 << goal of those that it can have */
} epx_task_kind;

/** Gets the i-th kind, NULL past the last: xor, moons, iris, wine, breast-cancer, digits, sine, csv, npz, idx. */
const epx_task_kind *epx_task_get_kind(int i);
const epx_task_kind *epx_task_get_kind_by_name(const char *name);

typedef struct {
  const char *name; /* of the kind */
  const char *path; /* csv, npz: the file; idx: the images, plain or gzipped; NULL otherwise */
  const char
      *label; /* csv: the column of the class, by name or number from 1; NULL: the last; npz: its array */
  const char *features;  /* npz: the array of the features */
  epx_csv_header header; /* csv */
  epx_goal goal;
  int n_targets;              /* csv and npz with numbers: how many columns or arrays are targets, >= 1 */
  const char *const *targets; /* [n_targets]: these columns, by name or number from 1 */
  epx_scaling target_scaling; /* numbers */
  const char *labels;         /* idx: the labels */
  const char *test_path, *test_labels; /* idx: files of the held-out part; NULL: a share of the samples */
  int n_classes;                       /* how many of the classes are kept; 0: all */
  const int *classes;                  /* [n_classes]: which ones; classes[k] becomes class k */
  int n_samples; /* moons, sine: how many, 0 = 200, 64; others: at most so many, drawn by the seed, 0 = all */
  double optimum;       /* ground-state: energy of the ground state; NaN: not known */
  double noise;         /* moons: standard deviation added to both coordinates */
  double test_fraction; /* share held out, stratified by class; 0: everything is trained and tested on */
  double validation_fraction; /* share of the rest that neither trains nor tests, in the same way */
  epx_scaling scaling;
  epx_reduction reduction; /* of the scaled features, before the constant one */
  int n_ports;             /* pca: how many components */
  bool whiten;             /* pca: each component in units of its own standard deviation, not the first's */
  int window;              /* mean-pooling: edge in pixels */
  int n_copies;  /* how often each feature stands in a sample, all of them once and again; 0: once */
  bool constant; /* one more feature, last, that is 1 in every sample: a drive that does not vary */
} epx_task_spec;

typedef struct {
  int n_samples, n_features;
  int n_classes;        /* 0: the outputs have real targets */
  int n_targets;        /* 0: the outputs tell classes apart */
  int n_raw;            /* features of the data, before any are made fewer or repeated */
  double *features;     /* [n_samples][n_features], scaled */
  int *labels;          /* [n_samples], 0 … n_classes - 1; of real targets 0 */
  char **names;         /* [n_classes]: what the data call each class */
  double *targets;      /* [n_samples][n_targets], scaled; NULL: none */
  double *target_scale; /* [n_targets] > 0: the data's number per scaled one */
  int n_train, n_test;
  int *train, *test; /* [n_train], [n_test]: sample indices; n_test = 0: test on the training part */
  int n_validation, *validation; /* [n_validation] */
  int n_shares;                  /* owners beside the first */
  bool borrowed;                 /* the samples lie in somebody else's memory, learning/task/packed.h */
} epx_task;

/** Creates the samples. A feature that is constant over the training part becomes 0 (scalings that divide by
 * its spread). The held-out part is round(test_fraction n_samples) samples, each class giving its share to
 * within one and keeping one, drawn by the keyed stream (seed, "task:split", class); the
 * validation part of what is left in the same way by "task:validation", a smaller n_samples by "task:subset".
 * With test_path its samples are the held-out part, all of them, and test_fraction must be 0. Files of
 * built-in tasks are looked for in $EPILUX_DATA, the installed and the source folder. csv: a header line or
 * none; the last column is the class (a number or a word; classes in sorted order), the others are features.
 * idx: MNIST's format, unsigned bytes. sine: x evenly from -1 to 1, target sin(3 x); held out are the points midway between
 * these. Real targets: columns of a csv file, of which the others are features; each scaled by what the training part shows, in
 * the data's own unit without. A goal of features: the targets are the scaled features, made fewer as they are, before copies
 * and the constant one. With either there are no classes, and parts are drawn from all samples alike. pca: coordinates along the directions in which the training part
 * varies most, measured from its mean, in units of the first's standard deviation (`whiten`: of each its
 * own); the largest entry of a direction is positive. mean-pooling: windows side by side, those at the right
 * and the lower edge hold what is left; features of a csv file are the pixels of a square image, row by row.
 * n_copies: feature k of n stands at k, n + k, 2 n + k, …, so that it can enter at as many nodes.
 * Errors: EPX_EFILE: not there, cannot be read; EPX_EINPUT with FILE:LINE (csv) or FILE (idx): empty or not
 * numeric cell, NaN, ragged row, one class only, no samples, a wrong magic number, truncated, counts that
 * differ; an unknown name, a missing path, a fraction outside 0 … 1 or that holds out nothing, a training
 * part of one class, xor with any held out, a test fraction beside test_path, held-out images of another size
 * or with a class that the training part lacks; less than two classes to keep, one twice or one without a
 * training sample; more components than features or than directions in which the training part varies, a
 * window larger than the image, features that are no square image; less than 0 copies, or more features with
 * them than an int counts; a goal that the task cannot have, no column of targets, one twice, one that is the same in all training
 * samples, or no column left for a feature. EPX_ESOLVER: LAPACK finds no components.
 */
epx_err epx_task_create(const epx_task_spec *spec, uint64_t seed, epx_task **out);

/** Gets a task for one owner more, to be destroyed by each of them. One thread at a time. */
epx_task *epx_task_share(epx_task *task);

/** Destroys the task at *address, once its last owner does. */
void epx_task_destroy(epx_task **address);

/** Gets a scaling by its deck name. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_task_get_scaling(const char *name, epx_scaling *scaling);

/** Checks that a task can have its goal. Errors: EPX_EINPUT: it cannot, or there is no such task. */
epx_err epx_task_check_goal(const epx_task_spec *spec);

/** Gets the deck name and the meaning of a goal. */
const char *epx_task_get_goal_name(epx_goal goal);
const char *epx_task_get_goal_meaning(epx_goal goal);

/** Counts the outputs that a task needs: one per class, or per real target. */
int epx_task_count_outputs(const epx_task *task);

/** Gets the deck name of a scaling. */
const char *epx_task_get_scaling_name(epx_scaling scaling);

#endif
