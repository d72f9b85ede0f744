/* Claims about what a course says of the rest of a training. */
#include "study/duration/training_time.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* A training of n updates, `done` of which were made; the k-th takes seconds(k / n). */
static epx_training_time get_course(int n, int done, double (*seconds)(double)) {
  epx_training_time course = {.n = 0};
  double now = 3; /* from any moment on */
  epx_training_time_add(&course, 0, now);
  for (int k = 0; k < done; k++)
    epx_training_time_add(&course, (k + 1.0) / n, now += seconds((double)k / n));
  return course;
}

static double even(double share) {
  (void)share;
  return 0.5;
}

/* Five times as slow in its first twentieth. */
static double slow_at_first(double share) {
  return share < 0.05 ? 5 : 1;
}

static double rising(double share) {
  return 1 + share;
}

static void rest_of_an_even_training_is_exact(void **state) {
  (void)state;
  static const int cases[][2] = {{1, 1},    {2, 1},    {10, 1},    {10, 9},
                                 {100, 63}, {100, 64}, {1000, 65}, {100000, 777}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const epx_training_time course = get_course(cases[i][0], cases[i][1], even);
    const double left = 0.5 * (cases[i][0] - cases[i][1]);
    assert_true(fabs(epx_training_time_eval_rest(&course) - left) < 1e-9 * cases[i][0]);
  }
}

static void what_has_not_begun_is_not_known(void **state) {
  (void)state;
  epx_training_time course = {.n = 0};
  assert_true(isnan(epx_training_time_eval_rest(&course)));
  epx_training_time_add(&course, 0, 1);
  assert_true(isnan(epx_training_time_eval_rest(&course)));
  epx_training_time_add(&course, 0.25, 2);
  assert_true(epx_training_time_eval_rest(&course) == 3);
}

static void a_slow_beginning_is_not_taken_for_the_rest(void **state) {
  (void)state;
  const epx_training_time course = get_course(1000, 100, slow_at_first);
  assert_true(fabs(epx_training_time_eval_rest(&course) - 900) < 1e-9);
}

/* Beyond what was seen nothing can be known; the later half is nearer to it than the whole. */
static void a_rising_pace_is_followed(void **state) {
  (void)state;
  const epx_training_time course = get_course(1000, 400, rising);
  const double mean = 600 * 1.2, rest = 600 * 1.7, told = epx_training_time_eval_rest(&course);
  assert_true(told > mean && told < rest);
}

/* Ten times as slow from a third on. */
static double slow_at_last(double share) {
  return share < 0.33 ? 1 : 10;
}

static void a_slow_end_of_what_was_done_is_not_evened_out(void **state) {
  (void)state;
  const epx_training_time course = get_course(1000, 400, slow_at_last);
  const double half = 600 * (130 + 700) / 200.0, quarter = 600 * (30 + 700) / 100.0;
  assert_true(epx_training_time_eval_rest(&course) > half);
  assert_true(fabs(epx_training_time_eval_rest(&course) - quarter) < 0.1 * quarter);
}

static void places_are_thinned_out_and_span_the_course(void **state) {
  (void)state;
  for (int done = 1; done <= 5000; done += done < 300 ? 1 : 97) {
    const epx_training_time course = get_course(5000, done, even);
    assert_in_range(course.n,
                    done + 1 < EPX_TRAINING_TIME_PLACES / 2 ? done + 1 : EPX_TRAINING_TIME_PLACES / 2,
                    EPX_TRAINING_TIME_PLACES);
    assert_true(course.place[0].share == 0 && course.place[0].seconds == 3);
    assert_true(course.last.share == done / 5000.0);
    for (int i = 1; i < course.n; i++)
      assert_true(fabs(course.place[i].share - i * course.stride / 5000.0) < 1e-12);
    assert_true(course.last.share - course.place[course.n - 1].share < course.stride / 5000.0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rest_of_an_even_training_is_exact),
      cmocka_unit_test(what_has_not_begun_is_not_known),
      cmocka_unit_test(a_slow_beginning_is_not_taken_for_the_rest),
      cmocka_unit_test(a_rising_pace_is_followed),
      cmocka_unit_test(a_slow_end_of_what_was_done_is_not_evened_out),
      cmocka_unit_test(places_are_thinned_out_and_span_the_course),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
