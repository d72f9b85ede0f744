/* The memento of a learner's training: what solve_training() has at hand between two updates. Workspaces are
 * left out: every solve begins with what is set anew. */
#include "epilux/learning/keeper.h"

#include "learning/learner_state.h"

static epx_err add_training(epx_learner *learner, epx_memento *m) {
  const size_t n = (size_t)learner->n_instances, n_all = n * learner->network->n_theta;
  EPX_TRY(EPX_MEMENTO_ADD(m, learner->place.epoch));
  EPX_TRY(EPX_MEMENTO_ADD(m, learner->place.first));
  EPX_TRY(EPX_MEMENTO_ADD(m, learner->place.beta));
  EPX_TRY(EPX_MEMENTO_ADD(m, learner->key.step));
  EPX_TRY(EPX_MEMENTO_ADD(m, learner->counts));
  EPX_TRY(epx_memento_add(m, learner->alive, n_all * sizeof *learner->alive));
  EPX_TRY(epx_memento_add(m, learner->stopped, n * sizeof *learner->stopped));
  EPX_TRY(epx_memento_add(m, learner->tally, n * sizeof *learner->tally));
  EPX_TRY(epx_memento_add(m, learner->norm, n * sizeof *learner->norm));
  EPX_TRY(epx_memento_add(m, learner->n_norms, n * sizeof *learner->n_norms));
  EPX_TRY(epx_memento_add(m, learner->n_asked, n * sizeof *learner->n_asked));
  EPX_TRY(epx_memento_add(m, learner->failed, n * sizeof *learner->failed));
  EPX_TRY(epx_memento_add(m, learner->best_theta, n_all * sizeof *learner->best_theta));
  EPX_TRY(epx_memento_add(m, learner->best_loss, n * sizeof *learner->best_loss));
  EPX_TRY(epx_memento_add(m, learner->n_worse, n * sizeof *learner->n_worse));
  EPX_TRY(epx_optimizer_add_to_memento(learner->optimizer, m));
  EPX_TRY(epx_tuning_add_to_memento(learner->tuning, m));
  return epx_inspection_add_to_memento(learner->inspection, m);
}

epx_err epx_curves_add_to_memento(const epx_curves *curves, size_t n, epx_memento *memento) {
  double *const kept[] = {curves->loss, curves->accuracy, curves->gradient_norm, curves->validation_loss,
                          curves->validation_accuracy};
  for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
    EPX_TRY(epx_memento_add(memento, kept[k], n * sizeof(double)));
  return EPX_OK;
}

epx_err epx_learner_add_to_memento(epx_learner *learner, double *theta, const epx_curves *curves,
                                   epx_memento *memento) {
  const size_t n = (size_t)learner->n_instances;
  EPX_TRY(epx_memento_add(memento, theta, n * learner->network->n_theta * sizeof *theta));
  EPX_TRY(add_training(learner, memento));
  return curves ? epx_curves_add_to_memento(curves, n * (size_t)learner->spec.epochs, memento) : EPX_OK;
}

void epx_learner_set_keeper(epx_learner *learner, const epx_keeper *keeper, const epx_memento *memento) {
  learner->keeper = keeper;
  learner->memento = memento;
}

void epx_learner_set_restored(epx_learner *learner) {
  const epx_population_counts kept = learner->counts, own = epx_population_get_counts(learner->population);
  learner->restored = true;
  learner->earlier = (epx_population_counts){
      .equilibria = kept.equilibria - own.equilibria,
      .failures = kept.failures - own.failures,
      .steps = kept.steps - own.steps,
      .field_evaluations = kept.field_evaluations - own.field_evaluations,
      .newton_iterations = kept.newton_iterations - own.newton_iterations,
      .factorisations = kept.factorisations - own.factorisations,
      .basin_departures = kept.basin_departures - own.basin_departures,
  };
}

epx_err epx_learner_show(epx_learner *learner, double share) {
  if (!learner->keeper || !learner->keeper->show) return EPX_OK;
  learner->counts = epx_learner_get_counts(learner);
  return learner->keeper->show(learner->keeper->context, share, learner->memento);
}
