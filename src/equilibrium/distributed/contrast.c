/** @file
 * What learning takes from a distributed network: the states of its outputs, and gradients by parameter. A
 * node's come from the family, for lanes of one node; a link's from what its ends send and hear,
 *
 *   v' dG/dJ_ij = u_i . x_j + u_j . x_i,   u = (dG/dinput)' v = (dF/dinput)' Q^-T v,   Q^-T = Q.
 */
#include <math.h>
#include <string.h>

#include "equilibrium/distributed/private.h"

epx_err epx_distributed_eval_outputs(const epx_distributed *d, const double *state, double *outputs) {
  const epx_nodes *nodes = d->nodes;
  const size_t n = (size_t)nodes->n_components, n_outputs = (size_t)nodes->network->n_outputs;
  memset(outputs, 0, n_outputs * n * sizeof *outputs);
  for (size_t k = 0; k < n_outputs; k++) {
    if (nodes->output_row[k] < 0) continue;
    memcpy(outputs + k * n, state + (size_t)nodes->output_row[k] * n, n * sizeof *outputs);
  }
  if (MPI_Allreduce(MPI_IN_PLACE, outputs, (int)(n_outputs * n), MPI_DOUBLE, MPI_SUM, nodes->communicator) !=
      MPI_SUCCESS) {
    return EPX_RAISE(EPX_EMPI, "the outputs of a distributed network cannot be gathered");
  }
  return EPX_OK;
}

void epx_distributed_eval_drive(const epx_distributed *d, double *drive) {
  const epx_nodes *nodes = d->nodes;
  const size_t n_rows = (size_t)nodes->n_rows, n_lanes = (size_t)nodes->lanes->n_lanes;
  for (size_t r = 0; r < (size_t)nodes->n_local; r++) {
    for (size_t c = 0; c < n_rows; c++)
      drive[r * n_rows + c] = nodes->base[c * n_lanes + r];
  }
}

epx_err epx_distributed_eval_power(epx_distributed *d, double *power) {
  const epx_nodes *nodes = d->nodes;
  const epx_family *family = nodes->network->family;
  *power = NAN;
  if (!family->eval_power) return EPX_OK;
  memcpy(nodes->lanes->input, nodes->base,
         (size_t)nodes->n_rows * (size_t)nodes->lanes->n_lanes * sizeof *nodes->base);
  family->eval_power(nodes->lanes, nodes->y, nodes->weight);
  *power = 0;
  for (int r = 0; r < nodes->n_local; r++)
    *power += nodes->weight[r];
  if (MPI_Allreduce(MPI_IN_PLACE, power, 1, MPI_DOUBLE, MPI_SUM, nodes->communicator) != MPI_SUCCESS)
    return EPX_RAISE(EPX_EMPI, "the power that drives a distributed network cannot be summed");
  return EPX_OK;
}

void epx_distributed_add_to_outputs(const epx_distributed *d, const double *force, double *f) {
  const epx_nodes *nodes = d->nodes;
  const size_t n = (size_t)nodes->n_components;
  for (size_t k = 0; k < (size_t)nodes->network->n_outputs; k++) {
    if (nodes->output_row[k] < 0) continue;
    for (size_t c = 0; c < n; c++)
      f[(size_t)nodes->output_row[k] * n + c] += force[k * n + c];
  }
}

/** Adds the owned nodes' gradients, as the family evaluated them, to the network's. */
static void add_nodes(const epx_nodes *nodes, double *gradient) {
  const epx_network *network = nodes->network, *single = nodes->single;
  for (int p = 0; p < network->family->n_parameters; p++) {
    if (network->family->parameters[p].site == EPX_SITE_LINK) continue;
    for (int r = 0; r < nodes->n_local; r++) {
      gradient[network->offset[p] + (size_t)network->free_nodes[nodes->first + r]] +=
          nodes->gradient[(size_t)r * single->n_theta + single->offset[p]];
    }
  }
}

epx_err epx_distributed_eval_antisymmetric(epx_distributed *d, const double *state, const double *v,
                                           double *out) {
  epx_nodes *nodes = d->nodes;
  const size_t n = (size_t)nodes->n_components, n_lanes = (size_t)nodes->lanes->n_lanes;
  double *bent = nodes->work;
  EPX_PETSC(epx_nodes_set_state(nodes, state));
  epx_nodes_lay(nodes, v, nodes->f);
  nodes->network->family->eval_antisymmetric(nodes->lanes, nodes->y, nodes->f, bent);
  for (size_t r = 0; r < (size_t)nodes->n_local; r++) {
    for (size_t c = 0; c < n; c++)
      out[r * n + c] = bent[c * n_lanes + r];
  }
  return EPX_OK;
}

/** Sets weights and an empty gradient of the nodes. */
static void clear(epx_nodes *nodes, double weight) {
  for (int lane = 0; lane < nodes->lanes->n_lanes; lane++)
    nodes->weight[lane] = weight;
  memset(nodes->gradient, 0, (size_t)nodes->n_local * nodes->single->n_theta * sizeof *nodes->gradient);
}

/** Tells whether this row, of the two ends of its entry k, is the one that counts the link. */
static bool counts(const epx_nodes *nodes, int r, int k) {
  const int other = epx_nodes_get_row(nodes, nodes->links.column[k]);
  return other < 0 || other > nodes->first + r;
}

