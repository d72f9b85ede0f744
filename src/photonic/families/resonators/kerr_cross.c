/** @file
 * Cross-Kerr: link by link, the light of one end into the shift of the other.
 */
#include "photonic/families/resonators/kerr_cross.h"

#include <math.h>
#include <string.h>

static size_t at_re(const epx_lanes *lanes, int i) {
  return 2 * (size_t)i * (size_t)lanes->n_lanes;
}

static size_t at_im(const epx_lanes *lanes, int i) {
  return at_re(lanes, i) + (size_t)lanes->n_lanes;
}

/** Evaluates |a_i|^2 of a node. */
static void eval_intensity(const epx_lanes *lanes, const double *y, int i, double *intensity) {
  const double *re = y + at_re(lanes, i), *im = y + at_im(lanes, i);
  for (int lane = 0; lane < lanes->n_lanes; lane++)
    intensity[lane] = re[lane] * re[lane] + im[lane] * im[lane];
}

void epx_kerr_cross_eval_shift(const epx_lanes *lanes, int p, const double *y, double *shift, double *row) {
  const epx_topology *topology = lanes->network->topology;
  const size_t n = (size_t)lanes->n_lanes;
  double *g = row, *of_i = row + n, *of_j = of_i + n;
  memset(shift, 0, (size_t)lanes->network->n_nodes * n * sizeof *shift);
  for (size_t l = 0; l < topology->n_links; l++) {
    const epx_link link = topology->links[l];
    double *shift_i = shift + (size_t)link.i * n, *shift_j = shift + (size_t)link.j * n;
    epx_lanes_lay_link(lanes, p, l, 0, lanes->n_lanes, g);
    eval_intensity(lanes, y, link.i, of_i);
    eval_intensity(lanes, y, link.j, of_j);
    for (size_t lane = 0; lane < n; lane++) {
      shift_i[lane] += g[lane] * of_j[lane];
      shift_j[lane] += g[lane] * of_i[lane];
    }
  }
}

void epx_kerr_cross_add_field(const epx_lanes *lanes, int p, const double *y, double *work, double *f) {
  const size_t n = (size_t)lanes->n_lanes, n_nodes = (size_t)lanes->network->n_nodes;
  double *shift = work;
  epx_kerr_cross_eval_shift(lanes, p, y, shift, work + n_nodes * n);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    const size_t re = at_re(lanes, i), im = at_im(lanes, i);
    for (size_t lane = 0; lane < n; lane++) {
      f[re + lane] -= shift[(size_t)i * n + lane] * y[im + lane];
      f[im + lane] += shift[(size_t)i * n + lane] * y[re + lane];
    }
  }
}

/** Adds dF_i/da_i += i X_i and dF_i/da_j += 2 i g_ij a_i a_j' of one link, and of its other end. */
static void add_link(const epx_lanes *lanes, int p, const double *y, size_t l, int lane, int width,
                     double *jacobian) {
  const epx_link link = lanes->network->topology->links[l];
  const size_t n_state = (size_t)lanes->network->n_state;
  double g[EPX_LANE_WIDTH];
  epx_lanes_lay_link(lanes, p, l, lane, width, g);
  for (int end = 0; end < 2; end++) {
    const int i = end ? link.j : link.i, j = end ? link.i : link.j;
    const double *x_i = y + at_re(lanes, i) + lane, *p_i = y + at_im(lanes, i) + lane;
    const double *x_j = y + at_re(lanes, j) + lane, *p_j = y + at_im(lanes, j) + lane;
    double *re = jacobian + 2 * (size_t)i * n_state * (size_t)width, *im = re + n_state * (size_t)width;
    for (int w = 0; w < width; w++) {
      const double shift = g[w] * (x_j[w] * x_j[w] + p_j[w] * p_j[w]);
      re[(2 * i + 1) * width + w] -= shift;
      im[2 * i * width + w] += shift;
      re[2 * j * width + w] -= 2 * g[w] * p_i[w] * x_j[w];
      re[(2 * j + 1) * width + w] -= 2 * g[w] * p_i[w] * p_j[w];
      im[2 * j * width + w] += 2 * g[w] * x_i[w] * x_j[w];
      im[(2 * j + 1) * width + w] += 2 * g[w] * x_i[w] * p_j[w];
    }
  }
}

void epx_kerr_cross_add_jacobian(const epx_lanes *lanes, int p, const double *y, int lane, int width,
                                 double *jacobian) {
  for (size_t l = 0; l < lanes->network->topology->n_links; l++)
    add_link(lanes, p, y, l, lane, width, jacobian);
}

void epx_kerr_cross_eval_bound(const epx_lanes *lanes, int p, const double *y, double *bound, double *row) {
  const epx_topology *topology = lanes->network->topology;
  const size_t n = (size_t)lanes->n_lanes;
  double *g = row, *of_i = row + n, *of_j = of_i + n;
  memset(bound, 0, (size_t)lanes->network->n_nodes * n * sizeof *bound);
  for (size_t l = 0; lanes->active[p] && l < topology->n_links; l++) {
    const epx_link link = topology->links[l];
    epx_lanes_lay_link(lanes, p, l, 0, lanes->n_lanes, g);
    eval_intensity(lanes, y, link.i, of_i);
    eval_intensity(lanes, y, link.j, of_j);
    for (size_t lane = 0; lane < n; lane++) {
      const double here = fabs(g[lane]) * sqrt(of_i[lane] * of_j[lane]);
      bound[(size_t)link.i * n + lane] += here;
      bound[(size_t)link.j * n + lane] += here;
    }
  }
}
