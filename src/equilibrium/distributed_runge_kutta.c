/** @file
 * The dynamics of a distributed network by an explicit Runge-Kutta pair of orders 3 and 2,
 *
 *   k1 = f(y)   k2 = f(y + h k1 / 2)   k3 = f(y + 3 h k2 / 4)   k4 = f(end)
 *   end = y + h (2 k1 + 3 k2 + 4 k3) / 9   error = h (-5 k1 + 6 k2 + 8 k3 - 9 k4) / 72
 *
 * k4 is the k1 of the next step. Everything goes over the nodes in the parts of the field: a stage's state is
 * formed where its nodes are sent, and errors are looked at where the rates appear, while they are in the
 * core's cache. On a large lattice the time of a step is that of its way through memory, and whole vectors,
 * as PETSc's TS goes over them, take twice as long.
 *
 * Source: BogackiShampine1989; the step's control is the elementary one of Hairer1993, II.4.
 */
#include <math.h>
#include <string.h>

#include "epilux/base/array.h"
#include "equilibrium/distributed_private.h"

EPX_KERNEL_TABLE(epx_pair_form, EPX_PAIR_FORM_ARGUMENTS);
EPX_KERNEL_TABLE(epx_pair_extend, EPX_PAIR_EXTEND_ARGUMENTS);

enum { N_STAGES = 4 };

/** Of the rates in each stage's state, and in the error. */
static const double weights[N_STAGES][3] = {{0}, {1. / 2}, {0, 3. / 4}, {2. / 9, 1. / 3, 4. / 9}};
static const double errors[N_STAGES] = {-5. / 72, 6. / 72, 8. / 72, -9. / 72};

/** Of the step that the error would allow, the one that is tried; and after a step that failed. */
#define SAFETY 0.9
#define SAFETY_AFTER_FAILURE 0.45
/** A step's change at most. */
#define LEAST_CHANGE 0.1
#define MOST_CHANGE 10.0
/** A step below this share of the time scale (way over rate) is lost: its error is not a matter of length. */
#define LEAST_STEP 1e-14

struct epx_runge_kutta {
  double *y, *end; /* [n_local + n_ghosts][components]: the step's start; the stages' states, its end last */
  double *k[N_STAGES]; /* [n_local][components]: rates */
};

/** What a step is judged by: the largest components of rate, state and weighted error; and 1 where one of
 * them is not finite. They are the same whoever compares what first: the dynamics have the same bits on any
 * number of ranks. */
enum { RATE, SIZE, ERROR, LOST, N_EXTENTS };

epx_err epx_distributed_create_runge_kutta(epx_distributed *d) {
  const size_t n_components = (size_t)d->nodes->n_components;
  const size_t n = (size_t)d->nodes->n_local * n_components;
  const size_t n_shared = n + (size_t)d->nodes->n_ghosts * n_components;
  EPX_TRY(EPX_ARRAY(d->runge_kutta, 1));
  EPX_TRY(EPX_ARRAY(d->runge_kutta->y, n_shared));
  EPX_TRY(EPX_ARRAY(d->runge_kutta->end, n_shared));
  for (int stage = 0; stage < N_STAGES; stage++)
    EPX_TRY(EPX_ARRAY(d->runge_kutta->k[stage], n));
  return EPX_OK;
}

void epx_distributed_destroy_runge_kutta(epx_distributed *d) {
  epx_runge_kutta *rk = d->runge_kutta;
  if (!rk) return;
  epx_array_destroy(&rk->y);
  epx_array_destroy(&rk->end);
  for (int stage = 0; stage < N_STAGES; stage++)
    epx_array_destroy(&rk->k[stage]);
  epx_array_destroy(&d->runge_kutta);
}

/** Lets a part's numbers extend what is known. */
static void extend(const epx_distributed *d, size_t from, size_t n, double *extents) {
  const epx_runge_kutta *rk = d->runge_kutta;
  const double *const k[] = {rk->k[0] + from, rk->k[1] + from, rk->k[2] + from, rk->k[3] + from};
  EPX_KERNEL_CALL(epx_pair_extend)
  (n, d->options.rtol, d->options.atol, errors, rk->y + from, rk->end + from, k, extents);
}

