#include "study/trial.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "epilux/log.h"
#include "study/distributed_trial.h"
#include "study/energy/consumption.h"
#include "study/fabrication/deployment.h"
#include "study/fabrication/fabricated.h"

/* What one block needs while it is solved, all [block] or [block][…]. */
typedef struct {
  epx_learner *learner;
  double *theta, *gradient, *exact; /* [block][n_theta] */
  epx_performance *initial, *deployed, *train, *validation, *test;
  int n_epochs; /* trained in situ */
  epx_energy *energy;
  epx_curves curves;
  double *cosine, *ratio, *trained_cosine, *heater_power, *failures, *multiplicity;
  epx_restart restart;
} block_work;

static bool wants(const epx_settings *settings, epx_metric metric) {
  for (int k = 0; k < settings->n_metrics; k++)
    if (settings->metric[k] == metric) return true;
  return false;
}

static void destroy_work(block_work *work) {
  epx_learner_destroy(&work->learner);
  double **arrays[] = {&work->theta,
                       &work->gradient,
                       &work->exact,
                       &work->curves.loss,
                       &work->curves.accuracy,
                       &work->curves.gradient_norm,
                       &work->curves.validation_loss,
                       &work->curves.validation_accuracy,
                       &work->cosine,
                       &work->ratio,
                       &work->trained_cosine,
                       &work->heater_power,
                       &work->failures,
                       &work->multiplicity};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    epx_array_destroy(arrays[i]);
  epx_array_destroy(&work->energy);
  epx_array_destroy(&work->initial);
  epx_array_destroy(&work->deployed);
  epx_array_destroy(&work->train);
  epx_array_destroy(&work->validation);
  epx_array_destroy(&work->test);
}

static epx_err create_work(const epx_point *point, block_work *work) {
  const epx_settings *settings = point->settings;
  epx_learning_spec learning = settings->learning;
  learning.epochs = work->n_epochs = epx_protocol_get_epochs(&settings->protocol, learning.epochs);
  const size_t block = (size_t)point->block, epochs = (size_t)work->n_epochs;
  EPX_TRY(epx_learner_create(point->network, point->task, &settings->cost, &learning, &settings->equilibrium,
                             point->block, settings->seed, &work->learner));
  double **by_parameter[] = {&work->theta, &work->gradient, &work->exact};
  for (size_t i = 0; i < 3; i++)
    EPX_TRY(EPX_ARRAY(*by_parameter[i], block * point->network->n_theta));
  double **by_epoch[] = {&work->curves.loss, &work->curves.accuracy, &work->curves.gradient_norm};
  for (size_t i = 0; i < 3; i++)
    EPX_TRY(EPX_ARRAY(*by_epoch[i], block * epochs));
  if (settings->curve[EPX_CURVE_VALIDATION_LOSS])
    EPX_TRY(EPX_ARRAY(work->curves.validation_loss, block * epochs));
  if (settings->curve[EPX_CURVE_VALIDATION_ACCURACY])
    EPX_TRY(EPX_ARRAY(work->curves.validation_accuracy, block * epochs));
  double **by_instance[] = {&work->cosine,       &work->ratio,    &work->trained_cosine,
                            &work->heater_power, &work->failures, &work->multiplicity};
  for (size_t i = 0; i < sizeof by_instance / sizeof *by_instance; i++)
    EPX_TRY(EPX_ARRAY(*by_instance[i], block));
  EPX_TRY(EPX_ARRAY(work->initial, block));
  EPX_TRY(EPX_ARRAY(work->energy, block));
  EPX_TRY(EPX_ARRAY(work->deployed, block));
  EPX_TRY(EPX_ARRAY(work->train, block));
  EPX_TRY(EPX_ARRAY(work->validation, block));
  EPX_TRY(EPX_ARRAY(work->test, block));
  return EPX_OK;
}

