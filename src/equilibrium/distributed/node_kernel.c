/** @file
 * The kernels of distributed networks: what a step and a product do with every node. Most nodes are fields of
 * two components: the compiler is told.
 */
#include "equilibrium/distributed/node_kernel.h"

#include <math.h>

#include "epilux/family.h"

/** Nodes from the one at work to those that the memory is asked for. */
enum { AHEAD = 128, LINE = 64 };

void EPX_KERNEL(epx_nodes_receive) EPX_NODES_RECEIVE_ARGUMENTS;
void EPX_KERNEL(epx_nodes_multiply) EPX_NODES_MULTIPLY_ARGUMENTS;
void EPX_KERNEL(epx_nodes_lay) EPX_NODES_LAY_ARGUMENTS;
void EPX_KERNEL(epx_nodes_gather) EPX_NODES_GATHER_ARGUMENTS;
void EPX_KERNEL(epx_pair_form) EPX_PAIR_FORM_ARGUMENTS;
void EPX_KERNEL(epx_pair_extend) EPX_PAIR_EXTEND_ARGUMENTS;

#define INLINE static inline __attribute__((always_inline))

/** What two components bring, side by side. */
typedef double pair __attribute__((vector_size(2 * sizeof(double)), aligned(sizeof(double)), may_alias));

/** Asks for the links of a vector of nodes, AHEAD from r, and for what the last links half as far bring:
 * those of the others have been asked for before, in a lattice. Tells whether there are so many nodes. */
INLINE int fetch(const epx_node_links *links, size_t r) {
  const size_t at = r + AHEAD;
  if (at + EPX_LANE_WIDTH > links->n_left) return 0;
  const size_t from = (size_t)links->start[at], to = (size_t)links->start[at + EPX_LANE_WIDTH];
  for (size_t k = from; k < to; k += LINE / sizeof *links->coupling)
    __builtin_prefetch(links->coupling + k);
  for (size_t k = from; k < to; k += LINE / sizeof *links->column)
    __builtin_prefetch(links->column + k);
  const int half = links->start[r + AHEAD / 2];
  if (half > 0) __builtin_prefetch(links->sent + (size_t)links->column[half - 1] * links->n_sent);
  return 1;
}

/** Sums what the links of node r bring, in their order. */
INLINE void sum_links(const epx_node_links *links, size_t r, size_t n_sent, double *sum) {
  if (n_sent == 2) {
    pair of = {0, 0};
    for (int k = links->start[r]; k < links->start[r + 1]; k++)
      of += links->coupling[k] * ((const pair *)links->sent)[links->column[k]];
    *(pair *)sum = of;
    return;
  }
  for (size_t c = 0; c < n_sent; c++)
    sum[c] = 0;
  for (int k = links->start[r]; k < links->start[r + 1]; k++) {
    const double *x = links->sent + (size_t)links->column[k] * n_sent;
    for (size_t c = 0; c < n_sent; c++)
      sum[c] += links->coupling[k] * x[c];
  }
}

/** y = A x, A [n_out][n_in], by columns where `transposed`; added to y where `adds`. */
INLINE void multiply(size_t n_out, size_t n_in, int transposed, int adds, const double *a, const double *x,
                     double *y) {
  for (size_t i = 0; i < n_out; i++) {
    double sum = adds ? y[i] : 0;
    for (size_t j = 0; j < n_in; j++)
      sum += (transposed ? a[j * n_out + i] : a[i * n_in + j]) * x[j];
    y[i] = sum;
  }
}

INLINE void receive(const epx_node_links *links, size_t n, size_t n_rows, size_t n_sent, const double *slope,
                    size_t n_all, const double *base, size_t n_lanes, double *input) {
  double sum[EPX_LINK_MAX_ROWS], brought[EPX_LINK_MAX_ROWS];
  for (size_t r = 0; r < n; r++) {
    if (r % EPX_LANE_WIDTH == 0 && fetch(links, r)) {
      for (size_t c = 0; c < n_rows; c++)
        __builtin_prefetch(base + c * n_all + r + AHEAD);
    }
    sum_links(links, r, n_sent, sum);
    if (slope) multiply(n_rows, n_sent, 0, 0, slope, sum, brought);
    for (size_t c = 0; c < n_rows; c++)
      input[c * n_lanes + r] = base[c * n_all + r] + (slope ? brought : sum)[c];
  }
}

