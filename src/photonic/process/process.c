/** @file
 * Process: the terms of process.h, drawn and added.
 */
#include "photonic/process/process.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "photonic/process/cholesky.h"
#include "photonic/process/process_field.h"
#include "photonic/process/process_spec.h"

struct epx_process {
  epx_process_spec spec; /* its placement is gone */
  epx_wafer *wafer;
  int n_devices, n_reticle; /* n_reticle: devices of all dies of an exposure */
  epx_placed *devices; /* [n_reticle], die by die of the reticle; the first n_devices are the die's own */
  epx_random stream[EPX_DEVIATION_COUNT][EPX_TERM_COUNT];
  int owner[EPX_DEVIATION_COUNT][EPX_TERM_COUNT]; /* quantity whose field of that kernel is used */
  epx_process_field
      *field[EPX_DEVIATION_COUNT][EPX_TERM_COUNT]; /* of systematic and local; NULL unless owner */
  double *normal;                                  /* [n_reticle] */
  double *sample;                                  /* [n_devices] */
  double *noise;                                   /* of a wafer's field, [n_padded] */
  double *grid[EPX_DEVIATION_COUNT];               /* of the wafer drawn last, [grid_y][grid_x] */
  bool drawn;
  uint32_t drawn_point, drawn_wafer;
  epx_random dies; /* stream of which die an instance is */
  int *order;      /* [n_dies] of the wafer asked for last, where dies come in an order */
  bool ordered;
  uint32_t ordered_point, ordered_wafer;
};

static const epx_correlation *get_kernel(const epx_process *p, int quantity, epx_process_term term) {
  const epx_process_terms *t = &p->spec.terms[quantity];
  return term == EPX_TERM_LOCAL ? &t->local_kernel : &t->systematic_kernel;
}

static bool has_field(const epx_process *p, int quantity, epx_process_term term) {
  const epx_process_terms *t = &p->spec.terms[quantity];
  return (term == EPX_TERM_LOCAL ? epx_process_eval_local(t) : t->systematic) > 0;
}

static const epx_process_field *get_field(const epx_process *p, int quantity, epx_process_term term) {
  return p->field[p->owner[quantity][term]][term];
}

/** Creates a quantity's field, or finds an earlier quantity's of the same kernel. */
static epx_err set_field(const epx_process_spec *spec, int quantity, epx_process_term term, epx_process *p) {
  if (!has_field(p, quantity, term)) return EPX_OK;
  for (int q = 0; q < quantity; q++) {
    if (p->field[q][term] &&
        epx_correlation_is_equal(get_kernel(p, q, term), get_kernel(p, quantity, term))) {
      p->owner[quantity][term] = q;
      return EPX_OK;
    }
  }
  p->owner[quantity][term] = quantity;
  const epx_correlation *kernel = get_kernel(p, quantity, term);
  epx_process_field **out = &p->field[quantity][term];
  int status;
  if (term == EPX_TERM_SYSTEMATIC) {
    status = epx_process_field_create(kernel, p->n_reticle, p->devices, out);
  } else if (spec->sampler == EPX_SAMPLE_WAFER && spec->sampling.kind != EPX_SAMPLING_PROCESS) {
    status = epx_process_field_create_on_wafer(kernel, p->wafer, spec->placement, spec->padding, out);
  } else {
    status = epx_process_field_create(kernel, p->n_devices, p->devices, out);
  }
  if (status != EPX_EINPUT) return status;
  return EPX_RAISE(EPX_EINPUT, "process: %s field of %s: %s", epx_process_get_term_name(term),
                   epx_deviation_get_name((epx_deviation)quantity), epx_error_get_message());
}

static epx_err set_devices(const epx_placement *placement, epx_process *p) {
  const epx_wafer_spec *s = &p->wafer->spec;
  const int columns = (int)s->reticle_columns, rows = (int)s->reticle_rows;
  p->n_devices = placement->n_devices;
  p->n_reticle = p->n_devices * columns * rows;
  EPX_TRY(EPX_ARRAY(p->devices, (size_t)p->n_reticle));
  for (int k = 0; k < p->n_reticle; k++) {
    const int die = k / p->n_devices;
    p->devices[k] = placement->devices[k % p->n_devices];
    p->devices[k].x += (die % columns) * s->die_width;
    p->devices[k].y += (die / columns) * s->die_height;
  }
  return EPX_OK;
}

