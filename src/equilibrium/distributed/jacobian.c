/** @file
 * The Jacobian of a distributed network: one block for each node and each end of a link,
 *
 *   block_ii = the family's own, of lanes of one node       block_ij = J_ij dF_i/dinput dx_j/ds
 *
 * Blocks of links that no state changes are laid once for each set of parameters; after that the nodes' own
 * are written where they stand in the matrix.
 */
#include <string.h>

#include "base/array.h"
#include "equilibrium/distributed/private.h"

/** Nodes from the one whose block is written to the one whose place the memory is asked for. */
enum { WRITTEN_AHEAD = 32 };

static epx_err preallocate(epx_distributed *d) {
  const epx_nodes *nodes = d->nodes;
  PetscInt *own = NULL, *foreign = NULL;
  EPX_TRY(EPX_ARRAY(own, (size_t)nodes->n_local));
  const int code = EPX_ARRAY(foreign, (size_t)nodes->n_local);
  PetscErrorCode failed = 0;
  if (code == EPX_OK) {
    for (int r = 0; r < nodes->n_local; r++) {
      own[r] = 1;
      for (int k = nodes->links.start[r]; k < nodes->links.start[r + 1]; k++) {
        own[r] += nodes->links.column[k] < nodes->n_local;
        foreign[r] +=
            nodes->links.column[k] >= nodes->n_local && epx_nodes_get_row(nodes, nodes->links.column[k]) >= 0;
      }
    }
    failed = MatXAIJSetPreallocation(d->linear.jacobian, nodes->n_components, own, foreign, NULL, NULL);
  }
  epx_array_destroy(&own);
  epx_array_destroy(&foreign);
  EPX_TRY(code);
  EPX_PETSC(failed);
  return EPX_OK;
}

/** Chooses blocks, which are half as dear, unless the options name a matrix or a preconditioner that PETSc
 * does not have for them. */
static PetscErrorCode set_type(epx_distributed *d) {
  static const char *const known[] = {PCBJACOBI, PCILU, PCASM, PCLU, PCNONE, PCJACOBI, PCPBJACOBI, PCSOR};
  const int n = d->nodes->n_components;
  char name[64];
  PetscBool given, blocked;
  PetscCall(PetscOptionsGetString(NULL, NULL, "-pc_type", name, sizeof name, &given));
  bool takes_blocks = !given;
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    takes_blocks = takes_blocks || strcmp(name, known[k]) == 0;
  PetscCall(MatSetType(d->linear.jacobian, n > 1 && takes_blocks ? MATBAIJ : MATAIJ));
  PetscCall(MatSetBlockSize(d->linear.jacobian, n));
  PetscCall(MatSetFromOptions(d->linear.jacobian));
  PetscCall(PetscObjectTypeCompareAny((PetscObject)d->linear.jacobian, &blocked, MATSEQBAIJ, MATMPIBAIJ, ""));
  d->linear.blocked = blocked;
  return 0;
}

/** Refuses matrices that blocks cannot be written into: PETSc crashes on some. */
static epx_err check_type(const epx_distributed *d) {
  PetscBool known;
  MatType type;
  EPX_PETSC(PetscObjectTypeCompareAny((PetscObject)d->linear.jacobian, &known, MATSEQAIJ, MATMPIAIJ,
                                      MATSEQBAIJ, MATMPIBAIJ, ""));
  EPX_PETSC(MatGetType(d->linear.jacobian, &type));
  if (!known)
    return EPX_RAISE(EPX_EINPUT, "petsc.options: -mat_type %s cannot hold this network; aij and baij can",
                     type);
  return EPX_OK;
}

