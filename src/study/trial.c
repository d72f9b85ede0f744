#include "study/trial.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "epilux/log.h"
#include "equilibrium/distributed/distributed_ensemble.h"
#include "photonic/families/interferometers/fidelity.h"
#include "study/energy/consumption.h"
#include "study/fabrication/deployment.h"
#include "study/fabrication/fabricated.h"
#include "study/simulation/snapshot.h"

/* ---- the check */

/* What trains several instances at a time is a population's. */
static epx_err check_protocol(const epx_point *point, epx_engine engine) {
  const epx_protocol_spec *protocol = &point->settings->protocol;
  const char *refusal = epx_ensemble_get_refusal(engine, point->network, EPX_NEED_INSTANCES);
  if (refusal && protocol->kind == EPX_PROTOCOL_NOISE_AWARE)
    return EPX_RAISE(EPX_EINPUT, "learning.protocol: %s: %s", epx_protocol_get_name(protocol->kind), refusal);
  return EPX_OK;
}

epx_err epx_trial_check(const epx_point *point, epx_engine engine) {
  if (engine == EPX_ENGINE_DISTRIBUTED) {
    if (point->settings->equilibrium.noise.step > 0)
      return EPX_RAISE(EPX_EINPUT, "noise: %s",
                       epx_ensemble_get_refusal(engine, point->network, EPX_NEED_WHOLE_LANES));
    if (epx_search_is_wanted(&point->settings->task))
      return EPX_RAISE(EPX_EINPUT, "task.name: ground-state: %s",
                       epx_ensemble_get_refusal(engine, point->network, EPX_NEED_WHOLE_LANES));
    EPX_TRY(epx_engine_check(point->network, point->settings->n_ranks));
    EPX_TRY(epx_engine_check_parameters(point->network, point->nominal));
  }
  EPX_TRY(epx_learner_check(engine, point->network, point->task, &point->settings->learning));
  return check_protocol(point, engine);
}

/* ---- the trial */

/* What one block needs while it is solved, all [block] or [block][…]. */
typedef struct {
  epx_ensemble *ensemble; /* of a distributed network; NULL: the learner has its own */
  epx_learner *learner;
  double *theta, *gradient, *exact; /* [block][n_theta] */
  int n_epochs;                     /* trained in situ */
  epx_measured measured;
  epx_curves curves;
  epx_restart restart;
} block_work;

static void destroy_work(block_work *work) {
  epx_learner_destroy(&work->learner);
  epx_ensemble_destroy(&work->ensemble);
  double **arrays[] = {&work->theta,
                       &work->gradient,
                       &work->exact,
                       &work->curves.loss,
                       &work->curves.accuracy,
                       &work->curves.gradient_norm,
                       &work->curves.validation_loss,
                       &work->curves.validation_accuracy};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    epx_array_destroy(arrays[i]);
  epx_measured_destroy(&work->measured);
}

epx_err epx_trial_create_learner(const epx_point *point, const epx_learning_spec *learning, int n_instances,
                                 epx_ensemble **ensemble, epx_learner **out) {
  const epx_settings *settings = point->settings;
  epx_equilibrium_options asked = settings->equilibrium;
  asked.measures_cycles = false; /* that it is one is enough */
  *ensemble = NULL;
  if (point->engine != EPX_ENGINE_DISTRIBUTED)
    return epx_learner_create(point->network, point->task, &settings->cost, learning, &settings->equilibrium,
                              n_instances, settings->seed, out);
  EPX_TRY(epx_ensemble_create_distributed(point->network, point->communicator, &asked,
                                          settings->petsc_options, ensemble));
  return epx_learner_create_over(*ensemble, point->task, &settings->cost, learning, &settings->equilibrium,
                                 settings->seed, out);
}

