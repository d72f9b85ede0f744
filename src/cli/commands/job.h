/** @internal @file
 * Job: a campaign's Slurm script, written from the template, and given to sbatch.
 */
#ifndef EPILUX_CLI_COMMANDS_JOB_H
#define EPILUX_CLI_COMMANDS_JOB_H

#include "cli/cluster/allocation.h"
#include "cli/cluster/script.h"
#include "cli/command.h"

typedef struct {
  const char *name; /* of the job; letters that Slurm does not like are replaced */
  char *program;    /* absolute paths; owned */
  char *deck;
  char *results;      /* NAME.h5 */
  char *script;       /* NAME.sbatch */
  const char *memory; /* of a core, as sbatch takes it; NULL: as the site and the allocation say */
  epx_cluster_site site;
  epx_allocation allocation;
  double grace; /* s before its end at which the job is told */
  int shards;   /* jobs that share the campaign, in an array; 1: none */
  int chain;    /* jobs after one another */
} epx_job;

/** Creates the paths of a job: of this program, of the deck, of the results and beside them the script.
 * Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_job_create_paths(epx_job *job, const char *deck, const char *results);
void epx_job_destroy_paths(epx_job *job);

/** Creates the script from `folder`/epilux.sbatch; call: for --set and --sbatch. Free text->text with
 * epx_array_destroy(). Errors: as epx_script_write_template(). */
epx_err epx_job_create_script(const epx_job *job, const epx_call *call, const char *folder, epx_script *text);

/** Tells what submits it: the i-th command line, and whether it waits for the job submitted by the one
 * before; empty past the last. line [size], out. */
void epx_job_eval_command(const epx_job *job, int i, const char *before, char *line, int size);

/** Gives a command line to the shell, and reads the job's number from what sbatch prints: id [size], out.
 * Errors: EPX_EINPUT: sbatch refused it, with its words. EPX_EFILE: it cannot be called. */
epx_err epx_job_submit(const char *line, char *id, int size);

#endif
