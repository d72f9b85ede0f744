/** @file
 * Run: solves the pending trials of a campaign over all ranks, from its results file to its results file.
 */
#ifndef EPILUX_PARALLEL_RUN_H
#define EPILUX_PARALLEL_RUN_H

#include "io/results/extension.h"
#include "parallel/coordinator.h"
#include "parallel/worker.h"

typedef struct {
  const char *path;    /* of the results file */
  const char *command; /* that is run, for the history of the results; NULL: not told */
  bool resume;         /* continue the existing file; without one, begin */
  bool force;          /* overwrite the existing file */
  bool any_version;    /* continue although version, libraries or instruction set differ, with a warning */
  bool retry_failed;   /* with resume: trials in state `failed` or `lost` are run again */
  bool retry_lost;     /* with resume: trials in state `lost` are run again */
  epx_extension *extension; /* resume from its earlier campaign, the campaign being its larger; NULL: none */
  int workers_per_coordinator; /* at most, above which relays stand between; 0: no limit. Not used with group
                                */
  epx_coordinator_options coordinator;
  epx_worker_calls calls;
  epx_group *group; /* of ranks that solve each distributed network together; NULL: each rank for itself.
                       Borrowed */
} epx_run_options;

/** Gets the defaults: checkpoints each 60 s, no time limit, 20 s of patience, 1,000 workers
 * to a coordinator or relay, real trials. */
epx_run_options epx_run_get_defaults(const char *path);

typedef struct {
  bool begun;                         /* the checks are over: the results file is this run's */
  epx_coordinator_report coordinator; /* on rank 0; elsewhere only `stopped` */
} epx_run_report;

/** Destroys what the report owns. */
void epx_run_report_destroy(epx_run_report *report);

/** Checks that all ranks read the same deck. Collective over `channel`. Errors: EPX_EINPUT: they did not;
 * EPX_EMPI. */
epx_err epx_run_check_agreement(const epx_campaign *campaign, epx_channel *channel);

/** Solves a campaign. Collective over `channel`, that of all ranks, each with the same campaign. Before
 * anything is run, rank 0 takes the lock, reads what is there, and writes the results file. The instruction
 * set becomes the least of all ranks and of the results so far, so that bits do not depend on who computes.
 * An error is raised on the rank that met it, or on rank 0; other ranks return the same code without a
 * message. Of the files, only the results file is left when all is done, the journal too otherwise. When
 * `abandoned` is set, a worker hangs or is still inside a block: channel and campaign must stay, and the process
 * should be ended. Errors: EPX_EINPUT: there is a file, and neither resume nor force; EPX_EMISMATCH: the file
 * is of another deck, seed, version, libraries, instruction set or shard; EPX_EBUSY: another run is using it; of
 * epx_store_read(), epx_store_write(), epx_journal_read(), epx_coordinator_solve(). */
epx_err epx_run_solve(epx_campaign *campaign, epx_channel *channel, const epx_run_options *options,
                      epx_run_report *report);

#endif
