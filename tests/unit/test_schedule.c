/** @file
 * Schedule, by simulated time: every block once, however workers come and go; busy to the end; never past the
 * deadline.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "epilux/base/random.h"
#include "epilux/parallel/schedule.h"

/* A cluster of workers that ask, solve and die in simulated time. */
typedef struct {
  int64_t n_blocks;
  int n_workers;
  double mean, spread;      /* s: block times are uniform in mean (1 ± spread) */
  double growth;            /* the last block takes this much longer than the first; 0: all alike */
  double death;             /* share of blocks during which the worker dies, and starts again */
  double deadline, request; /* s; of a request to the coordinator and back */
  int64_t poison;           /* block that always kills its worker; -1: none */
} cluster;

typedef struct {
  double end, busy; /* s: when the last block came back, sum of block times */
  int64_t n_requests, largest;
  epx_schedule_counts counts;
} outcome;

typedef struct {
  double time; /* of this worker's next event */
  int worker;
} event;

static void sift_down(event *heap, int n) {
  for (int i = 0, child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && heap[child + 1].time < heap[child].time) child++;
    if (heap[i].time <= heap[child].time) return;
    const event swapped = heap[i];
    heap[i] = heap[child];
    heap[child] = swapped;
  }
}

static double get_duration(const cluster *c, const epx_random *stream, int64_t block) {
  const double u = epx_random_eval_uniform(stream, (uint32_t)block, 0, 0, 0);
  return c->mean * (1 + c->spread * (2 * u - 1)) * (1 + c->growth * (double)block / (double)c->n_blocks);
}

static bool dies(const cluster *c, const epx_random *stream, int64_t block, int i_try) {
  return block == c->poison ||
         epx_random_eval_uniform(stream, (uint32_t)block, 1, (uint32_t)i_try, 0) < c->death;
}

typedef struct {
  epx_unit unit[2]; /* what the worker has; unit[0].first is in progress */
  int n_units;
} queue;

static void ask(epx_schedule *schedule, int worker, double now, queue *own, outcome *out) {
  epx_unit unit;
  while (epx_schedule_get_unit(schedule, worker, now, &unit)) {
    assert_in_range(own->n_units, 0, 1);
    own->unit[own->n_units++] = unit;
    out->n_requests++;
    if (unit.count > out->largest) out->largest = unit.count;
  }
}

static void finish(queue *own) {
  own->unit[0].first++;
  if (--own->unit[0].count == 0) {
    own->unit[0] = own->unit[1];
    own->n_units--;
  }
}

static outcome simulate(const cluster *c, epx_schedule *schedule) {
  const epx_random stream = epx_random_init(1, "test:schedule");
  outcome out = {0};
  event *heap = malloc((size_t)c->n_workers * sizeof *heap);
  queue *queues = calloc((size_t)c->n_workers, sizeof *queues);
  int *n_done = calloc((size_t)c->n_blocks, sizeof *n_done),
      *n_tries = calloc((size_t)c->n_blocks, sizeof *n_tries);
  int n_heap = 0;
  for (int w = 0; w < c->n_workers; w++) {
    ask(schedule, w, 0, &queues[w], &out);
    if (queues[w].n_units > 0) heap[n_heap++] = (event){get_duration(c, &stream, queues[w].unit[0].first), w};
  }
  for (int i = n_heap; i-- > 0;) /* the first round is short of order: sort by insertion from the back */
    for (int k = i; k + 1 < n_heap && heap[k].time > heap[k + 1].time; k++) {
      const event swapped = heap[k];
      heap[k] = heap[k + 1];
      heap[k + 1] = swapped;
    }
  while (n_heap > 0) {
    const double now = heap[0].time;
    const int w = heap[0].worker;
    const int64_t block = queues[w].unit[0].first;
    if (dies(c, &stream, block, n_tries[block]++)) {
      assert_int_equal(epx_schedule_set_returned(schedule, w, true), EPX_OK);
      queues[w].n_units = 0;
    } else {
      const double seconds = get_duration(c, &stream, block);
      assert_true(epx_schedule_set_done(schedule, w, block, seconds));
      n_done[block]++;
      out.busy += seconds;
      out.end = now;
      finish(&queues[w]);
    }
    const bool waited = queues[w].n_units == 0;
    ask(schedule, w, now, &queues[w], &out);
    if (queues[w].n_units > 0)
      heap[0].time = now + (waited ? c->request : 0) + get_duration(c, &stream, queues[w].unit[0].first);
    else
      heap[0] = heap[--n_heap];
    sift_down(heap, n_heap);
  }
  out.counts = epx_schedule_get_counts(schedule);
  for (int64_t b = 0; b < c->n_blocks; b++)
    assert_in_range(n_done[b], 0, 1);
  free(heap);
  free(queues);
  free(n_done);
  free(n_tries);
  return out;
}

