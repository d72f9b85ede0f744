/** @file
 * Families: the Jacobian of every one that is built in, against differences of its field.
 */
#include <math.h>

#include "unit/each_family.h"

/** Evaluates the largest difference between the Jacobian of all lanes and central differences of step h. */
static double eval_jacobian_error(const random_network *r, double h) {
  const size_t n_state = (size_t)r->network->n_state, n = (size_t)r->lanes->n_lanes;
  double *y = create_random_state(r, "state"), worst = 0;
  for (size_t column = 0; column < n_state; column++) {
    for (size_t lane = 0; lane < n; lane++)
      y[column * n + lane] += h;
    double *up = create_field(r, y);
    for (size_t lane = 0; lane < n; lane++)
      y[column * n + lane] -= 2 * h;
    double *down = create_field(r, y);
    for (size_t lane = 0; lane < n; lane++)
      y[column * n + lane] += h;
    for (size_t lane = 0; lane < n; lane++) {
      double *jacobian = create_jacobian(r, y, (int)lane, 1);
      for (size_t row = 0; row < n_state; row++) {
        const double slope = (up[row * n + lane] - down[row * n + lane]) / (2 * h);
        worst = fmax(worst, fabs(slope - jacobian[row * n_state + column]));
      }
      epx_array_destroy(&jacobian);
    }
    epx_array_destroy(&up);
    epx_array_destroy(&down);
  }
  epx_array_destroy(&y);
  return worst;
}

static void check_jacobian_order(const random_network *r) {
  const double coarse = eval_jacobian_error(r, 0.02), fine = eval_jacobian_error(r, 0.01);
  if (coarse < 1e-11) return; /* of degree two in each state alone: differences are exact */
  assert_close(log2(coarse / fine), 2, 0.02);
}

static void jacobian_agrees_with_differences_to_order_2(void **state) {
  (void)state;
  for_each_network(check_jacobian_order);
}

static void check_jacobian_widths(const random_network *r) {
  const size_t size = (size_t)r->network->n_state * (size_t)r->network->n_state;
  double *y = create_random_state(r, "state");
  for (int first = 0; first < r->lanes->n_lanes; first += EPX_LANE_WIDTH) {
    double *wide = create_jacobian(r, y, first, EPX_LANE_WIDTH);
    for (int w = 0; w < EPX_LANE_WIDTH; w++) {
      double *narrow = create_jacobian(r, y, first + w, 1);
      for (size_t k = 0; k < size; k++)
        assert_close(narrow[k], wide[k * EPX_LANE_WIDTH + (size_t)w], 0);
      epx_array_destroy(&narrow);
    }
    epx_array_destroy(&wide);
  }
  epx_array_destroy(&y);
}

static void jacobian_of_a_vector_of_lanes_is_that_of_each(void **state) {
  (void)state;
  for_each_network(check_jacobian_widths);
}

/** Evaluates v' J v / v' v. */
static double eval_quotient(const double *jacobian, const double *v, size_t n) {
  double up = 0, down = 0;
  for (size_t i = 0; i < n; i++) {
    down += v[i] * v[i];
    for (size_t j = 0; j < n; j++)
      up += v[i] * jacobian[i * n + j] * v[j];
  }
  return up / down;
}

/** The largest of v' J v / v' v bounds the real parts of the spectrum. */
static void check_bound(const random_network *r) {
  const epx_family *family = r->network->family;
  if (!family->eval_abscissa_bound) return;
  const size_t n = (size_t)r->network->n_state;
  double *y = create_random_state(r, "state"), bound[64], *v = create_numbers(n);
  family->eval_abscissa_bound(r->lanes, y, bound);
  for (int lane = 0; lane < r->lanes->n_lanes; lane++) {
    double *jacobian = create_jacobian(r, y, lane, 1), largest = -INFINITY;
    for (size_t k = 0; k < 500; k++) {
      for (size_t row = 0; row < n; row++)
        v[row] = draw("direction", k * n + row);
      largest = fmax(largest, eval_quotient(jacobian, v, n));
    }
    assert_true(largest <= bound[lane] + 1e-14);
    epx_array_destroy(&jacobian);
  }
  epx_array_destroy(&y);
  epx_array_destroy(&v);
}

static void abscissa_bound_bounds_the_jacobian(void **state) {
  (void)state;
  for_each_network(check_bound);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(jacobian_agrees_with_differences_to_order_2),
      cmocka_unit_test(jacobian_of_a_vector_of_lanes_is_that_of_each),
      cmocka_unit_test(abscissa_bound_bounds_the_jacobian),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
