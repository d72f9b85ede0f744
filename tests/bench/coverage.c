/** @file
 * How often the interval of a yield holds the true yield: processes of many seeds, sampled in every way, chips that
 * are good below a threshold whose share is known.
 *
 *   build/tests/bench/bench_coverage [SEEDS [INSTANCES]]     (2000, 256)
 *
 * One width a chip: lot (0, 3), wafer (0, 2), die (0, 2) nm, so that lots hold 9/17 of the variance; good is a
 * width below the normal quantile of the yield asked for. Of one wafer, the truth is that wafer's own share. Prints
 * a table; ends with 1 where a promise is broken by more than 3 standard errors of so many seeds:
 * independent instances 93 … 97 % at a yield of .5 and .9 (Wilson's), and 93 % or more from 10
 * lots on at .5.
 */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "photonic/process/process.h"
#include "statistics/yield.h"

static const double confidence = 0.95, sigma_lot = 3e-9, sigma_wafer = 2e-9, sigma_die = 2e-9;
static const double yields[] = {0.5, 0.9, 0.99};

typedef struct {
  const char *name;
  epx_sampling sampling;
  int promised; /* how many of the yields, from the first, have a promise */
  double low, high;
} sampled;

static const sampled samplings[] = {
    {"process", {EPX_SAMPLING_PROCESS, 0, 0}, 2, 0.93, 0.97},
    {"3 lots of 2 wafers", {EPX_SAMPLING_NESTED, 3, 2}, 0, 0, 1},
    {"5 lots of 2 wafers", {EPX_SAMPLING_NESTED, 5, 2}, 0, 0, 1},
    {"10 lots of 2 wafers", {EPX_SAMPLING_NESTED, 10, 2}, 1, 0.93, 1},
    {"30 lots of 2 wafers", {EPX_SAMPLING_NESTED, 30, 2}, 1, 0.93, 1},
    {"128 dies of one wafer", {EPX_SAMPLING_WAFER, 0, 0}, 0, 0, 1},
};
enum { N_YIELDS = sizeof yields / sizeof *yields, N_SAMPLINGS = sizeof samplings / sizeof *samplings };

typedef struct {
  int n_instances, n_clusters;
  int *passed, *n; /* [n_clusters] */
} counts;

static bool is_good(epx_process *process, epx_origin from, double threshold) {
  double deviation[EPX_DEVIATION_COUNT];
  epx_process_eval_at(process, EPX_RANDOM_ANY, from, deviation);
  return deviation[EPX_DEVIATION_WIDTH] < threshold;
}

/* The share of a wafer's dies that are good. */
static double eval_wafer(epx_process *process, double threshold) {
  const int n = epx_process_get_wafer(process)->n_dies;
  int passed = 0;
  for (int d = 0; d < n; d++)
    passed += is_good(process, (epx_origin){0, 0, (uint32_t)d}, threshold);
  return (double)passed / n;
}

static epx_err eval(epx_process *process, const epx_sampling *sampling, double threshold, const counts *room,
                    epx_yield *yield) {
  const bool finite = sampling->kind == EPX_SAMPLING_WAFER;
  const int n_instances = finite ? room->n_instances / 2 : room->n_instances;
  int passed = 0;
  for (int i = 0; i < room->n_clusters; i++)
    room->passed[i] = room->n[i] = 0;
  for (int k = 0; k < n_instances; k++) {
    const epx_origin from = epx_process_eval_origin(process, EPX_RANDOM_ANY, (uint32_t)k);
    const bool good = is_good(process, from, threshold);
    const int cluster = epx_sampling_get_cluster(sampling, k);
    passed += good;
    room->passed[cluster] += good;
    room->n[cluster]++;
  }
  if (sampling->kind == EPX_SAMPLING_PROCESS)
    return epx_yield_eval(EPX_YIELD_WILSON, passed, n_instances, confidence, yield);
  if (finite)
    return epx_yield_eval_finite(EPX_YIELD_WILSON, passed, n_instances,
                                 epx_process_get_wafer(process)->n_dies, confidence, yield);
  return epx_yield_eval_clustered(EPX_YIELD_WILSON, room->passed, room->n,
                                  epx_sampling_get_n_clusters(sampling, n_instances), confidence, yield);
}

