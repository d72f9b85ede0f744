/** @file
 * Normalisation: converts between the physical description of a Kerr resonator and the parameters of the
 * family `kerr`.
 *
 * A ring with n = |A|^2 photons, driven with power P at its bus by light of frequency omega_d (fields as
 * e^(-i omega t), in the frame of the drive):
 *
 *   dA/dt = -kappa/2 A + i (omega_d - omega_0 + g |A|^2) A + i sum_j J_j A_j + sqrt(kappa_c P / (hbar omega))
 *
 * With rates in units of a reference rate Gamma [1/s] and |A|^2 in units of N photons, A = sqrt(N) a,
 * t = tau / Gamma:
 *
 *   loss = kappa / Gamma    detuning = (omega_d - omega_0) / Gamma    coupling = J / Gamma
 *   kerr = g N / Gamma      drive s = sqrt(P / P_1),  P_1 = hbar omega N Gamma^2 / kappa_c
 *
 * so that N is chosen to make `kerr` what is asked for: N = kerr Gamma / g. A time of 1 is 1 / Gamma seconds.
 */
#ifndef EPILUX_PHOTONIC_DEVICE_NORMALISATION_H
#define EPILUX_PHOTONIC_DEVICE_NORMALISATION_H

#include "epilux/error.h"
#include "photonic/device/ring.h"

typedef struct {
  double rate;      /* Gamma [1/s] */
  double photons;   /* N, of |a|^2 = 1 */
  double power;     /* P_1, at the bus, of |s|^2 = 1 [W] */
  double frequency; /* omega_0, nominal [rad/s] */
} epx_normalisation;

/** Parameters of one node of the family `kerr`. */
typedef struct {
  double loss, kerr, detuning;
} epx_kerr_node;

/** Inits the units in which a ring has the Kerr parameter `kerr` at the reference rate `rate` [1/s].
 * Errors: EPX_EINPUT: rate or kerr that is not above 0, a ring without Kerr shift or coupling. */
epx_err epx_normalisation_init(const epx_ring *ring, double rate, double kerr, epx_normalisation *units);

/** Evaluates the parameters of a ring, driven at a wavelength `drive_shift` [m] above its nominal resonance,
 * when fabrication changed it by `change` (NULL: as designed): detuning = -(2 pi c / lambda^2) (drive_shift -
 * shift) / Gamma, to first order in both shifts. */
void epx_normalisation_eval_node(const epx_normalisation *units, const epx_ring_spec *spec,
                                 const epx_ring *ring, const epx_ring_change *change, double drive_shift,
                                 epx_kerr_node *node);

/** Evaluates what parameters imply in a ring of this description: the loss rate [1/s], the Kerr shift a
 * photon [rad/s], and by how much [m] the drive's wavelength stands above the resonance. */
void epx_normalisation_eval_rates(const epx_normalisation *units, const epx_ring_spec *spec,
                                  const epx_kerr_node *node, double *loss_rate, double *kerr_rate,
                                  double *drive_shift);

/** Evaluates the coupling parameter of an exchange rate J [rad/s], and the drive s of a power [W]. */
double epx_normalisation_eval_coupling(const epx_normalisation *units, double exchange_rate);
double epx_normalisation_eval_drive(const epx_normalisation *units, double power);

/** Evaluates the exchange rate J [rad/s] of a coupling parameter, and the power [W] of a drive s. */
double epx_normalisation_eval_exchange(const epx_normalisation *units, double coupling);
double epx_normalisation_eval_power(const epx_normalisation *units, double drive);

#endif