/* Measures the instances as they were fabricated, before anything is deployed on them. */
static epx_err measure_initial(const epx_point *point, int i_point, int first, block_work *work) {
  const size_t n_theta = point->network->n_theta;
  if (!wants(point->settings, EPX_METRIC_INITIAL_ACCURACY)) return EPX_OK;
  for (int k = 0; k < point->block; k++)
    EPX_TRY(epx_deployment_eval_instance(point, i_point, (uint32_t)(first + k), point->nominal,
                                         work->theta + (size_t)k * n_theta, NULL));
  epx_learner_set_dead(work->learner, work->theta);
  return epx_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST, false, work->initial);
}

/* cosine and norm ratio of the deck's rule against implicit differentiation, per instance; NaN when either
 * vanishes */
static epx_err compare_gradients(const epx_point *point, block_work *work, double *cosine, double *ratio) {
  const epx_learning_spec *learning = &point->settings->learning;
  EPX_TRY(epx_learner_eval_gradient(work->learner, learning->estimator, &learning->nudging, work->theta,
                                    work->gradient));
  EPX_TRY(epx_learner_eval_gradient(work->learner, epx_estimator_get_by_name("backprop"), &learning->nudging,
                                    work->theta, work->exact));
  const size_t n = point->network->n_theta;
  for (int k = 0; k < point->block; k++) {
    const double *g = work->gradient + (size_t)k * n, *e = work->exact + (size_t)k * n;
    double ge = 0, gg = 0, ee = 0;
    for (size_t i = 0; i < n; i++) {
      ge += g[i] * e[i];
      gg += g[i] * g[i];
      ee += e[i] * e[i];
    }
    cosine[k] = gg > 0 && ee > 0 ? ge / sqrt(gg * ee) : NAN;
    if (ratio) ratio[k] = ee > 0 ? sqrt(gg / ee) : NAN;
  }
  return EPX_OK;
}

/* The gravest first: a device that diverges is worse than one that swings, which is worse than a slow one. */
static int judge(const epx_performance *performance) {
  if (2 * performance->n_settled >= performance->n_samples && performance->n_settled > 0)
    return EPX_STATE_DONE;
  return performance->outcome == EPX_OK ? EPX_FAILED : performance->outcome;
}

static double count_epochs(const block_work *work, int k) {
  const int n = work->n_epochs;
  int epochs = 0;
  for (int e = 0; e < n; e++)
    epochs += !isnan(work->curves.loss[(size_t)k * (size_t)n + (size_t)e]);
  return epochs;
}

static double get_epochs_elsewhere(const epx_point *point) {
  return point->origin->made ? point->origin->epochs : 0;
}

static double get_disagreements(const block_work *work, int k) {
  const epx_audit audit = epx_learner_get_audit(work->learner, k);
  return audit.n_audited > 0 ? (double)audit.n_disagreements / (double)audit.n_audited : NAN;
}

