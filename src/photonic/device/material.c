#include "photonic/device/material.h"

#include <string.h>

/* n2 of silicon is reported from 4.5e-18 to 5e-18 m^2/W, that of silicon nitride depends on how it was grown.
 */
static const epx_material materials[EPX_MATERIAL_COUNT] = {
    [EPX_SILICON] = {"silicon", .index = 3.476, .kerr_index = 4.5e-18, .two_photon = 8.4e-12,
                     .thermo_optic = 1.86e-4, .heat_capacity = 2330.0 * 700, .heat_lifetime = 65e-9,
                     .absorbed = 0.4, .carrier_index = -1.73e-27, .carrier_loss = 1e-21, .assumed = false,
                     .source = "VanVaerenbergh2012; n2 Dinu2003"},
    [EPX_SILICON_NITRIDE] = {"silicon-nitride", .index = 2.0, .kerr_index = 2.4e-19, .thermo_optic = 2.45e-5,
                             .heat_capacity = 3100.0 * 700, .heat_lifetime = 2e-6, .absorbed = 0.1,
                             .assumed = true,
                             .source = "common engineering knowledge; n2 Ikeda2008, dn/dT Arbabi2013"},
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
  return EPX_RAISE(EPX_EINPUT, "no material '%s': must be silicon or silicon-nitride", name);
}
