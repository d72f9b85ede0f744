/** @file
 * Deck: the section learning.
 */
#include <stdlib.h>

#include "io/deck/private.h"
#include "io/deck/reader.h"
#include "io/deck/resolve.h"
#include "io/schema/words.h"
#include "learning/estimators/estimator.h"

static void read_rate(const epx_reader *r, epx_rate_spec *rate) {
  rate->kind = (epx_rate_kind)epx_reader_get_word(r, "learning.schedule.kind", epx_words_get_rate);
  if (rate->kind == EPX_RATE_STEP) rate->every = epx_reader_get_integer(r, "learning.schedule.every");
  if (rate->kind == EPX_RATE_COSINE) rate->floor = epx_reader_get_real(r, "learning.schedule.floor");
  rate->warm_up = epx_reader_get_integer(r, "learning.schedule.warm_up");
}

/* What a schedule says but does not do, over the epochs there are. */
static epx_err check_rate(const epx_reader *r, const epx_learning_spec *learning) {
  const epx_rate_spec *rate = &learning->rate;
  const epx_tree *kind = epx_reader_get(r, "learning.schedule.kind");
  if (rate->kind == EPX_RATE_STEP && learning->decay == 1)
    return epx_tree_raise(kind, "learning.schedule.kind: step multiplies the rate by learning.decay, which "
                                "is 1, so the rate stays constant; set learning.decay, such as 0.5");
  if (rate->kind == EPX_RATE_COSINE && learning->decay != 1)
    return epx_tree_raise(epx_reader_get(r, "learning.decay"),
                          "learning.decay: %g has no effect with learning.schedule.kind: cosine, which ends "
                          "at learning.schedule.floor",
                          learning->decay);
  if (learning->epochs > 0 && rate->warm_up > learning->epochs)
    return epx_tree_raise(
        epx_reader_get(r, "learning.schedule.warm_up"),
        "learning.schedule.warm_up: %d epochs, but learning.epochs is %d: the rate never reaches "
        "its value",
        rate->warm_up, learning->epochs);
  return EPX_OK;
}

/* A cost takes readouts for what they are not: a stored deck has been run with it all the same. */
static epx_err check_cost(const epx_reader *r) {
  const epx_settings *settings = r->settings;
  const bool phase = settings->network.readout == EPX_READ_PHASE;
  if (epx_resolve_is_stored(r->root)) return EPX_OK;
  if (settings->cost.kind == EPX_CROSS_ENTROPY && settings->task.goal != EPX_GOAL_CLASSES)
    return epx_tree_raise(epx_reader_get(r, "learning.cost"),
                          "learning.cost: cross-entropy needs classes, and task.goal is %s, which has real "
                          "targets; use squared-error",
                          epx_task_get_goal_name(settings->task.goal));
  if (settings->cost.kind == EPX_CROSS_ENTROPY && phase)
    return epx_tree_raise(
        epx_reader_get(r, "learning.cost"),
        "learning.cost: cross-entropy takes readouts for numbers that can grow without end, and phases count "
        "modulo 2 pi; use phase-cosine or squared-error, or network.outputs.readout: sine");
  if (settings->cost.kind == EPX_PHASE_COSINE && !phase)
    return epx_tree_raise(epx_reader_get(r, "learning.cost"),
                          "learning.cost: phase-cosine compares angles, and network.outputs.readout is %s; "
                          "use cross-entropy or "
                          "squared-error",
                          epx_network_get_readout_name(settings->network.readout));
  return EPX_OK;
}

static void read_optimizer(const epx_reader *r, epx_optimizer_spec *optimizer) {
  optimizer->kind =
      (epx_optimizer_kind)epx_reader_get_word(r, "learning.optimizer.name", epx_words_get_optimizer);
  optimizer->rate = epx_reader_get_real(r, "learning.optimizer.rate");
  optimizer->clip = epx_reader_get_real(r, "learning.optimizer.clip");
  optimizer->weight_decay = epx_reader_get_real(r, "learning.optimizer.weight_decay");
  if (epx_reader_is_set(r, "learning.optimizer.momentum"))
    optimizer->momentum = epx_reader_get_real(r, "learning.optimizer.momentum");
  if (optimizer->kind != EPX_ADAM) return;
  optimizer->beta1 = epx_reader_get_real(r, "learning.optimizer.beta1");
  optimizer->beta2 = epx_reader_get_real(r, "learning.optimizer.beta2");
  optimizer->epsilon = epx_reader_get_real(r, "learning.optimizer.epsilon");
}

