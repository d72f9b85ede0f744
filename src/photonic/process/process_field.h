/** @internal One random field of variance 1 as the devices of a die see it. */
#ifndef EPILUX_PHOTONIC_PROCESS_PROCESS_FIELD_H
#define EPILUX_PHOTONIC_PROCESS_PROCESS_FIELD_H

#include "epilux/error.h"
#include "photonic/process/circulant.h"
#include "photonic/process/wafer.h"

/** Added to the diagonal of a covariance, which rounding may leave with an eigenvalue of -1e-14: a
 * hundred-thousandth of sigma, as white noise. It saves no kernel that is not positive definite. */
#define EPX_FIELD_JITTER 1e-10

typedef struct {
  int n;                    /* devices */
  double *factor;           /* [n][n], of their covariance, or of what the nodes leave of it */
  epx_circulant *circulant; /* NULL: sampled at the devices */
  int cells_x, cells_y;     /* of a die */
  int nodes_x, nodes_y;     /* around a die */
  int grid_x, grid_y;       /* nodes of the wafer */
  double *weight;           /* [n][nodes_y][nodes_x] */
} epx_process_field;

/** Creates a field at devices [n]; positions in any coordinates. Errors: EPX_EINPUT: not positive definite.
 */
epx_err epx_process_field_create(const epx_correlation *correlation, int n, const epx_placed *devices,
                                 epx_process_field **out);

/** Creates a field on a wafer. Errors: as above; EPX_EINPUT: too much is clipped. */
epx_err epx_process_field_create_on_wafer(const epx_correlation *correlation, const epx_wafer *wafer,
                                          const epx_placement *placement, double padding,
                                          epx_process_field **out);

/** Destroys the field at *address. */
void epx_process_field_destroy(epx_process_field **address);

/** Adds scale times the conditional mean of a die's devices to out [n], given the wafer's nodes
 * [grid_y][grid_x]. */
void epx_process_field_add_nodes(const epx_process_field *field, const epx_wafer *wafer, int i_die,
                                 const double *grid, double scale, double *out);

#endif
