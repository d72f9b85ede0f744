/** @file
 * The trial of a distributed network. Every rank of its group goes through all of it, with the same numbers.
 */
#include "study/distributed_trial.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "epilux/log.h"
#include "learning/training/distributed_learner.h"
#include "study/fabrication/deployment.h"
#include "study/fabrication/fabricated.h"
#include "study/simulation/snapshot.h"

/* What the metrics are made of, and what is measured of them. */
typedef struct {
  const epx_point *point;
  epx_distributed_learner *learner;
  double *theta, *gradient, *exact; /* [n_theta] */
  epx_curves curves;                /* [epochs] */
  double value[EPX_METRIC_COUNT];
  epx_restart restart;
} trial_work;

static bool wants(const epx_settings *settings, epx_metric metric) {
  for (int k = 0; k < settings->n_metrics; k++)
    if (settings->metric[k] == metric) return true;
  return false;
}

/* ---- the check */

static epx_err check_hardware(const epx_settings *settings) {
  const epx_hardware_spec *hardware = &settings->learning.hardware;
  const bool ideal = hardware->drive_bits == 0 && epx_reading_is_ideal(&hardware->reading) &&
                     epx_tuning_is_ideal(&hardware->tuning) && !epx_hardware_is_drifting(hardware) &&
                     hardware->dead.nodes == 0 && hardware->dead.links == 0;
  if (!ideal)
    return EPX_RAISE(EPX_EINPUT, "hardware: distributed networks have ideal hardware; leave it out, or use "
                                 "equilibrium.engine: population");
  if (settings->protocol.kind != EPX_PROTOCOL_IN_SITU)
    return EPX_RAISE(EPX_EINPUT,
                     "learning.protocol: %s: distributed networks are trained in-situ; use that, "
                     "or equilibrium.engine: population",
                     epx_protocol_get_name(settings->protocol.kind));
  return EPX_OK;
}

/* A second look at equilibria is a population's. */
static epx_err check_inspection(const epx_equilibrium_options *options) {
  if (options->audit > 0)
    return EPX_RAISE(EPX_EINPUT,
                     "equilibrium.audit: distributed networks are not audited; leave it out, or use "
                     "equilibrium.engine: population");
  if (options->starts > 1)
    return EPX_RAISE(EPX_EINPUT,
                     "equilibrium.starts: distributed networks begin from one state; leave it out, or "
                     "use equilibrium.engine: population");
  return EPX_OK;
}

/* Whether a metric is measured here: all but what is of protocols, tuning, inspection and the energies of a
 * device. */
static bool is_measured(epx_metric metric) {
  static const epx_metric without[] = {
      EPX_METRIC_DEPLOYED_ACCURACY, EPX_METRIC_NOMINAL_ACCURACY,    EPX_METRIC_WRITES,
      EPX_METRIC_WORN_OUT,          EPX_METRIC_AUDIT_DISAGREEMENTS, EPX_METRIC_EQUILIBRIA_FOUND};
  for (size_t i = 0; i < sizeof without / sizeof *without; i++)
    if (metric == without[i]) return false;
  return metric <= EPX_METRIC_HEATER_POWER;
}

epx_err epx_distributed_trial_check(const epx_point *point) {
  const epx_settings *settings = point->settings;
  EPX_TRY(epx_distributed_learner_check(point->network, point->task, &settings->learning, settings->n_ranks));
  EPX_TRY(epx_engine_check_parameters(point->network, point->nominal));
  for (int m = 0; m < settings->n_metrics; m++) {
    if (!is_measured(settings->metric[m]))
      return EPX_RAISE(EPX_EINPUT,
                       "metrics: %s is not measured of distributed networks; leave it out, or use "
                       "equilibrium.engine: population",
                       epx_metric_get_name(settings->metric[m]));
  }
  EPX_TRY(check_inspection(&settings->equilibrium));
  return check_hardware(settings);
}

/* ---- measuring */

