/** @file
 * Metrics: what is measured of a trained, fabricated network. One row of metrics.def holds a metric whole: its name, unit
 * and meaning, what has to be measured for it, and its value.
 */
#ifndef EPILUX_STUDY_METRIC_H
#define EPILUX_STUDY_METRIC_H

#include <stdbool.h>

#include "epilux/error.h"
#include "epilux/family.h"
#include "study/energy/energy.h"

/** What a metric needs beside the evaluation that every trial ends with: X(NAME). */
#define EPX_METRIC_NEEDS(X)                                                                                  \
  X(UNTRAINED)         /* performance of the instances as fabricated */                                      \
  X(DEPLOYED)          /* performance before training in situ, with what was trained elsewhere */            \
  X(TRAINED_ELSEWHERE) /* the network that a protocol trains before it is deployed */                        \
  X(GRADIENT)          /* the rule's gradient beside the exact one, before training in situ */               \
  X(TRAINED_GRADIENT)  /* and after it */                                                                    \
  X(TRAINING_PART)     /* performance over the training samples */                                           \
  X(VALIDATION_PART)   /* performance over the validation samples */                                         \
  X(SETTLING)          /* how long the networks of the evaluation settle */                                  \
  X(SPECTRUM)          /* rightmost eigenvalues of the equilibria of the evaluation */                       \
  X(STARTS)            /* equilibria that further starts find */                                             \
  X(AUDIT)             /* equilibria repeated by pure dynamics */                                            \
  X(WRITES)            /* writes of trained parameters, and their wear */                                    \
  X(DURATION)          /* how long an inference takes */                                                     \
  X(LENGTHS)           /* how long the phases of a training step have to be */                               \
  X(ENERGY)            /* what inference and training would have cost */                                     \
  X(REFERENCE)         /* the cheapest digital models that reach the target, and the energies of light */    \
  X(MESH)              /* what meshes of interferometers do to light, as fabricated */                       \
  X(DRAWS)             /* what of an instance's draws lay beyond ranges */                                   \
  X(SEARCH)            /* what runs of an Ising machine have reached */                                      \
  X(OPTIMUM)           /* and whether that is the ground state, which has to be known */                     \
  X(SHARES)            /* how many samples settled: of failed trials, too */                                 \
  X(CLASSES)           /* a task whose outputs tell classes apart */                                         \
  X(NUMBERS)           /* a task with real targets */

enum {
#define EPX_METRIC_NEED(NAME) EPX_METRIC_NEED_##NAME,
  EPX_METRIC_NEEDS(EPX_METRIC_NEED)
#undef EPX_METRIC_NEED
};

/** A set of needs: the sum of these. */
typedef enum {
  EPX_NEEDS_THE_TEST = 0, /* nothing else */
#define EPX_METRIC_NEED(NAME) EPX_NEEDS_##NAME = 1 << EPX_METRIC_NEED_##NAME,
  EPX_METRIC_NEEDS(EPX_METRIC_NEED)
#undef EPX_METRIC_NEED
} epx_metric_needs;

typedef enum {
#define EPX_METRIC(NAME, text, unit, needs, value, meaning) EPX_METRIC_##NAME,
#include "study/metrics.def"
  EPX_METRIC_COUNT
} epx_metric;

/** In metrics.def, units that are the family's. */
#define EPX_UNIT_TIME "family's time"
#define EPX_UNIT_RATE "1 / family's time"
#define EPX_UNIT_ENERGY "family's power x time"

struct epx_measured;

/** Gets a metric by its deck name, -1 when there is none. */
int epx_metric_get(const char *name);

const char *epx_metric_get_name(epx_metric metric);
/** Gets the unit of a metric, UDUNITS. Of times, rates and energies it is the family's; where that is normalised it is
 * ns, 1/ns and pJ if a device is `described`, else 1. family NULL for any: in words. */
const char *epx_metric_get_unit(epx_metric metric, const epx_family *family, bool described);
const char *epx_metric_get_meaning(epx_metric metric);

/** Tells whether failed trials have the metric, too: shares of samples that settled. */
bool epx_metric_stands(epx_metric metric);

/** Gets all that metrics [n] need, as a set. */
unsigned epx_metric_get_needs(const epx_metric *metric, int n);

/** Evaluates a metric of instance k of a block; NaN: it has none, or its trial has not measured what it needs. */
double epx_metric_eval(epx_metric metric, const struct epx_measured *measured, int k);

#endif
