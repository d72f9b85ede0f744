/** @file
 * Lanes: how they are laid, and the coupling kernels against plain loops, on every instruction set at hand.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "base/machine/isa.h"
#include "unit/random_network.h"

static const epx_family *kerr(void) {
  return epx_family_get_by_name("kerr");
}

/** Sets an instruction set; false when the processor lacks it. */
static bool set_isa(epx_isa isa) {
  assert_int_equal(setenv("EPILUX_ISA", epx_isa_get_name(isa), 1), 0);
  return epx_isa_set_from_environment() == EPX_OK;
}

static int restore_isa(void **state) {
  (void)state;
  unsetenv("EPILUX_ISA");
  return epx_isa_set_from_environment();
}

static const struct {
  int n_nodes, n_instances, n_samples, n_used, n_lanes;
  bool shared;
} shapes[] = {
    {3, 1, 1, 1, 8, false},   {1, 1, 8, 8, 8, true},       {9, 1, 9, 9, 16, true},
    {6, 1, 64, 64, 64, true}, {7, 1, 100, 100, 104, true}, {10, 32, 4, 128, 128, false},
    {5, 3, 3, 9, 16, false},  {17, 2, 20, 40, 40, false},
};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

static random_network create_shape(int k) {
  const int n_inputs = shapes[k].n_nodes > 2 ? 2 : 1;
  return create_random_network(kerr(), shapes[k].n_nodes, n_inputs, shapes[k].n_instances,
                               shapes[k].n_samples);
}

static void lanes_are_padded_to_whole_vectors(void **state) {
  (void)state;
  for (int k = 0; k < N_SHAPES; k++) {
    random_network r = create_shape(k);
    assert_int_equal(r.lanes->n_used, shapes[k].n_used);
    assert_int_equal(r.lanes->n_lanes, shapes[k].n_lanes);
    assert_int_equal(r.lanes->shared, shapes[k].shared);
    destroy_random_network(&r);
  }
}

/** Instance of a lane: the padding has the last. */
static size_t get_instance(const epx_lanes *lanes, int lane) {
  return (size_t)(lane < lanes->n_used ? lane / lanes->n_samples : lanes->n_instances - 1);
}

/** Checks that every lane has the parameters of its instance and the features of its sample. */
static void check_laid(const random_network *r) {
  const epx_network *w = r->network;
  const epx_lanes *lanes = r->lanes;
  const int bias = epx_family_get_parameter(w->family, "bias");
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    const double *theta = r->theta + get_instance(lanes, lane) * w->n_theta;
    for (int i = 0; i < w->n_nodes; i++) {
      const size_t at = (size_t)i * (size_t)lanes->n_lanes + (size_t)lane;
      for (int p = 0; p < w->family->n_parameters; p++) {
        if (lanes->node[p]) assert_close(lanes->node[p][at], theta[w->offset[p] + (size_t)i], 0);
      }
      for (int j = 0; j < w->n_nodes; j++) {
        int step;
        const long link = epx_topology_get_link(w->topology, i, j);
        const double expected = link < 0 ? 0 : theta[w->offset[w->coupling] + (size_t)link];
        assert_close(*epx_lanes_get_coupling(lanes, i, j, lane, &step), expected, 0);
        assert_int_equal(step, lanes->shared ? 0 : 1);
      }
      assert_ptr_equal(lanes->node[w->coupling], NULL);
      const size_t sample = (size_t)epx_lanes_get_sample(lanes, lane);
      const double drive = i < w->n_inputs ? 0.7 * r->features[sample * (size_t)w->n_inputs + (size_t)i] : 0;
      assert_close(lanes->input[(size_t)i * (size_t)lanes->n_lanes + at],
                   drive + theta[w->offset[bias] + (size_t)i], 1e-15);
    }
  }
}

static void each_lane_has_its_instance_and_its_sample(void **state) {
  (void)state;
  for (int k = 0; k < N_SHAPES; k++) {
    random_network r = create_shape(k);
    check_laid(&r);
    destroy_random_network(&r);
  }
}

static void smaller_batch_lays_the_lanes_anew(void **state) {
  (void)state;
  for (int k = 0; k < N_SHAPES; k++) {
    random_network r = create_shape(k);
    for (int n_samples = shapes[k].n_samples; n_samples > 0; n_samples = n_samples * 2 / 3) {
      epx_lanes_set_samples(r.lanes, n_samples, r.features);
      assert_int_equal(r.lanes->n_used, shapes[k].n_instances * n_samples);
      assert_int_equal(r.lanes->n_lanes, (r.lanes->n_used + 7) / 8 * 8);
      assert_int_equal(r.lanes->shared, shapes[k].shared);
      check_laid(&r);
    }
    epx_lanes_set_samples(r.lanes, shapes[k].n_samples, r.features);
    check_laid(&r);
    destroy_random_network(&r);
  }
}