static double get_metric(const epx_point *point, const block_work *work, epx_metric metric, int k) {
  const epx_performance *test = &work->test[k];
  switch (metric) {
  case EPX_METRIC_ACCURACY:
    return test->accuracy;
  case EPX_METRIC_LOSS:
    return test->loss;
  case EPX_METRIC_TRAIN_ACCURACY:
    return work->train[k].accuracy;
  case EPX_METRIC_TRAIN_LOSS:
    return work->train[k].loss;
  case EPX_METRIC_VALIDATION_ACCURACY:
    return work->validation[k].accuracy;
  case EPX_METRIC_VALIDATION_LOSS:
    return work->validation[k].loss;
  case EPX_METRIC_INITIAL_ACCURACY:
    return work->initial[k].accuracy;
  case EPX_METRIC_DEPLOYED_ACCURACY:
    return work->deployed[k].accuracy;
  case EPX_METRIC_NOMINAL_ACCURACY:
    return point->origin->made ? point->origin->accuracy : NAN;
  case EPX_METRIC_WRITES:
    return epx_tuning_eval_writes(epx_learner_get_tuning(work->learner), k,
                                  epx_learner_get_trained(work->learner));
  case EPX_METRIC_WORN_OUT:
    return epx_tuning_eval_worn(epx_learner_get_tuning(work->learner), k,
                                epx_learner_get_trained(work->learner));
  case EPX_METRIC_NUDGE_FAILURES:
    return work->n_epochs > 0 ? work->failures[k] : NAN;
  case EPX_METRIC_GRADIENT_COSINE:
    return work->cosine[k];
  case EPX_METRIC_GRADIENT_NORM_RATIO:
    return work->ratio[k];
  case EPX_METRIC_TRAINED_GRADIENT_COSINE:
    return work->trained_cosine[k];
  case EPX_METRIC_SETTLING_TIME:
    return test->settling_time;
  case EPX_METRIC_STABILITY:
    return test->abscissa;
  case EPX_METRIC_RESIDUAL:
    return test->residual;
  case EPX_METRIC_AUDIT_DISAGREEMENTS:
    return get_disagreements(work, k);
  case EPX_METRIC_EQUILIBRIA_FOUND:
    return work->multiplicity[k];
  case EPX_METRIC_EPOCHS:
    return count_epochs(work, k) + get_epochs_elsewhere(point);
  case EPX_METRIC_EQUILIBRIA:
    return (double)epx_learner_get_counts(work->learner).equilibria / point->block;
  case EPX_METRIC_ENERGY:
    return test->power * test->settling_time;
  case EPX_METRIC_HEATER_POWER:
    return work->heater_power[k];
  default: /* energies, both cases of each entry in turn */
    return work->energy[k].value[(metric - EPX_METRIC_INFERENCE_LASER_OPTIMISTIC) / EPX_ENERGY_CASES]
                                [(metric - EPX_METRIC_INFERENCE_LASER_OPTIMISTIC) % EPX_ENERGY_CASES];
  }
}

static void write_curves(const epx_point *point, const block_work *work, int k, double *record) {
  const double *const kept[EPX_CURVE_COUNT] = {[EPX_CURVE_LOSS] = work->curves.loss,
                                               [EPX_CURVE_ACCURACY] = work->curves.accuracy,
                                               [EPX_CURVE_GRADIENT_NORM] = work->curves.gradient_norm,
                                               [EPX_CURVE_VALIDATION_LOSS] = work->curves.validation_loss,
                                               [EPX_CURVE_VALIDATION_ACCURACY] =
                                                   work->curves.validation_accuracy};
  const size_t epochs = (size_t)point->layout.n_epochs, trained = (size_t)work->n_epochs;
  const size_t n = trained < epochs ? trained : epochs;
  double *out = record + point->layout.curve;
  for (int c = 0; c < EPX_CURVE_COUNT; c++) {
    if (!point->settings->curve[c]) continue;
    for (size_t e = 0; e < n; e++)
      out[e] = kept[c][(size_t)k * trained + e];
    out += epochs;
  }
}

static void write_variation(const epx_point *point, const double *theta, double *record) {
  const epx_record_layout *layout = &point->layout;
  for (int v = 0; v < layout->n_varied; v++) {
    const int p = epx_family_get_parameter(point->network->family, layout->varied[v]);
    memcpy(record + layout->value[v], theta + point->network->offset[p],
           layout->n_values[v] * sizeof *record);
  }
}

/* Keeps what the records want of the draws; they are the same whatever is deployed. room [n_theta]. */
static epx_err keep_draws(const epx_point *point, int i_point, int first, double *room, double *record) {
  const epx_record_layout *layout = &point->layout;
  if (layout->n_fabricated == 0 && layout->n_varied == 0) return EPX_OK;
  for (int k = 0; k < point->block; k++) {
    const uint32_t instance = (uint32_t)(first + k);
    double *own = record + (size_t)k * layout->size;
    EPX_TRY(epx_deployment_eval_instance(point, i_point, instance, point->nominal, room, NULL));
    write_variation(point, room, own);
    if (layout->n_fabricated > 0) epx_fabricated_eval(point->fabrication, instance, own + layout->fabricated);
  }
  return EPX_OK;
}

