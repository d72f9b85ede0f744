/** @file
 * epilux merge: the parts of one campaign joined.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/command.h"
#include "io/results/parts.h"
#include "io/results/results.h"

static epx_err check_free(const epx_call *call) {
  const char *out = call->arguments[0];
  if (access(out, F_OK) != 0 || epx_call_is_set(call, "--force")) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "%s: is there already; the first file is the one to write; overwrite it by --force", out);
}

/* A journal of what the file held before is of no use to the new one. */
static epx_err remove_journal(const char *out) {
  char *name;
  EPX_TRY(epx_results_create_name(out, "journal", &name));
  unlink(name);
  epx_array_destroy(&name);
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  epx_campaign *total;
  long n_trials, n_finished;
  (void)status;
  EPX_TRY(check_free(call));
  EPX_TRY(epx_parts_merge(call->arguments[0], call->arguments + 1, call->n_arguments - 1,
                          epx_call_is_set(call, "--any-version"), &total));
  epx_campaign_get_progress(total, &n_trials, &n_finished);
  epx_campaign_destroy(&total);
  EPX_TRY(remove_journal(call->arguments[0]));
  printf("%s: %d parts, %ld of %ld trials finished\n", call->arguments[0], call->n_arguments - 1, n_finished,
         n_trials);
  return EPX_OK;
}

static const epx_option options[] = {
    {"--force", NULL, "overwrite an existing results file", 0},
    {"--any-version", NULL, "accept parts of other versions, libraries or instruction sets", 0},
    {NULL, NULL, NULL, 0}};

const epx_command epx_command_merge = {
    .name = "merge",
    .arguments = "OUT.h5 IN.h5...",
    .n_min = 2,
    .n_max = 100000,
    .summary = "join the parts of one campaign into one results file",
    .details = "Parts are written by epilux run --shard K/N. Parts of another deck, seed or version are "
               "refused by name. A trial that\n"
               "two parts hold with different numbers is refused. Trials that no part contains stay pending.",
    .example = "epilux merge study.h5 study-1.h5 study-2.h5",
    .options = options,
    .solve = solve};
