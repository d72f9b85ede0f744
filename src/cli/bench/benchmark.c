/** @file
 * Benchmark: the list, the clock and the table.
 */
#include "cli/bench/benchmark.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/machine/isa.h"
#include "base/machine/peak.h"
#include "cli/print/table.h"

extern const epx_benchmark epx_benchmark_equilibrium, epx_benchmark_lattice, epx_benchmark_learning,
    epx_benchmark_scheduler, epx_benchmark_stiff;

static const epx_benchmark *const benchmarks[] = {&epx_benchmark_equilibrium, &epx_benchmark_lattice,
                                                  &epx_benchmark_learning, &epx_benchmark_scheduler,
                                                  &epx_benchmark_stiff};

/** A way runs for so long in each round. */
static const double least_seconds = 0.1;

enum { N_COLUMNS = 13, PEAK_ROUNDS = 400000 };

struct epx_bench {
  const epx_benchmark *benchmark;
  const epx_call *call;
  epx_table *table;
  epx_document *document; /* NULL: the table alone */
  double peak;            /* operations a second */
  int n_missed;
};

const epx_benchmark *epx_benchmark_get(int i) {
  const int n = sizeof benchmarks / sizeof *benchmarks;
  return i >= 0 && i < n ? benchmarks[i] : NULL;
}

const epx_benchmark *epx_benchmark_get_by_name(const char *name) {
  for (int i = 0; epx_benchmark_get(i); i++) {
    if (strcmp(benchmarks[i]->name, name) == 0) return benchmarks[i];
  }
  return NULL;
}

