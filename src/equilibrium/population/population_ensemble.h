/** @file
 * The ensemble of a population: what epx_ensemble asks, done by lanes of whole networks.
 */
#ifndef EPILUX_EQUILIBRIUM_POPULATION_ENSEMBLE_H
#define EPILUX_EQUILIBRIUM_POPULATION_ENSEMBLE_H

#include "equilibrium/ensemble.h"
#include "equilibrium/population/population.h"

/** Creates an ensemble of lanes that exist, settled by `population`; both are borrowed. Errors: EPX_EMEMORY.
 */
epx_err epx_population_ensemble_create(epx_population *population, epx_lanes *lanes, epx_ensemble **out);

/** Inits the solvers' view of a phase, which is borrowed for its life. */
void epx_population_ensemble_init_nudge(const epx_phase_force *force, epx_nudge *nudge);

#endif
