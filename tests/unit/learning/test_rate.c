/** @file
 * Rate: each schedule against its formula.
 */
#include "learning/training/rate.h"
#include "unit/assert_close.h"

enum { N_EPOCHS = 21 };

static void decay_of_one_is_constant(void **state) {
  (void)state;
  const epx_rate_spec spec = {.kind = EPX_RATE_EXPONENTIAL};
  for (int epoch = 0; epoch < N_EPOCHS; epoch++)
    assert_true(epx_rate_eval(&spec, 1, epoch, N_EPOCHS) == 1);
}

static void schedules_follow_their_formulas(void **state) {
  (void)state;
  const epx_rate_spec exponential = {.kind = EPX_RATE_EXPONENTIAL},
                      step = {.kind = EPX_RATE_STEP, .every = 5},
                      cosine = {.kind = EPX_RATE_COSINE, .floor = 0.1};
  for (int epoch = 0; epoch < N_EPOCHS; epoch++) {
    assert_close(epx_rate_eval(&exponential, 0.9, epoch, N_EPOCHS), pow(0.9, epoch), 1e-14);
    assert_close(epx_rate_eval(&step, 0.5, epoch, N_EPOCHS), pow(0.5, floor(epoch / 5.0)), 1e-14);
    const double share = (double)epoch / (N_EPOCHS - 1);
    assert_close(epx_rate_eval(&cosine, 0.5, epoch, N_EPOCHS), 0.1 + 0.9 * pow(cos(acos(-1) * share / 2), 2),
                 1e-14);
  }
  assert_true(epx_rate_eval(&cosine, 0.5, 0, 1) == 1);
}

static void warm_up_rises_in_even_steps_and_then_lets_go(void **state) {
  (void)state;
  epx_rate_spec spec = {.kind = EPX_RATE_EXPONENTIAL, .warm_up = 4};
  static const double rising[] = {0.25, 0.5, 0.75, 1, 1};
  for (int epoch = 0; epoch < 5; epoch++)
    assert_close(epx_rate_eval(&spec, 1, epoch, N_EPOCHS), rising[epoch], 1e-15);
  assert_close(epx_rate_eval(&spec, 0.9, 6, N_EPOCHS), pow(0.9, 6), 1e-14);
}

static void what_is_no_schedule_is_refused(void **state) {
  (void)state;
  epx_rate_spec spec = {.every = -1};
  assert_refused(epx_rate_check(&spec), "learning.schedule.every");
  spec = (epx_rate_spec){.warm_up = -1};
  assert_refused(epx_rate_check(&spec), "learning.schedule.warm_up");
  spec = (epx_rate_spec){.floor = 1.5};
  assert_refused(epx_rate_check(&spec), "learning.schedule.floor");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decay_of_one_is_constant),
      cmocka_unit_test(schedules_follow_their_formulas),
      cmocka_unit_test(warm_up_rises_in_even_steps_and_then_lets_go),
      cmocka_unit_test(what_is_no_schedule_is_refused),
  };
  return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
