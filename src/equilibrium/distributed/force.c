/** @file
 * What moves a distributed network: its field and the nudge's force, of states as PETSc's vectors.
 */
#include <string.h>

#include "equilibrium/distributed/private.h"

/** Adds -Q (M - M')(s - origin). The nodes' arrays of lanes are overwritten. Collective. */
static PetscErrorCode add_reversal(epx_distributed *d, const double *state, double *f) {
  const epx_nodes *nodes = d->nodes;
  const double *origin = d->nudge->origin;
  const size_t n = (size_t)nodes->n_components, n_lanes = (size_t)nodes->lanes->n_lanes;
  double *deviation = nodes->work, *bent = nodes->work + n * n_lanes;
  PetscCall(epx_nodes_set_state(d->nodes, state));
  memset(deviation, 0, n * n_lanes * sizeof *deviation);
  for (size_t r = 0; r < (size_t)nodes->n_local; r++) {
    for (size_t c = 0; c < n; c++)
      deviation[c * n_lanes + r] = state[r * n + c] - origin[r * n + c];
  }
  epx_nodes_lay(nodes, origin, nodes->y);
  nodes->network->family->eval_antisymmetric(nodes->lanes, nodes->y, deviation, bent);
  for (size_t r = 0; r < (size_t)nodes->n_local; r++) {
    double own[EPX_LINK_MAX_ROWS], turned[EPX_LINK_MAX_ROWS];
    for (size_t c = 0; c < n; c++)
      own[c] = bent[c * n_lanes + r];
    epx_nodes_turn(nodes, own, turned);
    for (size_t c = 0; c < n; c++)
      f[r * n + c] -= turned[c];
  }
  return 0;
}

PetscErrorCode epx_distributed_eval_field(epx_distributed *d, Vec state, Vec field) {
  const double *s;
  double *f;
  PetscCall(VecGetArrayRead(state, &s));
  PetscCall(VecGetArrayWrite(field, &f));
  PetscCall(epx_nodes_eval_field(d->nodes, s, f));
  d->counts.field_evaluations++;
  if (d->nudge) {
    if (d->nudge->origin && d->linear.antisymmetric) PetscCall(add_reversal(d, s, f));
    if (epx_distributed_eval_outputs(d, s, d->outputs) != EPX_OK) return PETSC_ERR_LIB;
    d->nudge->eval_force(d->nudge->context, d->outputs, d->force);
    epx_distributed_add_to_outputs(d, d->force, f);
  }
  PetscCall(VecRestoreArrayRead(state, &s));
  PetscCall(VecRestoreArrayWrite(field, &f));
  return 0;
}

PetscErrorCode epx_distributed_set_vector(const epx_distributed *d, const double *from, Vec vector) {
  double *to;
  PetscCall(VecGetArrayWrite(vector, &to));
  memcpy(to, from, (size_t)d->nodes->n_local * (size_t)d->nodes->n_components * sizeof *to);
  return VecRestoreArrayWrite(vector, &to);
}

PetscErrorCode epx_distributed_get_vector(const epx_distributed *d, Vec vector, double *to) {
  const double *from;
  PetscCall(VecGetArrayRead(vector, &from));
  memcpy(to, from, (size_t)d->nodes->n_local * (size_t)d->nodes->n_components * sizeof *to);
  return VecRestoreArrayRead(vector, &from);
}
