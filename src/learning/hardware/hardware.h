/** @file
 * Hardware: the imperfections between a learning rule and the network that it trains. Every item has its own
 * switch; with all of them off (all zero) the results have the same bits as without hardware.
 *
 *   drive     the features are set by a converter of few bits
 *   reading   what the rule reads of states is noisy (reading.h). It reads the free state, once an update,
 *             and the state of every learning phase; of rules that know the cost alone, the outputs that the
 *             cost is of. The light itself is not touched: a nudge that acts on the state of the moment acts
 *             on the true one. Rules that are computed rather than measured (epx_estimator.computed) read
 *             nothing.
 *   drift     a parameter is another one in each learning phase than in the free one: plus common n + local
 *             n_i
 *   tuning    how parameters are set (tuning.h)
 *   dead      devices that do not work. A dead node couples to no other: all parameters of its links are 0;
 *             and it does not answer to updates: its own parameters and its links' stay. It still sits in its
 *             own light: what drives it drives it, and what reads it reads it. A dead link is 0 and stays 0.
 */
#ifndef EPILUX_LEARNING_HARDWARE_HARDWARE_H
#define EPILUX_LEARNING_HARDWARE_HARDWARE_H

#include <stddef.h>

#include "learning/hardware/reading.h"
#include "learning/hardware/tuning.h"

typedef struct {
  int parameter;        /* of the family */
  double common, local; /* standard deviations, of one draw a phase, and of one a node or link and phase */
} epx_drift_spec;

typedef struct {
  double nodes, links; /* share of those that are dead, 0 … 1: the probability of each on its own */
} epx_dead_spec;

typedef struct {
  int drive_bits;     /* 0: features as they are */
  double drive_range; /* levels -range ... range, both ends; 0: the largest feature of the training part */
  epx_reading_spec reading;
  epx_drift_spec drift;
  epx_tuning_spec tuning;
  epx_dead_spec dead;
} epx_hardware_spec;

/** Checks a description for a network. Errors: EPX_EINPUT: as epx_reading_check() and epx_tuning_check();
 * drive bits outside 0 … 32, a share outside 0 … 1, a number that is negative or not finite, an unknown
 * parameter. */
epx_err epx_hardware_check(const epx_hardware_spec *spec, const epx_family *family);

/** Tells whether a parameter drifts. */
bool epx_hardware_is_drifting(const epx_hardware_spec *spec);

/** Evaluates what the converter makes of n features in place. */
void epx_hardware_eval_drive(const epx_hardware_spec *spec, size_t n, double *features);

/** Evaluates the share of n features that lie beyond the converter's range; NaN without one. */
double epx_hardware_eval_drive_saturation(const epx_hardware_spec *spec, size_t n, const double *features);

/** Adds the drift of one learning phase to theta [n_theta] of one instance. Keyed by (seed, "hardware:drift"
 * step phase; point, instance, node or link), whatever the sample. */
void epx_hardware_add_drift(const epx_hardware_spec *spec, const epx_network *network,
                            const epx_reading_key *key, uint32_t i_instance, double *theta);

/** Evaluates which entries of one instance live: alive [n_theta] of 0 and 1; and sets the links of what is
 * dead to 0 in theta [n_theta]. Keyed by (seed, "hardware:dead"; point, instance, node or link). Returns how
 * many nodes are dead. */
int epx_hardware_eval_dead(const epx_hardware_spec *spec, const epx_network *network, uint64_t seed,
                           uint32_t i_point, uint32_t i_instance, double *theta, unsigned char *alive);

#endif