static epx_err create_work(const epx_point *point, block_work *work) {
  const epx_settings *settings = point->settings;
  epx_learning_spec learning = settings->learning;
  learning.epochs = work->n_epochs = epx_protocol_get_epochs(&settings->protocol, learning.epochs);
  learning.deployed = settings->protocol.kind != EPX_PROTOCOL_IN_SITU;
  const size_t block = (size_t)point->block, epochs = (size_t)work->n_epochs;
  EPX_TRY(epx_trial_create_learner(point, &learning, point->block, &work->ensemble, &work->learner));
  EPX_TRY(epx_measured_create(epx_metric_get_needs(settings->metric, settings->n_metrics), point->block,
                              &work->measured));
  EPX_TRY(epx_consumption_eval_metric_units(point, &work->measured.time, &work->measured.light));
  const size_t n_theta = point->network->n_theta;
  const bool compared = epx_measured_has(&work->measured, EPX_NEEDS_GRADIENT | EPX_NEEDS_TRAINED_GRADIENT);
  EPX_TRY(EPX_ARRAY(work->theta, block * n_theta));
  EPX_TRY(EPX_ARRAY(work->gradient, compared ? block * n_theta : 0));
  EPX_TRY(EPX_ARRAY(work->exact, compared ? block * n_theta : 0));
  double **by_epoch[] = {&work->curves.loss, &work->curves.accuracy, &work->curves.gradient_norm};
  for (size_t i = 0; i < 3; i++)
    EPX_TRY(EPX_ARRAY(*by_epoch[i], block * epochs));
  if (settings->curve[EPX_CURVE_VALIDATION_LOSS])
    EPX_TRY(EPX_ARRAY(work->curves.validation_loss, block * epochs));
  if (settings->curve[EPX_CURVE_VALIDATION_ACCURACY])
    EPX_TRY(EPX_ARRAY(work->curves.validation_accuracy, block * epochs));
  return EPX_OK;
}

/* Measures the instances as they were fabricated, before anything is deployed on them. */
static epx_err measure_initial(const epx_point *point, int i_point, int first, block_work *work) {
  const size_t n_theta = point->network->n_theta;
  if (!epx_measured_has(&work->measured, EPX_NEEDS_UNTRAINED)) return EPX_OK;
  for (int k = 0; k < point->block; k++)
    EPX_TRY(epx_deployment_eval_instance(point, i_point, (uint32_t)(first + k), point->nominal,
                                         work->theta + (size_t)k * n_theta, NULL));
  epx_learner_set_dead(work->learner, work->theta);
  return epx_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST, false,
                                      work->measured.initial);
}

/* cosine and norm ratio of the deck's rule against implicit differentiation, per instance */
static epx_err compare_gradients(const epx_point *point, block_work *work, double *cosine, double *ratio) {
  const epx_learning_spec *learning = &point->settings->learning;
  EPX_TRY(epx_learner_eval_gradient(work->learner, learning->estimator, &learning->nudging, work->theta,
                                    work->gradient));
  EPX_TRY(epx_learner_eval_gradient(work->learner, epx_estimator_get_by_name("backprop"), &learning->nudging,
                                    work->theta, work->exact));
  const size_t n = point->network->n_theta;
  for (int k = 0; k < point->block; k++)
    epx_measured_compare(work->gradient + (size_t)k * n, work->exact + (size_t)k * n, n, &cosine[k],
                         ratio ? &ratio[k] : NULL);
  return EPX_OK;
}

/* Keeps what the records want of the draws; they are the same whatever is deployed. room [n_theta]. */
static epx_err keep_draws(const epx_point *point, int i_point, int first, double *room, double *record) {
  const epx_record_layout *layout = &point->layout;
  if (layout->n_devices == 0 && layout->n_varied == 0) return EPX_OK;
  for (int k = 0; k < point->block; k++) {
    const uint32_t instance = (uint32_t)(first + k);
    double *own = record + (size_t)k * layout->size;
    EPX_TRY(epx_deployment_eval_instance(point, i_point, instance, point->nominal, room, NULL));
    epx_record_write_draws(layout, point->network, room, own);
    if (layout->n_devices > 0) epx_fabricated_eval(point->fabrication, own + layout->fabricated);
  }
  return EPX_OK;
}

/* What the meshes do as they were fabricated, beside the designed one. */
static epx_err measure_meshes(const epx_point *point, int i_point, int first, epx_measured *measured) {
  const size_t n_theta = point->network->n_theta;
  double *pair = NULL;
  if (!measured->fidelity) return EPX_OK;
  int code = EPX_ARRAY(pair, 2 * n_theta);
  for (int k = 0; code == EPX_OK && k < point->block; k++) {
    memcpy(pair, point->nominal, n_theta * sizeof *pair);
    code = epx_deployment_eval_instance(point, i_point, (uint32_t)(first + k), point->nominal, pair + n_theta,
                                        NULL);
    if (code == EPX_OK)
      code = epx_fidelity_eval(point->network, pair, &measured->fidelity[k], &measured->insertion_loss[k]);
  }
  epx_array_destroy(&pair);
  return code;
}

