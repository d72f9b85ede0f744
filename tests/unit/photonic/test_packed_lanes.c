/** @file
 * Packed lanes: a lane has at its new place the bits it has at home, whatever family it is of.
 */
#include "photonic/packed_lanes.h"

#include "unit/random_network.h"

enum { N_NODES = 5, N_PICKED = 11 };

/** Some of the lanes, in order. */
static const int picked[N_PICKED] = {0, 3, 4, 7, 8, 9, 13, 17, 18, 22, 23};

static void set_states(const random_network *r, double *y) {
  for (size_t k = 0; k < count_state(r); k++)
    y[k] = sin(0.7 + 1.3 * (double)k);
}

/** Evaluates the field at home and packed, and compares the lanes picked bit for bit. */
static void check_field(const random_network *r, epx_packed_lanes *packed) {
  const epx_lanes *home = r->lanes, *lanes = epx_packed_lanes_set(packed, home, N_PICKED, picked);
  const epx_family *family = r->network->family;
  const size_t n_state = (size_t)r->network->n_state, n = count_state(r);
  const size_t n_work = 4 * (size_t)r->network->n_nodes * (size_t)family->components * (size_t)home->n_lanes;
  double *y = create_numbers(n), *f = create_numbers(n), *z = create_numbers(n), *g = create_numbers(n);
  double *work = create_numbers(n_work);
  set_states(r, y);
  family->eval_field(home, y, f, work);
  assert_int_equal(lanes->n_lanes, 16);
  for (size_t i = 0; i < n_state; i++)
    for (int k = 0; k < lanes->n_lanes; k++)
      z[i * 16 + (size_t)k] = y[i * (size_t)home->n_lanes + (size_t)picked[k < N_PICKED ? k : N_PICKED - 1]];
  family->eval_field(lanes, z, g, work);
  for (size_t i = 0; i < n_state; i++)
    for (size_t k = 0; k < N_PICKED; k++)
      assert_memory_equal(&g[i * 16 + k], &f[i * (size_t)home->n_lanes + (size_t)picked[k]], sizeof *f);
  double *all[] = {y, f, z, g, work};
  for (int k = 0; k < 5; k++)
    epx_array_destroy(&all[k]);
}

static void field_has_the_bits_it_has_at_home(void **state) {
  (void)state;
  static const int shapes[][2] = {{1, 24}, {24, 1}, {3, 8}};
  for (int i = 0; epx_family_get(i); i++) {
    for (int s = 0; s < 3; s++) {
      random_network r = create_random_network(epx_family_get(i), N_NODES, 2, shapes[s][0], shapes[s][1]);
      epx_packed_lanes *packed;
      assert_int_equal(epx_packed_lanes_create(r.network, 16, &packed), EPX_OK);
      assert_int_equal(epx_packed_lanes_get_room(packed), 16);
      check_field(&r, packed);
      check_field(&r, packed);
      epx_packed_lanes_destroy(&packed);
      destroy_random_network(&r);
    }
  }
}

/** Room for eight lanes' couplings takes 64 n^2 bytes. */
static void room_is_bounded(void **state) {
  (void)state;
  static const struct {
    int n_nodes, asked, room;
  } rows[] = {{5, 7, 0}, {5, 20, 16}, {500, 64, 16}, {1000, 64, 0}};
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                   .topology = {.kind = EPX_RING, .n_nodes = rows[k].n_nodes},
                                   .n_inputs = 1,
                                   .n_outputs = 1,
                                   .readout = EPX_READ_INTENSITY,
                                   .readout_scale = 1};
    epx_network *network;
    epx_packed_lanes *packed;
    assert_int_equal(epx_network_create(&spec, &network), EPX_OK);
    assert_int_equal(epx_packed_lanes_create(network, rows[k].asked, &packed), EPX_OK);
    assert_int_equal(epx_packed_lanes_get_room(packed), rows[k].room);
    epx_packed_lanes_destroy(&packed);
    epx_network_destroy(&network);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(field_has_the_bits_it_has_at_home),
      cmocka_unit_test(room_is_bounded),
  };
  return cmocka_run_group_tests_name("packed_lanes", tests, NULL, NULL);
}
