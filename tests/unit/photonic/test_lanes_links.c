/** @file
 * Lanes: parameters of links beside the coupling.
 */
#include "unit/random_network.h"

static const struct { int n_instances, n_samples; } shapes[] = {{1, 9}, {1, 3}, {3, 2}, {5, 7}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

/** Instance of a lane: the padding has the last. */
static size_t get_instance(const epx_lanes *lanes, int lane) {
  return (size_t)(lane < lanes->n_used ? lane / lanes->n_samples : lanes->n_instances - 1);
}

/** Checks the values of a further link parameter, laid whole, one lane at a time and by vectors. */
static void check_links(const random_network *r) {
  const epx_network *w = r->network;
  const epx_lanes *lanes = r->lanes;
  const int p = epx_family_get_parameter(w->family, "cross_kerr");
  double *row = create_numbers((size_t)lanes->n_lanes), part[EPX_LANE_WIDTH];
  assert_true(lanes->active[p]);
  for (size_t l = 0; l < w->topology->n_links; l++) {
    epx_lanes_lay_link(lanes, p, l, 0, lanes->n_lanes, row);
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      assert_close(row[lane], r->theta[get_instance(lanes, lane) * w->n_theta + w->offset[p] + l], 0);
      epx_lanes_lay_link(lanes, p, l, lane, 1, part);
      assert_close(part[0], row[lane], 0);
    }
    for (int lane = 0; lane < lanes->n_lanes; lane += EPX_LANE_WIDTH) {
      epx_lanes_lay_link(lanes, p, l, lane, EPX_LANE_WIDTH, part);
      for (int k = 0; k < EPX_LANE_WIDTH; k++)
        assert_close(part[k], row[lane + k], 0);
    }
  }
  epx_array_destroy(&row);
}

static void links_have_values_of_their_instance(void **state) {
  (void)state;
  for (int k = 0; k < N_SHAPES; k++) {
    random_network r = create_random_network(epx_family_get_by_name("kerr"), 5, 2, shapes[k].n_instances,
                                             shapes[k].n_samples);
    check_links(&r);
    set_everywhere(&r, "cross_kerr", 0);
    assert_false(r.lanes->active[epx_family_get_parameter(r.network->family, "cross_kerr")]);
    destroy_random_network(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(links_have_values_of_their_instance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
