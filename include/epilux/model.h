/** @file
 * Model: the network of one design point of a deck, ready to compute with: its structure, its task, its
 * parameters, and how it settles and learns.
 *
 * An instance is one fabricated copy of the network. Its parameters stand in one array,
 *
 *   theta [n_theta],   theta[first + k]: value k of a parameter, of node k or of link k
 *
 * with `first` from epx_model_get_parameter().
 */
#ifndef EPILUX_MODEL_H
#define EPILUX_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "epilux/deck.h"
#include "epilux/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct epx_model epx_model;

/** Instead of a design point: the deck as written, without factors. */
#define EPX_MODEL_BASE (-1)

/** Instead of an instance: the nominal network, as designed. */
#define EPX_MODEL_NOMINAL (-1)

typedef struct {
  int n_nodes, n_state; /* nodes; real numbers of a state */
  int n_outputs;        /* readouts */
  int n_features;       /* of a sample */
  int n_samples;        /* of the task, training and held-out ones */
  int n_train, n_test;  /* training samples; held-out samples, 0: none */
  int n_instances;      /* of the deck's population */
  size_t n_links;       /* pairs of nodes that are coupled */
  size_t n_theta;       /* parameters of one instance */
} epx_model_size;

/** Creates the model of design point i_point of the plan (epilux/plan.h), or of EPX_MODEL_BASE. The deck is borrowed for
 * its life. Reads the files of the task. Sets the linear algebra library to one thread, and the instruction
 * set as the environment variable EPILUX_ISA says, as the program does. Errors: EPX_EINPUT, EPX_EFILE: what
 * the deck says cannot be (FILE:LINE or the key, and what would be right); no such design point; a network
 * that is distributed over ranks (campaigns run these); EPX_EMEMORY. */
epx_err epx_model_create(const epx_deck *deck, int i_point, epx_model **out);

/** Destroys the model at *address. */
void epx_model_destroy(epx_model **address);

/** Gets the sizes. */
epx_model_size epx_model_get_size(const epx_model *model);

/** Gets the position of a parameter of the family in theta: `first`, and its number of values (nodes or links).
 * Errors: EPX_EINPUT: the family has no parameter of that name. */
epx_err epx_model_get_parameter(const epx_model *model, const char *name, size_t *first, size_t *n_values);

/** Tells whether entry k of theta is trained. */
bool epx_model_is_trained(const epx_model *model, size_t k);

/** Evaluates the parameters of a fabricated instance, 0 … n_instances - 1, or of EPX_MODEL_NOMINAL, before
 * training: theta [n_theta]. The same numbers as in a campaign of the deck. Errors: EPX_EINPUT: no such
 * instance. */
epx_err epx_model_eval_parameters(const epx_model *model, int i_instance, double *theta);

/** Gets a sample of the task: features [n_features], borrowed, and the number of its class (label may be
 * NULL). Errors: EPX_EINPUT: no such sample. */
epx_err epx_model_get_sample(const epx_model *model, int i_sample, const double **features, int *label);

/** Gets the unit of time of the family, "1" where it is normalised. */
const char *epx_model_get_time_unit(const epx_model *model);

#ifdef __cplusplus
}
#endif

#endif
