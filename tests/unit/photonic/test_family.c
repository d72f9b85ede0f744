/** @file
 * Families: what every family must satisfy, checked on each that is built in.
 */
#include <math.h>

#include "unit/each_family.h"

static double *create_force(const random_network *r, const double *y) {
  double *g = create_field(r, y);
  turn_into_force(r, y, g);
  return g;
}

/** Fills weights: some lanes are left out. */
static void fill_weights(const random_network *r, double *weight) {
  fill("weight", (size_t)r->lanes->n_lanes, weight);
  weight[1] = 0;
}

typedef enum { OF_FORCE, OF_ENERGY } potential;

/** Evaluates sum over an instance's lanes of weight v' G, or of weight E, at the parameters set. */
static double eval_weighted(const random_network *r, potential of, const double *y, const double *v,
                            const double *weight, int instance) {
  const size_t n = (size_t)r->lanes->n_lanes;
  const int first = instance * r->lanes->n_samples;
  double sum = 0;
  double *g = of == OF_FORCE ? create_force(r, y) : create_numbers(n);
  if (of == OF_ENERGY) r->network->family->eval_energy(r->lanes, y, g);
  for (int lane = first; lane < first + r->lanes->n_samples; lane++) {
    if (of == OF_ENERGY) sum += weight[lane] * g[lane];
    for (size_t row = 0; of == OF_FORCE && row < (size_t)r->network->n_state; row++) {
      sum += weight[lane] * v[row * n + (size_t)lane] * g[row * n + (size_t)lane];
    }
  }
  epx_array_destroy(&g);
  return sum;
}

/** Evaluates eval_weighted() with the k-th of all instances' parameters set to a value. */
static double eval_at(const random_network *r, size_t k, double value, potential of, const double *y,
                      const double *v, const double *weight) {
  const double here = r->theta[k];
  r->theta[k] = value;
  epx_lanes_set_parameters(r->lanes, r->theta);
  r->theta[k] = here;
  return eval_weighted(r, of, y, v, weight, (int)(k / r->network->n_theta));
}

/** Compares a parameter gradient with differences of order 4 over every parameter of every instance. */
static void check_parameter_gradient(const random_network *r, potential of, const double *gradient) {
  const double h = 1e-3;
  double *y = create_random_state(r, "state"), *v = create_random_state(r, "v");
  double *weight = create_numbers((size_t)r->lanes->n_lanes);
  fill_weights(r, weight);
  for (size_t k = 0; k < (size_t)r->lanes->n_instances * r->network->n_theta; k++) {
    const double at = r->theta[k];
    const double near = eval_at(r, k, at + h, of, y, v, weight) - eval_at(r, k, at - h, of, y, v, weight);
    const double far =
        eval_at(r, k, at + 2 * h, of, y, v, weight) - eval_at(r, k, at - 2 * h, of, y, v, weight);
    assert_close(gradient[k] - 1, (8 * near - far) / (12 * h), 1e-7);
  }
  epx_lanes_set_parameters(r->lanes, r->theta);
  epx_array_destroy(&weight);
  epx_array_destroy(&y);
  epx_array_destroy(&v);
}

/** Creates a gradient of ones with that of the force or energy added, at states that hold NaN in lanes of
 * weight 0 and in the padding. */
static double *create_gradient(const random_network *r, potential of) {
  const size_t n = (size_t)r->lanes->n_lanes, n_theta = (size_t)r->lanes->n_instances * r->network->n_theta;
  double *y = create_random_state(r, "state"), *v = create_random_state(r, "v");
  double *weight = create_numbers(n), *gradient = create_numbers(n_theta);
  fill_weights(r, weight);
  for (size_t k = 0; k < n_theta; k++)
    gradient[k] = 1;
  for (size_t k = 0; k < count_state(r); k++) {
    if (weight[k % n] == 0 || (int)(k % n) >= r->lanes->n_used) y[k] = v[k] = NAN;
  }
  if (of == OF_FORCE) r->network->family->add_force_gradient(r->lanes, y, v, weight, gradient);
  if (of == OF_ENERGY) r->network->family->add_energy_gradient(r->lanes, y, weight, gradient);
  epx_array_destroy(&weight);
  epx_array_destroy(&y);
  epx_array_destroy(&v);
  return gradient;
}