static double eval_dot(int n, const double *a, const double *b) {
  double sum = 0;
  for (int c = 0; c < n; c++)
    sum += a[c] * b[c];
  return sum;
}

/** Fills nodes->messages.heard with u of owned rows and ghosts; clamped nodes hear nothing. Collective. */
static PetscErrorCode hear(epx_nodes *nodes, const double *state, const double *v) {
  const epx_link_law *law = nodes->network->family->link_law;
  const int n = nodes->n_components, n_rows = nodes->n_rows;
  double *ghosts = nodes->messages.heard + (size_t)nodes->n_local * (size_t)n_rows;
  for (int r = 0; r < nodes->n_local; r++) {
    double slope[EPX_LINK_MAX_ROWS * EPX_LINK_MAX_ROWS], turned[EPX_LINK_MAX_ROWS];
    double *u = nodes->messages.heard + (size_t)r * (size_t)n_rows;
    law->eval_reception(state + (size_t)r * (size_t)n, slope);
    epx_nodes_turn(nodes, v + (size_t)r * (size_t)n, turned);
    for (int c = 0; c < n_rows; c++) {
      u[c] = 0;
      for (int i = 0; i < n; i++)
        u[c] += slope[i * n_rows + c] * turned[i];
    }
  }
  PetscCall(PetscSFBcastBegin(nodes->messages.exchange, nodes->messages.sent_type, nodes->messages.heard,
                              ghosts, MPI_REPLACE));
  PetscCall(PetscSFBcastEnd(nodes->messages.exchange, nodes->messages.sent_type, nodes->messages.heard,
                            ghosts, MPI_REPLACE));
  return 0;
}

epx_err epx_distributed_add_force_gradient(epx_distributed *d, const double *state, const double *v,
                                           double weight, double *gradient) {
  epx_nodes *nodes = d->nodes;
  const epx_network *network = nodes->network;
  const int n_rows = nodes->n_rows;
  double *links = gradient + network->offset[network->coupling];
  EPX_PETSC(epx_nodes_set_state(nodes, state));
  EPX_PETSC(hear(nodes, state, v));
  clear(nodes, weight);
  epx_nodes_lay(nodes, v, nodes->f);
  network->family->add_force_gradient(nodes->lanes, nodes->y, nodes->f, nodes->weight, nodes->gradient);
  add_nodes(nodes, gradient);
  for (int r = 0; r < nodes->n_local; r++) {
    const double *u_i = nodes->messages.heard + (size_t)r * (size_t)n_rows,
                 *x_i = nodes->messages.sent + (size_t)r * (size_t)n_rows;
    for (int k = nodes->links.start[r]; k < nodes->links.start[r + 1]; k++) {
      if (!counts(nodes, r, k)) continue;
      const size_t j = (size_t)nodes->links.column[k] * (size_t)n_rows;
      links[nodes->links.link[k]] += weight * (eval_dot(n_rows, u_i, nodes->messages.sent + j) +
                                               eval_dot(n_rows, nodes->messages.heard + j, x_i));
    }
  }
  return EPX_OK;
}

epx_err epx_distributed_add_energy_gradient(epx_distributed *d, const double *state, double weight,
                                            double *gradient) {
  epx_nodes *nodes = d->nodes;
  const epx_network *network = nodes->network;
  const int n_rows = nodes->n_rows;
  double *links = gradient + network->offset[network->coupling];
  EPX_PETSC(epx_nodes_set_state(nodes, state));
  clear(nodes, weight);
  network->family->add_energy_gradient(nodes->lanes, nodes->y, nodes->weight, nodes->gradient);
  add_nodes(nodes, gradient);
  const double share = weight * network->family->link_law->energy;
  for (int r = 0; r < nodes->n_local; r++) {
    const double *x_i = nodes->messages.sent + (size_t)r * (size_t)n_rows;
    for (int k = nodes->links.start[r]; k < nodes->links.start[r + 1]; k++) {
      if (!counts(nodes, r, k)) continue;
      links[nodes->links.link[k]] +=
          share *
          eval_dot(n_rows, x_i, nodes->messages.sent + (size_t)nodes->links.column[k] * (size_t)n_rows);
    }
  }
  return EPX_OK;
}

epx_err epx_distributed_merge_gradient(const epx_distributed *d, double *gradient) {
  const size_t n = d->nodes->network->n_theta, piece = 1 << 28;
  for (size_t at = 0; at < n; at += piece) {
    const int count = (int)(n - at < piece ? n - at : piece);
    if (MPI_Allreduce(MPI_IN_PLACE, gradient + at, count, MPI_DOUBLE, MPI_SUM, d->nodes->communicator) !=
        MPI_SUCCESS) {
      return EPX_RAISE(EPX_EMPI, "the gradient of a distributed network cannot be summed");
    }
  }
  return EPX_OK;
}

epx_err epx_distributed_merge_codes(const epx_distributed *d, int code) {
  int least = code;
  if (MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_INT, MPI_MIN, d->nodes->communicator) != MPI_SUCCESS)
    return EPX_RAISE(EPX_EMPI, "the ranks of a distributed network cannot tell each other of errors");
  if (least < 0 && code >= 0)
    return EPX_RAISE(least, "another rank of the network: %s", epx_error_get_text(least));
  return least;
}
