/** @file
 * The block solver: what it solves is 1 - gamma J of every lane by itself.
 */
#include "equilibrium/lanes/block_solver.h"
#include "unit/physical_rings.h"

typedef struct {
  random_network r;
  epx_lane_shape shape;
  int64_t *mask;
  SUNContext context;
  N_Vector b, x;
  epx_block_solver *solver;
  double *y;
} bench;

/** The shape is borrowed by what is made of it: a bench stays where it is. */
static void init_bench(bench *t, int n_nodes, int n_instances, int n_samples) {
  *t = (bench){.r = create_physical_rings(n_nodes, n_instances, n_samples, 20)};
  const int n = t->r.lanes->n_lanes;
  t->shape = (epx_lane_shape){t->r.network->n_state, n, n, create_numbers((size_t)n)};
  assert_int_equal(EPX_ARRAY(t->mask, (size_t)n), EPX_OK);
  for (int lane = 0; lane < n; lane++)
    t->mask[lane] = -1;
  assert_int_equal(epx_sundials_create_context("test", &t->context), 0);
  assert_int_equal(epx_lane_vector_create(&t->shape, t->context, &t->b), EPX_OK);
  assert_int_equal(epx_lane_vector_create(&t->shape, t->context, &t->x), EPX_OK);
  assert_int_equal(epx_block_solver_create(&t->shape, t->mask, t->context, &t->solver), EPX_OK);
  t->y = create_random_state(&t->r, "state");
  fill("b", count_state(&t->r), epx_lane_vector_get_data(t->b));
}

static void destroy_bench(bench *t) {
  epx_block_solver_destroy(&t->solver);
  N_VDestroy(t->b);
  N_VDestroy(t->x);
  SUNContext_Free(&t->context);
  epx_array_destroy(&t->shape.square);
  epx_array_destroy(&t->mask);
  epx_array_destroy(&t->y);
  destroy_random_network(&t->r);
}

static void solve(bench *t, double gamma, bool *singular) {
  SUNLinearSolver solver = epx_block_solver_get_solver(t->solver);
  epx_block_solver_factor(t->solver, t->r.lanes, NULL, gamma, t->y, singular);
  assert_int_equal(solver->ops->solve(solver, epx_block_solver_get_matrix(t->solver), t->x, t->b, 0), 0);
}

/** Checks (1 - gamma J) x = b of one lane. */
static void check_lane(const bench *t, int lane, double gamma) {
  const size_t n = (size_t)t->r.network->n_state, n_lanes = (size_t)t->r.lanes->n_lanes;
  double *jacobian = create_jacobian(&t->r, t->y, lane, 1);
  const double *x = epx_lane_vector_get_data(t->x), *b = epx_lane_vector_get_data(t->b);
  for (size_t i = 0; i < n; i++) {
    double sum = x[i * n_lanes + (size_t)lane], size = 1;
    for (size_t j = 0; j < n; j++) {
      const double term = gamma * jacobian[i * n + j] * x[j * n_lanes + (size_t)lane];
      sum -= term;
      size += fabs(term);
    }
    assert_close(sum, b[i * n_lanes + (size_t)lane], 1e-11 * size);
  }
  epx_array_destroy(&jacobian);
}

static void solution_solves_the_step_of_every_lane(void **state) {
  (void)state;
  const double gammas[] = {1e-6, 1e-3, 1};
  bench t;
  init_bench(&t, 3, 2, 5);
  for (int k = 0; k < 3; k++) {
    bool singular;
    solve(&t, gammas[k], &singular);
    assert_false(singular);
    for (int lane = 0; lane < t.r.lanes->n_lanes; lane++)
      check_lane(&t, lane, gammas[k]);
  }
  assert_int_equal(epx_block_solver_get_factorisations(t.solver), 3);
  destroy_bench(&t);
}

static void frozen_lanes_have_the_unit_matrix_whatever_they_hold(void **state) {
  (void)state;
  bench t;
  init_bench(&t, 2, 1, 20);
  const size_t n_lanes = (size_t)t.r.lanes->n_lanes;
  bool singular;
  for (size_t lane = 0; lane < n_lanes; lane++) {
    if (lane == 3 || (lane >= 8 && lane < 16)) t.mask[lane] = 0;
  }
  for (size_t i = 0; i < (size_t)t.r.network->n_state; i++)
    t.y[i * n_lanes + 3] = NAN;
  solve(&t, 0.1, &singular);
  assert_false(singular);
  for (size_t lane = 0; lane < n_lanes; lane++) {
    if (t.mask[lane] != 0) check_lane(&t, (int)lane, 0.1);
    for (size_t i = 0; t.mask[lane] == 0 && i < (size_t)t.r.network->n_state; i++) {
      assert_close(epx_lane_vector_get_data(t.x)[i * n_lanes + lane],
                   epx_lane_vector_get_data(t.b)[i * n_lanes + lane], 0);
    }
  }
  destroy_bench(&t);
}

static void lane_that_is_not_finite_is_singular(void **state) {
  (void)state;
  bench t;
  init_bench(&t, 1, 1, 8);
  bool singular;
  t.y[4] = NAN;
  solve(&t, 0.1, &singular);
  assert_true(singular);
  destroy_bench(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(solution_solves_the_step_of_every_lane),
      cmocka_unit_test(frozen_lanes_have_the_unit_matrix_whatever_they_hold),
      cmocka_unit_test(lane_that_is_not_finite_is_singular),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
