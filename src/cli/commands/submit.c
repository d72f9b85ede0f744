/** @file
 * epilux submit: a campaign as a Slurm job: the template filled in from the deck, the site and a pilot
 * timing.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/commands/job.h"
#include "cli/deck_arguments.h"
#include "cli/time_limit.h"
#include "io/recovery/output.h"
#include "io/results/results.h"
#include "parallel/progress.h"

enum { PATH_BYTES = 4096 };

static const double pilot_budget = 10, pilot_patience = 120, default_grace = 60; /* s */

/* ---- options */

static epx_err read_count(const epx_call *call, const char *option, int missing, int *count) {
  const char *text = epx_call_get_value(call, option, 0);
  char *end;
  *count = missing;
  if (!text) return EPX_OK;
  const long value = strtol(text, &end, 10);
  if (end == text || *end || value < 1 || value > 10000000)
    return EPX_RAISE(EPX_EINPUT, "submit: %s %s: not a whole number above zero", option, text);
  *count = (int)value;
  return EPX_OK;
}

static epx_err read_time(const epx_call *call, const char *option, double missing, double *seconds) {
  const char *text = epx_call_get_value(call, option, 0);
  *seconds = missing;
  return text ? epx_time_limit_read(option, text, seconds) : EPX_OK;
}

static epx_err read_request(const epx_call *call, epx_allocation_request *request, double *budget) {
  EPX_TRY(read_count(call, "--ranks", 0, &request->ranks));
  EPX_TRY(read_count(call, "--shards", 1, &request->shards));
  EPX_TRY(read_time(call, "--time", 0, &request->time));
  EPX_TRY(read_time(call, "--grace", default_grace, &request->grace));
  EPX_TRY(epx_pilot_read_budget(call, pilot_budget, budget));
  if (request->time > 0 && request->grace >= request->time)
    return EPX_RAISE(EPX_EINPUT, "submit: --grace (%.0f s) must be shorter than --time (%.0f s)",
                     request->grace, request->time);
  if (*budget == 0 && (request->ranks == 0 || request->time == 0))
    return EPX_RAISE(EPX_EINPUT, "submit: without a pilot, give --ranks and --time");
  return EPX_OK;
}

static void override(const epx_call *call, const char *option, char *field) {
  const char *text = epx_call_get_value(call, option, 0);
  if (text) snprintf(field, EPX_CENTRE_TEXT, "%s", text);
}

/* The site, and over it what the options say. */
static epx_err read_site(const epx_call *call, const char *folder, epx_cluster_site *site) {
  const char *name = epx_call_get_value(call, "--site", 0);
  char overridden[64] = " ";
  if (epx_call_is_set(call, "--partition")) strcat(overridden, "partition ");
  if (epx_call_is_set(call, "--account")) strcat(overridden, "account ");
  if (!name) name = getenv("EPILUX_SITE");
  EPX_TRY(epx_cluster_site_read(folder, name ? name : "plain", overridden, site));
  override(call, "--partition", site->partition);
  override(call, "--account", site->account);
  override(call, "--launcher", site->launcher);
  return EPX_OK;
}

static epx_err read_job(const epx_call *call, const char *folder, epx_allocation_request *request,
                        double *budget, epx_job *job) {
  EPX_TRY(read_site(call, folder, &job->site));
  EPX_TRY(read_request(call, request, budget));
  EPX_TRY(read_count(call, "--chain", 1, &job->chain));
  if (job->chain > 1 && request->shards > 1)
    return EPX_RAISE(EPX_EINPUT, "submit: give --chain or --shards, not both: shards continue by themselves");
  job->memory = epx_call_get_value(call, "--memory", 0);
  job->grace = request->grace;
  job->shards = request->shards;
  return EPX_OK;
}

/* ---- checks before anything is timed */

static bool is_on_path(const char *program) {
  const char *path = getenv("PATH");
  char whole[PATH_BYTES];
  for (; path && *path; path += strcspn(path, ":") + (path[strcspn(path, ":")] == ':')) {
    snprintf(whole, sizeof whole, "%.*s/%s", (int)strcspn(path, ":"), path, program);
    if (access(whole, X_OK) == 0) return true;
  }
  return false;
}

/* Results that are there must be this campaign's, and not finished. */
static epx_err check_results(const char *path, const epx_campaign *campaign) {
  epx_results *results;
  if (access(path, F_OK) != 0) return EPX_OK;
  EPX_TRY(epx_results_read(path, &results));
  const bool same = results->digest == campaign->digest;
  const size_t n = (size_t)results->n_points * (size_t)results->n_instances;
  size_t pending = 0;
  for (size_t i = 0; i < n; i++)
    pending += results->record[i * results->layout.size] == EPX_STATE_PENDING;
  epx_results_destroy(&results);
  if (!same)
    return EPX_RAISE(EPX_EMISMATCH,
                     "%s: contains results of another deck or seed; choose another file with -o", path);
  if (pending == 0) return EPX_RAISE(EPX_EINPUT, "%s: is finished; choose another file with -o", path);
  return EPX_OK;
}

