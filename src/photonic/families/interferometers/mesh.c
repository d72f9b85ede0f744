/** @file
 * Mesh: column by column. Every node's light moves one waveguide a column, to and fro between the edges: on a
 * circle of 2 n places, x and 2 n - 1 - x being the same waveguide on the way up and down, it moves by one.
 */
#include "photonic/families/interferometers/mesh.h"

#include <math.h>
#include <string.h>

static const double quarter_pi = 0.78539816339744830962;

/** A 2 by 2 matrix. */
typedef struct {
  double re[4], im[4];
} block;

/** What an interferometer is set to, in one lane. */
typedef struct {
  double theta, phi, in, out, loss;
} setting;

/** Gets the node whose light is on waveguide p before column c, had it only crossed. */
static int get_label(int n, int p, int c) {
  const int x = (p - c) % 2 == 0 ? p : 2 * n - 1 - p, start = ((x - c) % (2 * n) + 2 * n) % (2 * n);
  return start < n ? start : 2 * n - 1 - start;
}

/** Gets the link whose interferometer is between waveguides m and m + 1 in column c, -1: they cross. */
static long get_link(const epx_network *network, int m, int c) {
  return epx_topology_get_link(network->topology, get_label(network->n_nodes, m, c),
                               get_label(network->n_nodes, m + 1, c));
}

static block eval_block(setting s) {
  const double c1 = cos(quarter_pi + s.in), s1 = sin(quarter_pi + s.in);
  const double c2 = cos(quarter_pi + s.out), s2 = sin(quarter_pi + s.out);
  const double e_re = cos(s.theta), e_im = sin(s.theta), f_re = cos(s.phi), f_im = sin(s.phi);
  const double size = exp(-0.5 * s.loss);
  /* S diag(e, 1) S */
  const double re[4] = {c2 * c1 * e_re - s2 * s1, -c2 * s1 * e_im, -s2 * c1 * e_im, c2 * c1 - s2 * s1 * e_re};
  const double im[4] = {c2 * c1 * e_im, c2 * s1 * e_re + s2 * c1, s2 * c1 * e_re + c2 * s1, -s2 * s1 * e_im};
  block b;
  for (int k = 0; k < 4; k++) {
    const bool first = k % 2 == 0; /* the column of the upper input */
    b.re[k] = size * (first ? re[k] * f_re - im[k] * f_im : re[k]);
    b.im[k] = size * (first ? re[k] * f_im + im[k] * f_re : im[k]);
  }
  return b;
}

/** Evaluates the blocks of `width` lanes of an interferometer into rows [8][width]; link -1: a crossing. */
static void eval_blocks(const epx_lanes *lanes, long link, int width, double *rows) {
  static const int parameters[] = {EPX_MESH_THETA, EPX_MESH_PHI, EPX_MESH_SPLITTER_IN, EPX_MESH_SPLITTER_OUT,
                                   EPX_MESH_LOSS};
  const size_t w_ = (size_t)width;
  memset(rows, 0, 8 * w_ * sizeof *rows);
  for (int k = 0; link >= 0 && k < 5; k++)
    epx_lanes_lay_link(lanes, parameters[k], (size_t)link, 0, width, rows + (size_t)k * w_);
  for (size_t w = 0; w < w_; w++) {
    if (link < 0) {
      rows[w_ + w] = rows[2 * w_ + w] = 1;
      continue;
    }
    const block b =
        eval_block((setting){rows[w], rows[w_ + w], rows[2 * w_ + w], rows[3 * w_ + w], rows[4 * w_ + w]});
    for (size_t k = 0; k < 4; k++) {
      rows[k * w_ + w] = b.re[k];
      rows[(4 + k) * w_ + w] = b.im[k];
    }
  }
}

/** Applies blocks [8][n * step + …] to a pair of waveguides' light, rows of Re and Im [n]; a block's lane w
 * is [w * step]. */
