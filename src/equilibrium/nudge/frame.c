/* Q M' = Q F'' Q^-T for F' = Q M: the transpose of F' where Q = -1, there with a mobility P F'' P^-1; where Q
 * = Omega, Q^-T = Omega, and Omega A Omega exchanges the rows and the columns of each pair and changes signs.
 */
#include "equilibrium/nudge/frame.h"

/* f -= scale P v, or f = -P v where scale is NULL: a vector of lanes of one row after the other. */
static void apply_mobility(const epx_lanes *lanes, const double *y, const double *scale, const double *v,
                           double *f) {
  const size_t n_lanes = (size_t)lanes->n_lanes;
  double P[EPX_LANE_WIDTH];
  for (int row = 0; row < lanes->network->n_state; row++) {
    for (int lane = 0; lane < lanes->n_lanes; lane += EPX_LANE_WIDTH) {
      const size_t at = (size_t)row * n_lanes + (size_t)lane;
      lanes->network->family->eval_mobility(lanes, y, row, lane, EPX_LANE_WIDTH, P, NULL);
      for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
        f[at + w] = scale ? f[at + w] - *scale * P[w] * v[at + w] : -P[w] * v[at + w];
    }
  }
}

void epx_frame_turn(epx_frame frame, int n_rows, int n_lanes_, double scale, const double *v, double *f) {
  const size_t n_lanes = (size_t)n_lanes_, n = (size_t)n_rows;
  if (frame != EPX_FRAME_HAMILTONIAN) {
    for (size_t k = 0; k < n * n_lanes; k++)
      f[k] -= scale * v[k];
    return;
  }
  for (size_t row = 0; row < n; row += 2) {
    const double *x = v + row * n_lanes, *p = x + n_lanes;
    double *f_x = f + row * n_lanes, *f_p = f_x + n_lanes;
    for (size_t lane = 0; lane < n_lanes; lane++) {
      f_x[lane] -= scale * p[lane];
      f_p[lane] += scale * x[lane];
    }
  }
}

void epx_frame_turn_back(epx_frame frame, int n_rows, int n_lanes_, const double *v, double *out) {
  const size_t n_lanes = (size_t)n_lanes_, n = (size_t)n_rows;
  if (frame != EPX_FRAME_HAMILTONIAN) {
    for (size_t k = 0; k < n * n_lanes; k++)
      out[k] = -v[k];
    return;
  }
  for (size_t row = 0; row < n; row += 2) {
    for (size_t lane = 0; lane < n_lanes; lane++) {
      out[row * n_lanes + lane] = v[(row + 1) * n_lanes + lane];
      out[(row + 1) * n_lanes + lane] = -v[row * n_lanes + lane];
    }
  }
}

void epx_frame_add(const epx_lanes *lanes, const double *y, double scale, const double *v, double *f) {
  const epx_network *network = lanes->network;
  if (network->family->eval_mobility)
    apply_mobility(lanes, y, &scale, v, f);
  else
    epx_frame_turn(network->family->frame, network->n_state, lanes->n_lanes, scale, v, f);
}

void epx_frame_eval_transposed(const epx_lanes *lanes, const double *y, const double *v, double *out) {
  const epx_network *network = lanes->network;
  if (network->family->eval_mobility)
    apply_mobility(lanes, y, NULL, v, out);
  else
    epx_frame_turn_back(network->family->frame, network->n_state, lanes->n_lanes, v, out);
}

void epx_frame_add_entry(epx_frame frame, int n, int width, int w, int row, int column, double a,
                         double *out) {
  const int to = frame == EPX_FRAME_HAMILTONIAN ? row ^ 1 : row;
  const double sign = frame == EPX_FRAME_HAMILTONIAN && row % 2 == 0 ? 1 : -1;
  out[((size_t)to * (size_t)n + (size_t)column) * (size_t)width + (size_t)w] += sign * a;
}

void epx_frame_add_transposition(epx_frame frame, int n, int width, const double *mobility,
                                 const double *jacobian, double *out) {
  const int paired = frame == EPX_FRAME_HAMILTONIAN;
  const size_t n_ = (size_t)n, width_ = (size_t)width;
  for (size_t row = 0; row < n_; row++) {
    for (size_t column = 0; column < n_; column++) {
      const size_t from_row = paired ? column ^ 1 : column, from_column = paired ? row ^ 1 : row;
      const double sign = paired ? (row % 2 ? 1 : -1) * (column % 2 ? -1 : 1) : 1;
      const double *there = jacobian + (from_row * n_ + from_column) * width_;
      const double *here = jacobian + (row * n_ + column) * width_;
      double *to = out + (row * n_ + column) * width_;
      const double *P_row = mobility ? mobility + row * width_ : NULL,
                   *P_column = mobility ? mobility + column * width_ : NULL;
      for (size_t w = 0; w < width_; w++)
        to[w] += sign * there[w] * (mobility ? P_row[w] / P_column[w] : 1) - here[w];
    }
  }
}
