/** @file
 * Fabrication: computes the parameters of an instance from the fabrication deviations of its rings, after
 * trimming and heating.
 *
 * The network's parameters are normalised; a ring of the given description says in what. With Gamma the rate
 * that makes the ring's kappa the sum of the parameters `loss` and `coupling_loss` of node 0, deviations change
 * node i and the link of i and j by
 *
 *   detuning_i    += (2 pi c / lambda^2) (shift_i - laser) / Gamma
 *   loss_i        *= (kappa_i f_i + b kappa_c f_c) / (kappa_i + b kappa_c)
 *   coupling_loss_i *= f_c
 *   coupling_ij   *= exp(-decay (d gap - d width) - width_slope d width),  of the mean deviations of both rings
 *
 * where b counts the buses whose light is part of `loss`: all, or, where coupling_loss_i is above 0, all but
 * the one that it is of. shift, f_i and f_c are those of epx_ring_eval_change() after trimming and heating.
 * Resonances repeat every spectral range, so that a shift is that of the nearest one: to the design for
 * trimming and a fixed laser, to where most of the chip's stand for the others. Decay and slope are taken at
 * the gap of the bus. The drive's own coupling is left as designed.
 */
#ifndef EPILUX_PHOTONIC_FABRICATION_FABRICATION_H
#define EPILUX_PHOTONIC_FABRICATION_FABRICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "photonic/device/ring.h"
#include "photonic/fabrication/remedy.h"
#include "photonic/network.h"
#include "photonic/process/process.h"

/** Where the laser, and with it every heater's target, stands. X(name, deck name, meaning) */
#define EPX_LASERS(X)                                                                                        \
  X(EPX_LASER_FIXED, "fixed", "as designed")                                                                 \
  X(EPX_LASER_MEAN, "mean", "follows the mean resonance of the chip")                                        \
  X(EPX_LASER_REDDEST, "reddest", "follows the reddest resonance of the chip, which heaters can reach")

typedef enum {
#define EPX_LASER_ENUM(name, text, meaning) name,
  EPX_LASERS(EPX_LASER_ENUM)
#undef EPX_LASER_ENUM
      EPX_LASER_COUNT
} epx_laser;

typedef struct {
  epx_ring_spec ring;
  epx_process_spec process; /* its placement has one device a node */
  bool trims;
  epx_trim trim; /* towards the design */
  epx_laser laser;
  bool heats;
  epx_heater heater;
  bool wraps, compensated, crosstalk; /* as epx_heating; crosstalk by the distances of the placement */
} epx_fabrication_spec;

typedef struct epx_fabrication epx_fabrication;

/** Creates the fabrication of a network's instances. nominal [n_theta]; both are borrowed for the call.
 * Errors: EPX_EINPUT: a family without rings, as many devices as nodes are not placed, a loss of node 0 that
 * is not above 0, what ring, process and remedies refuse, compensated crosstalk of as much as a ring's own
 * heat; EPX_EMEMORY. */
epx_err epx_fabrication_create(const epx_fabrication_spec *spec, const epx_network *network,
                               const double *nominal, epx_fabrication **out);

/** Destroys the fabrication at *address. */
void epx_fabrication_destroy(epx_fabrication **address);

/** Tells whether a family's parameter is changed by fabrication. */
bool epx_fabrication_is_varied(const epx_family *family, int parameter);

/** Evaluates the parameters of one instance in place: theta [n_theta] holds the nominal ones. Draws as
 * epx_process_eval(). report: of the heaters; may be NULL. Errors: as epx_remedy_heat(), none
 * of them once the fabrication is created. */
epx_err epx_fabrication_eval(epx_fabrication *fabrication, uint32_t i_point, uint32_t i_instance,
                             double *theta, epx_heating_report *report);

/** Gets which lot, wafer and die the instance evaluated last came from. */
epx_origin epx_fabrication_get_origin(const epx_fabrication *fabrication);

/** Gets the deviations of the instance evaluated last, as epx_process_eval() lays them. Borrowed. */
const double *epx_fabrication_get_deviations(const epx_fabrication *fabrication);

/** Gets the resonances' shifts of the instance evaluated last [n_nodes] [m], before the remedies and after
 * them. Borrowed. */
const double *epx_fabrication_get_drawn_shifts(const epx_fabrication *fabrication);
const double *epx_fabrication_get_shifts(const epx_fabrication *fabrication);

/** Gets the ring, the process and the rate Gamma [1/s]. Borrowed. */
const epx_ring *epx_fabrication_get_ring(const epx_fabrication *fabrication);
const epx_process *epx_fabrication_get_process(const epx_fabrication *fabrication);
double epx_fabrication_get_rate(const epx_fabrication *fabrication);

#endif
