/** @file
 * Schedule, by simulated time: every block once, however workers come and go; busy to the end; never past the
 * deadline.
 */
#include <malloc.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "simulated_cluster.h"

/* Bytes that the program holds of the heap. */
static size_t allocated(void) {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

static epx_schedule *create_schedule(const cluster *c, int retries) {
  epx_schedule_options options = epx_schedule_get_defaults(c->n_blocks, c->n_workers, c->n_relays);
  epx_schedule *schedule;
  int *host = malloc((size_t)c->n_workers * sizeof *host);
  assert_non_null(host);
  for (int w = 0; w < c->n_workers; w++)
    host[w] = c->n_hosts > 0 ? w % c->n_hosts : 0;
  if (c->deadline > 0) options.deadline = c->deadline;
  options.retries = retries;
  options.host = host;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  free(host);
  return schedule;
}

static outcome run_cluster(const cluster *c, int retries) {
  epx_schedule *schedule = create_schedule(c, retries);
  const outcome out = simulate(c, schedule);
  epx_schedule_destroy(&schedule);
  assert_int_equal(out.n_wrong, 0);
  assert_int_equal(out.counts.open + out.counts.out + out.counts.finished, c->n_blocks);
  assert_int_equal(out.counts.out, 0);
  return out;
}

static void every_block_is_solved_once(void **state) {
  (void)state;
  static const cluster clusters[] = {
      {.n_blocks = 0, .n_workers = 3, .mean = 1},
      {.n_blocks = 1, .n_workers = 64, .mean = 1},
      {.n_blocks = 1000, .n_workers = 1, .mean = 1e-6, .spread = .9},
      {.n_blocks = 1000, .n_workers = 7, .mean = 1e-3, .spread = .9},
      {.n_blocks = 1000, .n_workers = 7, .mean = 10, .spread = .9},
      {.n_blocks = 130, .n_workers = 500, .mean = .01, .spread = .5},
  };
  for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++)
    assert_int_equal(run_cluster(&clusters[i], 2).counts.finished, clusters[i].n_blocks);
}

static void deaths_and_stragglers_lose_nothing(void **state) {
  (void)state;
  static const cluster clusters[] = {
      {.n_blocks = 5000, .n_workers = 20, .mean = 1e-3, .spread = .5, .death = .05},
      {.n_blocks = 700, .n_workers = 30, .mean = 1e-3, .spread = .5, .death = .05, .straggling = .05},
      {.n_blocks = 300, .n_workers = 40, .mean = 1, .spread = .9, .death = .2, .straggling = .1}};
  for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++)
    assert_int_equal(run_cluster(&clusters[i], 20).counts.finished, clusters[i].n_blocks);
}

/* Runs after run, each ended at the poison block, as MPI has it: what was out is suspected, the rest of what
 * was finished stays. In the end only the poison is left, and it ends its runs alone. */
