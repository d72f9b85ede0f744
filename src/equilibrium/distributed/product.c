/** @file
 * The Jacobian of a distributed network by what it does, where no state changes what its links do: with the
 * nodes' own blocks D_i and the slopes R of reception and S of what is sent,
 *
 *   y_i = D_i x_i + R sum_j J_ij S x_j      transposed: y_i = D_i' x_i + S' sum_j J_ij R' x_j
 *
 * A third of what its matrix would read, which is left to the preconditioner. The sums run as in the field.
 * Elsewhere by the matrix. In a learning phase the slope N' of its force on the outputs comes in, y += B N'
 * B' x: without it Newton converges at the rate |N'| |J^-1|, or not at all. The preconditioner goes without:
 * N' is of few rows.
 */
#include "base/array.h"
#include "equilibrium/distributed/private.h"

EPX_KERNEL_TABLE(epx_nodes_multiply, EPX_NODES_MULTIPLY_ARGUMENTS);

enum { MAX_BLOCK = EPX_LINK_MAX_ROWS * EPX_LINK_MAX_ROWS };

/** out = A v, A [n_out][n_in]. */
static inline void multiply(int n_out, int n_in, const double *a, const double *v, double *out) {
  for (int i = 0; i < n_out; i++) {
    out[i] = 0;
    for (int j = 0; j < n_in; j++)
      out[i] += a[i * n_in + j] * v[j];
  }
}

/** to [n_columns][n_rows] = from [n_rows][n_columns], transposed. */
static void transpose(int n_rows, int n_columns, const double *from, double *to) {
  for (int i = 0; i < n_rows; i++) {
    for (int j = 0; j < n_columns; j++)
      to[j * n_rows + i] = from[i * n_columns + j];
  }
}

/** What a product does with rows from ... from + size. */
typedef struct {
  bool transposed;
  const double *in; /* [components][n_rows]: what is heard, to the state */
  const double *x;
  double *y;
} task;

static void apply_rows(const epx_distributed *d, const task *p, int from, int size) {
  const epx_nodes *nodes = d->nodes;
  const size_t n = (size_t)nodes->n_components, first = (size_t)from;
  const epx_node_links links = epx_nodes_get_links(nodes, first, nodes->messages.heard, nodes->n_rows);
  EPX_KERNEL_CALL(epx_nodes_multiply)
  (&links, (size_t)size, n, d->linear.own + first * n * n, p->transposed, p->in, p->x + first * n,
   p->y + first * n);
}

static PetscErrorCode apply(epx_distributed *d, bool transposed, const double *x, double *y) {
  epx_nodes *nodes = d->nodes;
  const epx_link_law *law = nodes->network->family->link_law;
  const int n = nodes->n_components, n_rows = nodes->n_rows, after = nodes->inner + nodes->n_inner;
  double sent[MAX_BLOCK], received[MAX_BLOCK], in[MAX_BLOCK], out[MAX_BLOCK];
  law->eval_sent_slope(x, sent); /* where the state is does not matter */
  law->eval_reception(x, received);
  if (transposed) {
    transpose(n, n_rows, received, out);
    transpose(n_rows, n, sent, in);
  }
  const task p = {.transposed = transposed, .in = transposed ? in : received, .x = x, .y = y};
  for (int r = 0; r < nodes->n_local; r++)
    multiply(n_rows, n, transposed ? out : sent, x + r * n, nodes->messages.heard + r * n_rows);
  PetscCall(epx_nodes_begin_exchange(nodes, nodes->messages.heard));
  apply_rows(d, &p, nodes->inner, nodes->n_inner);
  PetscCall(epx_nodes_end_exchange(nodes, nodes->messages.heard));
  apply_rows(d, &p, 0, nodes->inner);
  apply_rows(d, &p, after, nodes->n_local - after);
  return 0;
}

/** Adds B N' B' x, or its transpose: what the nudge's force does in answer to the outputs. */
static PetscErrorCode add_slope(epx_distributed *d, bool transposed, const double *x, double *y) {
  const epx_nodes *nodes = d->nodes;
  const size_t n = (size_t)nodes->n_components, n_ports = (size_t)nodes->network->n_outputs * n;
  const size_t down = transposed ? 1 : n_ports, across = transposed ? n_ports : 1;
  if (epx_distributed_eval_outputs(d, x, d->outputs) != EPX_OK) return PETSC_ERR_LIB;
  for (size_t i = 0; i < n_ports; i++) {
    const int r = nodes->output_row[i / n];
    if (r < 0) continue;
    double sum = 0;
    for (size_t j = 0; j < n_ports; j++)
      sum += d->linear.slope[i * down + j * across] * d->outputs[j];
    y[(size_t)r * n + i % n] += sum;
  }
  return 0;
}

static PetscErrorCode multiply_by(Mat product, bool transposed, Vec x, Vec y) {
  epx_distributed *d;
  const double *from;
  double *to;
  PetscCall(MatShellGetContext(product, &d));
  if (!d->linear.own)
    PetscCall(transposed ? MatMultTranspose(d->linear.jacobian, x, y) : MatMult(d->linear.jacobian, x, y));
  PetscCall(VecGetArrayRead(x, &from));
  PetscCall(VecGetArray(y, &to));
  if (d->linear.own) PetscCall(apply(d, transposed, from, to));
  if (d->nudge && d->nudge->eval_slope) PetscCall(add_slope(d, transposed, from, to));
  PetscCall(VecRestoreArrayRead(x, &from));
  PetscCall(VecRestoreArray(y, &to));
  return 0;
}

static PetscErrorCode multiply_plain(Mat product, Vec x, Vec y) {
  return multiply_by(product, false, x, y);
}

static PetscErrorCode multiply_transposed(Mat product, Vec x, Vec y) {
  return multiply_by(product, true, x, y);
}

epx_err epx_distributed_create_product(epx_distributed *d) {
  const int n = d->nodes->n_components, n_local = d->nodes->n_local;
  if (d->nodes->network->family->link_law->linear)
    EPX_TRY(EPX_ARRAY(d->linear.own, (size_t)n_local * (size_t)(n * n)));
  EPX_PETSC(MatCreateShell(d->nodes->communicator, n * n_local, n * n_local, PETSC_DETERMINE, PETSC_DETERMINE,
                           d, &d->linear.product));
  EPX_PETSC(MatShellSetOperation(d->linear.product, MATOP_MULT, (void (*)(void))multiply_plain));
  EPX_PETSC(
      MatShellSetOperation(d->linear.product, MATOP_MULT_TRANSPOSE, (void (*)(void))multiply_transposed));
  return EPX_OK;
}