static void parameters_and_samples_are_set_in_any_order(void **state) {
  (void)state;
  random_network r = create_random_network(kerr(), 5, 2, 3, 4);
  fill("other theta", 3 * r.network->n_theta, r.theta);
  fill("other features", 3 * 2, r.features);
  epx_lanes_set_samples(r.lanes, 3, r.features);
  epx_lanes_set_parameters(r.lanes, r.theta);
  check_laid(&r);
  fill("third theta", 3 * r.network->n_theta, r.theta);
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, 3, r.features);
  check_laid(&r);
  destroy_random_network(&r);
}

static void bad_shapes_are_refused(void **state) {
  (void)state;
  static const int bad[][2] = {{0, 4}, {3, 0}, {-1, 1}, {100000, 100000}};
  random_network r = create_random_network(kerr(), 3, 1, 1, 1);
  epx_lanes *lanes = NULL;
  for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
    assert_int_equal(epx_lanes_create(r.network, bad[k][0], bad[k][1], &lanes), EPX_EINPUT);
    assert_null(lanes);
  }
  destroy_random_network(&r);
}

static void dense_coupling_beyond_memory_is_an_error(void **state) {
  (void)state;
  epx_network *chain = NULL;
  epx_lanes *lanes = NULL;
  const epx_network_spec spec = {.family = kerr(),
                                 .topology = {.kind = EPX_CHAIN, .n_nodes = 2000000},
                                 .n_outputs = 1,
                                 .readout_scale = 1};
  assert_int_equal(epx_network_create(&spec, &chain), EPX_OK);
  assert_int_equal(epx_lanes_create(chain, 1000000, 8, &lanes), EPX_EMEMORY);
  assert_null(lanes);
  epx_network_destroy(&chain);
}

/** A product of some nodes into others, by plain loops. */
typedef struct {
  int n_into, n_from, n_fields;
  const int *into, *from;
} product;

static double eval_entry(const random_network *r, const product *p, int i, int field, int lane,
                         const double *x) {
  double sum = 0;
  for (int k = 0; k < p->n_from; k++) {
    int step;
    const size_t row = (size_t)p->from[k] * (size_t)p->n_fields + (size_t)field;
    sum += *epx_lanes_get_coupling(r->lanes, i, p->from[k], lane, &step) *
           x[row * (size_t)r->lanes->n_lanes + (size_t)lane];
  }
  return sum;
}

/** Checks a product against plain loops, and that no other row is touched. */
static void check_product(const random_network *r, const product *p) {
  const int n_lanes = r->lanes->n_lanes, n_nodes = r->network->n_nodes;
  const size_t size = (size_t)(n_nodes * p->n_fields * n_lanes);
  double *x = create_numbers(size), *out = create_numbers(size), *before = create_numbers(size);
  bool written[64] = {false};
  fill("x", size, x);
  fill("rubbish", size, before);
  memcpy(out, before, size * sizeof *out);
  epx_lanes_eval_coupling_between(r->lanes, p->n_into, p->into, p->n_from, p->from, p->n_fields, x, out);
  for (int k = 0; k < p->n_into; k++)
    written[p->into[k]] = true;
  for (int i = 0; i < n_nodes; i++) {
    for (int f = 0; f < p->n_fields; f++) {
      for (int lane = 0; lane < n_lanes; lane++) {
        const size_t at = (size_t)((i * p->n_fields + f) * n_lanes + lane);
        assert_close(out[at], written[i] ? eval_entry(r, p, i, f, lane, x) : before[at],
                     written[i] ? 1e-14 : 0);
      }
    }
  }
  epx_array_destroy(&x);
  epx_array_destroy(&out);
  epx_array_destroy(&before);
}

static void coupling_is_a_matrix_product_on_every_instruction_set(void **state) {
  (void)state;
  for (int isa = EPX_ISA_PLAIN; isa < EPX_ISA_COUNT && set_isa((epx_isa)isa); isa++) {
    for (int k = 0; k < N_SHAPES; k++) {
      random_network r = create_shape(k);
      for (int n_fields = 1; n_fields <= 3; n_fields++) {
        const product all = {r.network->n_nodes, r.network->n_nodes, n_fields, r.lanes->all_nodes,
                             r.lanes->all_nodes};
        check_product(&r, &all);
      }
      destroy_random_network(&r);
    }
  }
}

