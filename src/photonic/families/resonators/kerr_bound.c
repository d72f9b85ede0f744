/** @file
 * The squeeze S_i of a node, |kerr| |a|^2 large, grows along one axis, and the node's own rotation O_i takes
 * what has grown away from it. A quadratic form sees this: with V = sum v_i' (1 + X_i) v_i, X_i as S_i but
 * turned by an eighth and of the size x_i = |S_i| / |O_i|, the growth of V by rotation of X_i is what S_i
 * does, with the other sign:
 *
 *   dV/dt = -sum over i, j of v_i' M_ij v_j,   M_ii = 2 g_i (1 + X_i),  M_ij = -C_ij (X_i R - R X_j),
 *
 * g_i = loss/2, R a quarter turn, and M_ii = 2 (g_i - S_i), X_i = 0, of nodes whose squeeze is small. Where M
 * with g_i - b in place of g_i is positive definite, and all x_i < 1, nothing grows by more than -b. Off the
 * large nodes M is made of blocks: what is left to be asked is their Schur complement, of at most 24 rows, by
 * Cholesky.
 */
#include "photonic/families/resonators/kerr_bound.h"

#include <math.h>
#include <string.h>

enum { MOST = 12 };

/** A share of half the loss from which on a node's squeeze is large. */
#define LARGE 0.9

/** Half the loss, rotation, and the squeeze [[a, b], [b, -a]] of a node. */
typedef struct {
  double half, rotation, a, b, size;
} node;

typedef struct {
  double of[2][2];
} block;

static double get(const epx_kerr_bound *k, int parameter, int i) {
  return k->lanes->node[parameter][(size_t)i * (size_t)k->lanes->n_lanes + (size_t)k->lane];
}

static node get_node(const epx_kerr_bound *k, int i) {
  const size_t n = (size_t)k->lanes->n_lanes;
  const double x = k->y[2 * (size_t)i * n + (size_t)k->lane],
               p = k->y[(2 * (size_t)i + 1) * n + (size_t)k->lane];
  const double kerr = get(k, k->kerr, i);
  return (node){.half = 0.5 * (get(k, k->loss, i) + get(k, k->coupling_loss, i)),
                .rotation = get(k, k->detuning, i) + 2 * kerr * (x * x + p * p),
                .a = -2 * kerr * x * p,
                .b = kerr * (x * x - p * p),
                .size = fabs(kerr) * (x * x + p * p)};
}

static double get_coupling(const epx_kerr_bound *k, int i, int j) {
  const epx_lanes *lanes = k->lanes;
  const size_t at = (size_t)i * (size_t)lanes->network->n_nodes + (size_t)j;
  return lanes->shared ? lanes->coupling[at] : lanes->coupling[at * (size_t)lanes->n_lanes + (size_t)k->lane];
}

/** X_i = [[c, d], [d, -c]] with c = b / O, d = -a / O. */
static block get_form(const node *n) {
  const double c = n->b / n->rotation, d = -n->a / n->rotation;
  return (block){{{c, d}, {d, -c}}};
}

/** X R, R = [[0, -1], [1, 0]]. */
static block turn(block x) {
  return (block){{{x.of[0][1], -x.of[0][0]}, {x.of[1][1], -x.of[1][0]}}};
}

/** Tells whether a matrix [n][n], whose lower triangle is read and overwritten, is positive definite. */
static bool is_definite(int n, double a[2 * MOST][2 * MOST]) {
  for (int k = 0; k < n; k++) {
    if (!(a[k][k] > 0)) return false;
    for (int i = k + 1; i < n; i++) {
      const double l = a[i][k] / a[k][k];
      for (int j = k + 1; j <= i; j++)
        a[i][j] -= l * a[j][k];
    }
  }
  return true;
}

/** What the bound is tried on: the large nodes, their forms, and the others. */
typedef struct {
  const epx_kerr_bound *call;
  int n_large, large[MOST];
  node nodes[MOST];
  block form[MOST];
} complement;

/** Takes M_ij M_jj^-1 M_jk of a node j that is not large off the complement: M_ij = -C_ij X_i R. */
static void take_off(const complement *m, int j, double b, double a[2 * MOST][2 * MOST]) {
  const node n = get_node(m->call, j);
  const double half = n.half - b, scale = 1 / (2 * (half * half - n.size * n.size));
  const double inverse[2][2] = {{scale * (half + n.a), scale * n.b}, {scale * n.b, scale * (half - n.a)}};
  double row[2 * MOST][2], product[2 * MOST][2];
  for (int q = 0; q < m->n_large; q++) {
    const double C = get_coupling(m->call, m->large[q], j);
    const block x = turn(m->form[q]);
    for (int r = 0; r < 2; r++) {
      double *own = row[2 * q + r], *times = product[2 * q + r];
      own[0] = C * x.of[r][0];
      own[1] = C * x.of[r][1];
      times[0] = own[0] * inverse[0][0] + own[1] * inverse[1][0];
      times[1] = own[0] * inverse[0][1] + own[1] * inverse[1][1];
    }
  }
  for (int r = 0; r < 2 * m->n_large; r++) {
    for (int c = 0; c <= r; c++)
      a[r][c] -= product[r][0] * row[c][0] + product[r][1] * row[c][1];
  }
}

static bool is_large(const node *n) {
  return !(n->size < LARGE * n->half);
}

static void set_large_rows(const complement *m, double b, double a[2 * MOST][2 * MOST]) {
  for (int q = 0; q < m->n_large; q++) {
    for (int k = 0; k <= q; k++) {
      const double C = q == k ? 0 : get_coupling(m->call, m->large[q], m->large[k]);
      const block own = turn(m->form[q]), other = turn(m->form[k]); /* (R X)' = -X R: R X_j = (-X_j R)' */
      for (int r = 0; r < 2; r++) {
        for (int c = 0; c < 2; c++) {
          const double same = r == c ? 1 : 0;
          a[2 * q + r][2 * k + c] = q == k ? 2 * (m->nodes[q].half - b) * (same + m->form[q].of[r][c])
                                           : -C * (own.of[r][c] + other.of[c][r]);
        }
      }
    }
  }
}

static bool holds(const complement *m, double b) {
  double a[2 * MOST][2 * MOST];
  const int n = m->call->lanes->network->n_nodes;
  set_large_rows(m, b, a);
  for (int j = 0; j < n; j++) {
    const node here = get_node(m->call, j);
    if (is_large(&here)) continue;
    take_off(m, j, b, a);
  }
  return is_definite(2 * m->n_large, a);
}

double epx_kerr_bound_eval(const epx_kerr_bound *call) {
  static const double shares[] = {0.24, 0.12, 0.03, 0};
  complement m = {.call = call};
  double least = INFINITY; /* half of a loss */
  double room = INFINITY;  /* what a small squeeze leaves of one */
  for (int i = 0; i < call->lanes->network->n_nodes; i++) {
    const node n = get_node(call, i);
    least = fmin(least, n.half);
    if (!is_large(&n)) {
      room = fmin(room, n.half - n.size);
      continue;
    }
    if (m.n_large == MOST || !(n.size < fabs(n.rotation))) return INFINITY;
    m.large[m.n_large] = i;
    m.nodes[m.n_large] = n;
    m.form[m.n_large++] = get_form(&n);
  }
  for (int k = 0; shares[k] > 0; k++) {
    if (shares[k] * least < room && holds(&m, shares[k] * least)) return -shares[k] * least;
  }
  return INFINITY;
}
