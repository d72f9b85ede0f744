/** @file
 * Run: what surrounds the coordinator and the workers: files before and after, and the thread of worker 0.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/run.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "epilux/log.h"
#include "io/proposals.h"
#include "io/recovery/checkpoint.h"
#include "io/recovery/lock.h"
#include "io/recovery/output.h"
#include "io/results/results.h"
#include "parallel/channel/relay.h"
#include "parallel/schedule/blocks.h"
#include "parallel/signals.h"
#include "parallel/under_way.h"
#include "parallel/verdict.h"

/* What rank 0 holds of the files. */
typedef struct {
  char *journal_path, *lock_path, *attempts_path;
  epx_lock *lock;
  epx_store *store;   /* of the campaign to run */
  epx_store *earlier; /* of the campaign as the file has it: the same, or that before an extension */
  int isa;            /* epx_isa of the results so far, -1: none */
  epx_journal *journal;
  epx_attempts *attempts;
  epx_attempts_suspect *suspects; /* [n_suspects] */
  size_t n_suspects;
  bool resumes;  /* trainings were kept */
  bool finished; /* the results file holds all trials: it stays as it is */
} files;

typedef struct {
  epx_campaign *campaign;
  epx_worker_calls calls;
  epx_worker_place place;
  epx_channel *channel;
} worker_arguments;

epx_run_options epx_run_get_defaults(const char *path) {
  return (epx_run_options){
      .path = path,
      .workers_per_coordinator = 1000,
      .coordinator = {.checkpoint = 60, .time_limit = INFINITY, .patience = 20, .attempts = 3},
      .calls = epx_worker_get_calls()};
}

/* ---- files */

static void take_record(void *context, int i_point, int i_instance, size_t size, const double *record) {
  double *kept = epx_campaign_get_record(context, i_point, i_instance);
  if (kept[0] == EPX_STATE_PENDING) memcpy(kept, record, size * sizeof *kept);
}

static epx_journal_key get_key(const epx_campaign *campaign) {
  return (epx_journal_key){campaign->digest, campaign->layout.size, campaign->n_points,
                           campaign->n_instances};
}

static epx_err read_journal(files *own, epx_campaign *campaign) {
  const epx_journal_key key = get_key(campaign);
  epx_journal_report report;
  EPX_TRY(epx_journal_read(own->journal_path, &key, take_record, campaign, &report));
  if (report.n_damaged > 0)
    epx_log_write(EPX_LOG_WARNING, "run", "%s: %ld damaged records were dropped; their trials run again",
                  own->journal_path, report.n_damaged);
  own->finished &= report.n_records == 0;
  return EPX_OK;
}

static bool is_finished(const epx_campaign *campaign) {
  long n_trials, n_finished;
  epx_campaign_get_progress(campaign, &n_trials, &n_finished);
  return n_finished == n_trials;
}

/* The store of what the file holds so far. */
static epx_store *get_earlier(const files *own) {
  return own->earlier ? own->earlier : own->store;
}

/* Sets the trials of a block pending that are to be run again. One that ended its process has no time; then its
 * whole block is run again, for the others were solved one by one. */
static void retry_block(epx_campaign *campaign, const epx_block *block, const epx_run_options *options) {
  bool any = false, split = false;
  for (int k = 0; k < block->n; k++) {
    double *record = epx_campaign_get_record(campaign, block->i_point, block->first + k);
    const bool wanted = record[0] == EPX_LOST || (record[0] == EPX_FAILED && options->retry_failed);
    split |= wanted && isnan(record[1]);
    any |= wanted;
    if (wanted) epx_record_init(&campaign->layout, record);
  }
  for (int k = 0; any && split && k < block->n; k++)
    epx_record_init(&campaign->layout, epx_campaign_get_record(campaign, block->i_point, block->first + k));
}

static void retry(epx_campaign *campaign, const epx_run_options *options) {
  const int64_t n = epx_blocks_get_count(campaign);
  for (int64_t b = 0; b < n; b++) {
    const epx_block block = epx_blocks_get(campaign, b);
    retry_block(campaign, &block, options);
  }
}

/* What the records so far decide. What was decided by trials that run again is open again. */
static epx_err decide(epx_campaign *campaign, const epx_run_options *options) {
  long n_dropped;
  if (!campaign->proposals) return EPX_OK;
  if (!options->retry_failed && !options->retry_lost) return epx_proposals_update_all(campaign->proposals);
  EPX_TRY(epx_proposals_reset(campaign->proposals, &n_dropped));
  if (n_dropped > 0)
    epx_log_write(EPX_LOG_WARNING, "run",
                  "%ld finished trials are dropped: trials that decided that they are wanted run again",
                  n_dropped);
  return EPX_OK;
}

