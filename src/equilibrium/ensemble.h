/** @file
 * Ensemble: networks that are settled together, by any engine. Learning accesses networks only through
 * this interface.
 *
 * An ensemble holds state rows first_row … first_row + n_rows - 1 of its network, and of each row `n_lanes`
 * numbers. Arrays of states are the caller's:
 *
 *   y[n_rows][n_lanes],  y[r * n_lanes + lane],  row first_row + r,  lane = i_instance * n_samples + i_sample
 *
 * A population has all rows and as many lanes as instances and samples; its padding (lanes from n_used on)
 * repeats the last used lane. A distributed network has the rows of its rank and one lane: one instance, one
 * sample at a time.
 *
 * Where `collective` is set, all ranks of the network call the same functions in the same order, with the
 * same arguments but for the arrays of rows; results without rows (certificates, readouts, extents) are the same on all ranks.
 * Between two calls, no decision may depend on rows, because they differ from rank to rank.
 */
#ifndef EPILUX_EQUILIBRIUM_ENSEMBLE_H
#define EPILUX_EQUILIBRIUM_ENSEMBLE_H

#include <stdint.h>

#include "base/restart.h"
#include "equilibrium/engine.h"
#include "equilibrium/equilibrium.h"

typedef struct epx_ensemble epx_ensemble;

/** A learning phase, what it adds to the field of every lane. With F = Q P G (epilux/family.h), r the
 * readouts and C a cost of them,
 *
 *   N(y) = strength (Q P (dr/ds)' dC/dr + held) - Q P (M - M')(y - origin),   P and M at origin in the last.
 *
 * Members that are NULL, and what they stand for, are left out. All are borrowed for the solve. */
typedef struct {
  double strength; /* of the nudge, with its sign */
  const void *context;
  /** Evaluates dC/dr of `width` lanes from `lane` on: readout, slope [n_outputs][width]. */
  void (*eval_slope)(const void *context, int lane, int width, const double *readout, double *slope);
  /** Evaluates d2C/dr2 of one lane, hessian [n_outputs][n_outputs]; its readouts stand `width` apart. */
  void (*eval_curvature)(const void *context, int lane, int width, const double *readout, double *hessian);
  const double *held;   /* [n_rows][n_lanes] a constant force, 0 except at the outputs */
  const double *origin; /* [n_rows][n_lanes] the free equilibria, from where the deviation is reversed */
  bool adjoint; /* the dynamics are d' = J'd - strength held instead, J at origin (whole lanes alone) */
  const unsigned char *frozen; /* [n_lanes] lanes that keep their start state, at no cost */
} epx_phase;

/** A learning phase in the form that the solvers of an engine use. */
typedef struct {
  epx_ensemble *ensemble;
  const epx_phase *phase;
} epx_phase_force;

/** Features that an engine may lack. X(name, what it is) */
#define EPX_NEEDS(X)                                                                                         \
  X(EPX_NEED_WHOLE_LANES, "whole networks in one memory")                                                    \
  X(EPX_NEED_INSTANCES, "several instances at a time")

typedef enum {
#define EPX_NEED_ENUM(name, meaning) name,
  EPX_NEEDS(EPX_NEED_ENUM)
#undef EPX_NEED_ENUM
      EPX_NEED_COUNT
} epx_need;

/** The bit of a need in a set of them. */
#define EPX_NEEDS_A(need) (1u << (need))

/** Counts since creation; 0 if an engine has no such steps. */
typedef struct {
  long equilibria, failures;              /* used lanes asked for / without an equilibrium */
  long steps, field_evaluations;          /* of the dynamics, lane by lane */
  long newton_iterations, factorisations; /* lane by lane */
  long newton_halvings;
  long krylov_iterations;
  long basin_departures;
  long spectra;
  long direct;         /* 1: a direct solver has taken over, and goes on */
  double largest_rate; /* of all phases: what rounding is a share of; goes on */
} epx_ensemble_counts;

