/** @file
 * Stability of a distributed network's fixed point: the nodes' own bounds where they settle it, else SLEPc.
 *
 * Whether what Newton found is a saddle, near which the dynamics were passing, is asked of free equilibria
 * where it costs no more than a few steps of the dynamics: the rightmost Ritz value after KRYLOV_STEPS
 * products, from a vector that favours no direction; Lanczos's, of three vectors, where an energy makes the
 * Jacobian symmetric, else Arnoldi's. It is taken for a direction that grows where its residual is below it:
 * some matrix so near has it as an eigenvalue, and a symmetric Jacobian itself. A direction that grows too
 * slowly to show is not seen.
 */
#include <lapacke.h>
#include <math.h>
#include <slepceps.h>
#include <string.h>

#include "base/numbers/random.h"
#include "epilux/log.h"
#include "equilibrium/distributed/private.h"

/** Accuracy of the rightmost eigenvalue, relative; its sign is what counts. */
#define ACCURACY 1e-6
enum { MOST_RESTARTS = 500, SUBSPACE = 48 };
/** So few states have all their eigenvalues computed, as in a population: where many lie as far right as one
 * another, a Krylov method tells none of them apart. */
enum { DENSE_STATES = 1024 };

/** Products with the Jacobian that may show a saddle. */
enum { KRYLOV_STEPS = 32 };
/** Of more states that are not symmetric nobody asks: Arnoldi's way through memory is that of 40 steps, as
 * many as most networks take to settle. */
enum { ARNOLDI_STATES = 10000 };
/** A direction that grows by less, of the largest rate, is rounding; what is left of a product by less is
 * nothing. */
#define ROUNDING 1e-8

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
  EPX_PETSC(MatGetSize(d->linear.jacobian, &n_state, NULL));
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
  const PetscErrorCode code = solve_eigenvalue(eps, d->linear.jacobian, &certificate->abscissa);
  (void)!EPSDestroy(&eps);
  EPX_PETSC(code);
  if (isnan(certificate->abscissa) && d->nodes->first == 0)
    epx_log_write_once(EPX_LOG_WARNING, "distributed",
                       "the rightmost eigenvalue of a fixed point was not found, its stability is not known; "
                       "try petsc.options '-eps_ncv 200', or -eps_tol 1e-3");
  return EPX_OK;
}

/** Fills a vector with numbers that depend on the place in the network alone. */
static PetscErrorCode fill_start(const epx_distributed *d, Vec vector) {
  const epx_random stream = epx_random_init(1, "saddle");
  const size_t n = (size_t)d->nodes->n_local * (size_t)d->nodes->n_components;
  const size_t first = (size_t)d->nodes->first * (size_t)d->nodes->n_components;
  PetscScalar *v;
  PetscCall(VecGetArrayWrite(vector, &v));
  for (size_t k = 0; k < n; k++)
    v[k] = 2 * epx_random_eval_uniform(&stream, 0, 0, 0, (uint32_t)(first + k)) - 1;
  PetscCall(VecRestoreArrayWrite(vector, &v));
  return VecNormalize(vector, NULL);
}

/** A matrix's part in a Krylov space, and what of the last product is outside. */
typedef struct {
  int n;
  double matrix[KRYLOV_STEPS][KRYLOV_STEPS]; /* columns */
  double outside;
} krylov;

static bool is_symmetric(const epx_family *family) {
  return family->frame == EPX_FRAME_GRADIENT && !family->eval_antisymmetric;
}

static int count_vectors(const epx_distributed *d) {
  return is_symmetric(d->nodes->network->family) ? 3 : KRYLOV_STEPS + 1;
}

/** Takes out of a vector what lies along those from `first` on to `last`: h, their parts. */
static PetscErrorCode take_out(const epx_distributed *d, int first, int last, Vec vector, double *h) {
  const int n = last - first + 1, n_vectors = count_vectors(d);
  Vec along[KRYLOV_STEPS];
  double less[KRYLOV_STEPS];
  for (int i = 0; i < n; i++)
    along[i] = d->linear.krylov[(first + i) % n_vectors];
  PetscCall(VecMDot(vector, n, along, h + first));
  for (int i = 0; i < n; i++)
    less[i] = -h[first + i];
  return VecMAXPY(vector, n, less, along);
}

