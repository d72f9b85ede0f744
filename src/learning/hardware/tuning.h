/** @file
 * Tuning: sets the trained parameters of a block of instances, with the limits of the devices that hold them.
 *
 * A parameter's setting u is counted from where fabrication left it. What the network has is
 *
 *   theta = origin + X u,
 *
 * X the identity, but for what the heaters of one node parameter do to each other. The trainer asks for settings
 * w; the settings u that the hardware has are
 *
 *   absolute     (granularity 0) the trainer keeps w; where the level of w is another than that written last,
 *                it is written: u = Q(w) + noise n, Q the nearest of the 2^bits levels from -range to range,
 *                both ends among them (0 bits: w itself)
 *   incremental  (granularity d > 0) the device alone remembers: u += d k + noise n, k = (w - u) / d rounded
 *                to the nearest whole number, or at random to one of the two beside it so that its mean is
 *                right; nothing is written where k = 0
 *
 * and stay within -range ... range. The standard deviation of a write's error is noise 2 range. A setting
 * that has been written `endurance` times is worn out and stays as it is. Without any of these, w is what is
 * set, to the bit.
 */
#ifndef EPILUX_LEARNING_HARDWARE_TUNING_H
#define EPILUX_LEARNING_HARDWARE_TUNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/restart.h"
#include "photonic/network.h"

/** All zero: ideal. */
typedef struct {
  int bits;           /* levels = 2^bits; 0: any value */
  double range;       /* > 0 where bits, noise, granularity or endurance are, in the parameter's unit */
  double noise;       /* of a write, of 2 range */
  double granularity; /* smallest step of an update, in the parameter's unit; 0: none */
  bool stochastic;    /* steps are rounded at random */
  double endurance;   /* writes that a setting survives; 0: any number */
  int parameter;      /* crosstalk: the node parameter that heaters set */
  double pitch;       /* crosstalk: from heater to heater of a square grid [m]; 0: no crosstalk */
  int n_columns;      /* crosstalk: of the grid; 0: as many as rows */
  double isolation;   /* crosstalk: factor on what photonic/heater.h says of the distance */
} epx_tuning_spec;

typedef struct epx_tuning epx_tuning;

/** Tells whether every setting is reached exactly (ideal hardware). */
bool epx_tuning_is_ideal(const epx_tuning_spec *spec);

/** Checks a description. Errors: EPX_EINPUT: bits outside 0 … 32, a negative or not finite number, a range
 * that is needed and 0, bits beside a granularity, a pitch below 7 um. */
epx_err epx_tuning_check(const epx_tuning_spec *spec);

/** Creates the settings of n_instances instances of a network (borrowed), all 0. Ideal settings are stored
 * only if `remembers` (they will be written); else only epx_tuning_set_written() may be called. Errors:
 * EPX_EINPUT: as epx_tuning_check(), crosstalk of a parameter that is none of nodes; EPX_EMEMORY. */
epx_err epx_tuning_create(const epx_tuning_spec *spec, const epx_network *network, int n_instances,
                          uint64_t seed, bool remembers, epx_tuning **out);

/** Destroys the settings at *address. */
void epx_tuning_destroy(epx_tuning **address);

/** Sets whose settings they are, the keys of what is drawn, and all of them to 0: nothing written yet. */
void epx_tuning_set_instances(epx_tuning *tuning, uint32_t i_point, uint32_t first);

/** Sets the origin so that the parameters theta [n_instances][n_theta] are those of the present settings. */
void epx_tuning_set_origin(epx_tuning *tuning, const double *theta);

/** Gets the requested settings, w [n_instances][n_theta], which the trainer changes. */
double *epx_tuning_get_wanted(epx_tuning *tuning);

/** Writes the requested settings where mask [n_instances][n_theta] is not 0. Keyed by the instance, the entry, and
 * how often it was written, or, of stochastic rounding, the number of calls since epx_tuning_set_instances().
 */
void epx_tuning_write(epx_tuning *tuning, const unsigned char *mask);

/** Evaluates what the settings make of the parameters: theta = origin + X u [n_instances][n_theta]; entries
 * that were never set are left as they are. */
void epx_tuning_eval(const epx_tuning *tuning, double *theta);

/** Evaluates X u [n_instances][n_theta]. O(n_instances (n_theta + n_nodes^2 where there is crosstalk)). */
void epx_tuning_eval_shift(const epx_tuning *tuning, double *shift);

/** Counts a write of every entry that mask allows: what an ideal trainer does without epx_tuning_write(). */
void epx_tuning_set_written(epx_tuning *tuning, const unsigned char *mask);

/** Adds the settings to a restart: what is wanted, written and left, and how often. Errors: EPX_EMEMORY. */
epx_err epx_tuning_add_to_restart(epx_tuning *tuning, epx_restart *restart);

/** Copies the settings of another, made for the same network, instances and hardware: with all that was written. */
void epx_tuning_copy(const epx_tuning *from, epx_tuning *to);

/** Evaluates the writes an entry, and the share of worn-out entries, of one instance over the entries of
 * `trained` [n_theta]; 0 when there are none. */
double epx_tuning_eval_writes(const epx_tuning *tuning, int i_instance, const unsigned char *trained);
double epx_tuning_eval_worn(const epx_tuning *tuning, int i_instance, const unsigned char *trained);

/** Gets the share of the settings asked of one instance's weights, by epx_tuning_write() since
 * epx_tuning_set_instances(), that lay beyond the range and were cut off at its end; NaN where none was asked, or
 * where there is no range. */
double epx_tuning_get_saturation(const epx_tuning *tuning, int i_instance);

#endif
