/** @file
 * Metrics: what is measured of a trained, fabricated network; one table.
 */
#ifndef EPILUX_STUDY_METRIC_H
#define EPILUX_STUDY_METRIC_H

#include <stdbool.h>

#include "study/energy/energy.h"

/** Two metrics, for both cases of an entry of study/energy.h. */
#define EPX_ENERGY_METRIC(X, name, text, meaning)                                                            \
  X(EPX_METRIC_##name##_OPTIMISTIC, text "_optimistic", "J", meaning "; optimistic case")                    \
  X(EPX_METRIC_##name##_BUDGETED, text "_budgeted", "J", meaning "; loss-budgeted case")

/** X(name, deck name, unit, long name) */
#define EPX_METRICS(X)                                                                                       \
  X(EPX_METRIC_ACCURACY, "accuracy", "1",                                                                    \
    "share of held-out samples classified right (training samples when none are held out)")                  \
  X(EPX_METRIC_LOSS, "loss", "1",                                                                            \
    "mean cost over the held-out samples (training samples when none are held out)")                         \
  X(EPX_METRIC_TRAIN_ACCURACY, "train_accuracy", "1", "share of training samples classified right")          \
  X(EPX_METRIC_TRAIN_LOSS, "train_loss", "1", "mean cost over the training samples")                         \
  X(EPX_METRIC_VALIDATION_ACCURACY, "validation_accuracy", "1",                                              \
    "share of validation samples classified right (training samples when there are none)")                   \
  X(EPX_METRIC_VALIDATION_LOSS, "validation_loss", "1",                                                      \
    "mean cost over the validation samples (training samples when there are none)")                          \
  X(EPX_METRIC_INITIAL_ACCURACY, "initial_accuracy", "1", "accuracy before training")                        \
  X(EPX_METRIC_DEPLOYED_ACCURACY, "deployed_accuracy", "1",                                                  \
    "accuracy with the settings that were trained elsewhere, before any training in situ")                   \
  X(EPX_METRIC_NOMINAL_ACCURACY, "nominal_accuracy", "1",                                                    \
    "accuracy of the nominal network that was trained, on ideal hardware; none of protocol in-situ")         \
  X(EPX_METRIC_WRITES, "writes_per_weight", "1", "writes of a trained parameter, mean over them")            \
  X(EPX_METRIC_WORN_OUT, "worn_out", "1",                                                                    \
    "share of trained parameters that were written to their endurance")                                      \
  X(EPX_METRIC_NUDGE_FAILURES, "nudge_failures", "1",                                                        \
    "share of the training's learning phases that found no equilibrium, or left the free state's basin "     \
    "(which of distributed networks is not asked)")                                                          \
  X(EPX_METRIC_GRADIENT_COSINE, "gradient_cosine", "1",                                                      \
    "cosine between the estimator's and the exact gradient over the training samples, before training")      \
  X(EPX_METRIC_GRADIENT_NORM_RATIO, "gradient_norm_ratio", "1",                                              \
    "norm of the estimator's gradient over that of the exact one, before training")                          \
  X(EPX_METRIC_TRAINED_GRADIENT_COSINE, "trained_gradient_cosine", "1",                                      \
    "cosine between the estimator's and the exact gradient over the training samples, after training")       \
  X(EPX_METRIC_SETTLING_TIME, "settling_time", "1",                                                          \
    "mean time to the free equilibrium, in the family's unit of time")                                       \
  X(EPX_METRIC_STABILITY, "stability", "1",                                                                  \
    "largest real part of the Jacobian's spectrum over the equilibria of the evaluation, per unit of time")  \
  X(EPX_METRIC_RESIDUAL, "residual", "1", "largest residual over the equilibria of the evaluation")          \
  X(EPX_METRIC_AUDIT_DISAGREEMENTS, "audit_disagreements", "1",                                              \
    "share of the audited free equilibria (equilibrium.audit) that pure dynamics do not confirm")            \
  X(EPX_METRIC_EQUILIBRIA_FOUND, "equilibria_found", "1",                                                    \
    "coexisting equilibria of a sample that equilibrium.starts starts find, mean over those of the "         \
    "evaluation")                                                                                            \
  X(EPX_METRIC_EPOCHS, "epochs", "1",                                                                        \
    "epochs trained, elsewhere and in situ, until the target loss or all of them")                           \
  X(EPX_METRIC_EQUILIBRIA, "equilibria", "1",                                                                \
    "equilibria that training and evaluation asked of the network")                                          \
  X(EPX_METRIC_ENERGY, "energy_per_inference", "1",                                                          \
    "optical energy that the drives deliver while one inference settles: power times settling time, in the " \
    "family's units")                                                                                        \
  X(EPX_METRIC_HEATER_POWER, "heater_power", "W",                                                            \
    "electrical power of all heaters of process.heating, 0 without")                                         \
  EPX_ENERGY_ENTRIES(EPX_ENERGY_METRIC, X)

typedef enum {
#define EPX_METRIC_ENUM(name, text, unit, meaning) name,
  EPX_METRICS(EPX_METRIC_ENUM)
#undef EPX_METRIC_ENUM
      EPX_METRIC_COUNT
} epx_metric;

/** Gets a metric by its deck name, -1 when there is none. */
int epx_metric_get(const char *name);

const char *epx_metric_get_name(epx_metric metric);
const char *epx_metric_get_unit(epx_metric metric);
const char *epx_metric_get_meaning(epx_metric metric);

#endif