epx_err epx_distributed_create_jacobian(epx_distributed *d) {
  const epx_nodes *nodes = d->nodes;
  const int n = nodes->n_components;
  size_t longest = 0;
  for (int r = 0; r < nodes->n_local; r++) {
    const size_t length = (size_t)(nodes->links.start[r + 1] - nodes->links.start[r]) + 1;
    if (length > longest) longest = length;
  }
  EPX_TRY(EPX_ARRAY(d->linear.columns, longest));
  EPX_TRY(EPX_ARRAY(d->linear.row, longest * (size_t)n * (size_t)n));
  EPX_TRY(EPX_ARRAY(d->linear.blocks, (size_t)n * (size_t)n * EPX_LANE_WIDTH));
  if (nodes->network->family->eval_antisymmetric) {
    EPX_TRY(EPX_ARRAY(d->linear.antisymmetric, (size_t)n * (size_t)n * (size_t)nodes->lanes->n_lanes));
  }
  EPX_PETSC(MatCreate(nodes->communicator, &d->linear.jacobian));
  EPX_PETSC(MatSetSizes(d->linear.jacobian, n * nodes->n_local, n * nodes->n_local, PETSC_DETERMINE,
                        PETSC_DETERMINE));
  EPX_PETSC(set_type(d));
  EPX_TRY(check_type(d));
  EPX_TRY(preallocate(d));
  EPX_PETSC(MatSetOption(d->linear.jacobian, MAT_NEW_NONZERO_ALLOCATION_ERR, PETSC_TRUE));
  EPX_PETSC(MatSetOption(d->linear.jacobian, MAT_NO_OFF_PROC_ENTRIES, PETSC_TRUE));
  EPX_PETSC(MatCreateVecs(d->linear.jacobian, &d->state, &d->field));
  EPX_PETSC(VecDuplicate(d->state, &d->newton.start));
  EPX_PETSC(VecDuplicate(d->state, &d->dynamics.ahead));
  EPX_PETSC(VecDuplicate(d->state, &d->dynamics.field_ahead));
  return EPX_OK;
}

/** Evaluates (M - M') e_c of every node at nodes->y, for each component c. */
static void eval_antisymmetric(epx_distributed *d) {
  const epx_nodes *nodes = d->nodes;
  const size_t n_lanes = (size_t)nodes->lanes->n_lanes, n = (size_t)nodes->n_components;
  for (size_t c = 0; c < n; c++) {
    memset(nodes->work, 0, n * n_lanes * sizeof *nodes->work);
    for (size_t lane = 0; lane < n_lanes; lane++)
      nodes->work[c * n_lanes + lane] = 1;
    nodes->network->family->eval_antisymmetric(nodes->lanes, nodes->y, nodes->work,
                                               d->linear.antisymmetric + c * n * n_lanes);
  }
}

/** Adds -Q (M - M') to the own block of row r, own[row * n + column]. */
static void add_reversal(const epx_distributed *d, int r, double *own) {
  const size_t n_lanes = (size_t)d->nodes->lanes->n_lanes, n = (size_t)d->nodes->n_components;
  for (size_t c = 0; c < n; c++) {
    double column[EPX_LINK_MAX_ROWS], turned[EPX_LINK_MAX_ROWS];
    for (size_t k = 0; k < n; k++)
      column[k] = d->linear.antisymmetric[(c * n + k) * n_lanes + (size_t)r];
    epx_nodes_turn(d->nodes, column, turned);
    for (size_t k = 0; k < n; k++)
      own[k * n + c] -= turned[k];
  }
}

/** Gets the own block of row r, whose vector of lanes is in d->linear.blocks, as own[row * n + column]. */
static void get_own(const epx_distributed *d, int r, int lane, double *own) {
  const int n = d->nodes->n_components;
  for (int k = 0; k < n * n; k++)
    own[k] = d->linear.blocks[k * EPX_LANE_WIDTH + lane];
  if (d->nudge && d->nudge->origin && d->linear.antisymmetric) add_reversal(d, r, own);
}

/** block[row * n + column] = J dF/dinput dx/ds of the entry k of row r, at the states as sent: a node's slope
 * is asked for at its own state. */
static void eval_link(const epx_nodes *nodes, const double *reception, const double *state, double coupling,
                      double *block) {
  const int n = nodes->n_components, n_rows = nodes->n_rows;
  double slope[EPX_LINK_MAX_ROWS * EPX_LINK_MAX_ROWS];
  nodes->network->family->link_law->eval_sent_slope(state, slope);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int c = 0; c < n_rows; c++)
        sum += reception[i * n_rows + c] * slope[c * n + j];
      block[i * n + j] = coupling * sum;
    }
  }
}

/** Places a block in the row's values, [components][n_entries][components]. */
static void place(int n, int n_entries, int at, const double *block, double *row) {
  for (int i = 0; i < n; i++)
    memcpy(row + ((size_t)i * (size_t)n_entries + (size_t)at) * (size_t)n, block + i * n,
           (size_t)n * sizeof *row);
}

