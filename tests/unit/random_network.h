/** @file
 * A random network of any family, laid out as lanes, for the unit tests of photonic/ and what stands above
 * it.
 */
#ifndef EPILUX_TESTS_RANDOM_NETWORK_H
#define EPILUX_TESTS_RANDOM_NETWORK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "photonic/lanes.h"

/** cmocka's assert_float_equal() compares floats; NaN is close to nothing. */
#define assert_close(got, expected, tolerance)                                                               \
  do {                                                                                                       \
    const double got_ = (got), expected_ = (expected);                                                       \
    if (!(fabs(got_ - expected_) <= (tolerance))) {                                                          \
      fail_msg("%s is %.17g, not %.17g within %g", #got, got_, expected_, (double)(tolerance));              \
    }                                                                                                        \
  } while (0)

typedef struct {
  epx_network *network;
  epx_lanes *lanes;
  double *theta;    /* [n_instances][n_theta] */
  double *features; /* [n_samples][n_inputs] */
} random_network;

/** Evaluates a number in (-1, 1) that depends on `what` and k alone. */
static inline double draw(const char *what, size_t k) {
  const epx_random stream = epx_random_init(1, what);
  return 2 * epx_random_eval_uniform(&stream, 0, 0, 0, (uint32_t)k) - 1;
}

/** Fills an array with numbers in (-1, 1). */
static inline void fill(const char *what, size_t n, double *array) {
  for (size_t k = 0; k < n; k++)
    array[k] = draw(what, k);
}

/** Creates an array that cannot fail in a test. */
static inline double *create_numbers(size_t n) {
  double *array = NULL;
  assert_int_equal(EPX_ARRAY(array, n), EPX_OK);
  return array;
}

/** All-to-all, `n_inputs` inputs, the last two nodes read; parameters in (-1, 1), in (low, low + 1) where the
 * range has a lower end. */
static inline random_network create_random_network(const epx_family *family, int n_nodes, int n_inputs,
                                                   int n_instances, int n_samples) {
  random_network r = {0};
  const epx_network_spec spec = {.family = family,
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = n_nodes},
                                 .n_inputs = n_inputs,
                                 .input_scale = 0.7,
                                 .n_outputs = n_nodes > 1 ? 2 : 1,
                                 .readout = family->readout,
                                 .readout_scale = 1};
  epx_network_spec given = spec;
  const int outputs[] = {n_nodes - 1, n_nodes - 2};
  if (family->clamps_inputs && n_inputs > n_nodes - 2) given.n_outputs = 1;
  given.output_nodes = outputs;
  assert_int_equal(epx_network_create(&given, &r.network), EPX_OK);
  assert_int_equal(epx_lanes_create(r.network, n_instances, n_samples, &r.lanes), EPX_OK);
  r.theta = create_numbers((size_t)n_instances * r.network->n_theta);
  r.features = create_numbers((size_t)n_samples * (size_t)n_inputs);
  fill("features", (size_t)n_samples * (size_t)n_inputs, r.features);
  fill("theta", (size_t)n_instances * r.network->n_theta, r.theta);
  for (int k = 0; k < n_instances; k++) {
    for (int p = 0; p < family->n_parameters; p++) {
      double *values = r.theta + (size_t)k * r.network->n_theta + r.network->offset[p];
      const double low = family->parameters[p].low;
      const double share = family->parameters[p].high - low <= 1 ? 0.9 : 1; /* differences stay inside */
      for (size_t i = 0; low > -1 && i < r.network->count[p]; i++)
        values[i] = low + share * (values[i] + 1) / 2;
    }
  }
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, n_samples, r.features);
  return r;
}

static inline void destroy_random_network(random_network *r) {
  epx_lanes_destroy(&r->lanes);
  epx_network_destroy(&r->network);
  epx_array_destroy(&r->theta);
  epx_array_destroy(&r->features);
}

/** Numbers in a state of all lanes. */
static inline size_t count_state(const random_network *r) {
  return (size_t)r->network->n_state * (size_t)r->lanes->n_lanes;
}

/** Creates a random state of all lanes; the padding repeats the last used lane. */
static inline double *create_random_state(const random_network *r, const char *what) {
  const size_t n = (size_t)r->lanes->n_lanes, used = (size_t)r->lanes->n_used;
  double *y = create_numbers(count_state(r));
  fill(what, count_state(r), y);
  for (size_t k = 0; k < count_state(r); k++) {
    if (k % n >= used) y[k] = y[k / n * n + used - 1];
  }
  return y;
}

/** Creates room for family->eval_field's work. */
static inline double *create_work(const random_network *r) {
  return create_numbers(4 * (size_t)r->network->n_nodes * (size_t)r->network->family->components *
                        (size_t)r->lanes->max_lanes);
}

/** Evaluates the field at y into a new array. */
static inline double *create_field(const random_network *r, const double *y) {
  double *f = create_numbers(count_state(r)), *work = create_work(r);
  r->network->family->eval_field(r->lanes, y, f, work);
  epx_array_destroy(&work);
  return f;
}

