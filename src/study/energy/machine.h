/** @file
 * Machine: which parts a family of networks has beside its ports, counted from its size. A family without a row in
 * machine.c has no joules: nobody knows what its parts cost.
 */
#ifndef EPILUX_STUDY_ENERGY_MACHINE_H
#define EPILUX_STUDY_ENERGY_MACHINE_H

#include <stdbool.h>

#include "photonic/network.h"

/** Numbers of parts; what they cost is in energy.h.
 *
 *   rings       kerr, silicon-ring: one feed divided over the driven nodes; a locked ring a node, a shifter a trained parameter
 *   lasers      laser, laser-b: the same without rings, and a pump of (1 + pump) thresholds a node
 *   opo         rings, and a pump of pump^2 thresholds a node
 *   mesh        as many interferometers in a row as nodes, two shifters each and one a node; mesh-electro-optic: a driver and
 *               a receiver a node
 *   broadcast   a laser, a modulator with its driver and a receiver a node; its light is divided over all nodes and passes
 *               all their rings, one ring a weight (2 n_links + n_nodes)
 */
typedef struct {
  double
      splitters; /* in a row in the way of the light: log2 of the ways that it is divided into, rounded up */
  double division;        /* ways that a line's light is divided into, >= 1 */
  double meshes;          /* interferometers in a row */
  double passed;          /* rings of other wavelengths in a row */
  double lines;           /* lasers that run whatever the inputs are, each for `division` detectors */
  double laser_pump;      /* sum over nodes, in thresholds of a laser */
  double opo_pump;        /* sum over nodes, in thresholds of an oscillator */
  double locked;          /* rings that heaters hold */
  double shifters;        /* phase shifters that heaters hold */
  double interferometers; /* in all */
  double lasers;          /* the one that feeds the inputs, those of the nodes, the lines */
  double drivers;         /* of modulators inside the network */
  double receivers;       /* inside the network */
} epx_machine;

/** Tells whether the family's parts are known. */
bool epx_machine_is_known(const epx_family *family);

/** Tells whether the family's joules need the power of 1 in W; all need the rate of 1 in 1/s. */
bool epx_machine_needs_power(const epx_family *family);

/** Gets what a rate of 1 [1/s] and a power of 1 [W] typically are, an assumption for decks that do not say: of kerr, rings
 * of a linewidth of some GHz. False: nothing is typical of the family. */
bool epx_machine_get_typical(const epx_family *family, double *rate, double *power);

/** Gets the families that are known, between commas. */
const char *epx_machine_get_names(void);

/** Evaluates the parts of a network with parameters theta [n_theta], of which n_trained are trained. The family is known. */
epx_machine epx_machine_eval(const epx_network *network, const double *theta, double n_trained);

#endif
