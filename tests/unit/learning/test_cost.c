/** @file
 * Costs: values worked by hand, slopes and curvatures against differences, and which class is read.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "learning/task/cost.h"

enum { n_outputs = 3, n_lanes = 8 };

static const epx_cost costs[] = {
    {.kind = EPX_SQUARED_ERROR, .off = 0, .on = 1},
    {.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 0},
    {.kind = EPX_PHASE_COSINE, .off = -1.5707963267948966, .on = 1.5707963267948966}};
enum { n_costs = sizeof costs / sizeof costs[0] };

static void set_readouts(double *r, int *label) {
  for (int i = 0; i < n_outputs * n_lanes; i++)
    r[i] = 2.5 * sin(1.7 * i + 0.3);
  for (int lane = 0; lane < n_lanes; lane++)
    label[lane] = lane % n_outputs;
}

static void names_and_kinds_are_one_to_one(void **state) {
  (void)state;
  for (int i = 0; i < EPX_COST_COUNT; i++) {
    epx_cost_kind found = EPX_COST_COUNT;
    assert_int_equal(epx_cost_get_kind(epx_cost_get_name((epx_cost_kind)i), &found), EPX_OK);
    assert_int_equal(found, i);
    assert_non_null(epx_cost_get_meaning((epx_cost_kind)i));
  }
  epx_cost_kind found;
  assert_int_equal(epx_cost_get_kind("mse", &found), EPX_EINPUT);
}

static void values_are_those_of_the_formulas(void **state) {
  (void)state;
  const double r[] = {0.2, -0.1, 1.4};
  const int label = 2;
  const double pi = acos(-1);
  const double expected[] = {
      0.5 * (0.2 * 0.2 + 0.1 * 0.1 + 0.4 * 0.4), -log(exp(1.4) / (exp(0.2) + exp(-0.1) + exp(1.4))),
      -log(1 + cos(0.2 + pi / 2)) - log(1 + cos(-0.1 + pi / 2)) - log(1 + cos(1.4 - pi / 2))};
  for (int i = 0; i < n_costs; i++) {
    double value;
    epx_cost_eval(&costs[i], 3, 1, r, &label, &value, NULL, NULL);
    assert_true(fabs(value - expected[i]) < 1e-15);
  }
}

static void slope_is_the_difference_quotient(void **state) {
  (void)state;
  double r[n_outputs * n_lanes], slope[n_outputs * n_lanes], high[n_lanes], low[n_lanes];
  int label[n_lanes];
  const double h = 1e-5;
  for (int i = 0; i < n_costs; i++) {
    set_readouts(r, label);
    epx_cost_eval(&costs[i], n_outputs, n_lanes, r, label, NULL, slope, NULL);
    for (int at = 0; at < n_outputs * n_lanes; at++) {
      const double middle = r[at];
      r[at] = middle + h;
      epx_cost_eval(&costs[i], n_outputs, n_lanes, r, label, high, NULL, NULL);
      r[at] = middle - h;
      epx_cost_eval(&costs[i], n_outputs, n_lanes, r, label, low, NULL, NULL);
      r[at] = middle;
      const double quotient = (high[at % n_lanes] - low[at % n_lanes]) / (2 * h);
      assert_true(fabs(quotient - slope[at]) < 1e-7 * (1 + fabs(slope[at])));
    }
  }
}

static void hessian_is_the_difference_quotient_of_the_slope(void **state) {
  (void)state;
  double r[n_outputs * n_lanes], high[n_outputs * n_lanes], low[n_outputs * n_lanes];
  int label[n_lanes];
  const double h = 1e-5;
  for (int i = 0; i < n_costs; i++) {
    set_readouts(r, label);
    for (int lane = 0; lane < n_lanes; lane++) {
      double hessian[n_outputs * n_outputs];
      epx_cost_eval_hessian(&costs[i], n_outputs, n_lanes, lane, r, label, hessian);
      for (int q = 0; q < n_outputs; q++) {
        const double middle = r[q * n_lanes + lane];
        r[q * n_lanes + lane] = middle + h;
        epx_cost_eval(&costs[i], n_outputs, n_lanes, r, label, NULL, high, NULL);
        r[q * n_lanes + lane] = middle - h;
        epx_cost_eval(&costs[i], n_outputs, n_lanes, r, label, NULL, low, NULL);
        r[q * n_lanes + lane] = middle;
        for (int o = 0; o < n_outputs; o++) {
          const double quotient = (high[o * n_lanes + lane] - low[o * n_lanes + lane]) / (2 * h);
          assert_true(fabs(quotient - hessian[o * n_outputs + q]) < 1e-6 * (1 + fabs(quotient)));
        }
      }
    }
  }
}

/* Two outputs whose readouts are 0 and z are one output with readout z. */
static void logistic_is_softmax_of_two(void **state) {
  (void)state;
  for (int k = 0; k < 2; k++) {
    for (double z = -800; z <= 800; z += 61.7) {
      const double pair[] = {0, z};
      double one, two, slope, slopes[2], curvature, hessian[4], right[2];
      epx_cost_eval(&costs[1], 1, 1, &z, &k, &one, &slope, &right[0]);
      epx_cost_eval(&costs[1], 2, 1, pair, &k, &two, slopes, &right[1]);
      epx_cost_eval_hessian(&costs[1], 1, 1, 0, &z, &k, &curvature);
      epx_cost_eval_hessian(&costs[1], 2, 1, 0, pair, &k, hessian);
      assert_true(isfinite(one) && fabs(one - two) <= 1e-13 * (1 + one));
      assert_true(fabs(slope - slopes[1]) < 1e-14);
      assert_true(fabs(curvature - hessian[3]) < 1e-14);
      assert_true(right[0] == right[1]);
    }
  }
}

