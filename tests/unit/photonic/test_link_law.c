/** @file
 * Link laws: a network is its nodes alone, each with what its links bring as one more input.
 */
#include "unit/random_network.h"

enum { N_NODES = 6 };

typedef void (*claim)(const random_network *r, const double *y);

/** Checks a claim on an all-to-all network, without inputs, of each family that has a law. */
static void for_each_law(claim check) {
  int n_laws = 0;
  for (int i = 0; epx_family_get(i); i++) {
    if (!epx_family_get(i)->link_law) continue;
    random_network r = create_random_network(epx_family_get(i), N_NODES, 0, 1, 1);
    leave_out_further(&r);
    double *y = create_random_state(&r, "state");
    check(&r, y);
    epx_array_destroy(&y);
    destroy_random_network(&r);
    n_laws++;
  }
  assert_true(n_laws >= 2);
}

/** Gets the state of node i in lane 0. */
static void get_state(const random_network *r, const double *y, int i, double *s) {
  const size_t n = (size_t)r->network->family->components, n_lanes = (size_t)r->lanes->n_lanes;
  for (size_t c = 0; c < n; c++)
    s[c] = y[((size_t)i * n + c) * n_lanes];
}

static double get_coupling(const random_network *r, int i, int j) {
  const long link = epx_topology_get_link(r->network->topology, i, j);
  return r->theta[r->network->offset[r->network->coupling] + (size_t)link];
}

/** What the links bring to node i. */
static void eval_brought(const random_network *r, const double *y, int i, double *sum) {
  const epx_family *family = r->network->family;
  memset(sum, 0, EPX_LINK_MAX_ROWS * sizeof *sum);
  for (int j = 0; j < N_NODES; j++) {
    double s[EPX_LINK_MAX_ROWS], x[EPX_LINK_MAX_ROWS];
    if (j == i) continue;
    get_state(r, y, j, s);
    family->link_law->eval_sent(s, x);
    for (int c = 0; c < family->input_rows; c++)
      sum[c] += get_coupling(r, i, j) * x[c];
  }
}

/** A network of one node with the parameters of node i, and its input with what the links bring. */
static random_network create_node(const random_network *r, const double *y, int i) {
  const epx_family *family = r->network->family;
  random_network one = create_random_network(family, 1, 0, 1, 1);
  double brought[EPX_LINK_MAX_ROWS];
  for (int p = 0; p < family->n_parameters; p++) {
    if (family->parameters[p].site == EPX_SITE_LINK) continue;
    one.theta[one.network->offset[p]] = r->theta[r->network->offset[p] + (size_t)i];
  }
  epx_lanes_set_parameters(one.lanes, one.theta);
  eval_brought(r, y, i, brought);
  for (int c = 0; c < family->input_rows; c++) {
    for (int lane = 0; lane < one.lanes->n_lanes; lane++)
      one.lanes->input[c * one.lanes->n_lanes + lane] += brought[c];
  }
  return one;
}

/** The state of node i in every lane of a network of one. */
static double *create_node_state(const random_network *r, const random_network *one, const double *y, int i) {
  double *own = create_numbers(count_state(one)), s[EPX_LINK_MAX_ROWS];
  get_state(r, y, i, s);
  for (size_t k = 0; k < count_state(one); k++)
    own[k] = s[k / (size_t)one->lanes->n_lanes];
  return own;
}

static void check_field(const random_network *r, const double *y) {
  const size_t n = (size_t)r->network->family->components;
  double *f = create_field(r, y);
  for (int i = 0; i < N_NODES; i++) {
    random_network one = create_node(r, y, i);
    double *own = create_node_state(r, &one, y, i), *f_one = create_field(&one, own);
    for (size_t c = 0; c < n; c++) {
      assert_close(f_one[c * (size_t)one.lanes->n_lanes], f[((size_t)i * n + c) * (size_t)r->lanes->n_lanes],
                   1e-13);
    }
    epx_array_destroy(&own);
    epx_array_destroy(&f_one);
    destroy_random_network(&one);
  }
  epx_array_destroy(&f);
}

static void field_is_that_of_nodes_with_what_links_bring(void **state) {
  (void)state;
  for_each_law(check_field);
}

static void check_blocks(const random_network *r, const double *y) {
  const epx_family *family = r->network->family;
  const int n = family->components, n_rows = family->input_rows, n_state = r->network->n_state;
  double *jacobian = create_jacobian(r, y, 0, 1);
  for (int i = 0; i < N_NODES; i++) {
    for (int j = 0; j < N_NODES; j++) {
      double s_i[EPX_LINK_MAX_ROWS], s_j[EPX_LINK_MAX_ROWS], reception[16], slope[16];
      if (i == j) continue;
      get_state(r, y, i, s_i);
      get_state(r, y, j, s_j);
      family->link_law->eval_reception(s_i, reception);
      family->link_law->eval_sent_slope(s_j, slope);
      for (int a = 0; a < n; a++) {
        for (int b = 0; b < n; b++) {
          double sum = 0;
          for (int c = 0; c < n_rows; c++)
            sum += reception[a * n_rows + c] * slope[c * n + b];
          assert_close(get_coupling(r, i, j) * sum, jacobian[(i * n + a) * n_state + j * n + b], 1e-13);
        }
      }
    }
  }
  epx_array_destroy(&jacobian);
}

static void jacobian_blocks_of_links_are_the_laws(void **state) {
  (void)state;
  for_each_law(check_blocks);
}

static void check_energy(const random_network *r, const double *y) {
  const epx_family *family = r->network->family;
  if (!family->add_energy_gradient) return;
  double *weight = create_numbers((size_t)r->lanes->n_lanes), *gradient = create_numbers(r->network->n_theta);
  weight[0] = 1;
  family->add_energy_gradient(r->lanes, y, weight, gradient);
  for (size_t l = 0; l < r->network->topology->n_links; l++) {
    double s[EPX_LINK_MAX_ROWS], x_i[EPX_LINK_MAX_ROWS], x_j[EPX_LINK_MAX_ROWS], sum = 0;
    get_state(r, y, r->network->topology->links[l].i, s);
    family->link_law->eval_sent(s, x_i);
    get_state(r, y, r->network->topology->links[l].j, s);
    family->link_law->eval_sent(s, x_j);
    for (int c = 0; c < family->input_rows; c++)
      sum += x_i[c] * x_j[c];
    assert_close(gradient[r->network->offset[r->network->coupling] + l], family->link_law->energy * sum,
                 1e-13);
  }
  epx_array_destroy(&weight);
  epx_array_destroy(&gradient);
}

static void energy_of_a_link_is_the_laws(void **state) {
  (void)state;
  for_each_law(check_energy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(field_is_that_of_nodes_with_what_links_bring),
      cmocka_unit_test(jacobian_blocks_of_links_are_the_laws),
      cmocka_unit_test(energy_of_a_link_is_the_laws),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
