/** @file
 * Distributed: solves one large sparse network over the ranks of a communicator, by PETSc. It is the third
 * engine, for networks whose dense coupling matrix would not fit in memory.
 *
 * Every rank holds the network's description (links and theta, about 70 bytes a mode of a square lattice) and
 * owns a contiguous range of free rows: state, field, Jacobian and all that solvers keep of it are spread.
 *
 *   state [n_local][components], row first + r, first and n_local from epx_distributed_get_range()
 *
 * is the caller's plain array on each rank. The dynamics are followed by an explicit Runge-Kutta method to
 * `handover`, each step as accurate as `rtol` and `atol` say at its worst node (PETSc's TS follows them
 * where its options name one of TS's, "-ts_type bdf"); all of its components are watched for a limit cycle
 * where that takes long, which then ends them, as a population's; the finish is Newton-Krylov: block
 * incomplete factors, line search; where the Krylov method fails and the network is small enough, a direct
 * solver takes over. The field's bits depend on nothing but the network: sums over links run in the order of
 * the nodes, for any number of ranks. So do the dynamics'. Solutions are the same bits for equal numbers of
 * ranks, and agree to the tolerance of the solvers otherwise.
 *
 * "Collective": all ranks of the communicator call it, with the same arguments but for local arrays. All
 * errors but EPX_EMEMORY are found by every rank. PETSc starts with the first network created, on that
 * network's communicator, without its signal handlers and without ~/.petscrc, and ends by itself in
 * MPI_Finalize(). Its options are one database for the process.
 */
#ifndef EPILUX_EQUILIBRIUM_DISTRIBUTED_DISTRIBUTED_H
#define EPILUX_EQUILIBRIUM_DISTRIBUTED_DISTRIBUTED_H

#include <mpi.h>
#include <stdint.h>

#include "equilibrium/equilibrium.h"

typedef struct epx_distributed epx_distributed;

/** The force of a learning phase, N(s) = force on the outputs - Q (M - M')(s - origin). */
typedef struct {
  void *context;
  /** Evaluates the force on the output nodes from their states, both [n_outputs][components]: the same
   * numbers on every rank. */
  void (*eval_force)(const void *context, const double *outputs, double *force);
  /** Evaluates its slope there, slope[row * n_ports + column] = d force[row] / d outputs[column], n_ports =
   * n_outputs components: the same numbers on every rank. NULL: it has none. Newton's Krylov method
   * multiplies by it, its preconditioner goes without. */
  void (*eval_slope)(const void *context, const double *outputs, double *slope);
  const double *origin; /* [n_local][components]: what the time-reversed deviation is counted from; NULL: no
                  such term. With it, equilibria are not stable in time: Newton goes from the start */
} epx_distributed_nudge;

/** Counted since creation. */
typedef struct {
  long equilibria, failures;
  long steps, field_evaluations;
  long newton_iterations, krylov_iterations;
  long basin_departures; /* Newton left the dynamics' basin, or found a saddle; the dynamics went on */
  bool direct;           /* the direct solver has taken over */
  double largest_rate;   /* of all phases: what the rounding of rates is a share of */
} epx_distributed_counts;

/** Creates the parts of `network` (borrowed) that this rank owns; parameters and input are zero. Collective.
 * communicator is duplicated. petsc_options: as on PETSc's command line, e.g. "-ksp_type bcgs -log_view";
 * NULL: none. O(n_links). Errors: EPX_EINPUT: a family without link law, fewer free rows than ranks, more
 * numbers than PETSc's integers count, options that PETSc refuses; EPX_EMPI: MPI is not initialised;
 * EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_distributed_create(const epx_network *network, MPI_Comm communicator,
                               const epx_equilibrium_options *options, const char *petsc_options,
                               epx_distributed **out);

/** Destroys the network's parts at *address. Collective. */
void epx_distributed_destroy(epx_distributed **address);

/** Gets the free rows that this rank owns: network->free_nodes[*first … *first + *n_local - 1]. */
void epx_distributed_get_range(const epx_distributed *distributed, int *first, int *n_local);

/** Gets the network that is distributed. Borrowed. */
const epx_network *epx_distributed_get_structure(const epx_distributed *distributed);

/** Gets the communicator, for what is written collectively. Borrowed. */
MPI_Comm epx_distributed_get_communicator(const epx_distributed *distributed);

/** Sets the parameters from theta [n_theta], the same on all ranks (copied). O(n_links / ranks). */
void epx_distributed_set_parameters(epx_distributed *distributed, const double *theta);

/** Sets what the input nodes get from features [n_inputs] (copied). After epx_distributed_set_parameters().
 */
void epx_distributed_set_sample(epx_distributed *distributed, const double *features);

/** Sets the start of the dynamics, that of the family's set_start() for a sample, by its key. O(n_state).
 * Errors: EPX_EMEMORY. */
epx_err epx_distributed_set_start(const epx_distributed *distributed, uint64_t seed, int sample,
                                  double *state);

