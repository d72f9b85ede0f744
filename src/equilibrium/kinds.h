/** @internal @file
 * Kinds: which components of a state are judged together, each kind by its own scale (epx_kind).
 */
#ifndef EPILUX_EQUILIBRIUM_KINDS_H
#define EPILUX_EQUILIBRIUM_KINDS_H

#include "epilux/family.h"

/** Most components a node has. */
enum { EPX_KINDS_COMPONENTS = 64 };

/** The kinds of a family, numbered from 0. */
typedef struct {
  size_t n, n_components;
  unsigned char of[EPX_KINDS_COMPONENTS]; /* [n_components]: number of the component's kind */
  bool angle[EPX_KIND_COUNT];             /* [n] */
} epx_kinds;

/** Inits the kinds of a family's components, those of nodes that stand first numbered first. */
void epx_kinds_init(const epx_family *family, epx_kinds *kinds);

/** Gets an angle modulo 2 pi, from -pi to pi. */
double epx_kinds_wrap(double angle);

/** Gets the scale that a kind is judged by, whose largest component is `size`: 1 rad of angles. */
double epx_kinds_get_scale(const epx_kinds *kinds, size_t kind, double size);

#endif