/* -1: two classes are as near, and neither is right. */
static void predicted_class_is_that_of_the_nearest_targets(void **state) {
  (void)state;
  static const struct {
    int kind, n;
    double r[3];
    int predicted;
  } cases[] = {
      {0, 3, {0.1, 0.9, 0.3}, 1},
      {0, 3, {5, 0.9, 0.3}, 0},
      {0, 3, {0.4, 0.4, 0.4}, -1},
      {0, 3, {0, 0, 0}, -1},
      {0, 3, {0.4, 0.2, 0.4}, -1},
      {0, 2, {0.4, 0.4 + 1e-12}, -1},
      {0, 2, {0.4, 0.4 + 1e-6}, 1},
      {0, 1, {0.5}, -1},
      {1, 3, {0, 0, 0}, -1},
      {1, 1, {0}, -1},
      {0, 1, {0.6}, 1},
      {0, 1, {0.4}, 0},
      {1, 3, {-3, -2, -1}, 2},
      {1, 1, {0.1}, 1},
      {1, 1, {-0.1}, 0},
      {2, 1, {1.0}, 1},
      {2, 1, {-1.0}, 0},
      {2, 1, {1.0 + 6.2831853071795865}, 1},
      {2, 3, {3.0, -1.5, 1.2}, 2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const int n_classes = cases[i].n == 1 ? 2 : cases[i].n;
    for (int k = 0; k < n_classes; k++) {
      double right;
      epx_cost_eval(&costs[cases[i].kind], cases[i].n, 1, cases[i].r, &k, NULL, NULL, &right);
      assert_true(right == (k == cases[i].predicted));
    }
  }
}

/* The class's own output dark, the others bright; and phases, whose targets are near on the circle. */
static void targets_may_stand_in_any_order(void **state) {
  (void)state;
  static const epx_cost dark = {.kind = EPX_SQUARED_ERROR, .off = 1, .on = 0},
                        phases = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = 3, .periodic = true};
  static const struct {
    const epx_cost *cost;
    int n;
    double r[2];
    int predicted;
  } cases[] = {{&dark, 2, {0.1, 0.9}, 0}, {&dark, 2, {0.9, 0.1}, 1}, {&dark, 1, {0.1}, 1},
               {&dark, 1, {0.9}, 0},      {&phases, 1, {-3}, 1},     {&phases, 1, {-1}, 0},
               {&phases, 2, {-3, 0.2}, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    for (int k = 0; k < 2; k++) {
      double right;
      epx_cost_eval(cases[i].cost, cases[i].n, 1, cases[i].r, &k, NULL, NULL, &right);
      assert_true(right == (k == cases[i].predicted));
    }
  }
}

static void antiphase_point_has_a_finite_cost(void **state) {
  (void)state;
  const int label = 1;
  for (int i = -2; i <= 2; i++) {
    const double r = costs[2].off + i * 1e-8;
    double value, slope, curvature;
    epx_cost_eval(&costs[2], 1, 1, &r, &label, &value, &slope, NULL);
    epx_cost_eval_hessian(&costs[2], 1, 1, 0, &r, &label, &curvature);
    assert_true(fabs(value - 1 - log(1e5)) < 1e-6 && fabs(slope) < 1e3 && fabs(curvature + 1e5) < 1);
  }
}

/* Of 4 samples, 1 of class 1: means 1/4 and 3/4 of targets 0 and 1 leave 1/2 * 3/16 an output. Phases -+ pi/2 have
 * the mean direction -pi/2 where most are off: 3 samples cost -ln 2, one is at the antiphase point. */
static void ignorance_costs_what_the_mean_target_does(void **state) {
  (void)state;
  const int label[] = {9, 0, 0, 1, 0}, samples[] = {1, 2, 3, 4};
  const epx_cost square = {.kind = EPX_SQUARED_ERROR, .on = 1}, entropy = {.kind = EPX_CROSS_ENTROPY};
  assert_true(fabs(epx_cost_eval_ignorance(&square, 1, 2, 4, samples, label) - 3.0 / 32) < 1e-15);
  assert_true(fabs(epx_cost_eval_ignorance(&square, 2, 2, 4, samples, label) - 3.0 / 16) < 1e-15);
  assert_true(epx_cost_eval_ignorance(&entropy, 3, 3, 4, samples, label) == log(3));
  const double phases = epx_cost_eval_ignorance(&costs[2], 1, 2, 4, samples, label);
  assert_true(fabs(phases - (3 * -log(2) + 1 + log(1e5)) / 4) < 1e-9);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_and_kinds_are_one_to_one),
      cmocka_unit_test(values_are_those_of_the_formulas),
      cmocka_unit_test(slope_is_the_difference_quotient),
      cmocka_unit_test(hessian_is_the_difference_quotient_of_the_slope),
      cmocka_unit_test(logistic_is_softmax_of_two),
      cmocka_unit_test(predicted_class_is_that_of_the_nearest_targets),
      cmocka_unit_test(targets_may_stand_in_any_order),
      cmocka_unit_test(antiphase_point_has_a_finite_cost),
      cmocka_unit_test(ignorance_costs_what_the_mean_target_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
