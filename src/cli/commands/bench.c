/** @file
 * epilux bench: what this machine does, measured against the plain way in the same process.
 */
#include <mpi.h>
#include <stdio.h>

#include "base/nearest.h"
#include "cli/bench/benchmark.h"
#include "cli/command.h"

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

/* Named; or none is, and it is no long one. */
static bool is_asked_for(const epx_call *call, const epx_benchmark *benchmark) {
  for (int k = 0; k < call->n_arguments; k++) {
    if (epx_benchmark_get_by_name(call->arguments[k]) == benchmark) return true;
  }
  return call->n_arguments == 0 && !benchmark->long_running;
}

/* A benchmark over ranks has started MPI. */
static void finalize_mpi(void) {
  int started = 0;
  MPI_Initialized(&started);
  if (started) MPI_Finalize();
}

static epx_err solve_benchmarks(const epx_call *call, epx_document *document, int *n_missed) {
  const int rank = epx_command_get_rank();
  epx_bench_display display = {
      .shown = rank == 0, .csv = epx_call_is_set(call, "--csv"), .heads = true, .document = document};
  const bool apart = display.shown && !display.csv && !document; /* a table each */
  int n_shown = 0;
  for (int i = 0; epx_benchmark_get(i); i++) {
    if (!is_asked_for(call, epx_benchmark_get(i))) continue;
    if (rank > 0 && !epx_benchmark_get(i)->parallel) continue;
    if (apart && n_shown > 0) printf("\n");
    EPX_TRY(epx_benchmark_view(epx_benchmark_get(i), call, &display, n_missed));
    fflush(stdout);
    display.heads = !display.csv;
    n_shown++;
  }
  if (apart) printf("\nratios that miss their target: %d\n", *n_missed);
  return EPX_OK;
}

/* The other ranks take part, and print nothing. */
static epx_err solve_json(const epx_call *call, int *n_missed) {
  epx_document document;
  if (epx_command_get_rank() > 0) return solve_benchmarks(call, NULL, n_missed);
  epx_document_begin(&document, stdout, "bench");
  epx_document_open(&document, "benchmarks", '[');
  EPX_TRY(solve_benchmarks(call, &document, n_missed));
  epx_document_close(&document, '[');
  epx_document_set_number(&document, "missed", *n_missed);
  epx_document_end(&document);
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  int n_missed = 0;
  EPX_TRY(check_names(call));
  const int code =
      epx_call_is_set(call, "--json") ? solve_json(call, &n_missed) : solve_benchmarks(call, NULL, &n_missed);
  finalize_mpi();
  if (code != EPX_EINPUT) *status = EPX_EXIT_FAILED;
  if (code == EPX_EINPUT && epx_command_get_rank() > 0) epx_error_reset(); /* the first rank says it */
  EPX_TRY(code);
  *status = EPX_EXIT_DONE;
  return EPX_OK;
}

static const char *get_word(int i) {
  return epx_benchmark_get(i) ? epx_benchmark_get(i)->name : NULL;
}

static const epx_option options[] = {
    {"--csv", NULL, "print comma-separated values", 0},
    EPX_OPTION_JSON,
    {"--modes", "N", "lattice: use N modes instead of 10^4 to 10^6; repeat for several sizes", 0},
    {"--keep", "NAME", "lattice: write parameters, start and end of Newton as doubles to NAME.*", 0},
    {"--petsc", "WORDS", "lattice: pass options to PETSc, such as '-log_view'", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_bench = {
    .name = "bench",
    .arguments = "[BENCHMARK]...",
    .n_min = 0,
    .n_max = N_BENCHMARKS_MAX,
    .summary = "measure the speed on this machine, relative to solving one network at a time",
    .details = "Benchmarks: equilibrium, learning, scheduler, stiff, lattice (takes minutes). Without a "
               "name, all but lattice run.\n"
               "Under mpirun -n 2, scheduler and lattice use all ranks. Times are processor times; scheduler "
               "and lattice give wall\n"
               "times. Each is the median of several rounds in which the methods take turns. `gflops` counts "
               "fields, factorisations\n"
               "and linear solves only. A ratio that misses its target is not an error: targets hold for an "
               "idle core.",
    .example = "epilux bench equilibrium --csv",
    .options = options,
    .get_word = get_word,
    .parallel = true,
    .solve = solve,
};
