/** @file
 * Schedule at scale, by simulated time: the share of time that ranks are busy, to the end, with stragglers
 * and deaths; and what a campaign of 10^8 blocks costs before it begins. Prints; never fails.
 */
#define _POSIX_C_SOURCE 200809L
#include <malloc.h>
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

int main(void) {
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
