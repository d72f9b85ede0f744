/** @file
 * Inspection: the audit confirms what is right and finds what is not; starts find the branches of a bistable
 * ring.
 */
#include "equilibrium/population/population_ensemble.h"
#include "learning/training/inspection.h"
#include "unit/settled_network.h"

enum { N_RINGS = 3, N_SAMPLES = 1 };

/* At offset 3 and force 2 a ring has two stable states, 2 - sqrt 2 and 2 + sqrt 2; at the others one. */
static const double offset[N_RINGS] = {3, 3, 1}, force[N_RINGS] = {2, 0.5, 2};
static const int samples[N_SAMPLES] = {0};
static const epx_batch_key key = {.seed = 7, .point = EPX_RANDOM_ANY};

static epx_inspection *create_inspection(epx_ensemble *ensemble, double audit, int starts) {
  epx_equilibrium_options options = get_options();
  epx_inspection *inspection;
  options.audit = audit;
  options.starts = starts;
  assert_int_equal(epx_inspection_create(ensemble, &options, &inspection), EPX_OK);
  return inspection;
}

static epx_ensemble *create_ensemble(const random_network *r, const solution *s) {
  epx_ensemble *ensemble;
  assert_int_equal(epx_population_ensemble_create(s->population, r->lanes, &ensemble), EPX_OK);
  return ensemble;
}

static void audit_confirms_what_the_dynamics_reach_and_finds_what_they_do_not(void **state) {
  (void)state;
  random_network r = create_rings(N_RINGS, offset, force);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options);
  epx_ensemble *ensemble = create_ensemble(&r, &s);
  const unsigned char idle[N_RINGS] = {0, 0, 1};
  epx_inspection *inspection = create_inspection(ensemble, 1, 1);
  assert_int_equal(epx_inspection_solve_audit(inspection, &key, idle, samples, s.y, s.certificate), EPX_OK);
  for (int k = 0; k < N_RINGS; k++) {
    assert_int_equal(epx_inspection_get_audit(inspection, k).n_audited, !idle[k]);
    assert_int_equal(epx_inspection_get_audit(inspection, k).n_disagreements, 0);
  }
  s.y[0] += 1e-3;
  s.certificate[1].outcome = EPX_SLOW;
  assert_int_equal(epx_inspection_solve_audit(inspection, &key, idle, samples, s.y, s.certificate), EPX_OK);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(epx_inspection_get_audit(inspection, k).n_audited, 2);
    assert_int_equal(epx_inspection_get_audit(inspection, k).n_disagreements, 1);
  }
  epx_inspection_set_zero(inspection);
  assert_int_equal(epx_inspection_get_audit(inspection, 0).n_audited, 0);
  epx_inspection_destroy(&inspection);
  assert_null(inspection);
  epx_ensemble_destroy(&ensemble);
  destroy_solution(&s);
  destroy_random_network(&r);
}

static void audit_takes_its_share_by_what_is_drawn(void **state) {
  (void)state;
  random_network r = create_rings(N_RINGS, offset, force);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options);
  epx_ensemble *ensemble = create_ensemble(&r, &s);
  const unsigned char idle[N_RINGS] = {0};
  long n_audited[2] = {0};
  for (int round = 0; round < 2; round++) {
    epx_inspection *inspection = create_inspection(ensemble, 0.25, 1);
    for (uint32_t step = 0; step < 100; step++) {
      const epx_batch_key at = {.seed = 7, .point = EPX_RANDOM_ANY, .step = step};
      assert_int_equal(epx_inspection_solve_audit(inspection, &at, idle, samples, s.y, s.certificate),
                       EPX_OK);
    }
    for (int k = 0; k < N_RINGS; k++) {
      n_audited[round] += epx_inspection_get_audit(inspection, k).n_audited;
      assert_int_equal(epx_inspection_get_audit(inspection, k).n_disagreements, 0);
    }
    epx_inspection_destroy(&inspection);
  }
  assert_true(n_audited[0] > 50 && n_audited[0] < 100); /* 75 of 300, and a spread of 7.5 */
  assert_int_equal(n_audited[0], n_audited[1]);
  epx_ensemble_destroy(&ensemble);
  destroy_solution(&s);
  destroy_random_network(&r);
}

static void starts_find_both_branches_of_a_bistable_ring(void **state) {
  (void)state;
  random_network r = create_rings(N_RINGS, offset, force);
  const epx_equilibrium_options options = get_options();
  solution s = create_solution(&r, &options);
  epx_ensemble *ensemble = create_ensemble(&r, &s);
  const struct {
    int starts;
    double found[N_RINGS];
  } cases[] = {{1, {1, 1, 1}}, {32, {2, 1, 1}}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    epx_inspection *inspection = create_inspection(ensemble, 0, cases[c].starts);
    double n_found[N_RINGS] = {0};
    assert_int_equal(epx_inspection_solve_starts(inspection, &key, samples, s.y, s.certificate, n_found),
                     EPX_OK);
    for (int k = 0; k < N_RINGS; k++)
      assert_true(n_found[k] == cases[c].found[k]);
    epx_inspection_destroy(&inspection);
  }
  epx_ensemble_destroy(&ensemble);
  destroy_solution(&s);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(audit_confirms_what_the_dynamics_reach_and_finds_what_they_do_not),
      cmocka_unit_test(audit_takes_its_share_by_what_is_drawn),
      cmocka_unit_test(starts_find_both_branches_of_a_bistable_ring),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