static void check_force_gradient(const random_network *r) {
  double *gradient = create_gradient(r, OF_FORCE);
  check_parameter_gradient(r, OF_FORCE, gradient);
  epx_array_destroy(&gradient);
}

static void force_gradient_agrees_with_differences_of_the_force(void **state) {
  (void)state;
  for_each_network(check_force_gradient);
}

static void check_energy_gradient(const random_network *r) {
  if (!r->network->family->eval_energy) return;
  double *gradient = create_gradient(r, OF_ENERGY);
  check_parameter_gradient(r, OF_ENERGY, gradient);
  epx_array_destroy(&gradient);
}

static void energy_gradient_agrees_with_differences_of_the_energy(void **state) {
  (void)state;
  for_each_network(check_energy_gradient);
}

/** Creates grad E by central differences. */
static double *create_energy_slope(const random_network *r, double *y) {
  const double h = 1e-4;
  const size_t n = (size_t)r->lanes->n_lanes;
  double *slope = create_numbers(count_state(r)), *up = create_numbers(n), *down = create_numbers(n);
  for (size_t row = 0; row < (size_t)r->network->n_state; row++) {
    for (size_t lane = 0; lane < n; lane++)
      y[row * n + lane] += h;
    r->network->family->eval_energy(r->lanes, y, up);
    for (size_t lane = 0; lane < n; lane++)
      y[row * n + lane] -= 2 * h;
    r->network->family->eval_energy(r->lanes, y, down);
    for (size_t lane = 0; lane < n; lane++) {
      y[row * n + lane] += h;
      slope[row * n + lane] = (up[lane] - down[lane]) / (2 * h);
    }
  }
  epx_array_destroy(&up);
  epx_array_destroy(&down);
  return slope;
}

/** Sets to 0 what no energy knows of: parameters whose energy gradient is zero; 1 where 0 is out of range. */
static void leave_out_turning(const random_network *r) {
  const epx_family *family = r->network->family;
  double *gradient = create_gradient(r, OF_ENERGY);
  for (int p = 0; p < family->n_parameters; p++) {
    bool known = false;
    for (size_t k = 0; k < r->network->count[p]; k++)
      known = known || gradient[r->network->offset[p] + k] != 1;
    if (!known) set_everywhere(r, family->parameters[p].name, family->parameters[p].low <= 0 ? 0 : 1);
  }
  epx_array_destroy(&gradient);
}

/** G = grad E + R s; in the gradient frame, where R may depend on the light, without what it is made of. */
static void check_frame(const random_network *r) {
  const epx_family *family = r->network->family;
  if (!family->eval_energy) return;
  if (family->frame == EPX_FRAME_GRADIENT) leave_out_turning(r);
  double *y = create_random_state(r, "state"), *twice_R_y = create_numbers(count_state(r));
  double *force = create_force(r, y), *slope = create_energy_slope(r, y);
  if (family->eval_antisymmetric) family->eval_antisymmetric(r->lanes, y, y, twice_R_y);
  for (size_t k = 0; k < count_state(r); k++)
    assert_close(force[k], slope[k] + twice_R_y[k] / 2, 1e-7);
  epx_array_destroy(&y);
  epx_array_destroy(&twice_R_y);
  epx_array_destroy(&force);
  epx_array_destroy(&slope);
}

static void force_is_the_energy_slope_and_an_antisymmetric_part(void **state) {
  (void)state;
  for_each_network(check_frame);
}

/** Without drive, gradient families without what turns their light lose energy at each step. */
static void check_descent(const random_network *r) {
  const epx_family *family = r->network->family;
  double before[64], after[64];
  if (!family->eval_energy || family->frame != EPX_FRAME_GRADIENT) return;
  leave_out_turning(r);
  if (epx_family_get_parameter(family, "offset") >= 0)
    set_everywhere(r, "offset", -2); /* on the rising flank */
  double *y = create_random_state(r, "state");
  family->eval_energy(r->lanes, y, before);
  for (int k = 0; k < 30; k++) {
    take_step(r, 2e-3, y);
    family->eval_energy(r->lanes, y, after);
    for (int lane = 0; lane < r->lanes->n_lanes; lane++) {
      assert_true(after[lane] < before[lane]);
      before[lane] = after[lane];
    }
  }
  epx_array_destroy(&y);
}

static void energy_families_lose_energy_along_the_dynamics(void **state) {
  (void)state;
  for_each_network(check_descent);
}

