/** @file
 * Ring: a microring resonator from its geometry: resonance, loss, coupling to its bus guides, Kerr shift a
 * photon, and what a deviation of its fabrication does to them.
 *
 *   intrinsic loss        Q_i = 2 pi n_g / (alpha lambda),  kappa_i = omega / Q_i           (rate of energy)
 *                         alpha + confinement (8.5 + 6) 1e-22 m^2 doping / 2 where the core is doped
 *   coupling to one bus   K = sin^2(theta),  theta = pi / (2 transfer(gap)) sqrt(2 pi R / decay)
 *                         kappa_c = K c / (n_g L),  L = 2 pi R, or `length` of a ring that is no circle
 *   loss                  kappa = kappa_i + buses kappa_c
 *   Kerr                  g = hbar omega^2 c n2 / (n^2 V),  V = area L                      (rad/s a photon)
 *   bistable above        n_c = kappa / (sqrt3 g) photons,  P_c = hbar omega kappa^3 / (3 sqrt3 g kappa_c)
 * theta is the integral along a bus that is straight where the ring, a circle, comes nearest: the gap there
 * grows as z^2 / 2R, and coupling falls as exp(-decay gap). Bends are taken to guide as straight guides do,
 * without loss. An interferometer's arm is described alike: 2 pi of its phase are one spectral range lambda^2 / (n_g L).
 */
#ifndef EPILUX_PHOTONIC_DEVICE_RING_H
#define EPILUX_PHOTONIC_DEVICE_RING_H

#include "epilux/error.h"
#include "photonic/device/device.h"
#include "photonic/device/waveguide.h"
#include "photonic/fabrication/deviation.h"

/** X(member, unit, default in silicon, in nitride, low, high, assumed, source, meaning) */
#define EPX_RINGS(X)                                                                                         \
  X(width, "m", 450e-9, 1000e-9, 1e-8, 1e-4, true, "common engineering knowledge", "width of the core")      \
  X(thickness, "m", 220e-9, 400e-9, 1e-8, 1e-4, true, "common engineering knowledge",                        \
    "thickness of the core layer")                                                                           \
  X(slab, "m", 0, 0, 0, 1e-4, false, "strip", "slab that a partial etch leaves beside the core; 0: strip")   \
  X(radius, "m", 10e-6, 100e-6, 1e-6, 1e-2, true, "common engineering knowledge",                            \
    "R, radius of the ring's centre line")                                                                   \
  X(length, "m", 0, 0, 0, 1, false, "0: a circle",                                                           \
    "of the guide, once around or of a phase shifter; 0: that of a circle")                                  \
  X(gap, "m", 200e-9, 600e-9, 0, 1e-4, true, "common engineering knowledge",                                 \
    "gap between the ring and a bus")                                                                        \
  X(buses, "1", 1, 1, 1, 2, false, "all-pass", "number of equal bus waveguides: 1 all-pass, 2 add-drop")     \
  X(loss, "dB m-1", 200, 30, 0, 1e5, true, "common engineering knowledge: 1 ... 3 dB/cm, 0.1 ... 0.5 dB/cm", \
    "alpha, propagation loss")                                                                               \
  X(doping, "m-3", 0, 0, 0, 1e27, false, "undoped",                                                          \
    "free carriers in the core that are there in the dark, half of them electrons and half holes: they "     \
    "absorb")                                                                                                \
  X(carrier_lifetime, "s", 5.3e-9, 1e-9, 1e-13, 1, false,                                                    \
    "VanVaerenbergh2012; a junction under bias sweeps faster", "of carriers that light frees")               \
  X(wavelength, "m", 1.55e-6, 1.55e-6, EPX_WAVEGUIDE_WAVELENGTH_LOW, EPX_WAVEGUIDE_WAVELENGTH_HIGH, false,   \
    "telecommunication C band", "lambda, wavelength of the resonance in use")

typedef struct {
  epx_material_kind core;
#define EPX_RING_MEMBER(member, unit, silicon, nitride, low, high, assumed, source, meaning) double member;
  EPX_RINGS(EPX_RING_MEMBER)
#undef EPX_RING_MEMBER
} epx_ring_spec;

/** The quantities of epx_ring_spec and their defaults, in silicon and in silicon nitride. */
extern const epx_device epx_ring_silicon, epx_ring_nitride;

typedef struct {
  epx_mode mode;
  double n_eff;                                    /* at `wavelength` */
  double frequency;                                /* omega [rad/s] */
  double length;                                   /* of the guide; 2 pi R of a circle [m] */
  double spectral_range;                           /* between resonances, lambda^2 / (n_g length) [m] */
  double power_coupling;                           /* K, of one bus, a pass [1] */
  double angle;                                    /* theta [rad] */
  double decay;                                    /* of theta with the gap [1/m] */
  double width_slope;                              /* of ln transfer [1/m] */
  double intrinsic_rate, coupling_rate, loss_rate; /* kappa_i, kappa_c of one bus, kappa [1/s] */
  double q_intrinsic, q_coupling, q_loaded;        /* omega / rate; infinite where the rate is 0 */
  double kerr_rate;                                /* g [rad/s a photon] */
  double threshold_photons, threshold_power;       /* n_c [1], P_c [W] */
} epx_ring;

