/** @internal @file
 * Joe and Kuo's numbers for Sobol's sequence: see sobol_directions.c.
 */
#ifndef EPILUX_DESIGN_SOBOL_DIRECTIONS_H
#define EPILUX_DESIGN_SOBOL_DIRECTIONS_H

#include <stdint.h>

enum { EPX_SOBOL_N_DIMENSIONS = 1024, EPX_SOBOL_DEGREE_MAX = 13 };

/** A primitive polynomial over GF(2), all its coefficients as bits, the leading one highest; and the initial
 * direction integers m_1 … m_degree. Dimension 0 is van der Corput's sequence, degree 0. */
typedef struct {
  uint16_t polynomial;
  uint16_t initial[EPX_SOBOL_DEGREE_MAX];
} epx_sobol_dimension;

extern const epx_sobol_dimension epx_sobol_dimensions[EPX_SOBOL_N_DIMENSIONS];

#endif
