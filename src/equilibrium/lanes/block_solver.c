/** @file
 * Block solver: lane matrices (lane_matrix.h) for as long as they fit the caches' bandwidth; the families
 * that need it have few states a node. The Jacobian is evaluated for every factorisation: it costs a share
 * n_nodes / n_state^2 of the factors.
 *
 * CVODE asks for a matrix and would fill it; here its linear-system function factors at once, so that the
 * matrix is an empty shell.
 */
#include "equilibrium/lanes/block_solver.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/lanes/lane_matrix.h"

struct epx_block_solver {
  const epx_lane_shape *shape;
  const int64_t *mask;
  size_t block_size; /* doubles of a vector of lanes */
  double *jacobian;  /* [n_state][n_state][EPX_LANE_WIDTH] */
  double *factors;   /* [max_lanes / EPX_LANE_WIDTH][block_size] */
  int *pivots;       /* [max_lanes / EPX_LANE_WIDTH][n_state][EPX_LANE_WIDTH] */
  double *solution;  /* [n_state][EPX_LANE_WIDTH] */
  SUNLinearSolver solver;
  SUNMatrix matrix;
  long factorisations;
};

static SUNLinearSolver_Type get_type(SUNLinearSolver solver) {
  (void)solver;
  return SUNLINEARSOLVER_DIRECT;
}

static SUNMatrix_ID get_id(SUNMatrix matrix) {
  (void)matrix;
  return SUNMATRIX_CUSTOM;
}

static int setup_nothing(SUNLinearSolver solver, SUNMatrix matrix) {
  (void)solver, (void)matrix;
  return 0;
}

static bool is_moving(const epx_block_solver *solver, size_t first) {
  for (size_t w = 0; w < EPX_LANE_WIDTH; w++) {
    if (solver->mask[first + w] != 0) return true;
  }
  return false;
}

static double *get_factors(const epx_block_solver *solver, size_t first) {
  return solver->factors + first / EPX_LANE_WIDTH * solver->block_size;
}

static int *get_pivots(const epx_block_solver *solver, size_t first) {
  return solver->pivots + first * (size_t)solver->shape->n_state;
}

static int solve(SUNLinearSolver own, SUNMatrix matrix, N_Vector x, N_Vector b, double tolerance) {
  const epx_block_solver *solver = own->content;
  const size_t n_state = (size_t)solver->shape->n_state, n_lanes = (size_t)solver->shape->n_lanes;
  const double *from = epx_lane_vector_get_data(b);
  double *to = epx_lane_vector_get_data(x);
  (void)matrix, (void)tolerance;
  for (size_t first = 0; first < n_lanes; first += EPX_LANE_WIDTH) {
    double *solution = solver->solution;
    for (size_t i = 0; i < n_state; i++)
      memcpy(solution + i * EPX_LANE_WIDTH, from + i * n_lanes + first, EPX_LANE_WIDTH * sizeof *to);
    if (is_moving(solver, first)) {
      epx_lane_matrix_solve((int)n_state, get_factors(solver, first), get_pivots(solver, first), false,
                            solution);
    }
    for (size_t i = 0; i < n_state; i++)
      memcpy(to + i * n_lanes + first, solution + i * EPX_LANE_WIDTH, EPX_LANE_WIDTH * sizeof *to);
  }
  return 0;
}

static epx_err create_arrays(epx_block_solver *solver) {
  const size_t n = (size_t)solver->shape->n_state, lanes = (size_t)solver->shape->max_lanes;
  solver->block_size = n * epx_lane_matrix_get_stride((int)n) * EPX_LANE_WIDTH;
  EPX_TRY(EPX_ARRAY(solver->jacobian, n * n * EPX_LANE_WIDTH));
  EPX_TRY(epx_array_create(&solver->factors, lanes / EPX_LANE_WIDTH, solver->block_size * sizeof(double)));
  EPX_TRY(EPX_ARRAY(solver->pivots, n * lanes));
  return EPX_ARRAY(solver->solution, n * EPX_LANE_WIDTH);
}

