/** @file
 * Nudging: the force of each learning phase against what it should be, its Jacobian against differences.
 */
#include "unit/random_network.h"

#include "equilibrium/nudge/frame.h"
#include "equilibrium/population/population_ensemble.h"
#include "learning/estimators/estimator.h"
#include "learning/nudge/nudging.h"

enum { n_instances = 2, n_samples = 5 };

typedef struct {
  random_network r;
  epx_cost cost;
  epx_batch batch;
  epx_ensemble *ensemble;
  epx_estimator_work *work;
  double *state, *weight;
  int *label;
} fixture;

static fixture create(const char *family, epx_readout_kind readout, epx_cost_kind kind) {
  fixture x = {.r = create_random_network(epx_family_get_by_name(family), 6, 2, n_instances, n_samples)};
  const epx_lanes *lanes = x.r.lanes;
  x.r.network->readout = readout;
  x.r.network->readout_scale = 1.3;
  x.cost = (epx_cost){.kind = kind, .off = -0.4, .on = 0.7};
  assert_int_equal(epx_population_ensemble_create(NULL, x.r.lanes, &x.ensemble), EPX_OK);
  assert_int_equal(epx_estimator_create_work(x.ensemble, &x.work), EPX_OK);
  x.state = create_random_state(&x.r, "free");
  x.weight = create_numbers((size_t)lanes->n_lanes);
  assert_int_equal(EPX_ARRAY(x.label, (size_t)lanes->n_lanes), EPX_OK);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    x.weight[lane] = 1;
    x.label[lane] = lane % 2;
  }
  return x;
}

/* The batch points into the fixture, which must stay where it is. */
static void point(fixture *x) {
  x->batch = (epx_batch){.ensemble = x->ensemble,
                         .theta = x->r.theta,
                         .cost = &x->cost,
                         .label = x->label,
                         .state = x->state,
                         .weight = x->weight};
  epx_estimator_set_lanes(&x->batch, x->work);
}

static void destroy(fixture *x) {
  epx_estimator_destroy_work(&x->work);
  epx_ensemble_destroy(&x->ensemble);
  destroy_random_network(&x->r);
  epx_array_destroy(&x->state);
  epx_array_destroy(&x->weight);
  epx_array_destroy(&x->label);
}

static const struct {
  const char *family;
  epx_readout_kind readout;
  epx_cost_kind cost;
} cases[] = {{"kerr", EPX_READ_INTENSITY, EPX_CROSS_ENTROPY},
             {"kerr", EPX_READ_QUADRATURE, EPX_SQUARED_ERROR},
             {"kerr", EPX_READ_INTENSITY, EPX_SQUARED_ERROR},
             {"phase", EPX_READ_PHASE, EPX_PHASE_COSINE},
             {"phase", EPX_READ_SINE, EPX_CROSS_ENTROPY}};
enum { n_cases = sizeof cases / sizeof cases[0] };

static const epx_nudge_kind kinds[] = {EPX_NUDGE_LIVE, EPX_NUDGE_REVERSED};

/* Evaluates the nudge's field alone at y into a new array. */
static double *create_nudge_field(const fixture *x, const epx_nudge *nudge, const double *y) {
  double *f = create_numbers(count_state(&x->r));
  nudge->add_field(nudge->context, x->r.lanes, y, f);
  return f;
}

static void jacobian_is_the_difference_quotient(void **state) {
  (void)state;
  const double h = 1e-6;
  for (int i = 0; i < 2 * n_cases; i++) {
    fixture x = create(cases[i / 2].family, cases[i / 2].readout, cases[i / 2].cost);
    point(&x);
    const epx_phase phase = epx_nudging_get_phase(&x.batch, x.work, kinds[i % 2], 0.3);
    const epx_phase_force force = {x.ensemble, &phase};
    epx_nudge nudge;
    epx_population_ensemble_init_nudge(&force, &nudge);
    const size_t n = (size_t)x.r.network->n_state, n_lanes = (size_t)x.r.lanes->n_lanes, lane = 3;
    double *y = create_random_state(&x.r, "nudged"), *jacobian = create_numbers(n * n * EPX_LANE_WIDTH);
    nudge.add_jacobian(nudge.context, x.r.lanes, y, 0, EPX_LANE_WIDTH, jacobian);
    for (size_t column = 0; column < n; column++) {
      y[column * n_lanes + lane] += h;
      double *high = create_nudge_field(&x, &nudge, y);
      y[column * n_lanes + lane] -= 2 * h;
      double *low = create_nudge_field(&x, &nudge, y);
      y[column * n_lanes + lane] += h;
      for (size_t row = 0; row < n; row++) {
        const double quotient = (high[row * n_lanes + lane] - low[row * n_lanes + lane]) / (2 * h);
        assert_close(jacobian[(row * n + column) * EPX_LANE_WIDTH + lane], quotient, 1e-7);
      }
      epx_array_destroy(&high);
      epx_array_destroy(&low);
    }
    epx_array_destroy(&y);
    epx_array_destroy(&jacobian);
    destroy(&x);
  }
}