/** Creates the room of the wafer's fields. */
static epx_err create_grids(epx_process *p) {
  size_t n_noise = 0;
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    if (!has_field(p, q, EPX_TERM_LOCAL)) continue;
    const epx_process_field *field = get_field(p, q, EPX_TERM_LOCAL);
    if (!field->circulant) continue;
    const size_t n = epx_circulant_get_size(field->circulant);
    n_noise = n > n_noise ? n : n_noise;
    EPX_TRY(EPX_ARRAY(p->grid[q], (size_t)field->grid_x * (size_t)field->grid_y));
  }
  EPX_TRY(EPX_ARRAY(p->noise, n_noise));
  return EPX_OK;
}

static void set_streams(epx_process *p) {
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    for (int term = 0; term < EPX_TERM_COUNT; term++) {
      char purpose[64];
      snprintf(purpose, sizeof purpose, "process:%s:%s", epx_deviation_get_name((epx_deviation)q),
               epx_process_get_term_name((epx_process_term)term));
      p->stream[q][term] = epx_random_init(p->spec.seed, purpose);
    }
  }
}

static epx_err set_up(const epx_process_spec *spec, epx_process *p) {
  p->spec = *spec;
  EPX_TRY(epx_process_check(&p->spec));
  p->spec.placement = NULL;
  EPX_TRY(epx_wafer_create(&spec->wafer, &p->wafer));
  EPX_TRY(epx_wafer_check_placement(p->wafer, spec->placement));
  EPX_TRY(set_devices(spec->placement, p));
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    EPX_TRY(set_field(spec, q, EPX_TERM_SYSTEMATIC, p));
    EPX_TRY(set_field(spec, q, EPX_TERM_LOCAL, p));
  }
  EPX_TRY(create_grids(p));
  EPX_TRY(EPX_ARRAY(p->normal, (size_t)p->n_reticle));
  EPX_TRY(EPX_ARRAY(p->sample, (size_t)p->n_devices));
  EPX_TRY(EPX_ARRAY(p->order, (size_t)p->wafer->n_dies));
  p->dies = epx_random_init(p->spec.seed, "process:die");
  set_streams(p);
  return EPX_OK;
}

epx_err epx_process_create(const epx_process_spec *spec, epx_process **out) {
  epx_process *p = NULL;
  EPX_TRY(EPX_ARRAY(p, 1));
  const int status = set_up(spec, p);
  if (status != EPX_OK) {
    epx_process_destroy(&p);
    return status;
  }
  *out = p;
  return EPX_OK;
}

void epx_process_destroy(epx_process **address) {
  epx_process *p = *address;
  if (!p) return;
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    epx_process_field_destroy(&p->field[q][EPX_TERM_SYSTEMATIC]);
    epx_process_field_destroy(&p->field[q][EPX_TERM_LOCAL]);
    epx_array_destroy(&p->grid[q]);
  }
  epx_wafer_destroy(&p->wafer);
  epx_array_destroy(&p->devices);
  epx_array_destroy(&p->normal);
  epx_array_destroy(&p->sample);
  epx_array_destroy(&p->noise);
  epx_array_destroy(&p->order);
  epx_array_destroy(address);
}

/** Where a draw stands: epx_random's counter. */
typedef struct {
  uint32_t point, wafer, die;
} counter;

/** Evaluates n standard normal numbers of a quantity's term, those of the thickness mixed with the width's.
 */
static void eval_normals(const epx_process *p, int quantity, epx_process_term term, counter at, size_t n,
                         double *normal) {
  const epx_random *own = &p->stream[quantity][term], *width = &p->stream[EPX_DEVIATION_WIDTH][term];
  const double r = quantity == EPX_DEVIATION_THICKNESS ? p->spec.correlation : 0, rest = sqrt(1 - r * r);
  for (size_t k = 0; k < n; k++) {
    const uint32_t device = (uint32_t)k;
    normal[k] = epx_random_eval_normal(own, at.point, at.wafer, at.die, device);
    if (r != 0) {
      normal[k] = rest * normal[k] + r * epx_random_eval_normal(width, at.point, at.wafer, at.die, device);
    }
  }
}

