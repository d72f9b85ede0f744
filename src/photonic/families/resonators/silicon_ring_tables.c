/** @file
 * Parameters, and published rings from the numbers in the papers: index n, confinements G and volumes V of
 * two-photon absorption, free-carrier absorption and heat, material constants. Everything but the results is
 * SI; the family counts in us, pJ, K and carriers in 1e23 m^-3.
 *
 *   two_photon         = G_TPA beta c^2 / (n^2 V_TPA)                  energy rate a joule
 *   carrier_loss       = G_FCA sigma c / n                             energy rate a carrier density
 *   carrier_shift      = (omega_0 / n) dn/dN,  thermal_shift = (omega_0 / n) dn/dT
 *   carrier_generation = G_FCA beta c^2 / (2 hbar omega_0 V_FCA^2 n^2)
 *   heating            = G_th / (rho c_p V_th)
 *   kerr               = (omega_0 / n) c n2 / (n V_TPA)
 */
#include "photonic/families/resonators/silicon_ring_tables.h"

#include <math.h>

#include "photonic/device/constant.h"

#define C2 (EPX_LIGHT_SPEED * EPX_LIGHT_SPEED)
#define OMEGA(lambda) (2 * EPX_PI * EPX_LIGHT_SPEED / (lambda))
/* Units: a us is 1e6 of a second, a pJ 1e12 of a joule. */
#define RATE(per_second) (1e-6 * (per_second))
#define A_JOULE(per_second) (1e-18 * (per_second))
#define A_DENSITY(per_second) (1e17 * (per_second))
#define TWO_PHOTON(G, beta, n, V) A_JOULE((G) * (beta)*C2 / ((n) * (n) * (V)))
#define CARRIER_LOSS(G, sigma, n) A_DENSITY((G) * (sigma)*EPX_LIGHT_SPEED / (n))
#define CARRIER_SHIFT(lambda, n, dn_dN) A_DENSITY(OMEGA(lambda) / (n) * (dn_dN))
#define THERMAL_SHIFT(lambda, n, dn_dT) RATE(OMEGA(lambda) / (n) * (dn_dT))
#define GENERATION(G, beta, lambda, n, V)                                                                    \
  (1e-53 * ((G) * (beta)*C2 / (2 * EPX_PLANCK_REDUCED * OMEGA(lambda) * (V) * (V) * (n) * (n))))
#define HEATING(G, rho, c_p, V) (1e-12 * ((G) / ((rho) * (c_p) * (V))))
#define KERR(lambda, n, n2, V) A_JOULE(OMEGA(lambda) / (n)*EPX_LIGHT_SPEED * (n2) / ((n) * (V)))

/* VanVaerenbergh2012: all-pass ring of radius 4 um at critical coupling, amplitude lifetimes of 205 ps; no
 * Kerr term. */
#define A_LAMBDA 1552.770e-9
#define A_INDEX 3.476
#define A_LOSS RATE(2 / 205e-12)
#define A_TWO_PHOTON TWO_PHOTON(0.9964, 8.4e-12, A_INDEX, 2.59e-18)
#define A_CARRIER_LOSS CARRIER_LOSS(0.9996, 1e-21, A_INDEX)
#define A_CARRIER_SHIFT CARRIER_SHIFT(A_LAMBDA, A_INDEX, -1.73e-27)
#define A_THERMAL_SHIFT THERMAL_SHIFT(A_LAMBDA, A_INDEX, 1.86e-4)
#define A_CARRIER_DECAY RATE(1 / 5.3e-9)
#define A_GENERATION GENERATION(0.9996, 8.4e-12, A_LAMBDA, A_INDEX, 2.36e-18)
#define A_THERMAL_DECAY RATE(1 / 65e-9)
#define A_HEATING HEATING(0.9355, 2330, 700, 3.19e-18)
#define A_WAVELENGTH (1e9 * A_LAMBDA)
static const double van_vaerenbergh[EPX_RING_PARAMETERS] = {
    [EPX_RING_LOSS] = A_LOSS,
    [EPX_RING_COUPLING_LOSS] = A_LOSS,
    [EPX_RING_ABSORBED] = 0.4,
    [EPX_RING_TWO_PHOTON] = A_TWO_PHOTON,
    [EPX_RING_CARRIER_LOSS] = A_CARRIER_LOSS,
    [EPX_RING_CARRIER_SHIFT] = A_CARRIER_SHIFT,
    [EPX_RING_THERMAL_SHIFT] = A_THERMAL_SHIFT,
    [EPX_RING_CARRIER_DECAY] = A_CARRIER_DECAY,
    [EPX_RING_CARRIER_GENERATION] = A_GENERATION,
    [EPX_RING_THERMAL_DECAY] = A_THERMAL_DECAY,
    [EPX_RING_HEATING] = A_HEATING,
    [EPX_RING_WAVELENGTH] = A_WAVELENGTH,
};