static void jacobian_of_one_lane_is_that_of_many(void **state) {
  (void)state;
  fixture x = create("kerr", EPX_READ_INTENSITY, EPX_CROSS_ENTROPY);
  point(&x);
  const epx_phase phase = epx_nudging_get_phase(&x.batch, x.work, EPX_NUDGE_REVERSED, 0.3);
  const epx_phase_force force = {x.ensemble, &phase};
  epx_nudge nudge;
  epx_population_ensemble_init_nudge(&force, &nudge);
  const size_t n = (size_t)x.r.network->n_state;
  double *one = create_numbers(n * n), *many = create_numbers(n * n * EPX_LANE_WIDTH);
  nudge.add_jacobian(nudge.context, x.r.lanes, x.state, 0, EPX_LANE_WIDTH, many);
  nudge.add_jacobian(nudge.context, x.r.lanes, x.state, 5, 1, one);
  for (size_t k = 0; k < n * n; k++)
    assert_true(one[k] == many[k * EPX_LANE_WIDTH + 5]);
  epx_array_destroy(&one);
  epx_array_destroy(&many);
  destroy(&x);
}

/* What time-reversal is for: with beta = 0, the phase's Jacobian at s0 is Q M' where the free one is Q M. */
static void reversed_phase_has_the_transposed_force_jacobian(void **state) {
  (void)state;
  fixture x = create("kerr", EPX_READ_INTENSITY, EPX_SQUARED_ERROR);
  point(&x);
  const epx_phase phase = epx_nudging_get_phase(&x.batch, x.work, EPX_NUDGE_REVERSED, 0);
  const epx_phase_force force = {x.ensemble, &phase};
  epx_nudge nudge;
  epx_population_ensemble_init_nudge(&force, &nudge);
  assert_true(nudge.direction == -1);
  const size_t n = (size_t)x.r.network->n_state;
  const int lane = 4;
  double *M = create_force_jacobian(&x.r, x.state, lane), *whole = create_jacobian(&x.r, x.state, lane, 1);
  nudge.add_jacobian(nudge.context, x.r.lanes, x.state, lane, 1, whole);
  for (size_t row = 0; row < n; row += 2) {
    for (size_t column = 0; column < n; column++) {
      assert_close(whole[row * n + column], -M[column * n + row + 1], 1e-14);
      assert_close(whole[(row + 1) * n + column], M[column * n + row], 1e-14);
    }
  }
  epx_array_destroy(&M);
  epx_array_destroy(&whole);
  destroy(&x);
}

static void gradient_families_settle_forwards(void **state) {
  (void)state;
  fixture x = create("phase", EPX_READ_SINE, EPX_SQUARED_ERROR);
  point(&x);
  for (int i = 0; i < 2; i++) {
    const epx_phase phase = epx_nudging_get_phase(&x.batch, x.work, kinds[i], 0.1);
    const epx_phase_force force = {x.ensemble, &phase};
    epx_nudge nudge;
    epx_population_ensemble_init_nudge(&force, &nudge);
    assert_true(nudge.direction == 1);
  }
  destroy(&x);
}

static void frozen_lanes_do_not_move(void **state) {
  (void)state;
  fixture x = create("kerr", EPX_READ_INTENSITY, EPX_CROSS_ENTROPY);
  x.weight[2] = x.weight[9] = 0;
  point(&x);
  for (int kind = EPX_NUDGE_RELEASE; kind <= EPX_NUDGE_CONJUGATED; kind++) {
    const epx_phase phase = epx_nudging_get_phase(&x.batch, x.work, (epx_nudge_kind)kind, 0.1);
    const epx_phase_force force = {x.ensemble, &phase};
    epx_nudge nudge;
    epx_population_ensemble_init_nudge(&force, &nudge);
    double *f = create_field(&x.r, x.state);
    nudge.add_field(nudge.context, x.r.lanes, x.state, f);
    const size_t n_lanes = (size_t)x.r.lanes->n_lanes;
    for (size_t lane = 0; lane < n_lanes; lane++) {
      const bool frozen = lane == 2 || lane >= 9; /* lane 9 is the last used: the padding goes with it */
      for (size_t row = 0; row < (size_t)x.r.network->n_state; row++)
        assert_true((f[row * n_lanes + lane] == 0) == frozen);
    }
    epx_array_destroy(&f);
  }
  destroy(&x);
}

static void weights_left_make_up_for_failures(void **state) {
  (void)state;
  fixture x = create("kerr", EPX_READ_INTENSITY, EPX_CROSS_ENTROPY);
  point(&x);
  epx_estimator_set_failure(&x.batch, x.work, 1);
  epx_estimator_set_failure(&x.batch, x.work, 1);
  for (int lane = n_samples; lane < 2 * n_samples; lane++)
    epx_estimator_set_failure(&x.batch, x.work, lane);
  epx_estimator_set_weights(&x.batch, 0.5, x.work);
  for (int lane = 0; lane < n_samples; lane++)
    assert_close(x.work->left.weight[lane], lane == 1 ? 0 : 0.5 * 5 / 4, 1e-15);
  for (int lane = n_samples; lane < x.r.lanes->n_lanes; lane++)
    assert_true(x.work->left.weight[lane] == 0);
  assert_int_equal(epx_estimator_get_failures(x.work), 6);
  assert_int_equal(epx_estimator_get_lanes(x.work, 0), 4);
  assert_int_equal(epx_estimator_get_lanes(x.work, 1), 0);
  destroy(&x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(jacobian_is_the_difference_quotient),
      cmocka_unit_test(jacobian_of_one_lane_is_that_of_many),
      cmocka_unit_test(reversed_phase_has_the_transposed_force_jacobian),
      cmocka_unit_test(gradient_families_settle_forwards),
      cmocka_unit_test(frozen_lanes_do_not_move),
      cmocka_unit_test(weights_left_make_up_for_failures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