/** Solves for the equilibrium; `options->method` as for a population. state [n_local][components]: in, the
 * start; out, the equilibrium or where it was when it gave up. certificate: out, the same on all ranks;
 * abscissa and settling_time are left NaN. nudge NULL: free phase; with a nudge, Newton from the start, which should be the free
 * equilibrium. Collective. No equilibrium is an outcome, not an error. Errors: EPX_ESOLVER; EPX_EINPUT: a
 * parameter of links beside the coupling that is not 0. */
epx_err epx_distributed_solve(epx_distributed *distributed, const epx_distributed_nudge *nudge, double *state,
                              epx_certificate *certificate);

/** Solves for the equilibrium of the free phase by pure dynamics, whatever the method; as above, but it is not counted
 * as one that was asked for. Collective. Errors: as above. */
epx_err epx_distributed_solve_dynamics(epx_distributed *distributed, double *state,
                                       epx_certificate *certificate);

/** Evaluates certificate->settling_time of a free phase with outcome EPX_OK, from `start` to `state`, both
 * [n_local][components], as epx_population_eval_settling() does. Collective. Errors: EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_distributed_eval_settling(epx_distributed *distributed, const double *start, const double *state,
                                      epx_certificate *certificate);

/** Solves (dF/ds) x = b, or (dF/ds)' x = b when transposed, at `state`; all [n_local][components].
 * Collective. Errors: EPX_ESOLVER: the linear solver did not converge, or its preconditioner broke
 * down: by name, with the options that choose others. */
epx_err epx_distributed_solve_linear(epx_distributed *distributed, const double *state, bool transposed,
                                     const double *b, double *x);

/** Evaluates certificate->abscissa and .bounded at `state`: of up to 1024 states the rightmost of all
 * eigenvalues; of more the nodes' bound where the family says that it stands and it is negative, else the
 * rightmost eigenvalue by SLEPc's Krylov-Schur, NaN where that did not converge, and said so. Collective.
 * Errors: EPX_ESOLVER. */
epx_err epx_distributed_eval_stability(epx_distributed *distributed, const double *state,
                                       epx_certificate *certificate);

/** Evaluates f = F(state), both [n_local][components]. Collective. Errors: EPX_ESOLVER. */
epx_err epx_distributed_eval_field_at(epx_distributed *distributed, const double *state, double *f);

/** Evaluates out = (M - M') v at `state`, of families that have an antisymmetric part; all [n_local][components].
 * Collective. Errors: EPX_ESOLVER. */
epx_err epx_distributed_eval_antisymmetric(epx_distributed *distributed, const double *state, const double *v,
                                           double *out);

/** Evaluates the largest |dF/dt| component at `state`. Collective. */
epx_err epx_distributed_eval_residual(epx_distributed *distributed, const double *state, double *residual);

/** Evaluates the outputs' states on every rank: outputs [n_outputs][components]. Collective. */
epx_err epx_distributed_eval_outputs(const epx_distributed *distributed, const double *state,
                                     double *outputs);

/** Evaluates the optical power that drives the whole network with the parameters and sample that are set, in
 * the family's unit; NaN where it is not known. Collective. Errors: EPX_EMPI. */
epx_err epx_distributed_eval_power(epx_distributed *distributed, double *power);

/** Evaluates what drives each node beside its links, with the parameters and sample that are set: drive
 * [n_local][input_rows]. */
void epx_distributed_eval_drive(const epx_distributed *distributed, double *drive);

/** Adds a force on the outputs [n_outputs][components] to a local array of the state's layout. */
void epx_distributed_add_to_outputs(const epx_distributed *distributed, const double *force, double *f);

/** Adds weight v' dG/dtheta at `state` to those entries of gradient [n_theta] that this rank owns: its nodes'
 * and the links of which it owns the lower free node. Collective. Errors: EPX_ESOLVER. */
epx_err epx_distributed_add_force_gradient(epx_distributed *distributed, const double *state, const double *v,
                                           double weight, double *gradient);

/** Adds weight dE/dtheta at `state`, likewise. For families with add_energy_gradient. Collective. */
epx_err epx_distributed_add_energy_gradient(epx_distributed *distributed, const double *state, double weight,
                                            double *gradient);

/** Sums gradients of all ranks into each one's: after it, gradient [n_theta] is whole everywhere. Collective.
 * Errors: EPX_EMPI. */
epx_err epx_distributed_merge_gradient(const epx_distributed *distributed, double *gradient);

/** Merges codes over the ranks: each returns the least, so that all know of an error of one of them; those
 * that had none say whose it is. Collective. Errors: what it returns; EPX_EMPI. */
epx_err epx_distributed_merge_codes(const epx_distributed *distributed, int code);

/** Sets the counts to those of another network like this one, which this one goes on for: where the direct
 * solver had taken over, it does here, and rates are rounded as there. Collective. Errors: EPX_ESOLVER. */
epx_err epx_distributed_set_counts(epx_distributed *distributed, const epx_distributed_counts *counts);

/** Gets the counts. */
epx_distributed_counts epx_distributed_get_counts(const epx_distributed *distributed);

#endif
