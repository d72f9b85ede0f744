/** @file
 * Checkpointer: a training that is restored from what was kept of it after any update ends as if nothing had been.
 */
#include "unit/xor_learner.h"

#include "learning/training/checkpointer.h"

enum { N = 3, EPOCHS = 6, N_CURVES = 5, N_NUMBERS = N * EPOCHS };

/* A training with all that goes with it. */
typedef struct {
  epx_learner *learner;
  double *theta, curve[N_CURVES][N_NUMBERS];
  epx_curves curves;
  epx_restart restart;
} training;

/* Keeps the n-th update that is shown, and leaves there if that is wanted. */
typedef struct {
  int n_shown, n_kept;
  bool leaves;
  double share;
  unsigned char *bytes;
} box;

static epx_err show(void *context, double share, const epx_restart *restart) {
  box *own = context;
  assert_true(share > own->share && share <= 1);
  own->share = share;
  if (++own->n_shown != own->n_kept) return EPX_OK;
  size_t at = 0;
  for (int k = 0; k < restart->n_parts; at += restart->part[k++].n_bytes)
    memcpy(own->bytes + at, restart->part[k].data, restart->part[k].n_bytes);
  return own->leaves ? EPX_RAISE(EPX_EINTERRUPTED, "kept") : EPX_OK;
}

static void restore(const box *own, const epx_restart *restart) {
  size_t at = 0;
  for (int k = 0; k < restart->n_parts; at += restart->part[k++].n_bytes)
    memcpy(restart->part[k].data, own->bytes + at, restart->part[k].n_bytes);
}

static training *create_training(const xor_study *x) {
  training *t;
  const size_t n = N * x->network->n_theta;
  assert_int_equal(EPX_ARRAY(t, 1), EPX_OK);
  t->learner = create_xor_learner(x);
  t->theta = create_numbers(n);
  memcpy(t->theta, x->theta, n * sizeof *t->theta);
  t->curves = (epx_curves){t->curve[0], t->curve[1], t->curve[2], t->curve[3], t->curve[4]};
  epx_learner_set_instances(t->learner, 2, 5);
  epx_learner_set_dead(t->learner, t->theta);
  assert_int_equal(epx_learner_add_to_restart(t->learner, t->theta, &t->curves, &t->restart), EPX_OK);
  return t;
}

static void destroy_training(training **address) {
  epx_learner_destroy(&(*address)->learner);
  epx_array_destroy(&(*address)->theta);
  epx_array_destroy(address);
}

static void check_same(const xor_study *x, const training *a, const training *b) {
  const size_t n_theta = x->network->n_theta;
  assert_memory_equal(a->theta, b->theta, N * n_theta * sizeof(double));
  for (int c = 0; c < N_CURVES; c++)
    assert_memory_equal(a->curve[c], b->curve[c], sizeof a->curve[c]);
  const epx_ensemble_counts counts = epx_learner_get_counts(a->learner),
                            other = epx_learner_get_counts(b->learner);
  assert_memory_equal(&counts, &other, sizeof counts);
  for (int i = 0; i < N; i++) {
    const epx_audit audit = epx_learner_get_audit(a->learner, i),
                    other_audit = epx_learner_get_audit(b->learner, i);
    assert_int_equal(audit.n_audited, other_audit.n_audited);
    assert_true(epx_learner_get_failures(a->learner, i) == epx_learner_get_failures(b->learner, i));
    assert_true(
        epx_tuning_eval_writes(epx_learner_get_tuning(a->learner), i, epx_learner_get_trained(a->learner)) ==
        epx_tuning_eval_writes(epx_learner_get_tuning(b->learner), i, epx_learner_get_trained(b->learner)));
  }
}

/* Trains once undisturbed, and once by two learners, the second from update n_kept on. Returns the number of
 * updates of an undisturbed training. */