void EPX_KERNEL(epx_nodes_receive) EPX_NODES_RECEIVE_ARGUMENTS {
  if (links->n_sent == 2 && n_rows == 2 && slope) {
    receive(links, n, 2, 2, slope, n_all, base, n_lanes, input);
  } else if (links->n_sent == 2 && n_rows == 2) {
    receive(links, n, 2, 2, NULL, n_all, base, n_lanes, input);
  } else {
    receive(links, n, n_rows, links->n_sent, slope, n_all, base, n_lanes, input);
  }
}

/** Asks for the blocks of a vector of nodes, AHEAD of this one. */
INLINE void fetch_blocks(size_t n_components, const double *block) {
  const size_t n = n_components * n_components, step = LINE / sizeof *block;
  for (size_t k = 0; k < EPX_LANE_WIDTH * n; k += step)
    __builtin_prefetch(block + AHEAD * n + k);
}

INLINE void multiply_rows(const epx_node_links *links, size_t n_sent, size_t n, size_t n_components,
                          const double *own, int transposed, const double *in, const double *x, double *y) {
  double sum[EPX_LINK_MAX_ROWS], out[EPX_LINK_MAX_ROWS];
  for (size_t r = 0; r < n; r++) {
    const double *block = own + r * n_components * n_components;
    if (r % EPX_LANE_WIDTH == 0 && fetch(links, r)) fetch_blocks(n_components, block);
    sum_links(links, r, n_sent, sum);
    multiply(n_components, n_sent, 0, 0, in, sum, out);
    multiply(n_components, n_components, transposed, 1, block, x + r * n_components, out);
    for (size_t c = 0; c < n_components; c++)
      y[r * n_components + c] = out[c];
  }
}

void EPX_KERNEL(epx_nodes_multiply) EPX_NODES_MULTIPLY_ARGUMENTS {
  if (links->n_sent == 2 && n_components == 2 && !transposed) {
    multiply_rows(links, 2, n, 2, own, 0, in, x, y);
  } else {
    multiply_rows(links, links->n_sent, n, n_components, own, transposed, in, x, y);
  }
}

INLINE void lay(size_t n_components, size_t n, size_t n_lanes, const double *nodes, double *lanes) {
  for (size_t r = 0; r < n; r++) {
    for (size_t c = 0; c < n_components; c++)
      lanes[c * n_lanes + r] = nodes[r * n_components + c];
  }
}

void EPX_KERNEL(epx_nodes_lay) EPX_NODES_LAY_ARGUMENTS {
  if (n_components == 2) {
    lay(2, n, n_lanes, nodes, lanes);
  } else {
    lay(n_components, n, n_lanes, nodes, lanes);
  }
}

INLINE void gather(size_t n_components, size_t n, size_t n_lanes, const double *lanes, double *nodes) {
  for (size_t r = 0; r < n; r++) {
    for (size_t c = 0; c < n_components; c++)
      nodes[r * n_components + c] = lanes[c * n_lanes + r];
  }
}

void EPX_KERNEL(epx_nodes_gather) EPX_NODES_GATHER_ARGUMENTS {
  if (n_components == 2) {
    gather(2, n, n_lanes, lanes, nodes);
  } else {
    gather(n_components, n, n_lanes, lanes, nodes);
  }
}

