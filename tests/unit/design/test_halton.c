/** @file
 * Halton's sequence, and Latin hypercubes that are spread out.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "design/design.h"

static epx_design *create(const char *method, int n_points, bool scramble, bool maximin, uint64_t seed) {
  static const epx_factor factors[] = {{.path = "a", .low = 0, .high = 1},
                                       {.path = "b", .low = 0, .high = 1},
                                       {.path = "c", .low = 0, .high = 1}};
  const epx_design_spec spec = {
      .method = method, .n_points = n_points, .scramble = scramble, .maximin = maximin, .seed = seed};
  epx_design *design = NULL;
  assert_int_equal(epx_design_create(&spec, factors, 3, &design), EPX_OK);
  return design;
}

static void halton_begins_as_in_the_textbook(void **state) {
  (void)state;
  static const double expected[][3] = {{0, 0, 0},
                                       {1 / 2., 1 / 3., 1 / 5.},
                                       {1 / 4., 2 / 3., 2 / 5.},
                                       {3 / 4., 1 / 9., 3 / 5.},
                                       {1 / 8., 4 / 9., 4 / 5.},
                                       {5 / 8., 7 / 9., 1 / 25.}};
  epx_design *design = create("halton", 6, false, false, 0);
  for (int k = 0; k < 18; k++)
    assert_true(fabs(design->value[k] - expected[k / 3][k % 3]) < 1e-15);
  epx_design_destroy(&design);
}

/* 2^a 3^b 5^c points: each of that many boxes holds one, scrambled or not. */
static void halton_fills_every_box(void **state) {
  (void)state;
  for (int scramble = 0; scramble < 2; scramble++) {
    enum { A = 8, B = 9, C = 5, N = A * B * C };
    epx_design *design = create("halton", N, scramble, false, 3);
    int counts[N] = {0};
    for (int k = 0; k < N; k++) {
      const double *x = design->value + (size_t)k * 3;
      counts[((int)(x[0] * A + 1e-9) * B + (int)(x[1] * B + 1e-9)) * C + (int)(x[2] * C + 1e-9)]++;
    }
    for (int k = 0; k < N; k++)
      assert_int_equal(counts[k], 1);
    epx_design_destroy(&design);
  }
}

static void a_larger_halton_begins_with_a_smaller_one(void **state) {
  (void)state;
  epx_design *small = create("halton", 37, true, false, 5), *large = create("halton", 100, true, false, 5),
             *other = create("halton", 37, true, false, 6);
  assert_memory_equal(small->value, large->value, sizeof(double) * 37 * 3);
  assert_true(memcmp(small->value, other->value, sizeof(double) * 37 * 3) != 0);
  epx_design_destroy(&small);
  epx_design_destroy(&large);
  epx_design_destroy(&other);
}

static double eval_closest(const epx_design *design) {
  double closest = INFINITY;
  for (int a = 0; a < design->n_points; a++)
    for (int b = 0; b < a; b++) {
      double square = 0;
      for (int i = 0; i < 3; i++)
        square += pow(design->value[a * 3 + i] - design->value[b * 3 + i], 2);
      closest = fmin(closest, sqrt(square));
    }
  return closest;
}

static void maximin_is_a_hypercube_wider_than_the_best_of_many(void **state) {
  (void)state;
  enum { N = 30 };
  double best = 0;
  for (uint64_t seed = 0; seed < 200; seed++) {
    epx_design *random = create("latin-hypercube", N, false, false, seed);
    best = fmax(best, eval_closest(random));
    epx_design_destroy(&random);
  }
  epx_design *design = create("latin-hypercube", N, false, true, 1);
  assert_true(eval_closest(design) > 1.2 * best);
  for (int i = 0; i < 3; i++) {
    int counts[N] = {0};
    for (int k = 0; k < N; k++)
      counts[(int)(design->value[k * 3 + i] * N)]++;
    for (int k = 0; k < N; k++)
      assert_int_equal(counts[k], 1);
  }
  epx_design_destroy(&design);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(halton_begins_as_in_the_textbook),
      cmocka_unit_test(halton_fills_every_box),
      cmocka_unit_test(a_larger_halton_begins_with_a_smaller_one),
      cmocka_unit_test(maximin_is_a_hypercube_wider_than_the_best_of_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