static void what_was_under_way_at_an_end_comes_last_then_alone(void **state) {
  (void)state;
  enum { N = 400, POISON = 77, WORKERS = 16, LAUNCHES = 5 };
  static bool finished[N];
  static int ends[N];
  memset(finished, 0, sizeof finished);
  memset(ends, 0, sizeof ends);
  for (int launch = 0; launch < LAUNCHES; launch++) {
    const cluster c = {.n_blocks = N, .n_workers = WORKERS};
    epx_schedule *schedule = create_schedule(&c, 2);
    for (int b = 0; b < N; b++) {
      if (finished[b]) epx_schedule_set_finished(schedule, b);
      if (!finished[b] && ends[b] > 0)
        assert_int_equal(epx_schedule_set_suspected(schedule, b, ends[b]), EPX_OK);
    }
    epx_unit held[WORKERS][2];
    int n_held[WORKERS] = {0}, n_out = 0;
    bool dead = false, alone = false;
    while (!dead) { /* in rounds: all take what they get, all finish one block */
      for (int w = 0; w < WORKERS; w++)
        while (epx_schedule_take_unit(schedule, w, 0, &held[w][n_held[w] & 1]))
          n_held[w]++;
      alone = epx_schedule_is_alone(schedule);
      for (int w = 0; w < WORKERS; w++)
        dead |= n_held[w] > 0 && held[w][0].first == POISON;
      n_out = 0;
      for (int w = 0; w < WORKERS; w++)
        n_out += n_held[w] > 0;
      assert_true(n_out > 0);
      for (int w = 0; w < WORKERS; w++) {
        if (n_held[w] == 0) continue;
        for (int k = 0; dead && k < n_held[w]; k++)
          for (int64_t b = held[w][k].first; b < held[w][k].first + held[w][k].count; b++)
            ends[b]++;
        if (dead) continue;
        finished[held[w][0].first] = true;
        assert_true(epx_schedule_set_done(schedule, w, held[w][0].first, 1, 0));
        held[w][0].first++;
        if (--held[w][0].count == 0) {
          held[w][0] = held[w][1];
          n_held[w]--;
        }
      }
    }
    if (launch == 1) assert_in_range(n_out, 2, 4); /* a group of sqrt(16) */
    if (launch >= 2) assert_int_equal(n_out, 1);
    assert_true(alone == (launch >= 2));
    if (launch >= 3) assert_int_equal(epx_schedule_get_counts(schedule).finished, N - 1);
    epx_schedule_destroy(&schedule);
  }
}

/* Ends that come at random: whoever was ended oftener waits for the others. */
static void suspects_that_run_alone_take_turns(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(3, 4, 0);
  int ends[3] = {2, 2, 2};
  for (int launch = 0; launch < 9; launch++) {
    epx_schedule *schedule;
    epx_unit unit;
    assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
    for (int b = 0; b < 3; b++)
      assert_int_equal(epx_schedule_set_suspected(schedule, b, ends[b]), EPX_OK);
    assert_true(epx_schedule_take_unit(schedule, 0, 0, &unit));
    assert_false(epx_schedule_take_unit(schedule, 1, 0, &unit));
    assert_int_equal(unit.first, launch % 3);
    ends[unit.first]++;
    epx_schedule_destroy(&schedule);
  }
}

/* Block 1 of three is split into five: the whole is done with, its parts are to do. */
static void parts_of_a_split_block_are_counted_and_come_last(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(3, 1, 0);
  static const int64_t expected[] = {0, 2, 8, 9, 10, 11, 12};
  epx_schedule *schedule;
  epx_unit unit;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  epx_schedule_set_finished(schedule, 1);
  for (int64_t part = 8; part < 13; part++)
    assert_int_equal(epx_schedule_set_suspected(schedule, part, part < 10 ? 1 : 2), EPX_OK);
  assert_int_equal(epx_schedule_get_counts(schedule).open, 2 + 5);
  for (int k = 0; k < 7; k++) {
    assert_true(epx_schedule_take_unit(schedule, 0, 0, &unit));
    assert_int_equal(unit.first, expected[k]);
    assert_int_equal(unit.count, 1);
    assert_true(epx_schedule_is_alone(schedule) == (expected[k] >= 10));
    assert_true(epx_schedule_set_done(schedule, 0, unit.first, 1, 0));
    assert_false(epx_schedule_set_done(schedule, 0, unit.first, 1, 0));
  }
  assert_false(epx_schedule_take_unit(schedule, 0, 0, &unit));
  assert_int_equal(epx_schedule_get_counts(schedule).open, 0);
  assert_int_equal(epx_schedule_get_counts(schedule).finished, 3 + 5);
  epx_schedule_destroy(&schedule);
}

/* A worker that hangs with anything (the first block, before any is timed; a suspect; one that runs alone)
 * costs the others some time. */