static void apply(const double *T, size_t depth, size_t n, size_t step, double *up, double *down) {
  for (size_t lane = 0; lane < n; lane++) {
    const size_t w = lane * step;
    const double a = up[lane], b = up[n + lane], c = down[lane], d = down[n + lane];
    const double *re = T + w, *im = re + 4 * depth;
    up[lane] = re[0] * a - im[0] * b + re[depth] * c - im[depth] * d;
    up[n + lane] = re[0] * b + im[0] * a + re[depth] * d + im[depth] * c;
    down[lane] = re[2 * depth] * a - im[2 * depth] * b + re[3 * depth] * c - im[3 * depth] * d;
    down[n + lane] = re[2 * depth] * b + im[2 * depth] * a + re[3 * depth] * d + im[3 * depth] * c;
  }
}

size_t epx_mesh_count_derived(const epx_network *network) {
  return 2 * (size_t)network->n_nodes * (size_t)network->n_nodes;
}

static size_t get_depth(const epx_lanes *lanes) {
  return lanes->shared ? 1 : (size_t)lanes->n_lanes;
}

const double *epx_mesh_get_entry(const epx_lanes *lanes, int i, int j, int lane, int *step, size_t *im) {
  const size_t at = 2 * ((size_t)i * (size_t)lanes->network->n_nodes + (size_t)j);
  *step = lanes->shared ? 0 : 1;
  *im = get_depth(lanes);
  return lanes->derived + at * *im + (lanes->shared ? 0 : lane);
}

/** Gives the rows of waveguides to the nodes that own them, in reverse order, with gain and phase of the loops.
 */
static void finish_derived(epx_lanes *lanes) {
  const int n = lanes->network->n_nodes;
  const size_t depth = get_depth(lanes), size = 2 * (size_t)n * depth;
  for (int i = 0; i < n / 2; i++) {
    double *here = lanes->derived + (size_t)i * size, *there = lanes->derived + (size_t)(n - 1 - i) * size;
    for (size_t k = 0; k < size; k++) {
      const double kept = here[k];
      here[k] = there[k];
      there[k] = kept;
    }
  }
  for (int i = 0; i < n; i++) {
    const double *gain = lanes->node[EPX_MESH_GAIN] + i * lanes->n_lanes,
                 *phase = lanes->node[EPX_MESH_PHASE] + i * lanes->n_lanes;
    for (size_t w = 0; w < depth; w++) {
      const double c = gain[w] * cos(phase[w]), s = gain[w] * sin(phase[w]);
      for (int j = 0; j < n; j++) {
        double *re = lanes->derived + 2 * (size_t)(i * n + j) * depth + w, *im = re + depth;
        const double kept = *re;
        *re = c * kept - s * *im;
        *im = c * *im + s * kept;
      }
    }
  }
}

void epx_mesh_set_derived(epx_lanes *lanes) {
  const epx_network *network = lanes->network;
  const int n = network->n_nodes;
  const size_t depth = get_depth(lanes), row = 2 * (size_t)n * depth;
  double *T = lanes->scratch;
  memset(lanes->derived, 0, (size_t)n * row * sizeof *lanes->derived);
  for (int i = 0; i < n; i++) {
    for (size_t w = 0; w < depth; w++)
      lanes->derived[2 * (size_t)(i * n + i) * depth + w] = 1;
  }
  for (int c = 0; c < n; c++) {
    for (int m = c % 2; m + 1 < n; m += 2) {
      eval_blocks(lanes, get_link(network, m, c), (int)depth, T);
      for (int j = 0; j < n; j++) {
        double *up = lanes->derived + (size_t)m * row + 2 * (size_t)j * depth;
        apply(T, depth, depth, 1, up, up + row);
      }
    }
  }
  finish_derived(lanes);
}

void epx_mesh_eval_product(const epx_lanes *lanes, bool adjoint, const double *s, double *z) {
  const int n_nodes = lanes->network->n_nodes;
  const size_t n = (size_t)lanes->n_lanes;
  memset(z, 0, 2 * (size_t)n_nodes * n * sizeof *z);
  for (int i = 0; i < n_nodes; i++) {
    double *re = z + 2 * (size_t)i * n, *im = re + n;
    for (int j = 0; j < n_nodes; j++) {
      int step;
      size_t behind;
      const double *A = epx_mesh_get_entry(lanes, adjoint ? j : i, adjoint ? i : j, 0, &step, &behind);
      const double *x = s + 2 * (size_t)j * n, *p = x + n;
      for (size_t lane = 0; lane < n; lane++) {
        const double a = A[lane * (size_t)step], b = A[lane * (size_t)step + behind];
        const double turned = adjoint ? -b : b;
        re[lane] += a * x[lane] - turned * p[lane];
        im[lane] += a * p[lane] + turned * x[lane];
      }
    }
  }
}

