/** @file
 * Rings of silicon, in which light frees carriers and heats, a = x + i p of each:
 *
 *   da_i/dt = [i shift_i - (loss_i + coupling_loss_i + two_photon_i I_i + carrier_loss_i n_i) / 2] a_i
 *             + i sum_j J_ij a_j + sqrt(coupling_loss_i) s_i,                       I_i = |a_i|^2
 *   dn_i/dt = carrier_generation_i I_i^2 - carrier_decay_i n_i
 *   dT_i/dt = heating_i (absorbed_i loss_i + two_photon_i I_i + carrier_loss_i n_i) I_i - thermal_decay_i T_i
 *   shift_i = omega_p - omega_0,i + kerr_i I_i + carrier_shift_i n_i + thermal_shift_i T_i
 *   omega_p - omega_0,i = -2 pi c detuning_i / wavelength_i^2
 *
 * State of a node: x, p [pJ^(1/2)], n [1e23 m^-3], T [K above the surroundings]; time in us, power in uW =
 * pJ / us. So scaled the four are of order 0.1 to 10, and a residual of 1e-2 means a temperature within
 * 1e-3 K of where it settles. Two-photon absorption is an energy rate, as in the sources.
 *
 * There is no energy: G = -F, and the Jacobian's antisymmetric part is not what turns the light alone, for
 * light heats the ring and heat does not push the light as it was pushed. Its rates differ by 10^3 to 10^4,
 * its Jacobian's columns by as much: the logarithmic norm of any frame found is positive where the rings are
 * stable, so no bound of the abscissa is given.
 *
 * Light at a port, a_in = -s, leaves as a_out = a_in + sqrt(coupling_loss) a. At rest
 *   sum |a_in|^2 = sum |a_out|^2 + sum (loss + two_photon I + carrier_loss n) I.
 */
#include <math.h>
#include <string.h>

#include "photonic/families/amplitude.h"
#include "photonic/families/families.h"
#include "photonic/families/resonators/silicon_ring_kernel.h"
#include "photonic/families/resonators/silicon_ring_tables.h"
#include "photonic/lanes.h"

EPX_KERNEL_TABLE(epx_silicon_ring_finish_field, (const epx_silicon_ring_field *field));
EPX_KERNEL_TABLE(epx_silicon_ring_eval_jacobian, (const epx_silicon_ring_jacobian *jacobian));

/** Gets the row of component c of node i. */
static const double *get_row(const epx_lanes *lanes, const double *y, int i, int c) {
  return y + ((size_t)i * EPX_RING_COMPONENTS + (size_t)c) * (size_t)lanes->n_lanes;
}

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  (void)seed;
  memset(y, 0, (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *y);
}

/** sqrt(coupling_loss) s. */
static void set_input(epx_lanes *lanes) {
  const size_t n = (size_t)lanes->n_lanes;
  epx_amplitude_set_drive(lanes, EPX_RING_BIAS);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *rate = get_node(lanes, EPX_RING_COUPLING_LOSS, i);
    double *drive = lanes->input + 2 * (size_t)i * n;
    for (size_t lane = 0; lane < n; lane++) {
      drive[lane] *= sqrt(rate[lane]);
      drive[n + lane] *= sqrt(rate[lane]);
    }
  }
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  double *amplitudes = work, *sent = work + 2 * (size_t)lanes->network->n_nodes * (size_t)lanes->n_lanes;
  epx_amplitude_take(lanes, EPX_RING_COMPONENTS, NULL, y, amplitudes);
  epx_lanes_eval_coupling(lanes, 2, amplitudes, sent);
  const epx_silicon_ring_field field = {.n_nodes = (size_t)lanes->network->n_nodes,
                                        .n_lanes = (size_t)lanes->n_lanes,
                                        .node = lanes->node,
                                        .drive = lanes->input,
                                        .y = y,
                                        .sent = sent,
                                        .f = f};
  EPX_KERNEL_CALL(epx_silicon_ring_finish_field)(&field);
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const epx_silicon_ring_jacobian call = {.n_nodes = (size_t)lanes->network->n_nodes,
                                          .n_lanes = (size_t)lanes->n_lanes,
                                          .lane = (size_t)lane,
                                          .width = width,
                                          .shared = lanes->shared,
                                          .coupling = lanes->coupling,
                                          .node = lanes->node,
                                          .y = y,
                                          .jacobian = jacobian};
  EPX_KERNEL_CALL(epx_silicon_ring_eval_jacobian)(&call);
}

/** What v' dF of a ring is made of, in one lane. */
typedef struct {
  double I, n, T;
  double along, across; /* v . a and v . i a, of the amplitude's part of v */
  double v_n, v_T;
} overlap;