static void write_result(const epx_point *point, const block_work *work, int k, double *record) {
  record[0] = judge(&work->test[k]);
  for (int m = 0; m < point->layout.n_metrics; m++) {
    const bool done = record[0] == EPX_STATE_DONE;
    record[point->layout.metric + (size_t)m] =
        done ? get_metric(point, work, point->settings->metric[m], k) : NAN;
  }
  write_curves(point, work, k, record);
  const size_t n_theta = point->network->n_theta;
  if (point->layout.n_kept > 0)
    memcpy(record + point->layout.parameters, work->theta + (size_t)k * n_theta, n_theta * sizeof *record);
}

static epx_err measure_before(const epx_point *point, block_work *work) {
  const epx_settings *settings = point->settings;
  if (wants(settings, EPX_METRIC_DEPLOYED_ACCURACY))
    EPX_TRY(epx_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST, false, work->deployed));
  if (wants(settings, EPX_METRIC_GRADIENT_COSINE) || wants(settings, EPX_METRIC_GRADIENT_NORM_RATIO))
    EPX_TRY(compare_gradients(point, work, work->cosine, work->ratio));
  return EPX_OK;
}

static epx_err measure_after(const epx_point *point, block_work *work) {
  const epx_settings *settings = point->settings;
  if (wants(settings, EPX_METRIC_TRAIN_ACCURACY) || wants(settings, EPX_METRIC_TRAIN_LOSS))
    EPX_TRY(epx_learner_eval_performance(work->learner, work->theta, EPX_PART_TRAIN, false, work->train));
  if (wants(settings, EPX_METRIC_VALIDATION_ACCURACY) || wants(settings, EPX_METRIC_VALIDATION_LOSS))
    EPX_TRY(epx_learner_eval_performance(work->learner, work->theta, EPX_PART_VALIDATION, false,
                                         work->validation));
  if (wants(settings, EPX_METRIC_TRAINED_GRADIENT_COSINE))
    EPX_TRY(compare_gradients(point, work, work->trained_cosine, NULL));
  if (wants(settings, EPX_METRIC_EQUILIBRIA_FOUND))
    EPX_TRY(epx_learner_eval_multiplicity(work->learner, work->theta, EPX_PART_TEST, work->multiplicity));
  return epx_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST,
                                      wants(settings, EPX_METRIC_STABILITY), work->test);
}

static epx_err measure_energy(const epx_point *point, block_work *work) {
  for (int k = 0; k < point->block; k++) {
    const double writes = epx_tuning_eval_writes(epx_learner_get_tuning(work->learner), k,
                                                 epx_learner_get_trained(work->learner));
    EPX_TRY(epx_consumption_eval(
        point, &work->test[k], work->heater_power[k], count_epochs(work, k) * point->task->n_train,
        get_epochs_elsewhere(point) * point->task->n_train, writes, &work->energy[k]));
  }
  return EPX_OK;
}

/* Instances of a block that the campaign has: no word of the others. */
static int count_kept(const epx_point *point, int first) {
  const int left = point->settings->n_instances - first;
  return left < point->block ? left : point->block;
}

/* A nudge that most samples do not survive is too large; the metric counts, and this is said once. */
static void warn_of_failures(const epx_point *point, int first, const block_work *work) {
  const int n = count_kept(point, first);
  for (int k = 0; k < n; k++) {
    if (work->failures[k] < 0.1) continue;
    epx_log_write_once(
        EPX_LOG_WARNING, "trial",
        "more than 10 %% of an instance's nudged phases failed (another basin, or no equilibrium) and were "
        "skipped. Try a smaller learning.nudge.beta (now %g). See metric nudge_failures.",
        point->settings->learning.nudging.beta);
    return;
  }
}