/** Sets the blocks of row r: its own, and those of its links. */
static PetscErrorCode set_row(epx_distributed *d, int r, const double *own, const double *state,
                              const double *ghosts) {
  const epx_nodes *nodes = d->nodes;
  const int n = nodes->n_components;
  const PetscInt row = nodes->first + r;
  double block[EPX_LINK_MAX_ROWS * EPX_LINK_MAX_ROWS], reception[EPX_LINK_MAX_ROWS * EPX_LINK_MAX_ROWS];
  int n_entries = 1, at = 1;
  for (int k = nodes->links.start[r]; k < nodes->links.start[r + 1]; k++)
    n_entries += epx_nodes_get_row(nodes, nodes->links.column[k]) >= 0;
  d->linear.columns[0] = row;
  place(n, n_entries, 0, own, d->linear.row);
  nodes->network->family->link_law->eval_reception(state + r * n, reception);
  for (int k = nodes->links.start[r]; k < nodes->links.start[r + 1]; k++) {
    const int column = nodes->links.column[k], global = epx_nodes_get_row(nodes, column);
    if (global < 0) continue;
    const double *other =
        column < nodes->n_local ? state + column * n : ghosts + (column - nodes->n_local) * n;
    eval_link(nodes, reception, other, nodes->links.coupling[k], block);
    d->linear.columns[at] = global;
    place(n, n_entries, at++, block, d->linear.row);
  }
  PetscCall(MatSetValuesBlocked(d->linear.jacobian, 1, &row, n_entries, d->linear.columns, d->linear.row,
                                INSERT_VALUES));
  return 0;
}

/** Gets the matrix of this rank's rows and columns, and the values that it has. */
static PetscErrorCode get_values(const epx_distributed *d, Mat *own, double **values) {
  PetscBool spread;
  *own = d->linear.jacobian;
  PetscCall(PetscObjectTypeCompare((PetscObject)d->linear.jacobian, MATMPIBAIJ, &spread));
  if (spread) PetscCall(MatMPIBAIJGetSeqBAIJ(d->linear.jacobian, own, NULL, NULL));
  return MatSeqBAIJGetArray(*own, values);
}

/** Finds where the own blocks stand in the matrix, which has been assembled. */
static PetscErrorCode find_own_blocks(epx_distributed *d) {
  Mat own;
  double *values;
  PetscInt n;
  const PetscInt *start, *column;
  PetscBool done;
  if (!d->linear.own_block) PetscCall(PetscMalloc1(d->nodes->n_local, &d->linear.own_block));
  PetscCall(get_values(d, &own, &values));
  PetscCall(MatGetRowIJ(own, 0, PETSC_FALSE, PETSC_TRUE, &n, &start, &column, &done));
  for (PetscInt r = 0; r < n; r++) {
    PetscInt at = start[r];
    while (column[at] != r)
      at++;
    d->linear.own_block[r] = at;
  }
  PetscCall(MatRestoreRowIJ(own, 0, PETSC_FALSE, PETSC_TRUE, &n, &start, &column, &done));
  return MatSeqBAIJRestoreArray(own, &values);
}

/** Writes an own block where it stands: PETSc keeps the columns of a block together. */
static void write_own(const epx_distributed *d, int r, const double *own, double *values) {
  const size_t n = (size_t)d->nodes->n_components;
  double *block = values + (size_t)d->linear.own_block[r] * n * n;
  if (r + WRITTEN_AHEAD < d->nodes->n_local)
    __builtin_prefetch(values + (size_t)d->linear.own_block[r + WRITTEN_AHEAD] * n * n, 1);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++)
      block[j * n + i] = own[i * n + j];
  }
}

/** Where the blocks go beside d->linear.own: nowhere, the nodes' into the matrix's values, all through PETSc. */
typedef enum { NOWHERE, IN_PLACE, THROUGH_PETSC } destination;

/** Sets the blocks of all rows. values: of the matrix, in place; ghosts: the states of other ranks' nodes,
 * through PETSc. */
