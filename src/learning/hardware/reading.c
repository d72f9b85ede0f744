/* What does not depend on the state is added up once; rin and the shot noise of the signal ask for the state. */
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

double epx_reading_get_reference(const epx_reading_spec *spec) {
  return counts_detector(spec) ? spec->reference : 0;
}

epx_err epx_reading_check(const epx_reading_spec *spec) {
  if (!(spec->noise >= 0) || !isfinite(spec->noise))
    return EPX_RAISE(EPX_EINPUT, "noise is %g; it must be 0 or more", spec->noise);
  if (spec->averages < 0) return EPX_RAISE(EPX_EINPUT, "%d reads are averaged", spec->averages);
  if (spec->bits < 0 || spec->bits > 32)
    return EPX_RAISE(EPX_EINPUT, "a converter of %d bits; must be 1 to 32, or 0 for none", spec->bits);
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

/* Variances of a read: what each has; times s^2; times the node's light |s|^2. */
typedef struct {
  double constant, square, light;
} variances;

static variances eval_variances(const epx_reading_spec *spec, bool phase) {
  variances v = {.constant = spec->noise * spec->noise};
  if (!counts_detector(spec)) return v;
  const double slope = 2 * spec->detector.responsivity * sqrt(spec->reference * spec->power);
  const double unit = 1 / (slope * slope);
  epx_detector_noise dark, reference, signal; /* of no light, and of each light alone, the node's at s = 1 */
  epx_detector_eval(&spec->detector, 0, &dark);
  epx_detector_eval(&spec->detector, spec->reference, &reference);
  epx_detector_eval(&spec->detector, spec->power, &signal);
  if (spec->shot) v.constant += (reference.shot + dark.shot) * unit;
  if (spec->shot) v.light = (signal.shot - dark.shot) * unit;
  if (spec->thermal) v.constant += dark.thermal * unit;
  if (spec->rin && !phase) v.square = signal.laser / (signal.current * signal.current) / 4;
  return v;
}

static double eval_sigma(const variances *v, double s, double light) {
  return sqrt(v->constant + v->square * s * s + v->light * light);
}

double epx_reading_eval_sigma(const epx_reading_spec *spec, bool phase, double s, double light) {
  const variances v = eval_variances(spec, phase);
  return eval_sigma(&v, s, light);
}

/* |s|^2 of the node whose components begin at `row`: of a complex amplitude, a phase, a real amplitude. */
static double eval_light(const epx_family *family, const double *y, size_t row, size_t n_lanes, int lane) {
  const double *first = y + row * n_lanes + lane;
  if (family->readouts & EPX_READS(EPX_READ_PHASE)) return 1;
  if (family->components < 2 || !(family->readouts & EPX_READS(EPX_READ_INTENSITY))) return *first * *first;
  return first[0] * first[0] + first[n_lanes] * first[n_lanes];
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

void epx_reading_eval(const epx_reading_spec *spec, const epx_ensemble *ensemble, const epx_reading_key *key,
                      int copies, double *y) {
  if (epx_reading_is_ideal(spec)) return;
  const epx_family *family = ensemble->network->family;
  const epx_converter converter = {.bits = spec->bits, .low = -spec->range, .high = spec->range};
  const uint32_t n = (uint32_t)(spec->averages > 1 ? spec->averages : 1) * (uint32_t)copies;
  const variances v = eval_variances(spec, (family->readouts & EPX_READS(EPX_READ_PHASE)) != 0);
  const size_t n_lanes = (size_t)ensemble->n_lanes, n_rows = (size_t)ensemble->n_rows;
  char purpose[64];
  snprintf(purpose, sizeof purpose, "hardware:reading:%u:%u", key->step, key->read);
  const epx_random stream = epx_random_init(key->seed, purpose);
  for (size_t node = 0; node < n_rows; node += (size_t)family->components) {
    for (int lane = 0; lane < ensemble->n_used; lane++) {
      const uint32_t instance = key->first + (uint32_t)(lane / ensemble->n_samples);
      const uint32_t sample = key->sample + (uint32_t)(lane % ensemble->n_samples);
      const double light = eval_light(family, y, node, n_lanes, lane);
      for (size_t row = node; row < node + (size_t)family->components; row++) {
        double *own = y + row * n_lanes + lane;
        *own = read_one(spec->bits > 0 ? &converter : NULL, &stream, *own, eval_sigma(&v, *own, light), n,
                        key->point, instance, (uint32_t)(ensemble->first_row + (int)row), sample);
      }
    }
  }
}
