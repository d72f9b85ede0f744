/** @file
 * Reading: the value that a detector reports for a state, with its noise.
 *
 * Every component s of every node is read by a balanced homodyne receiver: light of power P_1 |s|^2 beats
 * with a reference of power P_r, and the current is
 *
 *   I = K s,  K = 2 R sqrt(P_r P_1),  R the responsivity.
 *
 * the difference of two photodiodes that see R |E_r +- E_s|^2 / 2. One read of s reports s + sigma n, n
 * normal, with the noise of photonic/detector.h (its B, T, R_L, I_d, RIN):
 *
 *   sigma^2 = noise^2
 *           + [shot]    2 q (R (P_r + P_1 |s|^2) + 2 I_d) B / K^2    all light and both dark currents
 *           + [thermal] 4 k T B / (R_L K^2)
 *           + [rin]     10^(RIN/10) B s^2 / 4                        s goes as the root of the power
 *
 * (the reference's own RIN is common to both photodiodes and cancels; that of the signal does not), and a
 * converter then gives it one of 2^bits levels, -range ... range, both ends among them. A phase is read from
 * both of its quadratures, of |s|^2 = 1, whose ratio knows no intensity: rin does not touch it. `averages`
 * such reads are averaged; where no converter rounds, their mean is drawn at once, with
 * sigma / sqrt(averages).
 */
#ifndef EPILUX_LEARNING_READING_H
#define EPILUX_LEARNING_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "equilibrium/ensemble.h"
#include "photonic/device/detector.h"

/** All zero: ideal. */
typedef struct {
  double noise;            /* standard deviation of one read, in the state's unit, beside what follows */
  bool shot, thermal, rin; /* which of the detector's noises count */
  epx_detector detector;   /* its bits and full_scale are not used */
  double power, reference; /* P_1, P_r [W]; needed where a noise of the detector counts */
  int bits;                /* of the converter; 0: none */
  double range;            /* of the converter, > 0 if there is one */
  int averages;            /* reads that are averaged; 0: 1 */
} epx_reading_spec;

/** Names one read of a chunk of samples: what it draws depends on this, the lane's instance and sample, the
 * state's row and the number of the read among those that are averaged. */
typedef struct {
  uint64_t seed;
  uint32_t point, first; /* design point, or EPX_RANDOM_ANY; the lanes' first instance */
  uint32_t step;         /* the update */
  uint32_t sample;       /* number of the lanes' first sample among those of the update */
  uint32_t read;         /* number of this read among the states read in the update, from 0 */
} epx_reading_key;

/** Tells whether reads report the state itself. */
bool epx_reading_is_ideal(const epx_reading_spec *spec);

/** Checks the description. Errors: EPX_EINPUT: a quantity of the detector out of range, a noise, power, range
 * or number that is negative or not finite, a detector's noise without power, a converter without range. */
epx_err epx_reading_check(const epx_reading_spec *spec);

/** Gets the power of the reference [W] that one component's receiver takes; 0 where the detector is none. */
double epx_reading_get_reference(const epx_reading_spec *spec);

/** Evaluates sigma of one read of a component s of a node whose |s|^2 is `light`, without the converter;
 * `phase`: s is a phase, its light 1. */
double epx_reading_eval_sigma(const epx_reading_spec *spec, bool phase, double s, double light);

/** Evaluates the read of a chunk's states in place: y [n_rows][n_lanes] of an ensemble; the padding is left as it is.
 * `copies`: how many such reads, of the same state, are averaged beside `averages`. O(n_rows n_used), with a
 * converter times averages copies. */
void epx_reading_eval(const epx_reading_spec *spec, const epx_ensemble *ensemble, const epx_reading_key *key,
                      int copies, double *y);

#endif
