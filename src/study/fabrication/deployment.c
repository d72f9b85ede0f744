/* Training elsewhere is a training of a learner of its own. Of noise-aware, its first instance carries the
 * nominal parameters, which the others share: they are made anew from them before every epoch.
 */
#include "study/fabrication/deployment.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "epilux/log.h"

static const uint32_t first_random = EPX_PROCESS_BEYOND;

static uint32_t get_key(const epx_point *point, int i_point) {
  return point->settings->independent ? (uint32_t)i_point : EPX_RANDOM_ANY;
}

/* n_clamped [n_variation], or NULL. */
static epx_err eval_fabricated(const epx_point *point, int i_point, uint32_t i_instance,
                               const double *nominal, double *theta, double *heater_power, int *n_clamped) {
  const epx_settings *settings = point->settings;
  const uint32_t key = get_key(point, i_point);
  memcpy(theta, nominal, point->network->n_theta * sizeof *theta);
  if (heater_power) *heater_power = 0;
  if (point->fabrication) {
    epx_heating_report report;
    EPX_TRY(epx_fabrication_eval(point->fabrication, key, i_instance, theta, &report));
    if (heater_power) *heater_power = report.total;
  }
  epx_variation_eval(settings->variation, settings->n_variation, point->network, settings->seed, key,
                     i_instance, theta, n_clamped);
  return EPX_OK;
}

epx_err epx_deployment_eval_instance(const epx_point *point, int i_point, uint32_t i_instance,
                                     const double *nominal, double *theta, double *heater_power) {
  return eval_fabricated(point, i_point, i_instance, nominal, theta, heater_power, NULL);
}

epx_err epx_deployment_eval_clamped(const epx_point *point, int i_point, uint32_t i_instance, double *room,
                                    double *share) {
  const epx_settings *settings = point->settings;
  int *n_clamped = NULL;
  double n = 0, n_drawn = 0;
  EPX_TRY(EPX_ARRAY(n_clamped, (size_t)settings->n_variation));
  const int code = eval_fabricated(point, i_point, i_instance, point->nominal, room, NULL, n_clamped);
  for (int i = 0; code == EPX_OK && i < settings->n_variation; i++) {
    n += n_clamped[i];
    n_drawn += (double)point->network->count[settings->variation[i].parameter];
  }
  epx_array_destroy(&n_clamped);
  EPX_TRY(code);
  *share = n_drawn > 0 ? n / n_drawn : NAN;
  return EPX_OK;
}

/* What a row draws beyond a range is put at its end: said, for a distribution that is cut is another one. */
static void warn_of_clamped(const epx_point *point, int i_row, double share) {
  const epx_variation *row = &point->settings->variation[i_row];
  const epx_parameter *parameter = &point->network->family->parameters[row->parameter];
  epx_log_write_once(EPX_LOG_WARNING, "variation",
                     "variation.%d: about %.3g %% of the drawn values of %s are beyond its range, %g to %g, "
                     "and are clipped to it; truncated-normal stays inside, lognormal above 0",
                     i_row, 100 * share, parameter->name, parameter->low, parameter->high);
}

epx_err epx_deployment_check_variation(const epx_point *point) {
  const epx_settings *settings = point->settings;
  const size_t n_theta = point->network->n_theta, n_rows = (size_t)settings->n_variation;
  const int n_instances = n_theta < 200 ? 100 : n_theta > 10000 ? 2 : (int)(20000 / n_theta);
  double *theta = NULL, *sum = NULL;
  int *n_clamped = NULL;
  if (n_rows == 0) return EPX_OK;
  int code = EPX_ARRAY(theta, n_theta);
  if (code == EPX_OK) code = EPX_ARRAY(sum, n_rows);
  if (code == EPX_OK) code = EPX_ARRAY(n_clamped, n_rows);
  for (int k = 0; code == EPX_OK && k < n_instances; k++) {
    memcpy(theta, point->nominal, n_theta * sizeof *theta);
    epx_variation_eval(settings->variation, settings->n_variation, point->network, settings->seed,
                       get_key(point, 0), (uint32_t)k, theta, n_clamped);
    for (size_t i = 0; i < n_rows; i++)
      sum[i] += n_clamped[i];
  }
  for (size_t i = 0; code == EPX_OK && i < n_rows; i++) {
    const double drawn =
        (double)n_instances * (double)point->network->count[settings->variation[i].parameter];
    if (sum[i] > 0) warn_of_clamped(point, (int)i, sum[i] / drawn);
  }
  epx_array_destroy(&theta);
  epx_array_destroy(&sum);
  epx_array_destroy(&n_clamped);
  return code;
}

typedef struct {
  const epx_point *point;
  int i_point;
  int code; /* of what failed while instances were renewed */
} renewal;