/* The second half of the blocks is held until the first is done, block after block; with classes of 4 and without. */
static void what_is_held_is_handed_out_once_when_it_is_opened(void **state) {
  (void)state;
  enum { N = 64 };
  for (int class_size = 0; class_size <= 4; class_size += 4) {
    int n_done[N] = {0}, n_all = 0;
    epx_schedule_options options = epx_schedule_get_defaults(N, 2, 0);
    epx_schedule *schedule;
    epx_unit unit;
    options.class_size = class_size;
    assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
    for (int b = 0; b < N; b++)
      if (b % 8 >= 4) epx_schedule_set_held(schedule, b);
    assert_int_equal(epx_schedule_get_counts(schedule).held, N / 2);
    for (double now = 0; n_all < N && now < 1000; now++) {
      epx_unit held[2] = {{0, 0}, {0, 0}};
      for (int w = 0; w < 2; w++)
        if (epx_schedule_take_unit(schedule, w, now, &unit)) held[w] = unit;
      for (int w = 0; w < 2; w++)
        for (int64_t b = held[w].first; b < held[w].first + held[w].count; b++) {
          if (!epx_schedule_set_done(schedule, w, b, 1, now + 1)) continue;
          n_done[b]++;
          n_all++;
          if (b % 8 < 4) assert_int_equal(epx_schedule_set_open(schedule, b + 4), EPX_OK);
        }
    }
    for (int b = 0; b < N; b++)
      assert_int_equal(n_done[b], 1);
    const epx_schedule_counts counts = epx_schedule_get_counts(schedule);
    assert_true(counts.open == 0 && counts.out == 0 && counts.held == 0 && counts.finished == N);
    epx_schedule_destroy(&schedule);
  }
}

static void a_worker_that_hangs_costs_time_and_not_the_end(void **state) {
  (void)state;
  for (int ends = 0; ends < 3; ends++) {
    epx_schedule_options options = epx_schedule_get_defaults(2, 3, 0);
    options.hang_age = 7;
    epx_schedule *schedule;
    epx_unit hung, unit;
    assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
    epx_schedule_set_finished(schedule, 1);
    if (ends > 0) assert_int_equal(epx_schedule_set_suspected(schedule, 0, ends), EPX_OK);
    assert_true(epx_schedule_take_unit(schedule, 0, 0, &hung));
    assert_false(epx_schedule_take_unit(schedule, 1, 7, &unit));
    assert_true(epx_schedule_take_unit(schedule, 1, 7.1, &unit));
    assert_int_equal(unit.first, hung.first);
    assert_false(epx_schedule_take_unit(schedule, 2, 100, &unit));
    assert_true(epx_schedule_set_done(schedule, 1, unit.first, 1, 8));
    assert_int_equal(epx_schedule_get_counts(schedule).finished, 2);
    assert_int_equal(epx_schedule_get_counts(schedule).out, 0);
    assert_false(epx_schedule_set_done(schedule, 0, hung.first, 50, 50)); /* it went on, too late */
    epx_schedule_destroy(&schedule);
  }
}

static void the_end_does_not_wait_for_a_straggler(void **state) {
  (void)state;
  const cluster c = {
      .n_blocks = 2000, .n_workers = 50, .mean = 1, .spread = .3, .straggling = .01, .request = 1e-3};
  const outcome out = run_cluster(&c, 2);
  assert_int_equal(out.counts.finished, c.n_blocks);
  assert_true(out.n_copies > 0);
  /* Ten times the mean without copies; with them, the time that shows a straggler and a block's. */
  const double even = out.busy / c.n_workers;
  if (out.end > even + 4) fail_msg("ends at %g s, the work is of %g s", out.end, even);
}

static void a_bad_host_is_put_aside_and_the_others_do_all(void **state) {
  (void)state;
  const cluster c = {
      .n_blocks = 3000, .n_workers = 40, .mean = .5, .spread = .3, .n_hosts = 8, .bad_host = 5};
  const outcome out = run_cluster(&c, 3);
  assert_false(out.hopeless);
  assert_int_equal(out.counts.finished, c.n_blocks);
  assert_in_range(out.n_failures, 3, 3 + 40 / 8); /* the limit, and what its other workers had begun */
}

