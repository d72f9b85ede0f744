/** @file
 * epilux bench: what this machine does, measured against the plain way in the same process.
 */
#include <stdio.h>

#include "cli/bench/benchmark.h"
#include "cli/command.h"
#include "epilux/base/nearest.h"

enum { N_BENCHMARKS_MAX = 16 };

static epx_err check_names(const epx_call *call) {
  for (int k = 0; k < call->n_arguments; k++) {
    if (epx_benchmark_get_by_name(call->arguments[k])) continue;
    const char *names[N_BENCHMARKS_MAX];
    int n = 0;
    for (; n < N_BENCHMARKS_MAX && epx_benchmark_get(n); n++)
      names[n] = epx_benchmark_get(n)->name;
    const char *nearest = epx_nearest_get(call->arguments[k], n, names);
    return EPX_RAISE(EPX_EINPUT, "bench: there is no benchmark %s; did you mean %s?", call->arguments[k],
                     nearest ? nearest : names[0]);
  }
  return EPX_OK;
}

static bool is_asked_for(const epx_call *call, const epx_benchmark *benchmark) {
  for (int k = 0; k < call->n_arguments; k++) {
    if (epx_benchmark_get_by_name(call->arguments[k]) == benchmark) return true;
  }
  return call->n_arguments == 0;
}

static epx_err solve(const epx_call *call, int *status) {
  const bool csv = epx_call_is_set(call, "--csv");
  int n_missed = 0, n_shown = 0;
  const int rank = epx_command_get_rank();
  EPX_TRY(check_names(call));
  *status = EPX_EXIT_FAILED;
  for (int i = 0; epx_benchmark_get(i); i++) {
    if (!is_asked_for(call, epx_benchmark_get(i))) continue;
    if (rank > 0 && !epx_benchmark_get(i)->parallel) continue;
    if (!csv && n_shown > 0 && rank == 0) printf("\n");
    EPX_TRY(epx_benchmark_view(epx_benchmark_get(i), rank == 0, csv, !csv || n_shown == 0, &n_missed));
    fflush(stdout);
    n_shown++;
  }
  if (!csv && rank == 0) printf("\nratios that are not as wanted: %d\n", n_missed);
  *status = EPX_EXIT_DONE;
  return EPX_OK;
}

static const epx_option options[] = {
    {"--csv", NULL, "prints comma-separated values", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_bench = {
    .name = "bench",
    .arguments = "[BENCHMARK]...",
    .n_min = 0,
    .n_max = N_BENCHMARKS_MAX,
    .summary = "measures this machine against the plain way, in one run",
    .details = "Benchmarks: equilibrium, learning, scheduler (under mpirun -n 2, over its ranks). Without a "
               "name, all of them. Times are of the processor, "
               "medians of several\n"
               "rounds in which the ways take turns. `gflops` counts fields, factorisations and solutions "
               "alone. A ratio that\n"
               "is not as wanted does not fail: what is wanted holds for a quiet core.",
    .example = "epilux bench equilibrium --csv",
    .options = options,
    .parallel = true,
    .solve = solve,
};
