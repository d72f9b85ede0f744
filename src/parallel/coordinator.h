/** @file
 * Coordinator: sends the blocks of a campaign to workers, receives their records, writes journal and results file.
 */
#ifndef EPILUX_PARALLEL_COORDINATOR_H
#define EPILUX_PARALLEL_COORDINATOR_H

#include "io/recovery/attempts.h"
#include "io/recovery/journal.h"
#include "io/results/store.h"
#include "parallel/channel/channel.h"
#include "parallel/progress.h"

/** Receives the progress of a run, ten times a second at most. */
typedef void (*epx_progress_watcher)(void *context, const epx_progress *progress);

/** A block whose result has just come: its worker's rank, its trials, the seconds it took and the seconds of
 * the run at which the result came (its end, but for the way here). */
typedef struct {
  int rank, i_point, first, n;
  double seconds, time;
} epx_coordinator_block;

typedef void (*epx_block_watcher)(void *context, const epx_coordinator_block *block);

typedef struct {
  double checkpoint; /* s between two results files; the journal is written to disk every second */
  double time_limit; /* s from the call on by which the run must be over; INFINITY: none */
  double patience;   /* s to wait for blocks under way when a signal or an error stops the run (trainings that
                        can be kept are left when they would take longer), and for a worker that hangs */
  int attempts; /* ends of jobs at which a trial that ran alone is recorded as lost, and errors of a block
                        at which the run ends with the error; 0: never for ends, 3 for errors */
  bool single;  /* units of one block, for measurements */
  epx_progress_watcher watch;    /* NULL: none */
  epx_block_watcher watch_block; /* NULL: none */
  void *context;                 /* of both */
} epx_coordinator_options;

/** The files of a run, all borrowed. */
typedef struct {
  epx_journal *journal;
  epx_store *store;
  epx_attempts *attempts;               /* NULL: none */
  const epx_attempts_suspect *suspects; /* [n_suspects] of earlier runs */
  size_t n_suspects;
  const char *results; /* path of the results file, beside which trainings are kept; NULL: none are */
  bool resumes;        /* some may have been kept by earlier runs */
} epx_coordinator_files;

/** Zeroed: empty. */
typedef struct {
  epx_progress progress;   /* at the end; its load is this report's */
  epx_progress_load *load; /* [n_workers], owned */
  epx_activity *activity;  /* of the workers; owned */
  int n_kept;              /* blocks stopped in mid-training and saved, to continue later */
  bool stopped;            /* before all was done, by a signal or the time limit */
  bool abandoned;          /* a worker hangs, or is still inside a block: do not wait for it */
  char reason[32];         /* of stopping: "SIGTERM", "the time limit" */
} epx_coordinator_report;

/** Destroys what the report owns. */
void epx_coordinator_report_destroy(epx_coordinator_report *report);

/** A worker's error (a file, memory) is charged to its block and its host: others try again, a host on which
 * blocks fail one after the other is put aside, and the run ends with the error when a block fails everywhere
 * or no host is left.
 *
 * Solves what is pending of a campaign, with the workers of `channel`: its rank 0 too, when there are at
 * most two ranks. Records go to the campaign and the journal as they come; the results file is written at
 * each checkpoint and at the end, whatever the end is. Workers are told that it is over, unless one is
 * abandoned. Rank 0 only; while it runs, the campaign's records and the store are its own. Errors: a worker's
 * error, with its message; EPX_EFILE of journal or store; EPX_EMPI; EPX_EMEMORY. What was finished is saved
 * as far as the disk allows. */
epx_err epx_coordinator_solve(epx_campaign *campaign, epx_channel *channel,
                              const epx_coordinator_files *files, const epx_coordinator_options *options,
                              epx_coordinator_report *report);

#endif
