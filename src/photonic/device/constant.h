/** @file
 * Constants of nature, exact by the definition of the SI, and of geometry. */
#ifndef EPILUX_PHOTONIC_DEVICE_CONSTANT_H
#define EPILUX_PHOTONIC_DEVICE_CONSTANT_H

#define EPX_PI 3.14159265358979323846
#define EPX_LIGHT_SPEED 299792458.0              /* m/s */
#define EPX_PLANCK_REDUCED 1.054571817646156e-34 /* J s */
#define EPX_BOLTZMANN 1.380649e-23               /* J/K */
#define EPX_ELEMENTARY_CHARGE 1.602176634e-19    /* C */

#endif
