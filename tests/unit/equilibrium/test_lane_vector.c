/** @file
 * Lane vectors: every operation against plain loops, on every instruction set of this processor; the norm.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "base/machine/isa.h"
#include "equilibrium/lanes/lane_vector.h"
#include "unit/random_network.h"

enum { N_STATE = 5, N_LANES = 48, N = N_STATE * N_LANES };

typedef struct {
  SUNContext context;
  epx_lane_shape shape;
  N_Vector v[4];
} vectors;

/** Creates four vectors: numbers in (-1, 1), the last away from 0. */
static vectors *create_vectors(int n_lanes) {
  static vectors own;
  assert_int_equal(epx_sundials_create_context("test", &own.context), 0);
  own.shape = (epx_lane_shape){.n_state = N_STATE, .n_lanes = n_lanes, .max_lanes = n_lanes};
  own.shape.square = create_numbers((size_t)n_lanes);
  for (int k = 0; k < 4; k++) {
    assert_int_equal(epx_lane_vector_create(&own.shape, own.context, &own.v[k]), EPX_OK);
    double *data = epx_lane_vector_get_data(own.v[k]);
    for (int i = 0; i < N_STATE * n_lanes; i++) {
      data[i] = draw("lane vector", (size_t)(k * N + i));
      if (k == 3) data[i] += data[i] < 0 ? -1 : 1;
    }
  }
  return &own;
}

static void destroy_vectors(vectors *own) {
  for (int k = 0; k < 4; k++)
    N_VDestroy(own->v[k]);
  epx_array_destroy(&own->shape.square);
  SUNContext_Free(&own->context);
}

static double at(const vectors *own, int k, int i) {
  return epx_lane_vector_get_data(own->v[k])[i];
}

/** Runs a check on every instruction set this processor has. */
static void check_on_all_sets(void (*check)(vectors *)) {
  for (int isa = 0; isa < EPX_ISA_COUNT; isa++) {
    setenv("EPILUX_ISA", epx_isa_get_name((epx_isa)isa), 1);
    if (epx_isa_set_from_environment() != EPX_OK) continue;
    vectors *own = create_vectors(N_LANES);
    check(own);
    destroy_vectors(own);
  }
  unsetenv("EPILUX_ISA");
  assert_int_equal(epx_isa_set_from_environment(), EPX_OK);
}

static void check_sums(vectors *own) {
  double c[] = {0.5, 0, -2, 3};
  N_VLinearCombination(4, c, own->v, own->v[1]);
  for (int i = 0; i < N; i++)
    assert_close(at(own, 1, i), 0.5 * at(own, 0, i) - 2 * at(own, 2, i) + 3 * at(own, 3, i), 1e-14);
  double none[] = {0, 0};
  N_VLinearCombination(2, none, own->v, own->v[1]);
  for (int i = 0; i < N; i++)
    assert_true(at(own, 1, i) == 0);
  N_VLinearSum(2, own->v[0], -3, own->v[2], own->v[1]);
  for (int i = 0; i < N; i++)
    assert_close(at(own, 1, i), 2 * at(own, 0, i) - 3 * at(own, 2, i), 1e-14);
}

static void combinations_are_sums(void **state) {
  (void)state;
  check_on_all_sets(check_sums);
}

static void check_each(vectors *own) {
  N_VScale(-4, own->v[0], own->v[1]);
  for (int i = 0; i < N; i++)
    assert_true(at(own, 1, i) == -4 * at(own, 0, i));
  N_VAbs(own->v[0], own->v[1]);
  for (int i = 0; i < N; i++)
    assert_true(at(own, 1, i) == fabs(at(own, 0, i)));
  N_VInv(own->v[3], own->v[1]);
  for (int i = 0; i < N; i++)
    assert_true(at(own, 1, i) == 1 / at(own, 3, i));
  N_VAddConst(own->v[0], 7, own->v[1]);
  for (int i = 0; i < N; i++)
    assert_true(at(own, 1, i) == at(own, 0, i) + 7);
  N_VProd(own->v[0], own->v[2], own->v[1]);
  for (int i = 0; i < N; i++)
    assert_true(at(own, 1, i) == at(own, 0, i) * at(own, 2, i));
  N_VDiv(own->v[0], own->v[3], own->v[1]);
  for (int i = 0; i < N; i++)
    assert_true(at(own, 1, i) == at(own, 0, i) / at(own, 3, i));
  N_VConst(3, own->v[1]);
  assert_true(N_VMin(own->v[1]) == 3 && N_VMaxNorm(own->v[1]) == 3);
  epx_lane_vector_get_data(own->v[1])[17] = -9;
  assert_true(N_VMin(own->v[1]) == -9 && N_VMaxNorm(own->v[1]) == 9);
  assert_int_equal(N_VGetLength(own->v[1]), N);
}

