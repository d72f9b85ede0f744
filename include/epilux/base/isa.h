/** @file
 * Lane width: the one number that families share with the kernels of every instruction set.
 */
#ifndef EPILUX_BASE_ISA_H
#define EPILUX_BASE_ISA_H

/** Networks a whole vector of lanes holds, on every instruction set: lanes are padded to it. */
#define EPX_LANE_WIDTH 8

#endif
