/** @file
 * Settings: all that one design point's trials depend on, typed: what the deck says once its factors have
 * their values. Read from the deck by io/deck; nothing here knows of YAML.
 */
#ifndef EPILUX_STUDY_SETTINGS_H
#define EPILUX_STUDY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "equilibrium/engine.h"
#include "learning/training/learner.h"
#include "photonic/fabrication/fabrication.h"
#include "photonic/fabrication/variation.h"
#include "statistics/stopping.h"
#include "statistics/yield.h"
#include "study/fabrication/protocol.h"
#include "study/metric.h"
#include "study/reference/digital_reference.h"

typedef struct {
  int metric;   /* epx_metric, -1: no yield asked for */
  bool at_most; /* good: metric <= limit; otherwise metric >= limit */
  double limit;
  double confidence; /* two-sided */
  epx_yield_method interval;
  epx_sampling sampling; /* which instances share lots or wafers */
  int n_dies;            /* of a wafer; read where sampling is `wafer` */
  epx_stopping_rule
      decide; /* how many instances are looked at; of its numbers, n_points and block are the campaign's */
} epx_yield_spec;

/** What a search is for (study/objective.h), and how it goes. */
typedef struct {
  int metric; /* epx_metric; with `yield` the yield's */
  bool maximise, yield;
  int statistic;      /* EPX_OBJECTIVE_… of the metric over the instances */
  double level;       /* of quantile and tail */
  double least_yield; /* that a point must have; 0: any will do */
} epx_objective;

typedef struct {
  bool asked, random; /* the deck has the section; points are those of the design to the end */
  epx_objective objective;
  int batch; /* point i is chosen from the results of the points 0 … i - batch */
} epx_search_settings;

/** Curves that may be kept. X(name, deck name, long name) */
#define EPX_CURVES(X)                                                                                        \
  X(EPX_CURVE_LOSS, "loss", "mean cost over the training samples during the epoch")                          \
  X(EPX_CURVE_ACCURACY, "accuracy", "share of training samples right during the epoch")                      \
  X(EPX_CURVE_GRADIENT_NORM, "gradient_norm", "mean norm of the gradient during the epoch")                  \
  X(EPX_CURVE_VALIDATION_LOSS, "validation_loss", "mean cost over the validation samples after the epoch")   \
  X(EPX_CURVE_VALIDATION_ACCURACY, "validation_accuracy", "share of validation samples right after the epoch")

typedef enum {
#define EPX_CURVE_ENUM(name, text, meaning) name,
  EPX_CURVES(EPX_CURVE_ENUM)
#undef EPX_CURVE_ENUM
      EPX_CURVE_COUNT
} epx_curve;

typedef struct {
  uint64_t seed;
  epx_network_spec network; /* n_inputs, n_outputs 0: as many as the task and the cost need */
  double input_power;       /* of a feature of 1 at its port [W]; 0: the network's input_scale is given */
  epx_task_spec task;
  epx_cost cost;
  epx_learning_spec learning;
  epx_protocol_spec protocol;
  epx_energy_spec energy;
  epx_digital_reference_spec reference;
  epx_equilibrium_options equilibrium;
  double require;    /* share of the evaluated samples that must have an equilibrium for a trial to be done */
  epx_engine engine; /* as asked for */
  int n_ranks;       /* that solve one distributed network together */
  const char *petsc_options; /* NULL: none */
  bool has_device;           /* fabrication.ring is set: the deck says what its devices are */
  bool described;            /* and that gives normalised parameters their units: of family kerr */
  bool fabricated;           /* all of fabrication is set but the placement, which `placement` describes */
  epx_fabrication_spec fabrication;
  epx_placement_spec placement;
  int n_variation;
  epx_variation *variation; /* [n_variation] */
  bool independent;         /* independent draws at each design point; false: common random numbers */
  int n_instances;
  double checkpoint; /* s: from one state kept of a training to the next; 0: none is */
  int block;         /* instances a population advances together; 0: chosen from the samples a batch */
  int n_metrics;
  epx_metric *metric;          /* [n_metrics] */
  bool curve[EPX_CURVE_COUNT]; /* which curves are kept */
  bool keep_parameters;        /* keep the parameters as trained */
  bool keep_fields;            /* leave snapshots of distributed lattices, study/snapshot.h */
  bool keep_variation;         /* keep the drawn values of varied parameters, and of fabrication */
  epx_yield_spec yield;
  epx_search_settings search;
  int n_quantiles;
  double *quantile; /* [n_quantiles] probabilities */
  void **owned;     /* [n_owned] arrays that members point to; freed with the settings */
  size_t n_owned;
} epx_settings;

/** Destroys settings made by io/deck: the struct and all it owns. */
void epx_settings_destroy(epx_settings **address);

#endif
