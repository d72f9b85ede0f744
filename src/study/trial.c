#include "epilux/study/trial.h"

#include <math.h>
#include <string.h>

#include "epilux/base/array.h"
#include "epilux/base/random.h"
#include "epilux/study/fabricated.h"

/* What one block needs while it is solved, all [block] or [block][…]. */
typedef struct {
  epx_learner *learner;
  double *theta, *gradient, *exact; /* [block][n_theta] */
  epx_performance *initial, *train, *validation, *test;
  epx_curves curves;
  double *cosine, *ratio, *trained_cosine, *heater_power;
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
                       &work->heater_power};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    epx_array_destroy(arrays[i]);
  epx_array_destroy(&work->initial);
  epx_array_destroy(&work->train);
  epx_array_destroy(&work->validation);
  epx_array_destroy(&work->test);
}

static epx_err create_work(const epx_point *point, block_work *work) {
  const epx_settings *settings = point->settings;
  const size_t block = (size_t)point->block, epochs = (size_t)settings->learning.epochs;
  EPX_TRY(epx_learner_create(point->network, point->task, &settings->cost, &settings->learning,
                             &settings->equilibrium, point->block, settings->seed, &work->learner));
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
  double **by_instance[] = {&work->cosine, &work->ratio, &work->trained_cosine, &work->heater_power};
  for (size_t i = 0; i < 4; i++)
    EPX_TRY(EPX_ARRAY(*by_instance[i], block));
  EPX_TRY(EPX_ARRAY(work->initial, block));
  EPX_TRY(EPX_ARRAY(work->train, block));
  EPX_TRY(EPX_ARRAY(work->validation, block));
  EPX_TRY(EPX_ARRAY(work->test, block));
  return EPX_OK;
}

/* Fabricates the block's instances; what is kept of it goes into their records. */
static epx_err fabricate(const epx_point *point, int i_point, int first, double *theta, double *heater_power,
                         double *record) {
  const epx_settings *settings = point->settings;
  const size_t n_theta = point->network->n_theta;
  const uint32_t key = settings->independent ? (uint32_t)i_point : EPX_RANDOM_ANY;
  for (int k = 0; k < point->block; k++) {
    memcpy(theta + (size_t)k * n_theta, point->nominal, n_theta * sizeof *theta);
    if (point->fabrication) {
      epx_heating_report report;
      EPX_TRY(epx_fabrication_eval(point->fabrication, key, (uint32_t)(first + k),
                                   theta + (size_t)k * n_theta, &report));
      heater_power[k] = report.total;
      if (point->layout.n_fabricated > 0)
        epx_fabricated_eval(point->fabrication, (uint32_t)(first + k),
                            record + (size_t)k * point->layout.size + point->layout.fabricated);
    }
    epx_variation_eval(settings->variation, settings->n_variation, point->network, settings->seed, key,
                       (uint32_t)(first + k), theta + (size_t)k * n_theta, NULL);
  }
  return EPX_OK;
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

static double count_epochs(const epx_point *point, const block_work *work, int k) {
  const int n = point->settings->learning.epochs;
  int epochs = 0;
  for (int e = 0; e < n; e++)
    epochs += !isnan(work->curves.loss[(size_t)k * (size_t)n + (size_t)e]);
  return epochs;
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
  case EPX_METRIC_EPOCHS:
    return count_epochs(point, work, k);
  case EPX_METRIC_EQUILIBRIA:
    return (double)epx_learner_get_counts(work->learner).equilibria / point->block;
  case EPX_METRIC_ENERGY:
    return test->power * test->settling_time;
  case EPX_METRIC_HEATER_POWER:
    return work->heater_power[k];
  case EPX_METRIC_COUNT:
    break;
  }
  return NAN;
}

static void write_curves(const epx_point *point, const block_work *work, int k, double *record) {
  const double *const kept[EPX_CURVE_COUNT] = {[EPX_CURVE_LOSS] = work->curves.loss,
                                               [EPX_CURVE_ACCURACY] = work->curves.accuracy,
                                               [EPX_CURVE_GRADIENT_NORM] = work->curves.gradient_norm,
                                               [EPX_CURVE_VALIDATION_LOSS] = work->curves.validation_loss,
                                               [EPX_CURVE_VALIDATION_ACCURACY] =
                                                   work->curves.validation_accuracy};
  const size_t epochs = (size_t)point->layout.n_epochs;
  double *out = record + point->layout.curve;
  for (int c = 0; c < EPX_CURVE_COUNT; c++) {
    if (!point->settings->curve[c]) continue;
    memcpy(out, kept[c] + (size_t)k * epochs, epochs * sizeof *out);
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

static void write_result(const epx_point *point, const block_work *work, int k, double *record) {
  record[0] = judge(&work->test[k]);
  for (int m = 0; m < point->layout.n_metrics; m++) {
    const bool done = record[0] == EPX_STATE_DONE;
    record[point->layout.metric + (size_t)m] =
        done ? get_metric(point, work, point->settings->metric[m], k) : NAN;
  }
  write_curves(point, work, k, record);
}

static epx_err measure_before(const epx_point *point, block_work *work) {
  const epx_settings *settings = point->settings;
  if (wants(settings, EPX_METRIC_INITIAL_ACCURACY))
    EPX_TRY(epx_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST, false, work->initial));
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
  return epx_learner_eval_performance(work->learner, work->theta, EPX_PART_TEST,
                                      wants(settings, EPX_METRIC_STABILITY), work->test);
}

static epx_err solve_block(const epx_point *point, int i_point, int first, block_work *work, double *record) {
  const size_t size = point->layout.size, n_theta = point->network->n_theta;
  EPX_TRY(create_work(point, work));
  epx_learner_set_instances(work->learner, point->settings->independent ? (uint32_t)i_point : EPX_RANDOM_ANY,
                            (uint32_t)first);
  for (int k = 0; k < point->block; k++)
    epx_record_init(&point->layout, record + (size_t)k * size);
  EPX_TRY(fabricate(point, i_point, first, work->theta, work->heater_power, record));
  for (int k = 0; k < point->block; k++)
    write_variation(point, work->theta + (size_t)k * n_theta, record + (size_t)k * size);
  EPX_TRY(measure_before(point, work));
  EPX_TRY(epx_learner_solve_training(work->learner, work->theta, &work->curves));
  EPX_TRY(measure_after(point, work));
  for (int k = 0; k < point->block; k++)
    write_result(point, work, k, record + (size_t)k * size);
  return EPX_OK;
}

epx_err epx_trial_solve(const epx_point *point, int i_point, int first, double *record) {
  block_work work = {0};
  const int err = solve_block(point, i_point, first, &work, record);
  destroy_work(&work);
  return err;
}
