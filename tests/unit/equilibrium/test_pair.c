/** @file
 * The pair: steps of known fields, on every instruction set of this processor.
 */
#define _POSIX_C_SOURCE 200809L
#include "equilibrium/population/pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine/isa.h"
#include "unit/random_network.h"

enum { N_STATE = 5, N_LANES = 16 };

/** Lane by lane and row by row ds/dt = -rate s. */
static void eval_decay(void *context, const double *y, double *f) {
  const double *rate = context;
  for (int i = 0; i < N_STATE * N_LANES; i++)
    f[i] = -rate[i] * y[i];
}

typedef struct {
  epx_pair *pair;
  double *rate, *y, *f;                       /* [N_STATE][N_LANES] */
  double *step, *taken, *floor, *bound, *way; /* [N_LANES]; the last: largest rates */
  int64_t *mask;
} decay;

static decay create_decay(void) {
  static const epx_kinds kinds = {.n = 1, .n_components = 1};
  decay d = {.rate = create_numbers(N_STATE * N_LANES), .y = create_numbers(N_STATE * N_LANES)};
  const epx_pair_system system = {.context = d.rate, .eval_field = eval_decay};
  d.f = create_numbers(N_STATE * N_LANES);
  d.step = create_numbers(N_LANES);
  d.taken = create_numbers(N_LANES);
  d.floor = create_numbers(N_LANES);
  d.bound = create_numbers(N_LANES);
  d.way = create_numbers(N_LANES);
  assert_int_equal(EPX_ARRAY(d.mask, N_LANES), EPX_OK);
  assert_int_equal(epx_pair_create(&kinds, N_STATE, N_LANES, &system, &d.pair), EPX_OK);
  epx_pair_start(d.pair, N_LANES);
  for (int i = 0; i < N_STATE * N_LANES; i++) {
    d.rate[i] = 1.5 + draw("pair", (size_t)i);
    d.y[i] = 1;
  }
  eval_decay(d.rate, d.y, d.f);
  for (int lane = 0; lane < N_LANES; lane++) {
    d.mask[lane] = -1;
    d.step[lane] = 0.01 * (lane + 1);
    d.floor[lane] = 1e-3;
    d.bound[lane] = INFINITY;
    d.way[lane] = 2.5;
  }
  return d;
}

static void destroy_decay(decay *d) {
  epx_pair_destroy(&d->pair);
  epx_array_destroy(&d->rate);
  epx_array_destroy(&d->y);
  epx_array_destroy(&d->f);
  epx_array_destroy(&d->step);
  epx_array_destroy(&d->taken);
  epx_array_destroy(&d->floor);
  epx_array_destroy(&d->bound);
  epx_array_destroy(&d->way);
  epx_array_destroy(&d->mask);
}

static void step(decay *d, double rtol) {
  const epx_pair_tolerance tolerance = {
      .rtol = rtol, .share = 0.1, .floor = d->floor, .bound = d->bound, .rate = d->way};
  epx_pair_step(d->pair, &tolerance, d->mask, d->y, d->f, d->step, d->taken);
}

/** Runs a check on every instruction set this processor has. */
static void check_on_all_sets(void (*check)(void)) {
  for (int isa = 0; isa < EPX_ISA_COUNT; isa++) {
    setenv("EPILUX_ISA", epx_isa_get_name((epx_isa)isa), 1);
    if (epx_isa_set_from_environment() == EPX_OK) check();
  }
  unsetenv("EPILUX_ISA");
  assert_int_equal(epx_isa_set_from_environment(), EPX_OK);
}

/** The polynomial of order 3 in z = -rate h; and what the error asks for, with that of order 2, -(z^3 + z^4) / 48. */
static void check_one_step(void) {
  decay d = create_decay();
  step(&d, 1);
  for (int lane = 0; lane < N_LANES; lane++) {
    const double h = 0.01 * (lane + 1);
    double square = 0, largest = 0;
    assert_true(d.taken[lane] == h);
    for (int i = lane; i < N_STATE * N_LANES; i += N_LANES) {
      const double z = -d.rate[i] * h, error = -(z * z * z + z * z * z * z) / 48;
      assert_close(d.y[i], 1 + z + z * z / 2 + z * z * z / 6, 1e-14);
      assert_close(d.f[i], -d.rate[i] * d.y[i], 1e-14);
      square += pow(error / (1 + 1e-3), 2) / N_STATE;
      largest = fmax(largest, fabs(error) / (0.1 * h * 2.5));
    }
    const double change = 0.9 * cbrt(1 / fmax(sqrt(square), largest));
    assert_close(d.step[lane] / h, fmin(10, change), 1e-4);
  }
  destroy_decay(&d);
}

static void steps_are_those_of_the_pair(void **state) {
  (void)state;
  check_on_all_sets(check_one_step);
}

/** A step that is too long for its tolerance is not taken, and comes to be taken; a masked lane never moves; one that is no
 * number gives up; and none of them disturbs the others. */
static void check_lanes(void) {
  decay d = create_decay(), other = create_decay();
  bool gave_up = false;
  d.step[3] = 100;
  d.mask[5] = 0;
  d.f[7] = NAN;
  for (int k = 0; k < 60; k++) {
    double before[N_LANES];
    for (int lane = 0; lane < N_LANES; lane++)
      before[lane] = d.y[lane];
    step(&d, 1e-3);
    step(&other, 1e-3);
    for (int lane = 0; lane < N_LANES; lane++)
      assert_true((d.y[lane] != before[lane]) == (d.taken[lane] > 0));
    if (k == 0) assert_true(d.taken[3] == 0 && d.step[3] == 10);
    assert_true(d.taken[5] == 0 && d.y[5] == 1);
    gave_up = gave_up || isnan(d.taken[7]);
    for (int i = 0; i < N_STATE * N_LANES; i++)
      if (i % N_LANES != 3 && i % N_LANES != 5 && i % N_LANES != 7) assert_true(d.y[i] == other.y[i]);
  }
  assert_true(gave_up && d.y[7] == 1);
  assert_true(fabs(d.y[3]) < 0.1);
  destroy_decay(&d);
  destroy_decay(&other);
}

static void lanes_take_their_own_steps(void **state) {
  (void)state;
  check_on_all_sets(check_lanes);
}

/** Near rest the step's share of its way holds the step where the slowest and the fastest rates die out together. */
static void steps_near_rest_do_not_rattle(void **state) {
  (void)state;
  decay d = create_decay();
  double time = 0;
  while (time < 400) {
    double largest = 0;
    for (int row = 0; row < N_STATE; row++)
      largest = fmax(largest, fabs(d.f[row * N_LANES]));
    d.way[0] = largest;
    step(&d, 1e-3);
    time += d.taken[0];
  }
  for (int row = 0; row < N_STATE; row++)
    assert_true(fabs(d.y[row * N_LANES]) < 1e-20);
  destroy_decay(&d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_are_those_of_the_pair),
      cmocka_unit_test(lanes_take_their_own_steps),
      cmocka_unit_test(steps_near_rest_do_not_rattle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
