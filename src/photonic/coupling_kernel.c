/** @file
 * The coupling kernels. A tile of the product, a few rows by a few vectors of lanes, stays in registers while
 * the sum over nodes runs, so that a matrix entry is loaded once for many lanes and a lane once for many
 * rows. Every lane's sum has the same order and the same operations in every tile: its bits do not depend on
 * the tile it falls into.
 *
 * The vector is the register of the instruction set; tiles are as large as its registers hold.
 */
#include "photonic/coupling_kernel.h"

#if defined(__AVX512F__)
enum { WIDTH = 8, ROWS = 4, VECTORS = 4 };
#elif defined(__AVX__)
enum { WIDTH = 4, ROWS = 4, VECTORS = 2 };
#else
enum { WIDTH = 2, ROWS = 4, VECTORS = 2 };
#endif
typedef double vector __attribute__((vector_size(WIDTH * sizeof(double)), may_alias));

#define INLINE static inline __attribute__((always_inline))

void EPX_KERNEL(epx_coupling_eval_shared)(const epx_coupling_product *product);
void EPX_KERNEL(epx_coupling_eval_own)(const epx_coupling_product *product);
void EPX_KERNEL(epx_coupling_add_overlaps)(const epx_coupling_overlap *overlap);
void EPX_KERNEL(epx_coupling_eval_overlap)(const epx_coupling_overlap *overlap);

/** One matrix for all lanes: fields and lanes are columns alike, `column` the first of the tile's. */
INLINE void eval_shared_tile(const epx_coupling_product *p, size_t r, int n_rows, size_t column,
                             int n_vectors) {
  const size_t n_columns = p->n_fields * p->n_lanes;
  const double *row[ROWS];
  vector sum[ROWS][VECTORS];
  for (int q = 0; q < n_rows; q++) {
    row[q] = p->coupling + (size_t)p->into[r + (size_t)q] * p->n_nodes;
    for (int v = 0; v < n_vectors; v++)
      sum[q][v] = (vector){0};
  }
  for (size_t c = 0; c < p->n_from; c++) {
    const size_t j = (size_t)p->from[c];
    const vector *x = (const vector *)(p->x + j * n_columns + column);
    for (int q = 0; q < n_rows; q++) {
      for (int v = 0; v < n_vectors; v++)
        sum[q][v] += row[q][j] * x[v];
    }
  }
  for (int q = 0; q < n_rows; q++) {
    vector *out = (vector *)(p->out + (size_t)p->into[r + (size_t)q] * n_columns + column);
    for (int v = 0; v < n_vectors; v++)
      out[v] = sum[q][v];
  }
}

INLINE void eval_shared_columns(const epx_coupling_product *p, size_t column, int n_vectors) {
  size_t r = 0;
  for (; r + ROWS <= p->n_into; r += ROWS)
    eval_shared_tile(p, r, ROWS, column, n_vectors);
  switch (p->n_into - r) {
  case 3:
    eval_shared_tile(p, r, 3, column, n_vectors);
    break;
  case 2:
    eval_shared_tile(p, r, 2, column, n_vectors);
    break;
  case 1:
    eval_shared_tile(p, r, 1, column, n_vectors);
    break;
  default:
    break;
  }
}

void EPX_KERNEL(epx_coupling_eval_shared)(const epx_coupling_product *p) {
  const size_t n_columns = p->n_fields * p->n_lanes;
  size_t column = 0;
  for (; column + WIDTH * VECTORS <= n_columns; column += WIDTH * VECTORS)
    eval_shared_columns(p, column, VECTORS);
  for (; column < n_columns; column += WIDTH)
    eval_shared_columns(p, column, 1);
}

/** A matrix for each lane: the matrix streams through, each entry used for every field while it is in a
 * register. */
