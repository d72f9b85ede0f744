/** @file
 * Scheduler: what it takes to hand out, take in and journal a trial that costs nothing, over all ranks of the
 * launch:
 *
 *   mpirun -n 2 epilux bench scheduler                      over shared memory
 *   mpirun -n 2 --mca btl tcp,self epilux bench scheduler   over TCP
 *
 * Times are of the wall: what is measured is mostly how ranks wait for each other.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/bench/benchmark.h"
#include "parallel/run.h"

enum { N_ROUNDS = EPX_BENCH_ROUNDS };

static const char deck_text[] = "study: {name: bench}\n"
                                "network: {family: kerr, topology: {nodes: 3}}\n"
                                "task: {name: xor}\n"
                                "learning: {epochs: 1}\n"
                                "population: {instances: %d, block: 1}\n"
                                "metrics: [loss]\n";

/* A way to run it. */
typedef struct {
  const char *what, *way;
  int n_trials;
  bool single;    /* units of one */
  double seconds; /* a trial takes, of its processor */
  double wanted;  /* s a trial beyond that, at most; of long trials: share of time that workers are busy */
} scheduler_case;

static const scheduler_case cases[] = {{"null trials", "units of one", 10000, true, 0, 3e-6},
                                       {"null trials", "guided units", 200000, false, 0, 0.3e-6},
                                       {"trials of 10 ms", "guided units", 100, false, 0.01, 0.99}};

static double trial_seconds; /* of the case that runs */

static double get_processor_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static epx_err solve_nothing(const epx_point *point, int i_point, int first, double *record) {
  const double until = trial_seconds > 0 ? get_processor_time() + trial_seconds : 0;
  (void)point;
  record[0] = EPX_STATE_DONE;
  record[1] = 0;
  record[2] = i_point + first;
  while (until > 0 && get_processor_time() < until)
    continue;
  return EPX_OK;
}

static epx_err create_campaign(int n_trials, epx_campaign **campaign) {
  char text[512];
  epx_deck *deck;
  snprintf(text, sizeof text, deck_text, n_trials);
  EPX_TRY(epx_deck_read_text("bench.yaml", text, &deck));
  return epx_campaign_create(deck, campaign);
}

/* Seconds from the first trial handed out to the last taken in, and how busy workers were until nothing was
 * left to hand out; on rank 0. */
static epx_err run_once(const scheduler_case *of, epx_channel *channel, const char *path, double *seconds,
                        double *busy) {
  epx_campaign *campaign;
  epx_run_report report;
  epx_run_options options = epx_run_get_defaults(path);
  EPX_TRY(create_campaign(of->n_trials, &campaign));
  options.force = true;
  options.calls = (epx_worker_calls){NULL, solve_nothing};
  options.coordinator.single = of->single;
  trial_seconds = of->seconds;
  const int code = epx_run_solve(campaign, channel, &options, &report);
  const epx_progress *progress = &report.coordinator.progress;
  *seconds = progress->seconds;
  *busy = progress->n_workers > 0 ? progress->busy / (progress->drained * progress->n_workers) : NAN;
  epx_run_report_destroy(&report);
  epx_campaign_destroy(&campaign);
  return code;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static epx_err set_row(epx_bench *bench, const scheduler_case *of, int n_workers, double seconds,
                       double busy) {
  char what[64];
  const epx_bench_goal at_most = {.at_least = NAN, .at_most = 1},
                       at_least = {.at_least = of->wanted, .at_most = NAN};
  snprintf(what, sizeof what, "%s, %d worker%s", of->what, n_workers, n_workers == 1 ? "" : "s");
  const epx_bench_row row = {.what = what,
                             .way = of->way,
                             .unit = "trial",
                             .seconds = seconds / of->n_trials,
                             .operations = NAN,
                             .bytes = NAN,
                             .against = of->seconds > 0 ? "share of time busy"
                                        : of->single    ? "3 us"
                                                        : "0.3 us",
                             .ratio = of->seconds > 0 ? busy : seconds / of->n_trials / of->wanted,
                             .goal = of->seconds > 0 ? &at_least : &at_most};
  return epx_bench_set_row(bench, &row);
}

/* The median of some rounds. bench NULL: another rank's table. */
static epx_err solve_case(epx_bench *bench, const scheduler_case *of, epx_channel *channel,
                          const char *path) {
  double seconds[N_ROUNDS], busy[N_ROUNDS];
  for (int r = 0; r < N_ROUNDS; r++)
    EPX_TRY(run_once(of, channel, path, &seconds[r], &busy[r]));
  qsort(seconds, N_ROUNDS, sizeof *seconds, compare);
  qsort(busy, N_ROUNDS, sizeof *busy, compare);
  if (epx_channel_get_rank(channel) > 0) return EPX_OK;
  return set_row(bench, of, epx_channel_get_layout(channel).n_workers, seconds[N_ROUNDS / 2],
                 busy[N_ROUNDS / 2]);
}

static epx_err solve_in_folder(epx_bench *bench, epx_channel *channel, char *folder) {
  char path[96];
  snprintf(path, sizeof path, "%s/bench.h5", folder);
  int code = EPX_OK;
  for (size_t i = 0; code == EPX_OK && i < sizeof cases / sizeof *cases; i++)
    code = solve_case(bench, &cases[i], channel, path);
  if (epx_channel_get_rank(channel) > 0) return code;
  unlink(path);
  rmdir(folder);
  return code;
}

static epx_err solve_on_channel(epx_bench *bench, epx_channel *channel) {
  char folder[64] = "/tmp/epilux-bench-XXXXXX";
  int code = EPX_OK;
  if (epx_channel_get_rank(channel) == 0 && !mkdtemp(folder))
    code = EPX_RAISE(EPX_EFILE, "%s: cannot be made: %s", folder, strerror(errno));
  EPX_TRY(epx_channel_merge_codes(channel, code));
  return solve_in_folder(bench, channel, folder);
}

static epx_err solve(epx_bench *bench) {
  epx_channel *channel;
  EPX_TRY(epx_bench_init_mpi());
  EPX_TRY(epx_channel_create(MPI_COMM_WORLD, &channel));
  const int code = solve_on_channel(bench, channel);
  epx_channel_destroy(&channel);
  return code;
}

const epx_benchmark epx_benchmark_scheduler = {
    .name = "scheduler",
    .summary = "sending trials, receiving and journalling their results, over all ranks, in wall time",
    .parallel = true,
    .n_rounds = N_ROUNDS,
    .solve = solve,
};
