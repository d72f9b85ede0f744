/** @file
 * Family: what is asked of any one, built in or not. The table of those that are built in is families/families.c.
 */
#include "epilux/family.h"

#include <string.h>

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
