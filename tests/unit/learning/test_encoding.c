/** @file
 * Encoding: principal components against their definition, pooling against its own, and what is refused.
 */
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "learning/task/encoding.h"
#include "learning/task/task.h"
#include "unit/assert_close.h"

enum { N_SAMPLES = 60, N_FIT = 40, N_FEATURES = 7, N_PORTS = 4 };

/* Features of falling spread about a mean, mixed so that no direction is a feature's own; the samples to fit
 * are every second one and the first few of the others. */
static void make_samples(double *x, int *fit) {
  const epx_random stream = epx_random_init(3, "test:encoding");
  int n = 0;
  for (uint32_t i = 0; i < N_SAMPLES; i++) {
    double z[N_FEATURES];
    for (uint32_t k = 0; k < N_FEATURES; k++)
      z[k] = epx_random_eval_normal(&stream, i, k, 0, 0) / (1 + k);
    for (int k = 0; k < N_FEATURES; k++)
      x[i * N_FEATURES + (uint32_t)k] =
          5 + k + z[k] + 0.5 * z[(k + 1) % N_FEATURES] - 0.3 * z[(k + 2) % N_FEATURES];
    if (n < N_FIT && (i % 2 == 0 || i < 20)) fit[n++] = (int)i;
  }
  assert_int_equal(n, N_FIT);
}

static double *create_ports(const double *x, const int *fit, int n_ports, bool whiten) {
  double *ports = NULL;
  assert_int_equal(
      epx_encoding_create_components(N_SAMPLES, N_FEATURES, x, N_FIT, fit, n_ports, whiten, &ports), EPX_OK);
  return ports;
}

/* Mean of port a times port b over the samples that were fitted. */
static double get_moment(const double *ports, int n_ports, const int *fit, int a, int b) {
  double sum = 0;
  for (int i = 0; i < N_FIT; i++)
    sum += (a < 0 ? 1 : ports[fit[i] * n_ports + a]) * ports[fit[i] * n_ports + b];
  return sum / N_FIT;
}

static void ports_are_centred_uncorrelated_and_of_falling_variance(void **state) {
  (void)state;
  double x[N_SAMPLES * N_FEATURES];
  int fit[N_FIT];
  make_samples(x, fit);
  double *ports = create_ports(x, fit, N_PORTS, false);
  for (int a = 0; a < N_PORTS; a++) {
    assert_close(get_moment(ports, N_PORTS, fit, -1, a), 0, 1e-12);
    for (int b = 0; b < a; b++)
      assert_close(get_moment(ports, N_PORTS, fit, a, b), 0, 1e-12);
    if (a > 0)
      assert_true(get_moment(ports, N_PORTS, fit, a, a) < get_moment(ports, N_PORTS, fit, a - 1, a - 1));
  }
  assert_close(get_moment(ports, N_PORTS, fit, 0, 0), 1, 1e-12);
  epx_array_destroy(&ports);
}

static void whitened_ports_vary_equally(void **state) {
  (void)state;
  double x[N_SAMPLES * N_FEATURES];
  int fit[N_FIT];
  make_samples(x, fit);
  double *ports = create_ports(x, fit, N_FEATURES, true);
  for (int a = 0; a < N_FEATURES; a++)
    assert_close(get_moment(ports, N_FEATURES, fit, a, a), 1, 1e-11);
  epx_array_destroy(&ports);
}

/* As many ports as features turn the samples, they lose nothing: distances stay, but for the one unit. */
static void all_ports_together_keep_distances(void **state) {
  (void)state;
  double x[N_SAMPLES * N_FEATURES];
  int fit[N_FIT];
  make_samples(x, fit);
  double *ports = create_ports(x, fit, N_FEATURES, false);
  double ratio = 0;
  for (int i = 1; i < N_SAMPLES; i++) {
    double before = 0, after = 0;
    for (int k = 0; k < N_FEATURES; k++) {
      before += (x[i * N_FEATURES + k] - x[k]) * (x[i * N_FEATURES + k] - x[k]);
      after += (ports[i * N_FEATURES + k] - ports[k]) * (ports[i * N_FEATURES + k] - ports[k]);
    }
    if (i == 1) ratio = after / before;
    assert_close(after / before, ratio, 1e-11 * ratio);
  }
  epx_array_destroy(&ports);
}