static void check_antisymmetric(const random_network *r) {
  const epx_family *family = r->network->family;
  const size_t n_state = (size_t)r->network->n_state, n = (size_t)r->lanes->n_lanes;
  double *y = create_random_state(r, "state"), *v = create_random_state(r, "v"),
         *out = create_numbers(count_state(r));
  if (family->eval_antisymmetric) family->eval_antisymmetric(r->lanes, y, v, out);
  for (size_t lane = 0; lane < n; lane++) {
    double *M = create_force_jacobian(r, y, (int)lane);
    for (size_t row = 0; row < n_state; row++) {
      double sum = 0, size = 1;
      for (size_t k = 0; k < n_state; k++) {
        const double term = (M[row * n_state + k] - M[k * n_state + row]) * v[k * n + lane];
        sum += term;
        size += fabs(term);
      }
      assert_close(out[row * n + lane], sum, 1e-13 * size);
    }
    epx_array_destroy(&M);
  }
  epx_array_destroy(&y);
  epx_array_destroy(&v);
  epx_array_destroy(&out);
}

static void antisymmetric_part_is_that_of_the_jacobian(void **state) {
  (void)state;
  for_each_network(check_antisymmetric);
}

static void check_start(const random_network *r) {
  random_network other =
      create_random_network(r->network->family, r->network->n_nodes, r->network->n_inputs, 4, 11);
  const size_t n = (size_t)r->lanes->n_lanes, m = (size_t)other.lanes->n_lanes;
  double *y = create_numbers(count_state(r)), *z = create_numbers(count_state(&other));
  r->network->family->set_start(r->lanes, 7, y);
  r->network->family->set_start(other.lanes, 7, z);
  for (size_t row = 0; row < (size_t)r->network->n_state; row++) {
    for (int lane = 0; lane < r->lanes->n_lanes; lane++) {
      const size_t sample = (size_t)epx_lanes_get_sample(r->lanes, lane);
      assert_close(y[row * n + (size_t)lane], z[row * m + sample], 0);
      assert_close(y[row * n + (size_t)lane], z[row * m + 3 * 11 + sample], 0);
    }
  }
  epx_array_destroy(&y);
  epx_array_destroy(&z);
  destroy_random_network(&other);
}

static void start_depends_on_node_and_sample_alone(void **state) {
  (void)state;
  for_each_network(check_start);
}

static void table_of_families_is_sound(void **state) {
  (void)state;
  int n = 0;
  for (const epx_family *family; (family = epx_family_get(n)); n++) {
    int links = 0;
    assert_int_equal(family->abi, EPX_FAMILY_ABI);
    assert_ptr_equal(epx_family_get_by_name(family->name), family);
    assert_in_range(family->n_parameters, 1, EPX_FAMILY_MAX_PARAMETERS);
    for (int p = 0; p < family->n_parameters; p++) {
      const epx_parameter *parameter = &family->parameters[p];
      links += parameter->site == EPX_SITE_LINK;
      assert_int_equal(epx_family_get_parameter(family, parameter->name), p);
      assert_true(parameter->low <= parameter->fallback && parameter->fallback <= parameter->high);
      assert_true(parameter->trainable || !parameter->trained);
    }
    assert_true(links >= 1);
    assert_non_null(family->nudge);
    assert_non_null(family->exact);
    assert_true((family->frame == EPX_FRAME_FIELD) == !family->eval_energy);
    assert_true(family->readouts & EPX_READS(family->readout));
    for (int p = 0; family->n_presets > 0 && p < family->n_parameters; p++)
      assert_close(family->presets[0].values[p], family->parameters[p].fallback, 0);
    assert_int_equal(epx_family_get_parameter(family, "no such parameter"), -1);
  }
  assert_true(n >= 6);
  assert_null(epx_family_get(-1));
  assert_null(epx_family_get_by_name("no such family"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(table_of_families_is_sound),
      cmocka_unit_test(force_gradient_agrees_with_differences_of_the_force),
      cmocka_unit_test(energy_gradient_agrees_with_differences_of_the_energy),
      cmocka_unit_test(force_is_the_energy_slope_and_an_antisymmetric_part),
      cmocka_unit_test(energy_families_lose_energy_along_the_dynamics),
      cmocka_unit_test(antisymmetric_part_is_that_of_the_jacobian),
      cmocka_unit_test(start_depends_on_node_and_sample_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