static void renew(void *context, int epoch, double *theta) {
  renewal *r = context;
  const int n = r->point->settings->protocol.n_random;
  const size_t n_theta = r->point->network->n_theta;
  for (int k = 0; k < n && r->code == EPX_OK; k++) {
    const uint32_t instance = first_random + (uint32_t)epoch * (uint32_t)n + (uint32_t)k;
    r->code = epx_deployment_eval_instance(r->point, r->i_point, instance, theta,
                                           theta + (size_t)(k + 1) * n_theta, NULL);
  }
}

static int count_epochs(int n, const double *loss) {
  int epochs = 0;
  for (int e = 0; e < n; e++)
    epochs += !isnan(loss[e]);
  return epochs;
}

/* theta [n_instances][n_theta], performance [n_instances], loss [n_instances][epochs]: room. */
static epx_err train(const epx_point *point, int i_point, epx_learner *learner, double *theta,
                     epx_performance *performance, double *loss) {
  epx_deployment_origin *origin = point->origin;
  const size_t n_theta = point->network->n_theta;
  renewal context = {point, i_point, EPX_OK};
  epx_curves curves = {.loss = loss};
  epx_restart restart = {.kind = EPX_RESTART_ELSEWHERE};
  bool kept = false;
  memcpy(theta, point->nominal, n_theta * sizeof *theta);
  if (point->settings->protocol.kind == EPX_PROTOCOL_NOISE_AWARE)
    epx_learner_set_renewal(learner, renew, &context);
  EPX_TRY(epx_learner_add_to_restart(learner, theta, &curves, &restart));
  epx_learner_set_checkpointer(learner, &point->checkpointer, &restart);
  if (point->checkpointer.read)
    EPX_TRY(point->checkpointer.read(point->checkpointer.context, &restart, &kept));
  if (kept) EPX_TRY(epx_learner_set_restored(learner));
  EPX_TRY(epx_learner_solve_training(learner, theta, &curves));
  EPX_TRY(context.code);
  EPX_TRY(epx_learner_eval_performance(learner, theta, EPX_PART_TEST, false, performance));
  for (size_t k = 0; k < n_theta; k++)
    origin->settings[k] = theta[k] - point->nominal[k];
  origin->accuracy = performance[0].accuracy;
  const int epochs = point->settings->learning.epochs,
            carried = point->settings->protocol.kind == EPX_PROTOCOL_NOISE_AWARE;
  origin->epochs = count_epochs(epochs, loss + carried * epochs);
  origin->made = true;
  return EPX_OK;
}

/* A network that is distributed is there once: both learners take its ensemble in turn. */
static epx_err create_learner(const epx_point *point, const epx_learning_spec *spec, int n_instances,
                              epx_ensemble *ensemble, epx_learner **out) {
  const epx_settings *settings = point->settings;
  if (ensemble && ensemble->collective)
    return epx_learner_create_over(ensemble, point->task, &settings->cost, spec, &settings->equilibrium,
                                   settings->seed, out);
  return epx_learner_create(point->network, point->task, &settings->cost, spec, &settings->equilibrium,
                            n_instances, settings->seed, out);
}

epx_err epx_deployment_solve(const epx_point *point, int i_point, epx_ensemble *ensemble) {
  const epx_settings *settings = point->settings;
  if (point->origin->made || settings->protocol.kind == EPX_PROTOCOL_IN_SITU) return EPX_OK;
  const bool aware = settings->protocol.kind == EPX_PROTOCOL_NOISE_AWARE;
  const int n_instances = aware ? 1 + settings->protocol.n_random : 1;
  epx_learning_spec spec = settings->learning;
  spec.estimator = epx_estimator_get_by_name("backprop");
  spec.hardware = (epx_hardware_spec){0};
  spec.tied = aware;
  epx_learner *learner = NULL;
  double *theta = NULL, *loss = NULL;
  epx_performance *performance = NULL;
  const epx_ensemble_counts counts = ensemble ? epx_ensemble_get_counts(ensemble) : (epx_ensemble_counts){0};
  int code = create_learner(point, &spec, n_instances, ensemble, &learner);
  if (code == EPX_OK) code = EPX_ARRAY(theta, (size_t)n_instances * point->network->n_theta);
  if (code == EPX_OK) code = EPX_ARRAY(loss, (size_t)n_instances * (size_t)spec.epochs);
  if (code == EPX_OK) code = EPX_ARRAY(performance, (size_t)n_instances);
  if (code == EPX_OK) code = train(point, i_point, learner, theta, performance, loss);
  epx_array_destroy(&theta);
  epx_array_destroy(&loss);
  epx_array_destroy(&performance);
  epx_learner_destroy(&learner);
  if (ensemble) epx_ensemble_set_counts(ensemble, &counts); /* what is trained once a point is no trial's */
  EPX_TRY(code);
  return EPX_OK;
}

