/** @file
 * Stopping: looks, verdicts, budgets and rounds by hand; the same whatever the order of arrival; coverage and cost of synthetic
 * campaigns.
 *
 *   test_stopping [CAMPAIGNS]      with CAMPAIGNS, prints coverage and cost over so many for each yield
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

#include "base/numbers/random.h"
#include "statistics/stopping.h"
#include "statistics/yield.h"

enum { N_POINTS_MAX = 64, N_MOST = 1024 };

/* Instances that are good with a point's own share, drawn by their number; those that have come so far. */
typedef struct {
  epx_random stream;
  double share[N_POINTS_MAX];
  int n_done[N_POINTS_MAX]; /* -1: all */
  int i_lost;               /* of point 0; -1: none */
} world;

static epx_stopping_outcome get(void *context, int i_point, int i_instance, double *value) {
  const world *w = context;
  if (w->n_done[i_point] >= 0 && i_instance >= w->n_done[i_point]) return EPX_INSTANCE_PENDING;
  if (i_point == 0 && i_instance == w->i_lost) return EPX_INSTANCE_LOST;
  *value = w->share[i_point];
  const double u = epx_random_eval_uniform(&w->stream, (uint32_t)i_point, (uint32_t)i_instance, 0, 0);
  return u < w->share[i_point] ? EPX_INSTANCE_GOOD : EPX_INSTANCE_BAD;
}

static world make_world(uint64_t seed, int n, double low, double high) {
  world w = {.stream = epx_random_init(seed, "synthetic"), .i_lost = -1};
  for (int i = 0; i < n; i++) {
    w.share[i] = n > 1 ? low + (high - low) * i / (n - 1) : low;
    w.n_done[i] = -1;
  }
  return w;
}

static epx_stopping *solve(const epx_stopping_rule *rule, world *w) {
  const epx_stopping_source source = {w, get};
  epx_stopping *s;
  bool more;
  assert_int_equal(epx_stopping_create(rule, &s), EPX_OK);
  for (int i = 0; i < rule->n_points; i++)
    assert_int_equal(epx_stopping_update(s, &source, i, &more), EPX_OK);
  return s;
}

static const epx_stopping_rule by_width = {.kind = EPX_STOPPING_HALF_WIDTH,
                                           .half_width = 0.1,
                                           .confidence = 0.95,
                                           .first = 16,
                                           .most = 1024,
                                           .n_points = 1},
                               by_target = {.kind = EPX_STOPPING_TARGET,
                                            .target = 0.9,
                                            .confidence = 0.95,
                                            .first = 16,
                                            .most = 1024,
                                            .n_points = 1};

static void looks_double_in_whole_blocks_and_share_the_error(void **state) {
  (void)state;
  epx_stopping_rule rule = by_target;
  rule.first = 10;
  rule.block = 8;
  rule.most = 100;
  const int sizes[] = {16, 24, 40, 80, 100, 100};
  for (int k = 0; k < 6; k++)
    assert_int_equal(epx_stopping_get_size(&rule, k), sizes[k]);
  assert_true(fabs(epx_stopping_eval_confidence(&rule) - (1 - 0.05 / 5)) < 1e-12); /* 10 20 40 80 100 */
  rule.kind = EPX_STOPPING_HALF_WIDTH;
  const int steps[] = {16, 16, 16, 24, 32, 32, 40, 48};
  for (int k = 0; k < 8; k++)
    assert_int_equal(epx_stopping_get_size(&rule, k), steps[k]);
  assert_true(fabs(epx_stopping_eval_confidence(&rule) - (1 - 0.7 * 0.05)) < 1e-12);
}

