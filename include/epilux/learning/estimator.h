/** @file
 * Estimators: the rules that turn equilibria into a gradient of the cost, one file each (src/learning/estimators).
 *
 * Notation of photonic/family.h: F = Q G, M = dG/ds, c = dC/ds; the exact gradient is y' dG/dtheta, y = -M^-T c.
 *   plain            settle F + beta Q dC/ds;  contrast of dE/dtheta (or response delta/beta as y where no energy)
 *                    gives y = -M^-1 c: exact for beta -> 0 when M = M'
 *   phase-conjugate  settle F + beta Q K c (held), K complex conjugation; y = K delta/beta: exact when M' = K M K
 *   time-reversed    settle F + beta Q dC/ds - Q (M - M')(s - s0);  y = delta/beta -> -M^-T c: exact for beta -> 0
 *   backprop         implicit differentiation: solve M' y = -c; the judge
 *   finite-difference  central differences of the cost at re-settled equilibria; the judge's judge
 * Source: Scellier2017, Laborieux2021 (centred), Sajnok2025 (plain on photonic networks), DalCin2025 (phase-conjugate),
 * Scurria2026 (time-reversed, AsymEP).
 */
#ifndef EPILUX_LEARNING_ESTIMATOR_H
#define EPILUX_LEARNING_ESTIMATOR_H

#include <stddef.h>

#include "epilux/equilibrium/population.h"
#include "epilux/learning/cost.h"

typedef enum { EPX_ONE_SIDED, EPX_CENTERED } epx_scheme; /* deck: one-sided | centered */

typedef struct {
  double beta; /* strength of the nudge, > 0 */
  epx_scheme scheme;
} epx_nudging;

/** One batch of lanes at their free equilibrium: what a rule may look at. */
typedef struct {
  const epx_lanes *lanes;
  epx_population *population;
  const epx_cost *cost;
  const int *label;                  /* [n_lanes] */
  const double *state;               /* [n_state][n_lanes], free equilibrium */
  const epx_certificate *certificate; /* [n_lanes] */
  const double *weight;              /* [n_lanes]: 1 / settled samples of the instance; 0 leaves a lane out */
  const double *theta;               /* [n_instances][n_theta] */
  const double *features;            /* [n_samples][n_inputs] */
} epx_batch;

/** Workspaces of the estimators, made once for the largest batch. */
typedef struct epx_estimator_work epx_estimator_work;

typedef struct epx_estimator {
  const char *name, *summary, *source;
  bool nudged; /* uses beta and scheme */
  /** Tells why the rule does not apply to a family, NULL when it does. The text names the remedy. */
  const char *(*get_refusal)(const epx_family *family);
  /** Evaluates the gradient of the mean cost of each instance's samples: gradient [n_instances][n_theta], overwritten.
   * Lanes whose learning phase has no equilibrium are left out and counted in work. */
  epx_err (*eval)(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work, double *gradient);
} epx_estimator;

/** Gets the i-th estimator, NULL past the last. */
const epx_estimator *epx_estimator_get(int i);
const epx_estimator *epx_estimator_get_by_name(const char *name);

/** Creates workspaces for a network and n_lanes lanes. */
epx_err epx_estimator_create_work(const epx_network *network, int n_instances, int n_lanes, epx_estimator_work **out);
void epx_estimator_destroy_work(epx_estimator_work **address);

/** Gets how many learning phases found no equilibrium since creation. */
long epx_estimator_get_failures(const epx_estimator_work *work);

#endif
