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

/* The unit that stands behind a word in a family's line of units, "1" where none of these does. */
static const char *find_unit(const epx_family *family, const char *word, const char *const *units) {
  const char *at = strstr(family->units, word);
  for (; at && *units; units++) {
    const char *unit = at + strlen(word);
    const size_t length = strlen(*units);
    if (strncmp(unit, *units, length) == 0 && (unit[length] == ',' || unit[length] == '\0')) return *units;
  }
  return "1";
}

const char *epx_family_get_time_unit(const epx_family *family) {
  static const char *const units[] = {"ns", "us", "ms", "s", NULL};
  return strncmp(family->units, "time ", 5) == 0 ? find_unit(family, "time ", units) : "1";
}

const char *epx_family_get_power_unit(const epx_family *family) {
  static const char *const units[] = {"nW", "uW", "mW", "W", NULL};
  return find_unit(family, "power ", units);
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
