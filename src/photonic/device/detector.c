#include "photonic/device/detector.h"

#include <math.h>

#include "photonic/device/constant.h"

static const epx_quantity quantities[] = {
#define ROW(member, unit, fallback, low, high, assumed, source, meaning)                                     \
  EPX_QUANTITY(epx_detector, member, unit, fallback, low, high, assumed, source, meaning),
    EPX_DETECTORS(ROW)
#undef ROW
};

const epx_device epx_detector_device = {"detector", "photodiode with load and converter",
                                        sizeof quantities / sizeof quantities[0], quantities};

void epx_detector_eval(const epx_detector *d, double power, epx_detector_noise *noise) {
  const double current = d->responsivity * power, step = d->bits > 0 ? d->full_scale * exp2(-d->bits) : 0;
  epx_detector_noise n = {
      .current = current,
      .shot = 2 * EPX_ELEMENTARY_CHARGE * (current + d->dark_current) * d->bandwidth,
      .thermal = 4 * EPX_BOLTZMANN * d->temperature * d->bandwidth / d->load,
      .laser = pow(10, d->rin / 10) * current * current * d->bandwidth,
      .converter = step * step / 12,
  };
  n.snr = current * current / (n.shot + n.thermal + n.laser + n.converter);
  n.snr_decibel = 10 * log10(n.snr);
  n.bits = (n.snr_decibel - 1.76) / 6.02;
  *noise = n;
}