static outcome run_cluster(const cluster *c, int retries) {
  epx_schedule_options options = epx_schedule_get_defaults(c->n_blocks, c->n_workers);
  if (c->deadline > 0) options.deadline = c->deadline;
  options.retries = retries;
  epx_schedule *schedule;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  const outcome out = simulate(c, schedule);
  epx_schedule_destroy(&schedule);
  assert_int_equal(out.counts.open + out.counts.out + out.counts.finished + out.counts.given_up, c->n_blocks);
  assert_int_equal(out.counts.out, 0);
  return out;
}

static void every_block_is_solved_once(void **state) {
  (void)state;
  static const cluster clusters[] = {
      {.n_blocks = 0, .n_workers = 3, .mean = 1, .poison = -1},
      {.n_blocks = 1, .n_workers = 64, .mean = 1, .poison = -1},
      {.n_blocks = 1000, .n_workers = 1, .mean = 1e-6, .spread = .9, .poison = -1},
      {.n_blocks = 1000, .n_workers = 7, .mean = 1e-3, .spread = .9, .poison = -1},
      {.n_blocks = 1000, .n_workers = 7, .mean = 10, .spread = .9, .poison = -1},
      {.n_blocks = 130, .n_workers = 500, .mean = .01, .spread = .5, .poison = -1},
  };
  for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++)
    assert_int_equal(run_cluster(&clusters[i], 2).counts.finished, clusters[i].n_blocks);
}

static void deaths_lose_nothing(void **state) {
  (void)state;
  const cluster c = {
      .n_blocks = 5000, .n_workers = 20, .mean = 1e-3, .spread = .5, .death = .05, .poison = -1};
  const outcome out = run_cluster(&c, 20);
  assert_int_equal(out.counts.finished, c.n_blocks);
}

static void a_block_that_kills_is_given_up_and_named(void **state) {
  (void)state;
  const cluster c = {.n_blocks = 500, .n_workers = 4, .mean = 1e-3, .spread = .5, .poison = 123};
  epx_schedule_options options = epx_schedule_get_defaults(c.n_blocks, c.n_workers);
  epx_schedule *schedule;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  const outcome out = simulate(&c, schedule);
  assert_int_equal(out.counts.given_up, 1);
  assert_int_equal(out.counts.finished, c.n_blocks - 1);
  assert_int_equal(epx_schedule_get_given_up(schedule, 0), 123);
  assert_int_equal(epx_schedule_get_given_up(schedule, 1), -1);
  epx_schedule_destroy(&schedule);
}

static void finished_blocks_are_not_handed_out_again(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(200, 2);
  epx_schedule *schedule;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  for (int64_t b = 0; b < 200; b++)
    if (b % 7 != 3) epx_schedule_set_finished(schedule, b);
  epx_schedule_set_finished(schedule, 0);
  const int64_t n_open = epx_schedule_get_counts(schedule).open;
  assert_int_equal(n_open, 29);
  epx_unit unit;
  int64_t n_solved = 0;
  while (epx_schedule_get_unit(schedule, 0, 0, &unit))
    for (int64_t b = unit.first; b < unit.first + unit.count; b++, n_solved++) {
      assert_int_equal(b % 7, 3);
      assert_true(epx_schedule_set_done(schedule, 0, b, 1e-6));
    }
  assert_int_equal(n_solved, n_open);
  epx_schedule_destroy(&schedule);
}

