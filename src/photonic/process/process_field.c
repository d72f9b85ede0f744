/* The grid has a whole number of cells a die, so that every die lies alike among its nodes, and one set of
 * weights and one factor serve all. With G the covariance of the nodes around a die, c that between nodes and
 * devices, C that of the devices, and W = c' (G + tau)^-1, the devices are W nodes + factor z,   factor
 * factor' = C - W G W': their covariance is C, whatever W is. The best W, with tau = 0, leaves the smallest
 * rest, which knows nothing of other dies; tau keeps the solution stable where the nodes are nearly
 * dependent. */
#include "photonic/process/process_field.h"

#include <math.h>

#include "base/array.h"
#include "photonic/device/line_average.h"
#include "photonic/process/cholesky.h"

enum { MARGIN = 2, MAX_CELLS = 12, CELLS_A_LENGTH = 4 };
static const double tau = 1e-8;

static epx_err factorise(int n, double *covariance) {
  for (size_t i = 0; i < (size_t)n; i++)
    covariance[i * (size_t)n + i] += EPX_FIELD_JITTER;
  EPX_TRY(epx_cholesky_eval(n, covariance));
  return EPX_OK;
}

static epx_err create_covariance(const epx_correlation *correlation, int n, const epx_placed *devices,
                                 epx_process_field **out) {
  EPX_TRY(EPX_ARRAY(*out, 1));
  epx_process_field *f = *out;
  f->n = n;
  EPX_TRY(EPX_ARRAY(f->factor, (size_t)n * (size_t)n));
  epx_line_average_eval_matrix(correlation, n, devices, f->factor);
  return EPX_OK;
}

epx_err epx_process_field_create(const epx_correlation *correlation, int n, const epx_placed *devices,
                                 epx_process_field **out) {
  epx_process_field *f = NULL;
  int status = create_covariance(correlation, n, devices, &f);
  if (status == EPX_OK) status = factorise(n, f->factor);
  if (status != EPX_OK) {
    epx_process_field_destroy(&f);
    return status;
  }
  *out = f;
  return EPX_OK;
}

void epx_process_field_destroy(epx_process_field **address) {
  epx_process_field *f = *address;
  if (!f) return;
  epx_array_destroy(&f->factor);
  epx_array_destroy(&f->weight);
  epx_circulant_destroy(&f->circulant);
  epx_array_destroy(address);
}

/** Gets how many cells a die of that size is cut into. */
static int get_cells(const epx_correlation *c, double size) {
  const double length = c->kind == EPX_CORRELATION_TABLE ? c->distance[c->n_points - 1] : c->length;
  const double cells = ceil(CELLS_A_LENGTH * size / length);
  return cells < MAX_CELLS ? (int)fmax(cells, 1) : MAX_CELLS;
}

/** Sets the nodes around a die, as points in the coordinates of the placement. */
static void set_nodes(const epx_process_field *f, const epx_wafer_spec *s, epx_placed *nodes) {
  for (int j = 0; j < f->nodes_y; j++) {
    for (int i = 0; i < f->nodes_x; i++) {
      nodes[j * f->nodes_x + i] = (epx_placed){.x = s->origin_x + (i - MARGIN) * s->die_width / f->cells_x,
                                               .y = s->origin_y + (j - MARGIN) * s->die_height / f->cells_y};
    }
  }
}

/** The room that the weights are made in. */
typedef struct {
  epx_placed *nodes; /* [m] */
  double *between;   /* G [m][m] */
  double *factor;    /* of G + tau [m][m] */
  double *weight;    /* W' [m][n] */
  double *product;   /* G W' [m][n] */
} room;

static epx_err create_room(size_t m, size_t n, room *r) {
  EPX_TRY(EPX_ARRAY(r->nodes, m));
  EPX_TRY(EPX_ARRAY(r->between, m * m));
  EPX_TRY(EPX_ARRAY(r->factor, m * m));
  EPX_TRY(EPX_ARRAY(r->weight, m * n));
  EPX_TRY(EPX_ARRAY(r->product, m * n));
  return EPX_OK;
}

static void destroy_room(room *r) {
  epx_array_destroy(&r->nodes);
  epx_array_destroy(&r->between);
  epx_array_destroy(&r->factor);
  epx_array_destroy(&r->weight);
  epx_array_destroy(&r->product);
}

