/** @internal @file
 * Benchmarks of `epilux bench`: one struct each, one file each.
 *
 * To add a benchmark `foo`: write src/cli/bench/foo.c with `const epx_benchmark epx_benchmark_foo = {…}`,
 * name the file in src/cli/CMakeLists.txt and the struct in the table of benchmark.c.
 *
 * Times are processor times, not wall times, so that other programs on the machine matter little. Methods
 * that are compared are measured in turn, round by round, so that a change of the processor's clock affects
 * them all.
 */
#ifndef EPILUX_CLI_BENCH_BENCHMARK_H
#define EPILUX_CLI_BENCH_BENCHMARK_H

#include <stdbool.h>

#include "cli/command.h"
#include "cli/print/document.h"
#include "epilux/error.h"

/** Rounds of a measurement: the median of as many is reported. */
enum { EPX_BENCH_ROUNDS = 7 };

/** The table that is being filled. */
typedef struct epx_bench epx_bench;

typedef struct {
  const char *name;    /* the word on the command line */
  const char *summary; /* one line */
  bool parallel;       /* runs on every rank of the launch; otherwise on the first alone */
  bool long_running;   /* takes minutes: runs only when it is named */
  int n_rounds;        /* medians are of so many; 0: EPX_BENCH_ROUNDS */
  epx_err (*solve)(epx_bench *bench);
} epx_benchmark;

/** Gets the i-th benchmark, NULL past the last; and one by its name, NULL when there is none. */
const epx_benchmark *epx_benchmark_get(int i);
const epx_benchmark *epx_benchmark_get_by_name(const char *name);

/** One method to do the work. */
typedef struct {
  const char *name; /* a cell of the table */
  void *context;
  epx_err (*solve)(void *context); /* does n_units units */
  double n_units;
  double seconds; /* out: of one unit */
} epx_way;

/** Solves the ways in turn, EPX_BENCH_ROUNDS times, each again and again until a tenth of a second is over.
 */
epx_err epx_way_solve(int n_ways, epx_way *ways);

/** Target of a ratio. */
typedef struct {
  double at_least, at_most; /* NAN: no such end */
  bool vectorised;          /* wanted with AVX-512; two thirds of at_least with AVX2 alone, nothing without */
} epx_bench_goal;

/** A row of the table; NAN where a number does not exist. */
typedef struct {
  const char *what;    /* the problem: "n = 16, 64 samples" */
  const char *way;     /* how it was solved */
  const char *unit;    /* what one unit is: "equilibrium" */
  double seconds;      /* of one unit */
  double operations;   /* floating-point operations of one unit; at the peak of a core they take limit_us */
  double bytes;        /* of memory a lane */
  const char *against; /* the way that the ratio is with; NULL: none */
  double ratio;
  const epx_bench_goal *goal; /* NULL: none */
} epx_bench_row;

/** Adds a row. Errors: EPX_EMEMORY. */
epx_err epx_bench_set_row(epx_bench *bench, const epx_bench_row *row);

/** Gets the value of the i-th use of an option of the command, NULL past the last. */
const char *epx_bench_get_option(const epx_bench *bench, const char *name, int i);

/** Starts MPI, for benchmarks over ranks; the command ends it. Errors: EPX_EMPI. */
epx_err epx_bench_init_mpi(void);

/** How benchmarks are shown. On ranks other than the first nothing is. */
typedef struct {
  bool shown, csv, heads; /* heads: the row of heads stands before the first row */
  epx_document *document; /* JSON: a benchmark is its next member; NULL: a table on standard output */
} epx_bench_display;

/** Solves a benchmark of a call and shows it. *n_missed: raised by the goals that were missed. */
epx_err epx_benchmark_view(const epx_benchmark *benchmark, const epx_call *call,
                           const epx_bench_display *display, int *n_missed);

#endif