/* Says once, on the network's first rank, what the metric `stability` will show. */
static void warn_of_unstable(const trial_work *work, int n_unstable, const epx_performance *performance) {
  int start, n_local;
  epx_distributed_get_range(epx_distributed_learner_get_network(work->learner), &start, &n_local);
  if (n_unstable > 0 && start == 0)
    epx_log_write_once(EPX_LOG_WARNING, "trial",
                       "%d of %d equilibria are unstable: the rightmost eigenvalue has the real part %.6g",
                       n_unstable, performance->n_settled, performance->abscissa);
}

/* As of a population: a nudge that many samples do not survive is too large. */
static void warn_of_failures(const trial_work *work) {
  int start, n_local;
  const double share = epx_distributed_learner_get_failures(work->learner);
  epx_distributed_get_range(epx_distributed_learner_get_network(work->learner), &start, &n_local);
  if (share >= 0.1 && start == 0)
    epx_log_write_once(EPX_LOG_WARNING, "trial",
                       "more than 10 %% of an instance's nudged phases found no equilibrium and were skipped. "
                       "Try a smaller learning.nudge.beta (now %g). See metric nudge_failures.",
                       work->point->settings->learning.nudging.beta);
}

/* Cosine and norm ratio of the deck's rule against implicit differentiation; NaN when either vanishes. */
static epx_err compare_gradients(trial_work *work, double *cosine, double *ratio) {
  const epx_learning_spec *learning = &work->point->settings->learning;
  double ge = 0, gg = 0, ee = 0;
  EPX_TRY(epx_distributed_learner_eval_gradient(work->learner, learning->estimator, &learning->nudging,
                                                work->theta, work->gradient));
  EPX_TRY(epx_distributed_learner_eval_gradient(work->learner, epx_estimator_get_by_name("backprop"),
                                                &learning->nudging, work->theta, work->exact));
  for (size_t i = 0; i < work->point->network->n_theta; i++) {
    ge += work->gradient[i] * work->exact[i];
    gg += work->gradient[i] * work->gradient[i];
    ee += work->exact[i] * work->exact[i];
  }
  *cosine = gg > 0 && ee > 0 ? ge / sqrt(gg * ee) : NAN;
  *ratio = ee > 0 ? sqrt(gg / ee) : NAN;
  return EPX_OK;
}

static epx_err measure(trial_work *work, epx_part part, epx_metric accuracy, epx_metric loss) {
  epx_performance performance;
  if (!wants(work->point->settings, accuracy) && !wants(work->point->settings, loss)) return EPX_OK;
  EPX_TRY(
      epx_distributed_learner_eval_performance(work->learner, work->theta, part, false, &performance, NULL));
  work->value[loss] = performance.loss;
  work->value[accuracy] = performance.accuracy;
  return EPX_OK;
}

static epx_err measure_before(trial_work *work) {
  const epx_settings *settings = work->point->settings;
  double *value = work->value;
  EPX_TRY(measure(work, EPX_PART_TEST, EPX_METRIC_INITIAL_ACCURACY, EPX_METRIC_INITIAL_ACCURACY));
  if (!wants(settings, EPX_METRIC_GRADIENT_COSINE) && !wants(settings, EPX_METRIC_GRADIENT_NORM_RATIO))
    return EPX_OK;
  return compare_gradients(work, &value[EPX_METRIC_GRADIENT_COSINE], &value[EPX_METRIC_GRADIENT_NORM_RATIO]);
}

