/** @file
 * Nothing is allocated where the time goes: an equilibrium of either phase, a gradient by any rule, a
 * training, of every family. All libraries' allocations are counted, not the project's alone.
 */
#include "unit/allocation_counter.h"
#include "unit/settled_network.h"
#include "unit/xor_learner.h"

#include "equilibrium/population/population_ensemble.h"
#include "learning/estimators/estimator.h"

/** A settled batch and what a rule needs beside it. */
typedef struct {
  random_network r;
  solution s;
  epx_ensemble *ensemble;
  epx_estimator_work *work;
  int *label;
  double *weight, *gradient;
} case_of_family;

/** Sets the family's defaults with couplings of half its own spread: every family has equilibria there. */
static void set_defaults(const random_network *r) {
  const epx_family *family = r->network->family;
  epx_network_spec spec = {.family = family,
                           .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = r->network->n_nodes}};
  spec.value[r->network->coupling] =
      (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = family->coupling_spread / 2};
  assert_int_equal(epx_network_eval_nominal(r->network, &spec, 1, r->theta), EPX_OK);
  epx_lanes_set_parameters(r->lanes, r->theta);
}

static case_of_family create_case(const epx_family *family) {
  case_of_family c = {.r = create_random_network(family, 5, 2, 1, 4)};
  const size_t n_lanes = (size_t)c.r.lanes->n_lanes;
  set_defaults(&c.r);
  const epx_equilibrium_options options = get_options();
  c.s = create_start(&c.r, &options);
  assert_int_equal(epx_population_ensemble_create(c.s.population, c.r.lanes, &c.ensemble), EPX_OK);
  assert_int_equal(epx_estimator_create_work(c.ensemble, &c.work), EPX_OK);
  assert_int_equal(EPX_ARRAY(c.label, n_lanes), EPX_OK);
  c.weight = create_numbers(n_lanes);
  c.gradient = create_numbers(c.r.network->n_theta);
  for (size_t lane = 0; lane < n_lanes; lane++)
    c.label[lane] = (int)lane % c.r.network->n_outputs;
  return c;
}

static void destroy_case(case_of_family *c) {
  epx_estimator_destroy_work(&c->work);
  epx_ensemble_destroy(&c->ensemble);
  destroy_solution(&c->s);
  destroy_random_network(&c->r);
  epx_array_destroy(&c->label);
  epx_array_destroy(&c->weight);
  epx_array_destroy(&c->gradient);
}

/** Solves the free phase and, of the lanes that have an equilibrium, a rule's gradient. Tells how many lanes
 * it is made of. */
static int solve_gradient(case_of_family *c, const epx_estimator *rule, epx_scheme scheme) {
  static const epx_cost cost = {.kind = EPX_SQUARED_ERROR, .off = 0, .on = 1};
  const epx_nudging nudging = {.beta = 0.01, .scheme = scheme};
  const epx_batch batch = {.ensemble = c->ensemble,
                           .theta = c->r.theta,
                           .cost = &cost,
                           .label = c->label,
                           .state = c->s.y,
                           .weight = c->weight};
  c->r.network->family->set_start(c->r.lanes, 3, c->s.y);
  settle(&c->r, NULL, &c->s);
  for (int lane = 0; lane < c->r.lanes->n_lanes; lane++)
    c->weight[lane] = c->s.certificate[lane].outcome == EPX_OK;
  assert_int_equal(rule->eval(&batch, &nudging, c->work, c->gradient), EPX_OK);
  return epx_estimator_get_lanes(c->work, 0);
}

/** Evaluates the gradients of a family by every rule that it does not refuse. Tells how many had lanes. */
static int check_family(const epx_family *family) {
  case_of_family c = create_case(family);
  int n_made = 0;
  for (int i = 0; epx_estimator_get(i); i++) {
    const epx_estimator *rule = epx_estimator_get(i);
    if (rule->get_refusal(family)) continue;
    const bool unrolls = strcmp(rule->name, "unrolled") == 0;
    if (unrolls && family->stiff) continue; /* takes seconds */
    /* The rules that need more room than the others make it when they are first used. */
    if (unrolls || strcmp(rule->name, "holomorphic") == 0) solve_gradient(&c, rule, EPX_CENTERED);
    assert_int_equal(epx_estimator_prepare(rule, NULL, c.work), EPX_OK);
    for (int scheme = rule->nudged ? EPX_ONE_SIDED : EPX_CENTERED; scheme <= EPX_CENTERED; scheme++) {
      const long before = n_allocations;
      n_made += solve_gradient(&c, rule, (epx_scheme)scheme) > 0;
      if (n_allocations != before)
        fail_msg("%s by %s: %ld allocations", family->name, rule->name, n_allocations - before);
    }
  }
  destroy_case(&c);
  return n_made;
}

static void gradients_of_all_families_allocate_nothing(void **state) {
  (void)state;
  if (!COUNTS_ALLOCATIONS) skip();
  for (int i = 0; epx_family_get(i); i++) {
    assert_true(check_family(epx_family_get(i)) >= 10);
  }
}

/** Allocations by a training of so many epochs and the performance after it. */
static long count_training(const char *rule, int epochs, int batch) {
  xor_study x = create_xor_study(1, rule, 3);
  x.spec.epochs = epochs;
  x.spec.batch = batch;
  x.options.audit = 0.5;
  epx_performance performance[3];
  epx_learner *learner = create_xor_learner(&x);
  const long before = n_allocations;
  assert_int_equal(epx_learner_solve_training(learner, x.theta, NULL), EPX_OK);
  assert_int_equal(epx_learner_eval_performance(learner, x.theta, EPX_PART_TEST, true, performance), EPX_OK);
  const long n = n_allocations - before;
  assert_true(performance[0].n_settled > 0);
  epx_learner_destroy(&learner);
  destroy_xor_study(&x);
  return n;
}

static void trainings_allocate_nothing(void **state) {
  (void)state;
  if (!COUNTS_ALLOCATIONS) skip();
  static const char *const rules[] = {"phase-conjugate", "time-reversed", "backprop",
                                      "plain",           "dyadic",        "spsa"};
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    assert_int_equal(count_training(rules[i], 3, 0), 0);
    assert_int_equal(count_training(rules[i], 3, 2), 0);
  }
}

/** The counter counts: what is created is. */
static void counter_sees_what_is_created(void **state) {
  (void)state;
  if (!COUNTS_ALLOCATIONS) skip();
  const long before = n_allocations;
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 3, 2, 1, 1);
  const epx_equilibrium_options options = get_options();
  const long of_network = n_allocations - before;
  solution s = create_start(&r, &options);
  assert_true(of_network > 0 && n_allocations > before + of_network);
  destroy_solution(&s);
  destroy_random_network(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counter_sees_what_is_created),
      cmocka_unit_test(gradients_of_all_families_allocate_nothing),
      cmocka_unit_test(trainings_allocate_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
