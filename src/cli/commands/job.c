/** @file
 * Job: writes the job script of a campaign and calls sbatch.
 */
#define _XOPEN_SOURCE 700
#include "cli/commands/job.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/process.h"

enum { PATH_BYTES = 4096 };

/* ---- paths */

/* A path stands in comments of the script, too, which end with their line. */
static epx_err check_letters(const char *path) {
  for (const unsigned char *c = (const unsigned char *)path; *c; c++)
    if (iscntrl(*c))
      return EPX_RAISE(EPX_EINPUT, "submit: a path has a control character (%d, at byte %d); rename the file",
                       *c, (int)((const char *)c - path));
  return EPX_OK;
}

/* The absolute path of a file that need not be there. */
static epx_err create_absolute(const char *path, char **out) {
  char folder[PATH_BYTES], whole[PATH_BYTES];
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
  if (!realpath(folder, whole)) return EPX_RAISE(EPX_EFILE, "%s: cannot be made: %s", path, strerror(errno));
  const char *base = slash ? slash + 1 : path;
  const size_t n = strlen(whole) + strlen(base) + 2;
  EPX_TRY(EPX_ARRAY(*out, n));
  snprintf(*out, n, "%s/%s", strcmp(whole, "/") == 0 ? "" : whole, base);
  return EPX_OK;
}

/* NAME of NAME.h5. */
static size_t get_stem_length(const char *results) {
  const size_t n = strlen(results);
  return n > 3 && strcmp(results + n - 3, ".h5") == 0 ? n - 3 : n;
}

epx_err epx_job_create_paths(epx_job *job, const char *deck, const char *results) {
  char program[PATH_BYTES];
  if (epx_process_get_program(program, sizeof program) != 0)
    return EPX_RAISE(EPX_EFILE, "this program cannot find its own path: %s", strerror(errno));
  EPX_TRY(epx_array_create_text(&job->program, program));
  EPX_TRY(create_absolute(deck, &job->deck));
  EPX_TRY(create_absolute(results, &job->results));
  EPX_TRY(check_letters(job->program));
  EPX_TRY(check_letters(job->deck));
  EPX_TRY(check_letters(job->results));
  const size_t n = strlen(job->results) + sizeof ".sbatch";
  EPX_TRY(EPX_ARRAY(job->script, n));
  snprintf(job->script, n, "%.*s.sbatch", (int)get_stem_length(job->results), job->results);
  return EPX_OK;
}

void epx_job_destroy_paths(epx_job *job) {
  epx_array_destroy(&job->program);
  epx_array_destroy(&job->deck);
  epx_array_destroy(&job->results);
  epx_array_destroy(&job->script);
}

/* ---- what fills the template */

enum {
  NAME,
  RANKS,
  TIME,
  GRACE,
  LOG,
  OPTIONS,
  PROGRAM,
  DECK,
  RESULTS,
  SETTINGS,
  LAUNCHER,
  AGAIN,
  SCRIPT,
  SHARDS,
  PREPARE,
  COMMANDS,
  N_PLACES
};

static epx_err write_time(epx_script *out, double seconds) {
  const long minutes = lround(seconds / 60);
  return epx_script_write(out, "%ld-%02ld:%02ld:00", minutes / 1440, minutes / 60 % 24, minutes % 60);
}

static epx_err write_name(epx_script *out, const char *name) {
  for (; *name; name++)
    EPX_TRY(epx_script_write(out, "%c", isalnum((unsigned char)*name) || strchr("-_.", *name) ? *name : '_'));
  return EPX_OK;
}

/* Of an array, each job has a log of its own. A text with a space stands in quotes. */
static epx_err write_log(epx_script *out, const epx_job *job) {
  EPX_TRY(epx_script_write(out, "\""));
  EPX_TRY(epx_script_write_file_name(out, job->results, get_stem_length(job->results)));
  return epx_script_write(out, "-%s.log\"", job->shards > 1 ? "%A_%a" : "%j");
}

static epx_err write_option(epx_script *out, const char *format, const char *text) {
  return *text ? epx_script_write_directive(out, format, text) : EPX_OK;
}

static epx_err write_memory(epx_script *out, const epx_job *job) {
  const epx_allocation *asked = &job->allocation;
  if (job->memory) return write_option(out, "--mem-per-cpu=", job->memory);
  if (strcmp(job->site.memory, "all") == 0) return write_option(out, "--mem=", "0");
  if (strcmp(job->site.memory, "none") == 0 || asked->megabytes == 0) return EPX_OK;
  return epx_script_write(out, "#SBATCH --mem-per-cpu=%.0fM\n",
                          ceil(asked->megabytes / asked->cores_per_rank));
}

/* Every further option, a line each; sbatch's own, as given, come last and win. */
static epx_err write_options(epx_script *out, const epx_job *job, const epx_call *call) {
  const char *given;
  if (job->allocation.nodes > 0)
    EPX_TRY(epx_script_write(out, "#SBATCH --nodes=%d\n", job->allocation.nodes));
  if (job->allocation.cores_per_rank > 1)
    EPX_TRY(epx_script_write(out, "#SBATCH --cpus-per-task=%d\n", job->allocation.cores_per_rank));
  EPX_TRY(write_memory(out, job));
  EPX_TRY(write_option(out, "--partition=", job->site.partition));
  EPX_TRY(write_option(out, "--account=", job->site.account));
  EPX_TRY(write_option(out, "--qos=", job->site.qos));
  EPX_TRY(write_option(out, "", job->site.options));
  for (int i = 0; (given = epx_call_get_value(call, "--sbatch", i)) != NULL; i++)
    EPX_TRY(write_option(out, "", given));
  return EPX_OK;
}