static epx_err measure_after(trial_work *work, epx_performance *test) {
  const epx_settings *settings = work->point->settings;
  double *value = work->value, ratio;
  int n_unstable;
  EPX_TRY(measure(work, EPX_PART_TRAIN, EPX_METRIC_TRAIN_ACCURACY, EPX_METRIC_TRAIN_LOSS));
  EPX_TRY(measure(work, EPX_PART_VALIDATION, EPX_METRIC_VALIDATION_ACCURACY, EPX_METRIC_VALIDATION_LOSS));
  if (wants(settings, EPX_METRIC_TRAINED_GRADIENT_COSINE))
    EPX_TRY(compare_gradients(work, &value[EPX_METRIC_TRAINED_GRADIENT_COSINE], &ratio));
  EPX_TRY(epx_distributed_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST,
                                                   wants(settings, EPX_METRIC_STABILITY), test, &n_unstable));
  warn_of_unstable(work, n_unstable, test);
  value[EPX_METRIC_ACCURACY] = test->accuracy;
  value[EPX_METRIC_LOSS] = test->loss;
  value[EPX_METRIC_SETTLING_TIME] = test->settling_time;
  value[EPX_METRIC_STABILITY] = test->abscissa;
  value[EPX_METRIC_RESIDUAL] = test->residual;
  value[EPX_METRIC_ENERGY] = test->power * test->settling_time;
  if (settings->learning.epochs > 0)
    value[EPX_METRIC_NUDGE_FAILURES] = epx_distributed_learner_get_failures(work->learner);
  value[EPX_METRIC_EPOCHS] = 0;
  for (int e = 0; e < settings->learning.epochs; e++)
    value[EPX_METRIC_EPOCHS] += !isnan(work->curves.loss[e]);
  value[EPX_METRIC_EQUILIBRIA] =
      (double)epx_distributed_get_counts(epx_distributed_learner_get_network(work->learner)).equilibria;
  return EPX_OK;
}

/* ---- the record */

static void write_drawn(const trial_work *work, int i_instance, double *record) {
  const epx_point *point = work->point;
  const epx_record_layout *layout = &point->layout;
  for (int v = 0; v < layout->n_varied; v++) {
    const int p = epx_family_get_parameter(point->network->family, layout->varied[v]);
    memcpy(record + layout->value[v], work->theta + point->network->offset[p],
           layout->n_values[v] * sizeof *record);
  }
  if (layout->n_fabricated > 0)
    epx_fabricated_eval(point->fabrication, (uint32_t)i_instance, record + layout->fabricated);
}

static void write_curves(const trial_work *work, double *record) {
  const epx_curves *curves = &work->curves;
  const double *const kept[EPX_CURVE_COUNT] = {[EPX_CURVE_LOSS] = curves->loss,
                                               [EPX_CURVE_ACCURACY] = curves->accuracy,
                                               [EPX_CURVE_GRADIENT_NORM] = curves->gradient_norm,
                                               [EPX_CURVE_VALIDATION_LOSS] = curves->validation_loss,
                                               [EPX_CURVE_VALIDATION_ACCURACY] = curves->validation_accuracy};
  const size_t epochs = (size_t)work->point->layout.n_epochs;
  double *out = record + work->point->layout.curve;
  for (int c = 0; c < EPX_CURVE_COUNT; c++) {
    if (!work->point->settings->curve[c]) continue;
    memcpy(out, kept[c], epochs * sizeof *out);
    out += epochs;
  }
}

static void write_result(const trial_work *work, const epx_performance *test, double *record) {
  const epx_settings *settings = work->point->settings;
  const bool done = 2 * test->n_settled >= test->n_samples && test->n_settled > 0;
  record[0] = done ? EPX_STATE_DONE : test->outcome == EPX_OK ? EPX_FAILED : test->outcome;
  for (int m = 0; m < settings->n_metrics; m++)
    record[work->point->layout.metric + (size_t)m] = done ? work->value[settings->metric[m]] : NAN;
  write_curves(work, record);
  if (work->point->layout.n_kept > 0)
    memcpy(record + work->point->layout.parameters, work->theta,
           work->point->network->n_theta * sizeof *record);
}

/* ---- the trial */

