/** @file
 * epilux extend: a campaign made larger, from its results file alone; or gone on with, without its deck.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/commands/run.h"
#include "cli/deck_arguments.h"
#include "io/recovery/output.h"

static epx_err read_count(const epx_call *call, const char *option, int *count) {
  const char *text = epx_call_get_value(call, option, 0);
  *count = 0;
  if (!text) return EPX_OK;
  char *end;
  const long value = strtol(text, &end, 10);
  if (*end || value < 1 || value > INT_MAX)
    return EPX_RAISE(EPX_EINPUT, "%s %s: give the new total, a whole number", option, text);
  *count = (int)value;
  return EPX_OK;
}

static epx_err create(const epx_call *call, epx_run_job *job) {
  int n_instances, n_points;
  EPX_TRY(read_count(call, "--instances", &n_instances));
  EPX_TRY(read_count(call, "--points", &n_points));
  EPX_TRY(epx_output_create_path(call->arguments[0], &job->path));
  EPX_TRY(epx_extension_create_larger(job->path, n_instances, n_points, &job->extension));
  job->campaign = job->extension.larger;
  EPX_TRY(epx_call_create_again(call, &job->again));
  return epx_call_create_line(call, &job->command);
}

static epx_err complete(epx_run_job *job) {
  return epx_extension_complete(job->path, &job->extension);
}

static epx_err solve(const epx_call *call, int *status) {
  return epx_call_run(call, &(epx_run_creator){create, complete}, status);
}

static const epx_option options[] = {
    {"--instances", "N", "new total number of instances per design point", 0},
    {"--points", "N", "new total number of design.points (designs sobol, saltelli, morris)", 0},
    {"--retry-failed", NULL, "run failed and lost trials again", 0},
    {"--retry-lost", NULL, "run lost trials again", 0},
    EPX_OPTIONS_RUN,
    {NULL, NULL, NULL, 0}};

const epx_command epx_command_extend = {
    .name = "extend",
    .arguments = "RESULTS.h5",
    .n_min = 1,
    .n_max = 1,
    .summary = "enlarge a finished campaign and run the new trials; earlier rows stay as they are",
    .details = "The deck is read from the results file. The numbers are the same as those of a campaign that "
               "had this size from the\n"
               "start. Without --instances and --points, pending trials are run.",
    .example = "mpirun -n 4 epilux extend quickstart.h5 --instances 64",
    .options = options,
    .parallel = true,
    .solve = solve};
