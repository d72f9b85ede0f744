/** @internal @file
 * Run: what the commands that run a campaign share.
 */
#ifndef EPILUX_CLI_COMMANDS_RUN_H
#define EPILUX_CLI_COMMANDS_RUN_H

#include "cli/command.h"
#include "parallel/run.h"

/** A campaign to run, and its results file. Zeroed: none. */
typedef struct {
  char *path;              /* of the results file */
  epx_campaign *campaign;  /* owned, unless it is the extension's larger one */
  epx_extension extension; /* of a results file that is there; zeroed: none */
  char *again;             /* the command that continues it, "run study.yaml --resume" */
  char *command;           /* that was given, for the history of the results */
} epx_run_job;

/** How a job is made. */
typedef struct {
  /** Creates what is to be run, on every rank, with a campaign whose points were not looked at. What it leaves on error is
   * destroyed by the caller. */
  epx_err (*create)(const epx_call *call, epx_run_job *job);
  /** Looks at the points, and at the files: on the first rank alone, or on all where ranks do not know which they are. */
  epx_err (*complete)(epx_run_job *job);
} epx_run_creator;

/** Runs what `creator` makes over all ranks, with progress and summary; *status as a command's. The options
 * are those of EPX_OPTIONS_RUN, --resume, --force, --retry-failed. Collective over MPI_COMM_WORLD; starts and
 * ends MPI. Errors: of the creator, epx_run_solve(). */
epx_err epx_call_run(const epx_call *call, const epx_run_creator *creator, int *status);

/* The options that all such commands have. */
#define EPX_OPTIONS_RUN                                                                                      \
  {"--max-time", "TIME", "stop and save before TIME is over, exit status 75: 2h, 90min, 00:10:00", 0},       \
      {"--checkpoint", "TIME", "write the results file every TIME (default 60 s)", 0},                       \
      {"--attempts", "N",                                                                                    \
       "record a trial as lost after N jobs have ended while it ran alone (default 3; 0: never)", 0},        \
      {"--group", "N",                                                                                       \
       "most workers per coordinating rank; above that, relay ranks help (default 1000; 0: no limit)", 0},   \
      {"--progress", "FILE", "append progress lines to FILE", 0},                                            \
      {"--any-version", NULL, "continue although version, libraries or instruction set differ", 0}, {        \
    "--quiet", NULL, "print neither progress nor summary", 0                                                 \
  }

#endif
