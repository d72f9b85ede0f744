/** @file
 * Material: optical constants of waveguide cores at 1550 nm.
 */
#ifndef EPILUX_PHOTONIC_DEVICE_MATERIAL_H
#define EPILUX_PHOTONIC_DEVICE_MATERIAL_H

#include <stdbool.h>

#include "epilux/error.h"

typedef enum { EPX_SILICON, EPX_SILICON_NITRIDE, EPX_MATERIAL_COUNT } epx_material_kind;

typedef struct {
  const char *name;    /* the deck's word */
  double index;        /* n [1] */
  double kerr_index;   /* n2 [m^2/W] */
  double two_photon;   /* beta [m/W] of two-photon absorption; 0: twice the photon's energy is below the band
                        gap */
  double thermo_optic; /* dn/dT [1/K] */
  double heat_capacity, heat_lifetime; /* rho c_p [J/m^3/K], how long heat stays in a ring [s] */
  double absorbed;                     /* share of the propagation loss that heats */
  double carrier_index, carrier_loss;  /* dn/dN [m^3], absorption sigma [m^2] */
  bool assumed; /* one of the numbers at least is common knowledge, not checked against a source */
  const char *source;
} epx_material;

/** Gets a material's numbers. */
const epx_material *epx_material_get(epx_material_kind kind);

/** Gets a kind by its deck name: silicon, silicon-nitride. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_material_get_kind(const char *name, epx_material_kind *kind);

#endif
