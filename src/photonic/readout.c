/** @file
 * Readout: row by row of the output nodes. Every readout is r = scale g(s0, s1) with g one of
 *   s0 (of a phase its remainder in -pi ... pi)     sin s0     cos s0     |gain a + through|^2     Re (gain a + through)     the family's sigma(s0)
 * where gain = 1 and through = 0 but for what leaves a port. A balanced pair adds the second of its nodes
 * with the other sign.
 */
#include "photonic/readout.h"

#include <math.h>
#include <string.h>

#include "photonic/device/constant.h"

int epx_readout_get_output(const epx_network *network, int i_probe) {
  return network->readout == EPX_READ_BALANCED ? i_probe / 2 : i_probe;
}

double epx_readout_get_period(const epx_network *network) {
  return network->readout == EPX_READ_PHASE ? 2 * EPX_PI * fabs(network->readout_scale) : 0;
}

/** What an output node's lanes from `lane` on show: a_out = gain a + through. */
typedef struct {
  double *gain, *re, *im; /* [width]; NULL: gain 1, nothing comes through */
} port;

/** Gets the first state row of probe k: the family's components follow it. */
static size_t get_row(const epx_network *network, int k) {
  return (size_t)network->row_of_node[network->output_nodes[k]] * (size_t)network->family->components;
}

static bool is_intensity(const epx_network *network) {
  return network->readout == EPX_READ_INTENSITY || network->readout == EPX_READ_PORT_INTENSITY ||
         network->readout == EPX_READ_BALANCED;
}

/** Gets the scale of probe k, with the sign it has in its output. */
static double get_scale(const epx_network *network, int k) {
  const bool minus = network->readout == EPX_READ_BALANCED && k % 2 != 0;
  return minus ? -network->readout_scale : network->readout_scale;
}

static bool is_port(const epx_network *network) {
  return network->readout == EPX_READ_PORT_INTENSITY || network->readout == EPX_READ_PORT_QUADRATURE;
}

/** Opens the port of probe k, evaluated into scratch. */
static port open_port(const epx_lanes *lanes, int k, int lane, int width) {
  const epx_network *network = lanes->network;
  double *room = lanes->scratch;
  if (!is_port(network)) return (port){0};
  network->family->eval_port(lanes, network->output_nodes[k], lane, width, room, room + width);
  return (port){room, room + width, room + 2 * width};
}

static double get_gain(const port *p, size_t w) {
  return p->gain ? p->gain[w] : 1;
}

/** Gets Re a_out or, of the second component, Im a_out. */
static double get_out(const port *p, size_t w, int component, double s) {
  if (!p->gain) return s;
  return p->gain[w] * s + (component == 0 ? p->re : p->im)[w];
}

void epx_readout_eval(const epx_lanes *lanes, const double *y, double *r) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  for (int k = 0; k < network->n_probes; k++) {
    const double scale = get_scale(network, k), *first = y + get_row(network, k) * n, *second = first + n;
    const bool second_of_pair = network->readout == EPX_READ_BALANCED && k % 2 != 0;
    const port p = open_port(lanes, k, 0, lanes->n_lanes);
    double *out = r + (size_t)epx_readout_get_output(network, k) * n;
    for (size_t lane = 0; lane < n; lane++) {
      const double re = get_out(&p, lane, 0, first[lane]);
      if (is_intensity(network)) {
        const double im = get_out(&p, lane, 1, second[lane]);
        out[lane] = scale * (re * re + im * im) + (second_of_pair ? out[lane] : 0);
      } else if (network->readout == EPX_READ_SINE) {
        out[lane] = scale * sin(re);
      } else if (network->readout == EPX_READ_COSINE) {
        out[lane] = scale * cos(re);
      } else if (network->readout == EPX_READ_EMISSION) {
        network->family->eval_emission(lanes, y, network->output_nodes[k], (int)lane, 1, out + lane, NULL,
                                       NULL);
        out[lane] *= scale;
      } else if (network->readout == EPX_READ_PHASE) { /* no detector counts turns */
        out[lane] = scale * remainder(re, 2 * EPX_PI);
      } else { /* quadrature, amplitude: the first component itself */
        out[lane] = scale * re;
      }
    }
  }
}

