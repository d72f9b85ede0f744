/** @file
 * Packed: a task as one stretch of bytes, so that several processes of a machine can read the same one.
 *
 *   nine 64-bit numbers: samples, features, classes, training, held-out and validation samples, bytes of names, features of
 *   the data, targets
 *   double [samples][features], [samples][targets], [targets]; int labels, train, test, validation; the names, each with its end
 */
#ifndef EPILUX_LEARNING_TASK_PACKED_H
#define EPILUX_LEARNING_TASK_PACKED_H

#include <stddef.h>

#include "learning/task/task.h"

/** Gets the bytes that a task takes. */
size_t epx_packed_get_size(const epx_task *task);

/** Writes a task to bytes [epx_packed_get_size()], aligned for doubles. */
void epx_packed_write(const epx_task *task, void *bytes);

/** Creates a task whose samples stay in `bytes`, which must outlive its use and need not outlive its destruction.
 * Errors: EPX_EMEMORY. */
epx_err epx_packed_create_task(const void *bytes, epx_task **out);

#endif