static double eval_offset(const epx_process *p, int quantity, epx_process_term term, double sigma,
                          counter at) {
  double normal = 0;
  if (sigma > 0) eval_normals(p, quantity, term, at, 1, &normal);
  return sigma * normal;
}

static double eval_radial(const epx_process *p, const epx_process_terms *t, int i_die,
                          const epx_placed *device) {
  double x, y, power = 1, sum = 0;
  epx_wafer_eval_position(p->wafer, i_die, device, &x, &y);
  const double radius = p->wafer->spec.diameter / 2, r = hypot(x, y) / radius;
  for (int k = 0; k < EPX_PROCESS_RADIAL; k++) {
    power *= r;
    sum += t->radial[k] * power;
  }
  return sum + (t->tilt_x * x + t->tilt_y * y) / radius;
}

/** Gets which die of the reticle a die is exposed as. */
static int get_reticle_die(const epx_wafer *wafer, int i_die) {
  const int columns = (int)wafer->spec.reticle_columns, rows = (int)wafer->spec.reticle_rows;
  const int column = ((wafer->dies[i_die].column % columns) + columns) % columns;
  const int row = ((wafer->dies[i_die].row % rows) + rows) % rows;
  return row * columns + column;
}

static void add_systematic(epx_process *p, int quantity, uint32_t i_point, int i_die, double *out) {
  const epx_process_field *field = get_field(p, quantity, EPX_TERM_SYSTEMATIC);
  const counter at = {i_point, EPX_RANDOM_ANY, EPX_RANDOM_ANY};
  const double sigma = p->spec.terms[quantity].systematic;
  eval_normals(p, quantity, EPX_TERM_SYSTEMATIC, at, (size_t)p->n_reticle, p->normal);
  epx_cholesky_eval_product(p->n_reticle, field->factor, get_reticle_die(p->wafer, i_die) * p->n_devices,
                            p->n_devices, p->normal, p->sample);
  for (int d = 0; d < p->n_devices; d++)
    out[d] += sigma * p->sample[d];
}

/** Draws the fields of a wafer, unless they were the last to be drawn. */
static void draw_wafer(epx_process *p, uint32_t i_point, uint32_t i_wafer) {
  if (p->drawn && p->drawn_point == i_point && p->drawn_wafer == i_wafer) return;
  const counter at = {i_point, i_wafer, EPX_RANDOM_ANY};
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    if (!p->grid[q]) continue;
    epx_circulant *circulant = get_field(p, q, EPX_TERM_LOCAL)->circulant;
    eval_normals(p, q, EPX_TERM_LOCAL, at, epx_circulant_get_size(circulant), p->noise);
    epx_circulant_eval(circulant, p->noise, p->grid[q]);
  }
  p->drawn = true;
  p->drawn_point = i_point;
  p->drawn_wafer = i_wafer;
}

static void add_local(epx_process *p, int quantity, counter at, double *out) {
  const epx_process_field *field = get_field(p, quantity, EPX_TERM_LOCAL);
  const double sigma = epx_process_eval_local(&p->spec.terms[quantity]);
  eval_normals(p, quantity, EPX_TERM_LOCAL, at, (size_t)p->n_devices, p->normal);
  epx_cholesky_eval_product(p->n_devices, field->factor, 0, p->n_devices, p->normal, p->sample);
  for (int d = 0; d < p->n_devices; d++)
    out[d] += sigma * p->sample[d];
  if (!field->circulant) return;
  draw_wafer(p, at.point, at.wafer);
  epx_process_field_add_nodes(field, p->wafer, (int)at.die, p->grid[quantity], sigma, out);
}