/** A complex pair on the two waveguides. */
typedef struct {
  double a, b, c, d; /* Re, Im above; Re, Im below */
} pair;

/** S(e)^-1 = S(e) conjugated, of angle b. */
static pair undo_splitter(double cosine, double sine, pair x) {
  return (pair){cosine * x.a + sine * x.d, cosine * x.b - sine * x.c, cosine * x.c + sine * x.b,
                cosine * x.d - sine * x.a};
}

/** Turns the upper waveguide's light back by an angle. */
static pair undo_phase(double cosine, double sine, pair x) {
  return (pair){cosine * x.a + sine * x.b, cosine * x.b - sine * x.a, x.c, x.d};
}

/** Re(w* i x) of the upper waveguide: the slope of a phase there. */
static double eval_phase_slope(pair w, pair x) {
  return w.b * x.a - w.a * x.b;
}

/** Re(w_1* i x_2 + w_2* i x_1): the slope of a splitter's angle, dS/db = i X S with X the exchange. */
static double eval_splitter_slope(pair w, pair x) {
  return w.b * x.c - w.a * x.d + w.d * x.a - w.c * x.b;
}

/** Undoes an interferometer: *x from its outputs to its inputs, *w from the adjoint of its outputs to that of
 * its inputs; slope[k] in theta, phi, splitter_in, splitter_out and loss. */
static void undo(setting s, pair *x, pair *w, double *slope) {
  const double c1 = cos(quarter_pi + s.in), s1 = sin(quarter_pi + s.in);
  const double c2 = cos(quarter_pi + s.out), s2 = sin(quarter_pi + s.out);
  const double size = exp(-0.5 * s.loss);
  slope[4] = -0.5 * (w->a * x->a + w->b * x->b + w->c * x->c + w->d * x->d);
  slope[3] = eval_splitter_slope(*w, *x);
  *x = undo_splitter(c2, s2, (pair){x->a / size, x->b / size, x->c / size, x->d / size});
  *w = undo_splitter(c2, s2, (pair){size * w->a, size * w->b, size * w->c, size * w->d});
  slope[0] = eval_phase_slope(*w, *x);
  *x = undo_phase(cos(s.theta), sin(s.theta), *x);
  *w = undo_phase(cos(s.theta), sin(s.theta), *w);
  slope[2] = eval_splitter_slope(*w, *x);
  *x = undo_splitter(c1, s1, *x);
  *w = undo_splitter(c1, s1, *w);
  slope[1] = eval_phase_slope(*w, *x);
  *x = undo_phase(cos(s.phi), sin(s.phi), *x);
  *w = undo_phase(cos(s.phi), sin(s.phi), *w);
}

/** Room for a walk through the mesh. */
typedef struct {
  const epx_lanes *lanes;
  double *x, *w; /* light and adjoint on the waveguides, [n_nodes][2][n_lanes] */
  double *rows;  /* [10][n_lanes] */
} walk;

static void go_forwards(const walk *at) {
  const epx_network *network = at->lanes->network;
  const size_t n = (size_t)at->lanes->n_lanes;
  for (int c = 0; c < network->n_nodes; c++) {
    for (int m = c % 2; m + 1 < network->n_nodes; m += 2) {
      double *up = at->x + 2 * (size_t)m * n;
      eval_blocks(at->lanes, get_link(network, m, c), (int)n, at->rows);
      apply(at->rows, n, n, 1, up, up + 2 * n);
    }
  }
}

