/** @file
 * Spins: ground states by flips before those of all states one by one, with and without fields.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/deck/deck.h"
#include "photonic/spins.h"
#include "study/point.h"
#include "unit/assert_close.h"

enum { N = 9 };

static void check_ground(const char *family, const char *field) {
  epx_deck *deck;
  epx_settings *settings;
  epx_point *point;
  epx_spins spins;
  char text[512];
  double least = INFINITY, ground;
  snprintf(text, sizeof text,
           "network: {family: %s, topology: {nodes: %d}, parameters: {coupling_spread: 1%s}}\n"
           "task: {name: ground-state}\nlearning: {epochs: 0}\nmetrics: [ising_energy]\n",
           family, N, field);
  assert_int_equal(epx_deck_read_text("deck", text, &deck), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(deck, NULL, 0, &settings), EPX_OK);
  assert_int_equal(epx_point_create(settings, &point), EPX_OK);
  assert_int_equal(epx_spins_init(point->network, point->nominal, 2, &spins), EPX_OK);
  for (int state = 0; state < 1 << N; state++) {
    signed char spin[N];
    for (int i = 0; i < N; i++)
      spin[i] = state >> i & 1 ? 1 : -1;
    least = fmin(least, epx_spins_eval_energy(&spins, spin));
  }
  assert_int_equal(epx_spins_solve_ground(&spins, &ground), EPX_OK);
  assert_close(ground, least, 1e-12);
  epx_spins_destroy(&spins);
  epx_point_destroy(&point);
  epx_settings_destroy(&settings);
  epx_deck_destroy(&deck);
}

static void flips_find_the_least_energy(void **state) {
  (void)state;
  check_ground("opo", "");
  check_ground("opo", ", bias: {distribution: normal, mean: 0, sigma: 1}");
  check_ground("ising", ", field: {distribution: normal, mean: 0, sigma: 1}");
  check_ground("phase", ", field: 0.7, field_phase: {distribution: uniform, low: -3, high: 3}");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(flips_find_the_least_energy)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
