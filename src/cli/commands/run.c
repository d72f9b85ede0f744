/** @file
 * epilux run: a campaign over all ranks, from its deck to its results file.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/commands/run.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/deck_arguments.h"
#include "cli/guardian.h"
#include "cli/print/display.h"
#include "cli/time_limit.h"
#include "epilux/log.h"
#include "io/campaign.h"
#include "parallel/node.h"
#include "parallel/under_way.h"

/* A launcher that does not speak this MPI starts as many runs as there should be ranks. */
static void warn_of_lost_ranks(const epx_channel *channel) {
  const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
  if (tasks && atoi(tasks) > 1 && epx_channel_get_size(channel) == 1)
    epx_log_write(
        EPX_LOG_WARNING, "run",
        "Slurm started %s tasks and MPI sees one rank: start it with srun --mpi=pmix or with mpirun", tasks);
}

/* The groups of ranks that solve distributed networks; NULL where every rank works alone. */
static epx_err create_group(const epx_campaign *campaign, epx_channel *channel, epx_group **group) {
  if (!campaign->distributed) return EPX_OK;
  EPX_TRY(epx_channel_merge_codes(channel, epx_group_create(MPI_COMM_WORLD, campaign->n_ranks, group)));
  const epx_group_place place = epx_group_get_place(*group);
  if (place.n_idle > 0 && epx_channel_get_rank(channel) == 0)
    epx_log_write(
        EPX_LOG_WARNING, "run",
        "%d of %d ranks have no work: with %d ranks per network, use 1 + a multiple of %d ranks, or %d or %d",
        place.n_idle, epx_channel_get_size(channel), campaign->n_ranks, campaign->n_ranks, campaign->n_ranks,
        2 * campaign->n_ranks);
  return EPX_OK;
}

/* A count with 0 for no limit; `most` at most. */
static epx_err read_count(const epx_call *call, const char *option, long most, int *count) {
  const char *text = epx_call_get_value(call, option, 0);
  char *end;
  if (!text) return EPX_OK;
  const long value = strtol(text, &end, 10);
  if (*end || end == text || value < 0 || value > most)
    return EPX_RAISE(EPX_EINPUT, "%s %s: give a whole number from 0 (no limit) to %ld", option, text, most);
  *count = (int)value;
  return EPX_OK;
}

static epx_err read_options(const epx_call *call, epx_run_job *job, epx_run_options *options) {
  const char *limit = epx_call_get_value(call, "--max-time", 0),
             *every = epx_call_get_value(call, "--checkpoint", 0);
  options->extension = job->extension.larger ? &job->extension : NULL;
  options->resume = options->extension || epx_call_is_set(call, "--resume");
  options->force = epx_call_is_set(call, "--force");
  options->any_version = epx_call_is_set(call, "--any-version");
  options->retry_failed = epx_call_is_set(call, "--retry-failed");
  if (options->resume && options->force)
    return EPX_RAISE(EPX_EINPUT,
                     "run: --resume continues a results file, --force overwrites it; give only one of them");
  options->retry_lost = epx_call_is_set(call, "--retry-lost");
  if ((options->retry_failed || options->retry_lost) && !options->resume)
    return EPX_RAISE(EPX_EINPUT, "run: %s needs --resume; without it there is nothing to run again",
                     options->retry_failed ? "--retry-failed" : "--retry-lost");
  if (limit) EPX_TRY(epx_time_limit_read("--max-time", limit, &options->coordinator.time_limit));
  if (every) EPX_TRY(epx_time_limit_read("--checkpoint", every, &options->coordinator.checkpoint));
  EPX_TRY(read_count(call, "--attempts", 1000, &options->coordinator.attempts));
  EPX_TRY(read_count(call, "--group", 1000000, &options->workers_per_coordinator));
  if (options->workers_per_coordinator == 1)
    return EPX_RAISE(EPX_EINPUT, "--group 1: a group needs at least 2 workers (0: no groups)");
  options->coordinator.time_limit = fmin(options->coordinator.time_limit, epx_time_limit_get_from_job());
  return EPX_OK;
}