/** C -= W G W', and the weights of each device in a row. */
static void subtract_nodes(size_t m, const room *r, epx_process_field *f) {
  const size_t n = (size_t)f->n;
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < m; j++) {
      for (size_t d = 0; d < n; d++)
        r->product[i * n + d] += r->between[i * m + j] * r->weight[j * n + d];
    }
  }
  for (size_t i = 0; i < m; i++) {
    for (size_t d = 0; d < n; d++) {
      f->weight[d * m + i] = r->weight[i * n + d];
      for (size_t e = 0; e < n; e++)
        f->factor[d * n + e] -= r->weight[i * n + d] * r->product[i * n + e];
    }
  }
}

static epx_err set_weights(const epx_correlation *correlation, const epx_wafer *wafer,
                           const epx_placement *placement, room *r, epx_process_field *f) {
  const int n = f->n, m = f->nodes_x * f->nodes_y;
  const size_t m_ = (size_t)m, n_ = (size_t)n;
  EPX_TRY(create_room(m_, n_, r));
  EPX_TRY(EPX_ARRAY(f->weight, n_ * m_));
  set_nodes(f, &wafer->spec, r->nodes);
  epx_line_average_eval_matrix(correlation, m, r->nodes, r->between);
  for (size_t k = 0; k < m_ * m_; k++)
    r->factor[k] = r->between[k] + (k % (m_ + 1) == 0 ? tau : 0);
  EPX_TRY(epx_cholesky_eval(m, r->factor));
  for (size_t i = 0; i < m_; i++) {
    for (size_t d = 0; d < n_; d++) {
      r->weight[i * n_ + d] =
          epx_line_average_eval_covariance(correlation, &r->nodes[i], &placement->devices[d]);
    }
  }
  epx_cholesky_solve(m, r->factor, n, r->weight);
  subtract_nodes(m_, r, f);
  EPX_TRY(factorise(n, f->factor));
  return EPX_OK;
}

static epx_err set_grid(const epx_correlation *correlation, const epx_wafer *wafer,
                        const epx_placement *placement, double padding, epx_process_field *f) {
  const epx_wafer_spec *s = &wafer->spec;
  f->cells_x = get_cells(correlation, s->die_width);
  f->cells_y = get_cells(correlation, s->die_height);
  f->nodes_x = f->cells_x + 1 + 2 * MARGIN;
  f->nodes_y = f->cells_y + 1 + 2 * MARGIN;
  f->grid_x = (wafer->column_high - wafer->column_low) * f->cells_x + f->nodes_x;
  f->grid_y = (wafer->row_high - wafer->row_low) * f->cells_y + f->nodes_y;
  EPX_TRY(epx_circulant_create(correlation, f->grid_x, f->grid_y, s->die_width / f->cells_x,
                               s->die_height / f->cells_y, padding, &f->circulant));
  room r = {0};
  const int status = set_weights(correlation, wafer, placement, &r, f);
  destroy_room(&r);
  return status;
}

epx_err epx_process_field_create_on_wafer(const epx_correlation *correlation, const epx_wafer *wafer,
                                          const epx_placement *placement, double padding,
                                          epx_process_field **out) {
  epx_process_field *f = NULL;
  int status = create_covariance(correlation, placement->n_devices, placement->devices, &f);
  if (status == EPX_OK) status = set_grid(correlation, wafer, placement, padding, f);
  if (status != EPX_OK) {
    epx_process_field_destroy(&f);
    return status;
  }
  *out = f;
  return EPX_OK;
}

void epx_process_field_add_nodes(const epx_process_field *f, const epx_wafer *wafer, int i_die,
                                 const double *grid, double scale, double *out) {
  const size_t nodes_x = (size_t)f->nodes_x, nodes_y = (size_t)f->nodes_y;
  const size_t first_x = (size_t)((wafer->dies[i_die].column - wafer->column_low) * f->cells_x);
  const size_t first_y = (size_t)((wafer->dies[i_die].row - wafer->row_low) * f->cells_y);
  for (int d = 0; d < f->n; d++) {
    const double *weight = f->weight + (size_t)d * nodes_x * nodes_y;
    double sum = 0;
    for (size_t j = 0; j < nodes_y; j++) {
      const double *row = grid + (first_y + j) * (size_t)f->grid_x + first_x;
      for (size_t i = 0; i < nodes_x; i++)
        sum += weight[j * nodes_x + i] * row[i];
    }
    out[d] += scale * sum;
  }
}
