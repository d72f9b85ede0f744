/** @internal @file
 * Datasets: samples as read from a file or computed by a formula, before scaling and splitting.
 */
#ifndef EPILUX_LEARNING_TASK_DATASET_H
#define EPILUX_LEARNING_TASK_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"
#include "learning/task/task.h"

typedef struct {
  int n_samples, n_features;
  int n_classes, n_targets; /* one of them is 0 */
  int n_rows, n_columns;    /* of an image whose pixels the features are; 0: not known to be one */
  double *features;         /* [n_samples][n_features] */
  int *labels;              /* [n_samples], 0 … n_classes - 1; 0 without classes */
  double *targets;          /* [n_samples][n_targets]; NULL: none */
  int n_given;              /* how many of the last samples are held out, by how the data are made */
  char **names;             /* [n_classes]: what the file calls each class */
  bool labelled;            /* the names are numbers, and task.classes means these */
} epx_dataset;

/** Which file of comma-separated text, and how it is laid out. */
typedef struct {
  const char *path;
  const char
      *label; /* the column that names the class: a name from the header, else a number from 1; NULL: the
                        last */
  epx_csv_header header;
  int n_targets; /* 0: it has classes */
  const char *const
      *targets; /* [n_targets] columns of real targets, by name or number from 1; then label is NULL */
} epx_csv_table;

/** Creates a dataset of zeros. Errors: EPX_EINPUT: it does not fit this host; EPX_EMEMORY. */
epx_err epx_dataset_create(int n_samples, int n_features, int n_classes, epx_dataset **out);

/** Creates the room of real targets, zeros, in a dataset without classes. Errors: EPX_EMEMORY. */
epx_err epx_dataset_create_targets(epx_dataset *dataset, int n_targets);

/** Destroys the dataset at *address. */
void epx_dataset_destroy(epx_dataset **address);

/** Creates the dataset of a CSV file (base/csv.h). One sample a line; one column is the class, a number or a
 * word, the others are features, in their order. Classes are numbered in sorted order: by value when all are
 * numbers, else by bytes. The first line is a header, where `header` leaves it open,
 *   - when it reads `n_samples,n_features,class name,...` (scikit-learn; then the counts must be right, and
 *     classes 0, 1, ... have these names);
 *   - when every cell but the label's is a word, or the label's is the one that is asked for by name;
 *   - when its cells are 0, 1, 2, ... (pandas), and the label's is a word where those below are numbers, or no
 *     feature below is a whole number, or there are more than three columns. What is decided is logged.
 * With targets these columns are real numbers, all others features, and a header names them where its cells are words.
 * Errors: EPX_EFILE; EPX_EINPUT with FILE:LINE: what is no CSV, a cell that is empty or not a finite number, a
 * ragged line, less than two columns, no such column, a target twice, no column that is no target; a header that calls another column than the last the
 * class, where no label is asked for; with FILE: no samples, one class only, a last column that is hardly the
 * class (numbers with fractions, different in most samples), where no label is asked for. */
epx_err epx_dataset_create_csv(const epx_csv_table *table, epx_dataset **out);

/** Which arrays of an npz file. */
typedef struct {
  const char *path;
  const char *features, *label; /* names of arrays */
  int n_targets;                /* 0: it has classes */
  const char *const *targets;   /* [n_targets] names of arrays of real targets; then label is not read */
} epx_npz_table;

/** Creates the dataset of an npz file (base/npz.h): features [sample, …], of which the axes behind the first are taken
 * together (two of them: an image), and classes [sample], numbers or texts, or targets [sample] each. Classes are numbered in
 * sorted order: numbers by value (`labelled` where they are whole), texts by bytes. Errors: of epx_npz_create() and epx_npz_read();
 * EPX_EINPUT with FILE and the array: other numbers of samples, a number that is not finite, texts where numbers are wanted,
 * several columns, no samples, one class only. */
epx_err epx_dataset_create_npz(const epx_npz_table *table, epx_dataset **out);

/** Creates the dataset of two IDX files of unsigned bytes, plain or gzipped: images (magic 0x803; n, rows,
 * columns) and labels (magic 0x801; n). The classes are the labels that there are, in order; `labelled`.
 * Errors: EPX_EFILE; EPX_EINPUT with FILE: another magic number, shorter or longer than its header says, no
 * samples, counts that differ, one class only. */
epx_err epx_dataset_create_idx(const char *images, const char *labels, epx_dataset **out);

/** Adds the samples of another dataset behind those of the first: a class is the one of the same name. `part`:
 * samples of classes that the first lacks are left out. path: the other's file, for errors. Errors: EPX_EINPUT
 * with FILE: another number of features, without `part` a class that the first lacks; EPX_EMEMORY. */
epx_err epx_dataset_add(const epx_dataset *other, const char *path, bool part, epx_dataset *dataset);

/** Keeps the samples of the given classes, in their order; classes[k], a number from 0 or, where `labelled`, a
 * label, becomes class k. classes [n_classes] have passed epx_dataset_check_classes(). Errors: EPX_EMEMORY. */
epx_err epx_dataset_set_classes(int n_classes, const int *classes, epx_dataset *dataset);

/** Checks classes that are to be kept. Errors: EPX_EINPUT: less than two, one twice, one without a sample. */
epx_err epx_dataset_check_classes(int n_classes, const int *classes, const epx_dataset *dataset);

/** Creates exclusive or: features -1 and 1, four samples, labels 0, 1, 1, 0. */
epx_err epx_dataset_create_xor(epx_dataset **out);

/** Creates n_runs samples without features, of two classes in turn: runs of a network in the dark. Errors: EPX_EINPUT:
 * fewer than 2; EPX_EMEMORY. */
epx_err epx_dataset_create_runs(int n_runs, epx_dataset **out);

/** Creates two interleaving half circles: class 0 (cos t, sin t), class 1 (1 - cos t, 1/2 - sin t), t evenly
 * from 0 to pi, plus normal noise of standard deviation `noise` on both coordinates, keyed by (seed,
 * "task:moons", sample, coordinate). Errors: EPX_EINPUT: n_samples < 4, noise negative or not finite. */
epx_err epx_dataset_create_moons(int n_samples, double noise, uint64_t seed, epx_dataset **out);

/** Creates y = sin 3x: x_i = -1 + 2 i / (n - 1), i = 0 … n - 1, and, held out, the n - 1 points midway between. Errors:
 * EPX_EINPUT: n < 2. */
epx_err epx_dataset_create_sine(int n, epx_dataset **out);

#endif
