/** @file
 * Optimisers: how parameters follow a gradient.
 *   sgd   v = momentum v + g;  theta -= rate v
 *   adam  Kingma2015, with bias correction
 * Both may first shorten a gradient that is too long, and beside the step take weights a little back to 0, apart from the
 * gradient and its moments (Loshchilov2019).
 */
#ifndef EPILUX_LEARNING_TRAINING_OPTIMIZER_H
#define EPILUX_LEARNING_TRAINING_OPTIMIZER_H

#include <stddef.h>

#include "base/restart.h"

/** X(name, deck name, meaning) */
#define EPX_OPTIMIZERS(X)                                                                                    \
  X(EPX_SGD, "sgd", "gradient descent with momentum")                                                        \
  X(EPX_ADAM, "adam", "adaptive moments")

typedef enum {
#define EPX_OPTIMIZER_ENUM(name, text, meaning) name,
  EPX_OPTIMIZERS(EPX_OPTIMIZER_ENUM)
#undef EPX_OPTIMIZER_ENUM
      EPX_OPTIMIZER_COUNT
} epx_optimizer_kind;

typedef struct {
  epx_optimizer_kind kind;
  double rate;
  double momentum;              /* sgd */
  double beta1, beta2, epsilon; /* adam */
  double clip;         /* largest norm of an instance's gradient, longer ones are shortened to it; 0: none */
  double weight_decay; /* theta -= rate weight_decay theta beside each step, of entries that decay; 0: none */
} epx_optimizer_spec;

/** What entries of an instance's parameters differ in, [n] each; members may be NULL. */
typedef struct {
  const double *rate;          /* factor on the rate; NULL: 1 */
  const unsigned char *decays; /* 1: weight_decay applies; NULL: none does */
  const size_t *tie; /* the first entry of those that are tied with it: it counts for the norm, and decays for
                                  all; NULL: none are */
} epx_optimizer_entries;

typedef struct epx_optimizer epx_optimizer;

/** Creates the state of n_instances instances of n parameters each, all moments zero.
 * Errors: EPX_EINPUT: rate or epsilon not positive, clip or weight_decay negative, momentum, beta1 or beta2 outside 0 … 1; EPX_EMEMORY. */
epx_err epx_optimizer_create(const epx_optimizer_spec *spec, size_t n_instances, size_t n,
                             epx_optimizer **out);

/** Destroys the optimiser at *address. */
void epx_optimizer_destroy(epx_optimizer **address);

/** Resets the state to what it was at creation: no steps, all moments zero. */
void epx_optimizer_reset(epx_optimizer *optimizer);

/** Sets what entries differ in (borrowed), for all steps to come. */
void epx_optimizer_set_entries(epx_optimizer *optimizer, const epx_optimizer_entries *entries);

/** Steps theta [n_instances][n] on by one along gradient [n_instances][n], at rate * factor (learning-rate
 * schedules). Entries with mask 0 stay as they are, moments too; mask [n_instances][n] may be NULL. Bias
 * correction counts an instance's own steps: calls that mask all of its entries do not count. changed
 * [n_instances][n], may be mask or NULL: out, 1 where theta is another number now. O(n_instances n). */
void epx_optimizer_step(epx_optimizer *optimizer, double factor, const double *gradient,
                        const unsigned char *mask, double *theta, unsigned char *changed);

/** Adds the state to a restart: moments, and how many steps there were. Errors: EPX_EMEMORY. */
epx_err epx_optimizer_add_to_restart(epx_optimizer *optimizer, epx_restart *restart);

/** Gets a kind by its deck name. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_optimizer_get_kind(const char *name, epx_optimizer_kind *kind);

/** Gets the deck name and the meaning of a kind. */
const char *epx_optimizer_get_name(epx_optimizer_kind kind);
const char *epx_optimizer_get_meaning(epx_optimizer_kind kind);

#endif
