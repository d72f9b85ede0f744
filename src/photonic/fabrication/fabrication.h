/** @file
 * Fabrication: computes the parameters of an instance from the fabrication deviations of its devices, after
 * trimming and heating.
 *
 * Deviations are drawn for every guide of the layout (layout.h), each makes a shift and two factors by a ring's
 * description (ring.h) or by stated sensitivities (sensitivity.h), and the family's table says which parameter
 * follows what (epx_family_response). Of rings, whose table is that of family kerr,
 *
 *   detuning_i    += (2 pi c / lambda^2) (shift_i - laser) / Gamma
 *   loss_i        *= (kappa_i f_i + b kappa_c f_c) / (kappa_i + b kappa_c)
 *   coupling_loss_i *= f_c
 *   coupling_ij   *= exp(-decay (d gap - d width) - width_slope d width),  of the mean deviations of both rings
 *
 * where b counts the buses whose light is part of `loss`: all, or, where coupling_loss_i is above 0, all but
 * the one that it is of. shift, f_i and f_c are those of epx_ring_eval_change() after trimming and heating.
 * Resonances repeat every spectral range, so that a shift is that of the nearest one: to the design for
 * trimming and a fixed laser, to where most of the chip's stand for the others. A phase does so every 2 pi, which
 * is a spectral range of its guide. Decay and slope are taken at the gap of the bus. The drive's own coupling is
 * left as designed.
 *
 * Gamma, what a rate of 1 is: that of the family's unit of time; where it has none, the rate that makes the
 * device's kappa the sum of the parameters `loss` and `coupling_loss` of node 0, or 1 without such parameters.
 */
#ifndef EPILUX_PHOTONIC_FABRICATION_FABRICATION_H
#define EPILUX_PHOTONIC_FABRICATION_FABRICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "photonic/device/ring.h"
#include "photonic/device/sensitivity.h"
#include "photonic/fabrication/layout.h"
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
  epx_ring_spec ring;          /* read where `stated` is false */
  bool stated;                 /* no geometry: the numbers are those of `sensitivity` */
  epx_sensitivity sensitivity; /* read where `stated` is true */
  epx_process_spec process;    /* its placement has the guides of the layout */
  bool trims;
  epx_trim trim; /* towards the design */
  epx_laser laser;
  bool heats;
  epx_heater heater;
  bool wraps, compensated, crosstalk; /* as epx_heating; crosstalk by the distances of the placement */
} epx_fabrication_spec;

typedef struct epx_fabrication epx_fabrication;

/** Evaluates the device that a network is made of, from its geometry or as stated: `spec` and `ring` out. Errors: as
 * epx_ring_eval(), epx_sensitivity_eval_ring(). */
epx_err epx_fabrication_eval_device(const epx_fabrication_spec *fabrication, epx_ring_spec *spec,
                                    epx_ring *ring);

/** Evaluates the rate Gamma [1/s] of a network of such devices, 0 where nothing says it: a family without resonators,
 * a loss of node 0 that is not above 0. nominal [n_theta]. */
double epx_fabrication_eval_rate(const epx_network *network, const double *nominal, const epx_ring *ring);

/** Checks that a family is made of what is described, and has what a process moves. Errors: EPX_EINPUT: a family
 * without devices; a quantity that varies though nothing of the family follows it; remedies of shifts where none is
 * followed; a laser that follows where there are no resonances. The messages say what the family lacks. */
epx_err epx_fabrication_check(const epx_fabrication_spec *spec, const epx_family *family);

/** Creates the fabrication of a network's instances. nominal [n_theta]; both are borrowed for the call.
 * Errors: EPX_EINPUT: as epx_fabrication_check(); as many devices as the layout has are not placed; a loss of node 0
 * that is not above 0 where Gamma is asked for; what ring, process and remedies refuse; compensated crosstalk of as
 * much as a device's own heat; EPX_EMEMORY. */
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

/** Gets the layout: which devices there are. Borrowed. */
const epx_layout *epx_fabrication_get_layout(const epx_fabrication *fabrication);

/** Gets the deviations of the instance evaluated last, as epx_process_eval() lays them, a device there being a guide.
 * Borrowed. */
const double *epx_fabrication_get_deviations(const epx_fabrication *fabrication);

/** Gets the shifts of the devices of the instance evaluated last [n_devices] [m], before the remedies and after
 * them. Borrowed. */
const double *epx_fabrication_get_drawn_shifts(const epx_fabrication *fabrication);
const double *epx_fabrication_get_shifts(const epx_fabrication *fabrication);

/** Gets the ring, the process and the rate Gamma [1/s], 0 where none is needed. Borrowed. */
const epx_ring *epx_fabrication_get_ring(const epx_fabrication *fabrication);
const epx_process *epx_fabrication_get_process(const epx_fabrication *fabrication);
double epx_fabrication_get_rate(const epx_fabrication *fabrication);

#endif