static void coupling_between_some_nodes_leaves_the_others(void **state) {
  (void)state;
  static const int into[] = {5, 0, 2, 3, 8, 7, 1}, from[] = {4, 6, 1};
  for (int isa = EPX_ISA_PLAIN; isa < EPX_ISA_COUNT && set_isa((epx_isa)isa); isa++) {
    random_network shared = create_random_network(kerr(), 9, 2, 1, 13),
                   own = create_random_network(kerr(), 9, 2, 5, 3);
    for (int n_into = 0; n_into <= 7; n_into++) {
      const product some = {n_into, 3, 2, into, from}, none = {n_into, 0, 2, into, from};
      check_product(&shared, &some);
      check_product(&own, &some);
      check_product(&shared, &none);
      check_product(&own, &none);
    }
    destroy_random_network(&shared);
    destroy_random_network(&own);
  }
}

/** Evaluates the field of the lanes' own state into f. */
static void eval_field(const random_network *r, const double *y, double *f) {
  double *work = create_work(r);
  r->network->family->eval_field(r->lanes, y, f, work);
  epx_array_destroy(&work);
}

/** One network and sample at several places of several lanes: the state of lane `at` is the state of
 * `other`'s lane. */
static void copy_lane(const random_network *from, const double *y, int lane, const random_network *to,
                      double *z, int at) {
  for (int row = 0; row < from->network->n_state; row++) {
    z[row * to->lanes->n_lanes + at] = y[row * from->lanes->n_lanes + lane];
  }
}

static void check_same_lane(const random_network *a, const double *f, int i, const random_network *b,
                            const double *g, int j, double tolerance) {
  for (int row = 0; row < a->network->n_state; row++) {
    assert_close(f[row * a->lanes->n_lanes + i], g[row * b->lanes->n_lanes + j], tolerance);
  }
}

/** Checks that the field of a sample's lane is the same in a batch of n_samples in another order. */
static void check_place(const epx_family *family, const random_network *r, const double *y, const double *f,
                        int n_samples, double tolerance) {
  random_network other = create_random_network(family, 7, 2, 1, n_samples);
  double *z = create_random_state(&other, "other"), *g = create_numbers(count_state(&other));
  for (int at = 0; at < n_samples; at++) {
    const int lane = (at * 5 + 3) % r->lanes->n_samples;
    for (int k = 0; k < 2; k++)
      other.features[2 * at + k] = r->features[2 * lane + k];
    copy_lane(r, y, lane, &other, z, at);
  }
  epx_lanes_set_parameters(other.lanes, r->theta);
  epx_lanes_set_samples(other.lanes, n_samples, other.features);
  eval_field(&other, z, g);
  for (int at = 0; at < n_samples; at++) {
    check_same_lane(r, f, (at * 5 + 3) % r->lanes->n_samples, &other, g, at, tolerance);
  }
  epx_array_destroy(&z);
  epx_array_destroy(&g);
  destroy_random_network(&other);
}

/** Fewer than 8 samples have a coupling of their own: there, rounding may differ. */
static void bits_of_a_lane_do_not_depend_on_its_place(void **state) {
  (void)state;
  for (int isa = EPX_ISA_PLAIN; isa < EPX_ISA_COUNT && set_isa((epx_isa)isa); isa++) {
    for (int i = 0; epx_family_get(i); i++) {
      random_network r = create_random_network(epx_family_get(i), 7, 2, 1, 21);
      double *y = create_random_state(&r, "state"), *f = create_numbers(count_state(&r));
      eval_field(&r, y, f);
      for (int n_samples = 1; n_samples <= 70; n_samples += n_samples < 10 ? 1 : 7) {
        check_place(epx_family_get(i), &r, y, f, n_samples, n_samples < EPX_LANE_WIDTH ? 1e-14 : 0);
      }
      epx_array_destroy(&y);
      epx_array_destroy(&f);
      destroy_random_network(&r);
    }
  }
}

/** The same for instances: their own coupling, whatever the number of instances around them. */
static void bits_of_an_instance_do_not_depend_on_its_place(void **state) {
  (void)state;
  for (int isa = EPX_ISA_PLAIN; isa < EPX_ISA_COUNT && set_isa((epx_isa)isa); isa++) {
    random_network r = create_random_network(kerr(), 7, 2, 9, 3);
    double *y = create_random_state(&r, "state"), *f = create_numbers(count_state(&r));
    eval_field(&r, y, f);
    for (int n_instances = 1; n_instances < 9; n_instances++) {
      random_network other = create_random_network(kerr(), 7, 2, n_instances, 3);
      double *z = create_random_state(&other, "other"), *g = create_numbers(count_state(&other));
      const size_t skip = 9 - (size_t)n_instances; /* the last ones stand first */
      memcpy(other.theta, r.theta + skip * r.network->n_theta,
             (size_t)n_instances * r.network->n_theta * sizeof *y);
      epx_lanes_set_parameters(other.lanes, other.theta);
      for (int lane = 0; lane < other.lanes->n_used; lane++)
        copy_lane(&r, y, lane + 3 * (int)skip, &other, z, lane);
      eval_field(&other, z, g);
      for (int lane = 0; lane < other.lanes->n_used; lane++) {
        check_same_lane(&r, f, lane + 3 * (int)skip, &other, g, lane, 0);
      }
      epx_array_destroy(&z);
      epx_array_destroy(&g);
      destroy_random_network(&other);
    }
    epx_array_destroy(&y);
    epx_array_destroy(&f);
    destroy_random_network(&r);
  }
}