/** Forms a stage's state and exchanges what its nodes send. */
static PetscErrorCode form_stage(const epx_distributed *d, int stage, double h) {
  epx_nodes *nodes = d->nodes;
  const epx_runge_kutta *rk = d->runge_kutta;
  const size_t n_local = (size_t)nodes->n_local, n = (size_t)nodes->n_components;
  for (size_t first = 0, size = 0; first < n_local; first += size) {
    const double *const k[] = {rk->k[0] + first * n, rk->k[1] + first * n, rk->k[2] + first * n};
    size = epx_nodes_get_part_size(nodes, first);
    EPX_KERNEL_CALL(epx_pair_form)(size * n, h, weights[stage], rk->y + first * n, k, rk->end + first * n);
    if (!nodes->sends_states) epx_nodes_lay_sent(nodes, first, size, rk->end);
  }
  return nodes->sends_states ? epx_nodes_exchange_states(nodes, rk->end)
                             : epx_nodes_exchange(nodes, nodes->sent);
}

/** Evaluates a stage's rate; the last one extends what is known of this rank. */
static PetscErrorCode eval_stage(epx_distributed *d, int stage, double h, double *extents) {
  epx_nodes *nodes = d->nodes;
  const epx_runge_kutta *rk = d->runge_kutta;
  const size_t n_local = (size_t)nodes->n_local, n = (size_t)nodes->n_components;
  PetscCall(form_stage(d, stage, h));
  for (size_t first = 0, size = 0; first < n_local; first += size) {
    size = epx_nodes_get_part_size(nodes, first);
    if (nodes->sends_states) {
      epx_nodes_eval_part_of_states(nodes, first, size, rk->end, rk->k[stage]);
    } else {
      epx_nodes_eval_part(nodes, first, size, rk->end, rk->k[stage]);
    }
    if (stage == N_STAGES - 1) extend(d, first * n, size * n, extents);
  }
  d->counts.field_evaluations++;
  return 0;
}

/** Tries a step of length h. *error: its error over the one that is allowed, NaN where it left the numbers.
 */
static PetscErrorCode attempt(epx_distributed *d, double h, double *extents, double *error) {
  memset(extents, 0, N_EXTENTS * sizeof *extents);
  for (int stage = 1; stage < N_STAGES; stage++)
    PetscCall(eval_stage(d, stage, h, extents));
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, extents, N_EXTENTS, MPI_DOUBLE, MPI_MAX, d->nodes->communicator));
  *error = extents[LOST] > 0 ? NAN : h * extents[ERROR] / epx_distributed_get_scale(d, h);
  return 0;
}

/** Makes the end of a step the start of the next. */
static void accept(epx_distributed *d, const double *extents) {
  epx_runge_kutta *rk = d->runge_kutta;
  double *const y = rk->y, *const k = rk->k[0];
  rk->y = rk->end;
  rk->end = y;
  rk->k[0] = rk->k[N_STAGES - 1];
  rk->k[N_STAGES - 1] = k;
  d->residual = extents[RATE];
  d->size = extents[SIZE];
}

/** Takes one step. *step: in, the length to try first; out, that of the next. *taken: its own length, 0 where
 * no length did. */
static PetscErrorCode take_step(epx_distributed *d, double *step, double *taken) {
  const double least = LEAST_STEP * (1 + d->size) / d->residual;
  double safety = SAFETY, error = NAN, extents[N_EXTENTS];
  for (*taken = 0; *step > least; safety = SAFETY_AFTER_FAILURE) {
    const double h = *step;
    PetscCall(attempt(d, h, extents, &error));
    const double change = isfinite(error) ? safety * pow(error, -1.0 / 3) : 0;
    *step *= fmin(fmax(change, LEAST_CHANGE), MOST_CHANGE);
    if (error <= 1) {
      *taken = h;
      accept(d, extents);
      return 0;
    }
  }
  return 0;
}

PetscErrorCode epx_distributed_integrate(epx_distributed *d, bool *lost) {
  const epx_runge_kutta *rk = d->runge_kutta;
  const double max_time = d->options.max_time - d->elapsed;
  double time = 0, step = epx_distributed_get_first_step(d), taken = 0;
  bool done = false;
  PetscCall(epx_distributed_get_vector(d, d->state, rk->y));
  PetscCall(epx_distributed_get_vector(d, d->field, rk->k[0]));
  *lost = false;
  while (!done && !*lost && time < max_time) {
    const double before = d->residual;
    PetscCall(take_step(d, &step, &taken));
    *lost = taken == 0;
    time += taken;
    d->last_step = step;
    if (!*lost) PetscCall(epx_distributed_look(d, rk->y, before, time, taken, &done));
  }
  d->elapsed += time;
  return epx_distributed_set_vector(d, rk->y, d->state);
}
