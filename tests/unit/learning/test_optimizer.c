/** @file
 * Optimisers: steps worked by hand, masks, rest, and what is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "learning/training/optimizer.h"

static const epx_optimizer_spec sgd = {.kind = EPX_SGD, .rate = 0.1, .momentum = 0.5};
static const epx_optimizer_spec adam = {
    .kind = EPX_ADAM, .rate = 0.1, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};

static epx_optimizer *create(const epx_optimizer_spec *spec, size_t n) {
  epx_optimizer *optimizer = NULL;
  assert_int_equal(epx_optimizer_create(spec, 1, n, &optimizer), EPX_OK);
  return optimizer;
}

static void names_and_kinds_are_one_to_one(void **state) {
  (void)state;
  for (int i = 0; i < EPX_OPTIMIZER_COUNT; i++) {
    epx_optimizer_kind found = EPX_OPTIMIZER_COUNT;
    assert_int_equal(epx_optimizer_get_kind(epx_optimizer_get_name((epx_optimizer_kind)i), &found), EPX_OK);
    assert_int_equal(found, i);
    assert_non_null(epx_optimizer_get_meaning((epx_optimizer_kind)i));
  }
  epx_optimizer_kind found;
  assert_int_equal(epx_optimizer_get_kind("rmsprop", &found), EPX_EINPUT);
}

/* v = 2, then 0.5 * 2 + 4 = 5, then at half the rate 0.5 * 5 - 1 = 1.5. */
static void momentum_follows_its_recurrence(void **state) {
  (void)state;
  epx_optimizer *optimizer = create(&sgd, 1);
  double theta = 1;
  epx_optimizer_step(optimizer, 1, &(double){2}, NULL, &theta, NULL);
  assert_true(fabs(theta - 0.8) < 1e-15);
  epx_optimizer_step(optimizer, 1, &(double){4}, NULL, &theta, NULL);
  assert_true(fabs(theta - 0.3) < 1e-15);
  epx_optimizer_step(optimizer, 0.5, &(double){-1}, NULL, &theta, NULL);
  assert_true(fabs(theta - 0.225) < 1e-15);
  epx_optimizer_destroy(&optimizer);
  assert_null(optimizer);
}

/* Two steps with g = 1, then g = -3. First: m/(1-b1) = 1, v/(1-b2) = 1. Second: m = .09 - .3 = -.21,
 * v = .000999 + .009 = .009999, unbiased by 1 - .81 and 1 - .998001. */
static void adam_follows_its_recurrence(void **state) {
  (void)state;
  epx_optimizer *optimizer = create(&adam, 1);
  double theta = 0;
  epx_optimizer_step(optimizer, 1, &(double){1}, NULL, &theta, NULL);
  assert_true(fabs(theta + 0.1 / (1 + 1e-8)) < 1e-15);
  epx_optimizer_step(optimizer, 1, &(double){-3}, NULL, &theta, NULL);
  const double step = 0.1 * (-0.21 / 0.19) / (sqrt(0.009999 / 0.001999) + 1e-8);
  assert_true(fabs(theta + 0.1 / (1 + 1e-8) + step) < 1e-14);
  epx_optimizer_destroy(&optimizer);
}

static void first_step_of_adam_has_the_size_of_the_rate(void **state) {
  (void)state;
  static const double gradient[] = {1e-3, -7, 2e5};
  epx_optimizer *optimizer = create(&adam, 3);
  double theta[] = {0, 0, 0};
  epx_optimizer_step(optimizer, 1, gradient, NULL, theta, NULL);
  for (int i = 0; i < 3; i++)
    assert_true(fabs(theta[i] + copysign(0.1, gradient[i])) < 1e-5);
  epx_optimizer_destroy(&optimizer);
}

static void masked_entries_and_their_moments_stay(void **state) {
  (void)state;
  const epx_optimizer_spec *specs[] = {&sgd, &adam};
  static const double gradient[] = {1, 1}, zero[] = {0, 0};
  static const unsigned char mask[] = {0, 1};
  for (int i = 0; i < 2; i++) {
    epx_optimizer *optimizer = create(specs[i], 2);
    double theta[] = {3, 3};
    epx_optimizer_step(optimizer, 1, gradient, mask, theta, NULL);
    assert_true(theta[0] == 3 && theta[1] < 3);
    epx_optimizer_step(optimizer, 1, zero, NULL, theta, NULL);
    assert_true(theta[0] == 3);
    epx_optimizer_destroy(&optimizer);
  }
}

static void rest_forgets_all_steps(void **state) {
  (void)state;
  const epx_optimizer_spec *specs[] = {&sgd, &adam};
  for (int i = 0; i < 2; i++) {
    epx_optimizer *optimizer = create(specs[i], 1);
    double first = 0, again = 0;
    epx_optimizer_step(optimizer, 1, &(double){0.3}, NULL, &first, NULL);
    epx_optimizer_step(optimizer, 1, &(double){5}, NULL, &again, NULL);
    epx_optimizer_reset(optimizer);
    again = 0;
    epx_optimizer_step(optimizer, 1, &(double){0.3}, NULL, &again, NULL);
    assert_true(first == again);
    epx_optimizer_destroy(&optimizer);
  }
}

/* Two instances; the second is masked in the first call. Its own first step has the size of the rate, as the
 * other's had; and what did not change is told from what did. */
