/** @file
 * The dynamics of a distributed network by an explicit Runge-Kutta pair of orders 3 and 2,
 *
 *   k1 = f(y)   k2 = f(y + h k1 / 2)   k3 = f(y + 3 h k2 / 4)   k4 = f(end)
 *   end = y + h (2 k1 + 3 k2 + 4 k3) / 9   error = h (-5 k1 + 6 k2 + 8 k3 - 9 k4) / 72
 *
 * k4 is the k1 of the next step. The error of a node is the norm of its components' against that of atol and
 * rtol times its amplitude: a quadrature that passes through 0 is no more exact than the other. On a large
 * lattice the time of a step is that of its way through memory: everything goes over the nodes in the parts
 * of the field, and the stages follow one another through them as they can (distributed_order.h). Whole
 * vectors, as PETSc's TS goes over them, take 2.6 times as long.
 *
 * Source: BogackiShampine1989; the step's control is the elementary one of Hairer1993, II.4.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/distributed/private.h"

EPX_KERNEL_TABLE(epx_pair_form, EPX_PAIR_FORM_ARGUMENTS);
EPX_KERNEL_TABLE(epx_pair_extend, EPX_PAIR_EXTEND_ARGUMENTS);

enum { N_STAGES = 4 };

/** Of the rates in each stage's state, and in the error. */
static const double weights[N_STAGES][3] = {{0}, {1. / 2}, {0, 3. / 4}, {2. / 9, 1. / 3, 4. / 9}};
static const double errors[N_STAGES] = {-5. / 72, 6. / 72, 8. / 72, -9. / 72};

/** Of the step that the error would allow, the one that is tried; and where that fails again. */
#define SAFETY 0.9
#define SAFETY_AFTER_FAILURES 0.45
/** A step's change at most. */
#define LEAST_CHANGE 0.1
#define MOST_CHANGE 10.0
/** A step below this share of the time scale (way over rate) is lost: its error is not a matter of length. */
#define LEAST_STEP 1e-14

/** Of each stage: the step's start comes first, its end last. */
struct epx_runge_kutta {
  double *state[N_STAGES]; /* [n_local + n_ghosts][components] */
  double *k[N_STAGES];     /* [n_local][components] rates */
  double *sent
      [N_STAGES]; /* what nodes send, of nodes->messages.sent's shape; NULL where they send their states */
  epx_order order;
};

/** What a step is judged by: the largest components of rate, state and weighted error; and 1 where one of
 * them is not finite. They are the same whoever compares what first: the dynamics have the same bits on any
 * number of ranks. */
enum { RATE, SIZE, ERROR, LOST, N_EXTENTS };

epx_err epx_distributed_create_runge_kutta(epx_distributed *d) {
  const epx_nodes *nodes = d->nodes;
  const size_t n_components = (size_t)nodes->n_components;
  EPX_TRY(EPX_ARRAY(d->dynamics.runge_kutta, 1));
  epx_runge_kutta *rk = d->dynamics.runge_kutta;
  for (int stage = 0; stage < N_STAGES; stage++) {
    EPX_TRY(EPX_ARRAY(rk->state[stage], (size_t)(nodes->n_local + nodes->n_ghosts) * n_components));
    EPX_TRY(EPX_ARRAY(rk->k[stage], (size_t)nodes->n_local * n_components));
    if (!nodes->messages.sends_states) EPX_TRY(EPX_ARRAY(rk->sent[stage], nodes->messages.n_sent));
  }
  return epx_order_create(nodes, N_STAGES - 1, &rk->order);
}

void epx_distributed_destroy_runge_kutta(epx_distributed *d) {
  epx_runge_kutta *rk = d->dynamics.runge_kutta;
  if (!rk) return;
  for (int stage = 0; stage < N_STAGES; stage++) {
    epx_array_destroy(&rk->state[stage]);
    epx_array_destroy(&rk->k[stage]);
    epx_array_destroy(&rk->sent[stage]);
  }
  epx_order_destroy(&rk->order);
  epx_array_destroy(&d->dynamics.runge_kutta);
}

/** Lays the start of the dynamics, and what clamped inputs send in every stage. */
static PetscErrorCode load(const epx_distributed *d) {
  const epx_nodes *nodes = d->nodes;
  const epx_runge_kutta *rk = d->dynamics.runge_kutta;
  for (int stage = 0; stage < N_STAGES && !nodes->messages.sends_states; stage++)
    memcpy(rk->sent[stage], nodes->messages.sent, nodes->messages.n_sent * sizeof **rk->sent);
  PetscCall(epx_distributed_get_vector(d, d->state, rk->state[0]));
  return epx_distributed_get_vector(d, d->field, rk->k[0]);
}

/** Forms a stage's state of a part, and what its nodes send. */
static void form(const epx_distributed *d, int stage, double h, size_t first, size_t size) {
  const epx_nodes *nodes = d->nodes;
  const epx_runge_kutta *rk = d->dynamics.runge_kutta;
  const size_t n = (size_t)nodes->n_components, at = first * n;
  const double *const k[] = {rk->k[0] + at, rk->k[1] + at, rk->k[2] + at};
  EPX_KERNEL_CALL(epx_pair_form)(size * n, h, weights[stage], rk->state[0] + at, k, rk->state[stage] + at);
  if (!nodes->messages.sends_states)
    epx_nodes_lay_sent(nodes, first, size, rk->state[stage], rk->sent[stage]);
}