/* No direction has more variance than the first: not the features', nor any drawn one. */
static void no_direction_varies_more_than_the_first(void **state) {
  (void)state;
  double x[N_SAMPLES * N_FEATURES];
  int fit[N_FIT];
  make_samples(x, fit);
  double *all = create_ports(x, fit, N_FEATURES, false);
  const epx_random stream = epx_random_init(4, "test:direction");
  for (uint32_t draw = 0; draw < 200; draw++) {
    double v[N_FEATURES], norm = 0, variance = 0;
    for (uint32_t k = 0; k < N_FEATURES; k++) {
      v[k] = epx_random_eval_normal(&stream, draw, k, 0, 0);
      norm += v[k] * v[k];
    }
    for (int i = 0; i < N_FIT; i++) {
      double along = 0;
      for (int k = 0; k < N_FEATURES; k++)
        along += v[k] * all[fit[i] * N_FEATURES + k];
      variance += along * along / N_FIT;
    }
    assert_true(variance <= norm * (1 + 1e-12));
  }
  epx_array_destroy(&all);
}

/* The held-out samples have no say: whatever they hold, the others' ports keep their bits. */
static void only_the_training_part_is_fitted(void **state) {
  (void)state;
  double x[N_SAMPLES * N_FEATURES];
  int fit[N_FIT];
  unsigned char fitted[N_SAMPLES] = {0};
  make_samples(x, fit);
  double *before = create_ports(x, fit, N_PORTS, true);
  for (int i = 0; i < N_FIT; i++)
    fitted[fit[i]] = 1;
  for (int i = 0; i < N_SAMPLES; i++)
    for (int k = 0; k < N_FEATURES && !fitted[i]; k++)
      x[i * N_FEATURES + k] = 1e6 * (i + k);
  double *after = create_ports(x, fit, N_PORTS, true);
  for (int i = 0; i < N_FIT; i++)
    assert_memory_equal(before + fit[i] * N_PORTS, after + fit[i] * N_PORTS, N_PORTS * sizeof(double));
  epx_array_destroy(&before);
  epx_array_destroy(&after);
}

/* Turning all signs of the features turns the directions, whose largest entries are made positive again: the
 * ports change sign as the features did. */
static void signs_do_not_depend_on_the_solver(void **state) {
  (void)state;
  double x[N_SAMPLES * N_FEATURES];
  int fit[N_FIT];
  make_samples(x, fit);
  double *before = create_ports(x, fit, N_PORTS, false);
  for (int k = 0; k < N_SAMPLES * N_FEATURES; k++)
    x[k] = -x[k];
  double *after = create_ports(x, fit, N_PORTS, false);
  for (int k = 0; k < N_SAMPLES * N_PORTS; k++)
    assert_close(after[k], -before[k], 1e-9);
  epx_array_destroy(&before);
  epx_array_destroy(&after);
}