static epx_err create_work(trial_work *work) {
  const epx_settings *settings = work->point->settings;
  const size_t n_theta = work->point->network->n_theta, epochs = (size_t)settings->learning.epochs;
  for (int m = 0; m < EPX_METRIC_COUNT; m++)
    work->value[m] = NAN;
  EPX_TRY(epx_distributed_learner_create(work->point->network, work->point->task, &settings->cost,
                                         &settings->learning, &settings->equilibrium, settings->seed,
                                         work->point->communicator, settings->petsc_options, &work->learner));
  EPX_TRY(EPX_ARRAY(work->theta, n_theta));
  const bool compared = wants(settings, EPX_METRIC_GRADIENT_COSINE) ||
                        wants(settings, EPX_METRIC_GRADIENT_NORM_RATIO) ||
                        wants(settings, EPX_METRIC_TRAINED_GRADIENT_COSINE);
  EPX_TRY(EPX_ARRAY(work->gradient, compared ? n_theta : 0));
  EPX_TRY(EPX_ARRAY(work->exact, compared ? n_theta : 0));
  EPX_TRY(EPX_ARRAY(work->curves.loss, epochs));
  EPX_TRY(EPX_ARRAY(work->curves.accuracy, epochs));
  EPX_TRY(EPX_ARRAY(work->curves.gradient_norm, epochs));
  if (settings->curve[EPX_CURVE_VALIDATION_LOSS]) EPX_TRY(EPX_ARRAY(work->curves.validation_loss, epochs));
  if (settings->curve[EPX_CURVE_VALIDATION_ACCURACY])
    EPX_TRY(EPX_ARRAY(work->curves.validation_accuracy, epochs));
  return EPX_OK;
}

static void destroy_work(trial_work *work) {
  epx_distributed_learner_destroy(&work->learner);
  double **const arrays[] = {&work->theta,
                             &work->gradient,
                             &work->exact,
                             &work->curves.loss,
                             &work->curves.accuracy,
                             &work->curves.gradient_norm,
                             &work->curves.validation_loss,
                             &work->curves.validation_accuracy};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
    epx_array_destroy(arrays[k]);
}

/* Of a point's first instance, at the task's first sample; last, so that nothing measured changes by it. */
static epx_err leave_snapshot(const trial_work *work, int i_point, int i_instance) {
  const epx_snapshot_sink *sink = &work->point->sink;
  epx_snapshot *snapshot;
  if (!work->point->settings->keep_fields || !sink->write || i_instance != 0) return EPX_OK;
  EPX_TRY(epx_snapshot_create(work->point, work->learner, work->theta, i_point, i_instance, 0, &snapshot));
  const int code = sink->write(sink->context, snapshot);
  epx_snapshot_destroy(&snapshot);
  return code;
}

/* Up to the training, unless all of it was kept: the values that were measured before it are in the restart.
 */
static epx_err prepare(trial_work *work) {
  const epx_checkpointer *checkpointer = &work->point->checkpointer;
  bool kept = false;
  work->restart.kind = EPX_RESTART_IN_SITU;
  EPX_TRY(epx_distributed_learner_add_to_restart(work->learner, work->theta, &work->curves, &work->restart));
  EPX_TRY(EPX_RESTART_ADD(&work->restart, work->value));
  epx_distributed_learner_set_checkpointer(work->learner, checkpointer, &work->restart);
  if (checkpointer->read) EPX_TRY(checkpointer->read(checkpointer->context, &work->restart, &kept));
  return kept ? epx_distributed_learner_set_restored(work->learner) : measure_before(work);
}

static epx_err solve(trial_work *work, int i_point, int i_instance, double *record) {
  const epx_point *point = work->point;
  epx_performance test;
  EPX_TRY(create_work(work));
  epx_record_init(&point->layout, record);
  EPX_TRY(epx_deployment_eval_instance(point, i_point, (uint32_t)i_instance, point->nominal, work->theta,
                                       &work->value[EPX_METRIC_HEATER_POWER]));
  write_drawn(work, i_instance, record);
  EPX_TRY(prepare(work));
  EPX_TRY(epx_distributed_learner_solve_training(work->learner, work->theta, &work->curves));
  warn_of_failures(work);
  EPX_TRY(measure_after(work, &test));
  write_result(work, &test, record);
  return leave_snapshot(work, i_point, i_instance);
}

epx_err epx_distributed_trial_solve(const epx_point *point, int i_point, int i_instance, double *record) {
  trial_work work = {.point = point};
  const int code = solve(&work, i_point, i_instance, record);
  destroy_work(&work);
  return code;
}