static void add_white(epx_process *p, int quantity, counter at, double *out) {
  const epx_process_terms *t = &p->spec.terms[quantity];
  eval_normals(p, quantity, EPX_TERM_WHITE, at, (size_t)p->n_devices, p->normal);
  for (int d = 0; d < p->n_devices; d++) {
    const double length = epx_placement_get_length(&p->devices[d]);
    const double share = t->white_length > 0 && length > 0 ? sqrt(t->white_length / length) : 1;
    out[d] += t->white * share * p->normal[d];
  }
}

/* The die that comes k-th on a wafer, in the order drawn for it. */
static uint32_t get_die(epx_process *p, uint32_t i_point, uint32_t i_wafer, uint32_t k) {
  if (!p->ordered || p->ordered_point != i_point || p->ordered_wafer != i_wafer) {
    epx_random_eval_permutation(&p->dies, i_point, i_wafer, EPX_RANDOM_ANY, p->wafer->n_dies, p->order);
    p->ordered = true;
    p->ordered_point = i_point;
    p->ordered_wafer = i_wafer;
  }
  return (uint32_t)p->order[k];
}

epx_origin epx_process_eval_origin(epx_process *p, uint32_t i_point, uint32_t i_instance) {
  const epx_sampling *s = &p->spec.sampling;
  const bool in_population = i_instance < EPX_PROCESS_BEYOND;
  if (in_population && s->kind == EPX_SAMPLING_WAFER)
    return (epx_origin){0, 0, get_die(p, i_point, 0, i_instance)};
  if (in_population && s->kind == EPX_SAMPLING_NESTED) {
    const uint32_t lots = (uint32_t)s->lots, wafers = (uint32_t)s->wafers;
    const uint32_t lot = i_instance % lots, wafer = lot * wafers + i_instance / lots % wafers;
    return (epx_origin){lot, wafer, get_die(p, i_point, wafer, i_instance / (lots * wafers))};
  }
  const double u = epx_random_eval_uniform(&p->dies, i_point, i_instance, EPX_RANDOM_ANY, 0);
  const uint32_t n = (uint32_t)p->wafer->n_dies, die = (uint32_t)(u * n);
  return (epx_origin){i_instance, i_instance, die < n ? die : n - 1};
}

void epx_process_eval_at(epx_process *p, uint32_t i_point, epx_origin from, double *deviation) {
  const counter lot = {i_point, from.lot, EPX_RANDOM_ANY}, wafer = {i_point, from.wafer, EPX_RANDOM_ANY};
  const counter die = {i_point, from.wafer, from.die};
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    const epx_process_terms *t = &p->spec.terms[q];
    double *out = deviation + (size_t)q * (size_t)p->n_devices;
    const double offset = eval_offset(p, q, EPX_TERM_LOT, t->lot, lot) +
                          eval_offset(p, q, EPX_TERM_WAFER, t->wafer, wafer) +
                          eval_offset(p, q, EPX_TERM_DIE, t->die, die) + p->spec.fixed[q];
    for (int d = 0; d < p->n_devices; d++)
      out[d] = offset + eval_radial(p, t, (int)from.die, &p->devices[d]);
    if (has_field(p, q, EPX_TERM_SYSTEMATIC)) add_systematic(p, q, i_point, (int)from.die, out);
    if (has_field(p, q, EPX_TERM_LOCAL)) add_local(p, q, die, out);
    if (t->white > 0) add_white(p, q, die, out);
  }
}

void epx_process_eval(epx_process *p, uint32_t i_point, uint32_t i_instance, double *deviation) {
  epx_process_eval_at(p, i_point, epx_process_eval_origin(p, i_point, i_instance), deviation);
}

int epx_process_get_n_devices(const epx_process *process) {
  return process->n_devices;
}

const epx_wafer *epx_process_get_wafer(const epx_process *process) {
  return process->wafer;
}

double epx_process_get_clipped(const epx_process *process, epx_deviation quantity) {
  if (!has_field(process, (int)quantity, EPX_TERM_LOCAL)) return 0;
  const epx_process_field *field = get_field(process, (int)quantity, EPX_TERM_LOCAL);
  return field->circulant ? epx_circulant_get_clipped(field->circulant) : 0;
}
