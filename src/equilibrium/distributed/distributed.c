/** @file
 * Distributed: dynamics and finish in turn until the network rests or is given up; what learning asks of it.
 */
#include "equilibrium/distributed/distributed.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/distributed/private.h"

/** Reduction of the residual in linear solves that are an answer. */
#define LINEAR_ACCURACY 1e-12
/** Largest residual accepted, relative to the right-hand side. */
#define LINEAR_TRUST 1e-8
/** Iterations of them, at least. */
#define LINEAR_ITERATIONS 2000

/** Makes the integrator: PETSc's, where its options name one. */
static epx_err create_dynamics(epx_distributed *d) {
  char *options = NULL;
  EPX_PETSC(PetscOptionsGetAll(NULL, &options));
  const bool named = strstr(options, "-ts_") != NULL;
  EPX_PETSC(PetscFree(options));
  d->dynamics.integrate = named ? epx_distributed_integrate_by_ts : epx_distributed_integrate;
  return named ? epx_distributed_create_ts(d) : epx_distributed_create_runge_kutta(d);
}

static epx_err fill_distributed(epx_distributed *d, const epx_network *network, MPI_Comm communicator) {
  const size_t n_ports = (size_t)network->n_outputs * (size_t)network->family->components;
  EPX_TRY(epx_nodes_create(network, communicator, &d->nodes));
  EPX_TRY(EPX_ARRAY(d->outputs, n_ports));
  EPX_TRY(EPX_ARRAY(d->force, n_ports));
  EPX_TRY(EPX_ARRAY(d->linear.slope, n_ports * n_ports));
  EPX_TRY(epx_distributed_create_jacobian(d));
  EPX_TRY(epx_distributed_create_product(d));
  EPX_TRY(create_dynamics(d));
  return epx_distributed_create_finish(d);
}

epx_err epx_distributed_create(const epx_network *network, MPI_Comm communicator,
                               const epx_equilibrium_options *options, const char *petsc_options,
                               epx_distributed **out) {
  epx_distributed *d = NULL;
  *out = NULL;
  EPX_TRY(epx_equilibrium_check(options));
  EPX_TRY(epx_session_init(communicator, petsc_options));
  EPX_TRY(EPX_ARRAY(d, 1));
  d->options = *options;
  epx_kinds_init(network->family, &d->kinds);
  const int code = fill_distributed(d, network, communicator);
  if (code != EPX_OK) epx_distributed_destroy(&d);
  EPX_TRY(code);
  *out = d;
  return EPX_OK;
}

void epx_distributed_destroy(epx_distributed **address) {
  epx_distributed *d = *address;
  if (!d) return;
  if (d->counts.equilibria > 0) epx_session_warn_of_unused(d->nodes->first == 0);
  (void)!TSDestroy(&d->dynamics.ts);
  epx_distributed_destroy_runge_kutta(d);
  epx_distributed_destroy_krylov(d);
  (void)!SNESDestroy(&d->newton.snes);
  (void)!MatDestroy(&d->linear.product);
  (void)!MatDestroy(&d->linear.jacobian);
  (void)!VecDestroy(&d->state);
  (void)!VecDestroy(&d->field);
  (void)!VecDestroy(&d->newton.start);
  (void)!VecDestroy(&d->dynamics.ahead);
  (void)!VecDestroy(&d->dynamics.field_ahead);
  epx_limit_cycle_destroy(&d->dynamics.watch);
  (void)!PetscFree(d->linear.own_block);
  epx_array_destroy(&d->linear.own);
  epx_array_destroy(&d->linear.blocks);
  epx_array_destroy(&d->linear.row);
  epx_array_destroy(&d->linear.columns);
  epx_array_destroy(&d->linear.antisymmetric);
  epx_array_destroy(&d->outputs);
  epx_array_destroy(&d->force);
  epx_array_destroy(&d->linear.slope);
  epx_nodes_destroy(&d->nodes);
  epx_array_destroy(address);
}

void epx_distributed_get_range(const epx_distributed *d, int *first, int *n_local) {
  *first = d->nodes->first;
  *n_local = d->nodes->n_local;
}

const epx_network *epx_distributed_get_structure(const epx_distributed *d) {
  return d->nodes->network;
}

MPI_Comm epx_distributed_get_communicator(const epx_distributed *d) {
  return d->nodes->communicator;
}

void epx_distributed_set_parameters(epx_distributed *d, const double *theta) {
  epx_nodes_set_parameters(d->nodes, theta);
  d->linear.links_laid = false;
  d->linear.preconditioned = false;
}

void epx_distributed_set_sample(epx_distributed *d, const double *features) {
  epx_nodes_set_sample(d->nodes, features);
}

