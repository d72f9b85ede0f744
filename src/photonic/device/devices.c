/** @file
 * The table of the kinds of components.
 */
#include <string.h>

#include "photonic/device/device.h"

#define EPX_DEVICE(NAME) extern const epx_device epx_##NAME;
#include "photonic/device/devices.def"
#undef EPX_DEVICE

static const epx_device *const devices[] = {
#define EPX_DEVICE(NAME) &epx_##NAME,
#include "photonic/device/devices.def"
#undef EPX_DEVICE
};
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
