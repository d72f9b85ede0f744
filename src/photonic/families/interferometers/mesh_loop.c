/** @file
 * A mesh of interferometers in a loop: what leaves it is amplified, joined by the input's light, goes through
 * a nonlinearity and back into the mesh, through resonators whose amplitude decays at rate 1:
 *
 *   ds_i/dt = -s_i + f_i(z_i),     z_i = gain_i e^(i phase_i) (U s)_i + b_i,     f_i(z) = T_i(|z|^2) z
 *
 * with U the mesh (mesh.h). Two nonlinearities:
 *
 *   a saturable absorber   T(q) = exp(-depth / (2 (1 + q)))
 *   an electro-optic one   T(q) = i sqrt(1 - tap) e^(-i chi) cos chi,  chi = (strength q + operating) / 2,
 *                          where a share `tap` of the light drives a modulator for the rest (Williamson2020)
 *
 * Neither amplifies: with gains up to 1 a mesh without drive never gains. With Df the derivative of f, a real
 * 2 by 2 matrix, the Jacobian is J = -1 + Df A, and as nothing of it comes from an energy G = -F, M = -J,
 *
 *   (M - M') v = A^+ Df' v - Df A v.
 */
#include <math.h>
#include <string.h>

#include "photonic/families/amplitude.h"
#include "photonic/families/families.h"
#include "photonic/families/interferometers/mesh.h"

enum { DEPTH = EPX_MESH_N_PARAMETERS, N_SATURABLE };
enum { TAP = EPX_MESH_N_PARAMETERS, STRENGTH, OPERATING, N_ELECTRO_OPTIC };

static const epx_parameter saturable_parameters[N_SATURABLE] = {
    EPX_MESH_PARAMETERS,
    [DEPTH] = {"depth", "1", EPX_SITE_NODE, 1, 0, INFINITY, false, false,
               "depth_i of the absorber: its power loss in the dark, in nepers"},
};

static const epx_parameter electro_optic_parameters[N_ELECTRO_OPTIC] = {
    EPX_MESH_PARAMETERS,
    [TAP] = {"tap", "1", EPX_SITE_NODE, 0.1, 0, 0.99, false, false,
             "tap_i, share of the light that is detected"},
    [STRENGTH] = {"strength", "rad", EPX_SITE_NODE, 1.57079632679489661923, -INFINITY, INFINITY, false, false,
                  "strength_i, phase of the modulator for |z|^2 = 1"},
    [OPERATING] = {"operating", "rad", EPX_SITE_NODE, 1.57079632679489661923, -INFINITY, INFINITY, true,
                   false, "operating_i, phase of the modulator in the dark: 0 transmits all light, pi none"},
};

/** T, dT/dq, and of its parameters dT/dp. */
typedef struct {
  double re, im, slope_re, slope_im;
  double of_re[3], of_im[3];
} transfer;

static const double *get_node(const epx_lanes *lanes, int parameter, int i) {
  return lanes->node[parameter] + (size_t)i * (size_t)lanes->n_lanes;
}

static bool is_saturable(const epx_lanes *lanes) {
  return lanes->network->family == &epx_family_mesh;
}

static transfer eval_saturable(double q, double depth) {
  const double below = 1 / (1 + q), T = exp(-0.5 * depth * below);
  return (transfer){.re = T, .slope_re = 0.5 * depth * below * below * T, .of_re = {-0.5 * below * T}};
}

/** i e^(-i chi) cos chi = i (1 + e^(-2 i chi)) / 2. */
static transfer eval_electro_optic(double q, double tap, double strength, double operating) {
  const double size = 0.5 * sqrt(1 - tap), angle = strength * q + operating;
  const double c = size * cos(angle), s = -size * sin(angle); /* size e^(-i angle) */
  const double re = -s, im = size + c;
  return (transfer){.re = re,
                    .im = im,
                    .slope_re = strength * c,
                    .slope_im = strength * s,
                    .of_re = {-0.5 * re / (1 - tap), q * c, c},
                    .of_im = {-0.5 * im / (1 - tap), q * s, s}};
}

static transfer eval_transfer(const epx_lanes *lanes, int i, size_t lane, double q) {
  if (is_saturable(lanes)) return eval_saturable(q, get_node(lanes, DEPTH, i)[lane]);
  return eval_electro_optic(q, get_node(lanes, TAP, i)[lane], get_node(lanes, STRENGTH, i)[lane],
                            get_node(lanes, OPERATING, i)[lane]);
}

