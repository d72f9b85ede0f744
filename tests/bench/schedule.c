/** @file
 * Schedule at scale, by simulated time: the share of time that ranks are busy, to the end, with stragglers
 * and deaths; and what a campaign of 10^8 blocks costs before it begins. Prints; never fails.
 *
 *   bench_schedule                        as above
 *   bench_schedule COSTS WORKERS TIMES    a campaign whose blocks take what they were measured to take: COSTS has a line
 *                                         "point seconds" of each block (costs.py makes it of a results file); with
 *                                         TIMES as many instances of each point
 */
#define _POSIX_C_SOURCE 200809L
#include <malloc.h>
#include <stdlib.h>
#include <time.h>

#include "simulated_cluster.h"

static double get_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int run(const cluster *c) {
  epx_schedule_options options = epx_schedule_get_defaults(c->n_blocks, c->n_workers, c->n_relays);
  epx_schedule *schedule;
  const double start = get_seconds();
  if (epx_schedule_create(&options, &schedule) != EPX_OK) return 1;
  const outcome out = simulate(c, schedule);
  epx_schedule_destroy(&schedule);
  printf("%7d workers, %3d relays, %8lld trials of %g s, straggling %g, death %g, %g us a message: busy %.2f "
         "%%, %lld copies, units of %lld at most; %.1f s to simulate\n",
         c->n_workers, c->n_relays, (long long)c->n_blocks, c->mean, c->straggling, c->death,
         1e6 * c->service, 100 * outcome_share(c, &out), (long long)out.n_copies, (long long)out.largest,
         get_seconds() - start);
  return out.n_wrong != 0;
}

static int measure_pending(void) {
  const epx_schedule_options options = epx_schedule_get_defaults(100000000, 1000, 0);
  epx_schedule *schedule;
  const struct mallinfo2 before = mallinfo2();
  const double start = get_seconds();
  if (epx_schedule_create(&options, &schedule) != EPX_OK) return 1;
  for (int64_t b = 0; b < options.n_blocks; b += 2)
    epx_schedule_set_finished(schedule, b);
  epx_unit unit;
  const bool any = epx_schedule_take_unit(schedule, 0, 0, &unit);
  const struct mallinfo2 after = mallinfo2();
  printf("10^8 blocks, every other finished: %.1f MB, %.2f s\n",
         1e-6 * (double)(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd),
         get_seconds() - start);
  epx_schedule_destroy(&schedule);
  return !any;
}

/* Trials of a second or so. Over a network a message takes 5 us; in a bundle of a relay's, one takes 2 us. */
typedef struct {
  int n_workers, n_relays;
  int64_t n_blocks;
  double straggling, death, service;
} large_cluster;

/* ---- measured costs */

enum { N_MEASURED = 1 << 16 };

typedef struct {
  int point;
  double seconds;
} measured;

static size_t read_costs(const char *path, measured *costs) {
  size_t n = 0;
  FILE *file = fopen(path, "r");
  while (file && n < N_MEASURED && fscanf(file, "%d %lf", &costs[n].point, &costs[n].seconds) == 2)
    n++;
  if (file) fclose(file);
  return n;
}

/* Busy share with and without classes, and the most that any order could reach: all workers busy until the end, or the
 * longest block alone. Points have equally many blocks, one after the other. */
static int run_measured(const char *path, int n_workers, int times) {
  measured *costs = calloc(N_MEASURED, sizeof *costs);
  const size_t n = costs ? read_costs(path, costs) : 0;
  double *cost = calloc(n * (size_t)times + 1, sizeof *cost), sum = 0, longest = 0;
  if (n == 0 || !cost || n_workers < 1) return 1;
  size_t a_point = 0;
  while (a_point < n && costs[a_point].point == costs[0].point)
    a_point++;
  for (size_t b = 0; b < n * (size_t)times; b++) {
    const size_t width = a_point * (size_t)times;
    cost[b] = costs[b / width * a_point + b % width % a_point].seconds;
    sum += cost[b];
    longest = fmax(longest, cost[b]);
  }
  const double least = fmax(sum / n_workers, longest);
  for (int classes = 0; classes < 2; classes++) {
    epx_schedule_options options = epx_schedule_get_defaults((int64_t)n * times, n_workers, 0);
    options.class_size = classes ? (int64_t)a_point * times : 0;
    epx_schedule *schedule;
    if (epx_schedule_create(&options, &schedule) != EPX_OK) return 1;
    const cluster c = {.n_blocks = options.n_blocks,
                       .n_workers = n_workers,
                       .cost = cost,
                       .mean = sum / (double)options.n_blocks,
                       .request = 1e-4,
                       .service = 3e-6};
    const outcome out = simulate(&c, schedule);
    epx_schedule_destroy(&schedule);
    printf("%d workers, %lld blocks of %.3g s (longest %.3g s), %s: busy %.1f %% (%.1f %% at most)\n",
           n_workers, (long long)c.n_blocks, c.mean, longest, classes ? "longest first" : "in their order",
           100 * outcome_share(&c, &out), 100 * sum / n_workers / least);
  }
  free(cost);
  free(costs);
  return 0;
}

int main(int n_arguments, char **arguments) {
  if (n_arguments == 4) return run_measured(arguments[1], atoi(arguments[2]), atoi(arguments[3]));
  static const large_cluster clusters[] = {
      {1000, 0, 100000, 0, 0, 5e-6},
      {10000, 0, 500000, 0, 0, 5e-6},
      {10000, 10, 500000, 0, 0, 2e-6},
      {10000, 10, 500000, 1e-3, 1e-4, 2e-6},
      {100000, 0, 3000000, 0, 0, 5e-6},
      {100000, 0, 3000000, 0, 0, 2e-5},
      {100000, 0, 3000000, 1e-4, 1e-5, 5e-6},
      {100000, 100, 3000000, 0, 0, 2e-6},
      {100000, 100, 3000000, 0, 0, 4e-6},
      {100000, 100, 3000000, 1e-4, 1e-5, 2e-6},
      {100000, 100, 10000000, 1e-4, 1e-5, 2e-6},
  };
  const cluster small = {
      .n_blocks = 4000, .n_workers = 2, .mean = .01, .spread = .3, .request = 1e-4, .service = 3e-6};
  int n_wrong = measure_pending() + run(&small);
  for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++) {
    const large_cluster *large = &clusters[i];
    n_wrong += run(&(cluster){.n_blocks = large->n_blocks,
                              .n_workers = large->n_workers,
                              .n_relays = large->n_relays,
                              .mean = 1,
                              .spread = .3,
                              .straggling = large->straggling,
                              .death = large->death,
                              .request = large->n_relays > 0 ? 2e-3 : 1e-3,
                              .service = large->service,
                              .bundle = 5e-6});
  }
  return n_wrong;
}
