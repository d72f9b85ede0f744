#include "photonic/device/material.h"

#include <string.h>

/* n2 of silicon is reported from 4.5e-18 to 5e-18 m^2/W, that of silicon nitride depends on how it was grown.
 */
static const epx_material materials[EPX_MATERIAL_COUNT] = {
    [EPX_SILICON] = {"silicon", 3.476, 4.5e-18, 8.4e-12, false, "VanVaerenbergh2012; n2 Dinu2003"},
    [EPX_SILICON_NITRIDE] = {"silicon-nitride", 2.0, 2.4e-19, 0, true,
                             "common engineering knowledge; n2 Ikeda2008"},
};

const epx_material *epx_material_get(epx_material_kind kind) {
  return &materials[kind];
}

epx_err epx_material_get_kind(const char *name, epx_material_kind *kind) {
  for (int i = 0; i < EPX_MATERIAL_COUNT; i++) {
    if (strcmp(name, materials[i].name) == 0) {
      *kind = (epx_material_kind)i;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT, "no material '%s': it is silicon or silicon-nitride", name);
}