static void elementwise_operations_are_elementwise(void **state) {
  (void)state;
  check_on_all_sets(check_each);
}

static void check_norm(vectors *own) {
  double largest = 0;
  for (int lane = 0; lane < N_LANES; lane++) {
    double sum = 0;
    for (int i = lane; i < N; i += N_LANES)
      sum += pow(at(own, 0, i) * at(own, 3, i), 2);
    largest = fmax(largest, sqrt(sum / N_STATE));
  }
  assert_close(N_VWrmsNorm(own->v[0], own->v[3]), largest, 1e-15);
}

static void norm_is_the_largest_of_the_lanes_own(void **state) {
  (void)state;
  check_on_all_sets(check_norm);
}

static void check_broken(vectors *own) {
  epx_lane_vector_get_data(own->v[0])[2 * N_LANES + 5] = NAN;
  assert_true(N_VWrmsNorm(own->v[0], own->v[3]) == EPX_LANE_VECTOR_BROKEN);
  assert_true(N_VMaxNorm(own->v[0]) == EPX_LANE_VECTOR_BROKEN);
  epx_lane_vector_get_data(own->v[0])[2 * N_LANES + 5] = 1e300;
  assert_true(N_VWrmsNorm(own->v[0], own->v[3]) == EPX_LANE_VECTOR_BROKEN);
}

static void norm_of_a_broken_lane_is_large_but_a_number(void **state) {
  (void)state;
  check_on_all_sets(check_broken);
}

/** Kinds of components in turn, the second of angles. */
static const epx_kinds two_kinds = {.n = 2, .n_components = 2, .of = {0, 1}, .angle = {false, true}};

static void check_extent(vectors *own) {
  double extent[N_LANES], extents[2][N_LANES];
  double *x = epx_lane_vector_get_data(own->v[0]), *y = epx_lane_vector_get_data(own->v[1]);
  epx_lane_vector_eval_extent(N_STATE, N_LANES, x, extent);
  epx_lane_vector_eval_extents(&two_kinds, N_STATE, N_LANES, N_LANES, x, y, extents[0]);
  for (int lane = 0; lane < N_LANES; lane++) {
    double largest = 0, ways[2] = {0};
    for (int row = 0; row < N_STATE; row++) {
      const int i = row * N_LANES + lane;
      largest = fmax(largest, fabs(x[i]));
      ways[row % 2] = fmax(ways[row % 2], fabs(x[i] - y[i]));
    }
    assert_true(extent[lane] == largest);
    assert_true(extents[0][lane] == ways[0] && extents[1][lane] == ways[1]);
  }
  x[N_LANES + 3] = NAN;
  x[3 * N_LANES + 4] = -INFINITY;
  epx_lane_vector_eval_extent(N_STATE, N_LANES, x, extent);
  assert_true(isnan(extent[3]) && isinf(extent[4]) && isfinite(extent[5]));
  epx_lane_vector_eval_extents(&two_kinds, N_STATE, N_LANES, N_LANES, x, NULL, extents[0]);
  assert_true(isnan(extents[1][3]) && isfinite(extents[0][3]) && isinf(extents[1][4]));
}

static void extent_shows_what_is_not_finite(void **state) {
  (void)state;
  check_on_all_sets(check_extent);
}

static void check_masked(vectors *own) {
  int64_t mask[N_LANES];
  double *x = epx_lane_vector_get_data(own->v[0]), before[N];
  for (int lane = 0; lane < N_LANES; lane++)
    mask[lane] = lane % 3 ? -1 : 0;
  x[2 * N_LANES + 6] = NAN;
  memcpy(before, x, sizeof before);
  epx_lane_vector_set_masked(N_STATE, N_LANES, mask, true, x);
  for (int i = 0; i < N; i++)
    assert_true(x[i] == (i % N_LANES % 3 ? -before[i] : 0));
}

static void masked_lanes_are_zero_whatever_they_were(void **state) {
  (void)state;
  check_on_all_sets(check_masked);
}