/* Lost ones widen the interval to both sides. */
static void a_point_stops_where_its_interval_is_narrow(void **state) {
  (void)state;
  world w = make_world(1, 1, 1, 1);
  epx_stopping *s = solve(&by_width, &w);
  const epx_stopping_point *p = epx_stopping_get_point(s, 0);
  assert_int_equal(p->verdict, EPX_VERDICT_NARROW);
  /* all good: low = 0.0175^(1 / n) of n = 16, 20: 0.777, 0.817 */
  assert_int_equal(p->n_seen, 20);
  assert_true(fabs(p->low - pow(0.0175, 1 / 20.0)) < 1e-9 && p->high == 1);
  assert_int_equal(epx_stopping_get_n_open(s), 0);
  epx_stopping_destroy(&s);
  w.i_lost = 3;
  s = solve(&by_width, &w);
  p = epx_stopping_get_point(s, 0);
  epx_yield one_bad;
  assert_int_equal(
      epx_yield_eval(EPX_YIELD_CLOPPER_PEARSON, p->n_seen - 1, p->n_seen, 1 - 0.7 * 0.05, &one_bad), EPX_OK);
  assert_true(p->n_lost == 1 && p->low == one_bad.low && p->high == 1);
  epx_stopping_destroy(&s);
}

static void a_target_is_decided_from_either_side(void **state) {
  (void)state;
  const struct {
    double share;
    epx_verdict verdict;
  } cases[] = {{0.5, EPX_VERDICT_BELOW}, {1, EPX_VERDICT_ABOVE}, {0.9, EPX_VERDICT_UNDECIDED}};
  for (size_t c = 0; c < 3; c++) {
    world w = make_world(2, 1, cases[c].share, 1);
    epx_stopping *s = solve(&by_target, &w);
    assert_int_equal(epx_stopping_get_point(s, 0)->verdict, cases[c].verdict);
    epx_stopping_destroy(&s);
  }
}

static bool is_same(const epx_stopping_rule *rule, const epx_stopping *a, const epx_stopping *b) {
  for (int i = 0; i < rule->n_points; i++) {
    const epx_stopping_point *x = epx_stopping_get_point(a, i), *y = epx_stopping_get_point(b, i);
    if (x->n_proposed != y->n_proposed || x->verdict != y->verdict || x->n_good != y->n_good ||
        x->look != y->look || x->low != y->low || x->high != y->high)
      return false;
  }
  return true;
}

static const epx_stopping_rule of_many[] = {
    {.kind = EPX_STOPPING_TARGET, .target = 0.5, .confidence = 0.95, .first = 8, .most = 256, .n_points = 20},
    {.kind = EPX_STOPPING_TARGET,
     .target = 0.5,
     .confidence = 0.95,
     .first = 8,
     .most = 256,
     .n_points = 20,
     .budget = 900},
    {.kind = EPX_STOPPING_HALF_WIDTH,
     .half_width = 0.12,
     .confidence = 0.95,
     .first = 8,
     .most = 256,
     .block = 3,
     .n_points = 20,
     .budget = 1200},
    {.kind = EPX_STOPPING_HALVING, .keep = 0.5, .confidence = 0.95, .first = 8, .most = 256, .n_points = 20},
    {.kind = EPX_STOPPING_DOUBLING,
     .half_width = 0.05,
     .confidence = 0.95,
     .first = 8,
     .most = 4,
     .n_points = 64},
};

/* Instances come one by one, of random points that want some; decisions are those of all at once. */
static void decisions_do_not_depend_on_the_order_of_arrival(void **state) {
  (void)state;
  for (size_t r = 0; r < sizeof of_many / sizeof *of_many; r++) {
    const epx_stopping_rule *rule = &of_many[r];
    world w = make_world(5, rule->n_points, 0.1, 0.9);
    epx_stopping *whole = solve(rule, &w), *s;
    assert_int_equal(epx_stopping_get_n_open(whole), 0);
    for (uint64_t order = 1; order <= 3; order++) {
      const epx_random shuffle = epx_random_init(order, "order");
      const epx_stopping_source source = {&w, get};
      assert_int_equal(epx_stopping_create(rule, &s), EPX_OK);
      memset(w.n_done, 0, sizeof w.n_done);
      for (uint32_t k = 0; epx_stopping_get_n_open(s) > 0; k++) {
        bool more;
        const int i = (int)(epx_random_eval_uniform(&shuffle, k, 0, 0, 0) * rule->n_points);
        if (w.n_done[i] >= epx_stopping_get_point(s, i)->n_proposed) continue;
        w.n_done[i]++;
        assert_int_equal(epx_stopping_update(s, &source, i, &more), EPX_OK);
      }
      assert_true(is_same(rule, whole, s));
      epx_stopping_destroy(&s);
    }
    epx_stopping_destroy(&whole);
  }
}

