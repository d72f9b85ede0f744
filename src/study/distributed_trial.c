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

/* What the metrics are made of: a block of one instance. */
typedef struct {
  const epx_point *point;
  epx_distributed_learner *learner;
  double *theta, *gradient, *exact; /* [n_theta] */
  epx_curves curves;                /* [epochs] */
  epx_measured measured;
  epx_restart restart;
} trial_work;

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

epx_err epx_distributed_trial_check(const epx_point *point) {
  const epx_settings *settings = point->settings;
  EPX_TRY(epx_distributed_learner_check(point->network, point->task, &settings->learning, settings->n_ranks));
  EPX_TRY(epx_engine_check_parameters(point->network, point->nominal));
  for (int m = 0; m < settings->n_metrics; m++)
    EPX_TRY(epx_metric_check(settings->metric[m], EPX_ENGINE_DISTRIBUTED));
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
    epx_log_write_once(
        EPX_LOG_WARNING, "trial",
        "more than 10 %% of an instance's nudged phases found no equilibrium and were skipped. "
        "Try a smaller learning.nudge.beta (now %g). See metric nudge_failures.",
        work->point->settings->learning.nudging.beta);
}

/* Cosine and norm ratio of the deck's rule against implicit differentiation. */
static epx_err compare_gradients(trial_work *work, double *cosine, double *ratio) {
  const epx_learning_spec *learning = &work->point->settings->learning;
  EPX_TRY(epx_distributed_learner_eval_gradient(work->learner, learning->estimator, &learning->nudging,
                                                work->theta, work->gradient));
  EPX_TRY(epx_distributed_learner_eval_gradient(work->learner, epx_estimator_get_by_name("backprop"),
                                                &learning->nudging, work->theta, work->exact));
  epx_measured_compare(work->gradient, work->exact, work->point->network->n_theta, cosine, ratio);
  return EPX_OK;
}

static epx_err measure(trial_work *work, epx_part part, epx_performance *performance) {
  return epx_distributed_learner_eval_performance(work->learner, work->theta, part, false, performance, NULL);
}

static epx_err measure_before(trial_work *work) {
  epx_measured *m = &work->measured;
  if (epx_measured_has(m, EPX_NEEDS_UNTRAINED)) EPX_TRY(measure(work, EPX_PART_TEST, m->initial));
  if (epx_measured_has(m, EPX_NEEDS_GRADIENT)) EPX_TRY(compare_gradients(work, m->cosine, m->norm_ratio));
  return EPX_OK;
}

static epx_err measure_after(trial_work *work) {
  epx_measured *m = &work->measured;
  const int n_epochs = work->point->settings->learning.epochs;
  int n_unstable;
  if (epx_measured_has(m, EPX_NEEDS_TRAINING_PART)) EPX_TRY(measure(work, EPX_PART_TRAIN, m->train));
  if (epx_measured_has(m, EPX_NEEDS_VALIDATION_PART))
    EPX_TRY(measure(work, EPX_PART_VALIDATION, m->validation));
  if (epx_measured_has(m, EPX_NEEDS_TRAINED_GRADIENT))
    EPX_TRY(compare_gradients(work, m->trained_cosine, NULL));
  EPX_TRY(epx_distributed_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST,
                                                   epx_measured_has(m, EPX_NEEDS_SPECTRUM), m->test,
                                                   &n_unstable));
  warn_of_unstable(work, n_unstable, m->test);
  *m->nudge_failures = n_epochs > 0 ? epx_distributed_learner_get_failures(work->learner) : NAN;
  if (m->settled) *m->settled = (double)m->test->n_settled / m->test->n_samples;
  if (m->skipped) *m->skipped = epx_distributed_learner_get_skipped(work->learner);
  *m->n_epochs = epx_measured_count_epochs(work->curves.loss, n_epochs);
  m->equilibria =
      (double)epx_distributed_get_counts(epx_distributed_learner_get_network(work->learner)).equilibria;
  return EPX_OK;
}

/* ---- the trial */

static epx_err create_work(trial_work *work) {
  const epx_settings *settings = work->point->settings;
  const size_t n_theta = work->point->network->n_theta, epochs = (size_t)settings->learning.epochs;
  EPX_TRY(epx_distributed_learner_create(work->point->network, work->point->task, &settings->cost,
                                         &settings->learning, &settings->equilibrium, settings->seed,
                                         work->point->communicator, settings->petsc_options, &work->learner));
  EPX_TRY(EPX_ARRAY(work->theta, n_theta));
  EPX_TRY(
      epx_measured_create(epx_metric_get_needs(settings->metric, settings->n_metrics), 1, &work->measured));
  const bool compared = epx_measured_has(&work->measured, EPX_NEEDS_GRADIENT | EPX_NEEDS_TRAINED_GRADIENT);
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
  epx_measured_destroy(&work->measured);
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

/* Up to the training, unless all of it was kept: what was measured before it is in the restart.
 */
static epx_err prepare(trial_work *work) {
  const epx_checkpointer *checkpointer = &work->point->checkpointer;
  bool kept = false;
  work->restart.kind = EPX_RESTART_IN_SITU;
  EPX_TRY(epx_distributed_learner_add_to_restart(work->learner, work->theta, &work->curves, &work->restart));
  EPX_TRY(epx_measured_add_to_restart(&work->measured, &work->restart));
  epx_distributed_learner_set_checkpointer(work->learner, checkpointer, &work->restart);
  if (checkpointer->read) EPX_TRY(checkpointer->read(checkpointer->context, &work->restart, &kept));
  return kept ? epx_distributed_learner_set_restored(work->learner) : measure_before(work);
}

static epx_err solve(trial_work *work, int i_point, int i_instance, double *record) {
  const epx_point *point = work->point;
  const epx_record_layout *layout = &point->layout;
  EPX_TRY(create_work(work));
  epx_record_init(layout, record);
  EPX_TRY(epx_deployment_eval_instance(point, i_point, (uint32_t)i_instance, point->nominal, work->theta,
                                       work->measured.heater_power));
  epx_record_write_draws(layout, point->network, work->theta, record);
  if (layout->n_fabricated > 0) epx_fabricated_eval(point->fabrication, record + layout->fabricated);
  EPX_TRY(prepare(work));
  EPX_TRY(epx_distributed_learner_solve_training(work->learner, work->theta, &work->curves));
  warn_of_failures(work);
  EPX_TRY(measure_after(work));
  epx_record_write_result(layout, point->settings, &work->measured, &work->curves,
                          point->settings->learning.epochs, work->theta, 0, record);
  return leave_snapshot(work, i_point, i_instance);
}

epx_err epx_distributed_trial_solve(const epx_point *point, int i_point, int i_instance, double *record) {
  trial_work work = {.point = point};
  const int code = solve(&work, i_point, i_instance, record);
  destroy_work(&work);
  return code;
}
