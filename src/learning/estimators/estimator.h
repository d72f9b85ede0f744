/** @file
 * Estimators: the rules that turn equilibria into a gradient of the cost, one file each
 * (src/learning/estimators).
 *
 * Notation of epilux/family.h: F = Q G, M = dG/ds, c = dC/ds; the exact gradient is y' dG/dtheta, y = -M^-T
 * c, at the free state s0. What each rule does is said in its summary and in its file; the classes are
 *
 *   nudged equilibria contrasted (plain, random-sign, holomorphic, homeostasis): y = delta/beta -> -M^-1 c,
 *     exact for a small nudge where M = M'
 *   a conjugated nudge (phase-conjugate, scattering): y = K delta/beta, exact where M' = K M K: for linear,
 *     reciprocal networks at any loss
 *   a nudge whose response is transposed (time-reversed, dyadic): y -> -M^-T c, exact
 *   computed, not measured (backprop, unrolled, finite-difference): the judges. A training by finite-difference sets
 *     its shifts through the weights as they are, and reads costs exactly
 *   perturbed parameters (spsa, multiplexed) and a fixed random feedback (direct-feedback): baselines
 *
 * delta: one-sided s(beta) - s0; centered (s(beta) - s(-beta))/2, both phases started from s0. One-sided
 * nudges are biased by O(beta), centred ones by O(beta^2), N points on a circle by O(beta^N).
 */
#ifndef EPILUX_LEARNING_ESTIMATOR_H
#define EPILUX_LEARNING_ESTIMATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "equilibrium/ensemble.h"
#include "learning/hardware/hardware.h"
#include "learning/task/cost.h"

typedef enum { EPX_ONE_SIDED, EPX_CENTERED } epx_scheme; /* deck: one-sided | centered */

/** The two quadratures of scattering backpropagation, K a = a* and K a = i a*.
 * X(name, deck name, meaning) */
#define EPX_QUADRATURES(X)                                                                                   \
  X(EPX_SIGMA_Y, "sigma-y",                                                                                  \
    "the error enters a quarter turn ahead: exact where every a^2 is real; the phase-conjugate rule")        \
  X(EPX_SIGMA_X, "sigma-x", "the error enters in phase: exact where every a^2 is imaginary")

typedef enum {
#define EPX_QUADRATURE_ENUM(name, text, meaning) name,
  EPX_QUADRATURES(EPX_QUADRATURE_ENUM)
#undef EPX_QUADRATURE_ENUM
      EPX_QUADRATURE_COUNT
} epx_quadrature;

/** Options of the learning phases. Members that a rule does not use may be 0. */
typedef struct {
  double beta; /* strength of the nudge, > 0 */
  epx_scheme scheme;
  epx_quadrature quadrature; /* scattering */
  int n_points;              /* holomorphic: nudges on the circle |beta|, even, 2 ... 32; 0: 4 */
  double penalty;            /* homeostasis: factor of |M - M'|^2 */
  double shift;              /* spsa, multiplexed: by how much parameters are shifted; 0: 0.01 */
  int n_probes; /* spsa: draws, 0: 1; multiplexed: time slots, 0: as many as its codes are long */
} epx_nudging;

/** Keys of the random draws of rules: a draw depends on its purpose, not on the rank that draws it. */
typedef struct {
  uint64_t seed;
  uint32_t point;  /* design point, or EPX_RANDOM_ANY */
  uint32_t first;  /* index of the batch's first instance */
  uint32_t step;   /* counts the batches of a training */
  uint32_t sample; /* number of the lanes' first sample in its batch */
} epx_batch_key;

/** How often entries of an instance's parameters were set, by updates and drifts, and how often they would have left
 * their range and were held at its end. */
typedef struct {
  double n_set, n_held;
} epx_range_counts;

/** One batch of lanes at their free equilibrium: all data that a rule may use. */
typedef struct {
  epx_ensemble *ensemble; /* with parameters and samples set; left as found */
  const double *theta;    /* [n_instances][n_theta] the parameters that are set */
  const epx_cost *cost;
  const int *label;     /* [n_lanes], of the padding too */
  const double *state;  /* [n_rows][n_lanes], free equilibrium */
  const double *weight; /* [n_lanes] >= 0, weight of each lane in the gradient of its instance; 0: skipped */
  const unsigned char *trained; /* [n_theta], 0: the entry may be left zero; NULL: all are wanted */
  const unsigned char *alive;   /* [n_instances][n_theta], 0: dead, it does not drift; NULL: all live */
  const unsigned char
      *settable; /* [n_instances][n_theta], 0: it is not set; needed where there are weights */
  epx_tuning
      *weights; /* through which parameters are shifted, and left with what that wrote; NULL: exactly */
  epx_range_counts *range; /* [n_instances] counts drifts; NULL: they are not counted */
  epx_batch_key key;
} epx_batch;

