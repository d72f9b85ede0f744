/** @file
 * Trajectory: the file that `epilux simulate` writes: the transient of one network, or its branches along a
 * parameter.
 *
 *   transient   /time [time], /state [time][node][component], /residual [time], /readout [time][output]
 *   hysteresis  /value [value], and of each way (up, down): /state_up [value][node][component], /readout_up
 *               [value][output], /outcome_up, /abscissa_up, /period_up, /amplitude_up [value], /jump_up [n]
 *
 * Root attributes: `format` = "epilux-trajectory", `kind`, `family`, `family_units`, `deck` (resolved),
 * point, instance (-1: the nominal network), sample, `epilux_version`; of a transient its certificate.
 */
#ifndef EPILUX_IO_FIELDS_TRAJECTORY_H
#define EPILUX_IO_FIELDS_TRAJECTORY_H

#include "study/simulation/hysteresis.h"
#include "study/simulation/simulation.h"

/** What was simulated. */
typedef struct {
  const epx_network *network;
  const char *deck; /* resolved */
  int i_point, i_instance, i_sample;
} epx_trajectory_subject;

/** Writes a transient to a file, which appears whole or not at all. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_trajectory_write(const char *path, const epx_trajectory_subject *subject,
                             const epx_transient *transient);

/** Writes both ways; parameter: path of the deck's scalar that was moved; output_up, output_down
 * [n_values][n_outputs]. Errors: as epx_trajectory_write(). */
epx_err epx_trajectory_write_hysteresis(const char *path, const epx_trajectory_subject *subject,
                                        const char *parameter, const epx_hysteresis *hysteresis,
                                        const double *output_up, const double *output_down);

/** Checks that a trajectory may be written over what is at `path`, of epx_output_create_path(): nothing, an empty
 * file or a trajectory, but no results, and nothing that a campaign holds. Errors: EPX_EBUSY; EPX_EINPUT. */
epx_err epx_trajectory_check_output(const char *path);

#endif
