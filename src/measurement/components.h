/** @file
 * Components: the variances of a process from measured wafers, in the words of photonic/process.
 *
 *   value = mean + sum_k c_k (r/R)^k + t_x x/R + t_y y/R + lot + wafer + die + local(place) + white
 *
 * Lot, wafer, die and white are independent normal numbers; `local` is a normal field of a named kernel over each wafer. The
 * variances and the kernel's length maximise the restricted likelihood, which takes what the mean, radial and tilt terms use up
 * into account; intervals of 95 % are where the profile of -2 ln L, all other components fitted anew, exceeds its least
 * value by 3.84. What the data cannot tell is left out: fewer than three lots (or wafers), one measurement a die (die
 * and white are then one, called die). Source: PattersonThompson1971.
 */
#ifndef EPILUX_MEASUREMENT_COMPONENTS_H
#define EPILUX_MEASUREMENT_COMPONENTS_H

#include <stdbool.h>

#include "measurement/resonance.h"
#include "photonic/process/correlation.h"

/** X(name, word, meaning) */
#define EPX_COMPONENTS(X)                                                                                    \
  X(LOT, "lot", "sigma from lot to lot")                                                                     \
  X(WAFER, "wafer", "sigma from wafer to wafer of a lot")                                                    \
  X(DIE, "die", "sigma from die to die of a wafer")                                                          \
  X(WHITE, "white", "sigma within a die")                                                                    \
  X(LOCAL, "local", "sigma of the field over a wafer")                                                       \
  X(LENGTH, "length", "its correlation length [m]")

typedef enum {
#define EPX_COMPONENT_ENUM(name, word, meaning) EPX_COMPONENT_##name,
  EPX_COMPONENTS(EPX_COMPONENT_ENUM)
#undef EPX_COMPONENT_ENUM
      EPX_COMPONENT_COUNT
} epx_component;

enum { EPX_COMPONENTS_RADIAL = 4, EPX_COMPONENTS_FIXED = 3 + EPX_COMPONENTS_RADIAL };

/** A measurement; lots, wafers and dies are numbered from 0, wafers over all lots, dies over all wafers. */
typedef struct {
  int lot, wafer, die;
  double x, y; /* from the wafer's middle [m] */
  double value;
} epx_measured_die;

typedef struct {
  int n, n_lots, n_wafers, n_dies;
  epx_measured_die *rows; /* [n], in the order of their wafers and, in these, of their dies */
} epx_wafer_map;

typedef struct {
  double radius; /* R [m] */
  int n_radial;  /* 0 … EPX_COMPONENTS_RADIAL */
  bool tilt;
  bool local; /* a field is fitted */
  epx_correlation_kind kernel;
} epx_components_spec;

typedef struct {
  epx_estimate sigma[EPX_COMPONENT_COUNT]; /* NAN where the data cannot tell */
  int units[EPX_COMPONENT_COUNT];          /* lots, wafers, dies or rows that it rests on */
  epx_estimate mean, radial[EPX_COMPONENTS_RADIAL], tilt_x, tilt_y; /* NAN where not fitted */
} epx_components;

/** Gets a component's word. */
const char *epx_component_get_name(epx_component component);

/** Fits the components. Errors: EPX_EINPUT: fewer rows than there is to tell; values that do not vary; places that do not
 * tell the fixed terms apart. EPX_EMEMORY. Some thousand likelihoods, of O(n) each without a field, else of O(n_w^3) a
 * kind of wafer of n_w rows and O(n_w^2) a wafer. */
epx_err epx_components_eval(const epx_wafer_map *map, const epx_components_spec *spec,
                            epx_components *components);

#endif