/* deCea2019: a modulator under reverse bias, whose junction sweeps the carriers out. ASSUMED: its ring's
 * volume is not published (heat fills that of the carriers), nor is a Kerr index (5e-18 m^2/W); the plasma
 * dispersion of SorefBennett1987, -8.8e-22 N - 8.5e-18 N^0.8 of N in cm^-3, is the line through it at 1e16
 * cm^-3, -6.3e-21 cm^3. */
#define B_LAMBDA 1550e-9
#define B_INDEX 3.485
static const double de_cea[EPX_RING_PARAMETERS] = {
    [EPX_RING_LOSS] = RATE(1.9e10 + 1.1e10),
    [EPX_RING_COUPLING_LOSS] = RATE(3e10),
    [EPX_RING_ABSORBED] = 1.9 / (1.9 + 1.1),
    [EPX_RING_KERR] = KERR(B_LAMBDA, B_INDEX, 5e-18, 10.63e-18),
    [EPX_RING_TWO_PHOTON] = TWO_PHOTON(0.910, 8.4e-12, B_INDEX, 10.63e-18),
    [EPX_RING_CARRIER_LOSS] = CARRIER_LOSS(0.962, 8.5e-22 + 6e-22, B_INDEX),
    [EPX_RING_CARRIER_SHIFT] = CARRIER_SHIFT(B_LAMBDA, B_INDEX, -6.3e-27),
    [EPX_RING_THERMAL_SHIFT] = THERMAL_SHIFT(B_LAMBDA, B_INDEX, 1.86e-4),
    [EPX_RING_CARRIER_DECAY] = RATE(1e10),
    [EPX_RING_CARRIER_GENERATION] = GENERATION(0.962, 8.4e-12, B_LAMBDA, B_INDEX, 8.67e-18),
    [EPX_RING_THERMAL_DECAY] = RATE(2.4e6),
    [EPX_RING_HEATING] = HEATING(0.652, 2330, 714.5, 8.67e-18),
    [EPX_RING_WAVELENGTH] = 1e9 * B_LAMBDA,
};

/* Silicon nitride, radius 100 um, mode area 1 um^2, intrinsic and coupling Q of 1e6: no two-photon absorption
 * and no carriers, so that n stays 0. Of the loss a tenth is absorption, whose Q is then 1e7. At rest heat
 * shifts a resonance 76 times more than Kerr does, and acts as a larger Kerr shift that follows after 2 us;
 * Kerr leads where absorption has a Q above 7.6e8, or in phases shorter than that. Sources: n2 Ikeda2008, dn/dT
 * Arbabi2013; how far absorption limits Q, Gao2022. ASSUMED: Q, the share of absorption, the mode's volume,
 * heat in it of nitride (3100 kg/m^3, 700 J/kg/K) that leaves in 2 us. */
#define N_LAMBDA 1550e-9
#define N_INDEX 2.0
#define N_VOLUME (2 * EPX_PI * 100e-6 * 1e-12)
static const double silicon_nitride[EPX_RING_PARAMETERS] = {
    [EPX_RING_LOSS] = RATE(OMEGA(N_LAMBDA) / 1e6),
    [EPX_RING_COUPLING_LOSS] = RATE(OMEGA(N_LAMBDA) / 1e6),
    [EPX_RING_ABSORBED] = 0.1,
    [EPX_RING_KERR] = KERR(N_LAMBDA, N_INDEX, 2.4e-19, N_VOLUME),
    [EPX_RING_THERMAL_SHIFT] = THERMAL_SHIFT(N_LAMBDA, N_INDEX, 2.45e-5),
    [EPX_RING_CARRIER_DECAY] = RATE(1e9),
    [EPX_RING_THERMAL_DECAY] = RATE(1 / 2e-6),
    [EPX_RING_HEATING] = HEATING(1, 3100, 700, N_VOLUME),
    [EPX_RING_WAVELENGTH] = 1e9 * N_LAMBDA,
};