/** Gets the mobility of one row of one lane at y. */
static inline double get_mobility(const random_network *r, const double *y, size_t row, size_t lane) {
  double P = 1;
  if (r->network->family->eval_mobility)
    r->network->family->eval_mobility(r->lanes, y, (int)row, (int)lane, 1, &P, NULL);
  return P;
}

/** Turns F into G = (Q P)^-1 F: -F / P, or -i F in the Hamiltonian frame. */
static inline void turn_into_force(const random_network *r, const double *y, double *f) {
  const size_t n = (size_t)r->lanes->n_lanes;
  for (size_t row = 0; row < (size_t)r->network->n_state; row++) {
    for (size_t lane = 0; lane < n; lane++) {
      double *at = f + row * n + lane;
      if (r->network->family->frame != EPX_FRAME_HAMILTONIAN) {
        *at = -*at / get_mobility(r, y, row, lane);
      } else if (row % 2 == 0) {
        const double re = at[0], im = at[n];
        at[0] = im;
        at[n] = -re;
      }
    }
  }
}

static inline double *create_jacobian(const random_network *r, const double *y, int lane, int width) {
  const size_t n = (size_t)r->network->n_state;
  double *jacobian = create_numbers(n * n * (size_t)width);
  fill("rubbish", n * n * (size_t)width, jacobian);
  r->network->family->eval_jacobian(r->lanes, y, lane, width, jacobian);
  return jacobian;
}

/** Creates M = dG/ds of one lane, (Q P)^-1 times the Jacobian: rows turned as in turn_into_force(). With a
 * mobility it is that of an equilibrium, elsewhere right off the diagonal. */
static inline double *create_force_jacobian(const random_network *r, const double *y, int lane) {
  const size_t n = (size_t)r->network->n_state;
  double *M = create_jacobian(r, y, lane, 1);
  for (size_t row = 0; row < n; row++) {
    for (size_t column = 0; column < n; column++) {
      double *at = M + row * n + column;
      if (r->network->family->frame != EPX_FRAME_HAMILTONIAN) {
        *at = -*at / get_mobility(r, y, row, (size_t)lane);
      } else if (row % 2 == 0) {
        const double re = at[0], im = at[n];
        at[0] = im;
        at[n] = -re;
      }
    }
  }
  return M;
}

/** Takes one step of the classical Runge–Kutta method. */
static inline void take_step(const random_network *r, double h, double *y) {
  static const double node[] = {0, 0.5, 0.5, 1}, weight[] = {1. / 6, 1. / 3, 1. / 3, 1. / 6};
  const size_t n = count_state(r);
  double *sum = create_numbers(n), *at = create_numbers(n), *last = create_numbers(n);
  for (int stage = 0; stage < 4; stage++) {
    for (size_t k = 0; k < n; k++)
      at[k] = y[k] + h * node[stage] * last[k];
    epx_array_destroy(&last);
    last = create_field(r, at);
    for (size_t k = 0; k < n; k++)
      sum[k] += weight[stage] * last[k];
  }
  for (size_t k = 0; k < n; k++)
    y[k] += h * sum[k];
  epx_array_destroy(&sum);
  epx_array_destroy(&at);
  epx_array_destroy(&last);
}

/** Sets one instance to the family's defaults, with couplings of its own drawn by `seed`; the lanes are laid
 * by epx_lanes_set_parameters(). */
static inline void set_instance_to_defaults(const random_network *r, int i_instance, uint64_t seed) {
  const epx_family *family = r->network->family;
  epx_network_spec spec = {.family = family, .topology = {.kind = EPX_ALL_TO_ALL}};
  spec.topology.n_nodes = r->network->n_nodes;
  spec.value[r->network->coupling] =
      (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = family->coupling_spread};
  double *theta = r->theta + (size_t)i_instance * r->network->n_theta;
  assert_int_equal(epx_network_eval_nominal(r->network, &spec, seed, theta), EPX_OK);
}

/** Sets one parameter of all instances to a value. */
static inline void set_everywhere(const random_network *r, const char *name, double value) {
  const int p = epx_family_get_parameter(r->network->family, name);
  assert_true(p >= 0);
  for (int k = 0; k < r->lanes->n_instances; k++) {
    double *values = r->theta + (size_t)k * r->network->n_theta + r->network->offset[p];
    for (size_t i = 0; i < r->network->count[p]; i++)
      values[i] = value;
  }
  epx_lanes_set_parameters(r->lanes, r->theta);
}

/** Sets what a family adds to the coupling to 0: further parameters of links, losses into ports. */
static inline void leave_out_further(const random_network *r) {
  const epx_family *family = r->network->family;
  for (int p = 0; p < family->n_parameters; p++) {
    const bool link = family->parameters[p].site == EPX_SITE_LINK && p != r->network->coupling;
    if (link || strcmp(family->parameters[p].name, "coupling_loss") == 0)
      set_everywhere(r, family->parameters[p].name, 0);
  }
}

#endif
