/** @file
 * Groups: where each rank of a world stands.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parallel/group.h"

static void worlds_fall_into_groups(void **state) {
  (void)state;
  static const struct {
    int n_ranks, per_network, n_groups, n_idle, first; /* first: rank that leads group 0 */
  } cases[] = {{1, 1, 1, 0, 0}, {2, 1, 2, 0, 0}, {3, 1, 2, 0, 1}, {9, 1, 8, 0, 1},  {2, 2, 1, 0, 0},
               {4, 2, 2, 0, 0}, {5, 2, 2, 0, 1}, {6, 2, 2, 1, 1}, {3, 2, 1, 1, 0},  {4, 4, 1, 0, 0},
               {8, 4, 2, 0, 0}, {9, 4, 2, 0, 1}, {7, 4, 1, 3, 0}, {65, 4, 16, 0, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int n_led = 0, n_idle = 0, n_placed = 0;
    for (int rank = 0; rank < cases[i].n_ranks; rank++) {
      epx_group_place place;
      assert_int_equal(epx_group_eval_place(cases[i].n_ranks, cases[i].per_network, rank, &place), EPX_OK);
      assert_int_equal(place.n_groups, cases[i].n_groups);
      assert_int_equal(place.n_idle, cases[i].n_idle);
      if (place.group < 0) {
        n_idle += rank != 0 || cases[i].first == 0;
        continue;
      }
      assert_int_equal(cases[i].first + place.group * cases[i].per_network + place.rank, rank);
      assert_in_range(place.rank, 0, cases[i].per_network - 1);
      n_led += place.rank == 0;
      n_placed++;
    }
    assert_int_equal(n_led, cases[i].n_groups);
    assert_int_equal(n_idle, cases[i].n_idle);
    assert_int_equal(n_placed, cases[i].n_groups * cases[i].per_network);
  }
}

/* The rule by which run and coordinator tell whether rank 0 has a worker: at most two of them in all. */
static void rank_0_leads_exactly_where_leaders_are_two_at_most(void **state) {
  (void)state;
  for (int n = 1; n < 40; n++) {
    for (int per_network = 1; per_network <= n; per_network++) {
      epx_group_place place;
      assert_int_equal(epx_group_eval_place(n, per_network, 0, &place), EPX_OK);
      const int n_leaders = place.n_groups + (place.group < 0);
      assert_int_equal(place.group == 0, n_leaders <= 2);
    }
  }
}

static void fewer_ranks_than_a_network_takes_are_refused(void **state) {
  (void)state;
  epx_group_place place;
  assert_int_equal(epx_group_eval_place(3, 4, 0, &place), EPX_EINPUT);
  assert_non_null(
      strstr(epx_error_get_message(), "population.ranks_per_network: 4, but the run has 3 ranks"));
  assert_non_null(strstr(epx_error_get_message(), "mpirun -n 4"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(worlds_fall_into_groups),
      cmocka_unit_test(rank_0_leads_exactly_where_leaders_are_two_at_most),
      cmocka_unit_test(fewer_ranks_than_a_network_takes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