/* What of the draws lay beyond ranges. room [n_theta]. */
static epx_err measure_draws(const epx_point *point, int i_point, int first, double *room,
                             epx_measured *measured) {
  for (int k = 0; measured->clamped && k < point->block; k++)
    EPX_TRY(epx_deployment_eval_clamped(point, i_point, (uint32_t)(first + k), room, &measured->clamped[k]));
  return EPX_OK;
}

static epx_err measure_before(const epx_point *point, block_work *work) {
  epx_measured *measured = &work->measured;
  if (epx_measured_has(measured, EPX_NEEDS_DEPLOYED))
    EPX_TRY(
        epx_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST, false, measured->deployed));
  if (epx_measured_has(measured, EPX_NEEDS_GRADIENT))
    EPX_TRY(compare_gradients(point, work, measured->cosine, measured->norm_ratio));
  return EPX_OK;
}

static epx_err find_reference(const epx_point *point, epx_measured *m) {
  const epx_settings *s = point->settings;
  return epx_digital_reference_store_get(point->reference, &s->reference, &s->task, s->learning.epochs,
                                         s->seed, &s->energy, &m->reference);
}

/* What converters have cut off, once the training is over. */
static epx_err measure_saturation(const epx_point *point, block_work *work) {
  epx_measured *m = &work->measured;
  EPX_TRY(epx_learner_eval_saturation(work->learner, m->saturated));
  for (int k = 0; k < point->block; k++) {
    m->saturated_drives[k] = epx_learner_get_drive_saturation(work->learner);
    m->saturated_writes[k] = epx_tuning_get_saturation(epx_learner_get_tuning(work->learner), k);
  }
  return EPX_OK;
}

/* What needs no further equilibria: the learner's counts. */
static epx_err measure_counts(const epx_point *point, block_work *work) {
  epx_measured *m = &work->measured;
  const epx_tuning *tuning = epx_learner_get_tuning(work->learner);
  if (epx_measured_has(m, EPX_NEEDS_REFERENCE)) EPX_TRY(find_reference(point, m));
  m->equilibria = (double)epx_learner_get_counts(work->learner).equilibria / point->block;
  if (point->origin->made) {
    m->nominal_accuracy = point->origin->accuracy;
    m->epochs_elsewhere = point->origin->epochs;
  }
  for (int k = 0; k < point->block; k++) {
    const epx_audit audit = epx_learner_get_audit(work->learner, k);
    m->n_epochs[k] =
        epx_measured_count_epochs(work->curves.loss + (size_t)k * (size_t)work->n_epochs, work->n_epochs);
    if (m->audit_disagreements)
      m->audit_disagreements[k] =
          audit.n_audited > 0 ? (double)audit.n_disagreements / (double)audit.n_audited : NAN;
    if (m->settled) m->settled[k] = (double)m->test[k].n_settled / m->test[k].n_samples;
    if (m->skipped) m->skipped[k] = epx_learner_get_skipped(work->learner, k);
    m->out_of_range[k] = epx_learner_get_out_of_range(work->learner, k);
    const unsigned char *settable = epx_learner_get_settable(work->learner, k);
    if (m->writes) m->writes[k] = epx_tuning_eval_writes(tuning, k, settable);
    if (m->worn_out) m->worn_out[k] = epx_tuning_eval_worn(tuning, k, settable);
    if (m->energy)
      EPX_TRY(epx_consumption_eval(point, &m->test[k], &m->duration[k], m->heater_power[k],
                                   m->n_epochs[k] * point->task->n_train,
                                   m->epochs_elsewhere * point->task->n_train, m->writes[k], &m->energy[k]));
  }
  return EPX_OK;
}