/** What an engine does for an ensemble. Errors are EPX_ESOLVER and, where collective, EPX_EMPI. */
typedef struct {
  epx_engine engine;
  void (*destroy)(epx_ensemble *ensemble); /* collective */
  /** Sets the parameters of all instances, theta [n_instances][n_theta] (copied). */
  void (*set_parameters)(epx_ensemble *ensemble, const double *theta);
  /** Sets n_samples <= max_samples samples, features [n_samples][n_inputs] (copied), and with it n_samples,
   * n_used and n_lanes. */
  void (*set_samples)(epx_ensemble *ensemble, int n_samples, const double *features);
  /** Sets y to the start of the dynamics; what is random in it is drawn by `samples` [n_samples], the samples'
   * indices in their task, borrowed until the next. */
  epx_err (*set_start)(epx_ensemble *ensemble, uint64_t seed, const int *samples, double *y);
  /** Solves for the equilibrium of every lane, as epx_population_solve(): y in, the start; out, the
   * equilibrium or where it was when it gave up; certificate [n_lanes] out. phase NULL: the free phase. idle
   * [n_lanes] lanes are not asked for, nor counted or changed; NULL: none. Collective. */
  epx_err (*solve)(epx_ensemble *ensemble, const epx_phase *phase, const unsigned char *idle, double *y,
                   epx_certificate *certificate);
  /** Solves two learning phases, phases [2], y [2], certificates [2]; a lane without an equilibrium in the
   * first is left out of the second and gets that certificate. Collective. */
  epx_err (*solve_pair)(epx_ensemble *ensemble, const epx_phase *phases, double *const *y,
                        epx_certificate *const *certificates);
  /** Solves the chosen lanes' free phase by pure dynamics, whatever the method; not counted. Collective. */
  epx_err (*solve_dynamics)(epx_ensemble *ensemble, const unsigned char *chosen, double *y,
                            epx_certificate *certificate);
  /** Solves (dF/ds) x = b, or transposed, at y; a singular lane gets x = NaN, or the call fails.
   * Collective. */
  epx_err (*solve_linear)(epx_ensemble *ensemble, const double *y, bool transposed, const double *b,
                          double *x);
  /** Evaluates the abscissa of the certificates whose outcome is EPX_OK. Collective. */
  epx_err (*eval_stability)(epx_ensemble *ensemble, const double *y, epx_certificate *certificate);
  /** Evaluates the settling times of a free phase, from its start to y, of the certificates whose outcome is
   * EPX_OK: solve() leaves them NaN. Collective. */
  epx_err (*eval_settling)(epx_ensemble *ensemble, const double *start, const double *y,
                           epx_certificate *certificate);
  /** Evaluates f = F(y). Collective. */
  epx_err (*eval_field)(epx_ensemble *ensemble, const double *y, double *f);
  /** Evaluates the readouts r [n_outputs][n_lanes]. Collective. */
  epx_err (*eval_readout)(epx_ensemble *ensemble, const double *y, double *r);
  /** Evaluates c = (dr/ds)' slope [n_rows][n_lanes], slope [n_outputs][n_lanes]. Collective. */
  epx_err (*eval_pull)(epx_ensemble *ensemble, const double *y, const double *slope, double *c);
  /** Adds scale Q P(y) v to f, and evaluates out = P(y) Q' v; v and out do not overlap. */
  void (*add_turned)(epx_ensemble *ensemble, const double *y, double scale, const double *v, double *f);
  void (*eval_turned_back)(epx_ensemble *ensemble, const double *y, const double *v, double *out);
  /** Evaluates out = (M - M') v at y, for families that have an antisymmetric part. Collective. */
  epx_err (*eval_antisymmetric)(epx_ensemble *ensemble, const double *y, const double *v, double *out);
  /** Adds weight[lane] v' dG/dtheta, or weight[lane] dE/dtheta, of each lane to its instance's gradient
   * [n_instances][n_theta]: what these rows give of it, until sum_gradient(). Collective. */
  epx_err (*add_force_gradient)(epx_ensemble *ensemble, const double *y, const double *v,
                                const double *weight, double *gradient);
  epx_err (*add_energy_gradient)(epx_ensemble *ensemble, const double *y, const double *weight,
                                 double *gradient);
  /** Sums a gradient over the ranks. Collective. */
  epx_err (*sum_gradient)(epx_ensemble *ensemble, double *gradient);
  /** Merges what is a maximum over the rows of each lane, extent [n_lanes]; NaN becomes INFINITY.
   * Collective. */
  epx_err (*merge_extent)(epx_ensemble *ensemble, double *extent);
  /** Evaluates the optical power that drives each lane [n_lanes], NaN where it is not known. Collective. */
  epx_err (*eval_power)(epx_ensemble *ensemble, const double *y, double *power);
  /** Merges codes, so that all ranks return the same: the least. Collective. */
  epx_err (*agree)(epx_ensemble *ensemble, int code);
  /** Gets the lanes, for what looks at whole networks: EPX_NEED_WHOLE_LANES; NULL where refused. */
  epx_lanes *(*get_lanes)(epx_ensemble *ensemble);
  /** Gets what this ensemble has counted itself. */
  epx_ensemble_counts (*get_counts)(const epx_ensemble *ensemble);
  /** Sets what its solvers are to go on with, of counts that another has kept. NULL: nothing. Collective. */
  epx_err (*set_counts)(epx_ensemble *ensemble, const epx_ensemble_counts *counts);
} epx_ensemble_functions;

/** The head of every ensemble; engines' own follows it in memory. */
struct epx_ensemble {
  const epx_ensemble_functions *functions;
  const epx_network *network; /* borrowed */
  int n_instances, max_samples, max_lanes;
  int first_row, n_rows;
  bool collective;
  int n_samples, n_used, n_lanes;    /* of the samples set last */
  struct epx_clock *clock;           /* clock.h, borrowed; NULL: phases last until rest */
  epx_ensemble_counts kept, earlier; /* for a restart: all so far, and what of it another has counted */
};

/** Tells why an engine cannot do what learning needs of it for a network, NULL where it can. The text names
 * the remedy. */
const char *epx_ensemble_get_refusal(epx_engine engine, const epx_network *network, epx_need need);

/** Creates an ensemble of a population, and the lanes and workspaces that it owns: n_instances instances of
 * at most max_samples samples. Errors: as epx_lanes_create() and epx_population_create(). */
epx_err epx_ensemble_create(const epx_network *network, int n_instances, int max_samples,
                            const epx_equilibrium_options *options, epx_ensemble **out);

/** Destroys the ensemble at *address. Collective where it is. */
void epx_ensemble_destroy(epx_ensemble **address);

/** Gets all that was counted, by those too whose work this one goes on with. */
epx_ensemble_counts epx_ensemble_get_counts(const epx_ensemble *ensemble);

/** Sets what is counted, so that epx_ensemble_get_counts() gives it. */
void epx_ensemble_set_counts(epx_ensemble *ensemble, const epx_ensemble_counts *counts);

/** Adds what an ensemble must know to go on with another's work, beside states and parameters: it is that of
 * the last epx_ensemble_keep(). After its places were filled again, epx_ensemble_restore() goes on with it.
 * Collective where it is. Errors: EPX_EMEMORY; of the engine. */
epx_err epx_ensemble_add_to_restart(epx_ensemble *ensemble, epx_restart *restart);
void epx_ensemble_keep(epx_ensemble *ensemble);
epx_err epx_ensemble_restore(epx_ensemble *ensemble);

#endif
