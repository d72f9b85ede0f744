/** @file
 * Families: the table of those that are built in. A new one is a file in families/ and a row here.
 */
#include "epilux/family.h"

#include <string.h>

#include "photonic/families/families.h"

static const epx_family *const families[] = {
    &epx_family_kerr,      &epx_family_phase,          &epx_family_ising,   &epx_family_opo,
    &epx_family_soft_spin, &epx_family_laser,          &epx_family_laser_b, &epx_family_silicon_ring,
    &epx_family_broadcast, &epx_family_broadcast_ring, &epx_family_mesh,    &epx_family_mesh_electro_optic,
};
enum { N_FAMILIES = sizeof families / sizeof families[0] };

const epx_family *epx_family_get(int i) {
  return i >= 0 && i < N_FAMILIES ? families[i] : NULL;
}

const epx_family *epx_family_get_by_name(const char *name) {
  for (int i = 0; i < N_FAMILIES; i++) {
    if (strcmp(name, families[i]->name) == 0) return families[i];
  }
  return NULL;
}

int epx_family_get_parameter(const epx_family *family, const char *name) {
  for (int p = 0; p < family->n_parameters; p++) {
    if (strcmp(name, family->parameters[p].name) == 0) return p;
  }
  return -1;
}

int epx_family_get_coupling(const epx_family *family) {
  int p = 0;
  while (p < family->n_parameters && family->parameters[p].site != EPX_SITE_LINK)
    p++;
  return p;
}

const epx_preset *epx_family_get_preset(const epx_family *family, const char *name) {
  for (int k = 0; k < family->n_presets; k++) {
    if (strcmp(name, family->presets[k].name) == 0) return &family->presets[k];
  }
  return NULL;
}

unsigned epx_family_get_readouts(const epx_family *family) {
  const bool intensity = (family->readouts & EPX_READS(EPX_READ_INTENSITY)) != 0;
  return family->readouts | (intensity ? EPX_READS(EPX_READ_BALANCED) : 0);
}