static epx_err measure_after(const epx_point *point, block_work *work) {
  epx_measured *m = &work->measured;
  epx_learner *learner = work->learner;
  const double *theta = work->theta;
  if (epx_measured_has(m, EPX_NEEDS_TRAINING_PART))
    EPX_TRY(epx_learner_eval_performance(learner, theta, EPX_PART_TRAIN, false, m->train));
  if (epx_measured_has(m, EPX_NEEDS_VALIDATION_PART))
    EPX_TRY(epx_learner_eval_performance(learner, theta, EPX_PART_VALIDATION, false, m->validation));
  if (epx_measured_has(m, EPX_NEEDS_TRAINED_GRADIENT))
    EPX_TRY(compare_gradients(point, work, m->trained_cosine, NULL));
  if (epx_measured_has(m, EPX_NEEDS_STARTS))
    EPX_TRY(epx_learner_eval_multiplicity(learner, theta, EPX_PART_TEST, m->multiplicity));
  epx_learner_set_settling(learner,
                           epx_measured_has(m, EPX_NEEDS_SETTLING | EPX_NEEDS_ENERGY | EPX_NEEDS_REFERENCE));
  const bool stability = epx_measured_has(m, EPX_NEEDS_SPECTRUM);
  const int code = m->search
                       ? epx_search_eval(point, learner, theta, stability, m->test, m->search)
                       : epx_learner_eval_performance(learner, theta, EPX_PART_TEST, stability, m->test);
  epx_learner_set_settling(learner, false);
  EPX_TRY(code);
  const bool steps = epx_measured_has(m, EPX_NEEDS_LENGTHS) || point->settings->learning.epochs > 0;
  if (m->duration) EPX_TRY(epx_duration_eval(learner, point->block, theta, steps, m->duration));
  return measure_counts(point, work);
}

/* Instances of a block that the campaign has: no word of the others. */
static int count_kept(const epx_point *point, int first) {
  const int left = point->settings->n_instances - first;
  return left < point->block ? left : point->block;
}

/* Tells whether this rank says what all ranks of a network know. */
static bool speaks(const block_work *work) {
  return epx_learner_get_ensemble(work->learner)->first_row == 0;
}

/* Says once what the metric `stability` will show. */
static void warn_of_unstable(const epx_point *point, int first, const block_work *work) {
  const int n = count_kept(point, first);
  for (int k = 0; k < n; k++) {
    const epx_performance *test = &work->measured.test[k];
    if (test->n_unstable == 0) continue;
    epx_log_write_once(EPX_LOG_WARNING, "trial",
                       "%d of %d equilibria are unstable: the rightmost eigenvalue has the real part %.6g",
                       test->n_unstable, test->n_settled, test->abscissa);
    return;
  }
}

/* A nudge that most samples do not survive is too large; the metric counts, and this is said once. */
static void warn_of_failures(const epx_point *point, int first, const block_work *work) {
  const int n = count_kept(point, first);
  for (int k = 0; k < n; k++) {
    if (!(work->measured.nudge_failures[k] >= 0.1)) continue;
    epx_log_write_once(
        EPX_LOG_WARNING, "trial",
        "more than 10 %% of an instance's nudged phases failed (another basin, or no equilibrium) and were "
        "skipped. Try a smaller learning.nudge.beta (now %g). See metric nudge_failures.",
        point->settings->learning.nudging.beta);
    return;
  }
}

/* Says once what a converter cuts off; the metric of that name counts. share [block]. */
static void warn_of_one(const epx_point *point, int first, const double *share, const char *what,
                        const char *part, double range) {
  const int n = count_kept(point, first);
  for (int k = 0; k < n; k++) {
    if (!(share[k] > 1e-3)) continue;
    epx_log_write_once(
        EPX_LOG_WARNING, "trial",
        "%.2g %% of an instance's %s were beyond the range of the converter and were clipped. Try a "
        "larger hardware.%s.range (now %g). See metric saturated_%s.",
        100 * share[k], what, part, range, what);
    return;
  }
}

/* What converters cut off biases every gradient. */
static void warn_of_saturation(const epx_point *point, int first, const block_work *work) {
  const epx_hardware_spec *hardware = &point->settings->learning.hardware;
  const epx_measured *m = &work->measured;
  warn_of_one(point, first, m->saturated, "reads", "readout", hardware->reading.range);
  warn_of_one(point, first, m->saturated_writes, "writes", "weights", hardware->tuning.range);
  if (hardware->drive_range > 0)
    warn_of_one(point, first, m->saturated_drives, "drives", "drive", hardware->drive_range);
}

/* Energies of a step are empty where no length of its phases is enough; that is said once. */
static void warn_of_lengths(const epx_point *point, int first, const block_work *work) {
  const int n = count_kept(point, first);
  const epx_duration *duration = work->measured.duration;
  const bool steps = point->settings->learning.epochs > 0 && !point->settings->learning.estimator->computed;
  for (int k = 0; duration && steps && k < n; k++) {
    if (!isnan(duration[k].free) && !isnan(duration[k].nudged)) continue;
    epx_log_write_once(
        EPX_LOG_WARNING, "trial",
        "no length of the phases that was tried gives the gradient of long ones to within 10 %%, so that "
        "energies of training steps are empty. See metrics free_duration and nudged_duration.");
    return;
  }
}