static void check_weights(vectors *own) {
  double bound[2][N_LANES], floor[2][N_LANES];
  for (int lane = 0; lane < N_LANES; lane++) {
    bound[0][lane] = bound[1][lane] = lane % 2 ? INFINITY : lane % 4 ? 1e-5 : 0;
    floor[0][lane] = 1e-4;
    floor[1][lane] = 2e-4;
  }
  epx_lane_vector_get_data(own->v[0])[0] = 0;
  epx_lane_vector_eval_weights(own->v[0], &two_kinds, 1e-3, floor[0], bound[0], own->v[1]);
  for (int i = 0; i < N; i++) {
    const bool angle = i / N_LANES % 2;
    const double size = angle ? 1 : fabs(at(own, 0, i)), weight = at(own, 1, i);
    const double asked = 1e-3 * size + (angle ? 2e-4 : 1e-4);
    assert_true(isfinite(weight) && weight > 0);
    if (i % 2) assert_close(weight * asked, 1, 1e-14);
    if (i % 2 == 0 && i % 4) assert_close(weight * 1e-5, 1, 1e-14);
    if (i % 4 == 0) assert_true(weight * size * 2.3e-16 < 1);
  }
}

/** The last claim: ARKODE asks whether the tolerance is above rounding, and so it is at any bound. */
static void weights_heed_tolerance_bound_and_rounding(void **state) {
  (void)state;
  check_on_all_sets(check_weights);
}

/** Of y' = M y with an M whose steps shrink by their lane's own share, the second step of the extrapolated
 * iteration ends at the fixed point 0, in whatever lane. */
static void check_extrapolation(vectors *own) {
  enum { FIRST = 16 };
  double solution[N_STATE * EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  double share[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  int64_t mask[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  double *y = epx_lane_vector_get_data(own->v[0]), *step = epx_lane_vector_get_data(own->v[1]);
  double *before = epx_lane_vector_get_data(own->v[2]);
  for (int i = 0; i < N_STATE; i++)
    before[i * EPX_LANE_WIDTH + 3] = NAN;
  for (int iteration = 0; iteration < 2; iteration++) {
    for (int k = 0; k < N_STATE * EPX_LANE_WIDTH; k++) {
      const int w = k % EPX_LANE_WIDTH;
      mask[w] = -1;
      solution[k] = (1 - 0.04 * (w - 4)) * y[k / EPX_LANE_WIDTH * N_LANES + FIRST + w];
    }
    epx_lane_vector_eval_secant(N_STATE, solution, before, share);
    for (int w = 0; w < EPX_LANE_WIDTH; w++) {
      assert_true(iteration == 0 ? w != 3 || share[w] == 0 : isfinite(share[w]));
      if (iteration == 0) share[w] = 0;
      const double ratio = 0.04 * (w - 4);
      if (iteration == 1) assert_close(share[w], -ratio / (1 - ratio), 1e-13);
    }
    epx_lane_vector_set_step(N_STATE, N_LANES, FIRST, mask, solution, share, before, step, y);
  }
  for (int k = 0; k < N_STATE * EPX_LANE_WIDTH; k++)
    assert_close(y[k / EPX_LANE_WIDTH * N_LANES + FIRST + k % EPX_LANE_WIDTH], 0, 1e-15);
  assert_true(y[FIRST - 1] == draw("lane vector", FIRST - 1));
}

static void extrapolated_steps_end_a_linear_iteration(void **state) {
  (void)state;
  check_on_all_sets(check_extrapolation);
}

static void narrowed_shape_narrows_all_vectors(void **state) {
  (void)state;
  vectors *own = create_vectors(N_LANES);
  own->shape.n_lanes = 16;
  N_Vector copy = N_VClone(own->v[0]);
  N_VScale(1, own->v[0], copy);
  assert_int_equal(N_VGetLength(copy), N_STATE * 16);
  assert_memory_equal(epx_lane_vector_get_data(copy), epx_lane_vector_get_data(own->v[0]),
                      N_STATE * 16 * sizeof(double));
  assert_true(epx_lane_vector_get_data(copy)[N_STATE * 16] == 0);
  N_VDestroy(copy);
  destroy_vectors(own);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(combinations_are_sums),
      cmocka_unit_test(elementwise_operations_are_elementwise),
      cmocka_unit_test(norm_is_the_largest_of_the_lanes_own),
      cmocka_unit_test(norm_of_a_broken_lane_is_large_but_a_number),
      cmocka_unit_test(extent_shows_what_is_not_finite),
      cmocka_unit_test(masked_lanes_are_zero_whatever_they_were),
      cmocka_unit_test(weights_heed_tolerance_bound_and_rounding),
      cmocka_unit_test(extrapolated_steps_end_a_linear_iteration),
      cmocka_unit_test(narrowed_shape_narrows_all_vectors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