static double get_seconds(void) {
  return (double)clock() / CLOCKS_PER_SEC;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double get_median(double *values) {
  qsort(values, EPX_BENCH_ROUNDS, sizeof *values, compare);
  return values[EPX_BENCH_ROUNDS / 2];
}

static epx_err solve_round(const epx_way *way, double *seconds) {
  const double begin = get_seconds();
  int n = 0;
  do {
    EPX_TRY(way->solve(way->context));
    n++;
  } while (get_seconds() - begin < least_seconds);
  *seconds = (get_seconds() - begin) / (n * way->n_units);
  return EPX_OK;
}

epx_err epx_way_solve(int n_ways, epx_way *ways) {
  for (int i = 0; i < n_ways; i++) { /* once for the caches, and to have it fail early */
    double rounds[EPX_BENCH_ROUNDS];
    EPX_TRY(solve_round(&ways[i], rounds));
  }
  enum { N_WAYS_MAX = 8 };
  double rounds[N_WAYS_MAX][EPX_BENCH_ROUNDS];
  if (n_ways > N_WAYS_MAX) return EPX_RAISE(EPX_EINPUT, "bench: %d ways, at most %d", n_ways, N_WAYS_MAX);
  for (int r = 0; r < EPX_BENCH_ROUNDS; r++) {
    for (int i = 0; i < n_ways; i++)
      EPX_TRY(solve_round(&ways[i], &rounds[i][r]));
  }
  for (int i = 0; i < n_ways; i++)
    ways[i].seconds = get_median(rounds[i]);
  return EPX_OK;
}

static double eval_peak(void) {
  double best = 0, sink;
  for (int r = 0; r < EPX_BENCH_ROUNDS; r++) {
    const double begin = get_seconds();
    const double n = epx_peak_eval(PEAK_ROUNDS, &sink);
    const double seconds = get_seconds() - begin;
    if (n / seconds > best) best = n / seconds;
  }
  return best;
}

/** Gets a goal as this processor's instruction set is asked for. */
static epx_bench_goal get_goal(const epx_bench_goal *given) {
  epx_bench_goal goal = given ? *given : (epx_bench_goal){NAN, NAN, false};
  if (goal.vectorised && epx_isa_get() == EPX_ISA_V3) goal.at_least *= 2. / 3;
  if (goal.vectorised && epx_isa_get() < EPX_ISA_V3) goal.at_least = NAN;
  return goal;
}

static bool has_goal(epx_bench_goal goal) {
  return isfinite(goal.at_least) || isfinite(goal.at_most);
}

static bool is_met(const epx_bench_row *row, epx_bench_goal goal) {
  return !(row->ratio < goal.at_least) && !(row->ratio > goal.at_most) && isfinite(row->ratio);
}

static epx_err set_goal(epx_bench *bench, const epx_bench_row *row, epx_bench_goal goal) {
  const bool low = isfinite(goal.at_least), high = isfinite(goal.at_most);
  if (low && high) {
    EPX_TRY(epx_table_set_next(bench->table, "%.3g to %.3g", goal.at_least, goal.at_most));
  } else {
    EPX_TRY(epx_table_set_number(bench->table, low ? ">= %.3g" : "<= %.3g",
                                 low ? goal.at_least : goal.at_most, ""));
  }
  return epx_table_set_next(bench->table, "%s", !has_goal(goal) ? "" : is_met(row, goal) ? "yes" : "no");
}

static void write_row(const epx_bench *bench, const epx_bench_row *row, epx_bench_goal goal) {
  epx_document *document = bench->document;
  epx_document_open(document, NULL, '{');
  epx_document_set_text(document, "case", row->what);
  epx_document_set_text(document, "way", row->way);
  epx_document_set_text(document, "unit", row->unit);
  epx_document_set_number(document, "seconds", row->seconds);
  epx_document_set_number(document, "operations", row->operations);
  epx_document_set_number(document, "limit_seconds", row->operations / bench->peak);
  epx_document_set_number(document, "bytes_a_lane", row->bytes);
  epx_document_set_text(document, "against", row->against);
  epx_document_set_number(document, "ratio", row->against ? row->ratio : NAN);
  epx_document_set_number(document, "at_least", goal.at_least);
  epx_document_set_number(document, "at_most", goal.at_most);
  if (has_goal(goal))
    epx_document_set_boolean(document, "met", is_met(row, goal));
  else
    epx_document_set_text(document, "met", NULL);
  epx_document_close(document, '{');
}

epx_err epx_bench_set_row(epx_bench *bench, const epx_bench_row *row) {
  const double rate = row->operations / row->seconds;
  const epx_bench_goal goal = get_goal(row->goal);
  bench->n_missed += has_goal(goal) && !is_met(row, goal);
  if (bench->document) {
    write_row(bench, row, goal);
    return EPX_OK;
  }
  EPX_TRY(epx_table_set_next(bench->table, "%s", row->what));
  EPX_TRY(epx_table_set_next(bench->table, "%s", row->way));
  EPX_TRY(epx_table_set_next(bench->table, "%s", row->unit));
  EPX_TRY(epx_table_set_number(bench->table, "%.5g", 1e6 * row->seconds, ""));
  EPX_TRY(epx_table_set_number(bench->table, "%.5g", 1 / row->seconds, ""));
  EPX_TRY(epx_table_set_number(bench->table, "%.3g", 1e-9 * rate, ""));
  EPX_TRY(epx_table_set_number(bench->table, "%.3f", rate / bench->peak, ""));
  EPX_TRY(epx_table_set_number(bench->table, "%.3g", 1e6 * row->operations / bench->peak, ""));
  EPX_TRY(epx_table_set_number(bench->table, "%.0f", row->bytes, ""));
  EPX_TRY(epx_table_set_next(bench->table, "%s", row->against ? row->against : ""));
  EPX_TRY(epx_table_set_number(bench->table, "%.3g", row->against ? row->ratio : NAN, ""));
  return set_goal(bench, row, goal);
}

static epx_err set_heads(epx_bench *bench) {
  static const char *const heads[N_COLUMNS - 1] = {"case",         "way",     "unit",    "us",
                                                   "per_second",   "gflops",  "of_peak", "limit_us",
                                                   "bytes_a_lane", "against", "ratio",   "wanted"};
  for (int i = 0; i < N_COLUMNS - 1; i++)
    EPX_TRY(epx_table_set_next(bench->table, "%s", heads[i]));
  return epx_table_set_next(bench->table, "met");
}

const char *epx_bench_get_option(const epx_bench *bench, const char *name, int i) {
  return epx_call_get_value(bench->call, name, i);
}

epx_err epx_bench_init_mpi(void) {
  int started = 0, provided;
  MPI_Initialized(&started);
  if (!started && MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS)
    return EPX_RAISE(EPX_EMPI, "MPI cannot be started");
  return EPX_OK;
}

static int get_n_rounds(const epx_benchmark *benchmark) {
  return benchmark->n_rounds ? benchmark->n_rounds : EPX_BENCH_ROUNDS;
}

static epx_err solve_table(epx_bench *bench, const epx_bench_display *display) {
  EPX_TRY(epx_table_create(N_COLUMNS, &bench->table));
  int code = display->heads ? set_heads(bench) : EPX_OK;
  if (code == EPX_OK) code = bench->benchmark->solve(bench);
  if (code == EPX_OK && display->shown) {
    if (!display->csv)
      printf("%s: %s\n    %s, peak of a core %.1f GFlop/s, medians of %d\n", bench->benchmark->name,
             bench->benchmark->summary, epx_isa_get_name(epx_isa_get()), 1e-9 * bench->peak,
             get_n_rounds(bench->benchmark));
    epx_table_view(bench->table, display->csv);
  }
  epx_table_destroy(&bench->table);
  return code;
}

static epx_err solve_document(epx_bench *bench) {
  epx_document *document = bench->document;
  epx_document_open(document, NULL, '{');
  epx_document_set_text(document, "benchmark", bench->benchmark->name);
  epx_document_set_text(document, "summary", bench->benchmark->summary);
  epx_document_set_number(document, "rounds", get_n_rounds(bench->benchmark));
  epx_document_set_text(document, "instruction_set", epx_isa_get_name(epx_isa_get()));
  epx_document_set_number(document, "peak_per_second", bench->peak);
  epx_document_open(document, "rows", '[');
  EPX_TRY(bench->benchmark->solve(bench));
  epx_document_close(document, '[');
  epx_document_close(document, '{');
  return EPX_OK;
}

epx_err epx_benchmark_view(const epx_benchmark *benchmark, const epx_call *call,
                           const epx_bench_display *display, int *n_missed) {
  epx_bench bench = {.benchmark = benchmark,
                     .call = call,
                     .document = display->shown ? display->document : NULL,
                     .peak = eval_peak()};
  const int code = bench.document ? solve_document(&bench) : solve_table(&bench, display);
  *n_missed += bench.n_missed;
  return code;
}