/** Evaluates Df = [[d[0], d[1]], [d[2], d[3]]] at z = x + i p. */
static void eval_derivative(const transfer *t, double x, double p, double *d) {
  const double W_re = t->slope_re * x - t->slope_im * p, W_im = t->slope_re * p + t->slope_im * x; /* T' z */
  d[0] = t->re + 2 * W_re * x;
  d[1] = -t->im + 2 * W_re * p;
  d[2] = t->im + 2 * W_im * x;
  d[3] = t->re + 2 * W_im * p;
}

static size_t at_node(const epx_lanes *lanes, int i) {
  return 2 * (size_t)i * (size_t)lanes->n_lanes;
}

static void set_start(const epx_lanes *lanes, unsigned long long seed, double *y) {
  (void)seed;
  memset(y, 0, (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *y);
}

static void set_input(epx_lanes *lanes) {
  epx_amplitude_set_drive(lanes, EPX_MESH_BIAS);
}

/** Evaluates z [n_nodes][2][n_lanes]. */
static void eval_arriving(const epx_lanes *lanes, const double *y, double *z) {
  const size_t size = at_node(lanes, lanes->network->n_nodes);
  epx_mesh_eval_product(lanes, false, y, z);
  for (size_t k = 0; k < size; k++)
    z[k] += lanes->input[k];
}

static void eval_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const size_t n = (size_t)lanes->n_lanes;
  eval_arriving(lanes, y, work);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const double *x = work + at_node(lanes, i), *p = x + n, *s = y + at_node(lanes, i);
    double *out = f + at_node(lanes, i);
    for (size_t lane = 0; lane < n; lane++) {
      const transfer t = eval_transfer(lanes, i, lane, x[lane] * x[lane] + p[lane] * p[lane]);
      out[lane] = t.re * x[lane] - t.im * p[lane] - s[lane];
      out[n + lane] = t.re * p[lane] + t.im * x[lane] - s[n + lane];
    }
  }
}

/** Evaluates z_i of the lanes from `lane` on, row by row as the Jacobian wants it. */
static void eval_arriving_at(const epx_lanes *lanes, const double *y, int i, int lane, int width, double *x,
                             double *p) {
  const size_t n = (size_t)lanes->n_lanes;
  for (int w = 0; w < width; w++) {
    x[w] = lanes->input[at_node(lanes, i) + (size_t)(lane + w)];
    p[w] = lanes->input[at_node(lanes, i) + n + (size_t)(lane + w)];
  }
  for (int j = 0; j < lanes->network->n_nodes; j++) {
    int step;
    size_t im;
    const double *A = epx_mesh_get_entry(lanes, i, j, lane, &step, &im);
    const double *s = y + at_node(lanes, j) + lane;
    for (int w = 0; w < width; w++) {
      const double a = A[w * step], b = A[(size_t)(w * step) + im];
      x[w] += a * s[w] - b * s[n + (size_t)w];
      p[w] += a * s[n + (size_t)w] + b * s[w];
    }
  }
}

static void eval_jacobian(const epx_lanes *lanes, const double *y, int lane, int width, double *jacobian) {
  const int n_nodes = lanes->network->n_nodes;
  const size_t n_state = (size_t)lanes->network->n_state, w_ = (size_t)width;
  double x[EPX_LANE_WIDTH], p[EPX_LANE_WIDTH], d[EPX_LANE_WIDTH][4];
  for (int i = 0; i < n_nodes; i++) {
    eval_arriving_at(lanes, y, i, lane, width, x, p);
    for (int w = 0; w < width; w++) {
      const transfer t = eval_transfer(lanes, i, (size_t)(lane + w), x[w] * x[w] + p[w] * p[w]);
      eval_derivative(&t, x[w], p[w], d[w]);
    }
    for (int j = 0; j < n_nodes; j++) {
      int step;
      size_t behind;
      const double *A = epx_mesh_get_entry(lanes, i, j, lane, &step, &behind);
      double *re = jacobian + (2 * (size_t)i * n_state + 2 * (size_t)j) * w_, *im = re + n_state * w_;
      for (size_t w = 0; w < w_; w++) {
        const double a = A[(int)w * step], b = A[w * (size_t)step + behind], own = i == j;
        re[w] = d[w][0] * a + d[w][1] * b - own;
        re[w_ + w] = -d[w][0] * b + d[w][1] * a;
        im[w] = d[w][2] * a + d[w][3] * b;
        im[w_ + w] = -d[w][2] * b + d[w][3] * a - own;
      }
    }
  }
}