/** Undoes what is between waveguides m and m + 1, and adds its slopes. */
static void go_back(const walk *at, int m, long link, double sign, const double *weight, double *gradient) {
  const size_t n = (size_t)at->lanes->n_lanes;
  double *x = at->x + 2 * (size_t)m * n, *w = at->w + 2 * (size_t)m * n, *set = at->rows,
         *slopes = set + 5 * n;
  for (int p = 0; link >= 0 && p < 5; p++)
    epx_lanes_lay_link(at->lanes, EPX_MESH_THETA + p, (size_t)link, 0, (int)n, set + (size_t)p * n);
  for (size_t lane = 0; lane < n; lane++) {
    pair here = {x[lane], x[n + lane], x[2 * n + lane], x[3 * n + lane]};
    pair back = {w[lane], w[n + lane], w[2 * n + lane], w[3 * n + lane]};
    double slope[5] = {0};
    if (link >= 0) {
      const setting s = {set[lane], set[n + lane], set[2 * n + lane], set[3 * n + lane], set[4 * n + lane]};
      undo(s, &here, &back, slope);
    } else {
      here = (pair){here.c, here.d, here.a, here.b};
      back = (pair){back.c, back.d, back.a, back.b};
    }
    x[lane] = here.a, x[n + lane] = here.b, x[2 * n + lane] = here.c, x[3 * n + lane] = here.d;
    w[lane] = back.a, w[n + lane] = back.b, w[2 * n + lane] = back.c, w[3 * n + lane] = back.d;
    for (size_t p = 0; p < 5; p++)
      slopes[p * n + lane] = sign * slope[p];
  }
  for (int p = 0; link >= 0 && p < 5; p++)
    epx_lanes_add_node_gradient(at->lanes, EPX_MESH_THETA + p, (int)link, weight, slopes + (size_t)p * n,
                                gradient);
}

/** Adds the slopes in the loops' gain, phase and bias, and takes w through them, onto the waveguides, in
 * place: node i's is n - 1 - i. */
static void enter(const walk *at, double sign, const double *weight, double *gradient) {
  const int n_nodes = at->lanes->network->n_nodes;
  const size_t n = (size_t)at->lanes->n_lanes;
  for (int i = 0; i < n_nodes; i++) {
    const double *gain = at->lanes->node[EPX_MESH_GAIN] + (size_t)i * n,
                 *phase = at->lanes->node[EPX_MESH_PHASE] + (size_t)i * n;
    const double *x = at->x + 2 * (size_t)(n_nodes - 1 - i) * n;
    double *w = at->w + 2 * (size_t)i * n, *of_gain = at->rows, *of_phase = of_gain + n,
           *of_bias = of_phase + n;
    for (size_t lane = 0; lane < n; lane++) {
      const double c = cos(phase[lane]), s = sin(phase[lane]), a = w[lane], b = w[n + lane];
      const double re = c * a + s * b, im = c * b - s * a; /* e^(-i phase) w */
      of_gain[lane] = sign * (re * x[lane] + im * x[n + lane]);
      of_phase[lane] = sign * gain[lane] * (im * x[lane] - re * x[n + lane]);
      of_bias[lane] = sign * a;
      w[lane] = gain[lane] * re;
      w[n + lane] = gain[lane] * im;
    }
    epx_lanes_add_node_gradient(at->lanes, EPX_MESH_GAIN, i, weight, of_gain, gradient);
    epx_lanes_add_node_gradient(at->lanes, EPX_MESH_PHASE, i, weight, of_phase, gradient);
    epx_lanes_add_node_gradient(at->lanes, EPX_MESH_BIAS, i, weight, of_bias, gradient);
  }
  for (int i = 0; i < n_nodes / 2; i++) {
    double *here = at->w + 2 * (size_t)i * n, *there = at->w + 2 * (size_t)(n_nodes - 1 - i) * n;
    for (size_t k = 0; k < 2 * n; k++) {
      const double kept = here[k];
      here[k] = there[k];
      there[k] = kept;
    }
  }
}

void epx_mesh_add_gradient(const epx_lanes *lanes, double sign, const double *s, const double *w,
                           const double *weight, double *gradient) {
  const epx_network *network = lanes->network;
  const size_t size = 2 * (size_t)network->n_nodes * (size_t)lanes->n_lanes;
  const walk at = {lanes, lanes->scratch, lanes->scratch + size, lanes->scratch + 2 * size};
  memmove(at.w, w, size * sizeof *w); /* either may stand in the scratch already, at its place */
  memmove(at.x, s, size * sizeof *s);
  go_forwards(&at);
  enter(&at, sign, weight, gradient);
  for (int c = network->n_nodes - 1; c >= 0; c--) {
    for (int m = c % 2; m + 1 < network->n_nodes; m += 2)
      go_back(&at, m, get_link(network, m, c), sign, weight, gradient);
  }
}
