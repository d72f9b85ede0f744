#include "equilibrium/nudge/force.h"

#include "equilibrium/nudge/frame.h"
#include "photonic/readout.h"

void epx_nudge_force_add(const epx_nudge_force *force, const epx_lanes *lanes, const epx_phase *phase,
                         const double *y, double *f) {
  epx_readout_eval(lanes, y, force->readout);
  phase->eval_slope(phase->context, 0, lanes->n_lanes, force->readout, force->slope);
  epx_readout_eval_cost_slope(lanes, y, force->slope, force->force);
  epx_frame_add(lanes, y, phase->strength, force->force, f);
}

/* d(dC/ds)/ds = (dr/ds)' H dr/ds + sum_o g_o d2r_o/ds2, in the rows and columns of the output nodes. With a
 * mobility, d(P dC/ds)/ds = P times that, and on the diagonal dP/ds dC/ds. */
static void add_lane(const epx_nudge_force *force, const epx_lanes *lanes, const epx_phase *phase,
                     const double *y, int lane, int width, int w, double *jacobian) {
  const epx_network *network = lanes->network;
  const int n_outputs = network->n_outputs, components = network->family->components;
  const int n_read = network->n_probes * components;
  double *hessian = force->room, *slope = hessian + n_outputs * n_outputs;
  double *curvature = slope + n_read;
  phase->eval_curvature(phase->context, lane, lanes->n_lanes, force->readout + lane, hessian);
  epx_readout_eval_derivatives(lanes, y, lane, slope, curvature);
  for (int i = 0; i < n_read; i++) {
    const int o = epx_readout_get_output(network, i / components);
    const int row = components * network->row_of_node[network->output_nodes[i / components]] + i % components;
    const double g = force->slope[(size_t)o * (size_t)lanes->n_lanes + (size_t)lane];
    double P = 1, P_slope = 0;
    if (network->family->eval_mobility) network->family->eval_mobility(lanes, y, row, lane, 1, &P, &P_slope);
    for (int j = 0; j < n_read; j++) {
      const int q = epx_readout_get_output(network, j / components);
      const int column =
          components * network->row_of_node[network->output_nodes[j / components]] + j % components;
      const double a = P * (slope[i] * hessian[o * n_outputs + q] * slope[j]) +
                       (i == j ? P * (g * curvature[i]) + P_slope * (g * slope[i]) : 0);
      epx_frame_add_entry(network->family->frame, network->n_state, width, w, row, column,
                          phase->strength * a, jacobian);
    }
  }
}

void epx_nudge_force_add_jacobian(const epx_nudge_force *force, const epx_lanes *lanes,
                                  const epx_phase *phase, const double *y, int lane, int width,
                                  double *jacobian) {
  epx_readout_eval(lanes, y, force->readout);
  phase->eval_slope(phase->context, 0, lanes->n_lanes, force->readout, force->slope);
  for (int w = 0; w < width; w++)
    add_lane(force, lanes, phase, y, lane + w, width, w, jacobian);
}
