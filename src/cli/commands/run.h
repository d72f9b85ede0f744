/** @internal @file
 * Run: what the commands that run a campaign share.
 */
#ifndef EPILUX_CLI_COMMANDS_RUN_H
#define EPILUX_CLI_COMMANDS_RUN_H

#include "cli/command.h"
#include "parallel/run.h"

/** A campaign to run, and where to. Zeroed: none. */
typedef struct {
  char *path;              /* of the results file */
  epx_campaign *campaign;  /* owned, unless it is the extension's larger one */
  epx_extension extension; /* of a results file that is there; zeroed: none */
  char *again;             /* the command that continues it, "run study.yaml --resume" */
} epx_run_job;

/** Creates what is to be run, on every rank. What it leaves on error is destroyed by the caller. */
typedef epx_err (*epx_run_creator)(const epx_call *call, epx_run_job *job);

/** Runs what `create` makes over all ranks, with progress and summary; *status as a command's. The options
 * are those of EPX_OPTIONS_RUN, --resume, --force, --retry-failed. Collective over MPI_COMM_WORLD; starts and
 * ends MPI. Errors: of create, epx_run_solve(). */
epx_err epx_call_run(const epx_call *call, epx_run_creator create, int *status);

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
