/** @file
 * How long one core draws a wafer of 500 dies of 100 rings each, widths and thicknesses with all random
 * terms: factors and draws, median of REPEATS, for both samplers. build/tests/bench/bench_process
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/numbers/random.h"
#include "photonic/process/process.h"

enum { N_DIES = 500, N_RINGS = 100, REPEATS = 5 };

static epx_err eval_seconds(const epx_process_spec *spec, double *seconds) {
  static double deviation[EPX_DEVIATION_COUNT * N_RINGS];
  epx_process *process;
  const clock_t start = clock();
  EPX_TRY(epx_process_create(spec, &process));
  for (uint32_t i = 0; i < N_DIES; i++)
    epx_process_eval(process, EPX_RANDOM_ANY, i, deviation);
  epx_process_destroy(&process);
  *seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  return EPX_OK;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static epx_err measure(void) {
  epx_process_spec spec;
  epx_placement *placement;
  epx_process_init(&spec);
  EPX_TRY(epx_placement_create_grid(N_RINGS, 10, 450e-6, 50e-6, 50e-6, 10e-6, &placement));
  EPX_TRY(epx_process_set_preset("siepic", &spec));
  spec.terms[EPX_DEVIATION_WIDTH].white = spec.terms[EPX_DEVIATION_THICKNESS].white = 1e-9;
  spec.placement = placement;
  for (int sampler = 0; sampler < 2; sampler++) {
    double seconds[REPEATS];
    spec.sampler = sampler ? EPX_SAMPLE_WAFER : EPX_SAMPLE_DEVICES;
    spec.sampling = (epx_sampling){EPX_SAMPLING_NESTED, 1, 2}; /* two wafers hold 500 dies */
    for (int r = 0; r < REPEATS; r++)
      EPX_TRY(eval_seconds(&spec, &seconds[r]));
    qsort(seconds, REPEATS, sizeof *seconds, compare);
    printf("%d dies of %d rings, sampling the %s: %.3f s\n", N_DIES, N_RINGS, sampler ? "wafer" : "devices",
           seconds[REPEATS / 2]);
  }
  epx_placement_destroy(&placement);
  return EPX_OK;
}

int main(void) {
  if (measure() == EPX_OK) return 0;
  fprintf(stderr, "bench_process: %s\n", epx_error_get_message());
  return 1;
}