/* Ends count anew where a training went further since the last of them: it is not what ends the job. */
static void forgive(files *own, const epx_campaign *campaign, const char *path) {
  for (size_t i = 0; i < own->n_suspects; i++) {
    epx_attempts_suspect *suspect = &own->suspects[i];
    const epx_block block = epx_blocks_get(campaign, suspect->unit);
    const epx_checkpoint_key key = {.results = path, .i_point = block.i_point, .first = block.first};
    const int share = epx_checkpoint_get_share(&key);
    if (share > suspect->share && suspect->n_ends + suspect->n_alone > 1) {
      suspect->n_ends = 1;
      suspect->n_alone = 0;
    }
    suspect->share = share;
  }
}

/* Reads the results so far; *isa becomes the least of it and the one they were computed with. */
static epx_err read_results(files *own, epx_campaign *campaign, const epx_run_options *options, int *isa) {
  bool exists = access(options->path, F_OK) == 0;
  const bool any = exists || access(own->journal_path, F_OK) == 0;
  if (any && !options->resume && !options->force)
    return EPX_RAISE(EPX_EINPUT, "%s: exists; continue it with --resume, or overwrite it with --force",
                     exists ? options->path : own->journal_path);
  if (options->force && !options->resume) return epx_output_check_replaceable(options->path);
  epx_campaign *earlier = options->extension ? options->extension->earlier : campaign;
  epx_store_set_tolerance(get_earlier(own), options->any_version, false);
  EPX_TRY(epx_store_read(get_earlier(own), &exists));
  own->finished = exists;
  EPX_TRY(read_journal(own, earlier));
  if (!exists) return EPX_OK;
  if (options->extension) {
    epx_extension_merge_records(options->extension);
    EPX_TRY(epx_store_set_created(own->store, epx_store_get_created(own->earlier)));
  }
  if (options->retry_failed || options->retry_lost)
    retry(campaign, options);
  else
    EPX_TRY(epx_attempts_read(own->attempts_path, campaign->digest, epx_blocks_get_units(campaign),
                              &own->suspects, &own->n_suspects));
  EPX_TRY(decide(campaign, options));
  own->finished &= is_finished(campaign); /* by what the file says: a verdict is to be written */
  forgive(own, campaign, options->path);
  EPX_TRY(epx_verdict_apply(campaign, options->coordinator.attempts, &own->suspects, &own->n_suspects));
  if (campaign->proposals) EPX_TRY(epx_proposals_update_all(campaign->proposals));
  own->isa = epx_store_get_isa(get_earlier(own));
  if (own->isa >= 0 && own->isa < *isa) *isa = own->isa;
  return EPX_OK;
}

static epx_err open_files(files *own, epx_campaign *campaign, const epx_run_options *options, int *isa) {
  EPX_TRY(epx_results_create_name(options->path, "journal", &own->journal_path));
  EPX_TRY(epx_results_create_name(options->path, "lock", &own->lock_path));
  EPX_TRY(epx_results_create_name(options->path, "attempts", &own->attempts_path));
  EPX_TRY(epx_lock_create(own->lock_path, &own->lock));
  EPX_TRY(epx_output_check_kind(own->journal_path, EPX_OUTPUT_JOURNAL));
  EPX_TRY(epx_output_check_kind(own->attempts_path, EPX_OUTPUT_ATTEMPTS));
  EPX_TRY(epx_store_create(campaign, options->path, &own->store));
  if (options->extension)
    EPX_TRY(epx_store_create(options->extension->earlier, options->path, &own->earlier));
  return read_results(own, campaign, options, isa);
}

/* Results of a better instruction set cannot be gone on with here, bit for bit. */
static epx_err check_isa(const files *own, const epx_run_options *options) {
  if (own->isa <= (int)epx_isa_get()) return EPX_OK;
  const char *before = epx_isa_get_name((epx_isa)own->isa), *now = epx_isa_get_name(epx_isa_get());
  if (!options->any_version)
    return EPX_RAISE(EPX_EMISMATCH,
                     "%s: computed with %s, but the ranks have only %s in common (or EPILUX_ISA allows no "
                     "more): the last bits may differ; accept this with --any-version",
                     options->path, before, now);
  epx_log_write(EPX_LOG_WARNING, "run", "%s: computed with %s, continues with %s: the last bits may differ",
                options->path, before, now);
  return EPX_OK;
}

/* What an extension begins from is in the file, and no journal beside it, before the larger file takes its
 * place: a journal of the smaller campaign would be of no use to it. */
static epx_err save_earlier(files *own) {
  if (!own->earlier) return EPX_OK;
  EPX_TRY(epx_store_write(own->earlier, 0, 0));
  return epx_output_remove(own->journal_path, EPX_OUTPUT_JOURNAL);
}

