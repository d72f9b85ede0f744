#include "photonic/fabrication/layout.h"

#include <math.h>
#include <stdio.h>

#include "base/array.h"
#include "photonic/device/constant.h"

static const struct {
  unsigned movers;
  const char *equation;
} follows[EPX_FOLLOW_COUNT] = {
#define ROW(name, by, equation) [name] = {(by), equation},
    EPX_FOLLOWS(ROW)
#undef ROW
};

unsigned epx_layout_get_movers(epx_follow follow) {
  return follows[follow].movers;
}

const char *epx_layout_get_equation(epx_follow follow) {
  return follows[follow].equation;
}

bool epx_layout_follows(const epx_family *family, unsigned by) {
  for (int r = 0; r < family->n_responses; r++)
    if (epx_layout_get_movers(family->responses[r].follow) & by) return true;
  return false;
}

static bool is_tuned(const epx_family *family, int kind) {
  for (int r = 0; r < family->n_responses; r++) {
    const epx_family_response *row = &family->responses[r];
    if (row->device == kind && epx_layout_get_movers(row->follow) & EPX_BY_SHIFT) return true;
  }
  return false;
}

void epx_layout_init(const epx_network *network, epx_layout *layout) {
  const epx_family *family = network->family;
  *layout = (epx_layout){.n_kinds = family->n_devices};
  for (int k = 0; k < family->n_devices; k++) {
    const epx_family_device *device = &family->devices[k];
    const int n = device->site == EPX_SITE_NODE ? network->n_nodes : (int)network->topology->n_links;
    layout->paired[k] = device->paired;
    layout->first_device[k + 1] = layout->first_device[k] + n;
    layout->first_guide[k + 1] = layout->first_guide[k] + (device->paired ? 2 : 1) * n;
    if (is_tuned(family, k)) layout->n_tuned = layout->first_device[k + 1];
  }
  layout->by_node =
      family->n_devices == 1 && family->devices[0].site == EPX_SITE_NODE && !family->devices[0].paired;
}

int epx_layout_get_n_devices(const epx_layout *layout) {
  return layout->first_device[layout->n_kinds];
}

int epx_layout_get_n_guides(const epx_layout *layout) {
  return layout->first_guide[layout->n_kinds];
}

void epx_layout_get_guides(const epx_layout *layout, int device, int *first, int *second) {
  int kind = 0;
  while (device >= layout->first_device[kind + 1])
    kind++;
  const int place = device - layout->first_device[kind];
  *first = layout->first_guide[kind] + (layout->paired[kind] ? 2 * place : place);
  *second = *first + layout->paired[kind];
}

static bool has_phase(const epx_family *family, int kind) {
  for (int r = 0; r < family->n_responses; r++)
    if (family->responses[r].device == kind && family->responses[r].follow == EPX_FOLLOW_PHASE) return true;
  return false;
}

/* The shapes of the guides of a grid, which has given each the place of its device. */
static void set_shapes(const epx_family *family, const epx_layout *layout, const epx_placement_spec *spec,
                       const epx_ring_spec *ring, epx_placement *placement) {
  const double length = epx_ring_get_length(ring);
  for (int k = 0; k < layout->n_kinds; k++) {
    for (int g = layout->first_guide[k]; g < layout->first_guide[k + 1]; g++) {
      epx_placed *guide = &placement->devices[g];
      if (has_phase(family, k))
        guide->length = length;
      else if (is_tuned(family, k) || family->n_devices == 1)
        guide->radius = ring->length > 0 ? length / (2 * EPX_PI) : ring->radius;
      if (layout->paired[k] && (g - layout->first_guide[k]) % 2 == 1) guide->y -= spec->arms;
    }
  }
}

static epx_err create_grid(const epx_network *network, const epx_layout *layout,
                           const epx_placement_spec *spec, const epx_ring_spec *ring, epx_placement **out) {
  const int n = epx_layout_get_n_guides(layout), n_devices = epx_layout_get_n_devices(layout);
  const int columns = spec->n_columns > 0 ? spec->n_columns : (int)ceil(sqrt(n_devices));
  double *x = NULL, *y;
  EPX_TRY(EPX_ARRAY(x, 2 * (size_t)n));
  y = x + n;
  for (int d = 0; d < n_devices; d++) {
    int guides[2];
    epx_layout_get_guides(layout, d, &guides[0], &guides[1]);
    for (int g = guides[0]; g <= guides[1]; g++) {
      x[g] = spec->x + (d % columns) * spec->pitch;
      y[g] = spec->y + (d / columns) * spec->pitch;
    }
  }
  const int code = epx_placement_create(n, x, y, NULL, out);
  epx_array_destroy(&x);
  EPX_TRY(code);
  set_shapes(network->family, layout, spec, ring, *out);
  return EPX_OK;
}

/* "28 theta arms (2 guides each), 8 output guide". */
static void write_wanted(const epx_family *family, const epx_layout *layout, size_t size, char *text) {
  size_t length = 0;
  for (int k = 0; k < layout->n_kinds && length < size; k++)
    length += (size_t)snprintf(text + length, size - length, "%s%d x %s%s", k ? ", " : "",
                               layout->first_device[k + 1] - layout->first_device[k], family->devices[k].name,
                               layout->paired[k] ? " (2 guides each)" : "");
}

epx_err epx_layout_create_placement(const epx_network *network, const epx_placement_spec *spec,
                                    const epx_ring_spec *ring, epx_placement **out) {
  epx_layout layout;
  epx_layout_init(network, &layout);
  if (!spec->path) return create_grid(network, &layout, spec, ring, out);
  EPX_TRY(epx_placement_read(spec->path, out));
  if ((*out)->n_devices == epx_layout_get_n_guides(&layout)) return EPX_OK;
  char wanted[512] = "";
  const int n = (*out)->n_devices;
  epx_placement_destroy(out);
  write_wanted(network->family, &layout, sizeof wanted, wanted);
  return EPX_RAISE(EPX_EINPUT, "%s: %d devices are placed, the network has %d: %s", spec->path, n,
                   epx_layout_get_n_guides(&layout), wanted);
}
