/** @file
 * Ensemble: starts belong to samples, counts go on where another left them, and what an engine lacks is said.
 */
#include "unit/random_network.h"

#include <string.h>

#include "equilibrium/ensemble.h"

enum { N_SAMPLES = 5 };

static epx_ensemble *create(const random_network *r, int n_instances, int max_samples) {
  epx_equilibrium_options options;
  epx_ensemble *ensemble;
  epx_equilibrium_init(&options);
  assert_int_equal(epx_ensemble_create(r->network, n_instances, max_samples, &options, &ensemble), EPX_OK);
  return ensemble;
}

static void starts_belong_to_samples(void **state) {
  (void)state;
  static const char *const families[] = {"phase", "opo", "laser"};
  static const int all[N_SAMPLES] = {0, 1, 2, 3, 4}, some[2] = {4, 2};
  const double features[2 * N_SAMPLES] = {0};
  for (int f = 0; f < 3; f++) {
    random_network r = create_random_network(epx_family_get_by_name(families[f]), 6, 2, 1, 1);
    epx_ensemble *whole = create(&r, 1, N_SAMPLES), *part = create(&r, 3, 2);
    double *wanted = create_numbers((size_t)whole->n_rows * (size_t)whole->max_lanes);
    double *got = create_numbers((size_t)part->n_rows * (size_t)part->max_lanes);
    whole->functions->set_samples(whole, N_SAMPLES, features);
    part->functions->set_samples(part, 2, features);
    assert_int_equal(whole->functions->set_start(whole, 7, all, wanted), EPX_OK);
    assert_int_equal(part->functions->set_start(part, 7, some, got), EPX_OK);
    for (int row = 0; row < whole->n_rows; row++) {
      for (int lane = 0; lane < part->n_used; lane++)
        assert_true(got[row * part->n_lanes + lane] == wanted[row * whole->n_lanes + some[lane % 2]]);
    }
    assert_true(wanted[0] != wanted[1]);
    epx_array_destroy(&wanted);
    epx_array_destroy(&got);
    epx_ensemble_destroy(&whole);
    epx_ensemble_destroy(&part);
    destroy_random_network(&r);
  }
}

/** What another has counted and kept is where this one goes on from, and its own is added. */
static void counts_go_on_where_another_left_them(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 4, 2, 1, 1);
  epx_ensemble *ensemble = create(&r, 1, 1);
  const epx_ensemble_counts earlier = {.equilibria = 100, .spectra = 7, .newton_halvings = 3};
  const double features[2] = {0.5, -0.5};
  static const int sample = 0;
  epx_certificate certificate[EPX_LANE_WIDTH];
  double *y = create_numbers((size_t)ensemble->n_rows * (size_t)ensemble->max_lanes);
  epx_restart restart = {0};
  assert_int_equal(epx_ensemble_add_to_restart(ensemble, &restart), EPX_OK);
  assert_int_equal(restart.part[0].n_bytes, sizeof earlier);
  memcpy(restart.part[0].data, &earlier, sizeof earlier);
  assert_int_equal(epx_ensemble_restore(ensemble), EPX_OK);
  ensemble->functions->set_parameters(ensemble, r.theta);
  ensemble->functions->set_samples(ensemble, 1, features);
  assert_int_equal(ensemble->functions->set_start(ensemble, 1, &sample, y), EPX_OK);
  assert_int_equal(ensemble->functions->solve(ensemble, NULL, NULL, y, certificate), EPX_OK);
  const epx_ensemble_counts counts = epx_ensemble_get_counts(ensemble);
  assert_int_equal(counts.equilibria, 101);
  assert_true(counts.spectra >= 7 && counts.newton_halvings >= 3 && counts.steps > 0);
  epx_array_destroy(&y);
  epx_ensemble_destroy(&ensemble);
  destroy_random_network(&r);
}

static void what_an_engine_lacks_is_said_with_the_remedy(void **state) {
  (void)state;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 4, 2, 1, 1);
  for (int need = 0; need < EPX_NEED_COUNT; need++) {
    assert_null(epx_ensemble_get_refusal(EPX_ENGINE_POPULATION, r.network, (epx_need)need));
    const char *refusal = epx_ensemble_get_refusal(EPX_ENGINE_DISTRIBUTED, r.network, (epx_need)need);
    assert_non_null(refusal);
    assert_non_null(strstr(refusal, "equilibrium.engine: population"));
  }
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(starts_belong_to_samples),
      cmocka_unit_test(counts_go_on_where_another_left_them),
      cmocka_unit_test(what_an_engine_lacks_is_said_with_the_remedy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