/* ---- what is said */

static void print_plan(const epx_campaign *campaign, const epx_job *job, const epx_pilot *pilot,
                       double n_blocks) {
  const epx_allocation *asked = &job->allocation;
  char text[32], total[32];
  if (pilot) {
    epx_progress_eval_time(pilot->total, total, sizeof total);
    fprintf(stderr,
            "epilux: pilot: %d block%s of %d trial%s timed, %d finished, %.3g s each, %.0f MB; all %.0f "
            "blocks: %s on one core\n",
            pilot->n_blocks, pilot->n_blocks == 1 ? "" : "s", campaign->block,
            campaign->block == 1 ? "" : "s", pilot->n_whole, pilot->block, pilot->bytes / 1e6, n_blocks,
            total);
  }
  epx_progress_eval_time(asked->time, text, sizeof text);
  fprintf(stderr, "epilux: asks for %d ranks", asked->ranks);
  if (asked->nodes > 0) fprintf(stderr, " on %d node%s", asked->nodes, asked->nodes > 1 ? "s" : "");
  fprintf(stderr, " for %s", text);
  if (job->shards > 1) fprintf(stderr, ", %d times", job->shards);
  if (pilot) {
    epx_progress_eval_time(asked->expected, text, sizeof text);
    fprintf(stderr, "; expected: %s", text);
  }
  if (asked->rounds > 1) fprintf(stderr, ", so about %d jobs one after the other", asked->rounds);
  fprintf(stderr, "\n");
  if (asked->ranks > n_blocks / job->shards + 1)
    fprintf(stderr, "epilux: warning: %.0f blocks of work for %d ranks: some ranks will be idle\n",
            n_blocks / job->shards, asked->ranks);
  if (job->chain > 1 && job->chain < asked->rounds)
    fprintf(stderr, "epilux: warning: a chain of %d jobs is shorter than that\n", job->chain);
}

/* ---- submitting */

static epx_err write_script(const epx_job *job, const epx_script *text) {
  int descriptor;
  EPX_TRY(epx_output_open(job->script, EPX_OUTPUT_SCRIPT, 0, &descriptor));
  FILE *file = fdopen(descriptor, "w");
  if (!file) close(descriptor);
  const bool written = file && fputs(text->text, file) >= 0;
  if (file && fclose(file) == 0 && written) return EPX_OK;
  return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", job->script, strerror(errno));
}

static epx_err submit(const epx_job *job) {
  char line[2 * PATH_BYTES], id[64] = "", first[64] = "";
  for (int i = 0;; i++) {
    epx_job_eval_command(job, i, id, line, sizeof line);
    if (!*line) break;
    EPX_TRY(epx_job_submit(line, id, sizeof id));
    if (i == 0) snprintf(first, sizeof first, "%s", id);
    printf("job %s: %s\n", id,
           i == 0            ? job->script
           : job->shards > 1 ? "joins the shards"
                             : "continues if needed");
  }
  epx_script watched = {0};
  EPX_TRY(epx_script_write_word(&watched, job->results));
  if (job->shards > 1)
    fprintf(stderr, "epilux: to watch: squeue -j %s; to stop: scancel %s\n", first, first);
  else
    fprintf(stderr, "epilux: to watch: epilux status --watch %s; to stop: scancel %s\n", watched.text, first);
  epx_array_destroy(&watched.text);
  return EPX_OK;
}

static epx_err write_and_submit(const epx_call *call, const epx_job *job, const char *folder) {
  epx_script text = {0};
  char line[2 * PATH_BYTES];
  int code = epx_job_create_script(job, call, folder, &text);
  if (code == EPX_OK && epx_call_is_set(call, "--dry-run")) {
    printf("%s", text.text);
    for (int i = 0; epx_job_eval_command(job, i, "JOB", line, sizeof line), *line; i++)
      fprintf(stderr, "epilux: would call: %s\n", line);
  } else if (code == EPX_OK) {
    code = write_script(job, &text);
    if (code == EPX_OK) code = submit(job);
  }
  epx_array_destroy(&text.text);
  return code;
}

static epx_err fly_pilot(const epx_campaign *campaign, double budget, epx_pilot *pilot) {
  EPX_TRY(epx_pilot_eval(campaign, budget, pilot_patience, pilot));
  if (pilot->n_blocks > 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "no sample trial reached its first update within %.0f s: give --ranks and --time, and "
                   "--pilot 0 to skip the pilot",
                   pilot->spent);
}