static double count_proposed(const epx_stopping_rule *rule, const epx_stopping *s) {
  double n = 0;
  for (int i = 0; i < rule->n_points; i++)
    n += epx_stopping_get_point(s, i)->n_proposed;
  return n;
}

static void a_budget_is_kept_and_goes_to_what_is_undecided(void **state) {
  (void)state;
  const epx_stopping_rule *rule = &of_many[1];
  world w = make_world(7, rule->n_points, 0.1, 0.9);
  epx_stopping *s = solve(rule, &w);
  assert_true(count_proposed(rule, s) <= rule->budget);
  const epx_stopping_point *far = epx_stopping_get_point(s, 0), *near = epx_stopping_get_point(s, 9);
  assert_int_equal(far->verdict, EPX_VERDICT_BELOW);
  assert_true(near->n_proposed > far->n_proposed);
  assert_int_equal(epx_stopping_get_point(s, 19)->verdict, EPX_VERDICT_ABOVE);
  epx_stopping_destroy(&s);
}

/* 20 points by halves, 8 instances each: 20, 10, 5, 3, 2, 1. */
static void halving_keeps_the_best(void **state) {
  (void)state;
  const epx_stopping_rule *rule = &of_many[3];
  world w = make_world(9, rule->n_points, 0.1, 0.95);
  epx_stopping *s = solve(rule, &w);
  int n_kept = 0, best = -1;
  for (int i = 0; i < rule->n_points; i++)
    if (epx_stopping_get_point(s, i)->verdict == EPX_VERDICT_KEPT) {
      n_kept++;
      best = i;
    }
  assert_int_equal(n_kept, 1);
  assert_true(best >= 15);
  assert_true(count_proposed(rule, s) == 8 * (10 + 5 * 2 + 2 * 4 + 1 * 8 + 1 * 16 + 1 * 32));
  epx_stopping_destroy(&s);
}

static void a_design_is_doubled_until_its_mean_is_known(void **state) {
  (void)state;
  const epx_stopping_rule *rule = &of_many[4];
  world w = make_world(11, rule->n_points, 1, 1);
  epx_stopping *s = solve(rule, &w);
  assert_int_equal(count_proposed(rule, s), 8 * 4); /* all good: known at once */
  assert_int_equal(epx_stopping_get_point(s, 7)->verdict, EPX_VERDICT_NARROW);
  assert_int_equal(epx_stopping_get_point(s, 8)->verdict, EPX_VERDICT_UNPROPOSED);
  epx_stopping_destroy(&s);
  w = make_world(11, rule->n_points, 0, 1);
  s = solve(rule, &w);
  assert_int_equal(count_proposed(rule, s), 64 * 4); /* a slope: the parts differ to the end */
  assert_int_equal(epx_stopping_get_point(s, 0)->verdict, EPX_VERDICT_UNDECIDED);
  epx_stopping_destroy(&s);
}

static void what_cannot_begin_is_refused(void **state) {
  (void)state;
  epx_stopping *s;
  epx_stopping_rule rule = by_width;
  rule.first = 2000;
  assert_int_equal(epx_stopping_create(&rule, &s), EPX_EINPUT);
  rule = of_many[1];
  rule.budget = 20 * 8 - 1;
  assert_int_equal(epx_stopping_create(&rule, &s), EPX_EINPUT);
  rule = of_many[4];
  rule.first = 12;
  assert_int_equal(epx_stopping_create(&rule, &s), EPX_EINPUT);
}

