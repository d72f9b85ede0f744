/** @file
 * Results: reads a results file and its journal for reports. It needs neither the files of the task nor a
 * lock, and works while the campaign runs.
 */
#ifndef EPILUX_IO_RESULTS_RESULTS_H
#define EPILUX_IO_RESULTS_RESULTS_H

#include "epilux/results.h"
#include "io/recovery/journal.h"
#include "study/metric.h"
#include "study/record.h"

struct epx_results {
  char *deck; /* resolved, YAML */
  char *isa;  /* instruction set, as epx_isa_get_name() */
  int n_points, n_instances, block;
  int shard, n_shards;          /* as epx_campaign has them */
  epx_record_layout layout;     /* of state, seconds and metrics alone */
  int metric[EPX_METRIC_COUNT]; /* [layout.n_metrics] epx_metric */
  char *unit[EPX_METRIC_COUNT]; /* [layout.n_metrics] as the file says */
  double *record;               /* [n_points][n_instances][layout.size] */
  double run_seconds;           /* that the run which wrote the file had taken, s */
  double run_trials;            /* and trials it had solved */
  uint64_t digest;
  epx_journal_report journal;
  double *n_proposed; /* [n_points] instances that are to be run, as the file says; NULL: all */
  double *verdict;    /* [n_points] epx_verdict; NULL: nothing is decided */
  long n_open;        /* points that the file has not decided */
  double *
      rows; /* [n_points][n_factors] of a search, NaN where it has not come to; NULL: they are the deck's design */
  int n_factors; /* of the rows */
};

/** Tells whether a trial is one of the file's shard, and of those that it proposes, or was run. */
bool epx_results_has_trial(const epx_results *results, int i_point, int i_instance);

/** Creates the resolved deck that a results file holds; free with epx_array_destroy(). Errors: as
 * epx_results_read(). */
epx_err epx_results_create_deck(const char *path, char **deck);

/** Creates the name of a file that goes with a results file: "journal" or "lock". Free with
 * epx_array_destroy(). */
epx_err epx_results_create_name(const char *path, const char *suffix, char **name);

#endif