static void windows_are_averaged_and_the_edge_holds_what_is_left(void **state) {
  (void)state;
  static const double images[2][15] = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                       {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
  static const double pooled[2][6] = {{4, 6, 7.5, 11.5, 13.5, 15}, {0, 0, 0.5, 0, 0, 2}};
  double *out = NULL;
  int n = 0;
  assert_int_equal(epx_encoding_create_pooled(2, 3, 5, images[0], 2, &n, &out), EPX_OK);
  assert_int_equal(n, 6);
  for (int k = 0; k < 12; k++)
    assert_close(out[k], pooled[k / 6][k % 6], 1e-15);
  epx_array_destroy(&out);
  assert_int_equal(epx_encoding_create_pooled(2, 3, 5, images[0], 1, &n, &out), EPX_OK);
  assert_memory_equal(out, images, sizeof images);
  epx_array_destroy(&out);
}

static void what_cannot_be_reduced_is_refused_with_the_remedy(void **state) {
  (void)state;
  static const struct {
    epx_task_spec spec;
    const char *words;
  } cases[] = {
      {{.name = "wine", .reduction = EPX_REDUCE_COMPONENTS, .n_ports = 14},
       "task.encoding.ports: 14, but the task has only 13"},
      {{.name = "wine", .reduction = EPX_REDUCE_COMPONENTS, .n_ports = 0}, "task.encoding.ports: 0"},
      {{.name = "digits", .n_samples = 20, .reduction = EPX_REDUCE_COMPONENTS, .n_ports = 20},
       "20 training samples vary in 19 directions at most"},
      {{.name = "digits", .reduction = EPX_REDUCE_COMPONENTS, .n_ports = 64}, "directions only"},
      {{.name = "digits", .reduction = EPX_REDUCE_POOLING, .window = 9}, "the images have 8 x 8 pixels"},
      {{.name = "wine", .reduction = EPX_REDUCE_POOLING, .window = 2}, "not a square image to pool; use pca"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    epx_task *task = NULL;
    assert_int_equal(epx_task_create(&cases[i].spec, 1, &task), EPX_EINPUT);
    assert_null(task);
    if (!strstr(epx_error_get_message(), cases[i].words))
      fail_msg("'%s' does not hold '%s'", epx_error_get_message(), cases[i].words);
  }
}

static void a_reduced_task_has_its_ports_and_the_constant_last(void **state) {
  (void)state;
  epx_task_spec spec = {.name = "digits",
                        .test_fraction = 0.2,
                        .scaling = EPX_SCALE_RANGE,
                        .constant = true,
                        .reduction = EPX_REDUCE_COMPONENTS,
                        .n_ports = 12};
  epx_task *task = NULL;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_OK);
  assert_int_equal(task->n_features, 13);
  for (int i = 0; i < task->n_samples; i++)
    assert_true(task->features[i * 13 + 12] == 1);
  epx_task_destroy(&task);
  spec.reduction = EPX_REDUCE_POOLING;
  spec.window = 2;
  assert_int_equal(epx_task_create(&spec, 1, &task), EPX_OK);
  assert_int_equal(task->n_features, 17);
  epx_task_destroy(&task);
}

/* What enters often is the same at each of its places, and the constant stays one. */
static void copies_repeat_all_features_in_turn(void **state) {
  (void)state;
  enum { N_COPIES = 3, N = 5, WIDTH = N_COPIES * N + 1 };
  epx_task_spec spec = {
      .name = "wine", .scaling = EPX_SCALE_SYMMETRIC, .reduction = EPX_REDUCE_COMPONENTS, .n_ports = N};
  epx_task *once = NULL, *often = NULL;
  assert_int_equal(epx_task_create(&spec, 1, &once), EPX_OK);
  spec.n_copies = N_COPIES;
  spec.constant = true;
  assert_int_equal(epx_task_create(&spec, 1, &often), EPX_OK);
  assert_int_equal(once->n_features, N);
  assert_int_equal(often->n_features, WIDTH);
  for (int i = 0; i < often->n_samples; i++) {
    for (int k = 0; k < N_COPIES * N; k++)
      assert_true(often->features[i * WIDTH + k] == once->features[i * N + k % N]);
    assert_true(often->features[i * WIDTH + WIDTH - 1] == 1);
  }
  epx_task_destroy(&once);
  epx_task_destroy(&often);
}

static void copies_that_cannot_be_are_refused(void **state) {
  (void)state;
  static const int n_copies[] = {-1, INT_MAX};
  for (size_t i = 0; i < sizeof n_copies / sizeof *n_copies; i++) {
    const epx_task_spec spec = {.name = "wine", .n_copies = n_copies[i]};
    epx_task *task = NULL;
    assert_int_equal(epx_task_create(&spec, 1, &task), EPX_EINPUT);
    assert_null(task);
    assert_non_null(strstr(epx_error_get_message(), "task.encoding.copies"));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ports_are_centred_uncorrelated_and_of_falling_variance),
      cmocka_unit_test(whitened_ports_vary_equally),
      cmocka_unit_test(all_ports_together_keep_distances),
      cmocka_unit_test(no_direction_varies_more_than_the_first),
      cmocka_unit_test(only_the_training_part_is_fitted),
      cmocka_unit_test(signs_do_not_depend_on_the_solver),
      cmocka_unit_test(windows_are_averaged_and_the_edge_holds_what_is_left),
      cmocka_unit_test(what_cannot_be_reduced_is_refused_with_the_remedy),
      cmocka_unit_test(a_reduced_task_has_its_ports_and_the_constant_last),
      cmocka_unit_test(copies_repeat_all_features_in_turn),
      cmocka_unit_test(copies_that_cannot_be_are_refused),
  };
  return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
