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
  epx_schedule_options options = epx_schedule_get_defaults(c->n_blocks, c->n_workers);
  epx_schedule *schedule;
  const double start = get_seconds();
  if (epx_schedule_create(&options, &schedule) != EPX_OK) return 1;
  const outcome out = simulate(c, schedule);
  epx_schedule_destroy(&schedule);
  printf("%7d ranks, %9lld trials of %g s, straggling %g, death %g: busy %.2f %%, %lld given up, %lld "
         "copies; %.1f s to "
         "simulate\n",
         c->n_workers, (long long)c->n_blocks, c->mean, c->straggling, c->death, 100 * outcome_share(c, &out),
         (long long)out.counts.given_up, (long long)out.n_copies, get_seconds() - start);
  return out.n_wrong != 0;
}

static int measure_pending(void) {
  const epx_schedule_options options = epx_schedule_get_defaults(100000000, 1000);
  epx_schedule *schedule;
  const struct mallinfo2 before = mallinfo2();
  const double start = get_seconds();
  if (epx_schedule_create(&options, &schedule) != EPX_OK) return 1;
  for (int64_t b = 0; b < options.n_blocks; b += 2)
    epx_schedule_set_finished(schedule, b);
  epx_unit unit;
  const bool any = epx_schedule_get_unit(schedule, 0, 0, &unit);
  const struct mallinfo2 after = mallinfo2();
  printf("10^8 blocks, every other finished: %.1f MB, %.2f s\n",
         1e-6 * (double)(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd),
         get_seconds() - start);
  epx_schedule_destroy(&schedule);
  return !any;
}

int main(void) {
  static const cluster clusters[] = {
      {.n_blocks = 4000,
       .n_workers = 2,
       .mean = .01,
       .spread = .3,
       .request = 1e-4,
       .service = 3e-6,
       .poison = -1},
      {.n_blocks = 100000,
       .n_workers = 1000,
       .mean = 1,
       .spread = .3,
       .request = 1e-3,
       .service = 5e-6,
       .poison = -1},
      {.n_blocks = 500000,
       .n_workers = 10000,
       .mean = 1,
       .spread = .3,
       .request = 1e-3,
       .service = 5e-6,
       .poison = -1},
      {.n_blocks = 500000,
       .n_workers = 10000,
       .mean = 1,
       .spread = .3,
       .straggling = 1e-3,
       .death = 1e-4,
       .request = 1e-3,
       .service = 5e-6,
       .poison = -1},
      {.n_blocks = 3000000,
       .n_workers = 100000,
       .mean = 1,
       .spread = .3,
       .request = 1e-3,
       .service = 5e-6,
       .poison = -1},
      {.n_blocks = 3000000,
       .n_workers = 100000,
       .mean = 1,
       .spread = .3,
       .straggling = 1e-4,
       .death = 1e-5,
       .request = 1e-3,
       .service = 5e-6,
       .poison = -1},
      {.n_blocks = 3000000,
       .n_workers = 100000,
       .mean = 1,
       .spread = .3,
       .request = 1e-3,
       .service = 2e-5,
       .poison = -1},
  };
  int n_wrong = measure_pending();
  for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++)
    n_wrong += run(&clusters[i]);
  return n_wrong;
}
