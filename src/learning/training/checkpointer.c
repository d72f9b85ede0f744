/* The restart of a learner's training: what solve_training() has at hand between two updates. Workspaces are
 * left out: every solve begins with what is set anew. */
#include "learning/training/checkpointer.h"

#include "learning/training/learner_state.h"

static epx_err add_training(epx_learner *learner, epx_restart *m) {
  const size_t n = (size_t)learner->n_instances, n_all = n * learner->network->n_theta;
  EPX_TRY(EPX_RESTART_ADD(m, learner->epochs.place.epoch));
  EPX_TRY(EPX_RESTART_ADD(m, learner->epochs.place.first));
  EPX_TRY(EPX_RESTART_ADD(m, learner->epochs.place.beta));
  EPX_TRY(EPX_RESTART_ADD(m, learner->key.step));
  EPX_TRY(epx_ensemble_add_to_restart(learner->ensemble, m));
  EPX_TRY(epx_restart_add(m, learner->settings.alive, n_all * sizeof *learner->settings.alive));
  EPX_TRY(epx_restart_add(m, learner->epochs.stopped, n * sizeof *learner->epochs.stopped));
  EPX_TRY(epx_restart_add(m, learner->epochs.tally, n * sizeof *learner->epochs.tally));
  EPX_TRY(epx_restart_add(m, learner->settings.range, n * sizeof *learner->settings.range));
  EPX_TRY(epx_restart_add(m, learner->epochs.norm, n * sizeof *learner->epochs.norm));
  EPX_TRY(epx_restart_add(m, learner->epochs.n_norms, n * sizeof *learner->epochs.n_norms));
  EPX_TRY(epx_restart_add(m, learner->epochs.coverage, n * sizeof *learner->epochs.coverage));
  EPX_TRY(epx_restart_add(m, learner->sum.n_asked, n * sizeof *learner->sum.n_asked));
  EPX_TRY(epx_restart_add(m, learner->sum.failed, n * sizeof *learner->sum.failed));
  EPX_TRY(epx_restart_add(m, epx_estimator_get_reads(learner->work), 2 * n * sizeof(double)));
  EPX_TRY(epx_restart_add(m, learner->patience.best_theta, n_all * sizeof *learner->patience.best_theta));
  EPX_TRY(epx_restart_add(m, learner->patience.best_loss, n * sizeof *learner->patience.best_loss));
  EPX_TRY(epx_restart_add(m, learner->patience.n_worse, n * sizeof *learner->patience.n_worse));
  EPX_TRY(epx_optimizer_add_to_restart(learner->optimizer, m));
  EPX_TRY(epx_tuning_add_to_restart(learner->settings.tuning, m));
  return epx_inspection_add_to_restart(learner->inspection, m);
}

epx_err epx_curves_add_to_restart(const epx_curves *curves, size_t n, epx_restart *restart) {
  double *const kept[] = {curves->loss, curves->accuracy, curves->gradient_norm, curves->validation_loss,
                          curves->validation_accuracy};
  for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
    EPX_TRY(epx_restart_add(restart, kept[k], n * sizeof(double)));
  return EPX_OK;
}

epx_err epx_learner_add_to_restart(epx_learner *learner, double *theta, const epx_curves *curves,
                                   epx_restart *restart) {
  const size_t n = (size_t)learner->n_instances;
  EPX_TRY(epx_restart_add(restart, theta, n * learner->network->n_theta * sizeof *theta));
  EPX_TRY(add_training(learner, restart));
  return curves ? epx_curves_add_to_restart(curves, n * (size_t)learner->spec.epochs, restart) : EPX_OK;
}

void epx_learner_set_checkpointer(epx_learner *learner, const epx_checkpointer *checkpointer,
                                  const epx_restart *restart) {
  learner->keeping.checkpointer = checkpointer;
  learner->keeping.restart = restart;
}

epx_err epx_learner_set_restored(epx_learner *learner) {
  learner->keeping.restored = true;
  return epx_ensemble_restore(learner->ensemble);
}

epx_err epx_learner_show(epx_learner *learner, double share) {
  if (!learner->keeping.checkpointer || !learner->keeping.checkpointer->show) return EPX_OK;
  epx_ensemble_keep(learner->ensemble);
  return learner->keeping.checkpointer->show(learner->keeping.checkpointer->context, share,
                                             learner->keeping.restart);
}