/** What fabrication changes. */
typedef struct {
  double shift;           /* of the resonance's wavelength [m], > 0 to the red */
  double loss_factor;     /* of kappa_i */
  double coupling_factor; /* of kappa_c */
} epx_ring_change;

/** Inits a ring's description to the defaults of a material. */
void epx_ring_init(epx_material_kind core, epx_ring_spec *spec);

/** Gets the length of the guide: once around a ring, or of a phase shifter. */
double epx_ring_get_length(const epx_ring_spec *spec);

/** Evaluates a ring.
 * Errors: EPX_EINPUT: a quantity out of its range (a negative gap), a cross-section, gap or wavelength that
 * is not in the tables (the message names the range), a gap so small that more than all power would couple
 * (theta > pi/2). */
epx_err epx_ring_eval(const epx_ring_spec *spec, epx_ring *ring);

/** Evaluates the rate J [rad/s] at which two equal rings exchange amplitude across a gap,
 *   J = sin(theta) c / (n_g L),  theta = pi / (2 transfer(gap)) sqrt(pi R / decay):
 * their resonances split by 2 J. Errors: as epx_ring_eval(). */
epx_err epx_ring_eval_exchange(const epx_ring_spec *spec, double gap, double *rate);

/** Evaluates what a deviation of its fabrication does to a ring, to first order in the exponents:
 *   shift = shift_width dw + shift_thickness dt + shift_slab de + lambda confinement dn / n_g + shift_temperature dT
 *   kappa_i -> kappa_i exp(d loss)
 *   theta -> theta exp(-decay (d gap - dw) - width_slope dw): width grows into the gap.
 * deviation [EPX_DEVIATION_COUNT], in the units of epx_deviation. */
void epx_ring_eval_change(const epx_ring_spec *spec, const epx_ring *ring, const double *deviation,
                          epx_ring_change *change);

/** What light, carriers and heat do in a ring, each as a number of its own, in SI: the constants of the equations of
 * family silicon-ring. */
typedef struct {
  double absorbed;     /* share of kappa_i that heats */
  double kerr;         /* shift of the resonance by energy [rad/s/J] */
  double two_photon;   /* decay rate of the energy by energy [1/s/J] */
  double carrier_loss; /* decay rate of the energy by carriers [m^3/s] */
  double
      carrier_shift; /* shift of the laser against the resonance by carriers [rad m^3/s]; < 0: to the blue */
  double thermal_shift;      /* likewise by temperature [rad/s/K] */
  double carrier_decay;      /* [1/s] */
  double carrier_generation; /* carriers by the square of the energy [1/m^3/s/J^2] */
  double thermal_decay;      /* [1/s] */
  double heating;            /* [K/J] */
} epx_ring_light;

/** Evaluates them, with the numbers of the core's material, all of the mode in the core, in the volume V = area L:
 *   kerr = g / (hbar omega)                      two_photon = beta c^2 / (n^2 V)
 *   carrier_loss = sigma c / n                   carrier_shift = (omega / n) dn/dN
 *   carrier_generation = beta c^2 / (2 hbar omega n^2 V^2)
 *   thermal_shift = (omega / lambda) d lambda/dT, that of the mode;  heating = 1 / (rho c_p V)
 * Source: Johnson2006, VanVaerenbergh2012. */
void epx_ring_eval_light(const epx_ring_spec *spec, const epx_ring *ring, epx_ring_light *light);

/** What light in a ring does beside the Kerr shift, at rest. */
typedef struct {
  double kerr, carriers, heat;     /* shifts of the resonance [rad/s], > 0 to the blue */
  double two_photon, carrier_loss; /* decay rates of the energy [1/s] */
  double temperature;              /* of the ring above its surroundings [K] */
} epx_ring_effects;

/** Evaluates the effects of n photons in a ring at rest, of energy U = hbar omega n, by epx_ring_eval_light():
 *   carriers N = carrier_generation U^2 / carrier_decay
 *   T = heating (absorbed kappa_i + two_photon U + carrier_loss N) U / thermal_decay */
void epx_ring_eval_effects(const epx_ring_spec *spec, const epx_ring *ring, double photons,
                           epx_ring_effects *effects);

/** Evaluates the propagation loss [dB/m] of an intrinsic quality factor. Errors: EPX_EINPUT: a quality
 * factor, group index or wavelength that is not above 0. */
epx_err epx_ring_eval_loss(double q_intrinsic, double n_g, double wavelength, double *loss);

/** Evaluates the Kerr shift a photon, g [rad/s], in a material of index `index` and a volume [m^3]; omega in
 * rad/s, n2 in m^2/W. Errors: EPX_EINPUT: a volume, index or frequency that is not above 0. Source:
 * Kippenberg2004. */
epx_err epx_ring_eval_kerr(double frequency, double n2, double index, double volume, double *rate);

/** Evaluates from where on a Kerr resonator is bistable: photons n_c and power P_c [W] at its bus; rates of
 * energy [1/s], g [rad/s]. Infinite for g = 0. Errors: EPX_EINPUT: a loss or coupling that is not above 0, g
 * < 0. */
epx_err epx_ring_eval_threshold(double frequency, double loss_rate, double coupling_rate, double kerr_rate,
                                double *photons, double *power);

#endif
