#include "photonic/process/wafer.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/array.h"

static const epx_quantity quantities[] = {
#define ROW(member, unit, fallback, low, high, assumed, source, meaning)                                     \
  EPX_QUANTITY(epx_wafer_spec, member, unit, fallback, low, high, assumed, source, meaning),
    EPX_WAFERS(ROW)
#undef ROW
};

const epx_device epx_wafer_device = {"wafer", "wafer, its dies and exposures",
                                     sizeof quantities / sizeof quantities[0], quantities};

static epx_err check(const epx_wafer_spec *s) {
  EPX_TRY(epx_device_check(&epx_wafer_device, s));
  if (s->reticle_columns == floor(s->reticle_columns) && s->reticle_rows == floor(s->reticle_rows) &&
      s->wafers_per_lot == floor(s->wafers_per_lot))
    return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "wafer: a reticle of %g × %g dies, %g wafers a lot: whole numbers are needed",
                   s->reticle_columns, s->reticle_rows, s->wafers_per_lot);
}

/** Tells whether a die's furthest corner is on the wafer; distances are cut at a nanometre. */
static bool is_whole(const epx_wafer_spec *s, int column, int row) {
  const double x = (abs(column) + 0.5) * s->die_width, y = (abs(row) + 0.5) * s->die_height;
  return hypot(x, y) <= s->diameter / 2 - s->edge + 1e-9;
}

/** Walks over all dies; writes those that are whole where `dies` is not NULL. Returns their number. */
static int walk(const epx_wafer_spec *s, epx_die *dies) {
  const int columns = (int)(s->diameter / s->die_width / 2) + 1,
            rows = (int)(s->diameter / s->die_height / 2) + 1;
  int n = 0;
  for (int row = -rows; row <= rows; row++) {
    for (int column = -columns; column <= columns; column++) {
      if (!is_whole(s, column, row)) continue;
      if (dies) dies[n] = (epx_die){column, row};
      n++;
    }
  }
  return n;
}

static void set_bounds(epx_wafer *w) {
  for (int i = 0; i < w->n_dies; i++) {
    w->column_low = w->dies[i].column < w->column_low ? w->dies[i].column : w->column_low;
    w->column_high = w->dies[i].column > w->column_high ? w->dies[i].column : w->column_high;
    w->row_low = w->dies[i].row < w->row_low ? w->dies[i].row : w->row_low;
    w->row_high = w->dies[i].row > w->row_high ? w->dies[i].row : w->row_high;
  }
}

epx_err epx_wafer_create(const epx_wafer_spec *spec, epx_wafer **out) {
  EPX_TRY(check(spec));
  if (spec->diameter / spec->die_width * (spec->diameter / spec->die_height) > 1e7) {
    return EPX_RAISE(EPX_EINPUT, "wafer: more than 1e7 dies of %g × %g m on %g m", spec->die_width,
                     spec->die_height, spec->diameter);
  }
  const int n_dies = walk(spec, NULL);
  if (n_dies == 0) {
    return EPX_RAISE(EPX_EINPUT, "wafer: no die of %g × %g mm lies whole within %g mm less an edge of %g mm",
                     spec->die_width * 1e3, spec->die_height * 1e3, spec->diameter * 1e3, spec->edge * 1e3);
  }
  epx_wafer *w = NULL;
  EPX_TRY(EPX_ARRAY(w, 1));
  w->spec = *spec;
  w->n_dies = n_dies;
  const int status = EPX_ARRAY(w->dies, (size_t)n_dies);
  if (status != EPX_OK) {
    epx_wafer_destroy(&w);
    return status;
  }
  walk(spec, w->dies);
  set_bounds(w);
  *out = w;
  return EPX_OK;
}

void epx_wafer_destroy(epx_wafer **address) {
  if (*address) epx_array_destroy(&(*address)->dies);
  epx_array_destroy(address);
}

int64_t epx_sampling_get_capacity(const epx_sampling *sampling, int n_dies) {
  switch (sampling->kind) {
  case EPX_SAMPLING_NESTED:
    return (int64_t)sampling->lots * sampling->wafers * n_dies;
  case EPX_SAMPLING_WAFER:
    return n_dies;
  default:
    return INT_MAX;
  }
}

int epx_sampling_get_cluster(const epx_sampling *sampling, int i_instance) {
  if (sampling->kind != EPX_SAMPLING_NESTED) return i_instance;
  return sampling->lots > 1 ? i_instance % sampling->lots : i_instance % sampling->wafers;
}

int epx_sampling_get_n_clusters(const epx_sampling *sampling, int n_instances) {
  if (sampling->kind != EPX_SAMPLING_NESTED) return n_instances;
  const int n = sampling->lots > 1 ? sampling->lots : sampling->wafers;
  return n < n_instances ? n : n_instances;
}

void epx_wafer_eval_position(const epx_wafer *wafer, int i_die, const epx_placed *device, double *x,
                             double *y) {
  const epx_wafer_spec *s = &wafer->spec;
  *x = (wafer->dies[i_die].column - 0.5) * s->die_width + device->x - s->origin_x;
  *y = (wafer->dies[i_die].row - 0.5) * s->die_height + device->y - s->origin_y;
}

epx_err epx_wafer_check_placement(const epx_wafer *wafer, const epx_placement *placement) {
  const epx_wafer_spec *s = &wafer->spec;
  for (int i = 0; i < placement->n_devices; i++) {
    const epx_placed *d = &placement->devices[i];
    const double x = d->x - s->origin_x, y = d->y - s->origin_y;
    const double reach_x = d->radius + d->length / 2 * fabs(cos(d->angle));
    const double reach_y = d->radius + d->length / 2 * fabs(sin(d->angle));
    if (x - reach_x >= -1e-9 && x + reach_x <= s->die_width + 1e-9 && y - reach_y >= -1e-9 &&
        y + reach_y <= s->die_height + 1e-9)
      continue;
    return EPX_RAISE(
        EPX_EINPUT, "device '%s' at (%g, %g) um does not lie within its die, (%g ... %g, %g ... %g) um",
        placement->names[i], d->x * 1e6, d->y * 1e6, s->origin_x * 1e6, (s->origin_x + s->die_width) * 1e6,
        s->origin_y * 1e6, (s->origin_y + s->die_height) * 1e6);
  }
  return EPX_OK;
}
