/** @file
 * Response: a drive sigma e^(-i nu t) of an amplitude x + i p is that of x by the phasor sigma and of p by -i sigma, real
 * parts taken; the answer at the same frequency is half of X + i P of the answer's phasors.
 */
#include "study/simulation/response.h"

#include <gsl/gsl_complex_math.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "photonic/families/interferometers/fidelity.h"

typedef struct {
  const epx_lanes *lanes;
  size_t n_state, components;
  double *y, *jacobian, *gain; /* [n_state][n_lanes], [n_state][n_state], [n_ports] */
  gsl_matrix_complex *system;
  gsl_vector_complex *drive, *answer;
  gsl_permutation *order;
} workspace;

static void destroy_workspace(workspace *w) {
  epx_array_destroy(&w->y);
  epx_array_destroy(&w->jacobian);
  epx_array_destroy(&w->gain);
  if (w->system) gsl_matrix_complex_free(w->system);
  if (w->drive) gsl_vector_complex_free(w->drive);
  if (w->answer) gsl_vector_complex_free(w->answer);
  if (w->order) gsl_permutation_free(w->order);
}

static epx_err create_workspace(const epx_lanes *lanes, const double *state, workspace *w) {
  const size_t n = (size_t)lanes->network->n_state, n_lanes = (size_t)lanes->n_lanes;
  *w = (workspace){.lanes = lanes, .n_state = n, .components = (size_t)lanes->network->family->components};
  EPX_TRY(EPX_ARRAY(w->y, n * n_lanes));
  EPX_TRY(EPX_ARRAY(w->jacobian, n * n));
  EPX_TRY(EPX_ARRAY(w->gain, (size_t)lanes->network->n_nodes));
  w->system = gsl_matrix_complex_alloc(n, n);
  w->drive = gsl_vector_complex_calloc(n);
  w->answer = gsl_vector_complex_alloc(n);
  w->order = gsl_permutation_alloc(n);
  if (!w->system || !w->drive || !w->answer || !w->order)
    return EPX_RAISE(EPX_EMEMORY, "no memory for the response of %zu states", n);
  for (size_t i = 0; i < n; i++)
    for (size_t lane = 0; lane < n_lanes; lane++)
      w->y[i * n_lanes + lane] = state[i];
  lanes->network->family->eval_jacobian(lanes, w->y, 0, 1, w->jacobian);
  return EPX_OK;
}

static epx_err factorise(workspace *w, double offset) {
  int sign;
  for (size_t i = 0; i < w->n_state; i++)
    for (size_t j = 0; j < w->n_state; j++)
      gsl_matrix_complex_set(w->system, i, j,
                             gsl_complex_rect(-w->jacobian[i * w->n_state + j], i == j ? -offset : 0));
  if (gsl_linalg_complex_LU_decomp(w->system, w->order, &sign) == GSL_SUCCESS) return EPX_OK;
  return EPX_RAISE(EPX_ESOLVER, "no linear response at an offset of %g", offset);
}

/* A column of S: light into port j. */
static epx_err solve_column(workspace *w, const epx_response *r, int j, double *s) {
  const size_t in = (size_t)r->node[j] * w->components;
  gsl_vector_complex_set_zero(w->drive);
  gsl_vector_complex_set(w->drive, in, gsl_complex_rect(1, 0));
  gsl_vector_complex_set(w->drive, in + 1, gsl_complex_rect(0, -1));
  if (gsl_linalg_complex_LU_solve(w->system, w->order, w->drive, w->answer) != GSL_SUCCESS)
    return EPX_RAISE(EPX_ESOLVER, "the network has no linear response: it is at the edge of stability");
  for (int k = 0; k < r->n_ports; k++) {
    const size_t out = (size_t)r->node[k] * w->components;
    const gsl_complex x = gsl_vector_complex_get(w->answer, out),
                      p = gsl_vector_complex_get(w->answer, out + 1);
    const double share = w->gain[k] * w->gain[j] / 2;
    double *entry = s + 2 * ((size_t)k * (size_t)r->n_ports + (size_t)j);
    entry[0] = (k == j) - share * (GSL_REAL(x) - GSL_IMAG(p));
    entry[1] = -share * (GSL_IMAG(x) + GSL_REAL(p));
  }
  return EPX_OK;
}