static PetscErrorCode exchange(const epx_distributed *d, int stage) {
  const epx_nodes *nodes = d->nodes;
  return nodes->messages.sends_states
             ? epx_nodes_exchange_states(nodes, d->dynamics.runge_kutta->state[stage])
             : epx_nodes_exchange(nodes, d->dynamics.runge_kutta->sent[stage]);
}

/** Evaluates a stage's rate of a part; that of the last one extends what is known of this rank. */
static void eval(const epx_distributed *d, int stage, size_t first, size_t size, double *extents) {
  const epx_runge_kutta *rk = d->dynamics.runge_kutta;
  const size_t n = (size_t)d->nodes->n_components, at = first * n;
  if (d->nodes->messages.sends_states) {
    epx_nodes_eval_part_of_states(d->nodes, first, size, rk->state[stage], rk->k[stage]);
  } else {
    epx_nodes_eval_part(d->nodes, first, size, rk->sent[stage], rk->state[stage], rk->k[stage]);
  }
  if (stage < N_STAGES - 1) return;
  const double *const k[] = {rk->k[0] + at, rk->k[1] + at, rk->k[2] + at, rk->k[3] + at};
  double rtol, atol;
  epx_distributed_get_tolerances(d, &rtol, &atol);
  EPX_KERNEL_CALL(epx_pair_extend)
  (n, size, rtol, atol, errors, rk->state[0] + at, rk->state[stage] + at, k, extents);
}

/** Does the stages of a step of length h, part by part. */
static PetscErrorCode eval_stages(const epx_distributed *d, double h, double *extents) {
  const epx_order *order = &d->dynamics.runge_kutta->order;
  for (size_t i = 0; i < order->n_tasks; i++) {
    const epx_order_task task = order->tasks[i];
    const size_t first = (size_t)task.part * (size_t)d->nodes->cache.part_length;
    if (task.kind == EPX_ORDER_EXCHANGE) {
      PetscCall(exchange(d, task.stage));
    } else if (task.kind == EPX_ORDER_FORM) {
      form(d, task.stage, h, first, epx_nodes_get_part_size(d->nodes, first));
    } else {
      eval(d, task.stage, first, epx_nodes_get_part_size(d->nodes, first), extents);
    }
  }
  return 0;
}

/** Tries a step of length h. *error: its error over the one that is allowed, NaN where it left the numbers.
 */
static PetscErrorCode attempt(epx_distributed *d, double h, double *extents, double *error) {
  memset(extents, 0, N_EXTENTS * sizeof *extents);
  PetscCall(eval_stages(d, h, extents));
  d->counts.field_evaluations += N_STAGES - 1;
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, extents, N_EXTENTS, MPI_DOUBLE, MPI_MAX, d->nodes->communicator));
  *error = extents[LOST] > 0 ? NAN : h * extents[ERROR] / epx_distributed_get_scale(d, h);
  return 0;
}

static void swap(double *arrays[N_STAGES]) {
  double *const first = arrays[0];
  arrays[0] = arrays[N_STAGES - 1];
  arrays[N_STAGES - 1] = first;
}

/** Makes the end of a step the start of the next. */
static void accept(epx_distributed *d, const double *extents) {
  swap(d->dynamics.runge_kutta->state);
  swap(d->dynamics.runge_kutta->k);
  d->residual = extents[RATE];
  d->size = extents[SIZE];
}

/** Takes one step. *step: in, the length to try first; out, that of the next. *taken: its own length, 0 where
 * no length did. */
static PetscErrorCode take_step(epx_distributed *d, double *step, double *taken) {
  const double least = LEAST_STEP * fmax(d->size, d->dynamics.way) / d->residual;
  double error = NAN, extents[N_EXTENTS];
  int n_failures = 0;
  for (*taken = 0; *step > least && *taken == 0;) {
    const double h = *step;
    PetscCall(attempt(d, h, extents, &error));
    if (error <= 1) {
      *taken = h;
      accept(d, extents);
    } else {
      n_failures++;
    }
    const double safety = *taken == 0 && n_failures > 1 ? SAFETY_AFTER_FAILURES : SAFETY;
    const double change = isfinite(error) ? safety * pow(error, -1.0 / 3) : 0;
    *step *= fmin(fmax(change, LEAST_CHANGE), MOST_CHANGE);
  }
  return 0;
}

PetscErrorCode epx_distributed_integrate(epx_distributed *d, bool *lost) {
  const epx_runge_kutta *rk = d->dynamics.runge_kutta;
  const double max_time = d->options.max_time - d->dynamics.elapsed;
  double time = 0, step = epx_distributed_get_first_step(d), taken = 0;
  bool done = false;
  PetscCall(load(d));
  *lost = false;
  while (!done && !*lost && time < max_time) {
    PetscCall(take_step(d, &step, &taken));
    *lost = taken == 0;
    time += taken;
    d->dynamics.last_step = step;
    if (!*lost) PetscCall(epx_distributed_look(d, rk->state[0], rk->k[0], time, taken, &done));
  }
  d->dynamics.elapsed += time;
  return epx_distributed_set_vector(d, rk->state[0], d->state);
}
