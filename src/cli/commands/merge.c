/** @file
 * epilux merge: the parts of one campaign joined.
 */
#include <stdio.h>

#include "cli/command.h"
#include "io/results/parts.h"

static epx_err solve(const epx_call *call, int *status) {
  epx_campaign *total;
  long n_trials, n_finished;
  (void)status;
  const epx_parts_options options = {.any_version = epx_call_is_set(call, "--any-version"),
                                     .force = epx_call_is_set(call, "--force")};
  EPX_TRY(epx_parts_merge(call->arguments[0], call->arguments + 1, call->n_arguments - 1, &options, &total));
  epx_campaign_get_progress(total, &n_trials, &n_finished);
  epx_campaign_destroy(&total);
  printf("%s: %d parts, %ld of %ld trials finished\n", call->arguments[0], call->n_arguments - 1, n_finished,
         n_trials);
  return EPX_OK;
}

static const epx_option given[] = {
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
    .options = given,
    .solve = solve};
