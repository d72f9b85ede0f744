/** @internal @file
 * Field: one part of a trial's record as a column of the results file; one table of all of them.
 */
#ifndef EPILUX_IO_RESULTS_FIELD_H
#define EPILUX_IO_RESULTS_FIELD_H

#include "study/record.h"

/* Guides and devices are those of photonic/fabrication/layout.h. */
typedef enum {
  EPX_AXIS_NONE,
  EPX_AXIS_EPOCH,
  EPX_AXIS_NODE,
  EPX_AXIS_LINK,
  EPX_AXIS_GUIDE,
  EPX_AXIS_DEVICE,
  EPX_AXIS_COUNT
} epx_axis;

typedef struct {
  char path[128]; /* "/trials/accuracy" */
  const char *unit, *long_name;
  size_t start, length; /* record[start … start + length - 1] */
  epx_axis axis;        /* of the length; NONE: length 1 */
  bool integer;
} epx_field;

/** Creates the table: state, metrics, seconds, kept curves, kept variation, kept fabrication, in this order. Texts are borrowed
 * from tables that live as long as the program. `layout` must be that of `settings`. Errors: EPX_EMEMORY. */
epx_err epx_field_create_table(const epx_record_layout *layout, const epx_settings *settings,
                               epx_field **table, int *n_fields);

/** Gets the path of an axis's scale; NULL of EPX_AXIS_NONE. */
const char *epx_field_get_axis(epx_axis axis);

/** Gets the field of a table that starts a record's number `start`, which is that of one. */
const epx_field *epx_field_get(const epx_field *table, size_t start);

#endif
