/** @internal @file
 * The built-in families, one file each; their contract is epilux/photonic/family.h.
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_FAMILIES_H
#define EPILUX_PHOTONIC_FAMILIES_FAMILIES_H

#include "epilux/family.h"

extern const epx_family epx_family_kerr;
extern const epx_family epx_family_phase;
extern const epx_family epx_family_ising;
extern const epx_family epx_family_opo;
extern const epx_family epx_family_soft_spin;
extern const epx_family epx_family_silicon_ring;
extern const epx_family epx_family_laser;
extern const epx_family epx_family_laser_b;
extern const epx_family epx_family_broadcast;
extern const epx_family epx_family_broadcast_ring;
extern const epx_family epx_family_mesh;
extern const epx_family epx_family_mesh_electro_optic;

#endif