static void no_host_left_is_hopeless(void **state) {
  (void)state;
  const cluster c = {.n_blocks = 100, .n_workers = 4, .mean = 1, .n_hosts = 1, .bad_host = 0};
  epx_schedule *schedule = create_schedule(&c, 10);
  const outcome out = simulate(&c, schedule);
  assert_true(out.hopeless);
  assert_int_equal(out.n_failures, 3);
  assert_true(epx_schedule_is_aside(schedule, 0));
  epx_schedule_destroy(&schedule);
}

static void a_hundred_million_blocks_take_little_memory(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(100000000, 1000, 0);
  epx_schedule *schedule;
  epx_unit unit;
  const size_t before = allocated();
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  assert_true(allocated() - before <= (size_t)64 << 20);
  for (int w = 0; w < 1000; w++)
    assert_true(epx_schedule_take_unit(schedule, w, 0, &unit));
  assert_true(allocated() - before <= (size_t)64 << 20);
  epx_schedule_destroy(&schedule);
}

static void finished_blocks_are_not_handed_out_again(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(200, 2, 0);
  epx_schedule *schedule;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  for (int64_t b = 0; b < 200; b++)
    if (b % 7 != 3) epx_schedule_set_finished(schedule, b);
  epx_schedule_set_finished(schedule, 0);
  const int64_t n_open = epx_schedule_get_counts(schedule).open;
  assert_int_equal(n_open, 29);
  epx_unit unit;
  int64_t n_solved = 0;
  while (epx_schedule_take_unit(schedule, 0, 0, &unit))
    for (int64_t b = unit.first; b < unit.first + unit.count; b++, n_solved++) {
      assert_int_equal(b % 7, 3);
      assert_true(epx_schedule_set_done(schedule, 0, b, 1e-6, 0));
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
      {{.n_blocks = 4000, .n_workers = 2, .mean = .01, .spread = .3, .request = 2e-4}, .99},
      {{.n_blocks = 48, .n_workers = 2, .mean = 2, .spread = .3, .growth = 2, .request = 1e-3}, .95},
      {{.n_blocks = 100000, .n_workers = 1000, .mean = 1, .spread = .3, .request = 1e-3}, .98},
      {{.n_blocks = 300000, .n_workers = 10000, .mean = 1, .spread = .3, .request = 1e-3, .service = 5e-6},
       .97},
      {{.n_blocks = 20000, .n_workers = 8, .mean = 1e-3, .growth = 5, .request = 5e-4}, .97},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const outcome out = run_cluster(&cases[i].c, 2);
    const double share = out.busy / (out.end * cases[i].c.n_workers);
    if (share < cases[i].share) fail_msg("case %zu: busy share %g < %g", i, share, cases[i].share);
  }
}

/* What a worker says in one interval, all say together: as many messages a second as one coordinator takes.
 */
static void many_workers_are_quiet_for_longer(void **state) {
  (void)state;
  for (int n = 1; n <= 1000000; n *= 10) {
    const double interval = epx_schedule_eval_interval(n, 0);
    assert_true(interval >= 0.02 && (n <= 800 || n / interval <= EPX_SCHEDULE_MESSAGES * (1 + 1e-12)));
    assert_true(epx_schedule_get_defaults(10, n, 0).unit_time >= interval);
  }
  const cluster slow = {.n_blocks = 400000,
                        .n_workers = 20000,
                        .mean = 1,
                        .spread = .3,
                        .request = 1e-3,
                        .service = 5e-5}; /* 20,000 blocks end a second, and one message takes 50 us */
  const outcome out = run_cluster(&slow, 2);
  const double share = outcome_share(&slow, &out);
  if (share < 0.7) fail_msg("busy share %g", share);
}

/* Relays take the messages of many workers together: then units need grow only so that the coordinator's own
 * work is less than it can do, and a death or a straggler at the end costs less. */
