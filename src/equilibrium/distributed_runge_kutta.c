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

enum { N_STAGES = 4, WIDTH = 8 };

/** Of the step that the error would allow, the one that is tried; and after a step that failed. */
#define SAFETY 0.9
#define SAFETY_AFTER_FAILURE 0.45
/** A step's change at most. */
#define LEAST_CHANGE 0.1
#define MOST_CHANGE 10.0
/** A step below this share of the time scale (way over rate) is lost: its error is not a matter of length. */
#define LEAST_STEP 1e-14

struct epx_runge_kutta {
  double *y, *end;     /* [n_local][components]: the step's start; states of the stages, its end last */
  double *k[N_STAGES]; /* likewise: rates */
};

/** Largest components of a part, of a rank, of the network; the error's is weighted. They are the same
 * whoever compares what first: the dynamics have the same bits on any number of ranks. */
typedef struct {
  double residual, size, error;
  double lost; /* 1: something is not finite */
} extents;

epx_err epx_distributed_create_runge_kutta(epx_distributed *d) {
  const size_t n_components = (size_t)d->nodes->n_components;
  const size_t n = (size_t)d->nodes->n_local * n_components;
  EPX_TRY(EPX_ARRAY(d->runge_kutta, 1));
  EPX_TRY(EPX_ARRAY(d->runge_kutta->y, n));
  EPX_TRY(EPX_ARRAY(d->runge_kutta->end, n));
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

/** Forms n numbers of a stage's state. */
static void form(const epx_runge_kutta *rk, int stage, double h, size_t from, size_t n) {
  const double *y = rk->y + from, *k1 = rk->k[0] + from, *k2 = rk->k[1] + from, *k3 = rk->k[2] + from;
  double *end = rk->end + from;
  for (size_t i = 0; stage == 1 && i < n; i++)
    end[i] = y[i] + h / 2 * k1[i];
  for (size_t i = 0; stage == 2 && i < n; i++)
    end[i] = y[i] + 3 * h / 4 * k2[i];
  for (size_t i = 0; stage == 3 && i < n; i++)
    end[i] = y[i] + h / 9 * (2 * k1[i] + 3 * k2[i] + 4 * k3[i]);
}

/** Lets numbers from ... from + n extend what is known: WIDTH maxima side by side. */
static void extend(const epx_distributed *d, double h, size_t from, size_t n, extents *of) {
  const epx_runge_kutta *rk = d->runge_kutta;
  const double rtol = d->options.rtol, atol = d->options.atol;
  const double *y = rk->y + from, *end = rk->end + from;
  const double *k1 = rk->k[0] + from, *k2 = rk->k[1] + from, *k3 = rk->k[2] + from, *k4 = rk->k[3] + from;
  double residual[WIDTH] = {0}, size[WIDTH] = {0}, error[WIDTH] = {0}, lost[WIDTH] = {0};
  for (size_t i = 0; i < n; i += WIDTH) {
    const size_t width = n - i < WIDTH ? n - i : WIDTH;
    for (size_t w = 0, at = i; w < width; w++, at++) {
      const double there = fabs(end[at]), here = fabs(y[at]), larger = there > here ? there : here;
      const double rate = fabs(k4[at]);
      const double off = fabs(5 * k1[at] - 6 * k2[at] - 8 * k3[at] + 9 * k4[at]) / (atol + rtol * larger);
      residual[w] = rate > residual[w] ? rate : residual[w];
      size[w] = there > size[w] ? there : size[w];
      error[w] = off > error[w] ? off : error[w];
      lost[w] += 0 * off + 0 * there; /* NaN once, NaN for good */
    }
  }
  for (size_t w = 0; w < WIDTH; w++) {
    of->residual = fmax(of->residual, residual[w]);
    of->size = fmax(of->size, size[w]);
    of->error = fmax(of->error, h / 72 * error[w]);
    if (lost[w] != 0) of->lost = 1;
  }
}

/** Evaluates a stage's state and its rate; the last one's extents are of this rank. */
static PetscErrorCode eval_stage(epx_distributed *d, int stage, double h, extents *of) {
  epx_nodes *nodes = d->nodes;
  const epx_runge_kutta *rk = d->runge_kutta;
  const size_t n_local = (size_t)nodes->n_local, n = (size_t)nodes->n_components;
  size_t size = 0;
  for (size_t first = 0; first < n_local; first += size) {
    size = epx_nodes_get_part_size(nodes, first);
    form(rk, stage, h, first * n, size * n);
    epx_nodes_lay_sent(nodes, first, size, rk->end);
  }
  PetscCall(epx_nodes_exchange(nodes, nodes->sent));
  for (size_t first = 0; first < n_local; first += size) {
    size = epx_nodes_get_part_size(nodes, first);
    epx_nodes_eval_part(nodes, first, size, rk->end, rk->k[stage]);
    if (stage == N_STAGES - 1) extend(d, h, first * n, size * n, of);
  }
  d->counts.field_evaluations++;
  return 0;
}

/** Tries a step of length h. *error: its error over the one that is allowed, NaN where it left the numbers.
 */
static PetscErrorCode attempt(epx_distributed *d, double h, extents *of, double *error) {
  *of = (extents){0};
  for (int stage = 1; stage < N_STAGES; stage++)
    PetscCall(eval_stage(d, stage, h, of));
  double all[] = {of->residual, of->size, of->error, of->lost};
  PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, all, 4, MPI_DOUBLE, MPI_MAX, d->nodes->communicator));
  *of = (extents){.residual = all[0], .size = all[1], .error = all[2], .lost = all[3]};
  *error = of->lost > 0 ? NAN : of->error / epx_distributed_get_scale(d, h);
  return 0;
}

/** Makes the end of a step the start of the next. */
static void accept(epx_distributed *d, const extents *of) {
  epx_runge_kutta *rk = d->runge_kutta;
  double *const y = rk->y, *const k = rk->k[0];
  rk->y = rk->end;
  rk->end = y;
  rk->k[0] = rk->k[N_STAGES - 1];
  rk->k[N_STAGES - 1] = k;
  d->residual = of->residual;
  d->size = of->size;
}

/** Takes one step. *step: in, the length to try first; out, that of the next. *taken: its own length, 0 where
 * no length did. */
static PetscErrorCode take_step(epx_distributed *d, double *step, double *taken) {
  const double least = LEAST_STEP * (1 + d->size) / d->residual;
  double safety = SAFETY, error = NAN;
  extents of;
  for (*taken = 0; *step > least;) {
    PetscCall(attempt(d, *step, &of, &error));
    const double h = *step, change = isfinite(error) ? safety * pow(error, -1.0 / 3) : 0;
    *step *= fmin(fmax(change, LEAST_CHANGE), MOST_CHANGE);
    if (error <= 1) {
      *taken = h;
      accept(d, &of);
      return 0;
    }
    safety = SAFETY_AFTER_FAILURE;
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