/* The metric says how many; that there are any is said once. */
static void warn_of_disagreements(const epx_point *point, int first, const block_work *work) {
  const int n = count_kept(point, first);
  for (int k = 0; k < n; k++) {
    const epx_audit audit = epx_learner_get_audit(work->learner, k);
    if (audit.n_disagreements == 0) continue;
    epx_log_write_once(EPX_LOG_WARNING, "trial",
                       "the audit disagrees: pure dynamics repeated %ld equilibria of one instance, and %ld "
                       "differ. Try a smaller equilibrium.handover. See metric audit_disagreements.",
                       audit.n_audited, audit.n_disagreements);
    return;
  }
}

/* The block's training, and what was measured before it: a block that is restored begins there. */
static epx_err add_to_restart(const epx_point *point, block_work *work, epx_restart *m) {
  const size_t block = (size_t)point->block;
  epx_deployment_origin *origin = point->origin;
  m->kind = EPX_RESTART_IN_SITU;
  EPX_TRY(epx_learner_add_to_restart(work->learner, work->theta, &work->curves, m));
  double *const by_instance[] = {work->cosine, work->ratio, work->heater_power};
  for (size_t i = 0; i < sizeof by_instance / sizeof *by_instance; i++)
    EPX_TRY(epx_restart_add(m, by_instance[i], block * sizeof(double)));
  EPX_TRY(epx_restart_add(m, work->initial, block * sizeof *work->initial));
  EPX_TRY(epx_restart_add(m, work->deployed, block * sizeof *work->deployed));
  EPX_TRY(EPX_RESTART_ADD(m, origin->made));
  EPX_TRY(EPX_RESTART_ADD(m, origin->accuracy));
  EPX_TRY(EPX_RESTART_ADD(m, origin->epochs));
  return epx_restart_add(m, origin->settings, point->network->n_theta * sizeof *origin->settings);
}

/* Up to the training, unless all of it was kept. */
static epx_err prepare(const epx_point *point, int i_point, int first, block_work *work) {
  bool kept = false;
  EPX_TRY(add_to_restart(point, work, &work->restart));
  epx_learner_set_checkpointer(work->learner, &point->checkpointer, &work->restart);
  if (point->checkpointer.read && work->n_epochs > 0)
    EPX_TRY(point->checkpointer.read(point->checkpointer.context, &work->restart, &kept));
  if (kept) {
    epx_learner_set_restored(work->learner);
    return EPX_OK;
  }
  EPX_TRY(measure_initial(point, i_point, first, work));
  EPX_TRY(epx_deployment_eval(point, i_point, first, work->learner, work->theta, work->heater_power));
  return measure_before(point, work);
}

static epx_err solve_block(const epx_point *point, int i_point, int first, block_work *work, double *record) {
  const size_t size = point->layout.size;
  EPX_TRY(create_work(point, work));
  epx_learner_set_instances(work->learner, point->settings->independent ? (uint32_t)i_point : EPX_RANDOM_ANY,
                            (uint32_t)first);
  for (int k = 0; k < point->block; k++)
    epx_record_init(&point->layout, record + (size_t)k * size);
  EPX_TRY(keep_draws(point, i_point, first, work->theta, record));
  EPX_TRY(prepare(point, i_point, first, work));
  EPX_TRY(epx_learner_solve_training(work->learner, work->theta, &work->curves));
  for (int k = 0; k < point->block; k++)
    work->failures[k] = epx_learner_get_failures(work->learner, k);
  warn_of_failures(point, first, work);
  EPX_TRY(measure_after(point, work));
  EPX_TRY(measure_energy(point, work));
  warn_of_disagreements(point, first, work);
  for (int k = 0; k < point->block; k++)
    write_result(point, work, k, record + (size_t)k * size);
  return EPX_OK;
}

epx_err epx_trial_solve(const epx_point *point, int i_point, int first, double *record) {
  block_work work = {0};
  if (point->engine == EPX_ENGINE_DISTRIBUTED)
    return epx_distributed_trial_solve(point, i_point, first, record);
  const int err = solve_block(point, i_point, first, &work, record);
  destroy_work(&work);
  return err;
}