static epx_err read_layer_rates(const epx_reader *r, epx_learning_spec *learning) {
  const epx_tree *list = epx_reader_get(r, "learning.optimizer.layer_rates");
  double *rates;
  if (!list) return EPX_OK;
  if (list->n == 0) return epx_tree_raise(list, "learning.optimizer.layer_rates: the list is empty");
  EPX_TRY(epx_settings_create_owned(r->settings, (size_t)list->n, sizeof *rates, &rates));
  for (int i = 0; i < list->n; i++)
    rates[i] = strtod(list->items[i]->text, NULL);
  learning->n_layer_rates = list->n;
  learning->layer_rates = rates;
  return EPX_OK;
}

epx_err epx_reader_read_learning(epx_reader *r) {
  epx_settings *settings = r->settings;
  epx_learning_spec *learning = &settings->learning;
  const epx_family *family = settings->network.family;
  const epx_tree *estimator = epx_reader_get(r, "learning.estimator"),
                 *train = epx_reader_get(r, "learning.train");
  learning->estimator = epx_estimator_get_by_name(estimator->text);
  const bool stored = epx_resolve_is_stored(r->root); /* and was not refused */
  const char *refusal = stored ? NULL : learning->estimator->get_refusal(family);
  if (refusal)
    return epx_tree_raise(estimator, "learning.estimator: %s does not apply to family %s: %s",
                          estimator->text, family->name, refusal);
  learning->nudging.beta = epx_reader_get_real(r, "learning.nudge.beta");
  learning->nudging.scheme =
      (epx_scheme)epx_reader_get_word(r, "learning.nudge.scheme", epx_words_get_scheme);
  learning->nudge_decay = epx_reader_get_real(r, "learning.nudge.decay");
  learning->nudging.quadrature =
      (epx_quadrature)epx_reader_get_word(r, "learning.nudge.quadrature", epx_words_get_quadrature);
  learning->nudging.n_points = epx_reader_get_integer(r, "learning.nudge.points");
  learning->nudging.penalty = epx_reader_get_real(r, "learning.nudge.penalty");
  learning->nudging.shift = epx_reader_get_real(r, "learning.nudge.shift");
  learning->nudging.n_probes = epx_reader_get_integer(r, "learning.nudge.probes");
  if (learning->nudging.n_points % 2 != 0)
    return epx_tree_raise(epx_reader_get(r, "learning.nudge.points"),
                          "learning.nudge.points: %d; must be even", learning->nudging.n_points);
  settings->cost.kind = (epx_cost_kind)epx_reader_get_word(r, "learning.cost", epx_words_get_cost);
  settings->cost.off =
      epx_reader_is_set(r, "learning.targets.off") ? epx_reader_get_real(r, "learning.targets.off") : 0;
  settings->cost.on =
      epx_reader_is_set(r, "learning.targets.on") ? epx_reader_get_real(r, "learning.targets.on") : 1;
  settings->cost.periodic =
      settings->network.readout == EPX_READ_PHASE && settings->network.readout_scale == 1;
  EPX_TRY(check_cost(r));
  if (settings->cost.on == settings->cost.off)
    return epx_tree_raise(epx_reader_get(r, "learning.targets"), "learning.targets: on and off must differ");
  read_optimizer(r, &learning->optimizer);
  EPX_TRY(read_layer_rates(r, learning));
  learning->epochs = epx_reader_get_integer(r, "learning.epochs");
  learning->batch = epx_reader_get_integer(r, "learning.batch");
  learning->decay = epx_reader_get_real(r, "learning.decay");
  read_rate(r, &learning->rate);
  EPX_TRY(check_rate(r, learning));
  learning->patience = epx_reader_get_integer(r, "learning.patience");
  if (learning->patience > 0 && settings->task.validation_fraction == 0)
    return epx_tree_raise(
        epx_reader_get(r, "learning.patience"),
        "learning.patience: needs a validation part; set task.validation_fraction, such as 0.2");
  if (epx_reader_is_set(r, "learning.target_accuracy"))
    learning->target_accuracy = epx_reader_get_real(r, "learning.target_accuracy");
  if (learning->target_accuracy > 0 && settings->task.validation_fraction == 0)
    return epx_tree_raise(epx_reader_get(r, "learning.target_accuracy"),
                          "learning.target_accuracy: it watches the validation part, and there is none; set "
                          "task.validation_fraction, such as 0.2");
  learning->target_loss = epx_reader_get_real(r, "learning.target_loss");
  for (int i = 0; i < train->n; i++)
    learning->train[epx_family_get_parameter(family, train->items[i]->text)] = true;
  return EPX_OK;
}