static epx_err solve_all(workspace *w, epx_response *r) {
  const size_t size = 2 * (size_t)r->n_ports * (size_t)r->n_ports;
  for (int k = 0; k < r->n_offsets; k++) {
    EPX_TRY(factorise(w, r->offset[k]));
    for (int j = 0; j < r->n_ports; j++)
      EPX_TRY(solve_column(w, r, j, r->s + (size_t)k * size));
  }
  return EPX_OK;
}

/* Ports and offsets of a response of n_ports. */
static epx_err create(int n_ports, int n_offsets, double from, double to, epx_response **out) {
  epx_response *r;
  const size_t size = 2 * (size_t)n_ports * (size_t)n_ports;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(r, 1));
  r->n_ports = n_ports;
  r->n_offsets = n_offsets;
  int code = EPX_ARRAY(r->node, (size_t)n_ports);
  if (code == EPX_OK) code = EPX_ARRAY(r->offset, (size_t)n_offsets);
  if (code == EPX_OK) code = EPX_ARRAY(r->s, (size_t)n_offsets * size);
  if (code != EPX_OK) epx_response_destroy(&r);
  EPX_TRY(code);
  for (int k = 0; k < n_offsets; k++)
    r->offset[k] = n_offsets > 1 ? from + (to - from) * k / (n_offsets - 1) : from;
  *out = r;
  return EPX_OK;
}

static epx_err create_mesh(const epx_lanes *lanes, int n_offsets, double from, double to,
                           epx_response **out) {
  const size_t n = (size_t)lanes->network->n_nodes, ports = 2 * n;
  double *transfer;
  EPX_TRY(EPX_ARRAY(transfer, 2 * n * n));
  const int code = create(2 * lanes->network->n_nodes, n_offsets, from, to, out);
  if (code == EPX_OK) epx_fidelity_eval_transfer(lanes, transfer);
  for (size_t k = 0; code == EPX_OK && k < (size_t)n_offsets; k++)
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) {
        double *s = (*out)->s + 2 * k * ports * ports;
        memcpy(s + 2 * ((n + i) * ports + j), transfer + 2 * (i * n + j), 2 * sizeof *s);
        memcpy(s + 2 * (j * ports + n + i), transfer + 2 * (i * n + j), 2 * sizeof *s);
      }
  for (size_t i = 0; code == EPX_OK && i < ports; i++)
    (*out)->node[i] = (int)(i % n);
  epx_array_destroy(&transfer);
  return code;
}

static epx_err create_rings(workspace *w, int n_offsets, double from, double to, epx_response **out) {
  const epx_network *network = w->lanes->network;
  int n_ports = 0, *nodes;
  EPX_TRY(EPX_ARRAY(nodes, (size_t)network->n_nodes));
  for (int i = 0; i < network->n_nodes; i++) {
    double gain, through[2];
    network->family->eval_port(w->lanes, i, 0, 1, &gain, through);
    if (!(gain > 0)) continue;
    w->gain[n_ports] = gain;
    nodes[n_ports++] = i;
  }
  int code = n_ports > 0 ? create(n_ports, n_offsets, from, to, out)
                         : EPX_RAISE(EPX_EINPUT, "no node has a port: give some a coupling_loss above 0");
  if (code == EPX_OK) memcpy((*out)->node, nodes, (size_t)n_ports * sizeof *nodes);
  if (code == EPX_OK) code = solve_all(w, *out);
  epx_array_destroy(&nodes);
  return code;
}

epx_err epx_response_create(const epx_simulation *simulation, const double *state, int n_offsets, double from,
                            double to, epx_response **out) {
  const epx_lanes *lanes = epx_simulation_get_lanes(simulation);
  const epx_family *family = lanes->network->family;
  workspace w;
  *out = NULL;
  if (epx_fidelity_is_known(family)) return create_mesh(lanes, n_offsets, from, to, out);
  if (!family->eval_port)
    return EPX_RAISE(EPX_EINPUT, "family %s has no ports; kerr, silicon-ring and the meshes have",
                     family->name);
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  int code = create_workspace(lanes, state, &w);
  if (code == EPX_OK) code = create_rings(&w, n_offsets, from, to, out);
  destroy_workspace(&w);
  gsl_set_error_handler(handler);
  if (code != EPX_OK) epx_response_destroy(out);
  return code;
}

void epx_response_destroy(epx_response **address) {
  epx_response *r = *address;
  if (!r) return;
  epx_array_destroy(&r->node);
  epx_array_destroy(&r->offset);
  epx_array_destroy(&r->s);
  epx_array_destroy(address);
}
