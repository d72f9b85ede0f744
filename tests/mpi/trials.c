/** @file
 * A run over MPI ranks of the small campaign, with trials that do nothing, take a while, or fail: for tests
 * and timings of what surrounds trials. trials RESULTS.h5 INSTANCES [resume] [us=MICROSECONDS] [fail=BLOCK]
 * [group=WORKERS] [seed=SEED] [slow=RANK]: after twenty blocks every block takes half a minute on that rank.
 * fail: the worker that gets this block raises an error. Prints the number of workers and
 * the microseconds a trial.
 */
#define _POSIX_C_SOURCE 200809L
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/interrupt.h"
#include "parallel/run.h"
#include "small_campaign.h"

static double microseconds;
static long slow_rank = -1, n_blocks;
static int rank, seed = 1;
static long failing = -1;

static double get_processor_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

static epx_err solve(const epx_point *point, int i_point, int first, double *record) {
  const double until = microseconds > 0 ? get_processor_time() + microseconds : 0;
  if (1000L * i_point + first / SMALL_BLOCK == failing) return EPX_RAISE(EPX_EFILE, "task.csv: has vanished");
  if (rank == slow_rank && ++n_blocks > 20) {
    /* Half a minute, unless nobody waits for it. */
    const time_t end = time(NULL) + 30;
    while (time(NULL) < end)
      EPX_TRY(epx_interrupt_check());
  }
  EPX_TRY(small_solve(point, i_point, first, record));
  while (until > 0 && get_processor_time() < until)
    continue;
  return EPX_OK;
}

static void read_arguments(int argc, char **argv, epx_run_options *options) {
  for (int i = 3; i < argc; i++) {
    if (strcmp(argv[i], "resume") == 0) options->resume = true;
    if (strncmp(argv[i], "us=", 3) == 0) microseconds = atof(argv[i] + 3);
    if (strncmp(argv[i], "slow=", 5) == 0) slow_rank = atol(argv[i] + 5);
    if (strncmp(argv[i], "group=", 6) == 0) options->workers_per_coordinator = atoi(argv[i] + 6);
    if (strncmp(argv[i], "seed=", 5) == 0) seed = atoi(argv[i] + 5);
    if (strncmp(argv[i], "fail=", 5) == 0) failing = atol(argv[i] + 5);
  }
  options->force = !options->resume;
}

static epx_err run(int argc, char **argv, int *status) {
  epx_campaign *campaign;
  epx_channel *channel;
  epx_run_report report;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  epx_run_options options = epx_run_get_defaults(argv[1]);
  read_arguments(argc, argv, &options);
  options.calls = (epx_worker_calls){NULL, solve};
  EPX_TRY(epx_channel_create(MPI_COMM_WORLD, &channel));
  EPX_TRY(small_campaign_create(seed, atoi(argv[2]), &campaign));
  const int code = epx_run_solve(campaign, channel, &options, &report);
  const epx_progress *progress = &report.coordinator.progress;
  if (epx_channel_get_rank(channel) == 0)
    printf("%d workers, %.3f us a trial\n", progress->n_workers,
           1e6 * progress->seconds / (double)progress->n_solved);
  *status = report.coordinator.stopped ? 75 : 0;
  epx_run_report_destroy(&report);
  epx_campaign_destroy(&campaign);
  epx_channel_destroy(&channel);
  return code;
}

int main(int argc, char **argv) {
  int provided, status = 1;
  if (argc < 3 || MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) return 2;
  const int code = run(argc, argv, &status);
  if (*epx_error_get_message()) fprintf(stderr, "trials: %s\n", epx_error_get_message());
  MPI_Finalize();
  return code == EPX_OK ? status : 1;
}