/** Evaluates w = Df' v, z [n_nodes][2][n_lanes] what arrives. */
static void eval_pulled(const epx_lanes *lanes, const double *z, const double *v, double *w) {
  const size_t n = (size_t)lanes->n_lanes;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const size_t at = at_node(lanes, i);
    for (size_t lane = 0; lane < n; lane++) {
      const double x = z[at + lane], p = z[at + n + lane], v_x = v[at + lane], v_p = v[at + n + lane];
      const transfer t = eval_transfer(lanes, i, lane, x * x + p * p);
      double d[4];
      eval_derivative(&t, x, p, d);
      w[at + lane] = d[0] * v_x + d[2] * v_p;
      w[at + n + lane] = d[1] * v_x + d[3] * v_p;
    }
  }
}

/** dG/dp = -(dT/dp) z of the nonlinearities' own parameters. */
static void add_own_forces(const epx_lanes *lanes, const double *z, const double *v, const double *weight,
                           double *row, double *gradient) {
  const size_t n = (size_t)lanes->n_lanes;
  const int n_own = lanes->network->family->n_parameters - EPX_MESH_N_PARAMETERS;
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const size_t at = at_node(lanes, i);
    for (int k = 0; k < n_own; k++) {
      for (size_t lane = 0; lane < n; lane++) {
        const double x = z[at + lane], p = z[at + n + lane];
        const transfer t = eval_transfer(lanes, i, lane, x * x + p * p);
        row[lane] = -v[at + lane] * (t.of_re[k] * x - t.of_im[k] * p) -
                    v[at + n + lane] * (t.of_re[k] * p + t.of_im[k] * x);
      }
      epx_lanes_add_node_gradient(lanes, EPX_MESH_N_PARAMETERS + k, i, weight, row, gradient);
    }
  }
}

static void add_force_gradient(const epx_lanes *lanes, const double *y, const double *v, const double *weight,
                               double *gradient) {
  const size_t size = at_node(lanes, lanes->network->n_nodes);
  double *z = lanes->scratch, *w = z + size;
  eval_arriving(lanes, y, z);
  add_own_forces(lanes, z, v, weight, w, gradient);
  eval_pulled(lanes, z, v, w);
  epx_mesh_add_gradient(lanes, -1, y, w, weight, gradient);
}

static void eval_antisymmetric(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  const size_t n = (size_t)lanes->n_lanes, size = at_node(lanes, lanes->network->n_nodes);
  double *z = lanes->scratch, *w = z + size, *Av = w + size;
  eval_arriving(lanes, y, z);
  eval_pulled(lanes, z, v, w);
  epx_mesh_eval_product(lanes, true, w, out);
  epx_mesh_eval_product(lanes, false, v, Av);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const size_t at = at_node(lanes, i);
    for (size_t lane = 0; lane < n; lane++) {
      const double x = z[at + lane], p = z[at + n + lane];
      const transfer t = eval_transfer(lanes, i, lane, x * x + p * p);
      double d[4];
      eval_derivative(&t, x, p, d);
      out[at + lane] -= d[0] * Av[at + lane] + d[1] * Av[at + n + lane];
      out[at + n + lane] -= d[2] * Av[at + lane] + d[3] * Av[at + n + lane];
    }
  }
}

static void eval_power(const epx_lanes *lanes, const double *y, double *power) {
  (void)y;
  epx_amplitude_eval_power(lanes, power);
}

static const signed char conjugation[] = {1, -1};

#define LOOP_EQUATION                                                                                        \
  "z_i = gain_i e^(i phase_i) (U s)_i + b_i,  b_i = bias_i + input_scale * feature at input nodes\n"         \
  "U: columns of interferometers, that of nodes i and j where their light meets:\n"                          \
  "  T = e^(-loss_ij/2) S(splitter_out_ij) diag(e^(i theta_ij), 1) S(splitter_in_ij) diag(e^(i phi_ij), "    \
  "1)\n"                                                                                                     \
  "  S(e) = [[cos b, i sin b], [i sin b, cos b]], b = pi/4 + e; nodes without a link cross"

