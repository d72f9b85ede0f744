#include "study/energy/duration.h"

#include <math.h>

#include "base/array.h"
#include "statistics/moments.h"
#include "statistics/quantile.h"

static epx_err set_inference(const double *time, int n_instances, size_t n, epx_duration *duration,
                             double *longest) {
  const double most = 0.99;
  *longest = 0;
  for (int i = 0; i < n_instances; i++) {
    const double *own = time + (size_t)i * n;
    EPX_TRY(epx_quantile_eval(own, n, &most, 1, &duration[i].inference));
    duration[i].inference_mean = epx_moments_eval(own, n).mean;
    *longest = fmax(*longest, duration[i].inference);
  }
  return EPX_OK;
}

static epx_err eval(epx_learner *learner, int n_instances, const double *theta, bool steps, double *time,
                    epx_phase_lengths *lengths, epx_duration *duration) {
  double longest;
  for (int i = 0; i < n_instances; i++)
    lengths[i] = (epx_phase_lengths){NAN, NAN};
  EPX_TRY(epx_learner_eval_inference(learner, theta, time));
  EPX_TRY(set_inference(time, n_instances, (size_t)epx_learner_count_followed(learner), duration, &longest));
  if (steps) EPX_TRY(epx_learner_eval_lengths(learner, theta, longest > 0 ? longest : 1, lengths));
  for (int i = 0; i < n_instances; i++) {
    duration[i].free = lengths[i].free;
    duration[i].nudged = lengths[i].nudged;
  }
  return EPX_OK;
}

epx_err epx_duration_eval(epx_learner *learner, int n_instances, const double *theta, bool steps,
                          epx_duration *duration) {
  double *time;
  epx_phase_lengths *lengths;
  EPX_TRY(EPX_ARRAY(time, (size_t)n_instances * (size_t)epx_learner_count_followed(learner)));
  int code = EPX_ARRAY(lengths, (size_t)n_instances);
  if (code == EPX_OK) code = eval(learner, n_instances, theta, steps, time, lengths, duration);
  epx_array_destroy(&time);
  epx_array_destroy(&lengths);
  return code;
}