static overlap get_overlap(const epx_lanes *lanes, int i, size_t lane, const double *y, const double *v) {
  const double x = get_row(lanes, y, i, 0)[lane], p = get_row(lanes, y, i, 1)[lane];
  const double v_x = get_row(lanes, v, i, 0)[lane], v_p = get_row(lanes, v, i, 1)[lane];
  return (overlap){.I = x * x + p * p,
                   .n = get_row(lanes, y, i, 2)[lane],
                   .T = get_row(lanes, y, i, 3)[lane],
                   .along = v_x * x + v_p * p,
                   .across = v_p * x - v_x * p,
                   .v_n = get_row(lanes, v, i, 2)[lane],
                   .v_T = get_row(lanes, v, i, 3)[lane]};
}

/** Evaluates v . dF/dcoupling_loss, of a drive sqrt(coupling_loss) s. */
static double eval_coupling_slope(const epx_lanes *lanes, int i, size_t lane, const double *v, double along) {
  const double rate = get_node(lanes, EPX_RING_COUPLING_LOSS, i)[lane];
  const double *drive = lanes->input + 2 * (size_t)i * (size_t)lanes->n_lanes + lane;
  const double entered =
      get_row(lanes, v, i, 0)[lane] * drive[0] + get_row(lanes, v, i, 1)[lane] * drive[lanes->n_lanes];
  return (rate > 0 ? 0.5 * entered / rate : 0) - 0.5 * along;
}

/** Evaluates v . dF/dp of parameter p of ring i. */
static double eval_slope(const epx_lanes *lanes, int p, int i, size_t lane, const double *v,
                         const overlap *o) {
  const double heating = get_node(lanes, EPX_RING_HEATING, i)[lane],
               loss = get_node(lanes, EPX_RING_LOSS, i)[lane],
               absorbed = get_node(lanes, EPX_RING_ABSORBED, i)[lane],
               lambda = get_node(lanes, EPX_RING_WAVELENGTH, i)[lane];
  switch (p) {
  case EPX_RING_DETUNING:
    return -EPX_RING_OFFSET / (lambda * lambda) * o->across;
  case EPX_RING_WAVELENGTH:
    return 2 * EPX_RING_OFFSET * get_node(lanes, EPX_RING_DETUNING, i)[lane] / (lambda * lambda * lambda) *
           o->across;
  case EPX_RING_BIAS:
    return sqrt(get_node(lanes, EPX_RING_COUPLING_LOSS, i)[lane]) * get_row(lanes, v, i, 0)[lane];
  case EPX_RING_LOSS:
    return heating * absorbed * o->I * o->v_T - 0.5 * o->along;
  case EPX_RING_COUPLING_LOSS:
    return eval_coupling_slope(lanes, i, lane, v, o->along);
  case EPX_RING_ABSORBED:
    return heating * loss * o->I * o->v_T;
  case EPX_RING_KERR:
    return o->I * o->across;
  case EPX_RING_TWO_PHOTON:
    return o->I * (heating * o->I * o->v_T - 0.5 * o->along);
  case EPX_RING_CARRIER_LOSS:
    return o->n * (heating * o->I * o->v_T - 0.5 * o->along);
  case EPX_RING_CARRIER_SHIFT:
    return o->n * o->across;
  case EPX_RING_THERMAL_SHIFT:
    return o->T * o->across;
  case EPX_RING_CARRIER_DECAY:
    return -o->n * o->v_n;
  case EPX_RING_CARRIER_GENERATION:
    return o->I * o->I * o->v_n;
  case EPX_RING_THERMAL_DECAY:
    return -o->T * o->v_T;
  default:
    return (absorbed * loss + get_node(lanes, EPX_RING_TWO_PHOTON, i)[lane] * o->I +
            get_node(lanes, EPX_RING_CARRIER_LOSS, i)[lane] * o->n) *
           o->I * o->v_T;
  }
}

/** dG_i/dJ_ij = -i a_j: v . dG = (v_p, -v_x) . -a_j. */
static void add_link_forces(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                            double *gradient) {
  const size_t n = (size_t)lanes->n_lanes, n_nodes = (size_t)lanes->network->n_nodes;
  double *left = lanes->scratch, *right = left + 2 * n_nodes * n, *row = right + 2 * n_nodes * n;
  epx_amplitude_take(lanes, EPX_RING_COMPONENTS, weight, v, left);
  epx_amplitude_scale(lanes, weight, 1, left);
  epx_amplitude_take(lanes, EPX_RING_COMPONENTS, weight, y, right);
  for (size_t i = 0; i < n_nodes; i++) {
    double *u_x = left + 2 * i * n, *u_p = u_x + n;
    for (size_t lane = 0; lane < n; lane++) {
      const double v_x = u_x[lane];
      u_x[lane] = -u_p[lane];
      u_p[lane] = v_x;
    }
  }
  epx_lanes_add_link_gradient(lanes, EPX_RING_COUPLING, 2, left, right, row, gradient);
}