epx_err epx_distributed_set_start(const epx_distributed *d, uint64_t seed, int sample, double *state) {
  const epx_nodes *nodes = d->nodes;
  const epx_network *network = nodes->network;
  /* The family looks at the network and the shape alone: one lane without parameters does. */
  const epx_lanes lane = {.network = network,
                          .n_instances = 1,
                          .n_samples = 1,
                          .n_used = 1,
                          .n_lanes = 1,
                          .sample_keys = &sample};
  double *whole = NULL;
  EPX_TRY(EPX_ARRAY(whole, (size_t)network->n_state));
  network->family->set_start(&lane, seed, whole);
  const size_t n = (size_t)nodes->n_components;
  memcpy(state, whole + (size_t)nodes->first * n, (size_t)nodes->n_local * n * sizeof *state);
  epx_array_destroy(&whole);
  return EPX_OK;
}

/** Finishes where the dynamics have come. *rests: what Newton found is where they were going, and no saddle
 * that they were passing by. */
static epx_err finish(epx_distributed *d, bool *rests) {
  bool saddle = false;
  EPX_TRY(epx_distributed_polish(d, rests));
  if (*rests) EPX_TRY(epx_distributed_check_basin(d, rests));
  if (*rests) EPX_TRY(epx_distributed_check_saddle(d, &saddle));
  *rests = *rests && !saddle;
  return EPX_OK;
}

/** Dynamics and finish in turn. Ends because the handover falls each time, down to the tolerance, at which
 * the dynamics are done themselves. */
static epx_err settle(epx_distributed *d, epx_certificate *certificate) {
  const epx_equilibrium_options *options = &d->options;
  bool arrived = false;
  d->dynamics_follow = false;
  if (options->method == EPX_NEWTON || d->nudge) {
    EPX_TRY(epx_distributed_polish(d, &arrived));
    certificate->outcome = arrived ? EPX_OK : EPX_FAILED;
    if (arrived || d->nudge) return EPX_OK;
  }
  double handover = options->method == EPX_DYNAMICS ? options->tolerance : options->handover;
  for (;;) {
    d->dynamics.target = handover;
    d->dynamics_follow = handover > options->tolerance;
    EPX_TRY(epx_distributed_follow(d, certificate));
    if (certificate->outcome != EPX_OK || handover <= options->tolerance) return EPX_OK;
    EPX_TRY(finish(d, &arrived));
    if (arrived) return EPX_OK;
    EPX_PETSC(VecCopy(d->newton.start, d->state));
    d->counts.basin_departures++;
    handover = fmax(handover * epx_distributed_get_nearer(d), options->tolerance);
  }
}

epx_err epx_distributed_solve(epx_distributed *d, const epx_distributed_nudge *nudge, double *state,
                              epx_certificate *certificate) {
  const epx_family *family = d->nodes->network->family;
  if (d->nodes->links.further >= 0) {
    return EPX_RAISE(EPX_EINPUT,
                     "network.parameters.%s: a network that is distributed over ranks has only %s along its "
                     "links; 0 is wanted",
                     family->parameters[d->nodes->links.further].name,
                     family->parameters[d->nodes->network->coupling].name);
  }
  *certificate = (epx_certificate){.settling_time = NAN, .abscissa = NAN, .period = NAN, .amplitude = NAN};
  d->nudge = nudge;
  epx_distributed_begin(d);
  EPX_PETSC(epx_distributed_set_vector(d, state, d->state));
  const int code = settle(d, certificate);
  d->nudge = NULL;
  EPX_TRY(code);
  certificate->residual = d->residual;
  d->counts.equilibria++;
  if (certificate->outcome != EPX_OK) d->counts.failures++;
  EPX_PETSC(epx_distributed_get_vector(d, d->state, state));
  return EPX_OK;
}

epx_err epx_distributed_solve_dynamics(epx_distributed *d, double *state, epx_certificate *certificate) {
  const epx_method method = d->options.method;
  const epx_distributed_counts counts = d->counts;
  d->options.method = EPX_DYNAMICS;
  const int code = epx_distributed_solve(d, NULL, state, certificate);
  d->options.method = method;
  d->counts.equilibria = counts.equilibria;
  d->counts.failures = counts.failures;
  return code;
}

/** Solves with the Jacobian as filled. *solved: the linear solver says so, and b - J x does: a preconditioner
 * that is no good may hide it from the solver. d->state is overwritten. */
