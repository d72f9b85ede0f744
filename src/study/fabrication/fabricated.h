/** @file
 * Fabricated: the columns that keep_variation saves for each instance of a deck with a process: the position
 * of its chip on the wafer, and the properties of its rings.
 *
 *   values = [wafer] [die_x] [die_y], then row by row for every node: each quantity of epx_deviation,
 *            resonance, remedied_resonance
 */
#ifndef EPILUX_STUDY_FABRICATION_FABRICATED_H
#define EPILUX_STUDY_FABRICATION_FABRICATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photonic/fabrication/fabrication.h"

typedef struct {
  const char *name, *unit, *meaning;
  bool by_node; /* one number a node; otherwise one an instance */
} epx_fabricated_column;

/** Gets the i-th column, NULL past the last. */
const epx_fabricated_column *epx_fabricated_get_column(int i);

/** Gets how many doubles all columns are of an instance with n_nodes nodes. */
size_t epx_fabricated_get_size(int n_nodes);

/** Evaluates all columns of the instance that `fabrication` evaluated last: values
 * [epx_fabricated_get_size(n_nodes)]. */
void epx_fabricated_eval(const epx_fabrication *fabrication, double *values);

#endif