/* What the results tell of the run that writes them. */
static epx_err set_maker(files *own, const char *command) {
  char mpi[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length;
  if (MPI_Get_library_version(mpi, &length) != MPI_SUCCESS) *mpi = '\0';
  mpi[strcspn(mpi, ",\n")] = '\0'; /* how it was built follows */
  if (own->earlier) EPX_TRY(epx_store_set_history(own->store, epx_store_get_history(own->earlier)));
  return epx_store_set_maker(own->store, command, mpi);
}

/* From here on the files are this run's. What the journal held is in the results file before the journal is
 * made anew. */
static epx_err begin_files(files *own, const epx_campaign *campaign, const epx_run_options *options,
                           int n_workers, int n_ranks) {
  const epx_journal_key key = get_key(campaign);
  EPX_TRY(check_isa(own, options));
  EPX_TRY(save_earlier(own));
  if (!options->resume) epx_checkpoint_destroy_all(options->path);
  own->resumes = epx_checkpoint_get_count(options->path, NULL) > 0;
  EPX_TRY(set_maker(own, options->command));
  EPX_TRY(epx_store_write(own->store, 0, 0));
  EPX_TRY(epx_journal_create(own->journal_path, &key, &own->journal));
  return epx_attempts_create(own->attempts_path, campaign->digest, epx_blocks_get_units(campaign),
                             own->suspects, own->n_suspects, n_workers, n_ranks, &own->attempts);
}

static void close_files(files *own, const char *path, bool finished) {
  epx_journal_destroy(&own->journal);
  epx_attempts_destroy(&own->attempts);
  if (finished && own->journal_path)
    unlink(own->journal_path); /* rank 0 alone has files, and looked at them */
  if (finished && own->attempts_path) unlink(own->attempts_path);
  if (finished && own->store) epx_checkpoint_destroy_all(path);
  epx_array_destroy(&own->suspects);
  epx_store_destroy(&own->store);
  epx_store_destroy(&own->earlier);
  epx_lock_destroy(&own->lock);
  epx_array_destroy(&own->journal_path);
  epx_array_destroy(&own->lock_path);
  epx_array_destroy(&own->attempts_path);
}

/* ---- ranks */

/* Sets the instruction set on this rank, by the way its user would. */
static epx_err set_isa(epx_channel *channel, int isa) {
  EPX_TRY(epx_channel_merge_least(channel, &isa));
  if (isa == (int)epx_isa_get()) return EPX_OK;
  if (setenv("EPILUX_ISA", epx_isa_get_name((epx_isa)isa), 1) != 0)
    return EPX_RAISE(EPX_EMEMORY, "EPILUX_ISA cannot be set: %s", strerror(errno));
  return epx_isa_set_from_environment();
}

/* The thread of worker 0, which owns its arguments: it may outlive who made it. Its errors went to the
 * coordinator. */
static void *run_worker(void *context) {
  worker_arguments *arguments = context;
  bool stopped;
  (void)!epx_worker_solve(arguments->campaign, &arguments->calls, &arguments->place, arguments->channel,
                          &stopped);
  epx_array_destroy(&arguments);
  return NULL;
}

static epx_err create_thread(epx_campaign *campaign, epx_channel *channel, const epx_run_options *options,
                             pthread_t *thread) {
  worker_arguments *arguments;
  EPX_TRY(EPX_ARRAY(arguments, 1));
  *arguments = (worker_arguments){campaign, options->calls, {options->group, options->path}, channel};
  epx_signals_set_blocked(true);
  const int made = pthread_create(thread, NULL, run_worker, arguments);
  epx_signals_set_blocked(false);
  if (made == 0) return EPX_OK;
  epx_array_destroy(&arguments);
  return EPX_RAISE(EPX_EMEMORY, "cannot start a thread for a worker");
}

/* Coordinates, with a worker of its own when ranks are few. Signals are for this thread alone. */
static epx_err solve_on_rank_0(epx_campaign *campaign, epx_channel *channel, const files *own,
                               const epx_run_options *options, epx_coordinator_report *report) {
  pthread_t thread;
  const bool works = epx_channel_get_size(channel) <= 2;
  if (works) EPX_TRY(create_thread(campaign, channel, options, &thread));
  const epx_coordinator_files held = {own->journal,    own->store,    own->attempts, own->suspects,
                                      own->n_suspects, options->path, own->resumes};
  const int code = epx_coordinator_solve(campaign, channel, &held, &options->coordinator, report);
  if (works && !report->abandoned) pthread_join(thread, NULL);
  return code;
}

static epx_err solve(epx_campaign *campaign, epx_channel *channel, const files *own,
                     const epx_run_options *options, epx_coordinator_report *report) {
  const epx_worker_place place = {options->group, options->path};
  const int rank = epx_channel_get_rank(channel);
  if (rank == 0) return solve_on_rank_0(campaign, channel, own, options, report);
  if (rank < epx_channel_get_layout(channel).first_worker) return epx_relay_solve(channel, &report->stopped);
  return epx_worker_solve(campaign, &options->calls, &place, channel, &report->stopped);
}

/* As solve, with networks over groups of ranks: leaders and coordinator talk over a channel of their own; all
 * learn the outcome at the end. */
static epx_err solve_in_groups(epx_campaign *campaign, const files *own, const epx_run_options *options,
                               epx_coordinator_report *report) {
  const epx_worker_place place = {options->group, options->path};
  epx_channel *leaders = epx_group_get_channel(options->group);
  int code = EPX_OK;
  if (leaders)
    code = solve(campaign, leaders, own, options, report);
  else if (epx_group_get_place(options->group).group >= 0)
    code = epx_worker_follow(campaign, &options->calls, &place);
  return report->abandoned ? code : epx_group_merge_end(options->group, code, &report->stopped);
}

/* There is nothing to run, and no file is touched. */
static epx_err end_finished(const epx_campaign *campaign, epx_run_report *report) {
  epx_progress *progress = &report->coordinator.progress;
  report->begun = true;
  epx_campaign_get_progress(campaign, &progress->n_trials, &progress->n_finished);
  const size_t n = campaign->record ? (size_t)campaign->n_points * (size_t)campaign->n_instances : 0;
  for (size_t i = 0; i < n; i++)
    progress->n_lost += campaign->record[i * campaign->layout.size] == EPX_LOST;
  return EPX_OK;
}

/* Tells the guardians of all ranks where to note a death. */
static epx_err set_guarded(epx_channel *channel, const files *own, const epx_run_options *options) {
  char *path;
  int run = own->attempts ? epx_attempts_get_run(own->attempts) : INT_MAX;
  EPX_TRY(epx_channel_merge_least(channel, &run));
  EPX_TRY(epx_results_create_name(options->path, "attempts", &path));
  epx_under_way_set_run(path, run, epx_channel_get_rank(channel));
  epx_array_destroy(&path);
  return EPX_OK;
}

static epx_err run(epx_campaign *campaign, epx_channel *channel, const epx_run_options *options, files *own,
                   epx_run_report *report) {
  if (!options->group)
    EPX_TRY(
        epx_channel_merge_codes(channel, epx_channel_set_group(channel, options->workers_per_coordinator)));
  const bool is_first = epx_channel_get_rank(channel) == 0;
  int isa = (int)epx_isa_get();
  EPX_TRY(epx_channel_merge_codes(channel, is_first ? open_files(own, campaign, options, &isa) : EPX_OK));
  int n_left = is_first && own->finished ? 0 : 1;
  EPX_TRY(epx_channel_merge_least(channel, &n_left));
  EPX_TRY(set_isa(channel, isa));
  if (n_left == 0) {
    EPX_TRY(epx_channel_merge_codes(channel, is_first ? check_isa(own, options) : EPX_OK));
    return end_finished(campaign, report);
  }
  const epx_channel *workers = options->group ? epx_group_get_channel(options->group) : channel;
  EPX_TRY(epx_channel_merge_codes(channel, is_first ? begin_files(own, campaign, options,
                                                                  epx_channel_get_layout(workers).n_workers,
                                                                  epx_channel_get_size(channel))
                                                    : EPX_OK));
  report->begun = true;
  EPX_TRY(set_guarded(channel, own, options));
  EPX_TRY(epx_signals_set());
  const int code = options->group ? solve_in_groups(campaign, own, options, &report->coordinator)
                                  : solve(campaign, channel, own, options, &report->coordinator);
  if (!report->coordinator.abandoned) epx_signals_restore();
  return code;
}

void epx_run_report_destroy(epx_run_report *report) {
  epx_coordinator_report_destroy(&report->coordinator);
}

/* All ranks read the same file, unless it changes meanwhile or is not the same everywhere. */
epx_err epx_run_check_agreement(const epx_campaign *campaign, epx_channel *channel) {
  const int folded = (int)((campaign->digest ^ campaign->digest >> 31) & 0x3fffffff);
  int least = folded, least_negative = -folded;
  EPX_TRY(epx_channel_merge_least(channel, &least));
  EPX_TRY(epx_channel_merge_least(channel, &least_negative));
  if (least == -least_negative) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "the ranks read different decks: the file must be the same on all nodes");
}

epx_err epx_run_solve(epx_campaign *campaign, epx_channel *channel, const epx_run_options *options,
                      epx_run_report *report) {
  *report = (epx_run_report){0};
  files own = {.isa = -1};
  const int code = run(campaign, channel, options, &own, report);
  const epx_progress *progress = &report->coordinator.progress;
  close_files(&own, options->path,
              code == EPX_OK && report->begun && progress->n_finished == progress->n_trials);
  return code;
}
