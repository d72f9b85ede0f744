/** @internal @file
 * What the trials of a block measure, for the metrics of their records (metrics.def).
 */
#ifndef EPILUX_STUDY_MEASURED_H
#define EPILUX_STUDY_MEASURED_H

#include "learning/training/learner.h"
#include "study/energy/duration.h"
#include "study/metric.h"
#include "study/reference/digital_reference.h"
#include "study/search/search.h"

/** The arrays: X(type, member, needs), an entry an instance. `needs`: any of these asks for it; 0: every trial has it.
 *   initial, deployed, train, validation, test   performance: as fabricated; with what was trained elsewhere; over the
 *                                                parts of the task; test after training, over the held-out part
 *   cosine, norm_ratio, trained_cosine           of the rule's gradient and the exact one, as epx_measured_compare()
 *   heater_power                                 [W], 0 without heaters
 *   out_of_range                                 share of updates and drifts held at an end of a range; NaN: none
 *   saturated                                    share of the training's reads beyond a converter's range; NaN: none
 *   saturated_drives, saturated_writes           the same of the task's features and of the settings asked of weights
 *   fidelity, insertion_loss                     of the mesh as fabricated, epx_fidelity_eval(); NaN: no mesh
 *   clamped                                      share of what the variation drew beyond a parameter's range; NaN: none
 *   nudge_failures                               share of the training's learning phases; NaN: there were none
 *   n_epochs                                     trained in situ
 *   multiplicity                                 equilibria that a sample has
 *   audit_disagreements                          share; NaN: none was audited
 *   writes, worn_out                             of a trained parameter; share of them
 *   settled, skipped                             share of the evaluated samples that settled; of the training's that did
 *                                                not, NaN: there was none
 *   search                                       as epx_search_eval()
 *   duration                                     of phases
 *   energy                                       as epx_consumption_eval() */
#define EPX_MEASURED(X)                                                                                      \
  X(epx_performance, initial, EPX_NEEDS_UNTRAINED)                                                           \
  X(epx_performance, deployed, EPX_NEEDS_DEPLOYED)                                                           \
  X(epx_performance, train, EPX_NEEDS_TRAINING_PART)                                                         \
  X(epx_performance, validation, EPX_NEEDS_VALIDATION_PART)                                                  \
  X(epx_performance, test, 0)                                                                                \
  X(double, cosine, EPX_NEEDS_GRADIENT)                                                                      \
  X(double, norm_ratio, EPX_NEEDS_GRADIENT)                                                                  \
  X(double, trained_cosine, EPX_NEEDS_TRAINED_GRADIENT)                                                      \
  X(double, heater_power, 0)                                                                                 \
  X(double, out_of_range, 0)                                                                                 \
  X(double, saturated, 0)                                                                                    \
  X(double, saturated_drives, 0)                                                                             \
  X(double, saturated_writes, 0)                                                                             \
  X(double, fidelity, EPX_NEEDS_MESH)                                                                        \
  X(double, insertion_loss, EPX_NEEDS_MESH)                                                                  \
  X(double, clamped, EPX_NEEDS_DRAWS)                                                                        \
  X(double, nudge_failures, 0)                                                                               \
  X(double, n_epochs, 0)                                                                                     \
  X(double, multiplicity, EPX_NEEDS_STARTS)                                                                  \
  X(double, audit_disagreements, EPX_NEEDS_AUDIT)                                                            \
  X(double, writes, EPX_NEEDS_WRITES | EPX_NEEDS_ENERGY | EPX_NEEDS_REFERENCE)                               \
  X(double, worn_out, EPX_NEEDS_WRITES)                                                                      \
  X(double, settled, EPX_NEEDS_SHARES)                                                                       \
  X(double, skipped, EPX_NEEDS_SHARES)                                                                       \
  X(epx_search, search, EPX_NEEDS_SEARCH | EPX_NEEDS_OPTIMUM)                                                \
  X(epx_duration, duration, EPX_NEEDS_DURATION | EPX_NEEDS_LENGTHS | EPX_NEEDS_ENERGY | EPX_NEEDS_REFERENCE) \
  X(epx_energy, energy, EPX_NEEDS_ENERGY | EPX_NEEDS_REFERENCE)

typedef struct epx_measured {
  unsigned needs;                                              /* what the deck's metrics need, as a set */
  int n;                                                       /* instances */
#define EPX_MEASURED_MEMBER(type, member, needs) type *member; /* [n], or NULL where no metric needs it */
  EPX_MEASURED(EPX_MEASURED_MEMBER)
#undef EPX_MEASURED_MEMBER
  double time, light;      /* the family's units of time and of power x time in those of the metrics; 1 */
  double epochs_elsewhere; /* that the protocol trained elsewhere */
  double nominal_accuracy; /* of the network that the protocol trained elsewhere; NaN: none */
  const epx_digital_reference *reference; /* of the point; borrowed; NULL where no metric needs it */
  double equilibria; /* that training and evaluation asked of the network, for one instance */
} epx_measured;

/** Creates the arrays of n instances that the needs ask for. Errors: EPX_EMEMORY, after which destroy is due. */
epx_err epx_measured_create(unsigned needs, int n, epx_measured *measured);

/** Destroys the arrays. */
void epx_measured_destroy(epx_measured *measured);

/** Gets an energy of the reference in a case [J]: of one inference, or of its training, or its accuracy over splits; NaN
 * where no model reaches the target. */
double epx_measured_get_reference(const epx_measured *measured, epx_energy_kind kind, bool training,
                                  bool accuracy);

/** Whether any of these needs is asked for. */
bool epx_measured_has(const epx_measured *measured, unsigned needs);

/** Adds what is measured before the training to a restart. Errors: EPX_EMEMORY. */
epx_err epx_measured_add_to_restart(epx_measured *measured, epx_restart *restart);

/** Evaluates how a rule's gradient g stands to the exact one e, both [n]: cosine = g.e / (|g| |e|), norm_ratio =
 * |g| / |e| (may be NULL); NaN where either vanishes, and where e does. */
void epx_measured_compare(const double *gradient, const double *exact, size_t n, double *cosine,
                          double *norm_ratio);

/** Evaluates the number of epochs that were trained: those with a loss, of loss [n]. */
double epx_measured_count_epochs(const double *loss, int n);

#endif