static epx_err create_shells(epx_block_solver *solver, SUNContext context) {
  solver->solver = SUNLinSolNewEmpty(context);
  solver->matrix = SUNMatNewEmpty(context);
  if (!solver->solver || !solver->matrix) return EPX_RAISE(EPX_ESOLVER, "SUNDIALS gave no linear solver");
  solver->solver->content = solver;
  solver->solver->ops->gettype = get_type;
  solver->solver->ops->setup = setup_nothing;
  solver->solver->ops->solve = solve;
  solver->matrix->ops->getid = get_id;
  return EPX_OK;
}

epx_err epx_block_solver_create(const epx_lane_shape *shape, const int64_t *mask, SUNContext context,
                                epx_block_solver **out) {
  *out = NULL;
  epx_block_solver *solver = NULL;
  EPX_TRY(EPX_ARRAY(solver, 1));
  solver->shape = shape;
  solver->mask = mask;
  int code = create_arrays(solver);
  if (code == EPX_OK) code = create_shells(solver, context);
  if (code != EPX_OK) epx_block_solver_destroy(&solver);
  EPX_TRY(code);
  *out = solver;
  return EPX_OK;
}

void epx_block_solver_destroy(epx_block_solver **address) {
  epx_block_solver *solver = *address;
  if (!solver) return;
  if (solver->solver) SUNLinSolFreeEmpty(solver->solver);
  if (solver->matrix) SUNMatFreeEmpty(solver->matrix);
  epx_array_destroy(&solver->jacobian);
  epx_array_destroy(&solver->factors);
  epx_array_destroy(&solver->pivots);
  epx_array_destroy(&solver->solution);
  epx_array_destroy(address);
}

SUNLinearSolver epx_block_solver_get_solver(const epx_block_solver *solver) {
  return solver->solver;
}

SUNMatrix epx_block_solver_get_matrix(const epx_block_solver *solver) {
  return solver->matrix;
}

/** Writes 1 - gamma J of moving lanes, 1 of the others, into the factors of a vector of lanes. */
static void write_matrix(const epx_block_solver *solver, size_t first, double gamma) {
  const size_t n = (size_t)solver->shape->n_state, stride = epx_lane_matrix_get_stride((int)n);
  double share[EPX_LANE_WIDTH], *factors = get_factors(solver, first);
  for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
    share[w] = solver->mask[first + w] != 0 ? gamma : 0;
  for (size_t i = 0; i < n; i++) {
    const double *from = solver->jacobian + i * n * EPX_LANE_WIDTH;
    double *to = factors + i * stride * EPX_LANE_WIDTH;
    for (size_t k = 0; k < n * EPX_LANE_WIDTH; k++) {
      const double entry = share[k % EPX_LANE_WIDTH] * from[k];
      to[k] = share[k % EPX_LANE_WIDTH] != 0 ? -entry : 0;
    }
    for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
      to[i * EPX_LANE_WIDTH + w] += 1;
  }
}

void epx_block_solver_factor(epx_block_solver *solver, const epx_lanes *lanes, const epx_nudge *nudge,
                             double gamma, const double *y, bool *singular) {
  const int n_state = solver->shape->n_state;
  double sign[EPX_LANE_WIDTH];
  *singular = false;
  if (nudge && nudge->direction < 0) gamma = -gamma;
  for (size_t first = 0; first < (size_t)solver->shape->n_lanes; first += EPX_LANE_WIDTH) {
    if (!is_moving(solver, first)) continue;
    if (lanes) {
      lanes->network->family->eval_jacobian(lanes, y, (int)first, EPX_LANE_WIDTH, solver->jacobian);
      if (nudge && nudge->add_jacobian)
        nudge->add_jacobian(nudge->context, lanes, y, (int)first, EPX_LANE_WIDTH, solver->jacobian);
    }
    write_matrix(solver, first, gamma);
    epx_lane_matrix_factor(n_state, get_factors(solver, first), get_pivots(solver, first), sign);
    for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
      *singular = *singular || (solver->mask[first + w] != 0 && sign[w] == 0);
  }
  solver->factorisations++;
}

long epx_block_solver_get_factorisations(const epx_block_solver *solver) {
  return solver->factorisations;
}