static epx_err solve_filled(epx_distributed *d, bool transposed, bool *solved) {
  KSPConvergedReason reason;
  PetscInt iterations;
  PetscReal left, all;
  EPX_PETSC(KSPSetReusePreconditioner(d->linear.ksp, d->linear.preconditioned ? PETSC_TRUE : PETSC_FALSE));
  if (transposed ? KSPSolveTranspose(d->linear.ksp, d->field, d->newton.start)
                 : KSPSolve(d->linear.ksp, d->field, d->newton.start))
    return epx_distributed_raise(d);
  EPX_PETSC(KSPGetConvergedReason(d->linear.ksp, &reason));
  EPX_PETSC(KSPGetIterationNumber(d->linear.ksp, &iterations));
  EPX_PETSC(transposed ? MatMultTranspose(d->linear.product, d->newton.start, d->state)
                       : MatMult(d->linear.product, d->newton.start, d->state));
  EPX_PETSC(VecAXPY(d->state, -1, d->field));
  EPX_PETSC(VecNorm(d->state, NORM_2, &left));
  EPX_PETSC(VecNorm(d->field, NORM_2, &all));
  d->counts.krylov_iterations += iterations;
  *solved = reason > 0 && left <= LINEAR_TRUST * all;
  return EPX_OK;
}

/** Says what failed, a preconditioner that broke down by its name, and what to change. */
static epx_err raise_unsolved(const epx_distributed *d) {
  KSPConvergedReason reason;
  EPX_PETSC(KSPGetConvergedReason(d->linear.ksp, &reason));
  return EPX_RAISE(EPX_ESOLVER, "%s %s the linearised network: " EPX_DISTRIBUTED_CHOOSE,
                   epx_distributed_get_solver(d),
                   reason == KSP_DIVERGED_PC_FAILED ? "broke down on" : "did not converge on");
}

/** Solves in d->field and d->newton.start: with the free phase's preconditioner where there is one, with a new one
 * where that does not do, directly where none does. */
static epx_err solve_somehow(epx_distributed *d, const double *state, bool transposed, const double *b) {
  bool solved = false, taken = true;
  while (!solved) { /* a solver that failed may have left anything anywhere */
    EPX_PETSC(epx_distributed_set_vector(d, b, d->field));
    EPX_PETSC(epx_distributed_set_vector(d, state, d->state));
    EPX_PETSC(d->linear.preconditioned ? epx_distributed_fill_product(d, d->state)
                                       : epx_distributed_fill_jacobian(d, d->state));
    EPX_TRY(solve_filled(d, transposed, &solved));
    if (!solved && !d->linear.preconditioned) EPX_TRY(epx_distributed_take_direct(d, &taken));
    if (!taken) return raise_unsolved(d);
    if (!solved) d->linear.preconditioned = false;
  }
  return EPX_OK;
}

epx_err epx_distributed_solve_linear(epx_distributed *d, const double *state, bool transposed,
                                     const double *b, double *x) {
  PetscReal rtol, atol, dtol;
  PetscInt max_iterations;
  EPX_PETSC(KSPGetTolerances(d->linear.ksp, &rtol, &atol, &dtol, &max_iterations));
  const PetscInt most = max_iterations > LINEAR_ITERATIONS ? max_iterations : LINEAR_ITERATIONS;
  EPX_PETSC(KSPSetTolerances(d->linear.ksp, LINEAR_ACCURACY, atol, dtol, most));
  EPX_PETSC(KSPSetOperators(d->linear.ksp, d->linear.product, d->linear.jacobian));
  const int code = solve_somehow(d, state, transposed, b);
  EPX_PETSC(KSPSetTolerances(d->linear.ksp, rtol, atol, dtol, max_iterations));
  EPX_TRY(code);
  EPX_PETSC(epx_distributed_get_vector(d, d->newton.start, x));
  return EPX_OK;
}

epx_err epx_distributed_eval_field_at(epx_distributed *d, const double *state, double *f) {
  EPX_PETSC(epx_nodes_eval_field(d->nodes, state, f));
  d->counts.field_evaluations++;
  return EPX_OK;
}

epx_err epx_distributed_eval_residual(epx_distributed *d, const double *state, double *residual) {
  EPX_PETSC(epx_distributed_set_vector(d, state, d->state));
  EPX_PETSC(epx_distributed_eval_field(d, d->state, d->field));
  EPX_PETSC(VecNorm(d->field, NORM_INFINITY, residual));
  return EPX_OK;
}

epx_err epx_distributed_set_counts(epx_distributed *d, const epx_distributed_counts *counts) {
  bool taken;
  if (counts->direct && !d->counts.direct) EPX_TRY(epx_distributed_take_direct(d, &taken));
  d->counts = *counts;
  return EPX_OK;
}

epx_distributed_counts epx_distributed_get_counts(const epx_distributed *d) {
  return d->counts;
}
