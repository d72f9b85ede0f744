/** @file
 * Ring parameters: what the parameters of family silicon-ring are of a ring whose geometry and doping are known. Family
 * kerr is its limit for little light; its parameters are normalised (photonic/device/normalisation.h).
 */
#ifndef EPILUX_PHOTONIC_FAMILIES_RESONATORS_RING_PARAMETERS_H
#define EPILUX_PHOTONIC_FAMILIES_RESONATORS_RING_PARAMETERS_H

#include "epilux/family.h"
#include "photonic/device/ring.h"

/** Tells whether a ring's description gives this parameter of the family; false for all of families other than
 * silicon-ring, and for coupling, detuning and bias, which are the network's. */
bool epx_ring_gives(const epx_family *family, int parameter);

/** Evaluates such a parameter, in its unit: rates of energy, with all buses but the one that has a parameter of its own
 * in `loss`; what light, carriers and heat do as epx_ring_eval_light(); the wavelength. */
double epx_ring_eval_parameter(const epx_ring_spec *spec, const epx_ring *ring, int parameter);

#endif