static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  double *row = lanes->scratch;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    for (int p = EPX_RING_COUPLING + 1; p < EPX_RING_PARAMETERS; p++) {
      for (size_t lane = 0; lane < (size_t)lanes->n_lanes; lane++) {
        const overlap o = get_overlap(lanes, i, lane, y, v);
        row[lane] = -eval_slope(lanes, p, i, lane, v, &o);
      }
      epx_lanes_add_node_gradient(lanes, p, i, weight, row, gradient);
    }
  }
  add_link_forces(lanes, y, v, weight, gradient);
}

/** out += (F'' - F') v of what ring i does to itself in one lane: J_cr - J_rc of its block. */
static void add_skew(const epx_lanes *lanes, int i, size_t lane, const double *y, const double *v,
                     double *out) {
  const size_t n = (size_t)lanes->n_lanes, at = (size_t)i * n + lane;
  double *const *node = lanes->node;
  const overlap o = get_overlap(lanes, i, lane, y, v);
  const double *s = y + 4 * (size_t)i * n + lane, *v_here = v + 4 * (size_t)i * n + lane;
  const double x = s[0], p = s[n], v_x = v_here[0], v_p = v_here[n];
  const double lambda = node[EPX_RING_WAVELENGTH][at], two_photon = node[EPX_RING_TWO_PHOTON][at],
               carrier = node[EPX_RING_CARRIER_LOSS][at], by_carriers = node[EPX_RING_CARRIER_SHIFT][at],
               by_heat = node[EPX_RING_THERMAL_SHIFT][at], heating = node[EPX_RING_HEATING][at];
  const double shift = 2 * node[EPX_RING_KERR][at] * o.I + by_carriers * o.n + by_heat * o.T -
                       EPX_RING_OFFSET * node[EPX_RING_DETUNING][at] / (lambda * lambda);
  const double freed = 4 * node[EPX_RING_CARRIER_GENERATION][at] * o.I;
  const double warmed =
      2 * heating *
      (node[EPX_RING_ABSORBED][at] * node[EPX_RING_LOSS][at] + 2 * two_photon * o.I + carrier * o.n);
  const double xp = 2 * shift, xn = (freed + 0.5 * carrier) * x + by_carriers * p,
               pn = (freed + 0.5 * carrier) * p - by_carriers * x, xT = warmed * x + by_heat * p,
               pT = warmed * p - by_heat * x, nT = heating * carrier * o.I;
  double *to = out + 4 * (size_t)i * n + lane;
  to[0] += xp * v_p + xn * o.v_n + xT * o.v_T;
  to[n] += -xp * v_x + pn * o.v_n + pT * o.v_T;
  to[2 * n] += -xn * v_x - pn * v_p + nT * o.v_T;
  to[3 * n] += -xT * v_x - pT * v_p - nT * o.v_n;
}

/** (M - M') v = (F'' - F') v: of the couplings, which are antisymmetric, twice what they do. */
static void eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  const size_t n = (size_t)lanes->n_lanes, n_nodes = (size_t)lanes->network->n_nodes;
  double *amplitudes = lanes->scratch, *sent = amplitudes + 2 * n_nodes * n;
  epx_amplitude_take(lanes, EPX_RING_COMPONENTS, NULL, v, amplitudes);
  epx_lanes_eval_coupling(lanes, 2, amplitudes, sent);
  memset(out, 0, 4 * n_nodes * n * sizeof *out);
  for (size_t i = 0; i < n_nodes; i++) {
    for (size_t lane = 0; lane < n; lane++) {
      out[4 * i * n + lane] = 2 * sent[(2 * i + 1) * n + lane];
      out[(4 * i + 1) * n + lane] = -2 * sent[2 * i * n + lane];
      add_skew(lanes, (int)i, lane, y, v, out);
    }
  }
}

/** |s|^2 = |drive|^2 / coupling_loss. */
static void eval_power(const epx_lanes *lanes, const double *y, double *power) {
  const size_t n = (size_t)lanes->n_lanes;
  (void)y;
  memset(power, 0, n * sizeof *power);
  for (size_t i = 0; i < (size_t)lanes->network->n_nodes; i++) {
    const double *rate = get_node(lanes, EPX_RING_COUPLING_LOSS, (int)i), *re = lanes->input + 2 * i * n,
                 *im = re + n;
    for (size_t lane = 0; lane < n; lane++) {
      if (rate[lane] > 0) power[lane] += (re[lane] * re[lane] + im[lane] * im[lane]) / rate[lane];
    }
  }
}

