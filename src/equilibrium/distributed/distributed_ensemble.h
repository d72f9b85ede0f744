/** @file
 * The ensemble of a distributed network: a rank's rows, one lane, one sample at a time.
 */
#ifndef EPILUX_EQUILIBRIUM_DISTRIBUTED_ENSEMBLE_H
#define EPILUX_EQUILIBRIUM_DISTRIBUTED_ENSEMBLE_H

#include "equilibrium/distributed/distributed.h"
#include "equilibrium/ensemble.h"

/** Creates the ensemble of a network that is spread over the ranks of a communicator, and the parts that it owns.
 * Collective. Errors: as epx_distributed_create(); EPX_EINPUT: a readout of ports or balanced pairs. */
epx_err epx_ensemble_create_distributed(const epx_network *network, MPI_Comm communicator,
                                        const epx_equilibrium_options *options, const char *petsc_options,
                                        epx_ensemble **out);

/** Creates an ensemble of an already distributed network, which is borrowed. Errors: EPX_EMEMORY; EPX_EINPUT: as
 * above. */
epx_err epx_distributed_ensemble_create(epx_distributed *distributed, epx_ensemble **out);

/** Inits the solvers' view of a phase, which is borrowed for its life. A held force is gathered: collective. Errors:
 * EPX_EMPI. */
epx_err epx_distributed_ensemble_init_nudge(const epx_phase_force *force, epx_distributed_nudge *nudge);

/** Gets the network that an ensemble has distributed, NULL where it is a population's. Borrowed. */
epx_distributed *epx_distributed_ensemble_get(epx_ensemble *ensemble);

#endif