static epx_err plan_and_submit(const epx_call *call, const epx_campaign *campaign, const char *folder,
                               const epx_allocation_request *request, double budget, epx_job *job) {
  const double per_point = ceil((double)campaign->n_instances / campaign->block);
  const double n_blocks = campaign->n_points * per_point;
  const double n_bytes =
      (double)sizeof(double) * campaign->n_points * campaign->n_instances * (double)campaign->layout.size;
  epx_pilot pilot;
  if (job->shards == 1) EPX_TRY(check_results(job->results, campaign));
  if (budget > 0) EPX_TRY(fly_pilot(campaign, budget, &pilot));
  job->allocation = epx_allocation_eval(request, &job->site, n_blocks, n_bytes, budget > 0 ? &pilot : NULL);
  print_plan(campaign, job, budget > 0 ? &pilot : NULL, n_blocks);
  return write_and_submit(call, job, folder);
}

static epx_err solve_campaign(const epx_call *call, const char *folder, const epx_allocation_request *request,
                              double budget, epx_job *job) {
  epx_deck *deck;
  epx_campaign *campaign;
  char *path = NULL;
  EPX_TRY(epx_call_read_deck(call, &deck));
  EPX_TRY(epx_campaign_create(deck, &campaign));
  job->name = epx_deck_get_text(campaign->deck, "study.name");
  int code = epx_call_create_output(call, campaign->deck, &path);
  if (code == EPX_OK) code = epx_job_create_paths(job, call->arguments[0], path);
  if (code == EPX_OK) code = plan_and_submit(call, campaign, folder, request, budget, job);
  epx_job_destroy_paths(job);
  epx_array_destroy(&path);
  epx_campaign_destroy(&campaign);
  return code;
}

static epx_err solve(const epx_call *call, int *status) {
  char folder[PATH_BYTES];
  double budget;
  epx_allocation_request request;
  epx_job job = {0};
  (void)status;
  EPX_TRY(epx_cluster_site_eval_folder(folder, sizeof folder));
  EPX_TRY(read_job(call, folder, &request, &budget, &job));
  if (!epx_call_is_set(call, "--dry-run") && !is_on_path("sbatch"))
    return EPX_RAISE(EPX_EINPUT, "sbatch was not found; call this on a host that submits jobs, or print the "
                                 "job script with --dry-run");
  return solve_campaign(call, folder, &request, budget, &job);
}

static const epx_option options[] = {
    {"--output", "FILE", "write the results to FILE (default NAME.h5, after study.name)", 'o'},
    EPX_OPTION_SET,
    {"--site", "SITE",
     "use the settings of SITE: a file of jobs/sites or a path that ends with .env (default $EPILUX_SITE, "
     "else plain)",
     0},
    {"--ranks", "N", "use N MPI ranks per job (default: as many as make it take about one hour)", 0},
    {"--time", "TIME", "limit a job to TIME: 2h, 90min, 1-12:00:00 (default: estimated by the pilot)", 0},
    {"--memory", "SIZE",
     "ask for SIZE of memory per core, as for sbatch: 2G (default: estimated by the pilot)", 0},
    {"--partition", "NAME", "use NAME instead of the site's setting", 0},
    {"--account", "NAME", "use NAME instead of the site's setting", 0},
    {"--launcher", "WORDS",
     "start ranks with WORDS, such as \"srun --mpi=pmix\" or mpirun, instead of the site's launcher", 0},
    {"--shards", "N", "share the campaign among N jobs of an array, then join their results", 0},
    {"--chain", "N", "submit N jobs, each continuing the one before, instead of requeueing one job", 0},
    {"--grace", "TIME", "save and requeue TIME before the end of the job (default 60 s)", 0},
    {"--pilot", "TIME", "time sample trials for TIME first (default 10 s; longer for long trials; 0: skip)",
     0},
    {"--sbatch", "OPTION", "pass OPTION to sbatch, as in --sbatch=--mail-type=END; may be repeated", 0},
    {"--dry-run", NULL, "print the job script; submit nothing", 0},
    {NULL, NULL, NULL, 0}};

const epx_command epx_command_submit = {
    .name = "submit",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary =
        "submit a campaign to Slurm; the job continues after time limits and crashes until all is done",
    .details = "Sample trials are timed here. Ranks, time and memory follow from these times, the deck and "
               "the site.\n"
               "The job saves before its time limit and requeues itself, continues after a crash, and ends "
               "when all trials are\n"
               "finished. The job script is NAME.sbatch, its log NAME-JOB.log, its progress "
               "NAME.h5.progress. Submitting again\n"
               "continues the campaign.",
    .example = "epilux submit inputs/quickstart.yaml --site lumi --dry-run",
    .options = options,
    .solve = solve};
