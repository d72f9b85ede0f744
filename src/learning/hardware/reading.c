/* What does not depend on the state is added up once; only rin asks for the state. */
#include "learning/hardware/reading.h"

#include <math.h>
#include <stdio.h>

#include "base/numbers/random.h"
#include "photonic/device/converter.h"

bool epx_reading_is_ideal(const epx_reading_spec *spec) {
  return !(spec->noise > 0) && !spec->shot && !spec->thermal && !spec->rin && spec->bits == 0;
}

static bool counts_detector(const epx_reading_spec *spec) {
  return spec->shot || spec->thermal || spec->rin;
}

epx_err epx_reading_check(const epx_reading_spec *spec) {
  if (!(spec->noise >= 0) || !isfinite(spec->noise))
    return EPX_RAISE(EPX_EINPUT, "noise is %g; it must be 0 or more", spec->noise);
  if (spec->averages < 0) return EPX_RAISE(EPX_EINPUT, "%d reads are averaged", spec->averages);
  if (spec->bits < 0 || spec->bits > 32)
    return EPX_RAISE(EPX_EINPUT, "a converter of %d bits; 1 to 32, or 0 for none", spec->bits);
  if (spec->bits > 0 && (!(spec->range > 0) || !isfinite(spec->range)))
    return EPX_RAISE(EPX_EINPUT, "the converter's range is %g; it must be positive", spec->range);
  if (!counts_detector(spec)) return EPX_OK;
  epx_detector used = spec->detector, fallback;
  epx_device_init(&epx_detector_device, &fallback);
  used.bits = fallback.bits;
  used.full_scale = fallback.full_scale;
  EPX_TRY(epx_device_check(&epx_detector_device, &used));
  if (!(spec->power > 0) || !(spec->reference > 0) || !isfinite(spec->power) || !isfinite(spec->reference))
    return EPX_RAISE(EPX_EINPUT, "powers %g and %g W at the detector; both must be positive", spec->power,
                     spec->reference);
  return EPX_OK;
}

/* Variance that every read has, and the factor on s^2 of what grows with the light. */
static void eval_variances(const epx_reading_spec *spec, bool phase, double *constant, double *relative) {
  *constant = spec->noise * spec->noise;
  *relative = 0;
  if (!counts_detector(spec)) return;
  const double K = 2 * spec->detector.responsivity * sqrt(spec->reference * spec->power);
  epx_detector_noise dark, signal;
  epx_detector_eval(&spec->detector, spec->reference, &dark);
  epx_detector_eval(&spec->detector, K / spec->detector.responsivity, &signal); /* the current of s = 1 */
  if (spec->shot) *constant += dark.shot / (K * K);
  if (spec->thermal) *constant += dark.thermal / (K * K);
  if (spec->rin && !phase) *relative = signal.laser / (K * K);
}

double epx_reading_eval_sigma(const epx_reading_spec *spec, bool phase, double s) {
  double constant, relative;
  eval_variances(spec, phase, &constant, &relative);
  return sqrt(constant + relative * s * s);
}

/* Where a converter rounds, each read must be drawn; else their mean has the distribution of one quieter
 * read. */
static double read_one(const epx_converter *converter, const epx_random *stream, double s, double sigma,
                       uint32_t n, uint32_t point, uint32_t instance, uint32_t row, uint32_t sample) {
  if (!converter) return s + sigma / sqrt(n) * epx_random_eval_normal(stream, point, instance, row, sample);
  if (!(sigma > 0)) return epx_converter_eval(converter, s);
  double sum = 0;
  for (uint32_t k = 0; k < n; k++)
    sum += epx_converter_eval(
        converter, s + sigma * epx_random_eval_normal(stream, point, instance, row, sample * n + k));
  return sum / n;
}

void epx_reading_eval(const epx_reading_spec *spec, const epx_lanes *lanes, const epx_reading_key *key,
                      int copies, double *y) {
  if (epx_reading_is_ideal(spec)) return;
  const bool phase = (lanes->network->family->readouts & EPX_READS(EPX_READ_PHASE)) != 0;
  const double step = 2 * spec->range * exp2(-spec->bits);
  const epx_converter converter = {.bits = spec->bits, .low = -spec->range, .high = spec->range - step};
  const uint32_t n = (uint32_t)(spec->averages > 1 ? spec->averages : 1) * (uint32_t)copies;
  char purpose[64];
  double constant, relative;
  snprintf(purpose, sizeof purpose, "hardware:reading:%u:%u", key->step, key->read);
  const epx_random stream = epx_random_init(key->seed, purpose);
  eval_variances(spec, phase, &constant, &relative);
  for (int row = 0; row < lanes->network->n_state; row++) {
    double *own = y + (size_t)row * (size_t)lanes->n_lanes;
    for (int lane = 0; lane < lanes->n_used; lane++) {
      const uint32_t instance = key->first + (uint32_t)(lane / lanes->n_samples);
      const uint32_t sample = key->sample + (uint32_t)(lane % lanes->n_samples);
      const double sigma = sqrt(constant + relative * own[lane] * own[lane]);
      own[lane] = read_one(spec->bits > 0 ? &converter : NULL, &stream, own[lane], sigma, n, key->point,
                           instance, (uint32_t)row, sample);
    }
  }
}