INLINE void eval_own_tile(const epx_coupling_product *p, size_t r, int n_rows, size_t field, int n_fields,
                          size_t lane) {
  const size_t n_lanes = p->n_lanes;
  const double *row[ROWS];
  vector sum[ROWS][2];
  for (int q = 0; q < n_rows; q++) {
    row[q] = p->coupling + (size_t)p->into[r + (size_t)q] * p->n_nodes * n_lanes + lane;
    for (int f = 0; f < n_fields; f++)
      sum[q][f] = (vector){0};
  }
  for (size_t c = 0; c < p->n_from; c++) {
    const size_t j = (size_t)p->from[c];
    const double *x = p->x + (j * p->n_fields + field) * n_lanes + lane;
    for (int q = 0; q < n_rows; q++) {
      const vector J = *(const vector *)(row[q] + j * n_lanes);
      for (int f = 0; f < n_fields; f++)
        sum[q][f] += J * *(const vector *)(x + (size_t)f * n_lanes);
    }
  }
  for (int q = 0; q < n_rows; q++) {
    double *out = p->out + ((size_t)p->into[r + (size_t)q] * p->n_fields + field) * n_lanes + lane;
    for (int f = 0; f < n_fields; f++)
      *(vector *)(out + (size_t)f * n_lanes) = sum[q][f];
  }
}

INLINE void eval_own_fields(const epx_coupling_product *p, size_t field, int n_fields) {
  size_t r = 0;
  for (; r + ROWS <= p->n_into; r += ROWS) {
    for (size_t lane = 0; lane < p->n_lanes; lane += WIDTH)
      eval_own_tile(p, r, ROWS, field, n_fields, lane);
  }
  for (; r < p->n_into; r++) {
    for (size_t lane = 0; lane < p->n_lanes; lane += WIDTH)
      eval_own_tile(p, r, 1, field, n_fields, lane);
  }
}

void EPX_KERNEL(epx_coupling_eval_own)(const epx_coupling_product *p) {
  size_t field = 0;
  for (; field + 2 <= p->n_fields; field += 2)
    eval_own_fields(p, field, 2);
  for (; field < p->n_fields; field++)
    eval_own_fields(p, field, 1);
}

/** One register of lanes of the overlap over a link. */
INLINE vector eval_overlap(const epx_coupling_overlap *o, size_t l, size_t lane) {
  const size_t n_columns = o->n_fields * o->n_lanes;
  const size_t i = (size_t)o->links[l].i * n_columns, j = (size_t)o->links[l].j * n_columns;
  vector sum = {0};
  for (size_t at = lane; at < n_columns; at += o->n_lanes) {
    sum += *(const vector *)(o->u + i + at) * *(const vector *)(o->x + j + at);
    sum += o->back * *(const vector *)(o->u + j + at) * *(const vector *)(o->x + i + at);
  }
  return sum;
}

/** All lanes belong to one gradient: sums run as those of instances beside others do (lanes.c, eval_sum()). */
void EPX_KERNEL(epx_coupling_add_overlaps)(const epx_coupling_overlap *o) {
  enum { PARTS = EPX_LANE_WIDTH / WIDTH };
  const size_t whole = o->n_used - o->n_used % EPX_LANE_WIDTH;
  for (size_t l = 0; l < o->n_links; l++) {
    vector part[PARTS] = {{0}};
    double sum = 0;
    for (size_t lane = 0; lane < whole; lane += EPX_LANE_WIDTH) {
      for (size_t q = 0; q < PARTS; q++)
        part[q] += eval_overlap(o, l, lane + q * WIDTH);
    }
    for (int k = 0; whole > 0 && k < EPX_LANE_WIDTH; k++)
      sum += part[k / WIDTH][k % WIDTH];
    for (size_t lane = whole; lane < o->n_used; lane += WIDTH) {
      const vector left = eval_overlap(o, l, lane);
      for (size_t w = 0; w < WIDTH && lane + w < o->n_used; w++)
        sum += left[w];
    }
    o->out[l] += sum;
  }
}

/** Each lane by itself, of one link. */
void EPX_KERNEL(epx_coupling_eval_overlap)(const epx_coupling_overlap *o) {
  for (size_t lane = 0; lane < o->n_lanes; lane += WIDTH)
    *(vector *)(o->out + lane) = eval_overlap(o, 0, lane);
}
