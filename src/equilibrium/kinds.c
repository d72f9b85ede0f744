/** @file
 * Kinds: numbers those that a family has.
 */
#include "equilibrium/kinds.h"

#include <math.h>
#include <string.h>

void epx_kinds_init(const epx_family *family, epx_kinds *kinds) {
  int number[EPX_KIND_COUNT];
  memset(kinds, 0, sizeof *kinds);
  memset(number, -1, sizeof number);
  kinds->n_components = (size_t)family->components;
  for (size_t c = 0; c < kinds->n_components; c++) {
    const unsigned char kind = family->kinds ? family->kinds[c] : EPX_KIND_FIELD;
    if (number[kind] < 0) {
      kinds->angle[kinds->n] = kind == EPX_KIND_ANGLE;
      number[kind] = (int)kinds->n++;
    }
    kinds->of[c] = (unsigned char)number[kind];
  }
}

double epx_kinds_wrap(double angle) {
  static const double two_pi = 6.283185307179586476925;
  return remainder(angle, two_pi);
}

double epx_kinds_get_scale(const epx_kinds *kinds, size_t kind, double size) {
  return kinds->angle[kind] ? 1 : size;
}
