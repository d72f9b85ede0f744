/** @internal @file
 * Coordinator: what its parts share.
 */
#ifndef EPILUX_PARALLEL_COORDINATOR_PRIVATE_H
#define EPILUX_PARALLEL_COORDINATOR_PRIVATE_H

#include "parallel/coordinator.h"
#include "parallel/schedule/schedule.h"

typedef struct {
  epx_campaign *campaign;
  epx_channel *channel;
  const epx_coordinator_files *files;
  const epx_coordinator_options *options;
  epx_coordinator_report *report;
  epx_schedule *schedule;
  int first_worker, n_workers; /* ranks first_worker … */
  bool *stopped;               /* [n_workers] answered to being stopped, or failed */
  int n_stopped;
  epx_message message;
  double start, deadline; /* on epx_seconds_get() */
  double t_sync, t_checkpoint, checkpoint_time, t_watch, give_up;
  double t_message;     /* when the last message was dealt with */
  bool stopping, dirty; /* workers were told to stop; records came since the last checkpoint */
  int n_signals;
  int n_errors, n_given_up; /* of workers; blocks recorded as failed */
  int error;                /* the first */
  char error_text[1024];
} epx_coordinator;

/** Writes a message to every worker. */
epx_err epx_coordinator_write_to_workers(epx_coordinator *own, const epx_message *message);

/** Sets the run to stop: tells all workers to begin no block more; they are waited for until `give_up`. */
epx_err epx_coordinator_set_stopping(epx_coordinator *own, double give_up);

/** Sets the run to stop for an error, the first of which is kept. */
epx_err epx_coordinator_set_error(epx_coordinator *own, int code, const char *text);

/** Hands out to a worker all that it may have now. */
epx_err epx_coordinator_write_units(epx_coordinator *own, int worker);

/** Hands out to workers that have nothing, as long as there is something for them. */
epx_err epx_coordinator_write_idle(epx_coordinator *own);

/** Takes in the message that was received. */
epx_err epx_coordinator_read_message(epx_coordinator *own);

/** Writes trials that an earlier run or a host gave up as failed. */
epx_err epx_coordinator_write_given_up(epx_coordinator *own);

#endif