static PetscErrorCode set_rows(epx_distributed *d, destination to, const double *state, const double *ghosts,
                               double *values) {
  epx_nodes *nodes = d->nodes;
  const size_t n_local = (size_t)nodes->n_local;
  const size_t n_block = (size_t)nodes->n_components * (size_t)nodes->n_components;
  double own[EPX_LINK_MAX_ROWS * EPX_LINK_MAX_ROWS];
  for (size_t first = 0, size = 0; first < n_local; first += size) {
    size = epx_nodes_get_part_size(nodes, first);
    epx_nodes_set_part(nodes, first, size, state);
    for (size_t k = 0; k < size; k++) {
      const int lane = (int)(k % EPX_LANE_WIDTH), r = (int)(first + k);
      if (lane == 0) {
        nodes->network->family->eval_jacobian(&nodes->cache.part, nodes->cache.part_y, (int)k, EPX_LANE_WIDTH,
                                              d->linear.blocks);
      }
      get_own(d, r, lane, own);
      if (d->linear.own) memcpy(d->linear.own + (size_t)r * n_block, own, n_block * sizeof *own);
      if (to == IN_PLACE) write_own(d, r, own, values);
      if (to == THROUGH_PETSC) PetscCall(set_row(d, r, own, state, ghosts));
    }
  }
  return 0;
}

static PetscErrorCode set_all_blocks(epx_distributed *d, const double *state) {
  double *ghosts = d->nodes->messages.ghost_state;
  PetscCall(PetscSFBcastBegin(d->nodes->messages.exchange, d->nodes->messages.state_type, state, ghosts,
                              MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(d->nodes->messages.exchange, d->nodes->messages.state_type, state, ghosts,
                            MPI_REPLACE));
  return set_rows(d, THROUGH_PETSC, state, ghosts, NULL);
}

static PetscErrorCode set_own_blocks(epx_distributed *d, const double *state) {
  Mat own;
  double *values;
  PetscCall(get_values(d, &own, &values));
  PetscCall(set_rows(d, IN_PLACE, state, NULL, values));
  return MatSeqBAIJRestoreArray(own, &values);
}

/** Evaluates the slope of the nudge's force on the outputs, which is no part of the matrix. */
static PetscErrorCode eval_slope(epx_distributed *d, const double *state) {
  if (!d->nudge || !d->nudge->eval_slope) return 0;
  if (epx_distributed_eval_outputs(d, state, d->outputs) != EPX_OK) return PETSC_ERR_LIB;
  d->nudge->eval_slope(d->nudge->context, d->outputs, d->linear.slope);
  return 0;
}

/** Exchanges what nodes send, and evaluates what a nudge brings in. */
static PetscErrorCode prepare(epx_distributed *d, const double *state) {
  PetscCall(eval_slope(d, state));
  if (!d->nudge || !d->nudge->origin || !d->linear.antisymmetric) return epx_nodes_send(d->nodes, state);
  PetscCall(epx_nodes_set_state(d->nodes, state));
  epx_nodes_lay(d->nodes, d->nudge->origin, d->nodes->y);
  eval_antisymmetric(d);
  return 0;
}

PetscErrorCode epx_distributed_fill_jacobian(epx_distributed *d, Vec state) {
  const double *s;
  const bool laid = d->linear.links_laid;
  PetscCall(VecGetArrayRead(state, &s));
  PetscCall(prepare(d, s));
  PetscCall(laid ? set_own_blocks(d, s) : set_all_blocks(d, s));
  PetscCall(VecRestoreArrayRead(state, &s));
  PetscCall(MatAssemblyBegin(d->linear.jacobian, MAT_FINAL_ASSEMBLY));
  PetscCall(MatAssemblyEnd(d->linear.jacobian, MAT_FINAL_ASSEMBLY));
  /* TS scales and shifts what it is given. */
  d->linear.links_laid = d->linear.blocked && !d->dynamics.ts && d->nodes->network->family->link_law->linear;
  if (d->linear.links_laid && !laid) PetscCall(find_own_blocks(d));
  return 0;
}

PetscErrorCode epx_distributed_fill_product(epx_distributed *d, Vec state) {
  const double *s;
  if (!d->linear.own) return epx_distributed_fill_jacobian(d, state);
  PetscCall(VecGetArrayRead(state, &s));
  PetscCall(prepare(d, s));
  PetscCall(set_rows(d, NOWHERE, s, NULL, NULL));
  return VecRestoreArrayRead(state, &s);
}
