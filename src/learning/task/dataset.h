/** @internal @file
 * Datasets: samples as they stand in a file or a formula, before scaling and splitting.
 */
#ifndef EPILUX_LEARNING_TASK_DATASET_H
#define EPILUX_LEARNING_TASK_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"

typedef struct {
  int n_samples, n_features, n_classes;
  int n_rows, n_columns; /* of an image whose pixels the features are; 0: not known to be one */
  double *features;      /* [n_samples][n_features] */
  int *labels;           /* [n_samples], 0 … n_classes - 1 */
} epx_dataset;

/** Creates a dataset of zeros. Errors: EPX_EMEMORY. */
epx_err epx_dataset_create(int n_samples, int n_features, int n_classes, epx_dataset **out);

/** Destroys the dataset at *address. */
void epx_dataset_destroy(epx_dataset **address);

/** Reads a whole file, plain or gzipped: *bytes [*size] and a closing NUL; the caller frees it with
 * epx_array_destroy(). Errors: EPX_EFILE: not there, not readable, damaged; EPX_EMEMORY. */
epx_err epx_dataset_read_file(const char *path, unsigned char **bytes, size_t *size);

/** Creates the dataset of a CSV file, plain or gzipped. One sample a line; the last column is the class, a
 * number or a word, the others are features. Classes are numbered in sorted order: by value when all are
 * numbers, else by bytes. The first line is a header when none of its cells but the last is a number (as many
 * cells as the data), or when it reads `n_samples,n_features,class name,…` (scikit-learn; then the counts
 * must be right). Blank lines are skipped; quotes around a cell are dropped. Errors: EPX_EFILE; EPX_EINPUT
 * with FILE:LINE: a cell that is empty or not a finite number, a ragged line, less than two columns; with
 * FILE: no samples, one class only. */
epx_err epx_dataset_create_csv(const char *path, epx_dataset **out);

/** Creates the dataset of two IDX files of unsigned bytes, plain or gzipped: images (magic 0x803; n, rows,
 * columns) and labels (magic 0x801; n). The labels are the classes' numbers: n_classes = the largest + 1.
 * Errors: EPX_EFILE; EPX_EINPUT with FILE: another magic number, shorter or longer than its header says, no
 * samples, counts that differ, one class only. */
epx_err epx_dataset_create_idx(const char *images, const char *labels, epx_dataset **out);

/** Adds the samples of another dataset behind those of the first. path: the other's file, for errors. Errors:
 * EPX_EINPUT with FILE: another number of features, a class that the first lacks; EPX_EMEMORY. */
epx_err epx_dataset_add(const epx_dataset *other, const char *path, epx_dataset *dataset);

/** Keeps the samples of the given classes, in their order; classes[k] becomes class k. classes: [n_classes],
 * each other. Classes of which there is no sample may be asked for: see epx_dataset_check_classes(). */
void epx_dataset_set_classes(int n_classes, const int *classes, epx_dataset *dataset);

/** Checks classes that are to be kept. Errors: EPX_EINPUT: less than two, one twice, one without a sample. */
epx_err epx_dataset_check_classes(int n_classes, const int *classes, const epx_dataset *dataset);

/** Creates exclusive or: features -1 and 1, four samples, labels 0, 1, 1, 0. */
epx_err epx_dataset_create_xor(epx_dataset **out);

/** Creates two interleaving half circles: class 0 (cos t, sin t), class 1 (1 - cos t, 1/2 - sin t), t evenly
 * from 0 to pi, plus normal noise of standard deviation `noise` on both coordinates, keyed by (seed,
 * "task:moons", sample, coordinate). Errors: EPX_EINPUT: n_samples < 4, noise negative or not finite. */
epx_err epx_dataset_create_moons(int n_samples, double noise, uint64_t seed, epx_dataset **out);

#endif
