/** @file
 * Detector: a photodiode with its read-out electronics, and the noise of its current.
 *   shot 2 q (I + I_d) B     thermal 4 k T B / R_L     laser 10^(RIN/10) I^2 B     converter step^2 / 12
 * with I = responsivity * power. Source: standard; SNR = I^2 / sum, effective bits = (SNR [dB] - 1.76)
 * / 6.02.
 */
#ifndef EPILUX_PHOTONIC_DEVICE_DETECTOR_H
#define EPILUX_PHOTONIC_DEVICE_DETECTOR_H

#include "epilux/error.h"
#include "photonic/device/device.h"

/** What a receiver is beside its converter. X(member, unit, default, low, high, assumed, source, meaning) */
#define EPX_RECEIVERS(X)                                                                                     \
  X(responsivity, "A W-1", 0.8, 1e-6, 10, true, "common engineering knowledge: Ge at 1550 nm, 0.8 ... 1",    \
    "responsivity I / P")                                                                                    \
  X(dark_current, "A", 50e-9, 0, 1, true, "common engineering knowledge: Ge, 10 ... 100 nA",                 \
    "dark current I_d")                                                                                      \
  X(bandwidth, "Hz", 10e9, 1, 1e13, true, "common engineering knowledge", "bandwidth B")                     \
  X(load, "ohm", 50, 1e-3, 1e12, true, "common engineering knowledge", "load resistance R_L")                \
  X(temperature, "K", 300, 1, 1000, true, "common engineering knowledge", "temperature T of the load")       \
  X(rin, "dB Hz-1", -145, -300, 0, true, "common engineering knowledge", "RIN, relative intensity noise")

/** X(member, unit, default, low, high, assumed, source, meaning) */
#define EPX_DETECTORS(X)                                                                                     \
  EPX_RECEIVERS(X)                                                                                           \
  X(bits, "1", 0, 0, 32, false, "0: no converter", "bits of the converter behind the detector; 0: none")     \
  X(full_scale, "A", 1e-3, 1e-12, 10, true, "common engineering knowledge",                                  \
    "current at the upper end of the converter")

typedef struct {
#define EPX_DETECTOR_MEMBER(member, unit, fallback, low, high, assumed, source, meaning) double member;
  EPX_DETECTORS(EPX_DETECTOR_MEMBER)
#undef EPX_DETECTOR_MEMBER
} epx_detector;

extern const epx_device epx_detector_device;

typedef struct {
  double current;                         /* I [A] */
  double shot, thermal, laser, converter; /* variances of the current [A^2] */
  double snr;                             /* I^2 over their sum [1] */
  double snr_decibel, bits;               /* [dB], effective bits */
} epx_detector_noise;

/** Evaluates current and noise at an optical power [W] >= 0. */
void epx_detector_eval(const epx_detector *detector, double power, epx_detector_noise *noise);

#endif
