/* The order is that of multiples of about 0.618 n modulo n, which any first few fill evenly: data often lie
 * class by class, and classes do not settle alike. */
#include "study/duration/pilot_point.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/array.h"

static int get_divisor(int a, int b) {
  while (b) {
    const int rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* Without room the order stays as it is: the shortened copy is less representative, but still usable. */
static void spread(int n, int *samples) {
  int *before, step = (int)(0.6180339887498949 * n);
  if (n < 3) return;
  while (step > 1 && get_divisor(n, step) != 1)
    step--;
  if (EPX_ARRAY(before, (size_t)n) != EPX_OK) {
    epx_error_reset();
    return;
  }
  memcpy(before, samples, (size_t)n * sizeof *samples);
  for (int i = 0; i < n; i++)
    samples[i] = before[(int)((long long)i * step % n)];
  epx_array_destroy(&before);
}

/* A training that looks at the validation part goes on doing so, for ever. */
static void drop_curves(const epx_task *task, epx_settings *settings) {
  const bool validated = settings->learning.patience > 0 || settings->curve[EPX_CURVE_VALIDATION_LOSS] ||
                         settings->curve[EPX_CURVE_VALIDATION_ACCURACY];
  memset(settings->curve, 0, sizeof settings->curve);
  settings->learning.patience = validated && task->n_validation > 0 ? INT_MAX : 0;
}

void epx_pilot_point_init(epx_settings *settings, epx_point *point, epx_pilot_point *out) {
  const epx_task *task = point->task;
  *out = (epx_pilot_point){.settings = settings,
                           .point = point,
                           .n_train = task->n_train,
                           .n_validation = task->n_validation,
                           .n_test = task->n_test,
                           .batch = settings->learning.batch,
                           .n_metrics = settings->n_metrics};
  spread(task->n_train, task->train);
  spread(task->n_validation, task->validation);
  spread(task->n_test, task->test);
  settings->protocol.kind = EPX_PROTOCOL_IN_SITU;
  settings->learning.target_loss = 0;
  settings->keep_fields = false;
  drop_curves(task, settings);
}

int epx_pilot_point_get_chunk(const epx_pilot_point *pilot) {
  const int batch = pilot->batch > 0 ? pilot->batch : pilot->n_train;
  if (pilot->point->engine == EPX_ENGINE_DISTRIBUTED) return 1;
  return batch < EPX_LEARNER_SAMPLES ? batch : EPX_LEARNER_SAMPLES;
}

static int take(double share, int n) {
  return n > 0 ? (int)ceil(share * n) : 0;
}

double epx_pilot_point_set(epx_pilot_point *pilot, epx_pilot_point_work work, int n) {
  epx_task *task = pilot->point->task;
  epx_learning_spec *learning = &pilot->settings->learning;
  task->n_train = n < pilot->n_train ? n : pilot->n_train;
  const double share = (double)task->n_train / pilot->n_train;
  const bool measures = work == EPX_PILOT_POINT_MEASURES;
  task->n_validation = take(share, pilot->n_validation);
  task->n_test = measures ? take(share, pilot->n_test) : pilot->n_test > 0;
  learning->batch = pilot->batch < task->n_train ? pilot->batch : task->n_train;
  learning->epochs = !measures;
  pilot->settings->n_metrics = measures ? pilot->n_metrics : 0;
  return share;
}
