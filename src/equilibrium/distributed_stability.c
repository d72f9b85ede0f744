/** @file
 * Stability of a distributed network's fixed point: the nodes' own bounds where they settle it, else SLEPc.
 */
#include <math.h>
#include <slepceps.h>

#include "epilux/base/log.h"
#include "equilibrium/distributed_private.h"

/** Accuracy of the rightmost eigenvalue, relative; its sign is what counts. */
#define ACCURACY 1e-6
enum { MOST_RESTARTS = 500, SUBSPACE = 48 };
/** So few states have all their eigenvalues computed, as in a population: where many lie as far right as one
 * another, a Krylov method tells none of them apart. */
enum { DENSE_STATES = 1024 };

/** Evaluates the largest of the nodes' bounds over all ranks. */
static epx_err eval_bound(epx_distributed *d, const double *state, double *bound) {
  epx_nodes *nodes = d->nodes;
  EPX_PETSC(epx_nodes_set_state(nodes, state));
  nodes->network->family->eval_abscissa_bound(nodes->lanes, nodes->y, nodes->weight);
  *bound = nodes->weight[0];
  for (int r = 1; r < nodes->n_local; r++)
    *bound = fmax(*bound, nodes->weight[r]);
  if (MPI_Allreduce(MPI_IN_PLACE, bound, 1, MPI_DOUBLE, MPI_MAX, nodes->communicator) != MPI_SUCCESS) {
    return EPX_RAISE(EPX_EMPI, "the bound of a distributed network's spectrum cannot be gathered");
  }
  return EPX_OK;
}

/** Finds out whether all eigenvalues are to be computed. */
static epx_err check_size(const epx_distributed *d, bool *small) {
  PetscInt n_state;
  EPX_PETSC(MatGetSize(d->jacobian, &n_state, NULL));
  *small = n_state <= DENSE_STATES;
  return EPX_OK;
}

static PetscErrorCode solve_eigenvalue(EPS eps, Mat jacobian, double *abscissa) {
  PetscInt n_found = 0, n_state = 0;
  PetscScalar real = NAN, imaginary;
  PetscCall(MatGetSize(jacobian, &n_state, NULL));
  PetscCall(EPSSetOperators(eps, jacobian, NULL));
  PetscCall(EPSSetProblemType(eps, EPS_NHEP));
  PetscCall(EPSSetWhichEigenpairs(eps, EPS_LARGEST_REAL));
  PetscCall(EPSSetDimensions(eps, 1, n_state < SUBSPACE ? n_state : SUBSPACE, PETSC_DEFAULT));
  PetscCall(EPSSetTolerances(eps, ACCURACY, MOST_RESTARTS));
  if (n_state <= DENSE_STATES) PetscCall(EPSSetType(eps, EPSLAPACK));
  PetscCall(EPSSetFromOptions(eps));
  PetscCall(EPSSolve(eps));
  PetscCall(EPSGetConverged(eps, &n_found));
  *abscissa = NAN;
  for (PetscInt k = 0; k < n_found; k++) {
    PetscCall(EPSGetEigenvalue(eps, k, &real, &imaginary));
    if (!(real <= *abscissa)) *abscissa = real;
  }
  return 0;
}

epx_err epx_distributed_eval_stability(epx_distributed *d, const double *state,
                                       epx_certificate *certificate) {
  const epx_family *family = d->nodes->network->family;
  double bound = NAN, *s;
  EPS eps;
  bool small;
  EPX_TRY(check_size(d, &small));
  if (!small && family->eval_abscissa_bound && family->link_law->bounds_stand)
    EPX_TRY(eval_bound(d, state, &bound));
  certificate->bounded = bound < 0;
  certificate->abscissa = bound;
  if (certificate->bounded) return EPX_OK;
  EPX_PETSC(VecGetArrayWrite(d->state, &s));
  for (int k = 0; k < d->nodes->n_local * d->nodes->n_components; k++)
    s[k] = state[k];
  EPX_PETSC(VecRestoreArrayWrite(d->state, &s));
  EPX_PETSC(epx_distributed_fill_jacobian(d, d->state));
  EPX_PETSC(EPSCreate(d->nodes->communicator, &eps));
  const PetscErrorCode code = solve_eigenvalue(eps, d->jacobian, &certificate->abscissa);
  (void)!EPSDestroy(&eps);
  EPX_PETSC(code);
  if (isnan(certificate->abscissa) && d->nodes->first == 0)
    epx_log_write_once(EPX_LOG_WARNING, "distributed",
                       "the rightmost eigenvalue of a fixed point was not found, its stability is not known; "
                       "try petsc.options '-eps_ncv 200', or -eps_tol 1e-3");
  return EPX_OK;
}
