/** @file
 * Fabricated: the columns that keep_variation saves for each instance of a deck with a process: the position
 * of its chip on the wafer, and the properties of its devices (layout.h).
 *
 *   values = [wafer] [die_x] [die_y], then each quantity of epx_deviation, a row of all guides, then resonance and
 *            remedied_resonance, rows of all devices
 */
#ifndef EPILUX_STUDY_FABRICATION_FABRICATED_H
#define EPILUX_STUDY_FABRICATION_FABRICATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photonic/fabrication/fabrication.h"

typedef enum { EPX_FABRICATED_INSTANCE, EPX_FABRICATED_GUIDE, EPX_FABRICATED_DEVICE } epx_fabricated_by;

typedef struct {
  const char *name, *unit, *meaning;
  epx_fabricated_by by; /* what it has one number of */
} epx_fabricated_column;

/** Gets the i-th column, NULL past the last. */
const epx_fabricated_column *epx_fabricated_get_column(int i);

/** Gets how many doubles all columns are of an instance with so many guides and devices. */
size_t epx_fabricated_get_size(int n_guides, int n_devices);

/** Evaluates all columns of the instance that `fabrication` evaluated last: values
 * [epx_fabricated_get_size(n_guides, n_devices)]. */
void epx_fabricated_eval(const epx_fabrication *fabrication, double *values);

#endif
