/** @internal The tables that waveguide.c interpolates: modes of guides in silicon oxide at 1550 nm. */
#ifndef EPILUX_PHOTONIC_DEVICE_WAVEGUIDE_TABLE_H
#define EPILUX_PHOTONIC_DEVICE_WAVEGUIDE_TABLE_H

#include "photonic/device/material.h"

enum { EPX_WAVEGUIDE_GAPS = 5 };

typedef struct {
  double width; /* nm */
  double n_eff, n_g;
  double shift_width, shift_thickness, shift_slab; /* nm/nm */
  double confinement;
  double shift_temperature;            /* pm/K */
  double area;                         /* um^2 */
  double transfer[EPX_WAVEGUIDE_GAPS]; /* um, at the gaps of the table */
} epx_waveguide_row;

typedef struct {
  epx_material_kind core;
  double thickness, slab;         /* nm */
  double gap[EPX_WAVEGUIDE_GAPS]; /* nm */
  int n_rows;
  const epx_waveguide_row *rows; /* [n_rows], in rising width */
} epx_waveguide_table;

extern const epx_waveguide_table epx_waveguide_tables[];
extern const int epx_waveguide_n_tables;

#endif