static void eval_port(const epx_lanes *lanes, int node, int lane, int width, double *gain, double *through) {
  const double *rate = get_node(lanes, EPX_RING_COUPLING_LOSS, node) + lane;
  const double *drive = lanes->input + 2 * (size_t)node * (size_t)lanes->n_lanes + lane;
  for (int w = 0; w < width; w++) {
    gain[w] = sqrt(rate[w]);
    through[w] = rate[w] > 0 ? -drive[w] / gain[w] : 0;
    through[width + w] = rate[w] > 0 ? -drive[(size_t)lanes->n_lanes + (size_t)w] / gain[w] : 0;
  }
}

static void eval_port_slope(const epx_lanes *lanes, int node, int lane, int width, double *slope) {
  const double *rate = get_node(lanes, EPX_RING_COUPLING_LOSS, node) + lane;
  for (int w = 0; w < width; w++)
    slope[w] = rate[w] > 0 ? -1 : 0;
}

static const signed char conjugation[] = {1, -1, 1, 1};

static const unsigned char kinds[] = {EPX_KIND_FIELD, EPX_KIND_FIELD, EPX_KIND_CARRIERS,
                                      EPX_KIND_TEMPERATURE};

static const epx_family_device devices[] = {{"ring", EPX_SITE_NODE, false}};

/* The detuning, in pm, is that of the laser above the resonance. */
static const epx_family_response responses[] = {{EPX_RING_LOSS, 0, EPX_FOLLOW_LOSS, 1},
                                                {EPX_RING_COUPLING_LOSS, 0, EPX_FOLLOW_BUS, 1},
                                                {EPX_RING_COUPLING, 0, EPX_FOLLOW_EXCHANGE, 1},
                                                {EPX_RING_DETUNING, 0, EPX_FOLLOW_WAVELENGTH, -1e12}};

const epx_family epx_family_silicon_ring = {
    .abi = EPX_FAMILY_ABI,
    .name = "silicon-ring",
    .summary = "silicon microrings with Kerr shift, two-photon absorption, free carriers and heat",
    .equation =
        "da_i/dt = [i shift_i - (loss_i + coupling_loss_i + two_photon_i |a_i|^2 + carrier_loss_i n_i)/2] "
        "a_i\n"
        "          + i sum_j coupling_ij a_j + sqrt(coupling_loss_i) s_i\n"
        "dn_i/dt = carrier_generation_i |a_i|^4 - carrier_decay_i n_i\n"
        "dT_i/dt = heating_i (absorbed_i loss_i + two_photon_i |a_i|^2 + carrier_loss_i n_i) |a_i|^2\n"
        "          - thermal_decay_i T_i\n"
        "shift_i = -2 pi c detuning_i/wavelength_i^2 + kerr_i |a_i|^2 + carrier_shift_i n_i + "
        "thermal_shift_i "
        "T_i\n"
        "s_i = bias_i + input_scale * feature at input nodes\n"
        "port: a_in,i = -s_i, a_out,i = a_in,i + sqrt(coupling_loss_i) a_i",
    .units = "time us, |a|^2 pJ, carriers n 1e23 m^-3, T K, |s|^2 and power uW",
    .source = "VanVaerenbergh2012, deCea2019, Johnson2006",
    .nudge = "light at the wavelength of the laser, added in the buses of the output rings",
    .exact = "nowhere: loss, carriers and heat do not come from an energy",
    .n_parameters = EPX_RING_PARAMETERS,
    .parameters = epx_silicon_ring_parameters,
    .n_presets = EPX_RING_PRESETS,
    .presets = epx_silicon_ring_presets,
    .components = EPX_RING_COMPONENTS,
    .clamps_inputs = false,
    .frame = EPX_FRAME_FIELD,
    .kinds = kinds,
    .conjugation = conjugation,
    .input_rows = 2,
    .drives_ports = true,
    .stiff = true,
    .readouts = EPX_READS(EPX_READ_INTENSITY) | EPX_READS(EPX_READ_QUADRATURE) |
                EPX_READS(EPX_READ_PORT_INTENSITY) | EPX_READS(EPX_READ_PORT_QUADRATURE),
    .readout = EPX_READ_INTENSITY,
    .encodings = EPX_ENCODES(EPX_ENCODE_PHASE) | EPX_ENCODES(EPX_ENCODE_DETUNING),
    .input_scale = 10,
    .coupling_spread = 5000,
    .set_start = set_start,
    .eval_field = eval_field,
    .eval_jacobian = eval_jacobian,
    .add_force_gradient = add_force_gradient,
    .eval_antisymmetric = eval_antisymmetric,
    .set_input = set_input,
    .eval_power = eval_power,
    .eval_port = eval_port,
    .eval_port_slope = eval_port_slope,
    .n_devices = sizeof devices / sizeof *devices,
    .devices = devices,
    .n_responses = sizeof responses / sizeof *responses,
    .responses = responses,
};