/* The display goes with the run: rank 0's errors of it are all ranks'. */
static epx_err solve_shown(const epx_call *call, epx_channel *channel, epx_group *group, epx_run_job *job,
                           epx_display *display, epx_run_report *report) {
  epx_run_options options = epx_run_get_defaults(job->path);
  EPX_TRY(epx_channel_merge_codes(channel, read_options(call, job, &options)));
  options.coordinator.watch = epx_display_view_progress;
  options.coordinator.context = display;
  options.group = group;
  options.command = job->command;
  const int code = epx_run_solve(job->campaign, channel, &options, report);
  if (report->begun && epx_channel_get_rank(channel) == 0)
    epx_display_view_end(display, job, &report->coordinator);
  return code;
}

static epx_err run_job(const epx_call *call, epx_channel *channel, epx_group *group, epx_run_job *job,
                       epx_run_report *report, int *status) {
  epx_display display = {0};
  int code = epx_channel_merge_codes(channel, epx_display_create(call, channel, job->path, &display));
  if (code == EPX_OK) code = solve_shown(call, channel, group, job, &display, report);
  epx_display_destroy(&display);
  if (report->begun) *status = EPX_EXIT_FAILED;
  EPX_TRY(code);
  *status = report->coordinator.stopped               ? EPX_EXIT_STOPPED
            : report->coordinator.progress.n_lost > 0 ? EPX_EXIT_FAILED
                                                      : EPX_EXIT_DONE;
  return EPX_OK;
}

static void destroy_job(epx_run_job *job) {
  if (!job->extension.larger) epx_campaign_destroy(&job->campaign);
  epx_extension_destroy(&job->extension);
  epx_array_destroy(&job->path);
  epx_array_destroy(&job->again);
  epx_array_destroy(&job->command);
}

static epx_err solve_on_channel(const epx_call *call, epx_channel *channel, epx_run_job *job, int *status) {
  epx_run_report report = {0};
  epx_group *group = NULL;
  epx_node *node = NULL;
  if (epx_channel_get_rank(channel) == 0) warn_of_lost_ranks(channel);
  int code = epx_channel_merge_codes(channel, epx_run_check_agreement(job->campaign, channel));
  if (code == EPX_OK)
    code = epx_channel_merge_codes(channel, epx_node_create(MPI_COMM_WORLD, job->campaign, &node));
  if (code == EPX_OK) code = create_group(job->campaign, channel, &group);
  if (code == EPX_OK) code = run_job(call, channel, group, job, &report, status);
  if (report.coordinator.abandoned) {
    /* A rank hangs, or a block is still being solved: nobody can wait for it, and its memory must stay. */
    if (code != EPX_OK) fprintf(stderr, "epilux: %s\n", epx_error_get_message());
    fflush(stdout);
    MPI_Abort(MPI_COMM_WORLD, code == EPX_OK ? *status : EPX_EXIT_FAILED);
  }
  epx_group_destroy(&group);
  epx_node_destroy(&node);
  epx_run_report_destroy(&report);
  return code;
}

/* `code`: of what this rank did before MPI was there. */
static epx_err solve_on_ranks(const epx_call *call, int code, epx_run_job *job, int *status) {
  epx_channel *channel;
  EPX_TRY(epx_channel_create(MPI_COMM_WORLD, &channel));
  code = epx_channel_merge_codes(channel, code);
  if (code == EPX_OK) code = solve_on_channel(call, channel, job, status);
  epx_channel_destroy(&channel);
  return code;
}

/* The first rank looks at the points, and tells the others. */
static epx_err complete(const epx_run_creator *creator, epx_run_job *job) {
  return epx_command_get_rank() > 0 ? EPX_OK : creator->complete(job);
}

/* Guardian and rank are forked with signals blocked: one that comes while ranks start is heard when the run has
 * begun. Where networks are distributed, rank 0 calls MPI from two threads, and all ranks ask for that, for they must
 * agree: so it is decided by the deck, which all have before MPI. */