const epx_preset epx_silicon_ring_presets[EPX_RING_PRESETS] = {
    {"van-vaerenbergh-2012", "silicon, radius 4 um, Q 6.2e4, self-pulses below 1 mW; VanVaerenbergh2012",
     van_vaerenbergh, "silicon", 2 * EPX_PI * 4e-6},
    {"de-cea-2019",
     "silicon modulator under reverse bias, ASSUMED in part: volume of heat, Kerr index; deCea2019", de_cea,
     "silicon", 0},
    {"silicon-nitride",
     "silicon nitride, radius 100 um, Q 5e5, absorption Q 1e7: heat before Kerr (76:1 at rest), ASSUMED in "
     "part; "
     "Ikeda2008, Arbabi2013",
     silicon_nitride, "silicon-nitride", 2 * EPX_PI * 100e-6},
};

const epx_parameter epx_silicon_ring_parameters[EPX_RING_PARAMETERS] = {
    [EPX_RING_COUPLING] = {"coupling", "rad/us", EPX_SITE_LINK, 0, -INFINITY, INFINITY, true, true,
                           "J_ij, rate of exchange between two rings"},
    [EPX_RING_DETUNING] = {"detuning", "pm", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
                           "detuning_i, how far the laser's wavelength stands above the cold resonance"},
    [EPX_RING_BIAS] = {"bias", "1", EPX_SITE_NODE, 0, -INFINITY, INFINITY, true, true,
                       "bias_i, amplitude of the constant drive, in the square root of uW"},
    [EPX_RING_LOSS] = {"loss", "1/us", EPX_SITE_NODE, A_LOSS, 0, INFINITY, false, false,
                       "loss_i, decay rate of the energy |a_i|^2 by absorption and scattering"},
    [EPX_RING_COUPLING_LOSS] = {"coupling_loss", "1/us", EPX_SITE_NODE, A_LOSS, 0, INFINITY, false, false,
                                "coupling_loss_i, decay rate of the energy into the bus, where light enters"},
    [EPX_RING_ABSORBED] = {"absorbed", "1", EPX_SITE_NODE, 0.4, 0, 1, false, false,
                           "absorbed_i, fraction of loss_i that heats the ring"},
    [EPX_RING_KERR] = {"kerr", "rad/us/pJ", EPX_SITE_NODE, 0, -INFINITY, INFINITY, false, false,
                       "kerr_i, shift of the resonance by |a_i|^2"},
    [EPX_RING_TWO_PHOTON] = {"two_photon", "1/us/pJ", EPX_SITE_NODE, A_TWO_PHOTON, 0, INFINITY, false, false,
                             "two_photon_i, decay rate by two-photon absorption of |a_i|^2"},
    [EPX_RING_CARRIER_LOSS] = {"carrier_loss", "1e-23 m3/us", EPX_SITE_NODE, A_CARRIER_LOSS, 0, INFINITY,
                               false, false, "carrier_loss_i, decay rate by absorption of carriers n_i"},
    [EPX_RING_CARRIER_SHIFT] = {"carrier_shift", "1e-23 rad m3/us", EPX_SITE_NODE, A_CARRIER_SHIFT, -INFINITY,
                                INFINITY, false, false, "carrier_shift_i, shift of the resonance by n_i"},
    [EPX_RING_THERMAL_SHIFT] = {"thermal_shift", "rad/us/K", EPX_SITE_NODE, A_THERMAL_SHIFT, -INFINITY,
                                INFINITY, false, false, "thermal_shift_i, shift of the resonance by T_i"},
    [EPX_RING_CARRIER_DECAY] = {"carrier_decay", "1/us", EPX_SITE_NODE, A_CARRIER_DECAY, 0, INFINITY, false,
                                false, "carrier_decay_i, rate at which carriers recombine or are swept out"},
    [EPX_RING_CARRIER_GENERATION] = {"carrier_generation", "1e23 m-3/us/pJ2", EPX_SITE_NODE, A_GENERATION, 0,
                                     INFINITY, false, false,
                                     "carrier_generation_i, carriers that two-photon absorption frees"},
    [EPX_RING_THERMAL_DECAY] = {"thermal_decay", "1/us", EPX_SITE_NODE, A_THERMAL_DECAY, 0, INFINITY, false,
                                false, "thermal_decay_i, rate at which heat leaves the ring"},
    [EPX_RING_HEATING] = {"heating", "K/pJ", EPX_SITE_NODE, A_HEATING, 0, INFINITY, false, false,
                          "heating_i, rise of T_i by absorbed energy"},
    [EPX_RING_WAVELENGTH] = {"wavelength", "nm", EPX_SITE_NODE, A_WAVELENGTH, 500, 20000, false, false,
                             "wavelength_i of the cold resonance"},
};
