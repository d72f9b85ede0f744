/** @file
 * Equilibrium: the options and the nudge of both engines that settle a network on one core: `population`, the
 * fast one, and `reference`, which checks it.
 *
 * Solve  F(s; theta, input) + N(s) = 0  by following ds/dt = direction (F + N) from a start, then polishing
 * by Newton. N is the nudge of a learning phase, NULL in the free phase.
 */
#ifndef EPILUX_EQUILIBRIUM_EQUILIBRIUM_H
#define EPILUX_EQUILIBRIUM_EQUILIBRIUM_H

#include <stdbool.h>

#include "epilux/error.h"
#include "equilibrium/certificate.h"
#include "equilibrium/noise.h"
#include "photonic/lanes.h"

/** X(name, deck name, meaning) */
#define EPX_METHODS(X)                                                                                       \
  X(EPX_DYNAMICS, "dynamics", "follow the dynamics until rates have fallen to `tolerance`")                  \
  X(EPX_DYNAMICS_NEWTON, "dynamics+newton", "follow the dynamics to `handover`, then polish by Newton")      \
  X(EPX_NEWTON, "newton", "Newton with a line search from the start; where it fails, as dynamics+newton")

typedef enum {
#define EPX_METHOD_ENUM(name, text, meaning) name,
  EPX_METHODS(EPX_METHOD_ENUM)
#undef EPX_METHOD_ENUM
      EPX_METHOD_COUNT
} epx_method;

enum { EPX_MAX_STARTS = 64 };

typedef struct {
  epx_method method;
  double rtol; /* of the dynamics, of each component; weighted root mean square of a network's components */
  double atol; /* beside it, of the largest way of the kind of components so far */
  double handover; /* Newton takes over where rates are at most this share of the largest of the phase */
  double
      tolerance; /* of the answer: Newton's step, of the largest component; where dynamics alone are followed, as
                       handover */
  double settled;  /* share of its way within which a network counts as settled, for settling_time */
  double max_time; /* the dynamics give up here: slow, or oscillating; in the family's unit of time */
  /* A learner reads states after so long, settled or not; 0: at rest. */
  double duration_free, duration_nudged;
  epx_noise_spec noise; /* in phases of a fixed length; step 0: none */
  double duration_step; /* of a machine that is updated in steps: Euler's; 0: it moves continuously */
  long max_steps;       /* of the dynamics of one phase */
  int max_newton;       /* iterations of the finish */
  double
      escape; /* divergence: this many times the start's largest component, or what its rates would come to in
                       max_time */
  double audit;         /* share of the free equilibria that a learner repeats by pure dynamics, 0 ... 1 */
  int starts;           /* a learner that looks for coexisting equilibria begins from so many states */
  bool measures_cycles; /* a limit cycle is followed once more, closely, for its period and amplitude; false:
                           these are as rough as rtol */
} epx_equilibrium_options;

/* Nothing of it but max_time has a unit, and every kind of components (epx_kind) is judged by itself: equal networks in
 * other units of rate or power come to the same answer. */

/** Inits the defaults: dynamics+newton, rtol 1e-3, atol 1e-3, handover 1e-2, tolerance 1e-10, settled 1e-2,
 * max_time 2000, max_steps 200000, max_newton 20, escape 1e6, audit 0, starts 1, cycles are
 * measured. */
void epx_equilibrium_init(epx_equilibrium_options *options);

/** Checks the options. Errors: EPX_EINPUT: not positive, tolerance below 1e-14, handover below tolerance, handover or
 * settled not below 1, audit not a share, starts not 1 ... EPX_MAX_STARTS. */
epx_err epx_equilibrium_check(const epx_equilibrium_options *options);

/** The force of a learning phase. */
typedef struct epx_nudge {
  void *context;
  /** Adds N(y) to f; y, f [n_state][n_lanes]. Called many times; must not allocate. */
  void (*add_field)(const void *context, const epx_lanes *lanes, const double *y, double *f);
  /** Adds dN/ds of `width` lanes from `lane` on, laid out as in epx_family.eval_jacobian. NULL: Newton
   * iterates with the free Jacobian, which converges at the rate beta |d2C| |J^-1|. */
  void (*add_jacobian)(const void *context, const epx_lanes *lanes, const double *y, int lane, int width,
                       double *jacobian);
  double
      direction; /* +1, or -1 where the learning phase settles in reversed time (see learning/estimator.h) */
  /** Packs the force: returns that of lanes which[k], k < n, of `lanes`, packed side by side, valid until the next call.
   * NULL: it knows no lane by its place, and is the same of packed lanes. */
  const struct epx_nudge *(*pack)(const void *context, const epx_lanes *lanes, int n, const int *which);
} epx_nudge;

#endif