static PetscErrorCode build(const epx_distributed *d, krylov *space) {
  const bool symmetric = is_symmetric(d->nodes->network->family);
  const int n_vectors = count_vectors(d);
  PetscInt n_state;
  PetscReal product;
  PetscCall(MatGetSize(d->linear.product, &n_state, NULL));
  PetscCall(fill_start(d, d->linear.krylov[0]));
  memset(space, 0, sizeof *space);
  for (int j = 0; j < KRYLOV_STEPS && j < n_state; j++) {
    Vec next = d->linear.krylov[(j + 1) % n_vectors];
    PetscCall(MatMult(d->linear.product, d->linear.krylov[j % n_vectors], next));
    PetscCall(VecNorm(next, NORM_2, &product));
    if (!isfinite(product)) return 0;
    PetscCall(take_out(d, symmetric && j > 0 ? j - 1 : 0, j, next, space->matrix[j]));
    PetscCall(VecNorm(next, NORM_2, &space->outside));
    space->n = j + 1;
    if (space->outside <= ROUNDING * product) return 0;
    PetscCall(VecScale(next, 1 / space->outside));
    if (j + 1 < KRYLOV_STEPS) space->matrix[j][j + 1] = space->outside;
  }
  return 0;
}

/** Tells whether the space shows a direction that grows. */
static bool shows_growth(krylov *space) {
  enum { N = KRYLOV_STEPS };
  double real[N], imaginary[N], vectors[N][N], work[8 * N], largest = 0;
  const int n = space->n;
  if (LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'V', n, space->matrix[0], N, real, imaginary, NULL, N,
                         vectors[0], N, work, 8 * N) != 0)
    return false;
  for (int k = 0; k < n; k++)
    largest = fmax(largest, hypot(real[k], imaginary[k]));
  for (int k = 0; k < n; k++) {
    /* Of a pair, real and imaginary part of the vector, of length 1, follow one another. */
    const bool second = imaginary[k] < 0, pair = imaginary[k] != 0;
    const double *x = vectors[second ? k - 1 : k], *y = pair ? vectors[second ? k : k + 1] : NULL;
    const double residual = space->outside * (pair ? hypot(x[n - 1], y[n - 1]) : fabs(x[n - 1]));
    if (real[k] > ROUNDING * largest && real[k] > residual) return true;
  }
  return false;
}

epx_err epx_distributed_check_saddle(epx_distributed *d, bool *saddle) {
  const epx_family *family = d->nodes->network->family;
  krylov space;
  double bound = NAN;
  const double *s;
  PetscInt n_state;
  *saddle = false;
  EPX_PETSC(VecGetSize(d->state, &n_state));
  if (!is_symmetric(family) && n_state > ARNOLDI_STATES) return EPX_OK;
  if (family->eval_abscissa_bound && family->link_law->bounds_stand) {
    EPX_PETSC(VecGetArrayRead(d->state, &s));
    const int code = eval_bound(d, s, &bound);
    EPX_PETSC(VecRestoreArrayRead(d->state, &s));
    EPX_TRY(code);
    if (bound < 0) return EPX_OK;
  }
  if (!d->linear.krylov) EPX_PETSC(VecDuplicateVecs(d->state, count_vectors(d), &d->linear.krylov));
  EPX_PETSC(epx_distributed_fill_jacobian(d, d->state));
  EPX_PETSC(build(d, &space));
  *saddle = shows_growth(&space);
  return EPX_OK;
}

void epx_distributed_destroy_krylov(epx_distributed *d) {
  if (d->linear.krylov) (void)!VecDestroyVecs(count_vectors(d), &d->linear.krylov);
}
