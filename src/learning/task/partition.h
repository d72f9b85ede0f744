/** @internal @file
 * Partition: which samples train, which validate, which test.
 */
#ifndef EPILUX_LEARNING_TASK_PARTITION_H
#define EPILUX_LEARNING_TASK_PARTITION_H

#include "learning/task/task.h"

/** Creates the task's lists of samples, each in the samples' order, from its labels: as epx_task_create()
 * says. The last n_given samples are held out already. Errors: EPX_EINPUT; EPX_EMEMORY. */
epx_err epx_partition_create(const epx_task_spec *spec, int n_given, uint64_t seed, epx_task *task);

#endif
