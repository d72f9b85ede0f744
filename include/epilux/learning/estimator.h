/** @file
 * Estimators: the rules that turn equilibria into a gradient of the cost, one file each
 * (src/learning/estimators).
 *
 * Notation of photonic/family.h: F = Q G, M = dG/ds, c = dC/ds; the exact gradient is y' dG/dtheta, y = -M^-T
 * c. plain              settle F + beta Q dC/ds;  the contrast of dE/dtheta (where there is no energy,
 * delta/beta as y) gives y = -M^-1 c: exact for beta -> 0 when M = M' phase-conjugate    settle F + beta Q K
 * c (c held at the free state), K complex conjugation; y = K delta/beta: exact for beta -> 0 when M' = K M K
 *   time-reversed      settle F + beta Q dC/ds - Q (M - M')(s - s0), M at s0;  y = delta/beta -> -M^-T c:
 * exact for beta -> 0 backprop           implicit differentiation: solve M' y = -c; the judge
 *   finite-difference  central differences of fourth order of the cost at re-settled equilibria; the judge's
 * judge delta: one-sided s(beta) - s0; centered (s(beta) - s(-beta))/2, both phases started from s0. y'
 * dG/dtheta is taken at s0. One-sided nudges are biased by O(beta), centred ones by O(beta^2). Source:
 * Scellier2017, Laborieux2021 (centred), Sajnok2025 (plain on photonic networks), DalCin2025
 * (phase-conjugate), Scurria2026 (time-reversed, AsymEP).
 */
#ifndef EPILUX_LEARNING_ESTIMATOR_H
#define EPILUX_LEARNING_ESTIMATOR_H

#include <stdbool.h>
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
  epx_lanes *lanes; /* with parameters and samples set; left as found */
  epx_population *population;
  const epx_cost *cost;
  const int *label;     /* [n_lanes], of the padding too */
  const double *state;  /* [n_state][n_lanes], free equilibrium */
  const double *weight; /* [n_lanes] >= 0, of each lane in its instance's gradient; 0 leaves a lane out */
  const unsigned char *trained; /* [n_theta], 0: the entry may be left zero; NULL: all are wanted */
} epx_batch;

/** Workspaces of the estimators, made once for the largest batch. */
typedef struct epx_estimator_work epx_estimator_work;

typedef struct epx_estimator {
  const char *name, *summary, *source;
  bool nudged; /* uses beta and scheme */
  /** Tells why the rule does not apply to a family, NULL when it does. The text names the remedy. */
  const char *(*get_refusal)(const epx_family *family);
  /** Evaluates sum over lanes of weight dC/dtheta for each instance: gradient [n_instances][n_theta],
   * overwritten. A lane whose learning phase has no equilibrium, or has left the free state's basin (on
   * release it does not come back to s0), is left out and counted in work; the weights of the instance's
   * other lanes are raised so that their sum stays. Errors: EPX_ESOLVER. */
  epx_err (*eval)(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                  double *gradient);
} epx_estimator;

/** Gets the i-th estimator, NULL past the last. */
const epx_estimator *epx_estimator_get(int i);

/** Gets an estimator by its deck name, NULL when there is none. */
const epx_estimator *epx_estimator_get_by_name(const char *name);

/** Creates workspaces for a network, n_instances instances and n_lanes lanes (as in epx_lanes.n_lanes).
 * Memory: O(n_state^2 EPX_LANE_WIDTH + n_state n_lanes + n_instances n_theta). Errors: EPX_EMEMORY. */
epx_err epx_estimator_create_work(const epx_network *network, int n_instances, int n_lanes,
                                  epx_estimator_work **out);

/** Destroys the workspaces at *address. */
void epx_estimator_destroy_work(epx_estimator_work **address);

/** Gets how many learning phases were left out since creation. */
long epx_estimator_get_failures(const epx_estimator_work *work);

/** Gets how many lanes of an instance the gradient evaluated last is made of; 0: it is zero and says nothing.
 */
int epx_estimator_get_lanes(const epx_estimator_work *work, int i_instance);

#endif
