/** @internal What placement.c and placement_csv.c share. */
#ifndef EPILUX_PHOTONIC_PROCESS_PLACEMENT_PRIVATE_H
#define EPILUX_PHOTONIC_PROCESS_PLACEMENT_PRIVATE_H

#include "photonic/process/placement.h"

/** Creates a placement of devices at (0, 0) without names. Errors: EPX_EINPUT: no devices; EPX_EMEMORY. */
epx_err epx_placement_create_empty(int n_devices, epx_placement **out);

#endif