/* Training and drift end at the ends of ranges; that they do is said once. */
static void warn_of_range(const epx_point *point, int first, const block_work *work) {
  const int n = count_kept(point, first);
  for (int k = 0; k < n; k++) {
    if (!(work->measured.out_of_range[k] >= 0.01)) continue;
    epx_log_write_once(EPX_LOG_WARNING, "trial",
                       "updates or drifts went beyond the range of parameters: %.0f %% of an instance's "
                       "settings were clipped to it. See metric out_of_range.",
                       100 * work->measured.out_of_range[k]);
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
                       "of them differ. Try a smaller equilibrium.handover. See metric audit_disagreements.",
                       audit.n_audited, audit.n_disagreements);
    return;
  }
}

/* The block's training, and what was measured before it: a block that is restored begins there. */
static epx_err add_to_restart(const epx_point *point, block_work *work, epx_restart *m) {
  epx_deployment_origin *origin = point->origin;
  m->kind = EPX_RESTART_IN_SITU;
  EPX_TRY(epx_learner_add_to_restart(work->learner, work->theta, &work->curves, m));
  EPX_TRY(epx_measured_add_to_restart(&work->measured, m));
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
    EPX_TRY(epx_learner_set_restored(work->learner));
    return EPX_OK;
  }
  EPX_TRY(measure_initial(point, i_point, first, work));
  EPX_TRY(
      epx_deployment_eval(point, i_point, first, work->learner, work->theta, work->measured.heater_power));
  return measure_before(point, work);
}

/* Of a point's first instance, at the task's first sample; last, so that nothing measured changes by it. */
static epx_err leave_snapshot(const epx_point *point, int i_point, int first, const block_work *work) {
  const epx_snapshot_sink *sink = &point->sink;
  epx_snapshot *snapshot;
  if (!point->settings->keep_fields || !sink->write || first != 0) return EPX_OK;
  EPX_TRY(epx_snapshot_create(point, work->learner, work->theta, i_point, first, 0, &snapshot));
  const int code = sink->write(sink->context, snapshot);
  epx_snapshot_destroy(&snapshot);
  return code;
}

static epx_err solve_block(const epx_point *point, int i_point, int first, block_work *work, double *record) {
  const size_t size = point->layout.size;
  EPX_TRY(create_work(point, work));
  epx_learner_set_instances(work->learner, point->settings->independent ? (uint32_t)i_point : EPX_RANDOM_ANY,
                            (uint32_t)first);
  for (int k = 0; k < point->block; k++)
    epx_record_init(&point->layout, record + (size_t)k * size);
  EPX_TRY(keep_draws(point, i_point, first, work->theta, record));
  EPX_TRY(measure_draws(point, i_point, first, work->theta, &work->measured));
  EPX_TRY(measure_meshes(point, i_point, first, &work->measured));
  EPX_TRY(prepare(point, i_point, first, work));
  EPX_TRY(epx_learner_solve_training(work->learner, work->theta, &work->curves));
  for (int k = 0; k < point->block; k++)
    work->measured.nudge_failures[k] = work->n_epochs > 0 ? epx_learner_get_failures(work->learner, k) : NAN;
  EPX_TRY(measure_saturation(point, work));
  if (speaks(work)) warn_of_failures(point, first, work);
  if (speaks(work)) warn_of_saturation(point, first, work);
  EPX_TRY(measure_after(point, work));
  if (speaks(work)) warn_of_unstable(point, first, work);
  if (speaks(work)) warn_of_range(point, first, work);
  if (speaks(work)) warn_of_lengths(point, first, work);
  if (speaks(work)) warn_of_disagreements(point, first, work);
  for (int k = 0; k < point->block; k++)
    epx_record_write_result(&point->layout, point->settings, &work->measured, &work->curves, work->n_epochs,
                            work->theta, k, record + (size_t)k * size);
  return leave_snapshot(point, i_point, first, work);
}

epx_err epx_trial_solve(const epx_point *point, int i_point, int first, double *record) {
  block_work work = {0};
  const int err = solve_block(point, i_point, first, &work, record);
  destroy_work(&work);
  return err;
}