void epx_readout_eval_cost_slope(const epx_lanes *lanes, const double *y, const double *g, double *c) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  memset(c, 0, (size_t)network->n_state * n * sizeof *c);
  for (int k = 0; k < network->n_probes; k++) {
    const size_t row = get_row(network, k) * n;
    const double scale = get_scale(network, k), *slope = g + (size_t)epx_readout_get_output(network, k) * n;
    const port p = open_port(lanes, k, 0, lanes->n_lanes);
    for (size_t lane = 0; lane < n; lane++) {
      const size_t at = row + lane;
      const double pull = scale * slope[lane] * get_gain(&p, lane);
      if (is_intensity(network)) {
        c[at] = 2 * pull * get_out(&p, lane, 0, y[at]);
        c[at + n] = 2 * pull * get_out(&p, lane, 1, y[at + n]);
      } else if (network->readout == EPX_READ_SINE) {
        c[at] = pull * cos(y[at]);
      } else if (network->readout == EPX_READ_COSINE) {
        c[at] = -pull * sin(y[at]);
      } else if (network->readout == EPX_READ_EMISSION) {
        double value, own;
        network->family->eval_emission(lanes, y, network->output_nodes[k], (int)lane, 1, &value, &own, NULL);
        c[at] = pull * own;
      } else {
        c[at] = pull;
      }
    }
  }
}

void epx_readout_add_port_gradient(const epx_lanes *lanes, const double *y, const double *g,
                                   const double *weight, double *gradient) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  const int bias = epx_family_get_parameter(network->family, "bias");
  double *row = lanes->scratch + 4 * n; /* behind the port's own */
  if (!is_port(network) || !network->family->eval_port_slope || bias < 0) return;
  for (int k = 0; k < network->n_probes; k++) {
    const double scale = get_scale(network, k), *first = y + get_row(network, k) * n;
    const double *slope = g + (size_t)epx_readout_get_output(network, k) * n;
    const port p = open_port(lanes, k, 0, lanes->n_lanes);
    network->family->eval_port_slope(lanes, network->output_nodes[k], 0, lanes->n_lanes, row);
    for (size_t lane = 0; lane < n; lane++)
      row[lane] *= scale * slope[lane] * (is_intensity(network) ? 2 * get_out(&p, lane, 0, first[lane]) : 1);
    epx_lanes_add_node_gradient(lanes, bias, network->output_nodes[k], weight, row, gradient);
  }
}

void epx_readout_eval_derivatives(const epx_lanes *lanes, const double *y, int lane, double *slope,
                                  double *curvature) {
  const epx_network *network = lanes->network;
  const int components = network->family->components;
  for (int k = 0; k < network->n_probes; k++) {
    const double scale = get_scale(network, k);
    const double *own = y + get_row(network, k) * (size_t)lanes->n_lanes + lane;
    const port p = open_port(lanes, k, lane, 1);
    const double gain = get_gain(&p, 0);
    for (int c = 0; c < components; c++) {
      double *first = slope + k * components + c, *second = curvature + k * components + c;
      *first = c == 0 ? scale * gain : 0;
      *second = 0;
      if (is_intensity(network) && c < 2) {
        *first = 2 * scale * gain * get_out(&p, 0, c, own[(size_t)c * (size_t)lanes->n_lanes]);
        *second = 2 * scale * gain * gain;
      } else if (network->readout == EPX_READ_SINE && c == 0) {
        *first = scale * cos(own[0]);
        *second = -scale * sin(own[0]);
      } else if (network->readout == EPX_READ_COSINE && c == 0) {
        *first = -scale * sin(own[0]);
        *second = -scale * cos(own[0]);
      } else if (network->readout == EPX_READ_EMISSION && c == 0) {
        double value;
        network->family->eval_emission(lanes, y, network->output_nodes[k], lane, 1, &value, first, second);
        *first *= scale;
        *second *= scale;
      }
    }
  }
}