#define SHARED_MEMBERS                                                                                       \
  .abi = EPX_FAMILY_ABI, .components = 2, .frame = EPX_FRAME_FIELD, .conjugation = conjugation,              \
  .nudge = "light added at the output nodes, in phase with the error",                                       \
  .exact = "nowhere: a mesh passes light on in one direction", .input_rows = 2,                              \
  .readouts = EPX_READS(EPX_READ_INTENSITY) | EPX_READS(EPX_READ_QUADRATURE), .readout = EPX_READ_INTENSITY, \
  .input_scale = 1, .coupling_spread = 4, .set_start = set_start, .eval_field = eval_field,                  \
  .eval_jacobian = eval_jacobian, .add_force_gradient = add_force_gradient,                                  \
  .eval_antisymmetric = eval_antisymmetric, .set_input = set_input, .eval_power = eval_power,                \
  .count_derived = epx_mesh_count_derived, .set_derived = epx_mesh_set_derived

enum { THETA_ARMS, PHI_ARMS, OUTPUT, MODULATOR };
enum { SPLITTER_IN = 3, SPLITTER_OUT }; /* one further behind a modulator */

/* Phases are of an arm against the other; what leads back to a node has no other. */
#define MESH_GUIDES                                                                                          \
  {"theta arms", EPX_SITE_LINK, true}, {"phi arms", EPX_SITE_LINK, true}, {                                  \
    "output guide", EPX_SITE_NODE, false                                                                     \
  }
#define MESH_SPLITTERS                                                                                       \
  {"first splitter", EPX_SITE_LINK, false}, {                                                                \
    "second splitter", EPX_SITE_LINK, false                                                                  \
  }
#define MESH_RESPONSES(first)                                                                                \
  {EPX_MESH_THETA, THETA_ARMS, EPX_FOLLOW_PHASE, 1}, {EPX_MESH_PHI, PHI_ARMS, EPX_FOLLOW_PHASE, 1},          \
      {EPX_MESH_PHASE, OUTPUT, EPX_FOLLOW_PHASE, 1}, {EPX_MESH_LOSS, THETA_ARMS, EPX_FOLLOW_GUIDE, 1},       \
      {EPX_MESH_SPLITTER_IN, SPLITTER_IN + (first), EPX_FOLLOW_SPLITTER, 1}, {                               \
    EPX_MESH_SPLITTER_OUT, SPLITTER_OUT + (first), EPX_FOLLOW_SPLITTER, 1                                    \
  }

static const epx_family_device saturable_devices[] = {MESH_GUIDES, MESH_SPLITTERS};
static const epx_family_response saturable_responses[] = {MESH_RESPONSES(0)};

static const epx_family_device electro_optic_devices[] = {
    MESH_GUIDES, {"modulator", EPX_SITE_NODE, true}, MESH_SPLITTERS};
static const epx_family_response electro_optic_responses[] = {MESH_RESPONSES(1),
                                                              {OPERATING, MODULATOR, EPX_FOLLOW_PHASE, 1}};

const epx_family epx_family_mesh = {
    .name = "mesh",
    .summary = "a mesh of Mach-Zehnder interferometers in a loop with saturable absorbers",
    .equation = "ds_i/dt = -s_i + exp(-depth_i / (2 (1 + |z_i|^2))) z_i\n" LOOP_EQUATION,
    .units =
        "normalised: rates in units of the loops' decay, |z|^2 = 1 halves an absorber's depth; power = sum "
        "|b_i|^2",
    .source = "Clements2016",
    .n_parameters = N_SATURABLE,
    .parameters = saturable_parameters,
    .n_devices = sizeof saturable_devices / sizeof *saturable_devices,
    .devices = saturable_devices,
    .n_responses = sizeof saturable_responses / sizeof *saturable_responses,
    .responses = saturable_responses,
    SHARED_MEMBERS,
};

const epx_family epx_family_mesh_electro_optic = {
    .name = "mesh-electro-optic",
    .summary = "a mesh of Mach-Zehnder interferometers in a loop with electro-optic nonlinearities",
    .equation = "ds_i/dt = -s_i + i sqrt(1 - tap_i) e^(-i chi_i) cos(chi_i) z_i,\n"
                "chi_i = (strength_i |z_i|^2 + operating_i) / 2\n" LOOP_EQUATION,
    .units = "normalised: rates in units of the loops' decay, |z|^2 such that strength |z|^2 is a phase; "
             "power = sum "
             "|b_i|^2",
    .source = "Clements2016, Williamson2020",
    .n_parameters = N_ELECTRO_OPTIC,
    .parameters = electro_optic_parameters,
    .n_devices = sizeof electro_optic_devices / sizeof *electro_optic_devices,
    .devices = electro_optic_devices,
    .n_responses = sizeof electro_optic_responses / sizeof *electro_optic_responses,
    .responses = electro_optic_responses,
    SHARED_MEMBERS,
};
