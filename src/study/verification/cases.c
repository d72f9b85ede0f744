/** @file
 * The table of reference cases.
 */
#include "study/verification/cases.h"

#include <string.h>

static const epx_verify_case *const cases[] = {
#define EPX_VERIFY_CASE(NAME) &epx_case_##NAME,
#include "study/verification/cases.def"
#undef EPX_VERIFY_CASE
};
enum { N_CASES = sizeof cases / sizeof cases[0] };

const epx_verify_case *epx_verify_get(int i) {
  return i >= 0 && i < N_CASES ? cases[i] : NULL;
}

const epx_verify_case *epx_verify_get_by_name(const char *name) {
  for (int i = 0; i < N_CASES; i++) {
    if (strcmp(name, cases[i]->name) == 0) return cases[i];
  }
  return NULL;
}
