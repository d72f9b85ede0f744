/** @internal @file
 * Site: the settings of a computing centre for its jobs, from a file of NAME=value lines, jobs/sites/SITE.env.
 */
#ifndef EPILUX_CLI_CLUSTER_SITE_H
#define EPILUX_CLI_CLUSTER_SITE_H

#include <stdbool.h>

#include "epilux/error.h"

enum { EPX_CENTRE_TEXT = 512, EPX_CENTRE_PREPARE = 2048 };

/** The settings; a missing text is empty, a missing number 0. */
typedef struct {
  char name[64];
  char partition[EPX_CENTRE_TEXT], account[EPX_CENTRE_TEXT], qos[EPX_CENTRE_TEXT];
  char options[EPX_CENTRE_TEXT];    /* further options of sbatch, words */
  char program[EPX_CENTRE_TEXT];    /* words that run epilux there, "apptainer exec epilux.sif epilux" */
  char launcher[EPX_CENTRE_TEXT];   /* what starts ranks, words: "srun --mpi=pmix" */
  char again[EPX_CENTRE_TEXT];      /* when time is up: "requeue", "resubmit" or "leave" */
  char prepare[EPX_CENTRE_PREPARE]; /* commands before the program runs, a line each */
  char memory[EPX_CENTRE_TEXT]; /* "core": asked for by the core; "all" of a node; "none": not asked for */
  int cores_per_node;
  double memory_per_core; /* MB that a core may have */
  double max_time;        /* s a job may take */
  bool whole_nodes;       /* jobs get nodes, not cores */
} epx_cluster_site;

/** Evaluates the folder that holds epilux.sbatch and sites/: $EPILUX_JOBS, or jobs/ beside the program's
 * build folder, or share/epilux/jobs of where it is installed. folder [size], out. Errors: EPX_EFILE: none of
 * these has epilux.sbatch. */
epx_err epx_cluster_site_eval_folder(char *folder, int size);

/** Reads a site by its name, or by the path of a file when the name ends with ".env". $NAME in a value is
 * taken from the environment, but in `launcher` and `prepare`, which the job itself reads. overridden: names
 * whose lines do not count because an option says it, each with a space before and behind it. Errors:
 * EPX_EINPUT: no such site (with the nearest); FILE:LINE of an unknown NAME, a value that is none, a variable
 * that is not set. EPX_EFILE. */
epx_err epx_cluster_site_read(const char *folder, const char *name, const char *overridden,
                              epx_cluster_site *site);

#endif