void EPX_KERNEL(epx_pair_form) EPX_PAIR_FORM_ARGUMENTS {
  const double a = h * c[0], b = h * c[1], d = h * c[2]; /* a stage takes the last rate, the end all three */
  const double *restrict k1 = k[0], *restrict k2 = k[1], *restrict k3 = k[2];
  if (b == 0) {
    for (size_t i = 0; i < n; i++)
      end[i] = y[i] + a * k1[i];
  } else if (a == 0) {
    for (size_t i = 0; i < n; i++)
      end[i] = y[i] + b * k2[i];
  } else {
    for (size_t i = 0; i < n; i++)
      end[i] = y[i] + (a * k1[i] + b * k2[i] + d * k3[i]);
  }
}

INLINE double get_larger(double a, double b) {
  return a > b ? a : b;
}

enum { MOST = EPX_LINK_MAX_ROWS * EPX_LANE_WIDTH };

/** Largest of each place of a vector of nodes. */
typedef struct {
  double rate[MOST], size[MOST], share[MOST], lost[MOST];
} extents;

/** The square of a node's norm, as each of its components sees it. */
INLINE double eval_square(size_t n_components, size_t i, const double *squares) {
  if (n_components == 1) return squares[i];
  if (n_components == 2) return squares[i] + squares[i ^ 1];
  double sum = 0;
  for (size_t k = i / n_components * n_components, c = 0; c < n_components; c++)
    sum += squares[k + c];
  return sum;
}

/** Lets `width` nodes from the number `at` on extend what is known. */
INLINE void extend_nodes(size_t n_components, size_t width, size_t at, double atol, double rtol,
                         const double *c, const double *y, const double *end, const double *const *k,
                         extents *restrict e) {
  const double *k1 = k[0] + at, *k2 = k[1] + at, *k3 = k[2] + at, *k4 = k[3] + at;
  const double *from = y + at, *to = end + at;
  const size_t n = width * n_components;
  double off[MOST], here[MOST], there[MOST];
  for (size_t i = 0; i < n; i++) {
    const double error = c[0] * k1[i] + c[1] * k2[i] + c[2] * k3[i] + c[3] * k4[i];
    off[i] = error * error;
    here[i] = from[i] * from[i];
    there[i] = to[i] * to[i];
    e->rate[i] = get_larger(fabs(k4[i]), e->rate[i]);
    e->size[i] = get_larger(fabs(to[i]), e->size[i]);
  }
  for (size_t i = 0; i < n; i++) {
    const double after = eval_square(n_components, i, there), before = eval_square(n_components, i, here);
    const double error = eval_square(n_components, i, off);
    const double share = error / (atol * atol + rtol * rtol * get_larger(after, before));
    e->share[i] = get_larger(share, e->share[i]);
    e->lost[i] += 0 * error + 0 * after; /* NaN once, NaN for good */
  }
}

INLINE void extend(size_t n_components, size_t n, double rtol, double atol, const double *c, const double *y,
                   const double *end, const double *const *k, double *of) {
  extents e = {{0}, {0}, {0}, {0}};
  const size_t whole = n / EPX_LANE_WIDTH * EPX_LANE_WIDTH;
  for (size_t r = 0; r < whole; r += EPX_LANE_WIDTH)
    extend_nodes(n_components, EPX_LANE_WIDTH, r * n_components, atol, rtol, c, y, end, k, &e);
  extend_nodes(n_components, n - whole, whole * n_components, atol, rtol, c, y, end, k, &e);
  for (size_t i = 0; i < MOST; i++) {
    of[0] = fmax(of[0], e.rate[i]);
    of[1] = fmax(of[1], e.size[i]);
    of[2] = fmax(of[2], sqrt(e.share[i]));
    if (e.lost[i] != 0) of[3] = 1;
  }
}

void EPX_KERNEL(epx_pair_extend) EPX_PAIR_EXTEND_ARGUMENTS {
  if (n_components == 1) {
    extend(1, n, rtol, atol, c, y, end, k, of);
  } else if (n_components == 2) {
    extend(2, n, rtol, atol, c, y, end, k, of);
  } else {
    extend(n_components, n, rtol, atol, c, y, end, k, of);
  }
}