static void init_process(const epx_placement *placement, epx_process_spec *spec) {
  epx_process_init(spec);
  epx_process_terms *width = &spec->terms[EPX_DEVIATION_WIDTH];
  width->lot = sigma_lot;
  width->wafer = sigma_wafer;
  width->die = sigma_die;
  spec->placement = placement;
}

/* Coverage and mean width of one sampling at one yield. */
static epx_err measure(const sampled *of, double share, int n_seeds, epx_process_spec *spec,
                       const counts *room, double *coverage, double *width) {
  const double sigma = sqrt(sigma_lot * sigma_lot + sigma_wafer * sigma_wafer + sigma_die * sigma_die);
  const double threshold = sigma * gsl_cdf_ugaussian_Pinv(share);
  int covered = 0;
  *width = 0;
  for (int s = 0; s < n_seeds; s++) {
    epx_process *process;
    epx_yield yield;
    spec->seed = (uint64_t)s + 1;
    spec->sampling = of->sampling;
    EPX_TRY(epx_process_create(spec, &process));
    const int code = eval(process, &of->sampling, threshold, room, &yield);
    const double truth = of->sampling.kind == EPX_SAMPLING_WAFER ? eval_wafer(process, threshold) : share;
    epx_process_destroy(&process);
    EPX_TRY(code);
    covered += yield.low <= truth && truth <= yield.high;
    *width += (yield.high - yield.low) / n_seeds;
  }
  *coverage = (double)covered / n_seeds;
  return EPX_OK;
}

static epx_err view(int n_seeds, const counts *room, int *n_broken) {
  const double error = 3 * sqrt(0.95 * 0.05 / n_seeds);
  epx_placement *placement;
  epx_process_spec spec;
  EPX_TRY(epx_placement_create_grid(1, 1, 1e-3, 1e-3, 1e-3, 10e-6, &placement));
  int code = EPX_OK;
  init_process(placement, &spec);
  printf("%d seeds of %d instances (of a wafer half as many); 95 %% intervals: coverage (mean width)\n%-24s",
         n_seeds, room->n_instances, "yield");
  for (int y = 0; y < N_YIELDS; y++)
    printf("  %12g", yields[y]);
  for (int i = 0; i < N_SAMPLINGS; i++) {
    printf("\n%-24s", samplings[i].name);
    for (int y = 0; code == EPX_OK && y < N_YIELDS; y++) {
      double coverage = 0, width = 0;
      code = measure(&samplings[i], yields[y], n_seeds, &spec, room, &coverage, &width);
      const bool broken = y < samplings[i].promised &&
                          (coverage < samplings[i].low - error || coverage > samplings[i].high + error);
      printf("  %.3f (%.3f)%s", coverage, width, broken ? " broken" : "");
      *n_broken += broken;
    }
  }
  printf("\n");
  epx_placement_destroy(&placement);
  return code;
}

int main(int n_arguments, char **arguments) {
  const int n_seeds = n_arguments > 1 ? atoi(arguments[1]) : 2000;
  const int n_instances = n_arguments > 2 ? atoi(arguments[2]) : 256;
  if (n_seeds < 1 || n_instances < 2) return 2;
  counts room = {.n_instances = n_instances, .n_clusters = n_instances};
  int n_broken = 0;
  int code = EPX_ARRAY(room.passed, (size_t)n_instances);
  if (code == EPX_OK) code = EPX_ARRAY(room.n, (size_t)n_instances);
  if (code == EPX_OK) code = view(n_seeds, &room, &n_broken);
  if (code != EPX_OK) fprintf(stderr, "bench_coverage: %s\n", epx_error_get_message());
  epx_array_destroy(&room.passed);
  epx_array_destroy(&room.n);
  return code != EPX_OK || n_broken > 0;
}
