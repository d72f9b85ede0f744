/** @file
 * Fields of a die: their exact covariance, by Cholesky's factor alone or with the nodes of a wafer, and from
 * die to die.
 */
#include "base/array.h"
#include "base/numbers/random.h"
#include "photonic/device/line_average.h"
#include "photonic/process/process_field.h"
#include "unit/assert_close.h"

enum { N = 10 };

static const epx_correlation kernels[] = {{.kind = EPX_CORRELATION_GAUSSIAN, .length = 4.5e-3},
                                          {.kind = EPX_CORRELATION_MATERN, .length = 4.5e-3},
                                          {.kind = EPX_CORRELATION_EXPONENTIAL, .length = 4.5e-3},
                                          {.kind = EPX_CORRELATION_EXPONENTIAL, .length = 0.3e-3}};
enum { N_KERNELS = sizeof kernels / sizeof kernels[0] };

typedef struct {
  epx_wafer *wafer;
  epx_placement *placement;
} layout;

/** Rings of 10 um, a pair of them 25 um apart, over a die of 5 mm. */
static layout create_layout(void) {
  layout l = {0};
  epx_wafer_spec spec;
  epx_device_init(&epx_wafer_device, &spec);
  spec.diameter = 0.05;
  assert_int_equal(epx_wafer_create(&spec, &l.wafer), EPX_OK);
  const epx_random stream = epx_random_init(2, "test:layout");
  double x[N], y[N], radius[N];
  for (uint32_t i = 0; i < N; i++) {
    x[i] = 20e-6 + 4.96e-3 * epx_random_eval_uniform(&stream, 0, 0, i, 0);
    y[i] = 20e-6 + 4.96e-3 * epx_random_eval_uniform(&stream, 0, 0, i, 1);
    radius[i] = 10e-6;
  }
  x[1] = x[0];
  y[1] = y[0] + 25e-6;
  x[2] = 20e-6; /* at the edges, where the neighbour's die begins */
  x[3] = 4.98e-3;
  assert_int_equal(epx_placement_create(N, x, y, radius, &l.placement), EPX_OK);
  return l;
}

static void destroy_layout(layout *l) {
  epx_wafer_destroy(&l->wafer);
  epx_placement_destroy(&l->placement);
}

static double multiply_rows(const double *factor, int i, int j) {
  double sum = 0;
  for (int k = 0; k < N; k++)
    sum += factor[i * N + k] * factor[j * N + k];
  return sum;
}

static void factor_has_the_covariance_of_the_ring_averages(void **state) {
  (void)state;
  layout l = create_layout();
  for (int k = 0; k < N_KERNELS; k++) {
    epx_process_field *f = NULL;
    double covariance[N * N];
    assert_int_equal(epx_process_field_create(&kernels[k], N, l.placement->devices, &f), EPX_OK);
    epx_line_average_eval_matrix(&kernels[k], N, l.placement->devices, covariance);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++)
        assert_close(multiply_rows(f->factor, i, j), covariance[i * N + j], 2e-10);
    }
    epx_process_field_destroy(&f);
  }
  destroy_layout(&l);
}

/** Evaluates W G_ab W' between dies `away` die widths apart along x; G is the kernel, as the nodes have it.
 */
static double eval_between(const epx_process_field *f, const epx_correlation *kernel, const epx_wafer_spec *s,
                           int away, int i, int j) {
  const int m = f->nodes_x * f->nodes_y;
  const double d_x = s->die_width / f->cells_x, d_y = s->die_height / f->cells_y;
  double sum = 0;
  for (int a = 0; a < m; a++) {
    double row = 0;
    for (int b = 0; b < m; b++) {
      const double x = d_x * (b % f->nodes_x - a % f->nodes_x) + away * s->die_width;
      const double y = d_y * (b / f->nodes_x - a / f->nodes_x);
      row += f->weight[j * m + b] * epx_correlation_eval(kernel, hypot(x, y));
    }
    sum += f->weight[i * m + a] * row;
  }
  return sum;
}

/** Nodes and rest together have exactly the covariance asked for, however coarse the grid. */
static void covariance_within_a_die_is_exact_on_the_wafer_too(void **state) {
  (void)state;
  layout l = create_layout();
  for (int k = 0; k < N_KERNELS; k++) {
    epx_process_field *f = NULL;
    double covariance[N * N];
    assert_int_equal(epx_process_field_create_on_wafer(&kernels[k], l.wafer, l.placement, 2, &f), EPX_OK);
    epx_line_average_eval_matrix(&kernels[k], N, l.placement->devices, covariance);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j <= i; j++) {
        const double got =
            eval_between(f, &kernels[k], &l.wafer->spec, 0, i, j) + multiply_rows(f->factor, i, j);
        assert_close(got, covariance[i * N + j], 1e-9);
      }
    }
    epx_process_field_destroy(&f);
  }
  destroy_layout(&l);
}

/** From die to die only the nodes carry it. The worst pair faces each other across the border, 40 um apart:
 * of a rough field a percent or two is lost there. */
static void covariance_from_die_to_die_is_nearly_that_of_the_kernel(void **state) {
  (void)state;
  static const double worst[N_KERNELS] = {1e-5, 2e-3, 0.03, 0.02},
                      typical[N_KERNELS] = {1e-6, 3e-4, 1e-3, 5e-4};
  layout l = create_layout();
  const double width = l.wafer->spec.die_width;
  for (int k = 0; k < N_KERNELS; k++) {
    epx_process_field *f = NULL;
    double largest = 0, mean = 0;
    assert_int_equal(epx_process_field_create_on_wafer(&kernels[k], l.wafer, l.placement, 2, &f), EPX_OK);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        epx_placed there = l.placement->devices[j];
        there.x += width;
        const double asked = epx_line_average_eval_covariance(&kernels[k], &l.placement->devices[i], &there);
        const double error = fabs(eval_between(f, &kernels[k], &l.wafer->spec, 1, i, j) - asked);
        largest = fmax(largest, error);
        mean += error / (N * N);
      }
    }
    assert_true(largest < worst[k]);
    assert_true(mean < typical[k]);
    epx_process_field_destroy(&f);
  }
  destroy_layout(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(factor_has_the_covariance_of_the_ring_averages),
      cmocka_unit_test(covariance_within_a_die_is_exact_on_the_wafer_too),
      cmocka_unit_test(covariance_from_die_to_die_is_nearly_that_of_the_kernel),
  };
  return cmocka_run_group_tests_name("process_field", tests, NULL, NULL);
}
