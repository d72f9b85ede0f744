/** @file
 * The old name of epilux/family.h, for plugins written before version 0.2.
 */
#ifndef EPILUX_PHOTONIC_LANES_H
#define EPILUX_PHOTONIC_LANES_H

#include "epilux/family.h"

#endif