static void relays_keep_units_small(void **state) {
  (void)state;
  for (int n_relays = 1; n_relays <= 1000; n_relays *= 10) {
    const int n = 1000 * n_relays;
    const double interval = epx_schedule_eval_interval(n, n_relays);
    assert_true(1000 / interval <= EPX_SCHEDULE_MESSAGES * (1 + 1e-12));
    assert_true(n / interval <= EPX_SCHEDULE_UNITS * (1 + 1e-12) || n / interval <= n / 0.02);
    assert_true(interval <= epx_schedule_eval_interval(n, 0));
  }
  const cluster direct = {.n_blocks = 300000,
                          .n_workers = 20000,
                          .mean = 1,
                          .spread = .3,
                          .straggling = 1e-4,
                          .death = 1e-5,
                          .request = 1e-3,
                          .service = 2e-5};
  cluster relayed = direct;
  relayed.n_relays = 20;
  relayed.service = 2e-6;
  relayed.bundle = 2e-5;
  const outcome without = run_cluster(&direct, 2), with = run_cluster(&relayed, 2);
  assert_int_equal(with.counts.finished, direct.n_blocks);
  assert_int_equal(with.largest, 1);
  const double share = outcome_share(&relayed, &with), before = outcome_share(&direct, &without);
  if (share < 0.85 || share < before) fail_msg("busy share %g, without relays %g", share, before);
}

static void short_blocks_come_many_a_unit_and_long_ones_singly(void **state) {
  (void)state;
  const cluster quick = {.n_blocks = 1000000, .n_workers = 2, .mean = 1e-6};
  const cluster slow = {.n_blocks = 1000, .n_workers = 2, .mean = .2};
  assert_true(run_cluster(&quick, 2).n_requests < 200);
  assert_int_equal(run_cluster(&slow, 2).largest, 1);
}

static void nothing_runs_past_the_deadline(void **state) {
  (void)state;
  for (double mean = 1e-3; mean < 10; mean *= 7) {
    const cluster c = {
        .n_blocks = (int64_t)(200 / mean), .n_workers = 10, .mean = mean, .spread = .5, .deadline = 12};
    const outcome out = run_cluster(&c, 2);
    assert_true(out.end <= 12);
    assert_true(out.end > 11 - 4 * mean);
    assert_int_equal(out.counts.finished + out.counts.open, c.n_blocks);
  }
}

static void a_drained_schedule_hands_out_nothing(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(10, 2, 0);
  epx_schedule *schedule;
  epx_unit unit;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  assert_true(epx_schedule_take_unit(schedule, 0, 0, &unit));
  epx_schedule_set_draining(schedule);
  assert_true(epx_schedule_is_draining(schedule));
  assert_false(epx_schedule_take_unit(schedule, 1, 0, &unit));
  assert_false(epx_schedule_is_idle(schedule, 0));
  assert_true(epx_schedule_is_idle(schedule, 1));
  assert_int_equal(epx_schedule_set_returned(schedule, 0), EPX_OK);
  assert_int_equal(epx_schedule_get_counts(schedule).open, 10);
  epx_schedule_destroy(&schedule);
}

static void a_result_nobody_waits_for_is_of_no_account(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(10, 2, 0);
  epx_schedule *schedule;
  epx_unit unit;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  assert_true(epx_schedule_take_unit(schedule, 0, 0, &unit));
  assert_false(epx_schedule_set_done(schedule, 1, unit.first, 1, 0));
  assert_int_equal(epx_schedule_set_returned(schedule, 0), EPX_OK);
  assert_false(epx_schedule_set_done(schedule, 0, unit.first, 1, 0));
  assert_int_equal(epx_schedule_get_counts(schedule).finished, 0);
  epx_schedule_destroy(&schedule);
}

/* Six classes of four blocks; class 3 takes longest. */
static void long_blocks_come_longest_first(void **state) {
  (void)state;
  static const double seconds[] = {1, 2, 3, 40, 5, 6};
  static const int expected[] = {3, 3, 3, 5, 5, 5, 4, 4, 4, 2, 2, 2, 1, 1, 1, 0, 0, 0};
  epx_schedule_options options = epx_schedule_get_defaults(24, 1, 0);
  epx_schedule *schedule;
  epx_unit unit;
  double now = 0;
  options.class_size = 4;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  for (int k = 0; k < 24; k++) {
    assert_true(epx_schedule_take_unit(schedule, 0, now, &unit));
    const int class = (int)(unit.first / 4);
    assert_int_equal(unit.count, 1);
    assert_int_equal(class, k < 6 ? k : expected[k - 6]);
    now += seconds[class];
    assert_true(epx_schedule_set_done(schedule, 0, unit.first, seconds[class], now));
  }
  assert_int_equal(epx_schedule_get_counts(schedule).finished, 24);
  epx_schedule_destroy(&schedule);
}