static void instances_count_their_own_steps(void **state) {
  (void)state;
  epx_optimizer *optimizer = NULL;
  assert_int_equal(epx_optimizer_create(&adam, 2, 1, &optimizer), EPX_OK);
  double theta[2] = {0, 0};
  unsigned char changed[2];
  epx_optimizer_step(optimizer, 1, (double[]){2, 2}, (unsigned char[]){1, 0}, theta, changed);
  assert_true(fabs(theta[0] + 0.1) < 1e-8 && theta[1] == 0 && changed[0] == 1 && changed[1] == 0);
  epx_optimizer_step(optimizer, 1, (double[]){0, -3}, (unsigned char[]){0, 1}, theta, changed);
  assert_true(fabs(theta[0] + 0.1) < 1e-8 && fabs(theta[1] - 0.1) < 1e-8);
  assert_true(changed[0] == 0 && changed[1] == 1);
  epx_optimizer_step(optimizer, 0, (double[]){1, 1}, NULL, theta, changed);
  assert_true(changed[0] == 0 && changed[1] == 0);
  epx_optimizer_destroy(&optimizer);
}

static void impossible_settings_are_refused(void **state) {
  (void)state;
  static const epx_optimizer_spec bad[] = {
      {.kind = EPX_SGD, .rate = 0},
      {.kind = EPX_SGD, .rate = NAN},
      {.kind = EPX_SGD, .rate = INFINITY},
      {.kind = EPX_SGD, .rate = 0.1, .momentum = 1},
      {.kind = EPX_SGD, .rate = 0.1, .momentum = -0.1},
      {.kind = EPX_ADAM, .rate = 0.1, .beta1 = 1, .beta2 = 0.9, .epsilon = 1e-8},
      {.kind = EPX_ADAM, .rate = 0.1, .beta1 = 0.9, .beta2 = NAN, .epsilon = 1e-8},
      {.kind = EPX_ADAM, .rate = 0.1, .beta1 = 0.9, .beta2 = 0.9, .epsilon = 0},
      {.kind = EPX_SGD, .rate = 0.1, .clip = -1},
      {.kind = EPX_SGD, .rate = 0.1, .weight_decay = NAN},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    epx_optimizer *optimizer = NULL;
    assert_int_equal(epx_optimizer_create(&bad[i], 1, 1, &optimizer), EPX_EINPUT);
    assert_null(optimizer);
  }
}

/* Two entries of one tie and a third alone: the norm counts the tie once, 5, and is cut to 1. Rate .1, the third at half of it. */
static void long_gradients_are_shortened_and_layers_have_rates(void **state) {
  (void)state;
  const epx_optimizer_spec spec = {.kind = EPX_SGD, .rate = 0.1, .clip = 1};
  static const size_t tie[] = {0, 0, 2};
  static const double rate[] = {1, 1, 0.5}, gradient[] = {3, 3, 4};
  epx_optimizer *optimizer = create(&spec, 3);
  epx_optimizer_set_entries(optimizer, &(epx_optimizer_entries){.rate = rate, .tie = tie});
  double theta[] = {1, 2, 3};
  epx_optimizer_step(optimizer, 1, gradient, NULL, theta, NULL);
  assert_true(fabs(theta[0] - (1 - 0.06)) < 1e-15);
  assert_true(fabs(theta[1] - (2 - 0.06)) < 1e-15);
  assert_true(fabs(theta[2] - (3 - 0.04)) < 1e-15);
  epx_optimizer_destroy(&optimizer);
}

/* Without a gradient theta falls by rate decay theta, what is tied by that of its first; an entry that does not decay, or
 * is masked, stays. */
static void weights_decay_apart_from_the_gradient(void **state) {
  (void)state;
  epx_optimizer_spec spec = adam;
  spec.weight_decay = 0.5;
  static const size_t tie[] = {0, 0, 2, 3};
  static const unsigned char decays[] = {1, 1, 0, 1}, mask[] = {1, 1, 1, 0};
  static const double gradient[4];
  unsigned char changed[4];
  epx_optimizer *optimizer = create(&spec, 4);
  epx_optimizer_set_entries(optimizer, &(epx_optimizer_entries){.decays = decays, .tie = tie});
  double theta[] = {2, 2.5, 3, 4};
  epx_optimizer_step(optimizer, 0.5, gradient, mask, theta, changed);
  assert_true(fabs(theta[0] - 1.95) < 1e-15 && fabs(theta[1] - 2.45) < 1e-15);
  assert_true(theta[2] == 3 && theta[3] == 4);
  assert_true(changed[0] && changed[1] && !changed[2] && !changed[3]);
  epx_optimizer_destroy(&optimizer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_and_kinds_are_one_to_one),
      cmocka_unit_test(momentum_follows_its_recurrence),
      cmocka_unit_test(adam_follows_its_recurrence),
      cmocka_unit_test(first_step_of_adam_has_the_size_of_the_rate),
      cmocka_unit_test(masked_entries_and_their_moments_stay),
      cmocka_unit_test(rest_forgets_all_steps),
      cmocka_unit_test(instances_count_their_own_steps),
      cmocka_unit_test(long_gradients_are_shortened_and_layers_have_rates),
      cmocka_unit_test(weights_decay_apart_from_the_gradient),
      cmocka_unit_test(impossible_settings_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