/** Arrays that few rules need: a constant force of a phase, a further state, shifted parameters. */
typedef enum { EPX_ROOM_HELD = 1, EPX_ROOM_FURTHER = 2, EPX_ROOM_THETA = 4 } epx_room;

/** Workspaces of the estimators, made once for the largest batch. */
typedef struct epx_estimator_work epx_estimator_work;

typedef struct epx_estimator {
  const char *name, *summary, *source;
  bool nudged;     /* uses beta */
  bool own_scheme; /* nudged, but its phases are its own: nudging->scheme is not used */
  bool drawn;      /* random: keyed by batch->key */
  bool computed;   /* not measured: it reads no hardware */
  bool cost_only;  /* knows the cost, not the states: its gradient is whole on every rank */
  unsigned needs;  /* EPX_NEEDS_A() of each that it has of the engine */
  unsigned rooms;  /* epx_room, the sum of those that it needs */
  /** Tells why the rule does not apply to a family, NULL when it does. The text names the remedy. */
  const char *(*get_refusal)(const epx_family *family);
  /** Evaluates how many learning phases a sample needs beside its free one. NULL: none. */
  double (*eval_phases)(const epx_nudging *nudging, size_t n_trained);
  /** Evaluates sum over lanes of weight dC/dtheta for each instance: gradient [n_instances][n_theta],
   * overwritten. A lane whose learning phase has no equilibrium, or has left the free state's basin (on
   * release it does not come back to s0), is left out and counted in work; the weights of the instance's
   * other lanes are raised so that their sum stays. Errors: EPX_ESOLVER; EPX_EMEMORY
   * (unrolled, whose room is made when it is first used). */
  epx_err (*eval)(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                  double *gradient);
} epx_estimator;

/** Gets the i-th estimator, NULL past the last. */
const epx_estimator *epx_estimator_get(int i);

/** Gets an estimator by its deck name, NULL when there is none. */
const epx_estimator *epx_estimator_get_by_name(const char *name);

/** Tells why a rule does not apply to a network that an engine settles, NULL when it does. */
const char *epx_estimator_get_refusal(const epx_estimator *estimator, epx_engine engine,
                                      const epx_network *network);

/** Creates workspaces for the largest batch of an ensemble, which is borrowed. What few rules use is made
 * when it is first used. Memory: O(n_rows n_lanes), and with perturbed or drifting parameters O(n_instances
 * n_theta). Errors: EPX_EMEMORY. */
epx_err epx_estimator_create_work(const epx_ensemble *ensemble, epx_estimator_work **out);

/** Creates the rooms that a rule needs with some hardware (NULL: ideal), which else its first gradient makes;
 * those of unrolled and holomorphic that one makes in any case. Errors: EPX_EMEMORY. */
epx_err epx_estimator_prepare(const epx_estimator *estimator, const epx_hardware_spec *hardware,
                              epx_estimator_work *work);

/** Destroys the workspaces at *address. */
void epx_estimator_destroy_work(epx_estimator_work **address);

/** Gets the deck name and the meaning of a quadrature. */
const char *epx_estimator_get_quadrature_name(epx_quadrature quadrature);
const char *epx_estimator_get_quadrature_meaning(epx_quadrature quadrature);

/** Sets the hardware that the rules work with (borrowed), and that nothing of an update's samples is read
 * yet: before each eval. NULL: ideal, as at creation. */
void epx_estimator_set_hardware(epx_estimator_work *work, const epx_hardware_spec *hardware);

/** Gets the number of learning phases that failed and were skipped since creation. */
long epx_estimator_get_failures(const epx_estimator_work *work);

/** Gets how many components a converter has read, and how many of them lay beyond its range: [n_instances][2], counted
 * on from what stands there; of a distributed network those of this rank. */
double *epx_estimator_get_reads(epx_estimator_work *work);

/** Gets how many lanes of an instance the gradient evaluated last is made of; 0: it is zero and says nothing.
 */
int epx_estimator_get_lanes(const epx_estimator_work *work, int i_instance);

#endif