static epx_err write_settings(epx_script *out, const epx_call *call) {
  const char *assignment;
  for (int i = 0; (assignment = epx_call_get_value(call, "--set", i)) != NULL; i++) {
    EPX_TRY(epx_script_write(out, "%s--set ", i ? " " : ""));
    EPX_TRY(epx_script_write_word(out, assignment));
  }
  return EPX_OK;
}

static epx_err write_commands(epx_script *out, const epx_job *job) {
  char line[2 * PATH_BYTES];
  for (int i = 0;; i++) {
    epx_job_eval_command(job, i, "JOB", line, sizeof line);
    if (!*line) return EPX_OK;
    EPX_TRY(epx_script_write(out, "%s#   %s", i ? "\n" : "", line));
  }
}

static epx_err write_places(const epx_job *job, const epx_call *call, epx_script *place) {
  EPX_TRY(write_name(&place[NAME], job->name));
  EPX_TRY(epx_script_write(&place[RANKS], "%d", job->allocation.ranks));
  EPX_TRY(write_time(&place[TIME], job->allocation.time));
  EPX_TRY(epx_script_write(&place[GRACE], "%.0f", job->grace));
  EPX_TRY(write_log(&place[LOG], job));
  EPX_TRY(epx_script_write(&place[OPTIONS], "%s", ""));
  EPX_TRY(write_options(&place[OPTIONS], job, call));
  if (*job->site.program)
    EPX_TRY(epx_script_write(&place[PROGRAM], "%s", job->site.program));
  else
    EPX_TRY(epx_script_write_word(&place[PROGRAM], job->program));
  EPX_TRY(epx_script_write_word(&place[DECK], job->deck));
  EPX_TRY(epx_script_write_word(&place[RESULTS], job->results));
  EPX_TRY(epx_script_write(&place[SETTINGS], "%s", ""));
  EPX_TRY(write_settings(&place[SETTINGS], call));
  EPX_TRY(epx_script_write_word(&place[LAUNCHER], job->site.launcher));
  EPX_TRY(epx_script_write(&place[AGAIN], "%s", job->chain > 1 ? "leave" : job->site.again));
  EPX_TRY(epx_script_write_word(&place[SCRIPT], job->script));
  EPX_TRY(epx_script_write(&place[SHARDS], "%d", job->shards));
  EPX_TRY(epx_script_write(&place[PREPARE], "%s", job->site.prepare));
  return write_commands(&place[COMMANDS], job);
}

epx_err epx_job_create_script(const epx_job *job, const epx_call *call, const char *folder,
                              epx_script *text) {
  static const char *const names[N_PLACES] = {
      "name",    "ranks",    "time",     "grace", "log",    "options", "program", "deck",
      "results", "settings", "launcher", "again", "script", "shards",  "prepare", "commands"};
  epx_script written[N_PLACES] = {0};
  epx_script_place places[N_PLACES + 1] = {{NULL, NULL}};
  char path[PATH_BYTES + 32];
  snprintf(path, sizeof path, "%s/epilux.sbatch", folder);
  *text = (epx_script){0};
  int code = write_places(job, call, written);
  for (int k = 0; k < N_PLACES; k++)
    places[k] = (epx_script_place){names[k], written[k].text};
  if (code == EPX_OK) code = epx_script_write_template(text, path, places);
  for (int k = 0; k < N_PLACES; k++)
    epx_array_destroy(&written[k].text);
  return code;
}

/* ---- sbatch */

void epx_job_eval_command(const epx_job *job, int i, const char *before, char *line, int size) {
  epx_script quoted = {0};
  *line = '\0';
  if (epx_script_write_word(&quoted, job->script) != EPX_OK) return;
  const char *script = quoted.text;
  if (i == 0 && job->shards > 1)
    snprintf(line, (size_t)size, "sbatch --parsable --array=1-%d %s", job->shards, script);
  else if (i == 0)
    snprintf(line, (size_t)size, "sbatch --parsable %s", script);
  else if (i == 1 && job->shards > 1)
    snprintf(line, (size_t)size, "sbatch --parsable --dependency=afterany:%s --nodes=1 --ntasks=1 %s merge",
             before, script);
  else if (i < job->chain)
    snprintf(line, (size_t)size, "sbatch --parsable --dependency=afterany:%s %s", before, script);
  epx_array_destroy(&quoted.text);
}

epx_err epx_job_submit(const char *line, char *id, int size) {
  char command[2 * PATH_BYTES + 16], said[512], last[512] = "it said nothing";
  snprintf(command, sizeof command, "%s 2>&1", line);
  FILE *out = popen(command, "r");
  if (!out) return EPX_RAISE(EPX_EFILE, "sbatch cannot be called: %s", strerror(errno));
  *id = '\0';
  while (fgets(said, sizeof said, out)) {
    said[strcspn(said, "\n")] = '\0';
    /* --parsable: JOB, or JOB;CLUSTER. */
    if (isdigit((unsigned char)*said) && !*id)
      snprintf(id, (size_t)size, "%.*s", (int)strcspn(said, ";"), said);
    else
      snprintf(last, sizeof last, "%s", said);
  }
  const int status = pclose(out);
  if (status == 0 && *id) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "sbatch refused the job: %s", last);
}
