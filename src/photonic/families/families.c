/** @file
 * The table of the families that are built in.
 */
#include "photonic/families/families.h"

#include <string.h>

static const epx_family *const families[] = {
#define EPX_FAMILY(NAME) &epx_family_##NAME,
#include "photonic/families/families.def"
#undef EPX_FAMILY
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