/* What an earlier run solved says how long the rest of its class takes. */
static void times_of_earlier_runs_count(void **state) {
  (void)state;
  epx_schedule_options options = epx_schedule_get_defaults(6, 1, 0);
  epx_schedule *schedule;
  epx_unit unit;
  options.class_size = 2;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  for (int64_t b = 0; b < 6; b += 2) {
    epx_schedule_set_finished(schedule, b);
    epx_schedule_merge_time(schedule, b, b == 2 ? 9 : 1);
  }
  assert_true(epx_schedule_take_unit(schedule, 0, 0, &unit));
  assert_int_equal(unit.first, 3);
  epx_schedule_destroy(&schedule);
}

/* Long and short blocks by turns, so that units are of one and of many: each is handed out once. */
static void classes_and_units_of_many_go_together(void **state) {
  (void)state;
  double cost[3000];
  for (int b = 0; b < 3000; b++)
    cost[b] = b / 30 % 7 == 0 ? 0.3 : 0.001;
  const cluster c = {.n_blocks = 3000, .n_workers = 5, .cost = cost, .mean = 0.04, .request = 1e-4};
  epx_schedule_options options = epx_schedule_get_defaults(c.n_blocks, c.n_workers, 0);
  epx_schedule *schedule;
  options.class_size = 30;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_OK);
  const outcome out = simulate(&c, schedule);
  assert_int_equal(out.n_wrong, 0);
  assert_int_equal(out.counts.finished, 3000);
  assert_true(out.largest > 1);
  epx_schedule_destroy(&schedule);
}

static void a_schedule_without_workers_is_refused(void **state) {
  (void)state;
  const epx_schedule_options options = epx_schedule_get_defaults(10, 0, 0);
  epx_schedule *schedule;
  assert_int_equal(epx_schedule_create(&options, &schedule), EPX_EINPUT);
  assert_null(schedule);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_block_is_solved_once),
      cmocka_unit_test(deaths_and_stragglers_lose_nothing),
      cmocka_unit_test(what_was_under_way_at_an_end_comes_last_then_alone),
      cmocka_unit_test(suspects_that_run_alone_take_turns),
      cmocka_unit_test(parts_of_a_split_block_are_counted_and_come_last),
      cmocka_unit_test(what_is_held_is_handed_out_once_when_it_is_opened),
      cmocka_unit_test(a_worker_that_hangs_costs_time_and_not_the_end),
      cmocka_unit_test(the_end_does_not_wait_for_a_straggler),
      cmocka_unit_test(a_bad_host_is_put_aside_and_the_others_do_all),
      cmocka_unit_test(no_host_left_is_hopeless),
      cmocka_unit_test(a_hundred_million_blocks_take_little_memory),
      cmocka_unit_test(finished_blocks_are_not_handed_out_again),
      cmocka_unit_test(workers_are_busy_to_the_end),
      cmocka_unit_test(many_workers_are_quiet_for_longer),
      cmocka_unit_test(relays_keep_units_small),
      cmocka_unit_test(short_blocks_come_many_a_unit_and_long_ones_singly),
      cmocka_unit_test(nothing_runs_past_the_deadline),
      cmocka_unit_test(a_drained_schedule_hands_out_nothing),
      cmocka_unit_test(a_result_nobody_waits_for_is_of_no_account),
      cmocka_unit_test(long_blocks_come_longest_first),
      cmocka_unit_test(times_of_earlier_runs_count),
      cmocka_unit_test(classes_and_units_of_many_go_together),
      cmocka_unit_test(a_schedule_without_workers_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
