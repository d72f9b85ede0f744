/** @internal @file
 * Ring response: the light that a ring lets through near one of its resonances, by coupled-mode theory, and the background
 * that a measurement adds.
 *
 *   Z = kappa/2 + i s D,  D = omega - omega_0,  kappa = kappa_i + kappa_e (+ kappa_e of an equal second bus)
 *   t = 1 - kappa_e Z / (Z^2 + gamma^2)                                        through port
 *   d =     kappa_e Z / (Z^2 + gamma^2)                                        drop port, of an equal bus
 *   power = P B |t|^2,  amplitude = sqrt(P B) exp(i (phase + delay x)) t,  B = (1 + slope x) (1 + a cos(w x) + b sin(w x))
 *
 * gamma: rate at which the two directions of travel exchange light; the resonances then stand 2 gamma apart. s = 1 where
 * time goes as exp(i omega t), as in Touchstone files of circuit simulators; -1 for exp(-i omega t), as physics has it.
 * q = (kappa - 2 kappa_e) / kappa, from -1 to 1, says how the ring is coupled: q > 0 under, q < 0 over, 0 critically. Without
 * splitting |t|^2 knows only q^2:  |t|^2 = 1 - (1 - q^2) (kappa/2)^2 / ((kappa/2)^2 + D^2).
 * A ring that is warmed by what it absorbs moves to the red by `heat` times the absorbed share of the power: D + heat (1 - |t|^2)
 * stands for D, along the sweep of the laser. Only without splitting and drop port.
 * Source: Haus1984, Little1997; the splitting Kippenberg2002; heat Carmon2004.
 */
#ifndef EPILUX_MEASUREMENT_RING_RESPONSE_H
#define EPILUX_MEASUREMENT_RING_RESPONSE_H

#include <stdbool.h>

#include "measurement/scan.h"

/** Parameters of the fit: X(name). Frequencies are in units of `width`, x = (omega - centre) / width; power in units of
 * `power`; each parameter is of the order of 1. */
#define EPX_RING_RESPONSES(X)                                                                                \
  X(PLACE)    /* of omega_0 */                                                                               \
  X(RATE)     /* ln(kappa / width) */                                                                        \
  X(POWER)    /* P / power */                                                                                \
  X(EXCHANGE) /* gamma^2 / width^2 */                                                                        \
  X(SLOPE)                                                                                                   \
  X(COSINE)                                                                                                  \
  X(SINE)                                                                                                    \
  X(PERIOD) /* ln of the fringes' period over that stated */                                                 \
  X(PHASE)                                                                                                   \
  X(DELAY)                                                                                                   \
  X(HEAT)

typedef enum {
#define EPX_RING_RESPONSE_ENUM(name) EPX_RESPONSE_##name,
  EPX_RING_RESPONSES(EPX_RING_RESPONSE_ENUM)
#undef EPX_RING_RESPONSE_ENUM
      EPX_RESPONSE_COUNT
} epx_response;

/** Fringes of the points, kept from one evaluation to the next: cosine and sine at one angle by x. */
typedef struct {
  double angle;          /* 0: not evaluated yet */
  double *cosine, *sine; /* [n_points] */
} epx_ring_fringes;

typedef struct {
  const epx_scan *scan;   /* borrowed */
  size_t first, n_points; /* the points of this resonance */
  double centre, width;   /* [rad/s] */
  double power;
  double fringe;             /* stated period [rad/s]; 0: no fringes */
  epx_ring_fringes *fringes; /* room; read where fringe > 0 */
  bool amplitude, drop;      /* what is fitted: the complex amplitude; the drop port, too */
  double sign;               /* s */
  bool rising;               /* the laser's frequency rises during a sweep */
  double q;
  int n_used;
  epx_response used[EPX_RESPONSE_COUNT]; /* [n_used] */
  double value[EPX_RESPONSE_COUNT];      /* of all; those not used stay as they are */
} epx_ring_response;

/** Gets the number of residuals: n_points, twice that with a drop port or an amplitude. */
size_t epx_ring_response_get_n_residuals(const epx_ring_response *response);

/** Evaluates the residuals, model minus measurement, in units of `power` (of an amplitude: of its root), and sets the values
 * used: parameter [n_used]. */
void epx_ring_response_eval(epx_ring_response *response, const double *parameter, double *residual);

/** Evaluates |t|^2 without background at a detuning D [width] for the values that are set. */
double epx_ring_response_eval_transmission(const epx_ring_response *response, double detuning);

#endif
