/** @file
 * Device: what is done alike with all kinds of components. Their table is devices.c.
 */
#include "photonic/device/device.h"

#include <math.h>
#include <string.h>

void epx_device_init(const epx_device *device, void *component) {
  for (int i = 0; i < device->n_quantities; i++) {
    const epx_quantity *q = &device->quantities[i];
    memcpy((char *)component + q->offset, &q->fallback, sizeof q->fallback);
  }
}

epx_err epx_device_check(const epx_device *device, const void *component) {
  for (int i = 0; i < device->n_quantities; i++) {
    const epx_quantity *q = &device->quantities[i];
    double value;
    memcpy(&value, (const char *)component + q->offset, sizeof value);
    if (isfinite(value) && value >= q->low && value <= q->high) continue;
    return EPX_RAISE(EPX_EINPUT, "%s: %s is %g %s, it must be from %g to %g", device->name, q->name, value,
                     strcmp(q->unit, "1") == 0 ? "" : q->unit, q->low, q->high);
  }
  return EPX_OK;
}