static void workers_are_busy_to_the_end(void **state) {
  (void)state;
  static const struct {
    cluster c;
    double share;
  } cases[] = {
      {{.n_blocks = 4000, .n_workers = 2, .mean = .01, .spread = .3, .request = 2e-4, .poison = -1}, .99},
      {{.n_blocks = 48, .n_workers = 2, .mean = 2, .spread = .3, .growth = 2, .request = 1e-3, .poison = -1},
       .95},
      {{.n_blocks = 100000, .n_workers = 1000, .mean = 1, .spread = .3, .request = 1e-3, .poison = -1}, .98},
      {{.n_blocks = 20000, .n_workers = 8, .mean = 1e-3, .growth = 5, .request = 5e-4, .poison = -1}, .97},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const outcome out = run_cluster(&cases[i].c, 2);
    const double share = out.busy / (out.end * cases[i].c.n_workers);
    if (share < cases[i].share) fail_msg("case %zu: busy share %g < %g", i, share, cases[i].share);
  }
}

static void short_blocks_come_many_a_unit_and_long_ones_singly(void **state) {
  (void)state;
  const cluster quick = {.n_blocks = 1000000, .n_workers = 2, .mean = 1e-6, .poison = -1};
  const cluster slow = {.n_blocks = 1000, .n_workers = 2, .mean = .2, .poison = -1};
  assert_true(run_cluster(&quick, 2).n_requests < 200);
  assert_int_equal(run_cluster(&slow, 2).largest, 1);
}

static void nothing_runs_past_the_deadline(void **state) {
  (void)state;
  for (double mean = 1e-3; mean < 10; mean *= 7) {
    const cluster c = {.n_blocks = (int64_t)(200 / mean),
                       .n_workers = 10,
                       .mean = mean,
                       .spread = .5,
                       .deadline = 12,
                       .poison = -1};
    const outcome out = run_cluster(&c, 2);
    assert_true(out.end <= 12);
    assert_true(out.end > 11 - 4 * mean);
    assert_int_equal(out.counts.finished + out.counts.open, c.n_blocks);
  }
}

static void a_drained_schedule_hands_out_nothing(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(10, 2);
  epx_schedule *schedule;
  epx_unit unit;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  assert_true(epx_schedule_get_unit(schedule, 0, 0, &unit));
  epx_schedule_set_draining(schedule);
  assert_true(epx_schedule_is_draining(schedule));
  assert_false(epx_schedule_get_unit(schedule, 1, 0, &unit));
  assert_false(epx_schedule_is_idle(schedule, 0));
  assert_true(epx_schedule_is_idle(schedule, 1));
  assert_int_equal(epx_schedule_set_returned(schedule, 0, false), EPX_OK);
  assert_int_equal(epx_schedule_get_counts(schedule).open, 10);
  epx_schedule_destroy(&schedule);
}

static void a_result_nobody_waits_for_is_of_no_account(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(10, 2);
  epx_schedule *schedule;
  epx_unit unit;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  assert_true(epx_schedule_get_unit(schedule, 0, 0, &unit));
  assert_false(epx_schedule_set_done(schedule, 1, unit.first, 1));
  assert_int_equal(epx_schedule_set_returned(schedule, 0, true), EPX_OK);
  assert_false(epx_schedule_set_done(schedule, 0, unit.first, 1));
  assert_int_equal(epx_schedule_get_counts(schedule).finished, 0);
  epx_schedule_destroy(&schedule);
}

static void a_schedule_without_workers_is_refused(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(10, 0);
  epx_schedule *schedule;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_EINPUT);
  assert_null(schedule);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_block_is_solved_once),
      cmocka_unit_test(deaths_lose_nothing),
      cmocka_unit_test(a_block_that_kills_is_given_up_and_named),
      cmocka_unit_test(finished_blocks_are_not_handed_out_again),
      cmocka_unit_test(workers_are_busy_to_the_end),
      cmocka_unit_test(short_blocks_come_many_a_unit_and_long_ones_singly),
      cmocka_unit_test(nothing_runs_past_the_deadline),
      cmocka_unit_test(a_drained_schedule_hands_out_nothing),
      cmocka_unit_test(a_result_nobody_waits_for_is_of_no_account),
      cmocka_unit_test(a_schedule_without_workers_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