static void instruction_sets_agree(void **state) {
  (void)state;
  for (int i = 0; epx_family_get(i); i++) {
    for (int n_instances = 1; n_instances <= 3; n_instances += 2) {
      random_network r = create_random_network(epx_family_get(i), 12, 3, n_instances, 11);
      double *y = create_random_state(&r, "state"), *plain = create_numbers(count_state(&r));
      double *f = create_numbers(count_state(&r));
      assert_true(set_isa(EPX_ISA_PLAIN));
      eval_field(&r, y, plain);
      for (int isa = EPX_ISA_V2; isa < EPX_ISA_COUNT && set_isa((epx_isa)isa); isa++) {
        eval_field(&r, y, f);
        for (size_t k = 0; k < count_state(&r); k++)
          assert_close(f[k], plain[k], 1e-12);
      }
      epx_array_destroy(&y);
      epx_array_destroy(&plain);
      epx_array_destroy(&f);
      destroy_random_network(&r);
    }
  }
}

static void link_gradient_is_a_sum_over_lanes(void **state) {
  (void)state;
  for (int isa = EPX_ISA_PLAIN; isa < EPX_ISA_COUNT && set_isa((epx_isa)isa); isa++) {
    for (int k = 0; k < N_SHAPES; k++) {
      random_network r = create_shape(k);
      const int n = r.lanes->n_lanes, n_samples = r.lanes->n_samples;
      const size_t size = (size_t)(3 * r.network->n_nodes * n), n_theta = r.network->n_theta;
      double *u = create_numbers(size), *x = create_numbers(size), *row = create_numbers((size_t)n);
      double *gradient = create_numbers((size_t)r.lanes->n_instances * n_theta);
      fill("u", size, u);
      fill("x", size, x);
      for (size_t at = 0; at < size; at++)
        u[at] = (int)(at % (size_t)n) < r.lanes->n_used ? u[at] : 0;
      epx_lanes_add_link_gradient(r.lanes, r.network->coupling, 3, u, x, row, gradient);
      for (int instance = 0; instance < r.lanes->n_instances; instance++) {
        for (size_t l = 0; l < r.network->topology->n_links; l++) {
          const epx_link link = r.network->topology->links[l];
          double sum = 0;
          for (int at = instance * n_samples; at < (instance + 1) * n_samples; at++) {
            for (int f = 0; f < 3; f++) {
              const int i = (link.i * 3 + f) * n + at, j = (link.j * 3 + f) * n + at;
              sum += u[i] * x[j] + u[j] * x[i];
            }
          }
          assert_close(gradient[(size_t)instance * n_theta + r.network->offset[r.network->coupling] + l], sum,
                       1e-13);
        }
      }
      epx_array_destroy(&u);
      epx_array_destroy(&x);
      epx_array_destroy(&row);
      epx_array_destroy(&gradient);
      destroy_random_network(&r);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lanes_are_padded_to_whole_vectors),
      cmocka_unit_test(each_lane_has_its_instance_and_its_sample),
      cmocka_unit_test(smaller_batch_lays_the_lanes_anew),
      cmocka_unit_test(parameters_and_samples_are_set_in_any_order),
      cmocka_unit_test(bad_shapes_are_refused),
      cmocka_unit_test(dense_coupling_beyond_memory_is_an_error),
      cmocka_unit_test_teardown(coupling_is_a_matrix_product_on_every_instruction_set, restore_isa),
      cmocka_unit_test_teardown(coupling_between_some_nodes_leaves_the_others, restore_isa),
      cmocka_unit_test_teardown(bits_of_a_lane_do_not_depend_on_its_place, restore_isa),
      cmocka_unit_test_teardown(bits_of_an_instance_do_not_depend_on_its_place, restore_isa),
      cmocka_unit_test_teardown(instruction_sets_agree, restore_isa),
      cmocka_unit_test_teardown(link_gradient_is_a_sum_over_lanes, restore_isa),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