/* How far a value is moved to see what fabrication makes of a change: the value itself, or 1. */
static double get_probe(double target) {
  return fmax(fabs(target), 1);
}

/* What is to be set so that fabrication makes `target` of it, where it makes `made` of target and `moved` of
 * target + probe: it multiplies by a factor and adds an offset. Where the factor is 1 or 0 there is none. */
static double eval_correction(double target, double made, double moved) {
  const double factor = (moved - made) / get_probe(target);
  if (factor == 0 || fabs(factor - 1) < 1e-12) return target - made;
  return (target - made) / factor;
}

/* Takes from the settings of one instance what is known of its deviations. room [3 n_theta]. */
static epx_err calibrate(const epx_point *point, int i_point, uint32_t i_instance, double *room,
                         double *wanted) {
  const epx_protocol_spec *protocol = &point->settings->protocol;
  const epx_network *network = point->network;
  const size_t n_theta = network->n_theta;
  const epx_random stream = epx_random_init(point->settings->seed, "protocol:calibration");
  double *target = room, *made = room + n_theta, *moved = room + 2 * n_theta;
  for (size_t k = 0; k < n_theta; k++)
    target[k] = point->nominal[k] + wanted[k];
  EPX_TRY(epx_deployment_eval_instance(point, i_point, i_instance, target, made, NULL));
  for (size_t k = 0; k < n_theta; k++)
    target[k] += get_probe(target[k]);
  EPX_TRY(epx_deployment_eval_instance(point, i_point, i_instance, target, moved, NULL));
  for (int p = 0; p < network->family->n_parameters; p++) {
    if (!protocol->calibrated[p]) continue;
    for (size_t k = network->offset[p]; k < network->offset[p] + network->count[p]; k++) {
      const double error = protocol->calibration_error;
      wanted[k] += eval_correction(point->nominal[k] + wanted[k], made[k], moved[k]);
      if (error > 0)
        wanted[k] +=
            error * epx_random_eval_normal(&stream, get_key(point, i_point), i_instance, (uint32_t)k, 0);
    }
  }
  return EPX_OK;
}

/* wanted, shift [block][n_theta], room [3 n_theta]. */
static epx_err deploy(const epx_point *point, int i_point, int first, epx_learner *learner, double *wanted,
                      double *shift, double *room, double *theta, double *heater_power) {
  const size_t n_theta = point->network->n_theta;
  for (int k = 0; k < point->block; k++) {
    double *own = wanted + (size_t)k * n_theta;
    memcpy(own, point->origin->settings, n_theta * sizeof *own);
    if (point->settings->protocol.kind == EPX_PROTOCOL_CALIBRATE)
      EPX_TRY(calibrate(point, i_point, (uint32_t)(first + k), room, own));
  }
  epx_learner_set_dead(learner, theta); /* what is dead is not written */
  epx_learner_write_settings(learner, wanted, shift);
  for (int k = 0; k < point->block; k++) {
    for (size_t i = 0; i < n_theta; i++)
      room[i] = point->nominal[i] + shift[(size_t)k * n_theta + i];
    EPX_TRY(epx_deployment_eval_instance(point, i_point, (uint32_t)(first + k), room,
                                         theta + (size_t)k * n_theta, &heater_power[k]));
  }
  epx_learner_set_dead(learner, theta);
  return EPX_OK;
}

/* Without settings instances are what is fabricated of the nominal values. */
static epx_err fabricate(const epx_point *point, int i_point, int first, epx_learner *learner, double *theta,
                         double *heater_power) {
  for (int k = 0; k < point->block; k++)
    EPX_TRY(epx_deployment_eval_instance(point, i_point, (uint32_t)(first + k), point->nominal,
                                         theta + (size_t)k * point->network->n_theta, &heater_power[k]));
  epx_learner_set_dead(learner, theta);
  return EPX_OK;
}

epx_err epx_deployment_eval(const epx_point *point, int i_point, int first, epx_learner *learner,
                            double *theta, double *heater_power) {
  const size_t n = (size_t)point->block * point->network->n_theta;
  double *room = NULL;
  if (point->settings->protocol.kind == EPX_PROTOCOL_IN_SITU)
    return fabricate(point, i_point, first, learner, theta, heater_power);
  EPX_TRY(epx_deployment_solve(point, i_point, epx_learner_get_ensemble(learner)));
  EPX_TRY(EPX_ARRAY(room, 2 * n + 3 * point->network->n_theta));
  const int code = deploy(point, i_point, first, learner, room, room + n, room + 2 * n, theta, heater_power);
  epx_array_destroy(&room);
  EPX_TRY(code);
  return EPX_OK;
}