static int compare(const xor_study *x, int n_kept, bool leaves) {
  training *whole = create_training(x), *first = create_training(x), *second = create_training(x);
  box watched = {0}, kept = {.n_kept = n_kept, .leaves = leaves}, rest = {0};
  const epx_checkpointer watcher = {.context = &watched, .show = show},
                         checkpointer = {.context = &kept, .show = show},
                         last = {.context = &rest, .show = show};
  assert_int_equal(EPX_ARRAY(kept.bytes, epx_restart_get_bytes(&first->restart)), EPX_OK);
  epx_learner_set_checkpointer(whole->learner, &watcher, &whole->restart);
  assert_int_equal(epx_learner_solve_training(whole->learner, whole->theta, &whole->curves), EPX_OK);
  epx_learner_set_checkpointer(first->learner, &checkpointer, &first->restart);
  assert_int_equal(epx_learner_solve_training(first->learner, first->theta, &first->curves),
                   leaves ? EPX_EINTERRUPTED : EPX_OK);
  if (!leaves) check_same(x, whole, first);
  restore(&kept, &second->restart);
  assert_int_equal(epx_learner_set_restored(second->learner), EPX_OK);
  epx_learner_set_checkpointer(second->learner, &last, &second->restart);
  assert_int_equal(epx_learner_solve_training(second->learner, second->theta, &second->curves), EPX_OK);
  assert_int_equal(rest.n_shown, watched.n_shown - n_kept); /* what was done is not done again */
  check_same(x, whole, second);
  epx_array_destroy(&kept.bytes);
  destroy_training(&whole);
  destroy_training(&first);
  destroy_training(&second);
  return watched.n_shown;
}

static xor_study create_study(const char *rule, const epx_optimizer_spec *optimizer) {
  xor_study x = create_xor_study(1, rule, N);
  x.spec.epochs = EPOCHS;
  x.spec.batch = 3; /* two updates an epoch, of 3 and 1 samples */
  x.spec.decay = 0.9;
  x.spec.nudge_decay = 0.8;
  x.spec.optimizer = *optimizer;
  return x;
}

static const epx_optimizer_spec optimizers[] = {
    {.kind = EPX_SGD, .rate = 0.05},
    {.kind = EPX_SGD, .rate = 0.05, .momentum = 0.9},
    {.kind = EPX_ADAM, .rate = 0.02, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8}};

static void every_optimizer_goes_on_from_any_update(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof optimizers / sizeof *optimizers; k++) {
    xor_study x = create_study("phase-conjugate", &optimizers[k]);
    for (int n_kept = 1; n_kept <= 2 * EPOCHS; n_kept += 1 + 2 * (int)k)
      assert_int_equal(compare(&x, n_kept, n_kept % 2), 2 * EPOCHS);
    destroy_xor_study(&x);
  }
}

static void rules_that_draw_go_on_with_their_draws(void **state) {
  (void)state;
  static const char *const rules[] = {"plain",       "random-sign", "spsa",
                                      "multiplexed", "homeostasis", "direct-feedback"};
  for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
    xor_study x = create_study(rules[k], &optimizers[2]);
    x.spec.nudging.n_probes = 3;
    compare(&x, 5, true);
    destroy_xor_study(&x);
  }
}

static void hardware_audit_and_patience_are_kept(void **state) {
  (void)state;
  for (int patience = 1; patience <= 4; patience += 3) {
    xor_study x = create_study("phase-conjugate", &optimizers[2]);
    const epx_task_spec task = {
        .name = "moons", .n_samples = 16, .noise = 0.1, .validation_fraction = 0.25, .test_fraction = 0.25};
    epx_task_destroy(&x.task);
    assert_int_equal(epx_task_create(&task, 1, &x.task), EPX_OK);
    x.spec.patience = patience;
    x.options.audit = 0.2;
    x.spec.hardware =
        (epx_hardware_spec){.reading = {.noise = 1e-3, .averages = 1},
                            .drift = {.parameter = 0, .local = 1e-4},
                            .tuning = {.range = 1, .granularity = 1e-3, .stochastic = true, .endurance = 6},
                            .dead = {.nodes = 0.1}};
    for (int n_kept = 1; n_kept <= 4; n_kept++)
      compare(&x, n_kept, n_kept % 2);
    destroy_xor_study(&x);
  }
}

/* Epochs of a stopped instance cost nothing, and are shown to nobody. */
static void targets_that_were_reached_are_kept(void **state) {
  (void)state;
  xor_study x = create_study("backprop", &optimizers[2]);
  x.spec.target_loss = 0.69;
  compare(&x, 3, true);
  x.spec.tied = true;
  compare(&x, 3, false);
  destroy_xor_study(&x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_optimizer_goes_on_from_any_update),
      cmocka_unit_test(rules_that_draw_go_on_with_their_draws),
      cmocka_unit_test(hardware_audit_and_patience_are_kept),
      cmocka_unit_test(targets_that_were_reached_are_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
