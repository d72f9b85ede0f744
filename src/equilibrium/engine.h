/** @file
 * Engine: chooses how the equilibria of a design point are found. A population advances many instances and
 * samples together on one core, with dense couplings: O(n^2) memory and O(n^3) operations per Newton step. A
 * distributed network is solved alone, spread over ranks, with sparse couplings: O(links) of both.
 */
#ifndef EPILUX_EQUILIBRIUM_ENGINE_H
#define EPILUX_EQUILIBRIUM_ENGINE_H

#include "photonic/network.h"

/** X(name, deck name, meaning) */
#define EPX_ENGINES(X)                                                                                       \
  X(EPX_ENGINE_AUTO, "auto",                                                                                 \
    "distributed if ranks_per_network is more than 1, or if the network is large, sparse and supported; "    \
    "else population")                                                                                       \
  X(EPX_ENGINE_POPULATION, "population", "many instances and samples at once on one core, dense couplings")  \
  X(EPX_ENGINE_DISTRIBUTED, "distributed",                                                                   \
    "one network at a time over population.ranks_per_network ranks, sparse couplings, by PETSc")

typedef enum {
#define EPX_ENGINE_ENUM(name, text, meaning) name,
  EPX_ENGINES(EPX_ENGINE_ENUM)
#undef EPX_ENGINE_ENUM
      EPX_ENGINE_COUNT
} epx_engine;

/** Limits of `auto` for large and sparse: least number of nodes, and largest mean number of links per node. For
 * square kerr lattices with batches of 20 samples, both engines took equal times at 100 nodes on one core. */
#define EPX_ENGINE_LARGE 128
#define EPX_ENGINE_SPARSE 32.0

/** Tells whether a network is large and sparse. O(1). */
bool epx_engine_is_large(const epx_network *network);

/** Checks that a network can be distributed over n_ranks. Errors: EPX_EINPUT: a family without link law,
 * fewer free nodes than ranks, a readout of ports or balanced pairs, inputs with an encoding other than
 * amplitude, more links than PETSc's integers count. O(1). */
epx_err epx_engine_check(const epx_network *network, int n_ranks);

/** Checks its parameters, theta [n_theta]. Errors: EPX_EINPUT: one of links beside the coupling that is not
 * 0. O(n_links). */
epx_err epx_engine_check_parameters(const epx_network *network, const double *theta);

/** Checks a text of options for PETSc by itself: every option begins with '-' and has at most one value,
 * there are not too many, and a file of options can be read (otherwise the other ranks of PETSc would wait
 * for ever). Whether a solver knows an option is checked when the solver is created. Errors: EPX_EINPUT. */
epx_err epx_engine_check_options(const char *options);

/** Most words and characters of options. */
enum { EPX_ENGINE_MAX_WORDS = 120, EPX_ENGINE_MAX_TEXT = 4000 };

/** Gets the deck name and the meaning of an engine. */
const char *epx_engine_get_name(epx_engine engine);
const char *epx_engine_get_meaning(epx_engine engine);

#endif
