/** @file
 * Noise: Langevin forces in the dynamics, white and additive,
 *
 *   ds_r/dt = F_r(s) + xi_r(t),   <xi_r(t) xi_q(t')> = 2 D_r delta_rq delta(t - t'),
 *
 * D_r of each component by what it is (epx_kind). In a family with an energy E and without mobility, D is the temperature
 * in the unit of E: at rest s has the density exp(-E / D) (Risken1989).
 *
 *   diffusion       D of real amplitudes and of each quadrature of complex ones
 *   linewidth       D = linewidth / 2 of angles: a phase alone wanders by <dphi^2> = linewidth t, and the light of an
 *                   oscillator has a Lorentzian line that is `linewidth` wide at half its height [rad per time]
 *   photons         of families whose loss of energy is known: the vacuum that comes in by every loss, in the Wigner
 *                   representation, D += loss (2 thermal + 1) / (8 photons), photons the number of them at |a|^2 = 1,
 *                   thermal their number in a mode of the surroundings. With loss alone |a|^2 comes to
 *                   (thermal + 1/2) / photons (Gardiner2004)
 */
#ifndef EPILUX_EQUILIBRIUM_NOISE_H
#define EPILUX_EQUILIBRIUM_NOISE_H

#include <stdint.h>

#include "base/numbers/random.h"
#include "epilux/family.h"

typedef struct {
  double
      step; /* of the integrator, in the family's unit of time, shortened so that a phase is whole steps; 0: no noise */
  double window; /* at the end of a phase, over which reads are averaged; 0: reads are of its end */
  double diffusion, linewidth;
  double photons, thermal; /* photons 0: no vacuum */
  double
      start; /* standard deviation of the start: amplitudes from 0, angles from the family's start; 0: the family's */

  /* Annealing of free phases: over `length`, 0 for none, a parameter of nodes goes in a straight line from `from` to its
   * own value, and D to `left` of it; then they stay. */
  struct {
    double length;
    int parameter; /* of the family; -1: none */
    double from, left;
  } anneal;
} epx_noise_spec;

/** Checks a noise for a family. Errors: EPX_EINPUT, which names the key of the deck: negative or not finite; of components
 * or losses that the family does not have; a strength or a window without a step. */
epx_err epx_noise_check(const epx_noise_spec *spec, const epx_family *family);

/** Evaluates sqrt(2 D) of every component: amplitude [n_state][n_lanes]. */
void epx_noise_eval_amplitude(const epx_noise_spec *spec, const epx_lanes *lanes, double *amplitude);

/** What the draws of a chunk of lanes are keyed by, beside their component and the step of the integrator. */
typedef struct {
  uint64_t seed;
  uint32_t point, first; /* design point or EPX_RANDOM_ANY, and first instance */
  uint32_t step;         /* update of a training */
  int n_samples;         /* lane = i_instance * n_samples + i_sample */
  const int *samples;    /* [n_samples] their indices in the task, borrowed */
} epx_noise_key;

/** Evaluates the streams of a phase, numbered within its chunk: stream [n_used], one a lane, keyed by (seed, update,
 * phase; point, instance, sample): the same draws on any rank, in any block and lane. */
void epx_noise_eval_streams(const epx_noise_key *key, uint32_t phase, int n_used, epx_random *stream);

/** Sets y [n_state][n_lanes] to the noise's start, the family's being there: draws keyed by (seed; point, instance, sample,
 * component), alike for every update. Nothing where spec->start is 0. */
void epx_noise_set_start(const epx_noise_spec *spec, const epx_noise_key *key, const epx_lanes *lanes,
                         double *y);

/** Evaluates standard normal draws for a step of the integrator: draw [n_rows][n_lanes]; the padding repeats the last used
 * lane. O(n_rows n_used). */
void epx_noise_eval_draws(const epx_random *stream, uint32_t step, int n_rows, int n_used, int n_lanes,
                          double *draw);

#endif
