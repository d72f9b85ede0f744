/** @file
 * Campaign: a run over the ranks of a communicator, as `epilux run` makes it.
 */
#include "epilux/campaign.h"

#include <mpi.h>

#include "base/machine/isa.h"
#include "base/machine/threads.h"
#include "parallel/run.h"

static MPI_Comm get_communicator(const epx_campaign_options *options) {
  return options->communicator ? *(const MPI_Comm *)options->communicator : MPI_COMM_NULL;
}

epx_campaign_options epx_campaign_get_defaults(void) {
  const epx_run_options run = epx_run_get_defaults("");
  return (epx_campaign_options){.time_limit = run.coordinator.time_limit,
                                .checkpoint = run.coordinator.checkpoint};
}

static epx_err solve(epx_campaign *campaign, const char *path, const epx_campaign_options *options,
                     epx_channel *channel, epx_group *group, bool *stopped) {
  epx_run_options run = epx_run_get_defaults(path);
  epx_run_report report = {0};
  run.resume = options->resume;
  run.force = options->force;
  run.coordinator.time_limit = options->time_limit;
  run.coordinator.checkpoint = options->checkpoint;
  run.group = group;
  const int code = epx_run_solve(campaign, channel, &run, &report);
  if (stopped) *stopped = report.coordinator.stopped;
  campaign->abandoned = report.coordinator.abandoned;
  epx_run_report_destroy(&report);
  return code;
}

static epx_err solve_on_channel(epx_campaign *campaign, const char *path, const epx_campaign_options *options,
                                epx_channel *channel, bool *stopped) {
  epx_group *group = NULL;
  EPX_TRY(epx_channel_merge_codes(channel, epx_isa_set_from_environment()));
  EPX_TRY(epx_channel_merge_codes(channel, epx_run_check_agreement(campaign, channel)));
  if (campaign->distributed)
    EPX_TRY(epx_channel_merge_codes(channel,
                                    epx_group_create(get_communicator(options), campaign->n_ranks, &group)));
  const int code = solve(campaign, path, options, channel, group, stopped);
  if (!campaign->abandoned) epx_group_destroy(&group);
  return code;
}

epx_err epx_campaign_solve(epx_campaign *campaign, const char *path, const epx_campaign_options *options,
                           bool *stopped) {
  epx_channel *channel;
  if (stopped) *stopped = false;
  if (campaign->distributed && !options->communicator)
    return EPX_RAISE(EPX_EINPUT,
                     "the networks of this campaign are distributed over ranks; pass a communicator");
  epx_threads_set_single();
  EPX_TRY(epx_channel_create(get_communicator(options), &channel));
  const int code = solve_on_channel(campaign, path, options, channel, stopped);
  if (!campaign->abandoned) epx_channel_destroy(&channel);
  if (code != EPX_OK || !campaign->abandoned) return code;
  return EPX_RAISE(EPX_EINTERRUPTED,
                   "a trial did not stop in time; finished trials are saved, end the process");
}