/* ---- synthetic campaigns */

typedef struct {
  double covered, cost, wrong, decided;
} tally;

static tally run(const epx_stopping_rule *rule, double share, int n_campaigns) {
  tally t = {0};
  for (int c = 0; c < n_campaigns; c++) {
    world w = make_world((uint64_t)c + 1, 1, share, 1);
    epx_stopping *s = solve(rule, &w);
    const epx_stopping_point *p = epx_stopping_get_point(s, 0);
    t.covered += (p->low <= share && share <= p->high) / (double)n_campaigns;
    t.cost += p->n_seen / (double)n_campaigns;
    t.decided += (p->verdict != EPX_VERDICT_UNDECIDED) / (double)n_campaigns;
    t.wrong += ((p->verdict == EPX_VERDICT_ABOVE && share < rule->target) ||
                (p->verdict == EPX_VERDICT_BELOW && share > rule->target)) /
               (double)n_campaigns;
    epx_stopping_destroy(&s);
  }
  return t;
}

static void intervals_cover_after_stopping(void **state) {
  (void)state;
  const double shares[] = {0.5, 0.9, 0.99};
  for (int k = 0; k < 3; k++) {
    assert_true(run(&by_width, shares[k], 400).covered >= 0.94);
    assert_true(run(&by_target, shares[k], 400).covered >= 0.94);
  }
  assert_true(run(&by_target, 0.7, 400).cost < 100);
}

/* Instances that a fixed design needs for Clopper and Pearson's interval to have the half-width at any yield: at a half. */
static int eval_fixed(const epx_stopping_rule *rule) {
  for (int n = 2;; n += 2) {
    epx_yield y;
    assert_int_equal(epx_yield_eval(EPX_YIELD_CLOPPER_PEARSON, n / 2, n, rule->confidence, &y), EPX_OK);
    if ((y.high - y.low) / 2 <= rule->half_width) return n;
  }
}

static void view(int n_campaigns) {
  const double shares[] = {0.02, 0.1, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99};
  epx_stopping_rule narrow = by_width;
  narrow.half_width = 0.05;
  const epx_stopping_rule *rules[] = {&by_width, &narrow, &by_target};
  for (int r = 0; r < 3; r++) {
    if (r < 2)
      printf("half-width %g; a fixed design for any yield takes %d instances\n", rules[r]->half_width,
             eval_fixed(rules[r]));
    else
      printf("target %g; a fixed design takes %d instances\n", rules[r]->target, rules[r]->most);
    printf("yield  coverage  mean instances  decided  wrong\n");
    double mean = 0;
    for (size_t k = 0; k < sizeof shares / sizeof *shares; k++) {
      const tally t = run(rules[r], shares[k], n_campaigns);
      printf("%5.2f  %8.4f  %14.1f  %7.4f  %.4f\n", shares[k], t.covered, t.cost, t.decided, t.wrong);
      fflush(stdout);
      mean += t.cost * sizeof *shares / sizeof shares;
    }
    printf("mean over these yields: %.1f instances\n", mean);
  }
}

int main(int n_words, char **words) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(looks_double_in_whole_blocks_and_share_the_error),
      cmocka_unit_test(a_point_stops_where_its_interval_is_narrow),
      cmocka_unit_test(a_target_is_decided_from_either_side),
      cmocka_unit_test(decisions_do_not_depend_on_the_order_of_arrival),
      cmocka_unit_test(a_budget_is_kept_and_goes_to_what_is_undecided),
      cmocka_unit_test(halving_keeps_the_best),
      cmocka_unit_test(a_design_is_doubled_until_its_mean_is_known),
      cmocka_unit_test(what_cannot_begin_is_refused),
      cmocka_unit_test(intervals_cover_after_stopping),
  };
  if (n_words < 2) return cmocka_run_group_tests(tests, NULL, NULL);
  view(atoi(words[1]));
  return 0;
}
