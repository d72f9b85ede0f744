/** @file
 * Device: a component described by named quantities in SI units, each with its default, its range and where
 * the default comes from.
 *
 * A component is a struct whose double members are rows of a table of quantities. Whoever reads a deck sets
 * members through their offsets; `assumed` rows are common engineering knowledge that no cited source backs:
 * a foundry's own number belongs there.
 */
#ifndef EPILUX_PHOTONIC_DEVICE_DEVICE_H
#define EPILUX_PHOTONIC_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "epilux/error.h"

typedef struct {
  const char *name;
  const char *unit; /* UDUNITS, SI */
  size_t offset;    /* of the double in the component's struct */
  double fallback;
  double low, high; /* values outside are refused, the ends are good */
  bool assumed;     /* the fallback is common knowledge, not checked against a source */
  const char *source;
  const char *meaning;
} epx_quantity;

typedef struct {
  const char *name;    /* the deck's word */
  const char *summary; /* one line */
  int n_quantities;
  const epx_quantity *quantities; /* [n_quantities] */
} epx_device;

/** Gets the i-th kind of component, NULL past the last. */
const epx_device *epx_device_get(int i);

/** Gets a kind by its deck name, NULL when there is none. */
const epx_device *epx_device_get_by_name(const char *name);

/** Inits a component's quantities to their defaults; other members are left alone. */
void epx_device_init(const epx_device *device, void *component);

/** Checks a component's quantities. Errors: EPX_EINPUT: a quantity that is not finite or out of its range;
 * the message names the kind, the quantity and the range. */
epx_err epx_device_check(const epx_device *device, const void *component);

/** A row of a table: EPX_QUANTITY(type, member, unit, fallback, low, high, assumed, source, meaning). */
#define EPX_QUANTITY(type, member, unit, fallback, low, high, assumed, source, meaning)                      \
  { #member, unit, offsetof(type, member), fallback, low, high, assumed, source, meaning }

#endif
