/** @file
 * Placement: arrays and grids of devices. The reader of CSV is placement_csv.c.
 */
#include "photonic/process/placement.h"

#include <math.h>
#include <stdio.h>

#include "base/array.h"
#include "photonic/device/constant.h"
#include "photonic/process/placement_private.h"

epx_err epx_placement_create_empty(int n_devices, epx_placement **out) {
  if (n_devices < 1)
    return EPX_RAISE(EPX_EINPUT, "a placement of %d devices: at least one is needed", n_devices);
  epx_placement *p = NULL;
  EPX_TRY(EPX_ARRAY(p, 1));
  p->n_devices = n_devices;
  int status = EPX_ARRAY(p->devices, (size_t)n_devices);
  if (status == EPX_OK) status = EPX_ARRAY(p->names, (size_t)n_devices);
  if (status != EPX_OK) {
    epx_placement_destroy(&p);
    return status;
  }
  *out = p;
  return EPX_OK;
}

void epx_placement_destroy(epx_placement **address) {
  epx_placement *p = *address;
  if (!p) return;
  for (int i = 0; p->names && i < p->n_devices; i++)
    epx_array_destroy(&p->names[i]);
  epx_array_destroy(&p->names);
  epx_array_destroy(&p->devices);
  epx_array_destroy(address);
}

static epx_err set_device(epx_placement *p, int i, double x, double y, double radius) {
  if (!(isfinite(x) && isfinite(y) && isfinite(radius) && radius >= 0)) {
    return EPX_RAISE(EPX_EINPUT,
                     "device %d at (%g, %g) m with radius %g m: finite numbers are needed, the radius not "
                     "below 0",
                     i, x, y, radius);
  }
  char name[16];
  snprintf(name, sizeof name, "%d", i);
  EPX_TRY(epx_array_create_text(&p->names[i], name));
  p->devices[i] = (epx_placed){.x = x, .y = y, .radius = radius};
  return EPX_OK;
}

epx_err epx_placement_create(int n_devices, const double *x, const double *y, const double *radius,
                             epx_placement **out) {
  epx_placement *p = NULL;
  EPX_TRY(epx_placement_create_empty(n_devices, &p));
  int status = EPX_OK;
  for (int i = 0; status == EPX_OK && i < n_devices; i++)
    status = set_device(p, i, x[i], y[i], radius ? radius[i] : 0);
  if (status != EPX_OK) {
    epx_placement_destroy(&p);
    return status;
  }
  *out = p;
  return EPX_OK;
}

epx_err epx_placement_create_grid(int n_devices, int n_columns, double pitch, double x, double y,
                                  double radius, epx_placement **out) {
  if (n_columns < 1 || !(pitch > 0)) {
    return EPX_RAISE(EPX_EINPUT, "a grid of %d columns, %g m apart: both must be above 0", n_columns, pitch);
  }
  epx_placement *p = NULL;
  EPX_TRY(epx_placement_create_empty(n_devices, &p));
  int status = EPX_OK;
  for (int i = 0; status == EPX_OK && i < n_devices; i++)
    status = set_device(p, i, x + pitch * (i % n_columns), y + pitch * (i / n_columns), radius);
  if (status != EPX_OK) {
    epx_placement_destroy(&p);
    return status;
  }
  *out = p;
  return EPX_OK;
}

double epx_placement_get_length(const epx_placed *device) {
  return device->radius > 0 ? 2 * EPX_PI * device->radius : device->length;
}