epx_err epx_call_run(const epx_call *call, const epx_run_creator *creator, int *status) {
  epx_run_job job = {0};
  epx_call own = *call;
  char *text = NULL;
  int provided, code = EPX_OK;
  const bool input = epx_call_is_input(call);
  epx_guardian_fork();
  if (!input) code = creator->create(call, &job);
  const bool many = input || (code == EPX_OK && epx_campaign_may_distribute(job.campaign));
  if (!input && code == EPX_OK) code = complete(creator, &job);
  if (MPI_Init_thread(NULL, NULL, many ? MPI_THREAD_MULTIPLE : MPI_THREAD_FUNNELED, &provided) ==
      MPI_SUCCESS) {
    if (input) code = epx_call_read_input(&text);
    own.input = text;
    if (input && code == EPX_OK) code = creator->create(&own, &job);
    if (input && code == EPX_OK) code = complete(creator, &job);
    code = solve_on_ranks(&own, code, &job, status);
    MPI_Finalize();
    epx_command_let_others_say(code);
  } else {
    code = EPX_RAISE(EPX_EMPI, "MPI cannot be started");
  }
  destroy_job(&job);
  epx_array_destroy(&text);
  epx_under_way_set_ended();
  return code;
}

/* ---- the command */

/* "2/4" */
static epx_err read_shard(const char *text, epx_campaign *campaign) {
  char more;
  int shard, n;
  if (!text) return EPX_OK;
  if (sscanf(text, "%d/%d%c", &shard, &n, &more) != 2 || shard < 1 || shard > n)
    return EPX_RAISE(EPX_EINPUT, "--shard %s: give K/N, part K of N, such as 2/4", text);
  campaign->shard = shard;
  campaign->n_shards = n;
  return EPX_OK;
}

static epx_err create(const epx_call *call, epx_run_job *job) {
  epx_deck *deck;
  EPX_TRY(epx_call_read_deck(call, &deck));
  EPX_TRY(epx_campaign_create_unsurveyed(deck, &job->campaign));
  EPX_TRY(read_shard(epx_call_get_value(call, "--shard", 0), job->campaign));
  EPX_TRY(epx_call_create_again(call, &job->again));
  EPX_TRY(epx_call_create_line(call, &job->command));
  return epx_call_create_output(call, job->campaign->deck, &job->path);
}

static epx_err survey(epx_run_job *job) {
  return epx_campaign_survey(job->campaign);
}

static epx_err solve(const epx_call *call, int *status) {
  return epx_call_run(call, &(epx_run_creator){create, survey}, status);
}

static const epx_option options[] = {
    {"--output", "FILE", "write the results to FILE (default NAME.h5, after study.name)", 'o'},
    EPX_OPTION_SET,
    EPX_OPTION_PETSC,
    {"--resume", NULL, "continue the results file; start a new one where there is none", 0},
    {"--force", NULL, "overwrite an existing results file", 0},
    {"--retry-failed", NULL, "with --resume: run failed and lost trials again", 0},
    {"--retry-lost", NULL, "with --resume: run lost trials again", 0},
    {"--shard", "K/N", "run part K of N; `epilux merge` joins the files of the parts", 0},
    EPX_OPTIONS_RUN,
    {NULL, NULL, NULL, 0}};

const epx_command epx_command_run = {
    .name = "run",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "run a campaign, alone or over MPI ranks",
    .details =
        "The numbers of a trial depend on the deck, the seed and the trial only: the same bits on any number "
        "of ranks,\n"
        "stopped and resumed or not. The results file can be read at any time. Trials finished since it was "
        "last written\n"
        "are in FILE.journal, and the state of long trainings (run.checkpoint) is in FILE.checkpoint.*.\n"
        "The run saves and stops with exit status 75 at --max-time, before the end of a Slurm job, and on "
        "the "
        "signals INT,\n"
        "TERM, HUP, QUIT, USR1, USR2, ALRM and XCPU. A second signal stops it at once, without waiting for "
        "the "
        "trials that\n"
        "are running. A trial that crashes its process is recorded as failed. If a job ends and the cause is "
        "unknown, the\n"
        "trials that were running come last when the campaign is resumed. A trial that ran alone when "
        "--attempts jobs ended\n"
        "is recorded as lost; a run that finishes with lost trials ends with exit status 1.",
    .example = "mpirun -n 4 epilux run inputs/quickstart.yaml -o quickstart.h5",
    .options = options,
    .parallel = true,
    .solve = solve};
