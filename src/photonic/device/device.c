/** @file
 * Device: the table of the kinds of components, and what is done alike with all of them.
 */
#include "photonic/device/device.h"

#include <math.h>
#include <string.h>

#include "photonic/device/converter.h"
#include "photonic/device/detector.h"
#include "photonic/device/heater.h"
#include "photonic/device/ring.h"
#include "photonic/fabrication/remedy.h"
#include "photonic/process/wafer.h"

static const epx_device *const devices[] = {&epx_ring_silicon,    &epx_ring_nitride,     &epx_heater_device,
                                            &epx_detector_device, &epx_converter_device, &epx_cell_device,
                                            &epx_wafer_device,    &epx_trim_device};
enum { N_DEVICES = sizeof devices / sizeof devices[0] };

const epx_device *epx_device_get(int i) {
  return i >= 0 && i < N_DEVICES ? devices[i] : NULL;
}

const epx_device *epx_device_get_by_name(const char *name) {
  for (int i = 0; i < N_DEVICES; i++) {
    if (strcmp(devices[i]->name, name) == 0) return devices[i];
  }
  return NULL;
}

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
